import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import type { Backend, Family } from '../../server/src/core/netfilter.ts';
import { Diagnostics } from '../../server/src/rules/run.ts';
import { openDocument } from '../support/document.ts';
import { generateCommands } from './command-list.ts';
import { BACKENDS } from '../support/programs.ts';
import { describeWithPrograms } from './namespace.ts';
import { Random } from './random.ts';
import { ourRun, theirRun } from './script.ts';

const LISTS = 8;
const LENGTH = 40;

const root = fileURLToPath(new URL('../..', import.meta.url));
const CORPUS = path.join(root, '../shared/corpus/scripts');

/** Asserts that the script leaves the same ruleset behind here and there, and that the same commands fail. */
async function agree(script: string, family: Family, backend: Backend, what: string): Promise<void> {
  const theirs = theirRun(script, family, backend);
  const ours = await ourRun(script, family, backend);
  const place = `${what} (${family}, ${backend})`;
  assert.deepEqual(ours.statuses, theirs.statuses, `exit statuses of ${place}`);
  assert.deepEqual(ours.saved, theirs.saved, `ruleset of ${place}`);
}

describeWithPrograms('commands in the order in which they run', () => {
  for (const backend of BACKENDS) {
    it(`agree in ${LISTS} random lists of ${LENGTH} (${backend})`, async () => {
      for (let seed = 1; seed <= LISTS; seed++) {
        const family = seed % 3 === 0 ? 'ipv6' : 'ipv4';
        const program = family === 'ipv6' ? 'ip6tables' : 'iptables';
        const script = generateCommands(new Random(seed), family, LENGTH).map((command) => `${program} ${command}\n`).join('');
        await agree(script, family, backend, `seed ${seed}`);
      }
    });

    it(`agree in the project's own scripts (${backend})`, async () => {
      for (const file of ['examples/script/firewall.sh', 'test/fixtures/scripts/commands.sh']) {
        for (const family of ['ipv4', 'ipv6'] as const) await agree(readFileSync(path.join(root, file), 'utf8'), family, backend, file);
      }
    });

    it(`agree in command lists of other projects (${backend})`, async function () {
      if (!existsSync(CORPUS)) {
        console.log('      skipped: the corpus is not there');
        this.skip();
      }
      for (const file of commandLists()) await agree(plain(file), 'ipv4', backend, path.basename(file));
    });
  }
});

describeWithPrograms('diagnostics of commands in the order in which they run', () => {
  it('are errors on those alone that iptables refuses, and on all that it always refuses', async function () {
    if (!existsSync(CORPUS)) {
      console.log('      skipped: the corpus is not there');
      this.skip();
    }
    const wrong: string[] = [];
    for (const file of commandLists()) wrong.push(...await misjudged(plain(file), path.basename(file)));
    assert.deepEqual(wrong, []);
  });
});

/** Commands that have an error and are taken by one back end, or are refused by both and have no finding at all. */
async function misjudged(script: string, what: string): Promise<string[]> {
  const document = await openDocument(script, 'firewall.sh');
  const findings = new Diagnostics(document).findings();
  const [nft, legacy] = BACKENDS.map((backend) => theirRun(script, 'ipv4', backend).statuses) as [readonly string[], readonly string[]];
  const lines = document.lines.filter((line) => line.content.kind === 'command' && document.familyOf(line) === 'ipv4');
  return lines.flatMap((line, index) => {
    const found = findings.filter((finding) => finding.line === line && finding.severity !== 'hint');
    const refused = [nft, legacy].filter((statuses) => !statuses[index]!.startsWith('0 ')).length;
    const isError = found.some(({ severity }) => severity === 'error');
    if (isError && refused < 2) return [`${what}: ${line.text}: iptables takes it: ${found.map(({ message }) => message).join(' ')}`];
    return refused === 2 && found.length === 0 ? [`${what}: ${line.text}: iptables refuses it`] : [];
  });
}

/** Results of ferm's tests: lists of commands without any shell. */
function commandLists(): string[] {
  return readdirSync(CORPUS, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('ferm') && name.endsWith('.result')).sort().map((name) => path.join(CORPUS, name));
}

/** What hardly a kernel has, so that loading it says nothing. */
const BEYOND_KERNELS = /-j ULOG|-m cgroup (! )?--path/u;

/** Only the lines that call iptables, and only those that no shell need read. */
function plain(file: string): string {
  const isPlain = (line: string): boolean => /^ip6?tables /u.test(line) && !/[$`;|&<>()]/u.test(line.replace(/"[^"$`]*"|'[^']*'/gu, ''));
  return readFileSync(file, 'utf8').split('\n').filter((line) => isPlain(line) && !BEYOND_KERNELS.test(line)).map((line) => `${line}\n`).join('');
}
