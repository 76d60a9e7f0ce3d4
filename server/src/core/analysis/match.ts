import type { ExtensionUse, MatchDefinition } from '../extensions/definition.ts';
import type { TableName } from '../netfilter.ts';
import type { BoundRule, HeaderPart, Rule } from '../ruleset/model.ts';
import { all, ALWAYS, exactly, negatedIf, SOMETIMES, sometimes, type Bounds } from '../sets/bounds.ts';
import { EVERY } from '../sets/diagram.ts';
import type { PacketSpace } from '../sets/space.ts';
import type { MaskedAddress } from '../values/address.ts';

/** Of which packets a rule's conditions hold: its own options and its matches together. */
export function matchOf(space: PacketSpace, { bound, source, destination }: Rule, table: TableName): Bounds {
  if (bound.broken || bound.unresolved !== undefined) return SOMETIMES;
  const parts = [
    ...headerOf(space, bound), address(space, 'destination', bound.header.destination, destination), address(space, 'source', bound.header.source, source),
    ...bound.matches.map((use) => extensionOf(space, use, table)),
  ];
  // What is asked last goes first, so that each part is put on top of those before it and none of them is built again.
  return all(space, parts.filter((part) => part !== ALWAYS).sort((a, b) => space.level(b.may) - space.level(a.may)));
}

function headerOf(space: PacketSpace, { header }: BoundRule): readonly Bounds[] {
  return [
    protocol(space, header.protocol), interfaceOf(space, 'in', header.in), interfaceOf(space, 'out', header.out),
    header.fragment === undefined ? ALWAYS : negatedIf(space, header.fragment.negated, exactly(space.equals('fragment', 1))),
  ];
}

/** Protocol numbers end here; iptables knows names above, which are for sockets. */
const MOST_PROTOCOL = 255;

function protocol(space: PacketSpace, part: HeaderPart<number> | undefined): Bounds {
  if (part === undefined || part.value === 0) return ALWAYS;
  if (part.value > MOST_PROTOCOL) return SOMETIMES;
  const set = space.equals('protocol', part.value);
  if (space.family === 'ipv4') return negatedIf(space, part.negated, exactly(set));
  if (!part.negated) return exactly(space.intersection(set, space.wholeOrSeen('protocol')));
  // Of what iptables-nft does not see behind an IPv6 fragment header nobody knows whether it is another protocol.
  const fragment = space.equals('fragment', 1);
  return { may: space.union(space.complement(set), fragment), must: space.difference(space.complement(set), fragment) };
}

const interfaceOf = (space: PacketSpace, side: 'in' | 'out', part: HeaderPart<string> | undefined): Bounds =>
  (part === undefined ? ALWAYS : negatedIf(space, part.negated, exactly(space.interface(side, part.value))));

function address(space: PacketSpace, side: 'source' | 'destination', part: HeaderPart<unknown> | undefined, masked: MaskedAddress | undefined): Bounds {
  if (part === undefined || masked === undefined) return ALWAYS;
  // What a name stands for is looked up once, when the rules are loaded: the same for every packet and every rule.
  const set = masked.host === undefined ? space.equals(side, masked.address, masked.mask) : space.question(`the ${side} is ${masked.host}/${masked.mask}`);
  return negatedIf(space, part.negated, exactly(set));
}

function extensionOf(space: PacketSpace, use: ExtensionUse, table: TableName): Bounds {
  const { packets } = use.definition as MatchDefinition;
  if (packets === undefined) return SOMETIMES;
  // Before conntrack has seen the packet, there is nothing to ask it but for what came back from lo.
  if (table === 'raw' && use.definition.tracks === true) return SOMETIMES;
  return packets.call(use.definition as MatchDefinition, use, space);
}

/** Packets that the kernel drops while it looks whether the rule matches: fragments that could overwrite a TCP header. */
export function droppedByMatch(space: PacketSpace, { bound }: Rule): Bounds {
  const tcp = space.family === 'ipv4' && bound.matches.some(({ definition }) => definition.name === 'tcp');
  return sometimes(tcp ? space.intersection(space.equals('fragment', 1), space.equals('protocol', 6)) : space.complement(EVERY));
}
