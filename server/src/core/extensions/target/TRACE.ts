import { defineTarget } from '../definition.ts';
import { PASSES } from '../shared/packet-sets.ts';

export default defineTarget({
  name: 'TRACE', families: ['ipv4', 'ipv6'], terminating: false, options: [], action: () => ({ apply: () => ({ kind: 'continue' }) }),
  result: () => PASSES,
});
