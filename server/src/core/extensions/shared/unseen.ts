import type { Condition } from '../../engine/traversal.ts';
import { Unknown } from '../../engine/truth.ts';
import type { NumberRange } from '../../values/integer.ts';
import { conditionOf, type ExtensionUse, type OptionSpec } from '../definition.ts';

/** The condition of an option that asks for something which described packets do not hold; `what` is its name in messages (`the SPI`). */
export function unseenCondition<V>(use: ExtensionUse, spec: OptionSpec<V>, what: string, asked: (value: V) => string): Condition[] {
  return conditionOf(use, spec, (value) => new Unknown(`${what} ${asked(value)}`, { field: 'unseen' }), () => `${what} is open`);
}

/** The same for a range of numbers up to `most`: decided where every number lies in it, or none. */
export function unseenRange(use: ExtensionUse, spec: OptionSpec<NumberRange>, what: string, most: number): Condition[] {
  return conditionOf(use, spec, (range) => rangeTruth(range, what, most), () => `${what} is open`);
}

function rangeTruth({ from, to }: NumberRange, what: string, most: number): boolean | Unknown {
  if (from > to || from > most) return false;
  if (from === 0 && to >= most) return true;
  return new Unknown(`${what} is ${from === to ? String(from) : `from ${from} to ${to}`}`, { field: 'unseen' });
}
