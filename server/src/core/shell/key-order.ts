/** Buckets of an array that has few elements, and how many more it has each time that there are two elements for each. */
const BUCKETS = 1024;
const GROWTH = 4;

/** Keys of an associative array, given in the order in which they came, in that in which bash lists them: by buckets, and in each the latest first. */
export function inBashOrder(keys: readonly string[]): string[] {
  let buckets = emptyBuckets(BUCKETS);
  keys.forEach((key, count) => {
    if (count >= 2 * buckets.length) {
      const former = buckets.flat();
      buckets = emptyBuckets(buckets.length * GROWTH);
      for (const each of former) put(buckets, each);
    }
    put(buckets, key);
  });
  return buckets.flat();
}

const emptyBuckets = (count: number): string[][] => Array.from({ length: count }, () => []);

const put = (buckets: string[][], key: string): number => buckets[hash(key) & (buckets.length - 1)]!.unshift(key);

const encoder = new TextEncoder();

/** FNV-1, whose bytes are signed as those of a `char` are on most machines. */
function hash(key: string): number {
  let value = 2_166_136_261;
  for (const byte of encoder.encode(key)) value = Math.imul(value, 16_777_619) ^ (byte << 24 >> 24);
  return value;
}
