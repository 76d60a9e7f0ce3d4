import { fail, ok, type Parsed, type ValueType } from './value.ts';

/** The kernel searches for at most this many bytes; iptables minds whatever stands behind them, a closing bar included. */
const MOST_BYTES = 128;

const [BAR, BACKSLASH, BLANK] = [0x7c, 0x5c, 0x20];

/** Bytes to search for. */
export type Pattern = readonly number[];

const bytesOf = (text: string): readonly number[] => [...new TextEncoder().encode(text)];
const isPrintable = (byte: number): boolean => byte >= 0x20 && byte <= 0x7e;

/** Whether iptables-save prints the pattern as text: every byte is printable, and the last is no backslash. */
export const isText = (pattern: Pattern): boolean => pattern.every(isPrintable) && pattern.at(-1) !== BACKSLASH;

/** The pattern as iptables-save writes it behind `--string`. */
export const printText = (pattern: Pattern): string => `"${String.fromCharCode(...pattern).replaceAll(/["\\]/gu, '\\$&')}"`;

/** The pattern as iptables-save writes it behind `--hex-string`. */
export const printHex = (pattern: Pattern): string => `"|${pattern.map((byte) => byte.toString(16).padStart(2, '0')).join('')}|"`;

/** Enough of a pattern to know it by. */
const start = (pattern: Pattern): string => String.fromCharCode(...pattern.slice(0, 12)).replaceAll(/[^ -~]|`/gu, '?');

function limited(pattern: Pattern): Parsed<Pattern> {
  if (pattern.length === 0) return fail('The pattern is empty, and the kernel refuses that; write the text to search for.');
  return pattern.length > MOST_BYTES ? fail(`The pattern, which begins with \`${start(pattern)}\`, has ${pattern.length} bytes; it can have at most ${MOST_BYTES}.`) : ok(pattern);
}

/** A text to search for, byte by byte. */
export const plainPattern: ValueType<Pattern> = {
  placeholder: 'TEXT',
  parse(text) {
    const parsed = limited(bytesOf(text));
    if (!parsed.ok || !/\|[0-9a-fA-F]{2}[^|]*\|/u.test(text)) return parsed;
    return ok(parsed.value, `The bars of \`${text}\` are searched for as they stand; bytes in hexadecimal need \`--hex-string\`.`);
  },
  print: printText,
};

/** A text with bytes in hexadecimal between bars: `GET|20|/`. A backslash takes the character behind it as it stands. */
export const hexPattern: ValueType<Pattern> = {
  placeholder: 'TEXT|HEX|',
  parse(text) {
    const read = readHex(bytesOf(text));
    if (read === 'too long') return fail(`The pattern, which begins with \`${start(bytesOf(text))}\`, is too long: it can have at most ${MOST_BYTES} bytes, and ${MOST_BYTES - 1} before a closing bar.`);
    return typeof read === 'string' ? fail(`\`${text}\`: ${read} Write bytes between bars, two digits each, with one blank between them if any: \`|0d 0a|\`.`) : limited(read);
  },
  print: printHex,
  hover: (pattern) => `Searches for ${isText(pattern) ? `\`${String.fromCharCode(...pattern)}\`` : `${pattern.length} bytes`}.`,
};

/** The bytes, or what is wrong. Behind a closing bar the next character stands for itself, whatever it is. */
function readHex(text: readonly number[]): Pattern | string {
  const pattern: number[] = [];
  let inHex = false;
  for (let at = 0; at < text.length;) {
    if (pattern.length >= MOST_BYTES) return 'too long';
    let literal = false;
    if (text[at] === BAR) {
      inHex = !inHex;
      if (inHex) while (text[at + 1] === BLANK) at++;
      if (++at >= text.length) break;
    } else if (text[at] === BACKSLASH && !inHex) {
      literal = true;
      if (++at >= text.length) return 'nothing stands behind the backslash at the end.';
    }
    if (!inHex || literal) {
      pattern.push(text[at++]!);
      continue;
    }
    const digits = String.fromCharCode(...text.slice(at, at + 2));
    if (!/^[0-9a-f]{2}$/iu.test(digits)) return `\`${digits}\` is no byte.`;
    if (at + 2 >= text.length) return 'the closing bar is missing.';
    pattern.push(parseInt(digits, 16));
    at += text[at + 2] === BLANK ? 3 : 2;
  }
  return pattern;
}
