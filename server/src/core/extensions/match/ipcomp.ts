import type { Condition } from '../../engine/traversal.ts';
import { Unknown } from '../../engine/truth.ts';
import { integerRange } from '../../values/integer.ts';
import { defineMatch, flag, option, type ExtensionUse } from '../definition.ts';
import { saveGiven, saveRange } from '../shared/printing.ts';
import { needsHeader } from '../shared/transport.ts';
import { unseenRange } from '../shared/unseen.ts';
import { questionPackets } from '../shared/packet-sets.ts';

/** iptables takes 32 bits, but the header's compression parameter index has 16. */
const MOST = 0xffffffff;
const MOST_ON_WIRE = 0xffff;

const index = option('ipcompspi', integerRange({ what: 'a compression parameter index', max: MOST, example: '2:255' }), { negatable: true });
const reserved = flag('compres');

/** Without `--ipcompspi` the match asks for index 0, as iptables-save prints it. Seen in the kernel. */
function indexCondition(use: ExtensionUse): readonly Condition[] {
  if (use.option(index) !== undefined) return unseenRange(use, index, 'the compression parameter index', MOST_ON_WIRE);
  return [{ source: '-m ipcomp', test: () => new Unknown('the compression parameter index is 0'), observe: () => 'the compression parameter index is open' }];
}

export default defineMatch({
  name: 'ipcomp',
  families: ['ipv4', 'ipv6'],
  protocols: [108],
  options: [index, reserved],
  save: (use) => [
    ...(use.option(index) === undefined ? ['--ipcompspi', '0'] : saveRange(use, index, MOST)),
    ...saveGiven(use, reserved),
  ],
  conditions: (use) => needsHeader(use, { header: 'IPComp' }, indexCondition(use)),
  packets: questionPackets(),
});
