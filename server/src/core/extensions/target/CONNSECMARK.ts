import { defineTarget, flag } from '../definition.ts';
import { PASSES } from '../shared/packet-sets.ts';

const save = flag('save', { conflicts: ['restore'] });
const restore = flag('restore');

export default defineTarget({
  name: 'CONNSECMARK',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  tables: ['mangle', 'security'],
  tracks: true,
  options: [save, restore],
  requires: [[save.name, restore.name]],
  action: () => ({ apply: () => ({ kind: 'continue' }) }),
  result: () => PASSES,
});
