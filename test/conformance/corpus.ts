import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import type { Family } from '../../server/src/core/netfilter.ts';
import { BACKENDS } from '../support/programs.ts';
import type { Outcome, Reported } from './report.ts';
import { Random } from '../kernel/random.ts';
import { damage } from './damage.ts';
import { ABOUT_THE_KERNEL, compareInputs, dependsOnHost, difference, findingsOf, type Answer, type Input } from './verdict.ts';

/** What one program said of one text, as the corpus keeps it. */
interface Kept {
  readonly test_ok: boolean;
  readonly load_ok: boolean;
  readonly test_err?: string;
  readonly load_err?: string;
}

interface CorpusRule {
  readonly file: string;
  readonly table: string;
  readonly chains: readonly string[];
  readonly rule: string;
  readonly real: Readonly<Record<Backend, Readonly<Partial<Record<'ip' | 'ip6', Kept>>>>>;
}

interface CorpusRuleset {
  readonly file: string;
  readonly family_guess: 'ip' | 'ip6';
  readonly loads_nft: boolean;
  readonly loads_legacy: boolean;
  readonly templated: boolean;
  readonly error: string | null;
}

const FAMILIES: Readonly<Record<'ip' | 'ip6', Family>> = { ip: 'ipv4', ip6: 'ipv6' };

/** Characters of a ruleset that is changed again and again. */
const LONGEST = 6000;

const said = ({ load_err, test_err }: Kept): string => `${load_err ?? ''} ${test_err ?? ''}`.trim();

function answerOf(kept: Readonly<Record<Backend, Kept>>): Answer {
  return { takenBy: BACKENDS.filter((backend) => kept[backend].load_ok), said: { nft: said(kept.nft), legacy: said(kept.legacy) }, unloaded: false };
}

/** Compares what check says of every rule and ruleset of the corpus with the answers that it keeps. */
export async function* compareCorpus(corpus: string): AsyncIterable<Reported> {
  for (const each of readRules(corpus)) yield* rule(each);
  for (const each of readRulesets(corpus)) if (!each.templated) yield ruleset(corpus, each);
}

/** `count` rules and rulesets of the corpus that both back ends take, each changed in one place. */
export function compareChangedCorpus(corpus: string, seed: number, count: number): Promise<Reported[]> {
  const random = new Random(seed);
  const taken = [...takenRules(corpus), ...takenRulesets(corpus)];
  return compareInputs(Array.from({ length: count }, () => {
    const { name, family, ruleset } = random.pick(taken);
    const damaged = damage(ruleset, random);
    return { group: name, family, ruleset: damaged.text, what: `${name}: ${damaged.what}` };
  }), [], {});
}

interface Taken extends Input {
  readonly name: string;
}

function takenRules(corpus: string): Taken[] {
  return readRules(corpus).flatMap(({ file, table, chains, rule: text, real }) => (['ip', 'ip6'] as const).filter((short) => BACKENDS.every((backend) => real[backend][short]?.load_ok === true))
    .map((short) => ({ name: file, family: FAMILIES[short], ruleset: `*${table}\n-A ${chains[0]!} ${text}\nCOMMIT\n` })));
}

function takenRulesets(corpus: string): Taken[] {
  const taken = readRulesets(corpus).filter(({ templated, loads_nft, loads_legacy }) => !templated && loads_nft && loads_legacy);
  return taken.map(({ file, family_guess }) => ({ name: file, family: FAMILIES[family_guess], ruleset: readFileSync(path.join(corpus, file), 'utf8') })).filter(({ ruleset }) => ruleset.length < LONGEST && ruleset.trim() !== '');
}

const readRules = (corpus: string): CorpusRule[] => readFileSync(path.join(corpus, 'rules.jsonl'), 'utf8').split('\n').filter(Boolean).map((text) => JSON.parse(text) as CorpusRule);

const readRulesets = (corpus: string): CorpusRuleset[] => JSON.parse(readFileSync(path.join(corpus, 'rulesets.json'), 'utf8')) as CorpusRuleset[];

async function* rule({ file, table, chains, rule: text, real }: CorpusRule): AsyncIterable<Reported> {
  for (const short of ['ip', 'ip6'] as const) {
    const [nft, legacy] = [real.nft[short], real.legacy[short]];
    if (nft === undefined || legacy === undefined) continue;
    const answer = answerOf({ nft, legacy });
    if (answer.takenBy.length === 0 && BACKENDS.some((backend) => ABOUT_THE_KERNEL.test(answer.said[backend]))) continue;
    yield report(`rules of ${file}`, `${short} ${table} ${chains[0]} ${text}`, FAMILIES[short], `*${table}\n-A ${chains[0]} ${text}\nCOMMIT\n`, answer);
  }
}

function ruleset(corpus: string, { file, family_guess, loads_nft, loads_legacy, error }: CorpusRuleset): Promise<Reported> {
  const takenBy = BACKENDS.filter((backend) => (backend === 'nft' ? loads_nft : loads_legacy));
  const text = readFileSync(path.join(corpus, file), 'utf8');
  return report('rulesets', file, FAMILIES[family_guess], text, { takenBy, said: { nft: error ?? '', legacy: error ?? '' }, unloaded: false });
}

async function report(group: string, what: string, family: Family, text: string, answer: Answer): Promise<Reported> {
  const findings = await findingsOf({ family, ruleset: text });
  const outcome: Outcome = answer.takenBy.length > 0 ? 'accepted' : dependsOnHost(findings, answer) ? 'depending on the host' : 'refused';
  return { group, what, outcome, difference: difference(findings, answer), said: answer.said.nft || answer.said.legacy, findings };
}
