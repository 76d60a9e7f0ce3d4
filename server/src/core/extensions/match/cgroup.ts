import type { Condition, Traversal } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { integer } from '../../values/integer.ts';
import { text } from '../../values/text.ts';
import { defineMatch, negation, option, type ExtensionUse, type OptionSpec } from '../definition.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const path = option('path', text({ what: 'a path of a cgroup', placeholder: 'PATH', max: 511 }), { negatable: true, conflicts: ['cgroup'] });
const classid = option('cgroup', integer({ what: 'a class of net_cls', min: 0, max: 0xffffffff, example: '0x100001', placeholder: 'CLASSID' }), { negatable: true, conflicts: ['path'] });

/** A packet that is passed on has no socket; then the kernel says no, even to a negated option. */
const hasSocket = ({ packet }: Traversal): boolean => packet.path !== 'forward';

function socketCondition<V>(use: ExtensionUse, spec: OptionSpec<V>, question: (value: V) => string): Condition[] {
  const bound = use.option(spec);
  if (bound === undefined) return [];
  const asked = new Unknown(question(bound.value));
  return [{
    source: bound.text,
    test: (traversal): Truth => (hasSocket(traversal) ? (bound.negated ? negation(asked) : asked) : false),
    observe: (traversal) => (hasSocket(traversal) ? 'the cgroup of the packet\'s socket is open' : 'the packet is passed on and has no socket here'),
  }];
}

export default defineMatch({
  name: 'cgroup',
  families: ['ipv4', 'ipv6'],
  hooks: ['INPUT', 'OUTPUT', 'POSTROUTING'],
  options: [path, classid],
  requires: [['path', 'cgroup']],
  conditions: (use) => [
    ...socketCondition(use, path, (value) => `the packet's socket belongs to the cgroup ${value === '' ? '/' : value} or one below it`),
    ...socketCondition(use, classid, (value) => `the packet's socket has the net_cls class ${value}`),
  ],
  packets: questionPackets(),
});
