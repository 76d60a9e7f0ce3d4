import type { Connection, Tuple } from '../../engine/conntrack/connection.ts';
import { isTranslated } from '../../engine/conntrack/translated.ts';
import { inverse, isIcmp } from '../../engine/conntrack/tuple.ts';
import type { Condition, Traversal } from '../../engine/traversal.ts';
import { Unknown, or, type Truth } from '../../engine/truth.ts';
import { all, both, either, exactly, negatedIf, SOMETIMES, type Bounds } from '../../sets/bounds.ts';
import { NONE, type PacketSet } from '../../sets/diagram.ts';
import type { PacketSpace } from '../../sets/space.ts';
import { contains, printBare, printMasked, resolvedAddress, type MaskedAddress } from '../../values/address.ts';
import { integerRange, within, type NumberRange } from '../../values/integer.ts';
import { resolvedPortRange } from '../../values/port.ts';
import { protocolName, protocolNumber } from '../../values/protocol.ts';
import { ctDirection, ctStates, ctStatuses, type CtState, type CtStatus } from '../../values/state.ts';
import { defineMatch, option, type BoundOption, type ExtensionUse, type OptionSpec } from '../definition.ts';
import { byConnection, observeState, WITH_ENTRY } from '../shared/connection.ts';
import { decide, negate, observed } from '../shared/fields.ts';
import { optionKey, optionPackets } from '../shared/packet-sets.ts';

const negatable = { negatable: true } as const;
const state = option('ctstate', ctStates, negatable);
const proto = option('ctproto', protocolNumber, negatable);
const status = option('ctstatus', ctStatuses, negatable);
const expire = option('ctexpire', integerRange({ what: 'a number of seconds', max: 0xffffffff, example: '60:300' }), negatable);
const direction = option('ctdir', ctDirection);

type TupleAt = 'original' | 'reply';

/** The address and port options: which side of which tuple they look at. */
const addresses: readonly { spec: OptionSpec<MaskedAddress>; tuple: TupleAt; side: 'source' | 'destination' }[] = [
  { spec: option('ctorigsrc', resolvedAddress, negatable), tuple: 'original', side: 'source' },
  { spec: option('ctorigdst', resolvedAddress, negatable), tuple: 'original', side: 'destination' },
  { spec: option('ctreplsrc', resolvedAddress, negatable), tuple: 'reply', side: 'source' },
  { spec: option('ctrepldst', resolvedAddress, negatable), tuple: 'reply', side: 'destination' },
];

const ports: readonly { spec: OptionSpec<NumberRange>; tuple: TupleAt; side: 'sourcePort' | 'destinationPort' }[] = [
  { spec: option('ctorigsrcport', resolvedPortRange, negatable), tuple: 'original', side: 'sourcePort' },
  { spec: option('ctorigdstport', resolvedPortRange, negatable), tuple: 'original', side: 'destinationPort' },
  { spec: option('ctreplsrcport', resolvedPortRange, negatable), tuple: 'reply', side: 'sourcePort' },
  { spec: option('ctrepldstport', resolvedPortRange, negatable), tuple: 'reply', side: 'destinationPort' },
];

const options = [state, proto, ...addresses.map(({ spec }) => spec), ...ports.map(({ spec }) => spec), status, expire, direction];

/** Whether one of the named states is the packet's, or its connection is translated the named way. */
function stateTruth(states: readonly CtState[], traversal: Traversal): Truth {
  const named = KINDS.filter(({ name }) => states.includes(name)).map(({ kind }) => translationTruth(traversal, kind)).reduce<Truth>(or, false);
  return or(baseTruth(states, traversal.state), named);
}

function baseTruth(states: readonly CtState[], base: Traversal['state']): Truth {
  if (!(base instanceof Unknown)) return states.includes(base);
  return states.some((name) => name !== 'SNAT' && name !== 'DNAT') ? new Unknown(`the connection state is ${states.join(' or ')}`) : false;
}

/** How the trace tells of a translation. */
const TRANSLATED = new Map([[true, ['']], [undefined, ['perhaps ']], [false, []]]);

const KINDS = [{ name: 'SNAT', kind: 'source' }, { name: 'DNAT', kind: 'destination' }] as const;

/** Whether one side of the packet's connection is translated. Where the port that NAT has drawn for the packet decides, that is asked of it. */
function translationTruth({ connection, direction: way, packet }: Traversal, kind: 'source' | 'destination'): Truth {
  const known = connection === undefined ? false : isTranslated(connection, kind);
  if (known !== undefined) return known;
  const { original, reply } = connection!;
  const sent = inverse(reply);
  const field = kind === 'source' ? 'sourcePort' : 'destinationPort';
  const port = original[field];
  const isDrawn = way === 'original' && !isIcmp(original.protocol) && port !== undefined && sent[field] === undefined && packet[field] === undefined && sent[kind] === original[kind];
  if (!isDrawn) return new Unknown(`NAT has changed the connection's ${kind}`);
  return new Unknown(`not: the ${kind} port is ${port}`, { field, yes: [{ from: port, to: port }], pin: (narrowed) => { narrowed[field] = port; } });
}

function stateCondition(use: ExtensionUse): Condition[] {
  const bound = use.option(state);
  if (bound === undefined) return [];
  return [{
    source: bound.text,
    test: (traversal) => negate(bound, stateTruth(bound.value, traversal)),
    observe({ state: base, connection }) {
      const translated = connection === undefined ? [] : KINDS.flatMap(({ name, kind }) => TRANSLATED.get(isTranslated(connection, kind))!.map((words) => words + name));
      return [observeState(base), ...translated].join(', ');
    },
  }];
}

/**
 * The conditions that need an entry. Without one the kernel looks no further: it says what `--ctstate` said, so that
 * beside a fitting `--ctstate` they all hold, and without `--ctstate` all fail, negated ones too. Seen in the kernel.
 */
function entryCondition<V>(use: ExtensionUse, spec: OptionSpec<V>, test: (value: V, connection: Connection, traversal: Traversal) => Truth, observe: (connection: Connection, traversal: Traversal) => string): Condition[] {
  const bound = use.option(spec);
  if (bound === undefined) return [];
  const withState = use.option(state) !== undefined;
  return [{
    source: bound.text,
    test: (traversal) => byConnection(traversal, withState, (connection) => negate(bound, test(bound.value, connection, traversal))),
    observe: (traversal) => (traversal.connection === undefined ? 'conntrack has no entry for the packet' : observe(traversal.connection, traversal)),
  }];
}

const TUPLES: Readonly<Record<TupleAt, string>> = { original: 'the original', reply: 'the reply' };

function tupleConditions(use: ExtensionUse): Condition[] {
  const { family } = use;
  return [
    ...addresses.flatMap(({ spec, tuple, side }) => entryCondition(use, spec,
      (wanted, connection) => addressTruth(wanted, connection[tuple][side], () => `${TUPLES[tuple]} ${side} is in ${printMasked(wanted, family)}`),
      (connection) => observed(connection[tuple][side], `${TUPLES[tuple]} ${side}`, (address) => printBare(address, family)))),
    ...entryCondition(use, proto,
      (wanted, { original }) => decide(original.protocol, () => `the connection's protocol is ${wanted}`, (number) => number === wanted),
      ({ original }) => observed(original.protocol, 'the connection\'s protocol', (number) => protocolName(number) ?? String(number))),
    ...ports.flatMap(({ spec, tuple, side }) => entryCondition(use, spec,
      (wanted, connection) => decide(connection[tuple][side], () => `${portName(tuple, side)} is in ${wanted.from}:${wanted.to}`, (port) => within(port, wanted)),
      (connection) => observed(connection[tuple][side], portName(tuple, side)))),
  ];
}

const portName = (tuple: TupleAt, side: keyof Tuple): string => `${TUPLES[tuple]} ${side === 'sourcePort' ? 'source' : 'destination'} port`;

function addressTruth(wanted: MaskedAddress, address: Tuple['source'], question: () => string): Truth {
  if (wanted.host !== undefined) return new Unknown(question());
  return decide(address, question, (known) => contains(wanted, known));
}

const HAS: Readonly<Record<CtStatus, (connection: Connection) => boolean>> = {
  // Status NONE names no bit, so that no entry has it. Seen in the kernel.
  NONE: () => false,
  EXPECTED: ({ expected }) => expected,
  SEEN_REPLY: ({ replied }) => replied,
  ASSURED: ({ assured }) => assured,
  CONFIRMED: ({ confirmed }) => confirmed,
};

const statusesOf = (connection: Connection): string => (Object.keys(HAS) as CtStatus[]).filter((name) => HAS[name](connection)).join(', ') || 'none';

/** The kernel's clock of 32 bits starts this many seconds before it turns over. */
const BEFORE_TURN = 300;

/**
 * Until a connection's first packet is through, the span that it will live is taken for a moment on the kernel's clock: one that is
 * over but for the first minutes of a kernel. Seen in the kernel.
 */
function secondsLeft({ confirmed, expires, policy }: Connection, { world, host: { uptime = Infinity } }: Traversal): number | undefined {
  if (policy !== undefined) return confirmed || uptime !== Infinity ? undefined : 0;
  const left = expires - world.now;
  return Math.max(0, Math.floor(confirmed ? left : left + BEFORE_TURN - uptime - world.now));
}

function conditions(use: ExtensionUse): readonly Condition[] {
  return [
    ...stateCondition(use),
    ...entryCondition(use, direction, (wanted, _, traversal) => traversal.direction === wanted.toLowerCase(), (_, traversal) => `the direction is ${traversal.direction.toUpperCase()}`),
    ...tupleConditions(use),
    ...entryCondition(use, status, (wanted, connection) => wanted.map((name) => HAS[name](connection)).reduce<Truth>(or, false), (connection) => `the status is ${statusesOf(connection)}`),
    ...entryCondition(use, expire, (wanted, connection, traversal) => decide(secondsLeft(connection, traversal), () => `the timeout policy ${connection.policy!.name} leaves the entry ${wanted.from} to ${wanted.to} seconds`, (left) => within(left, wanted)),
      (connection, traversal) => `the entry has ${secondsLeft(connection, traversal) ?? '?'} s left`),
  ];
}

/** The packets in one of the named states, or of a connection that is translated the named way. */
function statePackets(use: ExtensionUse, space: PacketSpace): Bounds {
  return optionPackets(use, space, state, (states) => states.reduce((so, name) => space.union(so, name === 'SNAT' || name === 'DNAT'
    ? space.intersection(space.inStates(WITH_ENTRY), space.question(`--ctstate ${name}`)) : space.inStates([name])), NONE));
}

/** Packets with an entry that go the other way than its first one, which is the first way for as long as the connection is new. */
const replies = (space: PacketSpace): PacketSet => space.difference(space.question('--ctdir REPLY'), space.inStates(['NEW']));

/** What an option says of the entry: a question that is always answered alike but for how long the entry lives. */
function entryPackets(use: ExtensionUse, space: PacketSpace, bound: BoundOption): Bounds {
  if (bound.spec === expire) return SOMETIMES;
  if (bound.spec === direction) return exactly(bound.value === 'REPLY' ? replies(space) : space.complement(replies(space)));
  return negatedIf(space, bound.negated, exactly(space.question(optionKey(use, bound, false))));
}

function packets(use: ExtensionUse, space: PacketSpace): Bounds {
  const entry = space.inStates(WITH_ENTRY);
  const withState = use.option(state) !== undefined;
  const asked = use.options.filter(({ spec }) => spec !== state);
  if (asked.length === 0) return statePackets(use, space);
  const without = exactly(withState ? space.complement(entry) : NONE);
  const answers = all(space, asked.map((bound) => entryPackets(use, space, bound)));
  return both(space, statePackets(use, space), either(space, without, both(space, exactly(entry), answers)));
}

export default defineMatch({
  name: 'conntrack',
  families: ['ipv4', 'ipv6'],
  tracks: true,
  options,
  requires: [options.map(({ name }) => name)],
  conditions,
  packets,
});

