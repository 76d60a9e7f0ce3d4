import { octalWarning, readInteger } from './integer.ts';
import { fail, ok, shown, type ValueType } from './value.ts';

const MAX_DELAY = 0xffffffff;

/** Milliseconds that a LED stays on, or for ever. */
export type LedDelay = number | 'inf';

/** `MILLISECONDS|inf`; whatever begins with `inf`, in any case, means for ever. */
export const ledDelay: ValueType<LedDelay> = {
  placeholder: 'MILLISECONDS|inf',
  parse(text) {
    if (/^inf/iu.test(text)) return ok('inf');
    const delay = readInteger(text);
    if (delay === undefined) return fail(`${shown(text)} is not a delay: write milliseconds from 0 to ${MAX_DELAY}, or \`inf\`.`);
    return delay > MAX_DELAY ? fail(`\`${text}\` is too large for a delay; the most is ${MAX_DELAY}, and \`inf\` is for ever.`, 'inf') : ok(delay, octalWarning(text, delay));
  },
  print: String,
  complete: () => [{ text: 'inf', detail: 'the LED stays on' }],
};
