import assert from 'node:assert/strict';
import type { CompletionItem, TextEdit } from 'vscode-languageserver';
import { spellings } from '../../server/src/core/extensions/catalogue.ts';
import type { Family } from '../../server/src/core/netfilter.ts';
import { complete } from '../../server/src/features/completion.ts';
import { CATALOGUE, Pools } from '../conformance/pools.ts';
import { answersOf, findingsOf, type Input } from '../conformance/verdict.ts';
import { caseFiles } from '../support/cases.ts';
import { missingPrograms } from '../support/programs.ts';
import { applyEdits, atCursor } from '../unit/features/cursor.ts';
import { Random } from './random.ts';

const SEED = 417;
/** Rules whose every gap is completed, and proposals tried of all that are made there. */
const RULES = 60;
const TRIED = 1500;

/** What iptables' own options may have as their value. */
const BASE_VALUES: Readonly<Record<string, Readonly<Record<Family, string>>>> = {
  'PROTOCOL': { ipv4: 'tcp', ipv6: 'tcp' }, 'ADDRESS[/MASK]': { ipv4: '192.0.2.1', ipv6: '2001:db8::1' }, 'INTERFACE': { ipv4: 'eth0', ipv6: 'eth0' },
  'TARGET': { ipv4: 'ACCEPT', ipv6: 'ACCEPT' }, 'MATCH': { ipv4: 'comment --comment x', ipv6: 'comment --comment x' }, 'CHAIN': { ipv4: 'own', ipv6: 'own' }, 'PACKETS': { ipv4: '1', ipv6: '1' }, 'BYTES': { ipv4: '60', ipv6: '60' },
};

interface Trial extends Input {
  readonly item: string;
  readonly before: string;
}

/** What is still to come is no fault of what was chosen, and which of several values goes is for the writer to say. */
const UNFINISHED: ReadonlySet<string> = new Set(['missing-option', 'missing-value', 'invalid-value', 'external-object', 'unmatchable-rule']);

/** Every proposal at every gap of the rule, inserted with values that its type can read. */
async function trialsOf(base: Input, pools: Pools, random: Random): Promise<Trial[]> {
  const start = base.ruleset.lastIndexOf('\n-A ') + 1;
  const end = base.ruleset.indexOf('\n', start);
  const gaps = [...base.ruleset.slice(start, end).matchAll(/ (?=-)|$/gu)].map(({ index }) => start + index).filter((at) => at > start + '-A '.length);
  const trials: Trial[] = [];
  for (const gap of gaps) {
    const marked = `${base.ruleset.slice(0, gap)} <|>${base.ruleset.slice(gap)}`;
    const { document, position } = await atCursor(marked, base.family === 'ipv6' ? 'rules.v6' : 'rules.v4');
    for (const item of complete(document, position, { snippets: true, host: pools.host })) {
      const ruleset = inserted(document.getText(), item, base.family, pools, random);
      if (ruleset !== undefined) trials.push({ family: base.family, ruleset, item: `${item.label} (${item.detail ?? ''})`, before: marked });
    }
  }
  return trials;
}

/** The text with the item in it; undefined for what only begins something. */
function inserted(text: string, { label, tags, textEdit, additionalTextEdits = [] }: CompletionItem, family: Family, pools: Pools, random: Random): string | undefined {
  if (tags !== undefined || label === '!' || label === '-6' || label === '-4') return undefined;
  const edit = textEdit as TextEdit;
  let index = 0;
  const newText = edit.newText.replaceAll(/\$\{\d+:((?:\\.|[^}])*)\}/gu, (_, placeholder: string) => valueFor(label, placeholder.replaceAll('\\', ''), index++, family, pools, random));
  return applyEdits(text, [...additionalTextEdits, { ...edit, newText }]);
}

function valueFor(label: string, placeholder: string, index: number, family: Family, pools: Pools, random: Random): string {
  const own = BASE_VALUES[placeholder]?.[family];
  const spec = CATALOGUE.filter(({ families }) => families.includes(family)).flatMap(({ options }) => options).find((each) => spellings(each).includes(label.slice(2)) && each.values[index]?.placeholder === placeholder);
  if (spec === undefined) return own ?? '1';
  const readable = pools.of(spec, index).filter((text) => /^[^\s"-]+$/u.test(text) && spec.values[index]!.parse(text, { family }).ok);
  return readable.length === 0 ? own ?? '1' : random.pick(readable);
}

describe('what completion proposes', function () {
  this.timeout(300_000);
  const why = missingPrograms();
  before(function () {
    if (why === undefined) return;
    console.log(`    skipped: ${why}`);
    this.skip();
  });

  it(`is taken by both back ends (seed ${SEED})`, async () => {
    const random = new Random(SEED);
    const pools = await Pools.read();
    const rules = random.sample(caseFiles().flatMap(({ cases }) => cases).filter(({ takenBy, unloaded }) => takenBy.length === 2 && !unloaded), RULES)
      .map(({ families, table, chain, rule }): Input => {
        const own = chain === chain.toLowerCase() ? chain : 'own';
        return { family: random.pick(families), ruleset: `*${table}\n:${own} - [0:0]\n-A ${chain} ${rule}\nCOMMIT\n` };
      });
    const trials = random.sample((await Promise.all(rules.map((rule) => trialsOf(rule, pools, random)))).flat(), TRIED);
    const answers = await answersOf(trials, pools.ipsets);
    const wrong: string[] = [];
    let taken = 0;
    for (const [index, trial] of trials.entries()) {
      const findings = await findingsOf(trial, pools.host);
      if (answers[index]!.takenBy.length === 2) taken++;
      else if (!findings.some(({ code }) => UNFINISHED.has(code))) wrong.push(`${trial.before.trim()}\n  ${trial.item}: ${trial.ruleset.split('\n').at(-3)!}\n  ${answers[index]!.said.nft}\n  ${answers[index]!.said.legacy}`);
    }
    assert.deepEqual(wrong, [], wrong.join('\n'));
    assert.ok(taken > TRIED / 3, `only ${taken} of ${TRIED} are taken at once`);
  });
});
