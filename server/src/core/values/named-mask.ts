import { octalWarning, readInteger } from './integer.ts';
import { didYouMean } from './spelling.ts';
import { fail, lookedUp, ok, shown, type Parsed, type ValueType } from './value.ts';

const ALL = 0xffffffff;

/** A number with the bits of it that count, or a name whose number only the loading host knows. */
export interface NamedMask {
  readonly value: number;
  readonly mask: number;
  readonly name?: string;
}

/** What the names are and where a host keeps them. */
export interface NamedMaskShape {
  /** A noun phrase for messages: `a realm`. */
  readonly what: string;
  readonly file: string;
  /** The name that every host has for 0. */
  readonly zero: string;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** `VALUE[/MASK]` or a name of a host's file, which takes no mask. */
export function namedMask({ what, file, zero }: NamedMaskShape): ValueType<NamedMask> {
  return {
    placeholder: 'VALUE[/MASK]|NAME',
    parse(text) {
      const slash = text.indexOf('/');
      const value = readInteger(slash === -1 ? text : text.slice(0, slash));
      if (value === undefined || value > ALL) return value === undefined && slash === -1 ? readName(text, what, file, zero) : fail(`${shown(text)} is not ${what}: write a number from 0 to ${hex(ALL)}, perhaps with a mask, or a name of ${file}.`);
      if (slash === -1) return ok({ value, mask: ALL }, octalWarning(text, value));
      const mask = readInteger(text.slice(slash + 1));
      if (mask === undefined || mask > ALL) return fail(`\`${text.slice(slash + 1)}\` is not a mask: write a number from 0 to ${hex(ALL)}, such as \`0xff\`.`);
      return ok({ value, mask });
    },
    print: ({ value, mask, name }) => name ?? (mask !== ALL ? `${hex(value)}/${hex(mask)}` : value === 0 ? zero : hex(value)),
    complete: () => [{ text: zero, detail: '0' }],
  };
}

function readName(text: string, what: string, file: string, zero: string): Parsed<NamedMask> {
  if (text === zero) return ok({ value: 0, mask: ALL });
  if (!/^[A-Za-z_][\w.-]*$/u.test(text)) return fail(`${shown(text)} is not ${what}: write a number such as \`0x1\`, perhaps with a mask, or a name of ${file}.`);
  const { hint } = didYouMean(text, [zero]);
  return lookedUp({ value: 0, mask: ALL, name: text }, `\`${text}\` is looked up in ${file} when the ruleset is loaded; a host without it refuses the rule.${hint}`);
}
