import { integer } from '../../values/integer.ts';
import { timerLabel } from '../../values/timer-label.ts';
import { defineTarget, flag, option } from '../definition.ts';
import { PASSES } from '../shared/packet-sets.ts';

/** The kernel keeps milliseconds in 31 bits. */
const MOST_SECONDS = 2_147_482;

const timeout = option('timeout', integer({ what: 'a timeout', min: 1, max: MOST_SECONDS, example: '60', placeholder: 'SECONDS' }));
const label = option('label', timerLabel);
const alarm = flag('alarm');

export default defineTarget({
  name: 'IDLETIMER',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  options: [timeout, label, alarm],
  requires: [[timeout.name], [label.name]],
  action: () => ({ apply: () => ({ kind: 'continue' }) }),
  result: () => PASSES,
});
