import { trafficClass } from '../../values/tc-class.ts';
import { defineTarget, option } from '../definition.ts';
import { PASSES } from '../shared/packet-sets.ts';

const setClass = option('set-class', trafficClass);

export default defineTarget({
  name: 'CLASSIFY',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  hooks: ['FORWARD', 'OUTPUT', 'POSTROUTING'],
  options: [setClass],
  requires: [[setClass.name]],
  action: () => ({ apply: () => ({ kind: 'continue' }) }),
  result: () => PASSES,
});
