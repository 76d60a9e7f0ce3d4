// Packets in a second of processor time through rulesets of 10, 1,000 and 10,000 rules, beside what the same packets cost the
// kernel, and the same packets tested rule by rule (trace of every rule) in the same run, so that two machines can be compared
// by the ratios. Of several runs, each in a fresh world, the fastest counts, on both sides. Then, through 1,000 rules: packets
// through a host's own firewall, of which the most go through several chains; and packets of which it is open by which
// interface they come, so that up to 16 courses are followed, where few and where many connections are remembered.
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
import { hostRuleset, ruleset } from './ruleset.ts';

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

/** Microseconds of processor time for a packet whose interface is open, once so many others have been. */
function openCost(program: Program, packets: readonly Packet[], before: number): number {
  const worlds = new Worlds();
  for (const packet of packets.slice(0, before)) simulate(program, worlds, packet);
  const open = packets.slice(before, before + 2 * OPEN_PACKETS).map((packet) => ({ ...packet, in: undefined }));
  for (const packet of open.slice(0, OPEN_PACKETS)) simulate(program, worlds, packet);
  const start = process.cpuUsage();
  for (const packet of open.slice(OPEN_PACKETS)) simulate(program, worlds, packet);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / OPEN_PACKETS;
}

const OPEN_PACKETS = 200;
const REMEMBERED = 20_000;

/** Costs beside that of an ordinary packet through an ordinary ruleset. */
async function shapes(packets: readonly Packet[]): Promise<void> {
  const ready = async (text: string): Promise<Program> => compile((await openDocument(text)).ruleset());
  const usual = await ready(ruleset(1000, Number(values.seed)));
  const host = await ready(hostRuleset(1000, Number(values.seed)));
  const runs = Array.from({ length: Math.ceil(Number(values.runs) / 4) });
  const ordinary = fastest(usual, packets, 'matched');
  const costs = {
    'ordinary': ordinary, 'host firewall': fastest(host, packets, 'matched'),
    'interface open, fresh world': Math.min(...runs.map(() => openCost(usual, packets, 0))),
    [`interface open, behind ${REMEMBERED} packets`]: Math.min(...runs.map(() => openCost(usual, packets, REMEMBERED))),
  };
  console.log('\n  1,000 rules                             packets/s  us/packet  ratio');
  for (const [name, cost] of Object.entries(costs)) console.log(`  ${name.padEnd(38)} ${(1e6 / cost).toFixed(0).padStart(10)} ${cost.toFixed(1).padStart(10)} ${(cost / ordinary).toFixed(2).padStart(6)}`);
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
await shapes(packets);
