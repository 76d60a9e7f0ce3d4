import type { Problem } from '../core/extensions/definition.ts';
import { HOOKS } from '../core/netfilter.ts';
import { makerOf } from '../core/ruleset/makers.ts';
import { commandsOf } from '../core/ruleset/script-command.ts';
import { tableNameOf } from '../core/ruleset/table-of-command.ts';
import type { Line, ShellCommand } from '../core/syntax/line.ts';
import { defineRule, type FileInContext, type Fix, type Report } from './rule.ts';
import { indentOf, insertAbove, insertBelow } from './support/edits.ts';
import { isEvaluated } from './support/expansion.ts';
import { leading } from './support/lockout/rule-text.ts';
import { adjustForeign } from './support/out-of-tree.ts';
import { page } from './support/page.ts';
import { isMadeByUfw } from './support/ufw.ts';
import { problemRule, type ProblemPlace } from './support/problem-rule.ts';
import { hasPlaceAbove } from './support/script.ts';

const reported = problemRule({
  code: 'undefined-chain',
  docs: page({
    what: 'Finds rules in, and jumps to, chains that do not exist at that point of the file.',
    why: 'A chain is declared before it is used: by `:NAME - [0:0]` in its table\'s block, by `-N NAME` in a script. '
      + 'iptables refuses the rule. On command lines this is a warning, as the chain may exist from before, unless '
      + 'it has the name of another table\'s built-in chain, and an information where it is a chain of Docker, fail2ban, OpenWrt\'s firewall or '
      + 'the like. Files of ufw may name the chains that ufw makes before it loads them.',
    example: ['*filter', '-A INPUT -p tcp --dport 22 -j SSH-IN', 'COMMIT'],
    instead: ['*filter', ':SSH-IN - [0:0]', '-A INPUT -p tcp --dport 22 -j SSH-IN', 'COMMIT'],
    fixes: 'Not safe: an empty chain lets packets go on behind the jump, and a similar name is a guess.',
  }),
  onCommands: 'warning',
  adjust(report, _, { file, line }) {
    const name = nameAt(report);
    if (file !== undefined && isMadeByUfw(name, line, file)) return undefined;
    // It is none for the script to make.
    if (line.content.kind === 'command' && makerOf(name) !== undefined) return { line: report.line, span: report.span, message: report.message, severity: 'information' };
    return adjustForeign(isHookName(report) ? { ...report, severity: 'error' } : report);
  },
  fixes: (problem, place) => [...declared(problem, place)],
});

export default defineRule({
  ...reported,
  // A chain whose name only the shell knows may be any chain.
  checkFile: (file) => (file.rulesets.some(({ tables }) => [...tables.values()].some(({ chains }) => [...chains.keys()].some((name) => name.includes('$'))))
    ? [] : reported.checkFile!(file)),
});

const isHook = (name: string): boolean => HOOKS.some((hook) => hook === name);

/** Whether the missing chain has the name of another table's built-in chain: nobody gives that name to a chain of their own. */
const isHookName = (report: Report): boolean => isHook(nameAt(report));

const nameAt = ({ line, span }: Report): string => line.text.slice(span.start, span.end);

/** Declares the chain in its table's block, or by a command before this one. */
function* declared({ span }: Problem, { line, bound, file }: ProblemPlace): Iterable<Fix> {
  const { content } = line;
  const name = line.text.slice(span.start, span.end);
  // Built-in names of other tables, and what needs quotes, are no names for a new chain; what stands for another word is not that.
  if (!/^[A-Za-z0-9_][^\s"'$]{0,27}$/u.test(name) || isHook(name) || isEvaluated(line, span)) return;
  if (content.kind === 'command') {
    if (bound?.command === undefined || file === undefined) return;
    const place = placeToCreate(line, commandsOf(content), bound.command.span.start, file);
    if (place === undefined) return;
    const words = `${leading(bound, tableNameOf(bound))}-N ${name}`;
    yield { title: `Create ${name} before`, safe: false, edits: [insertAbove(place, indentOf(place) + words.trimStart())] };
    return;
  }
  const last = file === undefined ? undefined : lastDeclaration(line, file);
  if (last !== undefined) yield { title: `Declare ${name}`, safe: false, edits: [insertBelow(last, `:${name} - [0:0]`)] };
}

/** The line above which a chain is created once: before all loops around the command at an offset, but in those that run another program each time, such as ip6tables. */
function placeToCreate(line: Line, commands: readonly ShellCommand[], offset: number, file: FileInContext): Line | undefined {
  const start = Math.max(...commands.map(({ program }) => program.start).filter((each) => each <= offset));
  const programs = new Set(commands.flatMap(({ program }) => (program.start === start ? [program.text] : [])));
  if (programs.size === 1) return file.placeBeforeLoops(line);
  return hasPlaceAbove(file, line) ? line : undefined;
}

/** The last chain declaration above the line in its block, else the `*table` line. */
function lastDeclaration({ number }: Line, { survey }: FileInContext): Line | undefined {
  const before = (['table', 'chain', 'commit'] as const).flatMap((kind) => survey.of(kind).findLast((each) => each.number < number) ?? []);
  const last = before.reduce<Line | undefined>((latest, each) => (latest === undefined || each.number > latest.number ? each : latest), undefined);
  return last?.content.kind === 'commit' ? undefined : last;
}
