import { Unknown } from '../../engine/truth.ts';
import { namedMask } from '../../values/named-mask.ts';
import { conditionOf, defineMatch, option, type ExtensionUse, type Problem } from '../definition.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const realmValue = namedMask({ what: 'a realm', file: '/etc/iproute2/rt_realms', zero: 'cosmos' });
const realm = option('realm', realmValue, { negatable: true });

/** The value has bits that the mask takes away from every realm. */
function outside(use: ExtensionUse): number {
  const { value, mask } = use.option(realm)?.value ?? { value: 0, mask: 0 };
  return (value & ~mask) >>> 0;
}

function check(use: ExtensionUse): readonly Problem[] {
  const bound = use.option(realm);
  if (bound === undefined || outside(use) === 0) return [];
  return [{ code: 'unmatchable-rule', accepted: true, span: bound.span, message: `No realm equals \`${bound.text}\`: the value has bits (0x${outside(use).toString(16)}) that the mask leaves out, so ${bound.negated ? 'every packet matches' : 'no packet matches'}.` }];
}

export default defineMatch({
  name: 'realm',
  families: ['ipv4'],
  // Before routing a packet has no realm.
  hooks: ['INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  options: [realm],
  requires: [['realm']],
  check,
  conditions: (use) => conditionOf(use, realm, (wanted) => {
    if (wanted.name === undefined && outside(use) !== 0) return false;
    if (wanted.name === undefined && wanted.mask === 0) return true;
    return new Unknown(`the packet's route has the realm ${realmValue.print(wanted, { family: 'ipv4' })}`);
  }, () => 'the realm of the packet\'s route is open'),
  packets: questionPackets(),
});
