import { defineRule, type Fix } from './rule.ts';
import { page } from './support/page.ts';
import { scriptCommands, type ScriptCommand } from './support/script.ts';

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
    for (const { family } of file.rulesets) {
      const commands = scriptCommands(file, family);
      // Whoever sets a policy sets up a firewall; a few rules may well be meant to be added to one, once.
      const setsUp = commands.some(({ command }) => command.kind === 'policy');
      if (!setsUp || commands.some(({ command }) => command.kind === 'check')) continue;
      const index = commands.findIndex((each, place) => adds(each) && isBuiltIn(file, each) && !commands.slice(0, place).some((before) => provides(before, each)));
      const found = commands[index];
      if (found === undefined) continue;
      yield {
        line: found.line, span: found.command.span, fixes: [flushFirst(found)],
        message: `Run a second time, this adds its rules to ${found.command.chain!} once more; flush the chain first, or ask with \`-C\`.`,
      };
    }
  },
});

const adds = ({ command: { kind } }: ScriptCommand): boolean => kind === 'append' || kind === 'insert';

const isBuiltIn = (file: Parameters<typeof scriptCommands>[0], { bound: { family }, table, command }: ScriptCommand): boolean =>
  file.rulesets.find((ruleset) => ruleset.family === family)?.tables.get(table)?.chains.get(command.chain ?? '')?.builtIn === true;

/** Whether the command sees to it that the other one's rule is not there yet. */
function provides({ command, table }: ScriptCommand, added: ScriptCommand): boolean {
  if (table !== added.table) return false;
  return (command.kind === 'flush' && (command.chain === undefined || command.chain === added.command.chain)) || (command.kind === 'delete' && command.chain === added.command.chain);
}

/** Says the flush with the words of the command in front of its options, so that sudo and variables stay. */
function flushFirst({ line, command, table }: ScriptCommand): Fix {
  const { content } = line;
  const before = content.kind === 'command' ? line.text.slice(0, content.program.end) : '';
  const newText = `${before}${table === 'filter' ? '' : ` -t ${table}`} -F ${command.chain!}\n`;
  return { title: `Flush ${command.chain!} first`, safe: false, edits: [{ line, span: { start: 0, end: 0 }, newText }] };
}
