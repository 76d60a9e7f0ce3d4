import type { Family } from '../../netfilter.ts';
import { integer } from '../../values/integer.ts';
import { defineTarget, option, type ExtensionUse, type TargetDefinition } from '../definition.ts';
import { rewrites } from './packet-sets.ts';

const MAX = 0xff;

/** TTL and HL, which are one target in two families: they set, lower or raise the number of hops that a packet has left. */
export function hopLimitTarget({ name, prefix, family }: { readonly name: string; readonly prefix: string; readonly family: Family }): TargetDefinition {
  const names = ['set', 'dec', 'inc'].map((operation) => `${prefix}-${operation}`);
  const specs = names.map((each, index) => option(each, integer({ what: `a ${index === 0 ? 'number of hops' : 'change of the number of hops'}`, min: index === 0 ? 0 : 1, max: MAX, example: '64' }),
    { conflicts: names.filter((other) => other !== each) }));
  const [set, lower, raise] = specs as [typeof specs[0], typeof specs[0], typeof specs[0]];
  return defineTarget({
    name,
    families: [family],
    counterpart: family === 'ipv4' ? '-j HL' : '-j TTL',
    terminating: false,
    tables: ['mangle'],
    options: specs,
    requires: [names],
    action: (use) => {
      const change = changeBy(use, set, lower, raise);
      return {
        apply: ({ packet }) => {
          packet.ttl = change(packet.ttl);
          return { kind: 'continue' };
        },
      };
    },
    result: (use) => {
      const fixed = use.option(set)?.value;
      return rewrites({ field: 'ttl', ...(fixed === undefined ? {} : { change: { mask: MAX, value: fixed } }) }, { field: 'questions' });
    },
  });
}

type Spec = ReturnType<typeof option<number>>;

/** The new number of hops; it stops at 0 and 255, and a packet at 0 still goes on. Seen in the kernel. */
function changeBy(use: ExtensionUse, set: Spec, lower: Spec, raise: Spec): (before: number | undefined) => number | undefined {
  const fixed = use.option(set)?.value;
  if (fixed !== undefined) return () => fixed;
  const by = (use.option(raise)?.value ?? 0) - (use.option(lower)?.value ?? 0);
  return (before) => (before === undefined ? undefined : Math.min(MAX, Math.max(0, before + by)));
}
