/** Bob Jenkins' public-domain lookup3 hash, by which the kernel spreads NAT over a range of addresses. */

const GOLDEN = 0xdeadbeef;

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

/** lookup3 of 32-bit words with a seed; the result is unsigned. */
export function jenkins(words: readonly number[], seed: number): number {
  let a = (GOLDEN + (words.length << 2) + seed) | 0;
  let b = a;
  let c = a;
  let index = 0;
  for (let left = words.length; left > 3; left -= 3, index += 3) {
    a = (a + words[index]!) | 0;
    b = (b + words[index + 1]!) | 0;
    c = (c + words[index + 2]!) | 0;
    a -= c; a ^= rotate(c, 4); c = (c + b) | 0;
    b -= a; b ^= rotate(a, 6); a = (a + c) | 0;
    c -= b; c ^= rotate(b, 8); b = (b + a) | 0;
    a -= c; a ^= rotate(c, 16); c = (c + b) | 0;
    b -= a; b ^= rotate(a, 19); a = (a + c) | 0;
    c -= b; c ^= rotate(b, 4); b = (b + a) | 0;
  }
  const left = words.length - index;
  if (left === 0) return c >>> 0;
  if (left >= 3) c = (c + words[index + 2]!) | 0;
  if (left >= 2) b = (b + words[index + 1]!) | 0;
  a = (a + words[index]!) | 0;
  c ^= b; c = (c - rotate(b, 14)) | 0;
  a ^= c; a = (a - rotate(c, 11)) | 0;
  b ^= a; b = (b - rotate(a, 25)) | 0;
  c ^= b; c = (c - rotate(b, 16)) | 0;
  a ^= c; a = (a - rotate(c, 4)) | 0;
  b ^= a; b = (b - rotate(a, 14)) | 0;
  c ^= b; c = (c - rotate(b, 24)) | 0;
  return c >>> 0;
}

/** Maps a 32-bit hash onto 0 … count − 1 as the kernel does, by multiplication. */
export function scale(hash: number, count: number): number {
  return Number((BigInt(hash) * BigInt(count)) >> 32n);
}
