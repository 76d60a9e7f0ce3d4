import { octalWarning, readInteger } from './integer.ts';
import { fail, ok, shown, type Parsed, type ValueType } from './value.ts';

export const MARK_ALL = 0xffffffff;

/** A 32-bit mark and the bits of it that count. */
export interface MarkMask {
  readonly value: number;
  readonly mask: number;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

function readBits(text: string, whole: string): Parsed<number> {
  const value = readInteger(text);
  if (value !== undefined) return value > MARK_ALL ? fail(`\`${text}\` is above 0xffffffff, the most that the 32 bits of a mark hold; write a number such as \`0x1\`.`) : ok(value, octalWarning(text, value));
  if (text === '') return fail(`${shown(whole)} has an empty part; a mark looks like \`0x1\` or \`0x1/0xff\`.`);
  if (/^[0-9a-fA-F]+$/u.test(text)) return fail(`\`${text}\` is hexadecimal without \`0x\`.`, whole.replace(text, `0x${text}`));
  return fail(`${shown(text)} is not a mark: a number from 0 to 0xffffffff, such as \`0x1\` or \`0x1/0xff\`.`);
}

function readMark(text: string): Parsed<MarkMask> {
  const slash = text.indexOf('/');
  const value = readBits(slash === -1 ? text : text.slice(0, slash), text);
  if (!value.ok) return value;
  const mask = slash === -1 ? ok(MARK_ALL) : readBits(text.slice(slash + 1), text);
  if (!mask.ok) return mask;
  return ok({ value: value.value, mask: mask.value }, value.warning ?? mask.warning);
}

const describe = ({ value, mask }: MarkMask): string =>
  (mask === MARK_ALL ? `${hex(value)} is ${value}.` : `${hex(value)} in the bits ${hex(mask)} (binary ${mask.toString(2)}).`);

/** `VALUE[/MASK]` of the mark and connmark matches: holds when mark AND mask equals the value. */
export const markMatch: ValueType<MarkMask> = {
  placeholder: 'VALUE[/MASK]',
  parse: (text) => {
    const parsed = readMark(text);
    if (!parsed.ok || parsed.warning !== undefined) return parsed;
    const { value, mask } = parsed.value;
    const outside = (value & ~mask) >>> 0;
    return outside === 0 ? parsed : ok(parsed.value, `No mark equals \`${text}\`: the value has bits (${hex(outside)}) that the mask ${hex(mask)} leaves out.`);
  },
  print: ({ value, mask }) => (mask === MARK_ALL ? hex(value) : `${hex(value)}/${hex(mask)}`),
  hover: describe,
};

/** `VALUE[/MASK]` of the targets that write marks; iptables-save always prints the mask. */
export const markSet: ValueType<MarkMask> = {
  placeholder: 'VALUE[/MASK]',
  parse: readMark,
  print: ({ value, mask }) => `${hex(value)}/${hex(mask)}`,
  hover: describe,
};

/** 32 bits without a mask (`--or-mark`, `--ctmask`). */
export const markBits: ValueType<number> = {
  placeholder: 'BITS',
  parse: (text) => (text.includes('/') ? fail(`\`${text}\` has a mask, which this option does not take; write the value alone.`, text.slice(0, text.indexOf('/'))) : readBits(text, text)),
  print: hex,
};
