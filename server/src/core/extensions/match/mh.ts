import { MAX_MH_TYPE, mhTypes } from '../../values/mh-type.ts';
import { defineMatch, option } from '../definition.ts';
import { saveRange } from '../shared/printing.ts';
import { needsHeader } from '../shared/transport.ts';
import { unseenRange } from '../shared/unseen.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const type = option('mh-type', mhTypes, { negatable: true });

export default defineMatch({
  name: 'mh',
  families: ['ipv6'],
  protocols: [135],
  options: [type],
  save: (use) => saveRange(use, type, MAX_MH_TYPE),
  conditions: (use) => needsHeader(use, { header: 'mobility' }, unseenRange(use, type, 'the type of the mobility header', MAX_MH_TYPE)),
  packets: questionPackets(),
});
