import { tos, tosBits } from '../../values/tos.ts';
import { defineTarget, option, type ExtensionUse } from '../definition.ts';
import { BIT_CHANGES, change, type BitChange } from '../shared/bits.ts';
import { rewrites } from '../shared/packet-sets.ts';

const NAMES = ['set-tos', 'and-tos', 'or-tos', 'xor-tos'];
const conflicts = (name: string): { readonly conflicts: readonly string[] } => ({ conflicts: NAMES.filter((each) => each !== name) });

const set = option('set-tos', tos, conflicts('set-tos'));
const and = option('and-tos', tosBits, conflicts('and-tos'));
const or = option('or-tos', tosBits, conflicts('or-tos'));
const xor = option('xor-tos', tosBits, conflicts('xor-tos'));

const ALL = 0xff;

function changeOf(use: ExtensionUse): BitChange | undefined {
  for (const [spec, make] of [[and, BIT_CHANGES.and], [or, BIT_CHANGES.or], [xor, BIT_CHANGES.xor]] as const) {
    const bits = use.option(spec)?.value;
    if (bits !== undefined) return make(bits, ALL);
  }
  return use.option(set)?.value;
}

export default defineTarget({
  name: 'TOS',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  tables: ['mangle'],
  options: [set, and, or, xor],
  requires: [NAMES],
  save(use) {
    const bits = changeOf(use);
    return bits === undefined ? [] : ['--set-tos', tos.print(bits, { family: use.family })];
  },
  action(use) {
    const bits = changeOf(use)!;
    return {
      apply({ packet }) {
        packet.tos = change(packet.tos, bits, ALL);
        return { kind: 'continue' };
      },
    };
  },
  result: (use) => rewrites({ field: 'tos', change: changeOf(use)! }, { field: 'questions' }),
});
