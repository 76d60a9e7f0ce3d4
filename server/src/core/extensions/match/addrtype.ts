import { kindOf } from '../../engine/address.ts';
import type { Address } from '../../engine/packet.ts';
import type { Condition, Traversal } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { HOOKS, type Hook } from '../../netfilter.ts';
import { both, type Bounds } from '../../sets/bounds.ts';
import { EVERY, NONE, type PacketSet } from '../../sets/diagram.ts';
import type { PacketSpace } from '../../sets/space.ts';
import { printBare } from '../../values/address.ts';
import { addressTypes, type AddressType } from '../../values/address-type.ts';
import { defineMatch, flag, option, type ExtensionUse, type OptionSpec, type Problem } from '../definition.ts';
import { boundFor, isAnycast6, isLocal6, isUnicast6, isUnreachable6, addressesThatMayBe, possibleTypes, typesOf, type Bound } from '../shared/address-types.ts';
import { negate } from '../shared/fields.ts';
import { optionPackets } from '../shared/packet-sets.ts';

const sourceType = option('src-type', addressTypes, { negatable: true });
const destinationType = option('dst-type', addressTypes, { negatable: true });
const limitIn = flag('limit-iface-in', { conflicts: ['limit-iface-out'] });
const limitOut = flag('limit-iface-out');

type Side = 'source' | 'destination';

/** Types that the IPv6 side of the kernel's match refuses. */
const V4_ONLY: ReadonlySet<AddressType> = new Set(['BROADCAST', 'BLACKHOLE', 'PROHIBIT', 'THROW', 'NAT', 'XRESOLVE']);

/** Hooks at which a packet has no such interface, so that the kernel refuses the limit there. */
const REFUSED: Readonly<Record<'in' | 'out', readonly Hook[]>> = { in: ['OUTPUT', 'POSTROUTING'], out: ['PREROUTING', 'INPUT'] };

/** Interface whose addresses count: undefined = any, Unknown = open. */
function device(use: ExtensionUse, { inInterface, outInterface }: Traversal): string | Unknown | undefined {
  const side = use.option(limitIn) !== undefined ? 'incoming' : use.option(limitOut) !== undefined ? 'outgoing' : undefined;
  if (side === undefined) return undefined;
  return (side === 'incoming' ? inInterface : outInterface) ?? new Unknown(`the ${side} interface has the address`);
}

function typeTruth(use: ExtensionUse, types: readonly AddressType[], side: Side, traversal: Traversal): Truth {
  const address = traversal.packet[side];
  const limit = device(use, traversal);
  const words = `the ${side} ${address === undefined ? '' : `${printBare(address, use.family)} `}is ${types.join(' or ')}${typeof limit === 'string' ? ` on ${limit}` : ''}`;
  if (address === undefined) return openTruth(use, types, side, limit, traversal, words);
  const question = new Unknown(words, { field: side });
  if (limit instanceof Unknown) return limit;
  return typeof address === 'number' ? truth4(types, address, side, limit, traversal, question) : truth6(types, address, side, limit, traversal, question);
}

const boundOf = (side: Side, { hook, packet, host }: Traversal): Bound => (side === 'destination' ? boundFor(hook, packet, host) : undefined);

/** Of an open address: decided by where the packet goes, else with the addresses of which the numbers alone tell the type. */
function openTruth(use: ExtensionUse, types: readonly AddressType[], side: Side, limit: string | Unknown | undefined, traversal: Traversal, words: string): Truth {
  if (use.family === 'ipv6' || limit !== undefined) return new Unknown(words, limit instanceof Unknown ? undefined : { field: side });
  const possible = typesOf(boundOf(side, traversal));
  const fitting = possible.filter((type) => types.includes(type));
  if (fitting.length === 0 || fitting.length === possible.length) return fitting.length > 0;
  return new Unknown(words, { field: side, yes: fitting.flatMap(addressesThatMayBe), no: possible.filter((type) => !types.includes(type)).flatMap(addressesThatMayBe) });
}

/** One of the types is the address's. */
function truth4(types: readonly AddressType[], address: number, side: Side, limit: string | undefined, traversal: Traversal, question: Unknown): Truth {
  const possible = possibleTypes({ address, host: traversal.host, device: limit, bound: boundOf(side, traversal) });
  const fitting = possible.filter((type) => types.includes(type));
  if (fitting.length === 0) return false;
  return fitting.length === possible.length ? true : question;
}

/** All of the types must fit, except that of LOCAL, ANYCAST and UNREACHABLE one is enough. Seen in the kernel. */
function truth6(types: readonly AddressType[], address: bigint, side: Side, limit: string | undefined, traversal: Traversal, question: Unknown): Truth {
  const sure = (type: AddressType, fits: boolean): boolean => !types.includes(type) || fits;
  if (!sure('MULTICAST', kindOf(address) === 'multicast') || !sure('UNICAST', isUnicast6(address)) || !sure('UNSPEC', address === 0n)) return false;
  const routed = (['LOCAL', 'ANYCAST', 'UNREACHABLE'] as const).filter((type) => types.includes(type));
  if (routed.length === 0) return true;
  const answers = routed.map((type) => routed6(type, address, side, limit, traversal));
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? question : false;
}

/** What the kernel's routing says of an IPv6 address; undefined when that is not known. */
function routed6(type: 'LOCAL' | 'ANYCAST' | 'UNREACHABLE', address: bigint, side: Side, limit: string | undefined, traversal: Traversal): boolean | undefined {
  const { host } = traversal;
  switch (type) {
    case 'LOCAL': return isLocal6({ address, host, device: limit, bound: boundOf(side, traversal) });
    case 'ANYCAST': return isAnycast6(address, host);
    case 'UNREACHABLE': return limit === undefined ? isUnreachable6(address, host) : undefined;
  }
}

function condition(use: ExtensionUse, spec: OptionSpec<readonly AddressType[]>, side: Side): Condition[] {
  const bound = use.option(spec);
  if (bound === undefined) return [];
  return [{
    source: bound.text,
    test: (traversal) => negate(bound, typeTruth(use, bound.value, side, traversal)),
    observe: (traversal) => observe(side, traversal.packet[side], traversal),
  }];
}

function observe(side: Side, address: Address | undefined, traversal: Traversal): string {
  const { host, packet } = traversal;
  if (address === undefined) return `the ${side} is open`;
  const shown = `the ${side} ${printBare(address, packet.family)} is`;
  const bound = boundOf(side, traversal);
  if (typeof address === 'number') return `${shown} ${possibleTypes({ address, host, device: undefined, bound }).join(' or ')}`;
  return `${shown} ${kindOf(address) === 'multicast' ? 'MULTICAST' : isLocal6({ address, host, device: undefined, bound }) === true ? 'LOCAL' : 'UNICAST'}`;
}

function check(use: ExtensionUse): readonly Problem[] {
  if (use.family === 'ipv4') return [];
  return [sourceType, destinationType].flatMap((spec) => {
    const bound = use.option(spec);
    const refused = bound?.value.find((type) => V4_ONLY.has(type));
    return refused === undefined ? [] : [{ code: 'wrong-family', message: `IPv6 has no address type \`${refused}\`; write one of \`UNSPEC\`, \`UNICAST\`, \`LOCAL\`, \`ANYCAST\`, \`MULTICAST\`, \`UNREACHABLE\`.`, span: bound!.span }];
  });
}

function hooksFor(use: ExtensionUse): readonly Hook[] {
  const refused = use.option(limitIn) !== undefined ? REFUSED.in : use.option(limitOut) !== undefined ? REFUSED.out : [];
  return HOOKS.filter((hook) => !refused.includes(hook));
}

const ON_INTERFACE = { in: ' on the incoming interface', out: ' on the outgoing interface' } as const;

/** The packets whose address on the side has one of the types; which one is up to the host, but for a few addresses of IPv4. */
function sidePackets(use: ExtensionUse, space: PacketSpace, spec: OptionSpec<readonly AddressType[]>, side: Side): Bounds {
  const limit = use.option(limitIn) !== undefined ? ON_INTERFACE.in : use.option(limitOut) !== undefined ? ON_INTERFACE.out : '';
  const has = (types: string): PacketSet => space.question(`the ${side} is ${types}${limit}`, limit === '' ? 'addresses' : 'anything');
  return optionPackets(use, space, spec, (types) => (use.family === 'ipv6' ? has([...types].sort().join(' and ')) : types.reduce<PacketSet>((so, type) => space.union(so, typed4(space, type, side, has)), NONE)));
}

/** The packets whose IPv4 address has the type. Every address has exactly one; hardly any but unicast, local and broadcast ones are told by questions. */
function typed4(space: PacketSpace, type: AddressType, side: Side, has: (types: string) => PacketSet): PacketSet {
  const multicast = space.equals(side, 0xe0000000, 0xf0000000);
  if (type === 'MULTICAST') return multicast;
  const broadcast = space.union(space.equals(side, 0), space.equals(side, 0xffffffff));
  const others = space.complement(space.union(multicast, broadcast));
  const among = (set: PacketSet, ...not: readonly string[]): PacketSet => not.reduce((so, each) => space.difference(so, has(each)), space.intersection(others, set));
  switch (type) {
    case 'LOCAL': return among(has('LOCAL'));
    case 'BROADCAST': return space.union(broadcast, among(has('BROADCAST'), 'LOCAL'));
    case 'UNICAST': return among(EVERY, 'LOCAL', 'BROADCAST', 'of a rare type');
    default: return among(space.intersection(has('of a rare type'), has(type)), 'LOCAL', 'BROADCAST');
  }
}

export default defineMatch({
  name: 'addrtype',
  families: ['ipv4', 'ipv6'],
  options: [sourceType, destinationType, limitIn, limitOut],
  requires: [['src-type', 'dst-type']],
  hooksFor,
  check,
  conditions: (use) => [...condition(use, sourceType, 'source'), ...condition(use, destinationType, 'destination')],
  packets: (use, space) => both(space, sidePackets(use, space, sourceType, 'source'), sidePackets(use, space, destinationType, 'destination')),
});
