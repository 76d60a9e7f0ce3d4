import { printMasked, resolvedAddress, type MaskedAddress } from '../../values/address.ts';
import { integer } from '../../values/integer.ts';
import type { ValueType } from '../../values/value.ts';
import { defineMatch, option, type BoundOption, type ExtensionUse, type OptionSpec, type Problem } from '../definition.ts';
import { needsExtensionHeader } from '../shared/extension-header.ts';
import { saveGiven } from '../shared/printing.ts';
import { unseenCondition } from '../shared/unseen.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const negatable = { negatable: true } as const;
const number = (what: string, max: number): ValueType<number> => integer({ what, min: 0, max, example: '1' });

/** A field of the segment routing header that is compared with one number in three ways. */
interface Compared {
  readonly what: string;
  readonly specs: readonly OptionSpec<number>[];
}

const compared: readonly Compared[] = ([['hdr-len', 'the header length'], ['segs-left', 'the number of segments left'], ['last-entry', 'the last entry']] as const).map(([field, what]) => ({
  what, specs: ['eq', 'gt', 'lt'].map((way) => option(`srh-${field}-${way}`, number(what.replace('the ', 'a '), 255), negatable)),
}));

const ways = ['is', 'is greater than', 'is less than'];

/** A segment: iptables-save always prints its prefix length. */
const segment: ValueType<MaskedAddress> = { ...resolvedAddress, print: (value, { family }) => printMasked(value, family) };

const nextHeader = option('srh-next-hdr', number('a protocol number', 255), negatable);
const tag = option('srh-tag', number('a tag', 0xffff), negatable);
const segments: readonly (readonly [spec: OptionSpec<MaskedAddress>, what: string])[] = [
  [option('srh-psid', segment, negatable), 'the previous segment'], [option('srh-nsid', segment, negatable), 'the next segment'],
  [option('srh-lsid', segment, negatable), 'the last segment'],
];

/** The options of a field that a use gives, and the number that they share: the one written last. Seen in iptables 1.8.9. */
function shared(use: ExtensionUse, { specs }: Compared): { readonly given: readonly BoundOption<number>[]; readonly value: number | undefined } {
  const given = use.options.filter((bound): bound is BoundOption<number> => specs.some((spec) => spec === bound.spec));
  return { given, value: given.at(-1)?.value };
}

function check(use: ExtensionUse): readonly Problem[] {
  return compared.flatMap((field) => {
    const { given, value } = shared(use, field);
    const lost = given.find((bound) => bound.value !== value);
    if (lost === undefined) return [];
    return [{
      code: 'conflicting-options', accepted: true as const, span: lost.span,
      message: `\`${lost.text}\` compares with ${value}: iptables keeps one number for ${field.what}, the one written last. Write \`-m srh\` once for each.`,
    }];
  });
}

/** The options of a field with the number that they share. */
const saveCompared = (use: ExtensionUse, field: Compared): readonly string[] =>
  field.specs.flatMap((spec) => {
    const { value } = shared(use, field);
    return saveGiven(use, spec).map((word) => (/^[0-9]/u.test(word) ? String(value) : word));
  });

export default defineMatch({
  name: 'srh',
  families: ['ipv6'],
  options: [nextHeader, ...compared.flatMap(({ specs }) => specs), tag, ...segments.map(([spec]) => spec)],
  check,
  save: (use) => [...saveGiven(use, nextHeader), ...compared.flatMap((field) => saveCompared(use, field)), ...saveGiven(use, tag, ...segments.map(([spec]) => spec))],
  conditions: (use) => needsExtensionHeader(use, { number: 43, name: 'a segment routing header' }, [
    ...unseenCondition(use, nextHeader, 'the protocol behind the header', (value) => `is ${value}`),
    ...compared.flatMap((field) => field.specs.flatMap((spec, way) => unseenCondition(use, spec, field.what, () => `${ways[way]!} ${shared(use, field).value!}`))),
    ...unseenCondition(use, tag, 'the tag', (value) => `is ${value}`),
    ...segments.flatMap(([spec, what]) => unseenCondition(use, spec, what, (value) => `is in ${printMasked(value, 'ipv6')}`)),
  ]),
  packets: questionPackets(),
});
