import type { Connection, Tuple } from '../../engine/conntrack/connection.ts';
import { sameTuple, tupleOf } from '../../engine/conntrack/tuple.ts';
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

/** Connections that a rule has met, by the network they are counted for. */
type Met = Map<string, Tuple[]>;

/** A TCP connection that is over is not counted, though its entry stays for a while. */
const isOver = ({ tcp }: Connection): boolean => tcp?.state === 'TIME_WAIT' || tcp?.state === 'CLOSE';

function isAlive(tuple: Tuple, world: World): boolean {
  const connection = world.findConnection(tuple);
  return connection !== undefined && !isOver(connection);
}

const keyOf = (address: Address, length: number): string => String(masked(address, typeof address === 'bigint' ? prefixMask6(length) : prefixMask(length)));

/** Counts the packet's connection with those that are still alive; undefined when its network is open. */
function countWith({ packet, world, connection }: Traversal, slot: Slot<Met>, { length, side }: Shape): number | undefined {
  const address = packet[side];
  if (address === undefined) return undefined;
  const key = keyOf(address, length);
  const own = connection?.original ?? tupleOf(packet, 0);
  const met = world.slot(slot);
  const alive = (met.get(key) ?? []).filter((tuple) => sameTuple(tuple, own) || isAlive(tuple, world));
  if (!alive.some((tuple) => sameTuple(tuple, own))) alive.push({ ...own });
  met.set(key, alive);
  return alive.length;
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
      const over: Truth = connections === undefined ? new Unknown(question) : connections > asked.limit;
      return negate({ negated: !asked.above }, over);
    },
    observe({ packet, world }) {
      const address = packet[asked.side];
      if (address === undefined) return `the ${asked.side} is open`;
      const connections = world.slot(slot).get(keyOf(address, asked.length))?.length ?? 0;
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
