import type { About } from '../../engine/knowledge.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import type { MarkMask } from '../../values/mark.ts';

export const hex = (value: number): string => `0x${value.toString(16)}`;

/** Whether `mark & mask` equals the value; decided without the mark where no mark, or every mark, does. */
export function markTruth({ value, mask }: MarkMask, mark: number | undefined, what: string, about?: About): Truth {
  if ((value & ~mask) !== 0) return false;
  if (mask === 0) return true;
  if (mark === undefined) return new Unknown(`${what} is ${hex(value)}${mask === 0xffffffff ? '' : ` in the bits ${hex(mask)}`}`, about);
  return ((mark & mask) >>> 0) === value;
}
