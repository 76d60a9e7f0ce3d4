import assert from 'node:assert/strict';
import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import type { Packet } from '../../../server/src/core/engine/packet.ts';
import type { Result } from '../../../server/src/core/engine/result.ts';
import { simulate, type SimulateOptions } from '../../../server/src/core/engine/simulate.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import { parsePacket } from '../../../server/src/core/notation/parse.ts';
import { openDocument } from '../../support/document.ts';

/** Rules by table, without `-A`: `{ mangle: ['PREROUTING -j TTL --ttl-set 5'] }`. */
export type Rules = Readonly<Record<string, readonly string[]>>;

/** Sends packets in notation through the rules, in one world, and gives each one's result. */
export async function meet(rules: Rules, packets: readonly string[], options: SimulateOptions & { readonly family?: 'ipv6' } = {}): Promise<Result[]> {
  const text = Object.entries(rules).map(([table, lines]) => `*${table}\n${lines.map((line) => `-A ${line}\n`).join('')}COMMIT\n`).join('');
  const document = await openDocument(text, options.family === 'ipv6' ? 'rules.v6' : 'rules.v4');
  const problems = document.lines.flatMap((line) => document.boundRule(line)?.problems ?? []).filter(({ accepted }) => accepted !== true);
  assert.deepEqual(problems.map(({ message }) => message), []);
  const program = compile(document.ruleset());
  const worlds = new Worlds();
  return packets.map((notation) => simulate(program, worlds, packetOf(notation), options));
}

/** The packet that the notation stands for. */
export function packetOf(notation: string): Packet {
  const parsed = parsePacket(notation);
  assert.ok(parsed.ok, parsed.ok ? '' : JSON.stringify(parsed.error));
  return parsed.packet;
}
