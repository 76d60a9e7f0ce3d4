// What the exact analysis of a whole file costs beside parsing and binding it, and what it costs after an edit; as ratios
// to that in the same run, so that two machines can be compared. Milliseconds are of processor time.
//   node --import tsx bench/analysis.ts [--rules 1000,10000] [FILE...]
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { analyse, type Analysis } from '../server/src/core/analysis/analysis.ts';
import type { RulesetDocument } from '../server/src/core/ruleset/document.ts';
import { Diagnostics } from '../server/src/rules/run.ts';
import { openDocument } from '../test/support/document.ts';
import { ruleset } from './ruleset.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { rules: { type: 'string', default: '1000,10000' }, seed: { type: 'string', default: '1' } } });

/** What the work gives, and the milliseconds of processor time that it takes. */
function timed<T>(work: () => T): readonly [T, number] {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1000];
}

function worked(document: RulesetDocument, previous?: Analysis): Analysis {
  const analysis = analyse(document.ruleset(), { previous });
  const work = analysis.work();
  while (work.next().done !== true);
  return analysis;
}

/** The longest step of all checks that run in the background, in which nothing else has its turn. */
function longestStep(document: RulesetDocument): number {
  const diagnostics = new Diagnostics(document);
  diagnostics.findings();
  const work = diagnostics.analysing();
  let longest = 0;
  for (let done = false; !done;) {
    const [result, took] = timed(() => work.next());
    longest = Math.max(longest, took);
    done = result.done === true;
  }
  return longest;
}

/** Opens, analyses and edits a ruleset: a rule more in the middle of the file. */
async function measure(text: string, name: string): Promise<{ readonly rules: number; readonly open: number; readonly analyse: number; readonly edit: number; readonly longest: number }> {
  const start = process.cpuUsage();
  const document = await openDocument(text, name);
  const rules = [...document.ruleset().tables.values()].reduce((sum, table) => sum + [...table.chains.values()].reduce((so, chain) => so + chain.rules.length, 0), 0);
  const { user, system } = process.cpuUsage(start);
  const [analysis, whole] = timed(() => worked(document));
  const lines = text.split('\n');
  const line = lines.findIndex((each, number) => number >= lines.length / 2 && each.startsWith('-A'));
  const chain = lines[line]!.split(' ')[1]!;
  document.update([{ range: { start: { line, character: 0 }, end: { line, character: 0 } }, text: `-A ${chain} -s 203.0.113.7/32 -p tcp -m tcp --dport 4711 -j RETURN\n` }], 2);
  document.ruleset();
  const [, edit] = timed(() => worked(document, analysis));
  return { rules, open: (user + system) / 1000, analyse: whole, edit, longest: longestStep(document) };
}

const rulesets = positionals.length > 0
  ? positionals.map((file) => ({ name: basename(file), text: readFileSync(file, 'utf8') }))
  : values.rules.split(',').map((rules) => ({ name: 'rules.v4', text: ruleset(Number(rules), Number(values.seed)) }));
// The first run of a process is slower by what compiling the code takes.
await measure(ruleset(1000, 2), 'rules.v4');
console.log('   rules    opening   analysis  times opening       edit  times analysis  longest step');
for (const { name, text } of rulesets) {
  const { rules, open, analyse: whole, edit, longest } = await measure(text, name);
  console.log(`${String(rules).padStart(8)} ${open.toFixed(0).padStart(7)} ms ${whole.toFixed(0).padStart(7)} ms ${(whole / open).toFixed(1).padStart(14)} ${edit.toFixed(0).padStart(7)} ms ${(edit / whole).toFixed(2).padStart(15)} ${longest.toFixed(0).padStart(10)} ms`);
}
