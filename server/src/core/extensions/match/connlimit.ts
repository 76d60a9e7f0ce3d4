import { mayBeGone, type Connection, type Tuple } from '../../engine/conntrack/connection.ts';
import { isOpen, sameTuple, tupleOf } from '../../engine/conntrack/tuple.ts';
import type { Address } from '../../engine/packet.ts';
import type { Condition, Slot, Traversal, World } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { masked } from '../../values/address.ts';
import { integer } from '../../values/integer.ts';
import { prefixMask } from '../../values/ipv4.ts';
import { prefixMask6 } from '../../values/ipv6.ts';
import { prefixLengthType } from '../../values/prefix-length.ts';
import { defineMatch, flag, option, type CompileContext, type ExtensionUse } from '../definition.ts';
import { negate } from '../shared/fields.ts';

const count = integer({ what: 'a number of connections', min: 0, max: 0xffffffff, example: '10', placeholder: 'N' });
const upto = option('connlimit-upto', count, { negatable: true, conflicts: ['connlimit-above'] });
const above = option('connlimit-above', count, { negatable: true });
const mask = option('connlimit-mask', prefixLengthType('whole'));
const source = flag('connlimit-saddr', { conflicts: ['connlimit-daddr'] });
const destination = flag('connlimit-daddr');

interface Shape {
  readonly limit: number;
  /** Whether it matches beyond the limit. */
  readonly above: boolean;
  readonly length: number;
  readonly side: 'source' | 'destination';
}

function shape(use: ExtensionUse): Shape | undefined {
  const bound = use.option(above) ?? use.option(upto);
  if (bound === undefined) return undefined;
  return {
    limit: bound.value, above: (bound.spec === above) !== bound.negated,
    length: use.option(mask)?.value ?? (use.family === 'ipv4' ? 32 : 128),
    side: use.option(destination) === undefined ? 'source' : 'destination',
  };
}

/** Connections that a rule has met, by the network they are counted for, in the order in which they came. */
type Met = Map<string, Tuple[]>;

/** A TCP connection that is over is not counted, though its entry stays for a while. */
const isOver = ({ tcp }: Connection): boolean => tcp?.state === 'TIME_WAIT' || tcp?.state === 'CLOSE';

function isAlive(tuple: Tuple, world: World): boolean {
  const connection = world.findConnection(tuple);
  return connection !== undefined && !isOver(connection);
}

function isInDoubt(tuple: Tuple, world: World): boolean {
  const connection = world.findConnection(tuple);
  return connection !== undefined && mayBeGone(connection, world.now);
}

const networkOf = (address: Address, length: number): string => String(masked(address, typeof address === 'bigint' ? prefixMask6(length) : prefixMask(length)));

/**
 * Counts the packet's connection with those of its network; undefined when it is open which those are. An assured connection
 * is not added to those that are known, but what is gone goes. Any other is looked for in order, and what is gone goes only
 * up to its own place: so an attempt that was dropped still counts for the connections before it. Who has looked in vain once
 * does not look again within the same tick: a packet that comes to the rule again is counted again. Seen in the kernel.
 */
function countWith({ packet, world, connection, tick }: Traversal, slot: Slot<Met>, { length, side }: Shape): number | undefined {
  const address = packet[side];
  if (address === undefined) return undefined;
  const networks = world.slot(slot);
  const network = networkOf(address, length);
  const own = connection?.original ?? tupleOf(packet, 0);
  const met = networks.get(network);
  const list = `connlimit ${slot.index} ${network}`;
  if (met === undefined) {
    networks.set(network, [{ ...own }]);
    tick.add(list);
    return 1;
  }
  if (isOpen(own) || met.some((tuple) => isOpen(tuple) || isInDoubt(tuple, world))) return undefined;
  const isCounted = (tuple: Tuple): boolean => isAlive(tuple, world);
  const withOwn = (): Tuple[] => {
    if (tick.has(list)) return [...met, { ...own }];
    const place = world.findConnection(own) === undefined ? -1 : met.findIndex((tuple) => sameTuple(tuple, own));
    if (place !== -1) return [...met.slice(0, place).filter(isCounted), ...met.slice(place)];
    tick.add(list);
    return [...met.filter(isCounted), { ...own }];
  };
  const left = connection?.assured === true ? met.filter(isCounted) : withOwn();
  networks.set(network, left);
  return left.length;
}

function conditions(use: ExtensionUse, context: CompileContext): readonly Condition[] {
  const asked = shape(use);
  if (asked === undefined) return [];
  const slot = context.slot<Met>(() => new Map());
  const what = `${asked.length === (use.family === 'ipv4' ? 32 : 128) ? 'host' : 'network'} of the ${asked.side}`;
  const question = `the ${what} has more than ${asked.limit} connections`;
  return [{
    source: use.options.map(({ text }) => text).join(' '),
    test(traversal) {
      const connections = countWith(traversal, slot, asked);
      if (connections === 0) {
        traversal.hotdrop(`none of the connections that the rule knows of the ${what} is open any more`);
        return false;
      }
      const over: Truth = connections === undefined ? new Unknown(question) : connections > asked.limit;
      return negate({ negated: !asked.above }, over);
    },
    observe({ packet, world }) {
      const address = packet[asked.side];
      if (address === undefined) return `the ${asked.side} is open`;
      const connections = world.slot(slot).get(networkOf(address, asked.length))?.length ?? 0;
      return `the ${what} has ${connections === 1 ? '1 connection' : `${connections} connections`}`;
    },
  }];
}

/** The default side and mask are printed, and `!` as the other option. */
function save(use: ExtensionUse): readonly string[] {
  const asked = shape(use);
  if (asked === undefined) return [];
  return [asked.above ? '--connlimit-above' : '--connlimit-upto', String(asked.limit), '--connlimit-mask', String(asked.length), asked.side === 'source' ? '--connlimit-saddr' : '--connlimit-daddr'];
}

export default defineMatch({
  name: 'connlimit',
  families: ['ipv4', 'ipv6'],
  tracks: true,
  options: [upto, above, mask, source, destination],
  requires: [['connlimit-upto', 'connlimit-above']],
  save,
  conditions,
});
