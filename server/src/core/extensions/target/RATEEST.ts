import { estimatorTime, printTime } from '../../values/estimator-time.ts';
import { text } from '../../values/text.ts';
import { defineTarget, option, type ExtensionUse, type Problem } from '../definition.ts';
import { PASSES } from '../shared/packet-sets.ts';

const name = option('rateest-name', text({ what: 'the name of an estimator', placeholder: 'NAME', max: 15, quoted: false }));
const interval = option('rateest-interval', estimatorTime);
const average = option('rateest-ewmalog', estimatorTime);

/** The shortest interval of the kernel, in microseconds; the others are twice as long each. */
const SHORTEST = 250_000;
const DOUBLINGS = 5;
const MOST_LOG = 31;
const WORD = 2 ** 32;

/** The kernel's interval: the next one that is not shorter; undefined above 8 s. */
function roundedInterval(given: number): number | undefined {
  for (let step = 0; step <= DOUBLINGS; step++) if (given <= SHORTEST << step) return SHORTEST << step;
  return undefined;
}

/** Logarithm of the weight with which the average moves in about the time that is given; undefined where there is none. */
function weightOf(given: number, time: number): number | undefined {
  let log = 1;
  while (log <= MOST_LOG && given / -Math.log(1 - 1 / 2 ** log) <= time) log++;
  return log === 1 || log - 1 >= MOST_LOG ? undefined : log - 1;
}

function check(use: ExtensionUse): readonly Problem[] {
  const [every, over] = [use.option(interval), use.option(average)];
  if (every === undefined || over === undefined) return [];
  if (roundedInterval(every.value) === undefined) return [{ code: 'invalid-value', message: `\`${every.text}\` is too long: an interval is at most 8 seconds.`, span: every.span }];
  if (weightOf(every.value, over.value) !== undefined) return [];
  return [{ code: 'invalid-value', message: `\`${over.text}\` does not go with \`${every.text}\`: the average has to be taken over about two intervals or more, such as \`--rateest-interval 250ms --rateest-ewmalog 500ms\`.`, span: over.span }];
}

function save(use: ExtensionUse): readonly string[] {
  const [label, every, over] = [use.option(name)?.value, use.option(interval)?.value, use.option(average)?.value];
  const rounded = every === undefined ? undefined : roundedInterval(every);
  const weight = every === undefined || over === undefined ? undefined : weightOf(every, over);
  if (rounded === undefined || weight === undefined) return label === undefined ? [] : ['--rateest-name', label];
  return ['--rateest-name', label ?? '', '--rateest-interval', printTime(rounded), '--rateest-ewmalog', printTime((rounded * 2 ** weight) % WORD)];
}

export default defineTarget({
  name: 'RATEEST',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  options: [name, interval, average],
  requires: [[name.name], [interval.name], [average.name]],
  check,
  save,
  action: () => ({ apply: () => ({ kind: 'continue' }) }),
  result: () => PASSES,
});
