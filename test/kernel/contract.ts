import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import { packetToJson, type PacketJson, type StepJson } from '../../server/src/core/notation/json.ts';
import type { OracleAnswer, OracleImage, OracleRequest } from './protocol.ts';
import { familyOf } from './check.ts';
import { isSameEnd } from './compare.ts';
import { neighbourhoodOf } from './neighbourhood.ts';
import { packetOf, usualOut } from './translate.ts';

const CLI = fileURLToPath(new URL('../../server/bin/iptables-lens.js', import.meta.url));

/** What the command line needs built. */
export const BUILT = fileURLToPath(new URL('../../server/dist/cli.cjs', import.meta.url));

/** What `simulate --jsonl` answers to one packet, as far as the kernel knows it too. */
export interface Told {
  readonly verdict: string;
  readonly rejectWith?: string;
  readonly steps: readonly StepJson[];
  readonly policy?: { readonly table: string; readonly chain: string };
  readonly reason?: string;
  readonly packet: PacketJson;
  readonly assumptions?: readonly string[];
  readonly outcomes?: readonly Told[];
  readonly error?: string;
}

/**
 * The request with each path said outright, as the contract has it; without packets that would come from nowhere, that
 * are sent to lo, where the contract ends their way, or that JSON has no words for.
 */
export function outright(request: OracleRequest): OracleRequest {
  const { near, far, own } = neighbourhoodOf(familyOf(request));
  const hosts = [...own, ...OWN_LINKS];
  return { ...request, packets: request.packets.flatMap(({ local, ...packet }) => {
    if (packet.frag !== undefined || (packet.path === 'auto' && ![...near, ...far, ...hosts].includes(packet.src!))) return [];
    if (packet.path !== 'auto') return packet.path !== 'in' || hosts.includes(packet.dst!) ? [packet] : [];
    const isOwn = hosts.includes(packet.dst!);
    const leaves = near.includes(packet.dst!) ? 'eth0' : 'eth1';
    if (local === true) return isOwn ? [] : [{ ...packet, path: 'out', out_iface: leaves }];
    return isOwn ? [{ ...packet, path: 'in' }] : [{ ...packet, path: 'forward', out_iface: leaves }];
  }) };
}

const OWN_LINKS = ['198.18.1.1', '198.18.2.1', '2001:2:0:1::1', '2001:2:0:2::1'];

/** The answers of the built command line to the packets of a request, each with its path said outright. */
export function told(request: OracleRequest, backend: Backend): readonly Told[] {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'iptables-lens-'));
  try {
    const family = familyOf(request);
    const [ruleset, host] = [path.join(folder, family === 'ipv6' ? 'rules.v6' : 'rules.v4'), path.join(folder, 'host.json')];
    writeFileSync(ruleset, request.ruleset);
    writeFileSync(host, JSON.stringify(hostOf(request)));
    const input = request.packets.map((packet) => JSON.stringify({ ...packetToJson(packetOf(packet, family, request.topology)), ...(packet.path === 'out' ? { out: usualOut(packet, request.topology ?? {}) } : {}) }));
    const run = spawnSync(process.execPath, [CLI, 'simulate', '--jsonl', '--backend', backend, '--host', host, ruleset], { input: `${input.join('\n')}\n`, encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`the command line ends with ${String(run.status)}: ${run.stderr}`);
    return run.stdout.trim().split('\n').map((line) => JSON.parse(line) as Told);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function hostOf({ topology = {} }: OracleRequest): object {
  return { interfaces: { lo: ['127.0.0.1/8', '::1/128', ...topology.addrs?.lo ?? []], eth0: [OWN_LINKS[0], OWN_LINKS[2]], eth1: [OWN_LINKS[1], OWN_LINKS[3]] }, forwarding: true };
}

/** How an answer differs from the kernel's by the contract: the rules in order, verdict, policy and the packet as it leaves. */
export function contradictions(ours: Told, theirs: OracleAnswer): readonly string[] {
  // By the contract the way of what is sent to lo ends at POSTROUTING.
  if (ours.packet.path === 'out' && theirs.trace.some(({ hook }) => hook === 'PREROUTING' || hook === 'INPUT')) return [];
  const all = (ours.outcomes ?? [ours]).map((each) => ofOne(each, theirs));
  return all.find((found) => found.length === 0) ?? all[0]!;
}

function ofOne(ours: Told, theirs: OracleAnswer): readonly string[] {
  const { verdict, steps, packet } = ours;
  if (verdict === 'UNKNOWN') return [];
  const met = theirs.trace.filter(({ rule }) => typeof rule === 'number').map(({ table, chain, rule, text }) => `${table} ${chain} ${rule} ${/ -[jg] (\S+)/u.exec(text ?? '')?.[1] ?? ''}`);
  const said = steps.filter(({ matched }) => matched === true).map(({ table, chain, rule, target }) => `${table} ${chain} ${rule} ${target ?? ''}`);
  return [
    ...(met.join() === said.join() ? [] : [`rules ${said.join(', ')} / ${met.join(', ')}`]), ...(isSameEnd(ours, theirs) ? [] : [`verdict ${verdict} / ${theirs.verdict}`]),
    ...ofDecision(ours, theirs), ...(verdict === 'ACCEPT' && theirs.egress !== undefined ? ofPacket(packet, theirs.egress) : []),
  ];
}

/** Type of the REJECT, and the chain whose policy drops. */
function ofDecision({ verdict, rejectWith, policy }: Told, { dropped_by: last }: OracleAnswer): string[] {
  const found: string[] = [];
  const wanted = last?.target === 'REJECT' ? /--reject-with (\S+)/u.exec(last.text ?? '')?.[1] ?? 'port-unreachable' : undefined;
  if (verdict === 'REJECT' && wanted !== undefined && rejectWith?.endsWith(wanted) !== true) found.push(`rejectWith ${rejectWith} / ${wanted}`);
  const [ourPolicy, theirPolicy] = [policy && `${policy.table} ${policy.chain}`, last?.rule === 'policy' ? `${last.table} ${last.chain}` : undefined];
  if (verdict === 'DROP' && ourPolicy !== theirPolicy) found.push(`policy ${ourPolicy} / ${theirPolicy}`);
  return found;
}

function ofPacket({ source, destination, sport, dport, ttl, tos, mark, out, in: arrived, path: way }: PacketJson, image: OracleImage): string[] {
  const ours: OracleImage = { src: source!, dst: destination!, sport: sport!, dport: dport!, ttl: ttl!, tos: tos!, mark: mark!, ...(way === 'in' ? {} : { out: out! }), ...(way === 'out' ? {} : { in: arrived! }) };
  return Object.entries(ours).flatMap(([key, value]) => {
    const kernel = image[key as keyof OracleImage];
    return value === undefined || kernel === undefined || kernel === value ? [] : [`${key} ${String(value)} / ${String(kernel)}`];
  });
}
