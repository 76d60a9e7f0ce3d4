import type { BoundLine } from '../core/ruleset/bound-line.ts';
import { tableNameOf, tableOfCommand } from '../core/ruleset/table-of-command.ts';
import type { BoundRule, Chain, Ruleset } from '../core/ruleset/model.ts';
import { defineRule, type FileInContext, type Fix } from './rule.ts';
import { insert } from './support/edits.ts';
import { page } from './support/page.ts';
import { scriptCommands, type ScriptCommand, type ScriptCommands } from './support/script.ts';

export default defineRule({
  code: 'doubled-rules',
  severity: 'hint',
  docs: page({
    what: 'Finds scripts that set policies and add rules to a built-in chain without flushing it or asking for the rules '
      + 'first, and those that `set -e` ends at a `-N`, as the chain is there by then. One finding speaks for the whole file.',
    why: 'Run a second time, the script adds every rule once more. Packets meet the old rules first, so that changes to '
      + 'the script have no effect, and one `-D` is not enough to take a rule back. Under `set -e` it adds those in front of '
      + 'the first `-N`, and does nothing of what stands behind it.',
    example: ['#!/bin/sh', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT', 'iptables -P INPUT DROP'],
    instead: ['#!/bin/sh', 'iptables -F INPUT', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT', 'iptables -P INPUT DROP'],
    fixes: 'Not safe: rules that others have put into the chain go too. Where there are such, ask with `-C` before each `-A`.',
  }),
  *checkFile(file) {
    for (const ruleset of file.rulesets) {
      // A network namespace is mostly made by the script that fills it.
      if (ruleset.namespace !== undefined) continue;
      const commands = scriptCommands(file, ruleset.family);
      // Whoever sets a policy sets up a firewall; a few rules may well be meant to be added to one, once.
      if (commands.of('policy').length === 0 || commands.of('check').length > 0) continue;
      const executed = file.executed(ruleset.family);
      const found = firstDoubled(executed, commands, ruleset);
      const end = secondEnd(executed, commands, ruleset, file);
      if (found !== undefined && (end === undefined || found.place < end.place)) {
        const ending = end === undefined ? '' : `, and ends at line ${end.line.number + 1}, as \`-N ${end.command.chain!}\` fails under \`set -e\``;
        yield {
          line: found.line, span: found.command.span, fixes: [flushFirst(found)],
          message: `Run a second time, this adds its rules to ${found.command.chain!} once more${ending}; flush the chain first, or ask with \`-C\`.`,
        };
      } else if (end !== undefined) {
        yield {
          line: end.line, span: end.command.span, fixes: flushInstead(end),
          message: `Run a second time, this fails, as the chain \`${end.command.chain!}\` exists by then, and \`set -e\` ends the script; flush the chain where it exists.`,
        };
      }
    }
  },
});

/** The first command whose rules stay in a built-in chain and are not provided for. */
function firstDoubled(executed: readonly BoundLine[], commands: ScriptCommands, ruleset: Ruleset): ScriptCommand | undefined {
  // What is provided for in a chain is so for all that comes later: there may be thousands.
  const provided: BoundRule[] = [];
  return commands.firstCertain(({ bound: added }) => {
    if (provided.some((each) => isInSameChain(each, added!)) || !isLeftBehind(added!, ruleset)) return false;
    for (const before of executed) {
      if (before.bound === added) return true;
      if (!provides(before, added!)) continue;
      provided.push(added!);
      return false;
    }
    return true;
  });
}

/** The command at which a script ends that runs a second time: it makes a chain that the first run has left behind, and nothing in front of it removes it. */
function secondEnd(executed: readonly BoundLine[], commands: ScriptCommands, { tables }: Ruleset, file: FileInContext): ScriptCommand | undefined {
  const removing = [...commands.of('delete-chain'), ...commands.of('rename-chain')];
  const found = commands.of('new-chain').find(({ bound, command: { chain }, table, place }) => {
    if (executed[place]!.ends !== true || bound.conditional !== undefined || bound.unresolved !== undefined || tables.get(table)?.chains.has(chain!) !== true) return false;
    return !removing.some((each) => each.place < place && each.table === table && (each.command.chain === undefined || each.command.chain === chain || each.bound.unresolved !== undefined));
  });
  // Few scripts come to one, and all lines have to be looked at then.
  if (found === undefined || executed.slice(0, found.place).some(replacesAll)) return undefined;
  return file.rulesets.some(({ family }) => file.executed(family).some(({ asked }) => asked)) ? undefined : found;
}

/** Whether a rule that was added to a built-in chain stands there when the script ends. */
function isLeftBehind(added: BoundRule, { tables }: Ruleset): boolean {
  const chain = tables.get(tableOfCommand(added)!)?.chains.get(added.command!.chain!);
  return chain?.builtIn === true && madeBy(chain).has(added);
}

/** What has made the rules of a chain; of a chain that stays the same it is known. */
function madeBy(chain: Chain): ReadonlySet<BoundRule> {
  let made = known.get(chain);
  if (made === undefined) known.set(chain, made = new Set(chain.rules.map(({ bound }) => bound)));
  return made;
}

const known = new WeakMap<Chain, ReadonlySet<BoundRule>>();

/** Whether the command sees to it that the other one's rule is not there yet, or may well do so. */
function provides(line: BoundLine, added: BoundRule): boolean {
  if (replacesAll(line)) return true;
  const { bound } = line;
  const command = bound?.command;
  if (command?.kind !== 'flush' && command?.kind !== 'delete') return false;
  const fits = (name: string | undefined, wanted: string | undefined): boolean => name === wanted || (bound!.unresolved !== undefined && name !== undefined && /[$`]/u.test(name));
  return fits(tableNameOf(bound!), tableNameOf(added)) && ((command.kind === 'flush' && command.chain === undefined) || fits(command.chain, added.command!.chain));
}

/** Whether it may put other rules in the place of all that are there. */
const replacesAll = ({ restore, unknownInput }: BoundLine): boolean => unknownInput !== undefined || (restore?.options.reads === true && !restore.options.noflush && !restore.options.test);

const isInSameChain = (a: BoundRule, b: BoundRule): boolean => a.command!.chain === b.command!.chain && tableNameOf(a) === tableNameOf(b);

/** Says the flush with the words of the command in front of its options, so that sudo and variables stay. */
function flushFirst({ line, command, table }: ScriptCommand): Fix {
  const { content } = line;
  const before = content.kind === 'command' ? line.text.slice(0, content.program.end) : '';
  const newText = `${before}${table === 'filter' ? '' : ` -t ${table}`} -F ${command.chain!}\n`;
  return { title: `Flush ${command.chain!} first`, safe: false, edits: [{ line, span: { start: 0, end: 0 }, newText }] };
}

/** Flushes the chain where it can't be made, with the words of the command in front of its options. */
function flushInstead({ line, command, table }: ScriptCommand): Fix[] {
  const { content, text } = line;
  if (content.kind !== 'command' || content.rest !== undefined || content.others !== undefined) return [];
  const newText = ` 2>/dev/null || ${text.slice(content.program.start, content.program.end)}${table === 'filter' ? '' : ` -t ${table}`} -F ${command.chain!}`;
  return [{ title: 'Flush it where it exists', safe: false, edits: [insert(line, text.trimEnd().length, newText)] }];
}
