import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { saveRuleset } from '../../server/src/core/ruleset/save.ts';
import { Execution } from '../../server/src/core/ruleset/execution/execution.ts';
import type { BoundLine } from '../../server/src/core/ruleset/bound-line.ts';
import type { Backend, Family } from '../../server/src/core/netfilter.ts';
import { openDocument } from '../support/document.ts';
import { apart } from '../support/programs.ts';
import { programOf, quoted } from './namespace.ts';

/** What a script did to a family: how each of its commands ended, in the order in which they ran, and what iptables-save printed at the end. */
export interface BashRun {
  readonly statuses: readonly string[];
  readonly saved: readonly string[];
}

const FAMILIES = ['ipv4', 'ipv6'] as const;

/** In place of the programs: what runs those of the back end, is silent, and writes down how they end. */
function standIns(folder: string, backend: Backend): void {
  for (const family of FAMILIES) {
    for (const tool of ['', '-restore']) {
      const file = path.join(folder, `${family === 'ipv6' ? 'ip6tables' : 'iptables'}${tool}`);
      writeFileSync(file, `#!/bin/bash\n${programOf(family, backend)}${tool} "$@" >/dev/null 2>&1\nstatus=$?\necho "$status iptables${tool === '' ? ' $*' : tool}" >>${quoted(path.join(folder, family))}\nexit $status\n`);
      chmodSync(file, 0o755);
    }
  }
}

/** Lets bash run a script of the project's own with the arguments that it names, and with the real iptables in a namespace of their own. */
export async function runByBash(script: string, backend: Backend): Promise<Readonly<Record<Family, BashRun>>> {
  const args = (await openDocument(script, 'firewall.sh')).arguments ?? [];
  const folder = mkdtempSync(path.join(os.tmpdir(), 'iptables-lens-'));
  try {
    standIns(folder, backend);
    const file = path.join(folder, 'script.sh');
    writeFileSync(file, script);
    const save = FAMILIES.map((family) => `${programOf(family, backend)}-save; printf '\\0'`).join('; ');
    const { error, status, stdout, stderr } = spawnSync(...apart('sh', '-c', `bash ${/^#!\S+ -\w*e/u.test(script) ? '-e ' : ''}${[file, ...args].map(quoted).join(' ')} >/dev/null 2>&1; ${save}`), {
      cwd: folder, encoding: 'utf8', env: { ...process.env, PATH: `${folder}:${process.env['PATH']}`, XTABLES_LOCKFILE: path.join(folder, 'lock') },
    });
    if (error !== undefined) throw error;
    assert.equal(status, 0, stderr);
    const [ipv4, ipv6] = stdout.split('\0').map((saved, index) => ({ statuses: linesOf(path.join(folder, FAMILIES[index] ?? '-')), saved: saved.split('\n').filter((line) => line !== '' && !line.startsWith('#')) }));
    return { ipv4: ipv4!, ipv6: ipv6! };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const linesOf = (file: string): string[] => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []);

/** Follows the script here. */
export async function followed(script: string, family: Family, backend: Backend): Promise<BashRun> {
  const document = await openDocument(script, 'firewall.sh');
  const lines = [...document.linesOf(family, backend)];
  return { statuses: statusesOf(lines, family, backend), saved: saveRuleset(document.ruleset(family, backend), backend).map(({ text }) => text) };
}

/** How each command ends, in the words of the stand-ins; `?` where nobody knows. */
function statusesOf(lines: readonly BoundLine[], family: Family, backend: Backend): string[] {
  const execution = new Execution(family, { backend });
  const statuses: string[] = [];
  for (let index = 0; index < lines.length;) {
    const { restore } = lines[index]!;
    if (restore === undefined) {
      const words = wordsOf(lines[index]!);
      statuses.push(`${execution.execute(lines[index++]!) ?? '?'} iptables ${words}`);
      continue;
    }
    const run = lines.slice(index).findIndex((line) => line.restore !== restore);
    const end = run === -1 ? lines.length : index + run;
    for (const line of lines.slice(index, end)) execution.execute(line);
    statuses.push(`${execution.endRestore() ?? '?'} iptables-restore`);
    index = end;
  }
  return statuses;
}

function wordsOf({ line, content = line.content }: BoundLine): string {
  return content.kind === 'command' ? content.arguments.map(({ text }) => text).join(' ') : '';
}
