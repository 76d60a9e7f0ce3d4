import { reachableAddress } from '../../values/host-address.ts';
import { text } from '../../values/text.ts';
import { defineTarget, option, type ExtensionUse } from '../definition.ts';
import { saveOption } from '../save.ts';
import { PASSES } from '../shared/packet-sets.ts';

const gateway = option('gateway', reachableAddress);
const oif = option('oif', text({ what: 'the name of an interface', placeholder: 'INTERFACE', max: 15, quoted: false }));

const save = (use: ExtensionUse): readonly string[] => [gateway, oif].flatMap((spec) =>
  use.options.filter((bound) => bound.spec === spec && bound.value !== '').flatMap((bound) => saveOption(use, bound)));

export default defineTarget({
  name: 'TEE',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  options: [gateway, oif],
  requires: [[gateway.name]],
  save,
  action: () => ({ apply: () => ({ kind: 'continue' }) }),
  result: () => PASSES,
});
