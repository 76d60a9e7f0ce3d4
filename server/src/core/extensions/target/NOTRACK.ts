import { defineTarget } from '../definition.ts';
import { UNTRACKS } from '../shared/packet-sets.ts';

export default defineTarget({
  name: 'NOTRACK',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  tables: ['raw'],
  options: [],
  action: () => ({
    apply: (traversal) => {
      traversal.track({ notrack: true });
      return { kind: 'continue' };
    },
  }),
  result: () => UNTRACKS,
});
