import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { documentation, spellings } from '../../../server/src/core/extensions/catalogue.ts';
import { MATCHES, TARGETS } from '../../../server/src/core/extensions/catalogue.generated.ts';
import type { ExtensionDefinition, OptionSpec } from '../../../server/src/core/extensions/definition.ts';
import { pageOf } from '../../../server/src/features/support/pages.ts';

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
      for (const spec of definition.options) checkOption(definition, spec);
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

/** What hover and completion show of an option: what it does, then a rule that uses it. */
function checkOption(definition: ExtensionDefinition, spec: OptionSpec): void {
  const shown = pageOf(definition).options.get(spec.name) ?? '';
  const [words, example, ...rest] = shown.split(/^```(?:iptables)?$/mu);
  assert.ok(words!.trim().length > 10, `--${spec.name} has no words`);
  assert.ok(example !== undefined && rest.length === 1, `--${spec.name} has no example`);
  const heading = documentation(definition)!.split('\n').find((line) => line.startsWith('### ') && new RegExp(`--${spec.name}(?![\\w-])`, 'u').test(line))!;
  assert.ok([...heading.matchAll(/--[\w-]+/gu)].some(([name]) => new RegExp(`${name}(?![\\w-])`, 'u').test(example)), `the example of --${spec.name} does not use it`);
}
