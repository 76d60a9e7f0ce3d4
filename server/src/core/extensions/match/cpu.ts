import { integer } from '../../values/integer.ts';
import { defineMatch, option } from '../definition.ts';
import { unseenCondition } from '../shared/unseen.ts';

const cpu = option('cpu', integer({ what: 'the number of a processor', min: 0, max: 0xffffffff, example: '0' }), { negatable: true });

export default defineMatch({
  name: 'cpu',
  families: ['ipv4', 'ipv6'],
  options: [cpu],
  requires: [['cpu']],
  conditions: (use) => unseenCondition(use, cpu, 'the processor that handles the packet', (number) => `is ${number}`),
});
