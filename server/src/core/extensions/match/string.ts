import type { Condition } from '../../engine/traversal.ts';
import type { Bounds } from '../../sets/bounds.ts';
import type { PacketSpace } from '../../sets/space.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import type { Packet } from '../../engine/packet.ts';
import { choice } from '../../values/choice.ts';
import { integer } from '../../values/integer.ts';
import { hexPattern, isText, plainPattern, printHex, printText, type Pattern } from '../../values/string-pattern.ts';
import { defineMatch, flag, option, type BoundOption, type ExtensionUse, type Problem } from '../definition.ts';
import { negate } from '../shared/fields.ts';
import { saveGiven } from '../shared/printing.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const MOST = 0xffff;

const from = option('from', integer({ what: 'an offset', min: 0, max: MOST, example: '40', placeholder: 'OFFSET' }));
const to = option('to', integer({ what: 'an offset', min: 0, max: MOST, example: '500', placeholder: 'OFFSET' }));
const algorithm = option('algo', choice<'bm' | 'kmp'>({
  what: 'a way to search', placeholder: 'bm|kmp',
  choices: [{ name: 'bm', value: 'bm', detail: 'Boyer-Moore, usually the faster' }, { name: 'kmp', value: 'kmp', detail: 'Knuth-Pratt-Morris, also across the parts that a packet is stored in' }],
}));
const ignoreCase = flag('icase');
const plain = option('string', plainPattern, { negatable: true, conflicts: ['hex-string'] });
const hexadecimal = option('hex-string', hexPattern, { negatable: true, conflicts: ['string'] });

/** What is searched for, and between which offsets from the IP header on the whole of it has to lie. */
interface Search {
  readonly bound: BoundOption<Pattern>;
  readonly from: number;
  readonly to: number;
  /** What else tells searches for the same text apart. */
  readonly way: string;
}

function search(use: ExtensionUse): Search | undefined {
  const bound = use.option(plain) ?? use.option(hexadecimal);
  if (bound === undefined) return undefined;
  const [start, stop] = [use.option(from)?.value ?? 0, use.option(to)?.value ?? MOST];
  const where = start === 0 && stop === MOST ? '' : ` from byte ${start} to ${stop}`;
  return { bound, from: start, to: stop, way: `${use.option(ignoreCase) === undefined ? '' : ' in any case'}${where}${use.option(algorithm)?.value === 'kmp' ? ' (kmp)' : ''}` };
}

const fits = ({ bound: { value }, from: start, to: stop }: Search): boolean => value.length <= stop - start;

/** Decided where the pattern has no room. Seen in the kernel. */
function found(asked: Search, { length }: Packet): Truth {
  const { bound: { value }, from: start, way } = asked;
  if (!fits(asked) || (length !== undefined && start + value.length > length)) return false;
  return new Unknown(`the packet holds ${isText(value) ? printText(value) : printHex(value)}${way}`, { field: 'bytes' });
}

function conditions(use: ExtensionUse): readonly Condition[] {
  const asked = search(use);
  if (asked === undefined) return [];
  return [{
    source: use.options.map(({ text }) => text).join(' '),
    test: ({ packet }) => negate(asked.bound, found(asked, packet)),
    observe: ({ packet }) => (found(asked, packet) === false ? 'there is no room for the text where it is searched for' : 'the content of the packet is open'),
  }];
}

function check(use: ExtensionUse): readonly Problem[] {
  const asked = search(use);
  if (asked === undefined || fits(asked)) return [];
  const { span } = use.option(to) ?? use.option(from)!;
  if (asked.from > asked.to) return [{ code: 'invalid-value', message: `\`--to ${asked.to}\` is before \`--from ${asked.from}\`, which the kernel refuses; write the smaller offset behind \`--from\`.`, span }];
  return [{ code: 'unmatchable-rule', accepted: true, message: `The text has ${asked.bound.value.length} bytes and does not fit between the offsets ${asked.from} and ${asked.to}, so ${asked.bound.negated ? 'every packet matches' : 'no packet matches'}.`, span }];
}

function save(use: ExtensionUse): readonly string[] {
  const asked = search(use);
  if (asked === undefined) return [];
  const { bound: { value, negated } } = asked;
  return [
    ...(negated ? ['!'] : []), ...(isText(value) ? ['--string', printText(value)] : ['--hex-string', printHex(value)]), ...saveGiven(use, algorithm),
    ...(asked.from === 0 ? [] : ['--from', String(asked.from)]), ...(asked.to === MOST ? [] : ['--to', String(asked.to)]), ...saveGiven(use, ignoreCase),
  ];
}

/** The content is a question about the packet; `!` may stand before either kind of text. */
const packets = (use: ExtensionUse, space: PacketSpace): Bounds => questionPackets(use.option(plain) === undefined ? hexadecimal : plain)(use, space);

export default defineMatch({
  name: 'string',
  families: ['ipv4', 'ipv6'],
  options: [from, to, algorithm, ignoreCase, plain, hexadecimal],
  requires: [['string', 'hex-string'], ['algo']],
  check,
  save,
  conditions,
  packets,
});
