import { readStrict, printIPv4 } from './ipv4.ts';

export const IPV6_ALL = (1n << 128n) - 1n;

/** An IPv6 address as inet_pton reads it, with an embedded IPv4 address at the end if there is one; undefined where the text is none. */
export function readIPv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || text.length < 2) return undefined;
  const head = readWords(halves[0]!, halves.length === 1);
  const tail = halves.length === 1 ? [] : readWords(halves[1]!, true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  let address = 0n;
  for (const word of head) address = (address << 16n) | BigInt(word);
  address <<= BigInt(16 * missing);
  for (const word of tail) address = (address << 16n) | BigInt(word);
  return address;
}

/** The 16-bit words of one side of `::`; `last` says whether it ends the address and so may end in an IPv4 address. */
function readWords(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const words: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (last && index === parts.length - 1 && part.includes('.')) {
      const embedded = readStrict(part);
      if (embedded === undefined) return undefined;
      words.push(embedded >>> 16, embedded & 0xffff);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/u.test(part)) return undefined;
      words.push(parseInt(part, 16));
    }
  }
  return words;
}

/** The text that inet_ntop gives: small letters, the longest run of zeros as `::`, IPv4 in its own notation where it is embedded. */
export function printIPv6(address: bigint): string {
  const words = Array.from({ length: 8 }, (_, index) => Number((address >> BigInt(112 - 16 * index)) & 0xffffn));
  const run = longestZeroRun(words);
  const embeds = run.start === 0 && (run.length === 6 || (run.length === 5 && words[5] === 0xffff));
  const end = embeds ? 6 : 8;
  const hex = (from: number, to: number): string => words.slice(from, to).map((word) => word.toString(16)).join(':');
  const plain = run.length < 2 ? hex(0, end) : `${hex(0, run.start)}::${hex(run.start + run.length, end)}`;
  if (!embeds) return plain;
  const dotted = printIPv4(Number(address & 0xffffffffn));
  return plain.endsWith('::') ? `${plain}${dotted}` : `${plain}:${dotted}`;
}

function longestZeroRun(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < words.length; start++) {
    let length = 0;
    while (words[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** The prefix length of a contiguous mask; undefined for other masks. */
export function prefixLength6(mask: bigint): number | undefined {
  let length = 128;
  for (let rest = mask ^ IPV6_ALL; rest !== 0n; rest >>= 1n) length--;
  return prefixMask6(length) === mask ? length : undefined;
}

/** The mask of a prefix length from 0 to 128. */
export const prefixMask6 = (length: number): bigint => IPV6_ALL ^ (IPV6_ALL >> BigInt(length));
