import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import type { Family } from '../../server/src/core/netfilter.ts';

export const BACKENDS: readonly Backend[] = ['nft', 'legacy'];

/** Ends a shell that is not in another network namespace than the process that started it. */
const CHECK = '[ "$(readlink /proc/self/ns/net)" != "$(readlink "/proc/$PPID/ns/net")" ] || { echo "this is the network namespace of the host" >&2; exit 99; }; exec "$@"';

/** A command as words that run it in a network namespace of its own, and nowhere else: rules must never get into the host's. */
export const apart = (...command: readonly string[]): readonly [program: string, args: string[]] => ['unshare', ['-n', 'sh', '-c', CHECK, 'sh', ...command]];

/** A text for one of the four restore programs. */
export interface Question {
  readonly family: Family;
  readonly backend: Backend;
  readonly ruleset: string;
  /** Whether it is only to be read, not loaded. */
  readonly test?: boolean;
}

/** What the program said: its exit status, and what it printed. */
export interface Reply {
  readonly status: number;
  readonly output: string;
}

/** Why the real programs can't be asked here; undefined when they can. */
export function missingPrograms(): string | undefined {
  if (process.getuid?.() !== 0) return 'it needs root';
  const probe = spawnSync(...apart('sh', '-c', 'iptables-nft-restore -V && iptables-legacy-restore -V && ipset version'), { encoding: 'utf8' });
  return probe.status === 0 ? undefined : 'it needs iptables-nft, iptables-legacy, ipset and network namespaces';
}

/** Asks the questions one after the other, in a network namespace of their own that has the ipsets. */
export async function askPrograms(questions: readonly Question[], ipsets: readonly string[] = []): Promise<Reply[]> {
  return runScripts(questions.map(restoring), ipsets);
}

/** Runs shell fragments in a network namespace of their own; each fragment's exit status and output is a reply. */
export async function runScripts(fragments: readonly string[], ipsets: readonly string[] = []): Promise<Reply[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'iptables-programs-'));
  try {
    const script = [...ipsets.map((command) => `ipset ${command}`), ...fragments.map((fragment) => `${fragment}\nprintf '\\0%d\\0' $?`)].join('\n');
    const printed = await run(`exec 2>&1\n${script}\n`, path.join(folder, 'lock'));
    const parts = printed.split('\0');
    if (parts.length !== 2 * fragments.length + 1) throw new Error(`the shell stopped early: ${parts.at(-1)}`);
    return fragments.map((_, index) => ({ output: parts[2 * index]!.trim(), status: Number(parts[2 * index + 1]) }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the kernel keeps by name as long as a rule uses it. */
const NAMED_IN_KERNEL = /IDLETIMER|RATEEST|hashlimit/u;

function restoring({ family, backend, ruleset, test }: Question): string {
  const restore = `${family === 'ipv6' ? 'ip6tables' : 'iptables'}-${backend}-restore`;
  const fragment = `${restore}${test === true ? ' --test' : ''} <<'END OF RULESET'\n${ruleset}END OF RULESET`;
  // Whatever has a name in the kernel is gone before the next one asks.
  return NAMED_IN_KERNEL.test(ruleset) ? `${fragment}\nset -- $?\n${restore} <<'END OF RULESET'\n${[...ruleset.matchAll(/^\*\w+/gmu)].map(([table]) => `${table}\nCOMMIT\n`).join('')}END OF RULESET\n(exit $1)` : fragment;
}

/** What the script prints; shells of their own let both processors work. */
function run(script: string, lock: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(...apart('sh'), { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, LC_ALL: 'C', XTABLES_LOCKFILE: lock } });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', () => { resolve(Buffer.concat(chunks).toString('utf8')); });
    child.stdin.end(script);
  });
}
