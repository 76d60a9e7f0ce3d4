import { isLaterFragment, type Address, type Packet } from '../../engine/packet.ts';
import { PROTOCOL } from '../../engine/protocols.ts';
import type { Condition, Traversal } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { masked } from '../../values/address.ts';
import { didYouMean } from '../../values/spelling.ts';
import { bytesOf, burstSteps, FLOW_SCALE, flowBurst, flowRate, measured, MOST_BURST, printBurst, printedUnit, type FlowRate } from '../../values/flow-rate.ts';
import { integer } from '../../values/integer.ts';
import { leadingNumber } from '../../values/leading-number.ts';
import { prefixMask } from '../../values/ipv4.ts';
import { prefixMask6 } from '../../values/ipv6.ts';
import { prefixLengthType } from '../../values/prefix-length.ts';
import { text } from '../../values/text.ts';
import { fail, ok, type ValueType } from '../../values/value.ts';
import { defineMatch, flag, option, type CompileContext, type ExtensionUse, type Problem } from '../definition.ts';
import { HZ, jiffies } from '../shared/clock.ts';
import { negate } from '../shared/fields.ts';
import { freshWindow, measure, type FlowWindow, type WindowShape } from '../shared/flow-window.ts';
import { fullBucket, heldTime, isPayable, longestBurst, take, type Bucket, type BucketShape } from '../shared/flow-bucket.ts';

const MODES = ['srcip', 'srcport', 'dstip', 'dstport'] as const;
type Mode = (typeof MODES)[number];

/** What tells flows apart; empty for one bucket for all. */
const modes: ValueType<readonly Mode[]> = {
  placeholder: 'srcip|srcport|dstip|dstport[,…]',
  separator: ',',
  parse(given) {
    const words = given.split(',').filter((word) => word !== '');
    const bad = words.find((word) => !(MODES as readonly string[]).includes(word));
    if (bad === undefined) return ok(MODES.filter((mode) => words.includes(mode)));
    const { hint, suggestion } = didYouMean(bad, MODES);
    return fail(`\`${bad}\` is not a part of a flow.${hint} Write one or more of \`srcip\`, \`srcport\`, \`dstip\`, \`dstport\`, in small letters and with commas.`, suggestion === undefined ? undefined : words.map((word) => (word === bad ? suggestion : word)).join(','));
  },
  print: (value) => value.join(','),
  complete: () => MODES.map((mode) => ({ text: mode })),
};

const unusable = (given: string): string | undefined =>
  (given === '.' || given === '..' || given.includes('/') ? `The kernel refuses \`${given}\` as the name of a table: it becomes a file name; write letters, digits and \`-\`.` : undefined);

const number = (what: string, min: number, example: string): ValueType<number> => integer({ what, min, max: 0xffffffff, example });

const upto = option('hashlimit-upto', flowRate, { aliases: ['hashlimit'], negatable: true, conflicts: ['hashlimit-above'] });
const above = option('hashlimit-above', flowRate, { negatable: true });
const burst = option('hashlimit-burst', flowBurst);
const mode = option('hashlimit-mode', modes);
const name = option('hashlimit-name', text({ what: 'a table name', placeholder: 'NAME', min: 1, max: 254, quoted: false, refuse: unusable }));
const size = option('hashlimit-htable-size', number('a number of buckets', 0, '1024'));
const most = option('hashlimit-htable-max', number('a number of flows', 0, '4096'));
const collection = option('hashlimit-htable-gcinterval', number('a number of milliseconds', 1, '1000'));
const expiry = option('hashlimit-htable-expire', number('a number of milliseconds', 1, '10000'));
const sourceMask = option('hashlimit-srcmask', prefixLengthType('refused'));
const destinationMask = option('hashlimit-dstmask', prefixLengthType('refused'));
const rateMatch = flag('hashlimit-rate-match');
const interval = option('hashlimit-rate-interval', leadingNumber({ what: 'a number of seconds', min: 1, max: 0x7fffffff, example: '5' }));

const DEFAULT_BURST = 5;
/** Of buckets and of flows; iptables takes more and keeps this. Seen in iptables. */
const LARGEST_TABLE = 1_048_576;
/** Buckets of a table on a host with more than 1 GB of memory. */
const USUAL_SIZE = 8192;
/** Seconds after which a flow measured in bytes is forgotten, without and with a burst. Seen in iptables. */
const BYTE_EXPIRY = { plain: 15, burst: 60 } as const;
const DEFAULT_COLLECTION = 1000;

/** What a use says, with defaults filled in. */
interface Shape extends BucketShape {
  /** Whether it matches what is over the rate instead of what is within. */
  readonly above: boolean;
  readonly modes: readonly Mode[];
  readonly sourceLength: number;
  readonly destinationLength: number;
  /** Milliseconds. */
  readonly expiry: number;
  readonly collection: number;
  /** How many flows the table holds. */
  readonly most: number;
  /** Given where it compares the flow's measured rate, instead of using a bucket. */
  readonly window: WindowShape | undefined;
}

function shape(use: ExtensionUse): Shape | undefined {
  const bound = use.option(upto) ?? use.option(above);
  if (bound === undefined) return undefined;
  const measures = use.option(rateMatch) !== undefined;
  const rate = measures ? measured(bound.value) : bound.value;
  const given = use.option(burst)?.value;
  const whole = use.family === 'ipv4' ? 32 : 128;
  return {
    rate, window: measures ? windowOf(use, bound.value, steps(rate, given)) : undefined, burst: steps(rate, given), above: (bound.spec === above) !== bound.negated, modes: use.option(mode)?.value ?? [],
    sourceLength: use.option(sourceMask)?.value ?? whole, destinationLength: use.option(destinationMask)?.value ?? whole,
    expiry: use.option(expiry)?.value ?? (rate.kind === 'packets' ? rate.seconds : byteExpiry(given !== undefined)) * 1000,
    collection: use.option(collection)?.value ?? DEFAULT_COLLECTION, most: mostFlows(use),
  };
}

/** Packets in the unit that the rate is written in, or bytes in a second. */
function windowOf(use: ExtensionUse, written: FlowRate, burst: number): WindowShape {
  const rate = measured(written);
  const seconds = use.option(interval)?.value ?? (rate.kind === 'bytes' ? 1 : rate.seconds);
  if (rate.kind === 'packets') {
    const packets = rate.interval === 0 ? Infinity : Math.floor(FLOW_SCALE / rate.interval);
    return { rate: packets, burst: burst + packets, seconds };
  }
  const bytes = bytesOf(rate.cost);
  return { rate: bytes, burst: burst === 0 ? bytes : burst * bytes, seconds };
}

const byteExpiry = (hasBurst: boolean): number => (hasBurst ? BYTE_EXPIRY.burst : BYTE_EXPIRY.plain);

const tableNumber = (use: ExtensionUse, spec: typeof size): number => Math.min(use.option(spec)?.value ?? 0, LARGEST_TABLE);

/** A table holds eight flows a bucket unless said otherwise, and never fewer than it has buckets. Seen in the kernel. */
function mostFlows(use: ExtensionUse): number {
  const buckets = tableNumber(use, size) || USUAL_SIZE;
  return Math.max(tableNumber(use, most) || 8 * buckets, buckets);
}

function steps(rate: FlowRate, given: number | undefined): number {
  if (rate.kind === 'packets') return given ?? DEFAULT_BURST;
  return given === undefined ? 0 : burstSteps(given, rate.cost);
}

/** Protocols of which the halves of the SPI count as ports. Seen in the kernel. */
const WITH_SPI: ReadonlySet<number> = new Set([PROTOCOL.esp, PROTOCOL.ah]);

/** Protocols whose ports are looked at; for all others they count as 0. */
const WITH_PORTS: ReadonlySet<number> = new Set([PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.udplite, PROTOCOL.sctp, 33]);

/** What a packet is filed under; undefined when a part of it is open. */
function keyOf(packet: Packet, { modes: parts, sourceLength, destinationLength }: Shape): string | undefined {
  const { protocol, spi } = packet;
  // What later fragments begin with counts as their ports in IPv4, and is not looked at in IPv6. Seen in the kernel.
  const port = (value: number | undefined, half: number | undefined): number | undefined => (packet.family === 'ipv6' && isLaterFragment(packet) ? 0 : protocol === undefined ? undefined : WITH_SPI.has(protocol) ? half : WITH_PORTS.has(protocol) ? value : 0);
  const network = (address: Address | undefined, length: number): Address | undefined => (address === undefined ? undefined : masked(address, typeof address === 'bigint' ? prefixMask6(length) : prefixMask(length)));
  const value = (part: Mode): Address | undefined => {
    switch (part) {
      case 'srcip': return network(packet.source, sourceLength);
      case 'dstip': return network(packet.destination, destinationLength);
      case 'srcport': return port(packet.sourcePort, spi && spi >>> 16);
      case 'dstport': return port(packet.destinationPort, spi && spi & 0xffff);
    }
  };
  const values = parts.map(value);
  return values.includes(undefined) ? undefined : values.join(' ');
}

/** Whether a later fragment holds no more than a part of what counts as its ports. Seen in the kernel. */
const endsBeforePorts = (packet: Packet): boolean =>
  packet.family === 'ipv4' && isLaterFragment(packet) && packet.length !== undefined && packet.length < IPV4_HEADER + PORTS && packet.protocol !== undefined && WITH_PORTS.has(packet.protocol);

/** Bytes of an IPv4 header without options, and of two ports. */
const IPV4_HEADER = 20;
const PORTS = 4;

/** The tables that the rules name: the first rule settles what its flows get. Seen in the kernel. */
const tables = new WeakMap<CompileContext, Map<string, Shape>>();

function tableShape(context: CompileContext, table: string, own: Shape): Shape {
  let known = tables.get(context);
  if (known === undefined) tables.set(context, known = new Map());
  const first = known.get(table) ?? own;
  known.set(table, first);
  return first;
}

type Flow = Pick<Bucket, 'last'>;

/** Idle flows are forgotten by the first collection after their expiry; collections are counted from the world's beginning. */
function isForgotten({ last }: Flow, now: number, { expiry: idle, collection: every }: Shape): boolean {
  const lastCollection = Math.floor((now * 1000) / every) * every;
  return lastCollection >= (last / HZ) * 1000 + idle;
}

/** The flow's state, `fresh` where it is not known; undefined when the table is full of others, which drops the packet. */
function flowOf<F extends Flow>(flows: Map<string, F>, key: string, seconds: number, first: Shape, fresh: (now: number) => F): F | undefined {
  const known = flows.get(key);
  if (known !== undefined && !isForgotten(known, seconds, first)) return known;
  flows.delete(key);
  if (flows.size >= first.most) {
    for (const [other, flow] of flows) if (isForgotten(flow, seconds, first)) flows.delete(other);
  }
  if (flows.size >= first.most) return undefined;
  const flow = fresh(jiffies(seconds));
  flows.set(key, flow);
  return flow;
}

/** Whether the packet is within its flow's rate; undefined when it is dropped for want of room. */
function meet({ packet, world }: Traversal, table: string, first: Shape): Truth | undefined {
  const key = keyOf(packet, first);
  const length = first.rate.kind === 'packets' ? 0 : packet.length;
  const known = world.shared('hashlimit known', table, () => ({ isWhole: true }));
  // A packet of nobody knows which flow has been counted in any of them.
  if (key === undefined || length === undefined) known.isWhole = false;
  if (key === undefined || length === undefined || !known.isWhole) return new Unknown(`the flow is within its rate (table ${table})`);
  const now = jiffies(world.now);
  if (first.window !== undefined) {
    const window = flowOf(world.shared<Map<string, FlowWindow>>('hashlimit rate', table, () => new Map()), key, world.now, first, freshWindow);
    return window && measure(window, first.window, now, first.rate.kind === 'packets' ? 1 : length);
  }
  const bucket = flowOf(world.shared<Map<string, Bucket>>('hashlimit', table, () => new Map()), key, world.now, first, (at) => fullBucket(first, at));
  return bucket && take(bucket, first, now, length);
}

const tableOf = (use: ExtensionUse): string => use.option(name)?.value ?? '';

function announce(use: ExtensionUse, context: CompileContext): void {
  const own = shape(use);
  if (own !== undefined) tableShape(context, tableOf(use), own);
}

function conditions(use: ExtensionUse, context: CompileContext): readonly Condition[] {
  const own = shape(use);
  if (own === undefined) return [];
  const table = tableOf(use);
  const first = tableShape(context, table, own);
  const usesPorts = first.modes.some((part) => part.endsWith('port'));
  return [{
    source: use.options.map((bound) => bound.text).join(' '),
    test(traversal) {
      if (usesPorts && endsBeforePorts(traversal.packet)) {
        traversal.hotdrop('the fragment ends before the ports, by which the flow is told');
        return false;
      }
      const isWithin = meet(traversal, table, first);
      if (isWithin !== undefined) return negate({ negated: own.above }, isWithin);
      traversal.hotdrop(`the table ${table} already holds ${first.most} flows`);
      return false;
    },
    observe: () => (own.above ? 'the flow is within its rate' : 'the flow is over its rate'),
  }];
}

function check(use: ExtensionUse): readonly Problem[] {
  const own = shape(use);
  if (own === undefined) return [];
  const message = own.rate.kind === 'bytes' ? wrongBytes(use, own.rate.cost, own.window !== undefined) : wrongPackets(use, own, own.rate.interval);
  return message === undefined ? [] : [{ code: 'invalid-value', message, span: (use.option(burst) ?? use.option(upto) ?? use.option(above) ?? use).span }];
}

function wrongBytes(use: ExtensionUse, cost: number, measures: boolean): string | undefined {
  const given = use.option(burst);
  const least = bytesOf(cost);
  if (given !== undefined && (least === 0 || given.value < least)) return `\`${given.text}\` is less than a second's worth; write at least \`${least}b\`.`;
  return measures || isPayable(cost) ? undefined : `\`${(use.option(upto) ?? use.option(above))!.text}\` is too fast for the kernel; write a rate below \`32768mb/s\`.`;
}

function wrongPackets(use: ExtensionUse, own: Shape, interval: number): string | undefined {
  const given = use.option(burst);
  if (own.burst > MOST_BURST) return `\`${given!.text}\` is above ${MOST_BURST}, the largest burst of packets; write at most ${MOST_BURST}.`;
  if (own.window !== undefined) return interval > 0 ? undefined : `\`${(use.option(upto) ?? use.option(above))!.text}\` is too fast to be measured; write at most 1000000 packets in each second, minute, hour or day.`;
  if (heldTime(interval * own.burst) >= interval) return undefined;
  return `${given === undefined ? 'The burst of 5, which is the default,' : `\`${given.text}\``} is too much with this rate, as the kernel's bucket holds 37 hours; write a burst of at most ${longestBurst(interval)}, or a faster rate.`;
}

function save(use: ExtensionUse): readonly string[] {
  const own = shape(use);
  if (own === undefined) return [];
  const { rate, modes: parts } = own;
  const context = { family: use.family };
  const whole = use.family === 'ipv4' ? 32 : 128;
  const unless = (spec: { readonly name: string }, value: number, standard: number): string[] => (value === standard ? [] : [`--${spec.name}`, String(value)]);
  const plain = (spec: typeof size, standard: number): string[] => unless(spec, use.option(spec)?.value ?? standard, standard);
  return [
    own.above ? '--hashlimit-above' : '--hashlimit-upto', flowRate.print(rate, context), ...saveBurst(use, own),
    ...(parts.length === 0 ? [] : ['--hashlimit-mode', parts.join(',')]), '--hashlimit-name', use.option(name)?.value ?? '',
    ...unless(size, tableNumber(use, size), 0), ...unless(most, tableNumber(use, most), 0), ...plain(collection, DEFAULT_COLLECTION),
    ...unless(expiry, own.expiry, (rate.kind === 'bytes' ? byteExpiry(own.burst > 0) : printedUnit(rate)) * 1000),
    ...plain(sourceMask, whole), ...plain(destinationMask, whole),
    ...(own.window === undefined ? [] : ['--hashlimit-rate-match', ...unless(interval, own.window.seconds, 1)]),
  ];
}

/** A burst of bytes is printed only where there is one: 2^32 bytes count as none. */
function saveBurst(use: ExtensionUse, { rate, burst: held }: Shape): readonly string[] {
  if (rate.kind === 'packets') return ['--hashlimit-burst', String(held)];
  return held === 0 ? [] : ['--hashlimit-burst', printBurst(use.option(burst)!.value, rate.cost)];
}

export default defineMatch({
  name: 'hashlimit',
  families: ['ipv4', 'ipv6'],
  options: [upto, above, burst, mode, name, size, most, collection, expiry, sourceMask, destinationMask, rateMatch, interval],
  requires: [['hashlimit-upto', 'hashlimit-above'], ['hashlimit-name']],
  check,
  shared: (use) => ({ what: 'table', name: use.option(name)?.value ?? '', way: `${use.option(rateMatch) === undefined ? 'without' : 'with'} \`--hashlimit-rate-match\`` }),
  save,
  announce,
  conditions,
});
