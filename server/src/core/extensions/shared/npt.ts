import type { Effect, Traversal } from '../../engine/traversal.ts';
import type { Hook } from '../../netfilter.ts';
import type { MaskedAddress } from '../../values/address.ts';
import { prefixLength6 } from '../../values/ipv6.ts';
import { nptPrefix } from '../../values/npt-prefix.ts';
import { defineTarget, option, type TargetDefinition } from '../definition.ts';
import { saveOption } from '../save.ts';

const WORDS = 8;
const ONES = 0xffff;

/** The address as sixteen-bit words, the highest first. */
const wordsOf = (address: bigint): number[] => Array.from({ length: WORDS }, (_, index) => Number((address >> BigInt(16 * (WORDS - 1 - index))) & 0xffffn));

const joined = (words: readonly number[]): bigint => words.reduce((address, word) => (address << 16n) | BigInt(word), 0n);

/** Sum in one's complement, as Internet checksums are made. */
const sum = (words: readonly number[]): number => words.reduce((total, word) => {
  const next = total + word;
  return next > ONES ? next - ONES : next;
}, 0);

/** Whether a sum is one of the two zeros of one's complement. */
const isZero = (total: number): boolean => total === 0 || total === ONES;

/** Whether a checksum over the one address fits the other as well. */
const areAlike = (one: bigint, other: bigint): boolean => isZero(sum([...wordsOf(one), ...wordsOf(other).map((word) => ONES - word)]));

/** An address with its prefix replaced; not `isWhole` where no word could be changed so that its checksum stays. */
export interface Translated {
  readonly address: bigint;
  readonly isWhole: boolean;
}

/** The address with its prefix replaced, and one word changed so that its checksum stays (RFC 6296). Seen in the kernel. */
export function translatePrefix(address: bigint, from: MaskedAddress, to: MaskedAddress): Translated {
  const length = Math.max(prefixLength6(BigInt(from.mask))!, prefixLength6(BigInt(to.mask))!);
  const host = (1n << BigInt(128 - length)) - 1n;
  const words = wordsOf((address & host) | (BigInt(to.address) & ~host));
  const index = length <= 48 ? 3 : words.findIndex((word, at) => at >= 4 && word !== ONES);
  if (index === -1) return { address: joined(words), isWhole: false };
  const before = wordsOf(BigInt(from.address));
  const after = wordsOf(BigInt(to.address)).map((word) => ONES - word);
  const changed = sum([words[index]!, ...before, ...after]);
  words[index] = changed === ONES ? 0 : changed;
  return { address: joined(words), isWhole: true };
}

/** SNPT and DNPT: they exchange the prefix of one address of each packet, without connections. */
export function nptTarget(name: string, side: 'source' | 'destination', hooks: readonly Hook[]): TargetDefinition {
  const from = option('src-pfx', nptPrefix);
  const to = option('dst-pfx', nptPrefix);
  return defineTarget({
    name,
    families: ['ipv6'],
    counterpart: '-j NETMAP',
    terminating: false,
    tables: ['mangle'],
    hooks,
    options: [from, to],
    requires: [[from.name], [to.name]],
    // An empty prefix is not printed, so that such a dump can't be loaded again (seen in 1.8.9).
    save: (use) => [from, to].flatMap((spec) => use.options.filter((bound) => bound.spec === spec && use.option(spec)?.value?.mask !== 0n).flatMap((bound) => saveOption(use, bound))),
    action: (use) => {
      const [old, new_] = [use.option(from)!.value, use.option(to)!.value];
      return { apply: (traversal) => apply(traversal, side, old, new_) };
    },
  });
}

function apply(traversal: Traversal, side: 'source' | 'destination', from: MaskedAddress, to: MaskedAddress): Effect {
  const { packet } = traversal;
  const name = from.host ?? to.host;
  if (name !== undefined) return { kind: 'unknown', reason: `the address of ${name} is looked up when the rule is loaded` };
  const address = packet[side];
  if (address === undefined) return { kind: 'unknown', reason: `the packet's ${side} is not given, and its prefix is translated` };
  const translated = translatePrefix(BigInt(address), from, to);
  packet[side] = translated.address;
  if (!translated.isWhole) return { kind: 'answer', with: 'parameter-problem', reason: `no part of its ${side} may change to keep the checksum` };
  // Of an address with another prefix than was reckoned with, the checksum does not stay.
  if (!areAlike(BigInt(address), translated.address)) traversal.spoil();
  return { kind: 'continue' };
}
