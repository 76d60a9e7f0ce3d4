import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Backend, Family } from '../../server/src/core/netfilter.ts';
import { programOf, quoted } from './namespace.ts';

/** In place of the programs: what runs those of the back end, and is silent. */
function standIns(folder: string, backend: Backend): void {
  for (const family of ['ipv4', 'ipv6'] as const) {
    for (const tool of ['', '-restore']) {
      const file = path.join(folder, `${family === 'ipv6' ? 'ip6tables' : 'iptables'}${tool}`);
      writeFileSync(file, `#!/bin/sh\nexec ${programOf(family, backend)}${tool} "$@" >/dev/null 2>&1\n`);
      chmodSync(file, 0o755);
    }
  }
}

/** What iptables-save prints after bash has run a script of the project's own, with the real iptables in a namespace of their own. */
export function savedByBash(script: string, family: Family, backend: Backend): string[] {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'iptables-lens-'));
  try {
    standIns(folder, backend);
    const file = path.join(folder, 'script.sh');
    writeFileSync(file, script);
    const { error, status, stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', `bash ${quoted(file)} >/dev/null; ${programOf(family, backend)}-save`], {
      cwd: folder, encoding: 'utf8', env: { ...process.env, PATH: `${folder}:${process.env['PATH']}`, XTABLES_LOCKFILE: path.join(folder, 'lock') },
    });
    if (error !== undefined) throw error;
    assert.equal(status, 0, stderr);
    return stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
