import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { readIpsetSave } from '../../server/src/core/engine/facts/text.ts';
import type { HostFacts, Prefix } from '../../server/src/core/engine/host.ts';
import type { Address, Packet } from '../../server/src/core/engine/packet.ts';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import { parsePacket } from '../../server/src/core/notation/parse.ts';
import type { Family } from '../../server/src/core/netfilter.ts';
import { readStrict } from '../../server/src/core/values/ipv4.ts';
import { readIPv6 } from '../../server/src/core/values/ipv6.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/evaluation/', import.meta.url));

/** A packet and the numbers of the rules that it hits, in order. */
export interface HitCase {
  readonly text: string;
  readonly packet: Packet;
  readonly hits: Readonly<Record<Backend, string>>;
}

/** Rules of one chain, and packets that meet them one after the other; README.md beside the fixtures has the format. */
export interface HitScenario {
  readonly title: string;
  readonly family: Family;
  readonly table: string;
  readonly chain: string;
  readonly ruleset: string;
  readonly ipset: string;
  readonly addresses: Readonly<Record<string, readonly string[]>>;
  readonly host: HostFacts;
  readonly packets: readonly HitCase[];
}

/** The scenarios of every fixture, by file. */
export function hitFiles(): readonly { readonly file: string; readonly scenarios: readonly HitScenario[] }[] {
  return readdirSync(FOLDER).filter((name) => name.endsWith('.hits')).sort()
    .map((file) => ({ file, scenarios: readFileSync(path.join(FOLDER, file), 'utf8').trim().split(/\n\n+/u).map(readScenario) }));
}

function readScenario(text: string): HitScenario {
  const lines = text.split('\n');
  const of = (prefix: string): string[] => lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length).trim());
  const rules = lines.filter((line) => line.startsWith('-A '));
  const table = of('@table')[0] ?? 'filter';
  const ipset = of('@ipset');
  const addresses: Record<string, string[]> = {};
  for (const [device, address] of of('@address').map((each) => each.split(' ') as [string, string])) (addresses[device] ??= []).push(address);
  const packets = of('>').map(readHits);
  return {
    title: of('#').join(' '), table, chain: /^-A (\S+)/u.exec(rules[0]!)![1]!, ruleset: `*${table}\n${rules.join('\n')}\nCOMMIT\n`, ipset: ipset.map((line) => `${line}\n`).join(''),
    addresses, family: packets[0]!.packet.family, host: hostOf(addresses, of('@local'), ipset), packets,
  };
}

/** `PACKET ; HITS`, or `PACKET ; HITS in iptables-legacy | HITS in iptables-nft`. */
function readHits(line: string): HitCase {
  const [notation, hits] = line.split(' ;') as [string, string];
  const parsed = parsePacket(notation);
  if (!parsed.ok) throw new Error(`${notation}: ${parsed.error.message}`);
  const [legacy, nft = legacy] = hits.split('|').map((each) => each.trim()) as [string, string?];
  return { text: notation, packet: parsed.packet, hits: { legacy, nft } };
}

function hostOf(addresses: Readonly<Record<string, readonly string[]>>, local: readonly string[], ipset: readonly string[]): HostFacts {
  const interfaces = new Map(Object.entries(addresses).map(([device, list]) => [device, list.map(readPrefix)]));
  return {
    ...(interfaces.size === 0 ? {} : { interfaces }), ...(local.length === 0 ? {} : { local: local.map(readAddress) }),
    ...(ipset.length === 0 ? {} : { ipsets: readIpsetSave(ipset.join('\n')) }),
  };
}

function readPrefix(text: string): Prefix {
  const [address, length] = text.split('/') as [string, string];
  return { address: readAddress(address), length: Number(length) };
}

const readAddress = (text: string): Address => readStrict(text) ?? readIPv6(text)!;
