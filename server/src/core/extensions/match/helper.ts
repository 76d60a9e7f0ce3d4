import { Unknown } from '../../engine/truth.ts';
import { text } from '../../values/text.ts';
import { conditionOf, defineMatch, option } from '../definition.ts';
import { byConnection } from '../shared/connection.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const helper = option('helper', text({ what: 'the name of a helper', placeholder: 'NAME', max: 29 }), { negatable: true });

export default defineMatch({
  name: 'helper',
  families: ['ipv4', 'ipv6'],
  tracks: true,
  options: [helper],
  requires: [['helper']],
  // A helper's own connection does not match, only those that it announced. Without an entry the kernel says no.
  conditions: (use) => conditionOf(use, helper, (name, traversal) => byConnection(traversal, false, ({ expected }) => {
    if (!expected) return false;
    return name === '' ? true : new Unknown(`the helper ${name} announced the connection`);
  }), ({ connection }) => (connection === undefined ? 'conntrack has no entry for the packet' : connection.expected ? 'a helper announced the connection' : 'no helper announced the connection')),
  packets: questionPackets(helper),
});
