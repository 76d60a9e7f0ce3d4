import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { documentation, spellings } from '../../../server/src/core/extensions/catalogue.ts';
import { MATCHES, TARGETS } from '../../../server/src/core/extensions/catalogue.generated.ts';
import type { ExtensionDefinition } from '../../../server/src/core/extensions/definition.ts';

const CATALOGUE: readonly ExtensionDefinition[] = [...MATCHES, ...TARGETS];

const shown = ({ kind, name }: ExtensionDefinition): string => `${kind === 'match' ? '-m' : '-j'} ${name}`;

const cases = ({ kind, name }: ExtensionDefinition): string =>
  fileURLToPath(new URL(`../../../server/src/core/extensions/${kind}/${name}.cases`, import.meta.url));

describe('the catalogue', () => {
  for (const definition of CATALOGUE) {
    it(`${shown(definition)} has its page and its cases`, () => {
      assert.ok(existsSync(cases(definition)), `${definition.name}.cases is missing`);
      const page = documentation(definition);
      assert.ok(page !== undefined, `${definition.name}.md is missing`);
      checkPage(definition, page);
    });
  }

  it('names only options that exist', () => {
    for (const definition of CATALOGUE) {
      const names = new Set(definition.options.map(({ name }) => name));
      assert.equal(names.size, definition.options.length, `${shown(definition)} has an option twice`);
      const named = [...definition.options.flatMap(({ conflicts = [] }) => conflicts), ...(definition.requires ?? []).flat()];
      assert.deepEqual(named.filter((name) => !names.has(name)), [], shown(definition));
    }
  });
});

/** A page begins with what the extension does, and has a section for every spelling of every option, an example and pitfalls. */
function checkPage({ options }: ExtensionDefinition, page: string): void {
  assert.match(page, /^[A-Z`][^\n]+\n/u, 'the page begins with a paragraph');
  const headings = page.split('\n').filter((line) => line.startsWith('### ')).join(' ');
  const missing = options.flatMap(spellings).filter((name) => !new RegExp(`--${name}(?![\\w-])`, 'u').test(headings));
  assert.deepEqual(missing, [], 'options without a section');
  const unknown = [...headings.matchAll(/--([\w-]+)/gu)].map(([, name]) => name!).filter((name) => !options.flatMap(spellings).includes(name));
  assert.deepEqual(unknown, [], 'sections of options that there are not');
  for (const heading of [...(options.length > 0 ? ['Options'] : []), 'Example', 'Pitfalls']) assert.ok(page.includes(`\n## ${heading}\n`), `no section ${heading}`);
  assert.match(page, /## Example\n\n```\n[\s\S]+?```/u, 'the example is a fenced rule');
}

describe('the catalogue beside iptables', function () {
  this.timeout(60_000);
  const installed = spawnSync('iptables', ['--version']).status === 0;
  before(function () {
    if (installed) return;
    console.log('    skipped: iptables is not installed');
    this.skip();
  });
  for (const definition of installed ? CATALOGUE : []) {
    it(`${shown(definition)} has every option that --help lists`, () => {
      const listed = helpOptions(definition);
      const known = new Set(definition.options.flatMap(spellings));
      assert.deepEqual(listed.filter((name) => !known.has(name)), []);
    });
  }
});

/** Long options in the part of `iptables -m NAME --help` that is about the extension. */
function helpOptions({ kind, name, families }: ExtensionDefinition): readonly string[] {
  const program = families.includes('ipv4') ? 'iptables' : 'ip6tables';
  const { stdout } = spawnSync(program, [kind === 'match' ? '-m' : '-j', name, '--help'], { encoding: 'utf8' });
  const own = stdout.slice(stdout.indexOf('print package version') + 'print package version'.length);
  return [...new Set([...own.matchAll(/(?:^|[\s[!])--([a-z][a-z0-9-]+)/gmu)].map(([, option]) => option!))];
}
