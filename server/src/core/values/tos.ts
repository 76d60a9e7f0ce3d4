import type { Choice } from './choice.ts';
import { findChoice, proposals } from './choice.ts';
import { octalWarning, readInteger } from './integer.ts';
import { didYouMean } from './spelling.ts';
import { fail, ok, shown, type Parsed, type ValueType } from './value.ts';

/** A type-of-service byte and the bits of it that count. */
export interface TosMask {
  readonly value: number;
  readonly mask: number;
}

/** Names leave the two ECN bits' upper neighbours alone: they count in the lower six bits only. */
const NAME_MASK = 0x3f;

const NAMES: readonly Choice<number>[] = [
  { name: 'Minimize-Delay', value: 0x10, detail: '0x10/0x3f' },
  { name: 'Maximize-Throughput', value: 0x08, detail: '0x08/0x3f' },
  { name: 'Maximize-Reliability', value: 0x04, detail: '0x04/0x3f' },
  { name: 'Minimize-Cost', value: 0x02, detail: '0x02/0x3f' },
  { name: 'Normal-Service', value: 0x00, detail: '0x00/0x3f' },
];

const hex = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;

/** `VALUE[/MASK]` or a name: a number alone means the whole byte, a name the lower six bits. */
export const tos: ValueType<TosMask> = {
  placeholder: 'VALUE[/MASK]',
  parse(text) {
    const named = text === '' ? undefined : findChoice(text, NAMES, { ignoreCase: true });
    if (named !== undefined) return ok({ value: named.value, mask: NAME_MASK });
    const slash = text.indexOf('/');
    const value = readByte(slash === -1 ? text : text.slice(0, slash));
    if (!value.ok) return value;
    const mask = slash === -1 ? ok(0xff) : readByte(text.slice(slash + 1));
    return mask.ok ? ok({ value: value.value, mask: mask.value }, value.warning) : mask;
  },
  print: ({ value, mask }) => `${hex(value)}/${hex(mask)}`,
  complete: () => proposals(NAMES),
  hover: ({ value, mask }) => {
    const name = mask === NAME_MASK ? NAMES.find((each) => each.value === value)?.name : undefined;
    return `${name === undefined ? '' : `\`${name}\`: `}value ${hex(value)} in the bits ${hex(mask)}${mask === 0xff ? ', ECN bits included' : ''}.`;
  },
};

/** Eight bits without a mask (`--or-tos`). */
export const tosBits: ValueType<number> = { placeholder: 'BITS', parse: readByte, print: hex };

function readByte(text: string): Parsed<number> {
  const value = readInteger(text);
  if (value !== undefined) return value > 255 ? fail(`\`${text}\` is above 255, the most that the byte holds; write one from 0 to 255.`) : ok(value, octalWarning(text, value));
  const { hint, suggestion } = didYouMean(text, NAMES.map(({ name }) => name));
  return fail(`${shown(text)} is not a TOS value.${hint} Write a number from 0 to 255 such as \`0x10\`, perhaps with a mask, or a name such as \`Minimize-Delay\` in full.`, suggestion);
}
