import type { Truth } from '../../engine/truth.ts';
import { integerRange, within, type NumberRange } from '../../values/integer.ts';
import { conditionOf, defineMatch, option } from '../definition.ts';
import { decide, observed } from '../shared/fields.ts';
import { optionPackets } from '../shared/packet-sets.ts';

const MOST = 65535;

const length = option('length', integerRange({ what: 'a packet length', max: MOST, example: '40:1500' }), { negatable: true });

/** Decided without the length where no packet, or every one, has it. */
function lengthTruth(range: NumberRange, bytes: number | undefined): Truth {
  if (range.from > range.to) return false;
  if (range.from === 0 && range.to === MOST) return true;
  return decide(bytes, () => `the packet has ${range.from === range.to ? range.from : `${range.from} to ${range.to}`} bytes`, (known) => within(known, range), { field: 'length', yes: [range] });
}

export default defineMatch({
  name: 'length',
  families: ['ipv4', 'ipv6'],
  options: [length],
  requires: [['length']],
  conditions: (use) => conditionOf(use, length, (range, { packet }) => lengthTruth(range, packet.length), ({ packet }) => observed(packet.length, 'the packet\'s length')),
  packets: (use, space) => optionPackets(use, space, length, ({ from, to }) => space.range('length', from, to)),
});
