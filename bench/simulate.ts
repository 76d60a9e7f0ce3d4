// Packets in a second of processor time through rulesets of 10, 1,000 and 10,000 rules, beside what the same packets cost the
// kernel, and the same packets tested rule by rule (trace of every rule) in the same run, so that two machines can be compared
// by the ratios. Of several runs, each in a fresh world, the fastest counts, on both sides.
//   node --import tsx bench/simulate.ts [--packets 50000] [--rules 10,1000,10000] [--runs 16]
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compile } from '../server/src/core/engine/compile/compile.ts';
import type { Packet } from '../server/src/core/engine/packet.ts';
import type { Program } from '../server/src/core/engine/program.ts';
import { simulate } from '../server/src/core/engine/simulate.ts';
import type { Backend } from '../server/src/core/engine/traversal.ts';
import { Worlds } from '../server/src/core/engine/world.ts';
import { missingForKernel } from '../test/kernel/support.ts';
import { oraclePacketOf } from '../test/kernel/translate.ts';
import { openDocument } from '../test/support/document.ts';
import { traffic } from './simulate-packets.ts';
import { ruleset } from './ruleset.ts';

const { values } = parseArgs({ options: {
  packets: { type: 'string', default: '50000' }, rules: { type: 'string', default: '10,1000,10000' }, runs: { type: 'string', default: '16' }, seed: { type: 'string', default: '1' },
} });
const KERNEL = fileURLToPath(new URL('./kernel_cost.py', import.meta.url));
/** As many as the kernel takes in a moment. */
const KERNEL_PACKETS = 20_000;

/** Microseconds of processor time a packet; the world is fresh, and conntrack fills up as it would. */
function run(program: Program, packets: readonly Packet[], trace: 'matched' | 'all'): number {
  const worlds = new Worlds();
  const start = process.cpuUsage();
  for (const packet of packets) simulate(program, worlds, packet, { trace });
  const { user, system } = process.cpuUsage(start);
  return (user + system) / packets.length;
}

function fastest(program: Program, packets: readonly Packet[], trace: 'matched' | 'all'): number {
  return Math.min(...Array.from({ length: Number(values.runs) }, () => run(program, packets, trace)));
}

/** Microseconds that the ruleset costs the kernel for a packet, conntrack included: with it, less without it. */
function kernelCost(text: string, backend: Backend, packets: readonly Packet[]): number {
  const input = JSON.stringify({ ruleset: text, backend, packets: packets.slice(0, KERNEL_PACKETS).map(oraclePacketOf) });
  const { stdout, stderr } = spawnSync('python3', ['-B', KERNEL], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (stdout === '') throw new Error(`the kernel could not be asked: ${stderr}`);
  const reply = JSON.parse(stdout) as { readonly without: number; readonly with: number; readonly error?: string };
  if (reply.error !== undefined) throw new Error(`the kernel refuses the ruleset: ${reply.error}`);
  return (reply.with - reply.without) / 1000;
}

const packets = traffic(Number(values.packets), Number(values.seed));
const missing = missingForKernel();
if (missing !== undefined) console.log(`the kernel's own cost is left out: the kernel can't be asked, because ${missing}`);
console.log('            simulator               kernel, legacy      kernel, nft        every rule');
console.log('  rules   packets/s  us/packet   us/packet  ratio   us/packet  ratio   us/packet  ratio');
for (const rules of values.rules.split(',').map(Number)) {
  const text = ruleset(rules, Number(values.seed));
  const program = compile((await openDocument(text)).ruleset());
  const matched = fastest(program, packets, 'matched');
  const column = (cost: number): string => `${cost.toFixed(1).padStart(10)} ${(matched / cost).toFixed(2).padStart(7)}`;
  const kernel = missing === undefined ? (['legacy', 'nft'] as const).map((backend) => column(kernelCost(text, backend, packets))) : Array.from({ length: 2 }, () => '-'.padStart(10) + '-'.padStart(8));
  const all = fastest(program, packets.slice(0, Math.ceil(packets.length / rules)), 'all');
  console.log(`${String(rules).padStart(7)} ${(1e6 / matched).toFixed(0).padStart(11)} ${matched.toFixed(1).padStart(10)}  ${kernel.join('  ')}  ${column(all)}`);
}
