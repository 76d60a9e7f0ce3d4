import type { Condition } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import type { Hook } from '../../netfilter.ts';
import { namedMask, type NamedMask } from '../../values/named-mask.ts';
import { conditionOf, defineMatch, option, type ExtensionUse, type OptionSpec } from '../definition.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const group = namedMask({ what: 'a device group', file: '/etc/iproute2/group', zero: 'default' });
const source = option('src-group', group, { negatable: true });
const destination = option('dst-group', group, { negatable: true });

/** Where packets have the interface; the kernel refuses the option elsewhere. */
const HOOKS: readonly (readonly [spec: OptionSpec, hooks: readonly Hook[]])[] = [
  [source, ['PREROUTING', 'INPUT', 'FORWARD']], [destination, ['FORWARD', 'OUTPUT', 'POSTROUTING']],
];

/** Bits outside the mask do not count, and no interface at all is in group 0, as the kernel compares. */
function groupTruth({ value, mask, name }: NamedMask, device: string | undefined, side: string): Truth {
  if (mask === 0) return true;
  if (device === '' && name === undefined) return (value & mask) === 0;
  return new Unknown(`the ${side} interface ${device === undefined ? '' : `\`${device}\` `}is in the group ${group.print({ value, mask, ...(name === undefined ? {} : { name }) }, { family: 'ipv4' })}`, { field: 'unseen' });
}

function groupCondition(use: ExtensionUse, spec: OptionSpec<NamedMask>, side: 'incoming' | 'outgoing'): Condition[] {
  const deviceOf = ({ inInterface, outInterface }: { readonly inInterface: string | undefined; readonly outInterface: string | undefined }): string | undefined => (side === 'incoming' ? inInterface : outInterface);
  return conditionOf(use, spec, (wanted, traversal) => groupTruth(wanted, deviceOf(traversal), side), (traversal) => {
    const device = deviceOf(traversal);
    return device === '' ? `the packet has no ${side} interface` : `the group of the ${side} interface is open`;
  });
}

export default defineMatch({
  name: 'devgroup',
  families: ['ipv4', 'ipv6'],
  options: [source, destination],
  requires: [['src-group', 'dst-group']],
  hooksFor: (use) => HOOKS.filter(([spec]) => use.option(spec) !== undefined).reduce<readonly Hook[]>((hooks, [, own]) => hooks.filter((hook) => own.includes(hook)), ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']),
  conditions: (use) => [...groupCondition(use, source, 'incoming'), ...groupCondition(use, destination, 'outgoing')],
  packets: questionPackets(),
});
