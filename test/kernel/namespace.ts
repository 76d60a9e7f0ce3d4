import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Backend, Family } from '../../server/src/core/netfilter.ts';
import { apart, missingPrograms } from '../support/programs.ts';

/** A suite that asks the real programs, each test for `timeout` milliseconds at most; left out aloud where they can't be asked. */
export function describeWithPrograms(title: string, body: () => void, timeout = 120_000): void {
  describe(title, function () {
    this.timeout(timeout);
    const why = missingPrograms();
    if (why === undefined) body();
    else it('asks iptables', function () {
      console.log(`    skipped: ${why}`);
      this.skip();
    });
  });
}

export const programOf = (family: Family, backend: Backend): string => `${family === 'ipv6' ? 'ip6tables' : 'iptables'}-${backend}`;

/** A text as one word of a shell. */
export const quoted = (text: string): string => `'${text.replaceAll('\'', '\'\\\'\'')}'`;

/**
 * Runs shell scripts one after the other in one network namespace of their own. Each prints answers that end in NUL; in
 * `$scratch` they find the name of a file for themselves.
 */
export function askShell(scripts: readonly string[]): string[] {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'iptables-lens-'));
  try {
    const input = [`scratch=${path.join(folder, 'scratch')}`, ...scripts].join('\n');
    const env = { ...process.env, XTABLES_LOCKFILE: path.join(folder, 'lock') };
    const run = spawnSync(...apart('sh'), { input, encoding: 'utf8', maxBuffer: 1 << 28, env });
    assert.equal(run.status, 0, `the shell stopped early: ${run.stderr}`);
    return run.stdout.split('\0').slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
