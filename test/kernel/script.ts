import type { Backend, Family } from '../../server/src/core/netfilter.ts';
import { saveRuleset } from '../../server/src/core/ruleset/save.ts';
import { openDocument } from '../support/document.ts';
import { askShell, programOf } from './namespace.ts';

/** What a script did: the status of each command of the family, in order, and what iptables-save printed at its end. */
export interface ScriptRun {
  readonly statuses: readonly string[];
  readonly saved: readonly string[];
}

/** The lines of a script that are commands of the family: logical lines, as a shell joins them. */
const commandsOf = (script: string, family: Family): string[] =>
  script.replaceAll('\\\n', ' ').split('\n').filter((line) => (family === 'ipv6' ? /^ip6tables\s/u : /^iptables\s/u).test(line));

/** Runs the commands with the real iptables in a namespace of their own. */
export function theirRun(script: string, family: Family, backend: Backend): ScriptRun {
  const program = programOf(family, backend);
  const commands = commandsOf(script, family);
  const runs = commands.map((command) => `>"$scratch" 2>&1 ${command.replace(/^\w+/u, program)}\nprintf '%s\\0' "$?"`);
  const answers = askShell([...runs, `${program}-save; printf '\\0'`]);
  return {
    statuses: answers.slice(0, -1).map((status, index) => `${status} ${shown(commands[index]!)}`),
    saved: answers.at(-1)!.split('\n').filter((line) => line !== '' && !line.startsWith('#')),
  };
}

/** Executes the script here. */
export async function ourRun(script: string, family: Family, backend: Backend): Promise<ScriptRun> {
  const document = await openDocument(script, 'firewall.sh');
  const ruleset = document.ruleset(family, backend);
  const failures = new Map(ruleset.failures.map(({ line, status }) => [line, status]));
  const lines = document.lines.filter((line) => line.content.kind === 'command' && document.familyOf(line) === family);
  return {
    statuses: lines.map((line) => `${failures.get(line) ?? 0} ${shown(line.text.replaceAll('\\\n', ' '))}`),
    saved: saveRuleset(ruleset, backend).map(({ text }) => text),
  };
}

const shown = (command: string): string => command.replaceAll(/\s+/gu, ' ').trim();
