import type { Truth } from '../../engine/truth.ts';
import { tos as tosType, type TosMask } from '../../values/tos.ts';
import { conditionOf, defineMatch, option } from '../definition.ts';
import { decide, observed } from '../shared/fields.ts';
import { optionPackets } from '../shared/packet-sets.ts';
import { hex } from '../shared/mark.ts';

const tos = option('tos', tosType, { negatable: true });

/** Decided without the byte where no byte, or every one, fits. */
function tosTruth({ value, mask }: TosMask, byte: number | undefined): Truth {
  if ((value & ~mask) !== 0) return false;
  return mask === 0 ? true : decide(byte, () => `the TOS byte is ${hex(value)}${mask === 0xff ? '' : ` in the bits ${hex(mask)}`}`, (known) => (known & mask) === value, { field: 'tos', ...(mask === 0xff ? { yes: [{ from: value, to: value }] } : {}) });
}

export default defineMatch({
  name: 'tos',
  families: ['ipv4', 'ipv6'],
  options: [tos],
  requires: [['tos']],
  conditions: (use) => conditionOf(use, tos, (wanted, { packet }) => tosTruth(wanted, packet.tos), ({ packet }) => observed(packet.tos, 'the TOS byte', hex)),
  packets: (use, space) => optionPackets(use, space, tos, ({ value, mask }) => space.equals('tos', value, mask)),
});
