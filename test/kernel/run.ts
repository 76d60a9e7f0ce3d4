// Random rulesets and packets through the kernel and through the engine; prints each disagreement, made as small as it gets.
//   node --import tsx test/kernel/run.ts --seed 1 --count 100 [--backend legacy|nft] [--family ipv4|ipv6] [--packets 30]
//   node --import tsx test/kernel/run.ts --timed --count 20       packets over seconds, which it takes
//   node --import tsx test/kernel/run.ts --nat --count 20         rules that are mostly about NAT
//   node --import tsx test/kernel/run.ts --routes --count 20      hosts with many addresses, routes and routing rules
//   node --import tsx test/kernel/run.ts --streams --count 20 --packets 300     TCP connections of random segments
//   node --import tsx test/kernel/run.ts --file requests.json     replays worked requests
//   node --import tsx test/kernel/run.ts --count 5 rules.v4 …     somebody else's rulesets, with packets made from their rules
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import type { Family } from '../../server/src/core/netfilter.ts';
import { caseOf, generateCase, generateStreams } from './case.ts';
import { check, type Disagreement } from './check.ts';
import { KernelOracle } from './client.ts';
import type { OracleRequest } from './protocol.ts';
import { familyOf } from './seeds.ts';
import { shrink } from './shrink.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: {
  seed: { type: 'string', default: '1' }, count: { type: 'string', default: '20' }, packets: { type: 'string', default: '30' }, backend: { type: 'string', default: 'legacy' },
  family: { type: 'string' }, file: { type: 'string' }, only: { type: 'string' }, keep: { type: 'boolean', default: false }, streams: { type: 'boolean', default: false }, timed: { type: 'boolean', default: false }, nat: { type: 'boolean', default: false }, routes: { type: 'boolean', default: false },
} });
const backend = values.backend as Backend;
const oracle = new KernelOracle(backend);
const totals = { cases: 0, refused: 0, packets: 0, unknown: 0, disagreements: 0 };
const reasons = new Map<string, number>();

for await (const request of requests()) {
  const checked = await check(oracle, request, backend);
  totals.cases++;
  if (!checked.reply.ok) {
    totals.refused++;
    await reportRefusal(request, checked.reply.error ?? '');
    continue;
  }
  totals.packets += checked.compared;
  totals.unknown += checked.unknown.length;
  for (const reason of checked.unknown) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  if (checked.disagreements.length > 0) await report(request, checked.disagreements);
}
await oracle.close();
for (const [reason, count] of [...reasons].sort((a, b) => b[1] - a[1])) console.log(`unknown ${String(count).padStart(4)}  ${reason}`);
console.log(JSON.stringify(totals));
process.exitCode = totals.disagreements > 0 ? 1 : 0;

async function* requests(): AsyncGenerator<OracleRequest> {
  if (values.file !== undefined) {
    const all = JSON.parse(readFileSync(values.file, 'utf8')) as OracleRequest[];
    yield* all.filter(({ id }) => values.only === undefined || id?.includes(values.only) === true);
    return;
  }
  for (let seed = Number(values.seed); seed < Number(values.seed) + Number(values.count); seed++) {
    const family = (values.family as Family | undefined) ?? familyOf(seed);
    const options = { family, backend, packets: Number(values.packets), timed: values.timed, nat: values.nat, routes: values.routes };
    if (positionals.length > 0) for (const file of positionals) yield await caseOf(file, readFileSync(file, 'utf8'), seed, { ...options, family: (values.family as Family | undefined) ?? 'ipv4' });
    else if (values.streams) yield generateStreams(seed, family, Number(values.packets));
    else yield await generateCase(seed, options);
  }
}

async function report(request: OracleRequest, found: readonly Disagreement[]): Promise<void> {
  totals.disagreements++;
  const small = values.keep ? request : await shrink(request, async (candidate) => {
    const { reply, disagreements } = await check(oracle, candidate, backend);
    return reply.ok && disagreements.length > 0;
  });
  const again = await check(oracle, small, backend);
  const comesAgain = again.disagreements.length > 0;
  const shown = comesAgain ? again.disagreements : found;
  console.log(`\n== ${request.id} (${backend})\n${small.ruleset.trim()}`);
  for (const [index, packet] of small.packets.entries()) console.log(`  #${index} ${JSON.stringify(packet)}`);
  for (const { index, differences } of shown) console.log(`  at #${index}: ${differences.join('\n         ')}`);
  if (!comesAgain) console.log('  It did not come again when the same was sent once more: time that passed meanwhile, or chance, had a part in it.');
}

/** A ruleset that the kernel refuses says something about the generator, or about what we would load. */
async function reportRefusal(request: OracleRequest, error: string): Promise<void> {
  const small = values.keep ? request : await shrink({ ...request, packets: [] }, async (candidate) => !(await oracle.ask(candidate)).ok, 150);
  console.log(`\n== ${request.id} (${backend}) is refused: ${error.split('\n')[0]}\n${small.ruleset.split('\n').filter((line) => line.startsWith('-') || line.startsWith('*')).join('\n')}`);
}
