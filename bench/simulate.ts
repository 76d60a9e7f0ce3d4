// Packets a second through rulesets of 100, 1,000 and 10,000 rules, and the same packets tested rule by rule (trace of
// every rule) in the same run, so that two machines can be compared by the ratio.
//   node --import tsx bench/simulate.ts [--packets 200000] [--rules 100,1000,10000]
import { parseArgs } from 'node:util';
import { compile } from '../server/src/core/engine/compile/compile.ts';
import type { Packet } from '../server/src/core/engine/packet.ts';
import { simulate } from '../server/src/core/engine/simulate.ts';
import { Worlds } from '../server/src/core/engine/world.ts';
import { openDocument } from '../test/support/document.ts';
import { traffic } from './simulate-packets.ts';
import { ruleset } from './ruleset.ts';

const { values } = parseArgs({ options: { packets: { type: 'string', default: '200000' }, rules: { type: 'string', default: '100,1000,10000' }, seed: { type: 'string', default: '1' } } });

/** Packets a second of processor time; the world is fresh, and conntrack fills up as it would. */
async function measure(rules: number, packets: readonly Packet[], trace: 'none' | 'matched' | 'all'): Promise<number> {
  const document = await openDocument(ruleset(rules, Number(values.seed)));
  const program = compile(document.ruleset());
  const worlds = new Worlds();
  const start = process.cpuUsage();
  for (const packet of packets) simulate(program, worlds, packet, { trace });
  const { user, system } = process.cpuUsage(start);
  return packets.length / ((user + system) / 1e6);
}

const packets = traffic(Number(values.packets), Number(values.seed));
// The first run of a process is slower by what compiling the code takes.
await measure(100, packets.slice(0, 20000), 'matched');
console.log('rules      none     matched  every rule  ratio');
for (const rules of values.rules.split(',').map(Number)) {
  const [none, matched, all] = [await measure(rules, packets, 'none'), await measure(rules, packets, 'matched'), await measure(rules, packets.slice(0, Math.ceil(packets.length / rules)), 'all')];
  console.log(`${String(rules).padStart(6)} ${none.toFixed(0).padStart(9)} ${matched.toFixed(0).padStart(9)} ${all.toFixed(0).padStart(9)} ${(matched / all).toFixed(1).padStart(8)}`);
}
