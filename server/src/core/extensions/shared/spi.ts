import type { Condition } from '../../engine/traversal.ts';
import { within, type NumberRange } from '../../values/integer.ts';
import { conditionOf, type ExtensionUse, type OptionSpec } from '../definition.ts';
import { decide, observed } from './fields.ts';

const MOST = 0xffffffff;

/** The condition of an option that asks for the SPI of an ESP or AH packet; `what` is its name in messages. */
export function spiConditions(use: ExtensionUse, spec: OptionSpec<NumberRange>, what: string): Condition[] {
  return conditionOf(use, spec, (range, { packet }) => {
    if (range.from > range.to) return false;
    if (range.from === 0 && range.to >= MOST) return true;
    return decide(packet.spi, () => `${what} is ${range.from === range.to ? String(range.from) : `from ${range.from} to ${range.to}`}`, (spi) => within(spi, range), { field: 'unseen' });
  }, ({ packet }) => observed(packet.spi, what));
}
