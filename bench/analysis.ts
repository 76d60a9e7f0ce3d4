// What the exact analysis of whole files costs: every check that runs in the background, in a process that has just been
// started and again in one that has run them before, after edits, and the longest time for which typing would wait.
// Milliseconds are of one core, on Linux those of the main thread alone (compilers and collectors run beside it), also as
// ratios to opening (parsing and binding) in the same run, so that two machines can be compared. Each ruleset is measured
// in a process of its own. Edits put a rule into the middle of the largest chain and of a small one, change it, and delete
// it again; the ratios are to `again`.
//   node --import tsx bench/analysis.ts [--rules 10000] [--kinds mixed,kube,blocklist,host] [FILE...]
// Without FILEs also the largest rulesets of ../shared/corpus, where that is there.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { RulesetDocument } from '../server/src/core/ruleset/document.ts';
import { DEFAULT_CHECK_SETTINGS, type Rule } from '../server/src/rules/rule.ts';
import { RULES } from '../server/src/rules/rules.generated.ts';
import { Diagnostics } from '../server/src/rules/run.ts';
import { openDocument } from '../test/support/document.ts';
import { KINDS, rulesetOf, type Kind } from './kinds.ts';

/** As in `server/src/background.ts`: between two slices everything else has its turn. */
const SLICE = 5;

/** What one check costs matters from here on. */
const WORTH_NAMING = 0.02;

/** What was measured of one ruleset, in milliseconds of processor time. */
interface Measured {
  readonly rules: number;
  readonly open: number;
  readonly first: number;
  readonly again: number;
  /** The longest of the edits in the largest chain, and in a small one. */
  readonly edits: readonly [large: number, small: number];
  /** The longest slice, by the clock or by the processor, whichever says less. */
  readonly longest: number;
  /** The most memory that was in use at once, in megabytes. */
  readonly memory: number;
  /** What each check took of `again`; the rest is for finding out which rules can match. */
  readonly checks: Readonly<Record<string, number>>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true, options: { rules: { type: 'string', default: '10000' }, kinds: { type: 'string', default: KINDS.join() }, seed: { type: 'string', default: '1' }, measure: { type: 'boolean' } },
});

const SCHEDULED = '/proc/thread-self/schedstat';

function processorTime(): number {
  if (existsSync(SCHEDULED)) return Number(readFileSync(SCHEDULED, 'utf8').split(' ')[0]) / 1e6;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What all background checks of a document take, what each of them takes, and the longest slice. */
function analysed(diagnostics: Diagnostics): { readonly all: number; readonly longest: number } {
  diagnostics.findings();
  const start = processorTime();
  const work = diagnostics.analysing();
  let longest = 0;
  for (let isDone = false; !isDone;) {
    const [clock, before] = [performance.now(), processorTime()];
    while (!isDone && performance.now() < clock + SLICE) isDone = work.next().done === true;
    longest = Math.max(longest, Math.min(performance.now() - clock, processorTime() - before));
  }
  return { all: processorTime() - start, longest };
}

/** The rules, with a note of what the background check of each takes. */
function noting(times: Record<string, number>): readonly Rule[] {
  return RULES.map((rule) => (rule.checkAnalysis === undefined ? rule : {
    ...rule,
    *checkAnalysis(file) {
      const start = processorTime();
      yield* rule.checkAnalysis!(file);
      times[rule.code] = (times[rule.code] ?? 0) + processorTime() - start;
    },
  }));
}

/** Of the document that is edited. */
let version = 1;

const surroundings = (): { readonly settings: typeof DEFAULT_CHECK_SETTINGS } => ({ settings: DEFAULT_CHECK_SETTINGS });

/** Opens, analyses and edits a ruleset. */
async function measure(text: string, name: string): Promise<Measured> {
  const cold = analysed(new Diagnostics(await openDocument(text, name), surroundings));
  const start = processorTime();
  const document = await openDocument(text, name);
  document.ruleset();
  const open = processorTime() - start;
  const checks: Record<string, number> = {};
  const diagnostics = new Diagnostics(document, surroundings, noting(checks));
  const warm = analysed(diagnostics);
  const split = { ...checks };
  const edits = placesOf(text).map((place) => edited(document, diagnostics, place)) as [Edited, Edited];
  return {
    rules: rulesIn(document), open, first: cold.all, again: warm.all, edits: [edits[0].all, edits[1].all],
    longest: Math.max(warm.longest, ...edits.map(({ longest }) => longest)), memory: process.resourceUsage().maxRSS / 1024, checks: split,
  };
}

/** Where a rule is put in: the number of its line, and its chain. */
interface EditPlace {
  readonly line: number;
  readonly chain: string;
}

/** The middle of the chain with the most rules, and of one with few. */
function placesOf(text: string): readonly [EditPlace, EditPlace] {
  const chains = new Map<string, EditPlace[]>();
  for (const [line, each] of text.split('\n').entries()) {
    const chain = /^-A (\S+)/u.exec(each)?.[1];
    if (chain === undefined) continue;
    const own = chains.get(chain);
    if (own === undefined) chains.set(chain, [{ line, chain }]);
    else own.push({ line, chain });
  }
  const bySize = [...chains.values()].sort((one, other) => one.length - other.length);
  const middle = (places: readonly EditPlace[]): EditPlace => places[places.length >> 1]!;
  return [middle(bySize.at(-1)!), middle(bySize[bySize.length >> 2]!)];
}

/** The most that one edit took, and its longest slice. */
interface Edited {
  readonly all: number;
  readonly longest: number;
}

/** Puts a rule in, changes it and deletes it again. */
function edited(document: RulesetDocument, diagnostics: Diagnostics, { line, chain }: EditPlace): Edited {
  const rule = (port: number): string => `-A ${chain} -s 203.0.113.7/32 -p tcp -m tcp --dport ${port} -j RETURN\n`;
  const taken = ([[0, rule(4711)], [1, rule(4712)], [1, '']] as const).map(([removed, put]) => {
    document.update([{ range: { start: { line, character: 0 }, end: { line: line + removed, character: 0 } }, text: put }], ++version);
    return analysed(diagnostics);
  });
  return { all: Math.max(...taken.map(({ all }) => all)), longest: Math.max(...taken.map(({ longest }) => longest)) };
}

function rulesIn(document: RulesetDocument): number {
  const chains = [...document.ruleset().tables.values()].flatMap((table) => [...table.chains.values()]);
  return chains.reduce((sum, { rules }) => sum + rules.length, 0);
}

/** A ruleset to measure: a file, or of a kind and a number of rules (`mixed/10000`). */
async function measureNamed(name: string): Promise<void> {
  const [kind, rules] = name.split('/');
  const isKind = (KINDS as readonly string[]).includes(kind!);
  const text = isKind ? rulesetOf(kind as Kind, Number(rules), Number(values.seed)) : readFileSync(name, 'utf8');
  console.log(JSON.stringify(await measure(text, isKind ? 'rules.v4' : `${basename(dirname(name))}-${basename(name)}`)));
}

/** The same in a process of its own. */
function measuredAlone(name: string): Measured {
  const { stdout, status } = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), '--measure', '--seed', values.seed, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error(`${name} could not be measured.`);
  return JSON.parse(stdout) as Measured;
}

const CORPUS = fileURLToPath(new URL('../../shared/corpus/rulesets', import.meta.url));

/** So many of the largest files of the corpus are measured. */
const LARGEST = 4;

function largestOfCorpus(): readonly string[] {
  if (!existsSync(CORPUS)) {
    console.log(`Real rulesets are skipped: there is no ${CORPUS}.`);
    return [];
  }
  const files = readdirSync(CORPUS, { recursive: true, encoding: 'utf8' }).map((name) => join(CORPUS, name)).filter((name) => statSync(name).isFile());
  return files.sort((a, b) => statSync(b).size - statSync(a).size).slice(0, LARGEST);
}

function print(name: string, { rules, open, first, again, edits, longest, memory, checks }: Measured): void {
  const ms = (time: number, width: number): string => `${time.toFixed(0).padStart(width)} ms`;
  const split = Object.entries(checks).filter(([, time]) => time > again * WORTH_NAMING).map(([code, time]) => `${code} ${((time / again) * 100).toFixed(0)} %`);
  console.log(`${name.slice(-28).padEnd(28)} ${String(rules).padStart(7)} ${ms(open, 6)} ${ms(first, 6)} ${ms(again, 6)} ${(again / open).toFixed(1).padStart(6)} ${edits.map((edit) => `${ms(edit, 5)} ${(edit / again).toFixed(2).padStart(5)}`).join(' ')} ${ms(longest, 5)} ${memory.toFixed(0).padStart(6)} MB  ${split.join(', ')}`);
}

if (values.measure === true) await measureNamed(positionals[0]!);
else {
  const generated = values.rules.split(',').flatMap((rules) => values.kinds.split(',').map((kind) => `${kind}/${rules}`));
  console.log(`${'ruleset'.padEnd(28)}   rules   opening     first     again  ratio    large ratio    small ratio  longest    memory  of which`);
  for (const name of positionals.length > 0 ? positionals : [...generated, ...largestOfCorpus()]) print(generated.includes(name) ? name : basename(name), measuredAlone(name));
}
