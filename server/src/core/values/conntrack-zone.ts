import { octalWarning, readInteger } from './integer.ts';
import { didYouMean } from './spelling.ts';
import { fail, ok, shown, type ValueType } from './value.ts';

const MAX_ZONE = 0xffff;

/** A conntrack zone by number, or taken from the packet's mark (its lower 16 bits). */
export type ConntrackZone = number | 'mark';

/** `NUMBER|mark`, the number from 0 to 65535. */
export const conntrackZone: ValueType<ConntrackZone> = {
  placeholder: 'ID|mark',
  parse(text) {
    if (text.toLowerCase() === 'mark') return ok('mark');
    const zone = readInteger(text);
    if (zone === undefined) {
      const { hint, suggestion } = didYouMean(text, ['mark']);
      return fail(`${shown(text)} is not a conntrack zone.${hint} Write a number from 0 to ${MAX_ZONE} or \`mark\`.`, suggestion);
    }
    return zone > MAX_ZONE ? fail(`\`${text}\` is too large for a conntrack zone; the most is ${MAX_ZONE}.`, String(MAX_ZONE)) : ok(zone, octalWarning(text, zone));
  },
  print: String,
  complete: () => [{ text: 'mark', detail: 'the lower 16 bits of the packet\'s mark' }],
  hover: (zone) => (zone === 'mark' ? 'The zone is in the lower 16 bits of the packet\'s mark.' : zone === 0 ? 'The zone of all packets without a rule.' : undefined),
};
