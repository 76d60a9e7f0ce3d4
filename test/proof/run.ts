// Holds the analysis against the engine on real rulesets: no packet that a rule called dead asks for may hit it, and the
// packet shown for every other rule has to.
//   npm run proof [-- --verbose] [CORPUS-FOLDER]
// The corpus is third-party material that stands beside the checkout, not in it; without it there is nothing to prove.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startsTracking } from '../../server/src/core/engine/compile/compile.ts';
import type { Ruleset } from '../../server/src/core/ruleset/model.ts';
import { openDocument } from '../support/document.ts';
import { TableProof, type Proven } from './table.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { verbose: { type: 'boolean', default: false } } });
const corpus = positionals[0] ?? fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));
if (!existsSync(corpus)) {
  console.log(`SKIPPED: there is no corpus at ${corpus}`);
  process.exit(0);
}

interface CorpusRuleset {
  readonly file: string;
  readonly family_guess: string;
}

/** The ruleset with one of its tables alone, so that no other table keeps packets from it. */
const alone = (ruleset: Ruleset, name: string): Ruleset => ({ ...ruleset, tables: new Map([...ruleset.tables].filter(([each]) => each === name)) });

const totals = new Map<Proven, number>();
let contradictions = 0;
for (const { file, family_guess } of JSON.parse(readFileSync(path.join(corpus, 'rulesets.json'), 'utf8')) as CorpusRuleset[]) {
  const ruleset = (await openDocument(readFileSync(path.join(corpus, file), 'utf8'), family_guess === 'ip6' ? 'rules.v6' : 'rules.v4')).ruleset();
  for (const name of ruleset.tables.keys()) {
    const single = alone(ruleset, name);
    // Nobody asks a nat table on a host that tracks no connections.
    if (name === 'nat' && !startsTracking(single)) continue;
    const proof = new TableProof(single, name);
    for (const { proven, rule, packet } of proof.rules()) {
      totals.set(proven, (totals.get(proven) ?? 0) + 1);
      const contradicts = proven === 'dead, but hit' || proven === 'alive, but not hit';
      if (contradicts) contradictions++;
      if (contradicts || (values.verbose && proven !== 'alive, hit')) console.log(`${file}:${rule.bound.line.number + 1}: ${proven}\n  ${rule.bound.line.text.trim()}${packet === undefined ? '' : `\n  ${packet}`}`);
    }
  }
}
for (const [proven, count] of [...totals].sort()) console.log(`${String(count).padStart(6)} ${proven}`);
process.exitCode = contradictions === 0 ? 0 : 1;
