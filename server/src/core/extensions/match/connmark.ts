import type { Condition } from '../../engine/traversal.ts';
import { markMatch } from '../../values/mark.ts';
import { defineMatch, option, type ExtensionUse } from '../definition.ts';
import { byConnection } from '../shared/connection.ts';
import { negate, observed } from '../shared/fields.ts';
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

export default defineMatch({ name: 'connmark', families: ['ipv4', 'ipv6'], tracks: true, options: [mark], requires: [['mark']], conditions });
