import { dscp, dscpClass } from '../../values/dscp.ts';
import { defineTarget, option, type ExtensionUse } from '../definition.ts';
import { change } from '../shared/bits.ts';
import { rewrites } from '../shared/packet-sets.ts';

const value = option('set-dscp', dscp, { conflicts: ['set-dscp-class'] });
const byClass = option('set-dscp-class', dscpClass, { saved: 'set-dscp' });

/** The two lowest bits of the byte are ECN's and stay. Seen in the kernel. */
const DSCP_BITS = 0xfc;

const codeOf = (use: ExtensionUse): number => use.option(value)?.value ?? use.option(byClass)!.value;

export default defineTarget({
  name: 'DSCP',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  tables: ['mangle'],
  options: [value, byClass],
  requires: [[value.name, byClass.name]],
  action: (use) => {
    const code = codeOf(use);
    return {
      apply: ({ packet }) => {
        packet.tos = change(packet.tos, { value: code << 2, mask: DSCP_BITS }, 0xff);
        return { kind: 'continue' };
      },
    };
  },
  result: (use) => rewrites({ field: 'tos', change: { value: codeOf(use) << 2, mask: DSCP_BITS } }, { field: 'questions' }),
});
