import { integer, integerRange } from '../../values/integer.ts';
import { ipv6Addresses } from '../../values/ipv6-addresses.ts';
import { defineMatch, flag, option, type BoundOption, type ExtensionUse, type OptionSpec, type Problem } from '../definition.ts';
import { needsExtensionHeader } from '../shared/extension-header.ts';
import { saveGiven, saveRange } from '../shared/printing.ts';
import { unseenCondition, unseenRange } from '../shared/unseen.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const MOST = 0xffffffff;
const MOST_ON_WIRE = 255;

const type = option('rt-type', integer({ what: 'a type of routing header', min: 0, max: MOST, example: '0', placeholder: 'TYPE' }), { negatable: true });
const segments = option('rt-segsleft', integerRange({ what: 'a number of segments', max: MOST, example: '0:3' }), { negatable: true });
const length = option('rt-len', integer({ what: 'a header length', min: 0, max: MOST, example: '24', placeholder: 'BYTES' }), { negatable: true });
const reserved = flag('rt-0-res');
const addresses = option('rt-0-addrs', ipv6Addresses);
const notStrict = flag('rt-0-not-strict');

/** iptables wants what an option builds on in front of it. */
function check(use: ExtensionUse): readonly Problem[] {
  const before = (spec: OptionSpec): readonly BoundOption[] => use.options.slice(0, use.options.findIndex((bound) => bound.spec === spec));
  const problems: Problem[] = [];
  for (const spec of [reserved, addresses]) {
    const bound = use.option<unknown>(spec);
    if (bound === undefined || before(spec).some((earlier) => earlier.spec === type && !earlier.negated && earlier.value === 0)) continue;
    problems.push({ code: 'missing-option', message: `\`--${spec.name}\` needs \`--rt-type 0\` in front of it: other types have no such field.`, span: bound.span });
  }
  const loose = use.option(notStrict);
  if (loose !== undefined && !before(notStrict).some((earlier) => earlier.spec === addresses)) {
    problems.push({ code: 'missing-option', message: '`--rt-0-not-strict` needs `--rt-0-addrs` in front of it.', span: loose.span });
  }
  return problems;
}

export default defineMatch({
  name: 'rt',
  families: ['ipv6'],
  options: [type, segments, length, reserved, addresses, notStrict],
  check,
  save: (use) => [...saveGiven(use, type), ...saveRange(use, segments, MOST), ...saveGiven(use, length, reserved, addresses, notStrict)],
  conditions: (use) => needsExtensionHeader(use, { number: 43, name: 'a routing header' }, [
    ...unseenRange(use, segments, 'the number of segments left', MOST_ON_WIRE),
    ...unseenCondition(use, length, 'the length of the routing header', (value) => `is ${value}`),
    ...unseenCondition(use, type, 'the type of the routing header', (value) => `is ${value}`),
    ...unseenCondition(use, reserved, 'the reserved field of the routing header', () => 'is 0'),
    ...unseenCondition(use, addresses, 'the routing header', (value) => `lists ${ipv6Addresses.print(value, { family: 'ipv6' })}`),
  ]),
  packets: questionPackets(),
});
