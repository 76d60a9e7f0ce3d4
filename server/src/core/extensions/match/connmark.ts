import type { Condition } from '../../engine/traversal.ts';
import { both, exactly, type Bounds } from '../../sets/bounds.ts';
import type { PacketSpace } from '../../sets/space.ts';
import { markMatch } from '../../values/mark.ts';
import { defineMatch, option, type ExtensionUse } from '../definition.ts';
import { byConnection, WITH_ENTRY } from '../shared/connection.ts';
import { negate, observed } from '../shared/fields.ts';
import { optionPackets } from '../shared/packet-sets.ts';
import { hex, markTruth } from '../shared/mark.ts';

const mark = option('mark', markMatch, { negatable: true });

/** Without an entry neither the option nor its negation holds. Seen in the kernel. */
function conditions(use: ExtensionUse): readonly Condition[] {
  const bound = use.option(mark);
  if (bound === undefined) return [];
  return [{
    source: bound.text,
    test: (traversal) => byConnection(traversal, false, (connection) => negate(bound, markTruth(bound.value, connection.mark, 'the connection\'s mark'))),
    observe: ({ connection }) => (connection === undefined ? 'conntrack has no entry for the packet' : observed(connection.mark, 'the connection\'s mark', hex)),
  }];
}

function packets(use: ExtensionUse, space: PacketSpace): Bounds {
  return both(space, exactly(space.inStates(WITH_ENTRY)), optionPackets(use, space, mark, ({ value, mask }) => space.equals('connmark', value, mask)));
}

export default defineMatch({ name: 'connmark', families: ['ipv4', 'ipv6'], tracks: true, options: [mark], requires: [['mark']], conditions, packets });
