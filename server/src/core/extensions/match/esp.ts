import { integerRange } from '../../values/integer.ts';
import { defineMatch, option } from '../definition.ts';
import { saveRange } from '../shared/printing.ts';
import { needsHeader } from '../shared/transport.ts';
import { spiConditions } from '../shared/spi.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const MOST = 0xffffffff;

const spi = option('espspi', integerRange({ what: 'an SPI', max: MOST, example: '256:4095' }), { negatable: true });

export default defineMatch({
  name: 'esp',
  families: ['ipv4', 'ipv6'],
  protocols: [50],
  options: [spi],
  save: (use) => saveRange(use, spi, MOST),
  conditions: (use) => needsHeader(use, { header: 'ESP' }, spiConditions(use, spi, 'the SPI of the ESP header')),
  packets: questionPackets(),
});
