import { integer } from '../../values/integer.ts';
import { ipv6Options } from '../../values/ipv6-options.ts';
import { defineMatch, option, type MatchDefinition } from '../definition.ts';
import { needsExtensionHeader, type ExtensionHeader } from './extension-header.ts';
import { questionPackets } from './packet-sets.ts';
import { unseenCondition } from './unseen.ts';

/** The match of an IPv6 header that holds options, `dst` or `hbh`. */
export function optionsHeaderMatch(name: 'dst' | 'hbh', header: ExtensionHeader): MatchDefinition {
  const length = option(`${name}-len`, integer({ what: 'a header length', min: 0, max: 0xffffffff, example: '8', placeholder: 'BYTES' }), { negatable: true });
  const options = option(`${name}-opts`, ipv6Options);
  const what = header.name.replace(/^an? /u, 'the ');
  return defineMatch({
    name,
    families: ['ipv6'],
    options: [length, options],
    conditions: (use) => needsExtensionHeader(use, header, [
      ...unseenCondition(use, length, `the length of ${what}`, (value) => `is ${value}`),
      ...unseenCondition(use, options, what, (value) => `holds the options ${ipv6Options.print(value, { family: 'ipv6' })}`),
    ]),
    packets: questionPackets(),
  });
}
