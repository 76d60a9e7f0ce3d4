import type { ExtensionUse, MatchDefinition } from '../extensions/definition.ts';
import type { TableName } from '../netfilter.ts';
import type { BoundRule, HeaderPart, Rule } from '../ruleset/model.ts';
import { all, ALWAYS, exactly, negatedIf, SOMETIMES, type Bounds } from '../sets/bounds.ts';
import { NONE, type PacketSet } from '../sets/diagram.ts';
import { before, inTurn, rewritingOf, UNCHANGED, type Rewrite, type Rewriting } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';
import type { MaskedAddress } from '../values/address.ts';

/** Which packets a rule matches by its own options and its matches together, or only those up to `last`, while it is there. */
export function matchOf(space: PacketSpace, rule: Rule, table: TableName, last = Infinity): Bounds {
  return matchWhile(space, rule, table, presenceOf(space, rule.bound), last);
}

/** Which packets it matches if it is there. */
export const conditionsOf = (space: PacketSpace, rule: Rule, table: TableName): Bounds => matchWhile(space, rule, table, ALWAYS);

function matchWhile(space: PacketSpace, { bound, source, destination }: Rule, table: TableName, presence: Bounds, last = Infinity): Bounds {
  if (bound.broken || bound.unknownWord !== undefined) return SOMETIMES;
  const parts = [
    presence, ...headerOf(space, bound), address(space, 'destination', bound.header.destination, destination), address(space, 'source', bound.header.source, source),
    ...matchesOf(space, bound, table, last),
  ];
  // What is asked last goes first, so that each part is put on top of those before it and none of them is built again.
  return all(space, parts.filter((part) => part !== ALWAYS).sort((a, b) => space.level(b.may) - space.level(a.may)));
}

/** By which answers the rule is there: all rules of a branch are, or none. */
export function presenceOf(space: PacketSpace, { conditional, presence }: BoundRule): Bounds {
  if (conditional === undefined) return ALWAYS;
  if (presence === undefined) return SOMETIMES;
  return all(space, presence.map(({ question, holds, origin, succeeds }) =>
    negatedIf(space, !holds, exactly(space.question(`\`${origin}\` ${holds === succeeds ? 'holds' : 'fails'}`, 'ruleset', question)))));
}

/** The sets of the matches; those behind one that changes packets look at what it has made of them. */
function matchesOf(space: PacketSpace, { matches }: BoundRule, table: TableName, last: number): readonly Bounds[] {
  let changed = UNCHANGED;
  const sets: Bounds[] = [];
  for (const [index, use] of matches.entries()) {
    if (index > last) break;
    const own = extensionOf(space, use, table);
    sets.push(changed === UNCHANGED ? own : before(space, changed, own));
    const changes = changesBy(use);
    if (changes.length > 0) changed = inTurn(changed, rewritingOf(space, changes, () => true));
  }
  return sets;
}

const NO_CHANGES: readonly Rewrite[] = [];

const changesBy = (use: ExtensionUse): readonly Rewrite[] => (use.definition as MatchDefinition).rewrites?.(use) ?? NO_CHANGES;

/** Packets that the matches of a rule may rewrite, and how, whether the rule then matches or not. */
export interface Aside {
  readonly packets: PacketSet;
  readonly rewriting: Rewriting;
}

/** What the rule's matches change of packets, whether or not it then matches; undefined where they only look. */
export function rewrittenByMatch(space: PacketSpace, rule: Rule, table: TableName): Aside | undefined {
  const { bound } = rule;
  if (bound.broken || bound.unknownWord !== undefined) return undefined;
  const first = bound.matches.findIndex((use) => changesBy(use).length > 0);
  return first === -1 ? undefined : { packets: matchOf(space, rule, table, first).may, rewriting: rewritingOf(space, bound.matches.flatMap(changesBy), () => true) };
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
export function droppedByMatch(space: PacketSpace, { bound }: Rule): PacketSet {
  const tcp = space.family === 'ipv4' && bound.matches.some(({ definition }) => definition.name === 'tcp');
  return tcp ? [space.equals('fragment', 1), space.equals('protocol', 6)].reduce((so, set) => space.intersection(so, set), presenceOf(space, bound).may) : NONE;
}
