import { integer, readBigInteger } from '../../values/integer.ts';
import { text } from '../../values/text.ts';
import { fail, ok, shown, type ValueType } from '../../values/value.ts';
import { defineTarget, option, type ExtensionUse } from '../definition.ts';
import { saveOption } from '../save.ts';
import { PASSES } from '../shared/packet-sets.ts';

/** A number of 64 bits. */
const bytes: ValueType<bigint> = {
  placeholder: 'BYTES',
  parse(given) {
    const value = readBigInteger(given);
    return value === undefined || value >= 2n ** 64n ? fail(`${shown(given)} is not a number of bytes from 0 to 18446744073709551615.`) : ok(value);
  },
  print: String,
};

const prefix = option('ulog-prefix', text({ what: 'a prefix', placeholder: 'TEXT', min: 1, max: 31, oneLine: true }));
const group = option('ulog-nlgroup', integer({ what: 'a netlink group', min: 1, max: 32, example: '1', placeholder: 'GROUP' }));
const range = option('ulog-cprange', bytes);
const threshold = option('ulog-qthreshold', integer({ what: 'a number of packets', min: 1, max: 50, example: '1', placeholder: 'PACKETS' }));

const DEFAULTS: ReadonlyMap<unknown, unknown> = new Map<unknown, unknown>([[group, 1], [range, 0n], [threshold, 1]]);

const save = (use: ExtensionUse): readonly string[] => [prefix, group, range, threshold].flatMap((spec) =>
  use.options.filter((bound) => bound.spec === spec && bound.value !== DEFAULTS.get(spec)).flatMap((bound) => saveOption(use, bound)));

export default defineTarget({
  name: 'ULOG', families: ['ipv4'], counterpart: '-j NFLOG', terminating: false, options: [prefix, group, range, threshold], save, action: () => ({ apply: () => ({ kind: 'continue' }) }),
  result: () => PASSES,
});
