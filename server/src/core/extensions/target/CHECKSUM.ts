import { defineTarget, flag } from '../definition.ts';
import { PASSES } from '../shared/packet-sets.ts';

const fill = flag('checksum-fill');

export default defineTarget({
  name: 'CHECKSUM',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  tables: ['mangle'],
  options: [fill],
  requires: [[fill.name]],
  action: () => ({ apply: () => ({ kind: 'continue' }) }),
  result: () => PASSES,
});
