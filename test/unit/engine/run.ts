import assert from 'node:assert/strict';
import { compile, type CompileOptions } from '../../../server/src/core/engine/compile/compile.ts';
import type { Fate, Result } from '../../../server/src/core/engine/result.ts';
import { simulate, type SimulateOptions } from '../../../server/src/core/engine/simulate.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import { readHostFacts } from '../../../server/src/core/engine/facts/read.ts';
import type { HostFacts } from '../../../server/src/core/engine/host.ts';
import type { Family } from '../../../server/src/core/netfilter.ts';
import { parsePacket } from '../../../server/src/core/notation/parse.ts';
import { printPacket } from '../../../server/src/core/notation/print.ts';
import { openDocument } from '../../support/document.ts';

export interface RunOptions extends CompileOptions, SimulateOptions {
  readonly family?: Family;
}

/** Sends packets in notation through a ruleset, all in one world. */
export async function run(ruleset: string, packets: readonly string[], options: RunOptions = {}): Promise<Result[]> {
  const family = options.family ?? 'ipv4';
  const document = await openDocument(ruleset, family === 'ipv6' ? 'rules.v6' : 'rules.v4');
  document.setFamily(family);
  const program = compile(document.ruleset(), options);
  const worlds = new Worlds();
  return packets.map((text) => {
    const parsed = parsePacket(text, family);
    assert.ok(parsed.ok, parsed.ok ? '' : `${text}: ${parsed.error.message}`);
    return simulate(program, worlds, parsed.packet, options);
  });
}

/** A fate in one line: the verdict, the rules that matched, and the policy where one decided. */
export function way({ verdict, rejectWith, steps, policy }: Fate): string {
  const met = steps.filter(({ matched }) => matched === true).map(({ table, chain, number }) => `${table}:${chain}:${number}`);
  return [rejectWith === undefined ? verdict : `${verdict} with ${rejectWith}`, ...met, ...(policy === undefined ? [] : [`${policy.table}:${policy.chain}:policy`])].join(' ');
}

/** The packet as it leaves, in notation without what is usual. */
export const leaves = ({ packet }: Fate): string => printPacket({ ...packet, pathGiven: false });

/** Asserts the way of each packet, all in one world. */
export async function ways(ruleset: string, cases: readonly (readonly [packet: string, way: string])[], options: RunOptions = {}): Promise<void> {
  const results = await run(ruleset, cases.map(([packet]) => packet), options);
  assert.deepEqual(results.map((result, index) => [cases[index]![0], way(result)]), cases.map(([packet, expected]) => [packet, expected]));
}

/** Asserts how each packet leaves, all in one world; `DROP` and the like for those that do not. */
export async function rewrites(ruleset: string, cases: readonly (readonly [packet: string, leaving: string])[], options: RunOptions = {}): Promise<void> {
  const results = await run(ruleset, cases.map(([packet]) => packet), options);
  const said = results.map((result, index) => [cases[index]![0], result.verdict === 'ACCEPT' ? leaves(result) : result.verdict]);
  assert.deepEqual(said, cases.map(([packet, expected]) => [packet, expected]));
}

/** Facts about a host out of their JSON. */
export function facts(json: object): HostFacts {
  const read = readHostFacts(JSON.stringify(json));
  assert.ok(read.ok, read.ok ? '' : read.message);
  return read.facts;
}
