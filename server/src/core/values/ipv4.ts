import { readInteger } from './integer.ts';

/** A dotted address as iptables itself reads it: up to four numbers of any base, missing ones are 0 at the end (`10.1` is 10.1.0.0). */
export function readDotted(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length > 4) return undefined;
  let address = 0;
  for (let index = 0; index < 4; index++) {
    const byte = index < parts.length ? readInteger(parts[index]!) : 0;
    if (byte === undefined || byte > 255) return undefined;
    address = address * 256 + byte;
  }
  return address;
}

/** The same with all four numbers given, as masks need. */
export function readFullDotted(text: string): number | undefined {
  return text.split('.').length === 4 ? readDotted(text) : undefined;
}

/** Four plain decimal numbers without leading zeros, as inet_pton takes them. */
export const readStrict = (text: string): number | undefined => readStrictUpTo(text, text.length);

/** The same of the text up to a place in it. */
export function readStrictUpTo(text: string, end: number): number | undefined {
  let address = 0;
  let at = 0;
  for (let part = 0; part < 4; part++) {
    if (part > 0 && text.charCodeAt(at++) !== DOT) return undefined;
    const start = at;
    let number = 0;
    while (at < end && isDigit(text.charCodeAt(at))) number = number * 10 + text.charCodeAt(at++) - ZERO;
    if (at === start || number > 255 || (at > start + 1 && text.charCodeAt(start) === ZERO)) return undefined;
    address = address * 256 + number;
  }
  return at === end ? address : undefined;
}

const DOT = 46;
const ZERO = 48;
const isDigit = (code: number): boolean => code >= ZERO && code < ZERO + 10;

/** An address as the C library's inet_aton reads it: the last number fills all bytes that are left (`10.1` is 10.0.0.1, `256` is 0.0.1.0). */
export function readClassic(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length > 4) return undefined;
  let address = 0;
  for (const [index, part] of parts.entries()) {
    if (!/^(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/u.test(part)) return undefined;
    const number = readInteger(part)!;
    const last = index === parts.length - 1;
    const room = last ? 256 ** (4 - index) : 256;
    if (number >= room) return undefined;
    address = address * room + number;
  }
  return address;
}

/** `1.2.3.4`. */
export function printIPv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** The prefix length of a contiguous mask; undefined for other masks. */
export function prefixLength(mask: number): number | undefined {
  const length = Math.clz32(~mask);
  return prefixMask(length) === mask ? length : undefined;
}

/** The mask of a prefix length from 0 to 32. */
export const prefixMask = (length: number): number => (length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0);
