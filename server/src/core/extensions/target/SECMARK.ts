import { text } from '../../values/text.ts';
import { defineTarget, option } from '../definition.ts';
import { PASSES } from '../shared/packet-sets.ts';

const context = option('selctx', text({ what: 'a security context', placeholder: 'CONTEXT', max: 255, quoted: false }));

export default defineTarget({
  name: 'SECMARK',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  tables: ['mangle', 'security'],
  options: [context],
  requires: [[context.name]],
  action: () => ({ apply: () => ({ kind: 'continue' }) }),
  result: () => PASSES,
});
