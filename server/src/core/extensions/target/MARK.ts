import { MARK_ALL, markBits, markSet } from '../../values/mark.ts';
import { defineTarget, option, type ExtensionUse } from '../definition.ts';
import { BIT_CHANGES, change, type BitChange } from '../shared/bits.ts';
import { rewrites } from '../shared/packet-sets.ts';

const NAMES = ['set-xmark', 'set-mark', 'and-mark', 'or-mark', 'xor-mark'];
const conflicts = (name: string): { readonly conflicts: readonly string[] } => ({ conflicts: NAMES.filter((each) => each !== name) });

const setXmark = option('set-xmark', markSet, conflicts('set-xmark'));
const setMark = option('set-mark', markSet, conflicts('set-mark'));
const and = option('and-mark', markBits, conflicts('and-mark'));
const or = option('or-mark', markBits, conflicts('or-mark'));
const xor = option('xor-mark', markBits, conflicts('xor-mark'));

/** What the options come down to: `--set-mark` also clears the bits that it sets, which `--set-xmark` does not. Seen in the kernel. */
function changeOf(use: ExtensionUse): BitChange | undefined {
  const set = use.option(setMark)?.value;
  if (set !== undefined) return { value: set.value, mask: (set.mask | set.value) >>> 0 };
  for (const [spec, make] of [[and, BIT_CHANGES.and], [or, BIT_CHANGES.or], [xor, BIT_CHANGES.xor]] as const) {
    const bits = use.option(spec)?.value;
    if (bits !== undefined) return make(bits, MARK_ALL);
  }
  return use.option(setXmark)?.value;
}

export default defineTarget({
  name: 'MARK',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  options: [setXmark, setMark, and, or, xor],
  requires: [NAMES],
  save(use) {
    const bits = changeOf(use);
    return bits === undefined ? [] : ['--set-xmark', markSet.print(bits, { family: use.family })];
  },
  action(use) {
    const bits = changeOf(use)!;
    return {
      apply({ packet }) {
        packet.mark = change(packet.mark, bits, MARK_ALL);
        return { kind: 'continue' };
      },
    };
  },
  result: (use) => rewrites({ field: 'mark', change: changeOf(use)! }, { field: 'questions' }),
});
