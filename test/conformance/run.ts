// How far our yes and no agree with iptables' own.
//   npm run conformance [-- --verbose] [--seed N] [--count N] [CORPUS-FOLDER]
// Rules and rulesets of other projects with the real tool's answers (third-party material that stands beside the
// checkout, not in it), and rules made from the catalogue, of which both back ends are asked here and now (as root).
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { missingPrograms } from '../support/programs.ts';
import { compareCorpus } from './corpus.ts';
import { compareGenerated } from './generated.ts';
import { print, type Reported } from './report.ts';
import { compareWritten } from './written.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { verbose: { type: 'boolean', default: false }, seed: { type: 'string' }, count: { type: 'string', default: '5000' } },
});

const corpus = positionals[0] ?? fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));
if (existsSync(corpus)) {
  const all: Reported[] = [];
  for await (const each of compareCorpus(corpus)) all.push(each);
  print('corpus', all, values.verbose);
} else {
  console.log(`SKIPPED: there is no corpus at ${corpus}`);
}

const missing = missingPrograms();
if (missing === undefined) {
  print('written', await compareWritten(), values.verbose);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
  print(`generated, seed ${seed}`, await compareGenerated(seed, Number(values.count)), values.verbose);
} else {
  console.log(`SKIPPED: the programs can't be asked about generated rules: ${missing}`);
}
