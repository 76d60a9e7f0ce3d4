// How far our yes and no agree with iptables' own.
//   npm run conformance [-- --verbose] [--seed N] [--count N] [CORPUS-FOLDER]
// Rules and rulesets of other projects with the real tool's answers (third-party material that stands beside the
// checkout, not in it), and rules made from the catalogue, of which both back ends are asked here and now (as root).
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { missingPrograms } from '../support/programs.ts';
import { abbreviations, disagreements } from './abbreviations.ts';
import { compareChangedCorpus, compareCorpus } from './corpus.ts';
import { compareGenerated } from './generated.ts';
import { comparePeople } from './people.ts';
import { print, type Reported } from './report.ts';
import { compareTools } from './tools.ts';
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
  printAbbreviations(await disagreements(abbreviations(), 'nft'));
  print('written', await compareWritten(), values.verbose);
  print('as people write them', await comparePeople(), values.verbose);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
  if (existsSync(corpus)) print(`corpus with a change in each, seed ${seed}`, await compareChangedCorpus(corpus, seed, Number(values.count) / 5), values.verbose);
  print(`rulesets as tools write them, seed ${seed}`, await compareTools(seed, Number(values.count) / 5), values.verbose);
  print(`generated, seed ${seed}`, await compareGenerated(seed, Number(values.count)), values.verbose);
} else {
  console.log(`SKIPPED: the programs can't be asked about generated rules: ${missing}`);
}

function printAbbreviations(wrong: readonly string[]): void {
  console.log(`\nabbreviations of options: ${abbreviations().length} inputs\n  ${wrong.length === 0 ? 'no disagreement' : `${wrong.length} disagreements:\n  ${wrong.join('\n  ')}`}`);
}
