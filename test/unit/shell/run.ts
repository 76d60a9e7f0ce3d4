import { spawnSync } from 'node:child_process';
import { SCRIPT_ARGUMENTS } from '../../../server/src/core/shell/environment.ts';
import { evaluateScript, type Evaluation } from '../../../server/src/core/shell/evaluate.ts';
import type { ReadFile } from '../../../server/src/core/shell/interpreter.ts';
import type { Invocation } from '../../../server/src/core/shell/invocation.ts';
import { ScriptText } from '../../../server/src/core/shell/script-text.ts';

/** How a test calls a script. */
export interface TestCall {
  readonly args?: readonly string[];
  readonly readFile?: ReadFile;
  readonly isBash?: boolean;
}

/** The evaluation of a script; without `args` its caller is unknown. */
export function evaluate(script: string, { args, readFile = () => undefined, isBash = false }: TestCall = {}): Evaluation {
  const text = new ScriptText();
  text.update(script);
  const positional = args ?? SCRIPT_ARGUMENTS;
  return evaluateScript(text.chunks, { positional, readFile, isBash });
}

/** What an invocation is, a word each; unknown ones as `<origin>`. */
export function wordsOf({ tool, family, arguments: args, input }: Invocation): string[] {
  const program = `${family === 'ipv6' ? 'ip6tables' : 'iptables'}${tool === 'restore' ? '-restore' : ''}`;
  const read = input === undefined ? [] : ['origin' in input ? `<${input.origin}>` : input.map(({ text, unknown }) => (unknown === undefined ? text : `<${unknown.origin}>`)).join('')];
  return [program, ...args.map(({ text, unknown }) => (unknown === undefined ? text : `<${unknown.origin}>`)), ...read];
}

/** What the script runs, in order, with the conditions in front: `if ORIGIN:`, `unless ORIGIN:` for its failure. */
export function summary(script: string, call?: TestCall): string[] {
  return evaluate(script, call).invocations.filter(({ reached }) => reached).map((invocation) => {
    const conditions = invocation.conditions.filter(({ assumed }) => assumed !== true).map(({ origin, succeeded }) => `${succeeded === false ? 'unless' : 'if'} ${origin}: `);
    return conditions.join('') + wordsOf(invocation).join(' ');
  });
}

/** Shells that scripts are written for. */
export type Shell = 'bash' | 'dash';

/** In place of the programs: functions that print their arguments, and what iptables-restore reads. No name of a function has a `-` in dash. */
const standIns = (shell: Shell): string => ['iptables', 'ip6tables', 'iptables-restore', 'ip6tables-restore'].slice(0, shell === 'dash' ? 2 : 4).map((program) =>
  `${program}() { printf '%s\\037' ${program} "$@"; ${program.endsWith('restore') ? 'cat; printf "\\037"' : ':'}; printf '\\036'; } >&3`).join('\n');

/** What a shell runs of each script, all in one process and each in a subshell of its own. Only for scripts that tests have made. */
export function runInShell(shell: Shell, scripts: readonly { readonly script: string; readonly args: readonly string[] }[]): string[][][] {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const bodies = scripts.map(({ script, args }) => `( ulimit -t 1; set -- ${args.map(quote).join(' ')}\neval ${quote(script)} ) >/dev/null 2>&1 </dev/null\n[ $? -gt 128 ] && printf 'killed\\037\\036' >&3; printf '\\035' >&3`);
  const { stdout, error } = spawnSync(shell, shell === 'bash' ? ['--norc', '--noprofile'] : [], {
    input: `exec 3>&1\n${standIns(shell)}\n${bodies.join('\n')}\n`, encoding: 'utf8', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' }, maxBuffer: 1 << 28, timeout: 20_000,
  });
  if (error !== undefined) throw error;
  return stdout.split('\x1D').slice(0, -1).map((run) => run.split('\x1E').slice(0, -1).map((call) => call.split('\x1F').slice(0, -1)));
}

/** Whether there is such a shell to compare with. */
export const hasShell = (shell: Shell): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;
