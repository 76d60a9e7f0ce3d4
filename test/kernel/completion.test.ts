import assert from 'node:assert/strict';
import type { CompletionItem, TextEdit } from 'vscode-languageserver';
import { spellings } from '../../server/src/core/extensions/catalogue.ts';
import type { Family } from '../../server/src/core/netfilter.ts';
import { complete } from '../../server/src/features/completion.ts';
import { CATALOGUE, Pools } from '../conformance/pools.ts';
import { answersOf, findingsOf, type Input } from '../conformance/verdict.ts';
import { caseFiles } from '../support/cases.ts';
import { CURSOR, applyEdits, atCursor } from '../unit/features/cursor.ts';
import { describeWithPrograms } from './namespace.ts';
import { Random } from './random.ts';

const SEED = 417;
/** Rules whose every gap is completed, and proposals tried of all that are made there. */
const RULES = 30;
const TRIED = 500;
/** Proposals tried at one gap. */
const PER_GAP = 30;

/** What begins something else, or is for the other family. */
const NOT_TRIED: ReadonlySet<string> = new Set(['!', '-4', '-6', '--ipv4', '--ipv6']);

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
const UNFINISHED: ReadonlySet<string> = new Set(['missing-option', 'missing-value', 'invalid-value', 'external-object', 'host-name', 'unmatchable-rule']);

/** Every proposal at every gap of the rule, inserted with values that completion proposes then or that its type can read. */
async function trialsOf(base: Input, pools: Pools, random: Random): Promise<Trial[]> {
  const start = base.ruleset.lastIndexOf('\n-A ') + 1;
  const end = base.ruleset.indexOf('\n', start);
  const gaps = [...base.ruleset.slice(start, end).matchAll(/ (?=-)|$/gu)].map(({ index }) => start + index).filter((at) => at > start + '-A '.length);
  const trials: Trial[] = [];
  for (const gap of gaps) {
    const marked = `${base.ruleset.slice(0, gap)} ${CURSOR}${base.ruleset.slice(gap)}`;
    const { document, position } = await atCursor(marked, nameFor(base.family));
    const items = complete(document, position, { host: pools.host, snippets: true }).filter(({ label, tags }) => tags === undefined && !NOT_TRIED.has(label));
    for (const item of random.sample(items, PER_GAP)) {
      trials.push({ family: base.family, ruleset: await inserted(document.getText(), item, base.family, pools, random), item: `${item.label} (${item.detail ?? ''})`, before: marked });
    }
  }
  return trials;
}

const nameFor = (family: Family): string => (family === 'ipv6' ? 'rules.v6' : 'rules.v4');

/** The text with the item in it, and a value for each of its placeholders. */
async function inserted(text: string, { label, textEdit, additionalTextEdits = [] }: CompletionItem, family: Family, pools: Pools, random: Random): Promise<string> {
  const edit = textEdit as TextEdit;
  const [head, ...placeholders] = edit.newText.split(/\s*\$\{\d+:(?=(?:\\.|[^}])*\})/u);
  let marked = applyEdits(text, [...additionalTextEdits, { ...edit, newText: placeholders.length === 0 ? head! : `${head!} ${CURSOR}` }]);
  for (const [index, rest] of placeholders.entries()) {
    const value = await valueFor(marked, { label, placeholder: rest.replace(/\}$/u, '').replaceAll('\\', ''), index }, family, pools, random);
    marked = marked.replace(CURSOR, index === placeholders.length - 1 ? value : `${value} ${CURSOR}`);
  }
  return marked;
}

interface Wanted {
  readonly label: string;
  readonly placeholder: string;
  readonly index: number;
}

async function valueFor(marked: string, { label, placeholder, index }: Wanted, family: Family, pools: Pools, random: Random): Promise<string> {
  const { document, position } = await atCursor(marked, nameFor(family));
  const proposed = complete(document, position, { host: pools.host }).filter(({ label: each, tags }) => tags === undefined && !each.startsWith('-') && each !== '!').map(({ label: each }) => each);
  if (proposed.length > 0 && BASE_VALUES[placeholder] === undefined) return random.pick(proposed);
  const spec = CATALOGUE.filter(({ families }) => families.includes(family)).flatMap(({ options }) => options).find((each) => spellings(each).includes(label.slice(2)) && each.values[index]?.placeholder === placeholder);
  const readable = spec === undefined ? [] : pools.of(spec, index).filter((each) => /^[^\s"-]+$/u.test(each) && spec.values[index]!.parse(each, { family }).ok);
  return BASE_VALUES[placeholder]?.[family] ?? (readable.length === 0 ? '1' : random.pick(readable));
}

describeWithPrograms('what completion proposes', () => {
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
}, 300_000);
