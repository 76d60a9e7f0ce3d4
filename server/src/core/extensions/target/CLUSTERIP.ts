import { choice } from '../../values/choice.ts';
import { integer } from '../../values/integer.ts';
import { macAddress } from '../../values/mac.ts';
import { fail, shown, type ValueType } from '../../values/value.ts';
import { defineTarget, flag, option, type ExtensionUse, type Problem } from '../definition.ts';

/** A multicast address, so that the switch gives its frames to every node. */
const clusterMac: ValueType<string> = {
  ...macAddress,
  parse(text, context) {
    const parsed = macAddress.parse(text, context);
    if (!parsed.ok || Number.parseInt(parsed.value.slice(0, 2), 16) % 2 === 1) return parsed;
    return fail(`${shown(text)} is not a multicast address: its first byte has to be odd, such as in \`01:00:5e:00:01:01\`.`);
  },
  print: (value) => value.toUpperCase(),
};

const MOST_NODES = 16;
const node = (what: string): ValueType<number> => integer({ what, min: 1, max: MOST_NODES, example: '1' });

const create = flag('new');
const mode = option('hashmode', choice({
  what: 'a hash mode', placeholder: 'MODE',
  choices: [
    { name: 'sourceip', value: 'sourceip', detail: 'all connections of a client go to one node' },
    { name: 'sourceip-sourceport', value: 'sourceip-sourceport', detail: 'the connections of a client are spread' },
    { name: 'sourceip-sourceport-destport', value: 'sourceip-sourceport-destport', detail: 'as well by the port of the service' },
  ],
}));
const mac = option('clustermac', clusterMac);
const total = option('total-nodes', node('a number of nodes'));
const local = option('local-node', node('the number of a node'));
const init = option('hash-init', integer({ what: 'a start value', min: 0, max: 0xffffffff, example: '0' }));

const NEEDED = [create, mode, mac, total, local];

/** All of them, or none where another rule has made the cluster address. */
function check(use: ExtensionUse): readonly Problem[] {
  const missing = NEEDED.filter((spec) => !use.options.some((bound) => bound.spec === spec));
  if (use.options.length > 0 && missing.length > 0) {
    return [{ code: 'missing-option', span: use.span, message: `\`CLUSTERIP\` needs ${missing.map(({ name }) => `\`--${name}\``).join(', ')} as well; only a rule for an address that is there already has no options at all.` }];
  }
  const number = use.option(local);
  if (number === undefined || number.value <= use.option(total)!.value) return [];
  return [{ code: 'invalid-value', span: number.span, message: `\`${number.text}\` is not one of the ${use.option(total)!.value} nodes; the kernel refuses it.` }];
}

export default defineTarget({
  name: 'CLUSTERIP',
  families: ['ipv4'],
  counterpart: '-m cluster',
  terminating: false,
  tracks: true,
  options: [...NEEDED, init],
  check,
  action: () => ({ apply: () => ({ kind: 'unknown', reason: 'CLUSTERIP lets pass what this node of the cluster is responsible for and drops the rest, by a hash that the whole cluster shares' }) }),
});
