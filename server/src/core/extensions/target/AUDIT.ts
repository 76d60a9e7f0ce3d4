import { choice } from '../../values/choice.ts';
import { defineTarget, option } from '../definition.ts';
import { PASSES } from '../shared/packet-sets.ts';

const type = option('type', choice({
  what: 'an audit type', placeholder: 'TYPE', ignoreCase: true,
  choices: [
    { name: 'accept', value: 'accept', detail: 'recorded as accepted' },
    { name: 'drop', value: 'drop', detail: 'recorded as dropped' },
    { name: 'reject', value: 'reject', detail: 'recorded as rejected' },
  ],
}));

export default defineTarget({
  name: 'AUDIT', families: ['ipv4', 'ipv6'], terminating: false, options: [type], requires: [[type.name]], action: () => ({ apply: () => ({ kind: 'continue' }) }),
  result: () => PASSES,
});
