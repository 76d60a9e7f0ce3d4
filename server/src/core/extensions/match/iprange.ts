import type { Condition } from '../../engine/traversal.ts';
import { both } from '../../sets/bounds.ts';
import { printBare } from '../../values/address.ts';
import { addressRange, type AddressRange } from '../../values/address-range.ts';
import { defineMatch, option, type ExtensionUse, type OptionSpec } from '../definition.ts';
import { fieldCondition, observed } from '../shared/fields.ts';
import { optionPackets } from '../shared/packet-sets.ts';

const source = option('src-range', addressRange, { negatable: true });
const destination = option('dst-range', addressRange, { negatable: true });

function rangeCondition(use: ExtensionUse, spec: OptionSpec<AddressRange>, side: 'source' | 'destination'): Condition[] {
  const bound = use.option(spec);
  if (bound === undefined) return [];
  const { from, to } = bound.value;
  return [fieldCondition(bound, {
    field: side,
    ...(from > to ? {} : { yes: [bound.value] }),
    key: `the ${side} is in ${addressRange.print(bound.value, { family: use.family })}`,
    ask({ packet }) {
      const address = packet[side];
      return from > to ? false : address === undefined ? undefined : address >= from && address <= to;
    },
    observe: ({ packet }) => observed(packet[side], `the ${side}`, (address) => printBare(address, use.family)),
  })];
}

export default defineMatch({
  name: 'iprange',
  families: ['ipv4', 'ipv6'],
  options: [source, destination],
  requires: [['src-range', 'dst-range']],
  conditions: (use) => [...rangeCondition(use, source, 'source'), ...rangeCondition(use, destination, 'destination')],
  packets: (use, space) => both(space,
    optionPackets(use, space, source, ({ from, to }) => space.range('source', from, to)),
    optionPackets(use, space, destination, ({ from, to }) => space.range('destination', from, to))),
});
