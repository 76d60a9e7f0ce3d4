import type { TableName } from '../../../core/netfilter.ts';
import type { BoundRule, Table } from '../../../core/ruleset/model.ts';

/** How a file writes its rules. */
export interface Style {
  /** `-p tcp -m tcp --dport 22` rather than `-p tcp --dport 22`. */
  readonly namesProtocolMatch: boolean;
  readonly usesState: boolean;
  readonly isLong: boolean;
}

const LONG: Readonly<Record<string, string>> = {
  '-A': '--append', '-I': '--insert', '-P': '--policy', '-s': '--source', '-d': '--destination', '-i': '--in-interface', '-o': '--out-interface', '-p': '--protocol',
  '-m': '--match', '-j': '--jump', '--dport': '--destination-port', '--sport': '--source-port',
};

/** Rules read to learn the style. */
const READ = 200;

export function styleOf(table: Table): Style {
  const texts = [...table.chains.values()].flatMap(({ rules }) => rules.slice(0, READ).map(({ bound }) => bound.line.text));
  const some = (pattern: RegExp): boolean => texts.some((text) => pattern.test(text));
  return { namesProtocolMatch: some(/-m (tcp|udp) /u), usesState: some(/--state /u) && !some(/--ctstate /u), isLong: some(/--append |--jump /u) };
}

/**
 * A line that puts an accepting rule into a chain, written as the lines around it: `neighbour` is a rule or command of
 * the file, or undefined where there is none; `command` is `-A CHAIN` or `-I CHAIN NUMBER`, `conditions` in short options.
 */
export function ruleText(neighbour: BoundRule | undefined, style: Style, table: TableName, command: string, conditions: string): string {
  const styled = [
    command, style.namesProtocolMatch ? conditions.replace(/-p (tcp|udp) (?=--[ds]port)/u, '-p $1 -m $1 ') : conditions, '-j ACCEPT',
  ].join(' ').replace('-m conntrack --ctstate', style.usesState ? '-m state --state' : '$&');
  const text = style.isLong ? styled.split(' ').map((word) => LONG[word] ?? word).join(' ') : styled;
  return `${leading(neighbour, table)}${text}`;
}

/** Words that a command begins with, such as `sudo -n` or `ip netns exec NAME`, and none that the shell itself reads. */
const WORDS = /^\s*(?:(?!(?:if|then|elif|else|while|until|for|in|do|time|!)\s)(?:[^\s;&|(){}<>`'"#]|"[^"`]*"|'[^']*')+\s+)*$/u;

/** What stands before the command in the neighbour's line. */
export function leading(neighbour: BoundRule | undefined, table: string): string {
  const content = neighbour?.line.content;
  if (neighbour?.command === undefined || content === undefined) return '';
  const { text } = neighbour.line;
  if (content.kind === 'rule') return content.counters === undefined ? '' : '[0:0] ';
  if (content.kind !== 'command') return '';
  const at = neighbour.command.span.start;
  const { program } = [content, ...content.others ?? []].findLast((each) => each.program.start <= at) ?? content;
  const before = text.slice(0, program.start);
  // What a shell does before, on the same line, is not for this command.
  const start = WORDS.test(before) ? before : /^\s*/u.exec(before)![0];
  const options = text.slice(program.end, at).replaceAll(/\\\r?\n\s*/gu, ' ').replace(/\s(-t|--table)\s+\S+/u, '').trimEnd();
  return `${start}${text.slice(program.start, program.end)}${options}${table === 'filter' ? '' : ` -t ${table}`} `;
}
