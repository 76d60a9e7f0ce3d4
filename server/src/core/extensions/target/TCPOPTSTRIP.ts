import { tcpOptions } from '../../values/tcp-options.ts';
import { defineTarget, option } from '../definition.ts';
import { rewrites } from '../shared/packet-sets.ts';

const strip = option('strip-options', tcpOptions);

export default defineTarget({
  name: 'TCPOPTSTRIP',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  tables: ['mangle'],
  protocols: [6],
  options: [strip],
  // The options are overwritten with padding: the packet keeps its length.
  action: () => ({ apply: () => ({ kind: 'continue' }) }),
  result: () => rewrites({ field: 'questions' }),
});
