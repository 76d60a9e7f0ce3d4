import type { BoundLine } from '../core/ruleset/build.ts';
import { tableOfCommand } from '../core/ruleset/document.ts';
import type { BoundRule, Chain, Ruleset } from '../core/ruleset/model.ts';
import { defineRule, type Fix } from './rule.ts';
import { page } from './support/page.ts';
import { scriptCommands, type ScriptCommand, type ScriptCommands } from './support/script.ts';

export default defineRule({
  code: 'doubled-rules',
  severity: 'hint',
  docs: page({
    what: 'Finds scripts that set policies and add rules to a built-in chain without flushing it or asking for the rules '
      + 'first. One finding speaks for the whole file.',
    why: 'Run a second time, the script adds every rule once more. Packets meet the old rules first, so that changes to '
      + 'the script have no effect, and one `-D` is not enough to take a rule back.',
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
      const found = firstDoubled(file.executed(ruleset.family), commands, ruleset);
      if (found === undefined) continue;
      yield {
        line: found.line, span: found.command.span, fixes: [flushFirst(found)],
        message: `Run a second time, this adds its rules to ${found.command.chain!} once more; flush the chain first, or ask with \`-C\`.`,
      };
    }
  },
});

/** The first command whose rules stay in a built-in chain and are not provided for. */
function firstDoubled(executed: readonly BoundLine[], commands: ScriptCommands, ruleset: Ruleset): ScriptCommand | undefined {
  return commands.firstCertain(({ bound: added }) => {
    if (!isLeftBehind(added!, ruleset)) return false;
    for (const before of executed) {
      if (before.bound === added) return true;
      if (provides(before, added!)) return false;
    }
    return true;
  });
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
function provides({ bound, restore, unknownInput }: BoundLine, added: BoundRule): boolean {
  if (unknownInput !== undefined || (restore?.options.reads === true && !restore.options.noflush && !restore.options.test)) return true;
  const command = bound?.command;
  if (command?.kind !== 'flush' && command?.kind !== 'delete') return false;
  const fits = (name: string | undefined, wanted: string | undefined): boolean => name === wanted || (bound!.unresolved !== undefined && name !== undefined && /[$`]/u.test(name));
  return fits(tableName(bound!), tableName(added)) && ((command.kind === 'flush' && command.chain === undefined) || fits(command.chain, added.command!.chain));
}

const tableName = ({ table }: BoundRule): string => table?.name ?? 'filter';

/** Says the flush with the words of the command in front of its options, so that sudo and variables stay. */
function flushFirst({ line, command, table }: ScriptCommand): Fix {
  const { content } = line;
  const before = content.kind === 'command' ? line.text.slice(0, content.program.end) : '';
  const newText = `${before}${table === 'filter' ? '' : ` -t ${table}`} -F ${command.chain!}\n`;
  return { title: `Flush ${command.chain!} first`, safe: false, edits: [{ line, span: { start: 0, end: 0 }, newText }] };
}
