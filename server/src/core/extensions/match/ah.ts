import type { Condition } from '../../engine/traversal.ts';
import { integer, integerRange } from '../../values/integer.ts';
import { defineMatch, flag, option, type ExtensionUse } from '../definition.ts';
import { needsExtensionHeader } from '../shared/extension-header.ts';
import { saveGiven, saveRange } from '../shared/printing.ts';
import { needsHeader } from '../shared/transport.ts';
import { spiConditions } from '../shared/spi.ts';
import { unseenCondition } from '../shared/unseen.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const AH = 51;
const MOST = 0xffffffff;

const spi = option('ahspi', integerRange({ what: 'an SPI', max: MOST, example: '256:4095' }), { negatable: true });
const length = option('ahlen', integer({ what: 'a header length', min: 0, max: MOST, example: '24', placeholder: 'BYTES' }), { negatable: true, family: 'ipv6' });
const reserved = flag('ahres', { family: 'ipv6' });

/** A length of 0 asks for nothing, and iptables-save leaves it out like a range of every SPI. */
function save(use: ExtensionUse): readonly string[] {
  return [...saveRange(use, spi, MOST), ...(use.option(length)?.value === 0 ? [] : saveGiven(use, length)), ...saveGiven(use, reserved)];
}

function conditions(use: ExtensionUse): readonly Condition[] {
  const asked = spiConditions(use, spi, 'the SPI of the authentication header');
  if (use.family === 'ipv4') return needsHeader(use, { header: 'authentication' }, asked);
  return needsExtensionHeader(use, { number: AH, name: 'an authentication header' }, [
    ...asked,
    ...(use.option(length)?.value === 0 ? [] : unseenCondition(use, length, 'the length of the authentication header', (value) => `is ${value}`)),
    ...unseenCondition(use, reserved, 'the reserved field of the authentication header', () => 'is 0'),
  ]);
}

export default defineMatch({
  name: 'ah',
  families: ['ipv4', 'ipv6'],
  // IPv6's kernel side looks for the header behind any others.
  protocols: [AH],
  protocolsIn: 'ipv4',
  options: [spi, length, reserved],
  save,
  conditions,
  packets: questionPackets(),
});
