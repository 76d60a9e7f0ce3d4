import { readInteger, type NumberRange } from './integer.ts';
import { fail, ok, shown, type Parsed, type ValueType } from './value.ts';

const MAX_QUEUE = 0xffff;

/** Most queues of one rule; the kernel counts them in 16 bits (seen in 6.18). */
const MOST = 0xffff;

/** `FIRST:LAST` queues of NFQUEUE; an end that is left out is 0 or 65535. */
export const queueRange: ValueType<NumberRange> = {
  placeholder: 'FIRST:LAST',
  parse(text) {
    const parts = text.split(':');
    if (parts.length !== 2) return fail(`${shown(text)} is not a range of queues; it has two ends and a colon, such as \`0:3\`.`, /^[0-9]+-[0-9]+$/u.test(text) ? text.replace('-', ':') : undefined);
    const from = readQueue(parts[0]!, 0);
    if (!from.ok) return from;
    const to = readQueue(parts[1]!, MAX_QUEUE);
    if (!to.ok) return to;
    if (from.value >= to.value) return fail(`\`${text}\` has to name at least two queues, the lower one first.`, from.value > to.value ? `${to.value}:${from.value}` : undefined);
    if (to.value - from.value + 1 > MOST) return fail(`\`${text}\` names more than ${MOST} queues, which the kernel refuses; write fewer.`, '0:65534');
    return ok({ from: from.value, to: to.value });
  },
  print: ({ from, to }) => `${from}:${to}`,
  hover: ({ from, to }) => `${to - from + 1} queues.`,
};

function readQueue(text: string, empty: number): Parsed<number> {
  if (text === '') return ok(empty);
  const queue = readInteger(text);
  if (queue === undefined) return fail(`${shown(text)} is not the number of a queue, which is from 0 to ${MAX_QUEUE}.`);
  return queue > MAX_QUEUE ? fail(`\`${text}\` is above ${MAX_QUEUE}, the highest queue; write one from 0 to ${MAX_QUEUE}.`) : ok(queue);
}
