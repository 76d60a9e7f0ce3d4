import { Unknown } from '../../engine/truth.ts';
import { text } from '../../values/text.ts';
import { conditionOf, defineMatch, option, type ExtensionUse } from '../definition.ts';
import { saveGiven } from '../shared/printing.ts';

const name = option('nfacct-name', text({ what: 'the name of an accounting object', placeholder: 'NAME', min: 1, max: 31, oneLine: true }), { external: { what: 'accounting object', made: '`nfacct add`' } });

/** iptables-save prints two blanks in front of the name. */
const save = (use: ExtensionUse): readonly string[] => saveGiven(use, name).flatMap((word, index) => (index === 0 ? [word, ''] : [word]));

export default defineMatch({
  name: 'nfacct',
  families: ['ipv4', 'ipv6'],
  options: [name],
  requires: [['nfacct-name']],
  save,
  conditions: (use) => conditionOf(use, name, (object) => new Unknown(`the accounting object ${object} has no quota, or has used it up`), () => 'whether the accounting object has a quota is open'),
});
