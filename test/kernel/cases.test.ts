import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import type { Family } from '../../server/src/core/netfilter.ts';
import { caseFiles, type Case, type CaseFile } from '../support/cases.ts';

const BACKENDS: readonly Backend[] = ['nft', 'legacy'];

/** Why the real programs can't be asked here; undefined when they can. */
function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  const probe = spawnSync('unshare', ['-n', 'sh', '-c', 'iptables-nft-restore -V && iptables-legacy-restore -V'], { encoding: 'utf8' });
  return probe.status === 0 ? undefined : 'needs iptables-nft, iptables-legacy and network namespaces';
}

describe('cases of the catalogue, as iptables itself answers', function () {
  this.timeout(120_000);
  const why = missing();
  before(function () {
    if (why === undefined) return;
    console.log(`    skipped: ${why}`);
    this.skip();
  });
  for (const file of why === undefined ? caseFiles() : []) it(file.file, () => { checkFile(file); });
});

function checkFile({ file, ipsets, cases }: CaseFile): void {
  const asked = cases.flatMap((each) => each.families.flatMap((family) => BACKENDS.map((backend) => ({ each, family, backend }))));
  const answers = ask(asked.map(script), ipsets);
  const wrong: string[] = [];
  for (const [index, { each, family, backend }] of asked.entries()) {
    const taken = each.takenBy.includes(backend);
    const place = `${file}:${each.line} (${family}, ${backend}): ${each.rule}`;
    const { status, output } = answers[index]!;
    if (taken !== (status === 0)) wrong.push(`${place}\n  is ${status === 0 ? 'taken' : 'refused'}: ${output}`);
    else if (taken && !each.unloaded && each.saved !== undefined && output !== `-A ${each.chain} ${each.saved}`.trimEnd()) wrong.push(`${place}\n  prints ${output}`);
  }
  assert.deepEqual(wrong, [], wrong.join('\n'));
}

/** Loads one rule, prints it back as iptables-save does, and empties the table again. */
function script({ each, family, backend }: { each: Case; family: Family; backend: Backend }): string {
  const program = `${family === 'ipv6' ? 'ip6tables' : 'iptables'}-${backend}`;
  const declaration = each.chain === each.chain.toLowerCase() ? `:${each.chain} - [0:0]\n` : '';
  const input = `printf '%s' ${quote(`*${each.table}\n${declaration}-A ${each.chain} ${each.rule}\nCOMMIT\n`)}`;
  if (each.unloaded) return `${input} | ${program}-restore --test >"$answer" 2>&1 && printf 0 || printf 1; cat "$answer"; printf '\\0'\n`;
  return `${input} | ${program}-restore >"$answer" 2>&1 `
    + `&& { ${program}-save -t ${each.table} | grep '^-A' >"$answer"; printf 0; } || printf 1; cat "$answer"; printf '\\0'; `
    + `${program} -t ${each.table} -F; ${program} -t ${each.table} -X\n`;
}

const quote = (text: string): string => `'${text.replaceAll('\'', '\'\\\'\'')}'`;

/** Runs the scripts in a network namespace of their own. */
function ask(scripts: readonly string[], ipsets: readonly string[]): { status: number; output: string }[] {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'iptables-cases-'));
  try {
    const input = [`answer=${path.join(folder, 'answer')}`, ...ipsets.map((command) => `ipset ${command}`), ...scripts].join('\n');
    const run = spawnSync('unshare', ['-n', 'sh'], { input, encoding: 'utf8', env: { ...process.env, XTABLES_LOCKFILE: path.join(folder, 'lock') } });
    const answers = run.stdout.split('\0').slice(0, -1).map((answer) => ({ status: Number(answer[0]), output: answer.slice(1).trim() }));
    assert.equal(answers.length, scripts.length, `the shell stopped early: ${run.stderr}`);
    return answers;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
