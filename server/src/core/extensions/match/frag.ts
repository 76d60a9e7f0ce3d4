import { isLaterFragment, type Packet } from '../../engine/packet.ts';
import type { Condition } from '../../engine/traversal.ts';
import { integer, integerRange } from '../../values/integer.ts';
import { defineMatch, flag, option, type ExtensionUse, type OptionSpec } from '../definition.ts';
import { needsExtensionHeader } from '../shared/extension-header.ts';
import { saveGiven, saveRange } from '../shared/printing.ts';
import { unseenCondition, unseenRange } from '../shared/unseen.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const MOST = 0xffffffff;

const id = option('fragid', integerRange({ what: 'an identification', max: MOST, example: '1:1000' }), { negatable: true });
const length = option('fraglen', integer({ what: 'a header length', min: 0, max: MOST, example: '8', placeholder: 'BYTES' }), { negatable: true });
const reserved = flag('fragres');
const first = flag('fragfirst');
const more = flag('fragmore', { conflicts: ['fraglast'] });
const last = flag('fraglast', { conflicts: ['fragmore'] });

/** Whether the packet has a fragment header; what is reassembled has none any more. */
const isFragment = (packet: Packet): boolean => packet.moreFragments || isLaterFragment(packet);

const place = ({ fragmentOffset, moreFragments }: Packet): string =>
  `the fragment begins at byte ${fragmentOffset ?? 0} and ${moreFragments ? 'more follow' : 'is the last'}`;

function placeCondition(use: ExtensionUse, spec: OptionSpec<true>, holds: (packet: Packet) => boolean): Condition[] {
  const bound = use.option(spec);
  return bound === undefined ? [] : [{ source: bound.text, test: ({ packet }) => holds(packet), observe: ({ packet }) => place(packet) }];
}

/** The kernel keeps `--fraglen` without looking: the header always has 8 bytes. */
function conditions(use: ExtensionUse): readonly Condition[] {
  return needsExtensionHeader(use, { number: 44, name: 'a fragment header' }, [
    ...unseenRange(use, id, 'the identification of the fragment', MOST),
    ...unseenCondition(use, reserved, 'the reserved field of the fragment header', () => 'is 0'),
    ...placeCondition(use, first, (packet) => !isLaterFragment(packet)),
    ...placeCondition(use, more, ({ moreFragments }) => moreFragments),
    ...placeCondition(use, last, ({ moreFragments }) => !moreFragments),
  ], ({ packet }) => isFragment(packet));
}

export default defineMatch({
  name: 'frag',
  families: ['ipv6'],
  counterpart: '-f',
  options: [id, length, reserved, first, more, last],
  save: (use) => [...saveRange(use, id, MOST), ...saveGiven(use, length, reserved, first, more, last)],
  conditions,
  packets: questionPackets(),
});
