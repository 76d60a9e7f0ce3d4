import type { Condition, Traversal } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { counter } from '../../values/counter-range.ts';
import { defineMatch, option, type CompileContext, type ExtensionUse } from '../definition.ts';
import { negate } from '../shared/fields.ts';

const quota = option('quota', counter('a number of bytes', 'BYTES'), { negatable: true });

/** Bytes that are left: exact while every packet's length was known, else between two bounds. */
interface Left {
  least: bigint;
  most: bigint;
}

const LONGEST = 65535n;

/** Length of the packet from its IP header on, or the bounds of it. */
function lengthOf({ packet: { length, family } }: Traversal): { readonly least: bigint; readonly most: bigint } {
  if (length !== undefined) return { least: BigInt(length), most: BigInt(length) };
  return { least: family === 'ipv4' ? 20n : 40n, most: LONGEST };
}

const atLeastZero = (value: bigint): bigint => (value < 0n ? 0n : value);

/** Takes the packet out of the quota; the first one that does not fit empties it. Seen in the kernel. */
function spend(left: Left, length: { readonly least: bigint; readonly most: bigint }): Truth {
  if (length.most <= left.least) {
    left.least -= length.most;
    left.most -= length.least;
    return true;
  }
  if (length.least > left.most) {
    left.least = left.most = 0n;
    return false;
  }
  const question = new Unknown(left.least === left.most ? `the packet is at most ${left.most} bytes long` : 'the quota has room for the packet');
  left.least = 0n;
  left.most = atLeastZero(left.most - length.least);
  return question;
}

function observe({ least, most }: Left): string {
  if (most === 0n) return 'the quota is used up';
  return least === most ? `${most} bytes of the quota are left` : `between ${least} and ${most} bytes of the quota are left`;
}

function conditions(use: ExtensionUse, context: CompileContext): readonly Condition[] {
  const bound = use.option(quota);
  if (bound === undefined) return [];
  const slot = context.slot<Left>(() => ({ least: bound.value, most: bound.value }));
  return [{
    source: bound.text,
    test: (traversal) => negate(bound, spend(traversal.world.slot(slot), lengthOf(traversal))),
    observe: ({ world }) => observe(world.slot(slot)),
  }];
}

export default defineMatch({ name: 'quota', families: ['ipv4', 'ipv6'], options: [quota], requires: [['quota']], conditions });
