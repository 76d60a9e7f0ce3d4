import { utf8Length } from '../text.ts';
import { fail, ok, type ValueType } from './value.ts';

/** What a free text may hold; `what` is a noun phrase for messages (`a comment`). */
export interface TextShape {
  readonly what: string;
  readonly placeholder: string;
  readonly min?: number;
  /** Most bytes (not characters) that the kernel keeps; what is longer iptables cuts without a word. */
  readonly max: number;
  /** Whether iptables-save puts it in quotes where needed. */
  readonly quoted?: boolean;
  /** Whether iptables refuses a line's end in it, which an open quotation takes in. */
  readonly oneLine?: boolean;
  /** Says what else is wrong with it, for names that the kernel refuses. */
  readonly refuse?: (text: string) => string | undefined;
}

/** A free text with a length limit in bytes. */
export function text(shape: TextShape): ValueType<string> {
  const { what, placeholder, min = 0, max, quoted = true, oneLine = false, refuse } = shape;
  return {
    placeholder,
    parse(given) {
      if (given.length < min) return fail(`${capital(what)} can't be empty; write at least one character.`);
      if (oneLine && given.includes('\n')) return fail(`${capital(what)} can't hold a line break; write it on one line.`);
      const refused = refuse?.(given);
      if (refused !== undefined) return fail(refused);
      const bytes = utf8Length(given);
      if (bytes <= max) return ok(given);
      const kept = cut(given, max);
      return ok(kept, `${capital(what)} holds at most ${max} bytes; this one has ${bytes}, and iptables keeps \`${kept}\`.`);
    },
    print: (value) => (quoted ? quote(value) : value),
  };
}

/** A text as iptables-save writes it: bare when it is made of letters, digits, `_` and `-` alone, else in double quotes. */
export function quote(value: string): string {
  if (/^[A-Za-z0-9_-]+$/u.test(value)) return value;
  return `"${value.replaceAll(/["\\']/gu, '\\$&')}"`;
}

/** The longest beginning of `value` that has at most `max` bytes in UTF-8. */
function cut(value: string, max: number): string {
  let bytes = 0;
  let kept = '';
  for (const character of value) {
    bytes += utf8Length(character);
    if (bytes > max) break;
    kept += character;
  }
  return kept;
}

const capital = (words: string): string => words[0]!.toUpperCase() + words.slice(1);
