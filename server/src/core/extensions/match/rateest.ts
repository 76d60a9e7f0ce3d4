import type { Condition } from '../../engine/traversal.ts';
import { Unknown } from '../../engine/truth.ts';
import { integer } from '../../values/integer.ts';
import { bitRate } from '../../values/rate-of-bits.ts';
import { text } from '../../values/text.ts';
import { defineMatch, flag, negation, option, type BoundOption, type ExtensionUse, type ExternalObject, type OptionSpec, type Problem } from '../definition.ts';

const estimator = text({ what: 'the name of a rate estimator', placeholder: 'NAME', min: 1, max: 15, quoted: false });
const external: ExternalObject = { what: 'rate estimator', made: 'a rule with `-j RATEEST` that is loaded before' };
const packetRate = integer({ what: 'a number of packets a second', min: 0, max: 0xffffffff, example: '100', placeholder: 'PACKETS' });

const first = option('rateest1', estimator, { aliases: ['rateest'], external });
const second = option('rateest2', estimator, { external });
const delta = flag('rateest-delta');
const bits1 = option('rateest-bps1', bitRate, { optionalValue: true });
const packets1 = option('rateest-pps1', packetRate, { optionalValue: true });
const bits2 = option('rateest-bps2', bitRate, { aliases: ['rateest-bps'], optionalValue: true });
const packets2 = option('rateest-pps2', packetRate, { aliases: ['rateest-pps'], optionalValue: true });
const less = flag('rateest-lt', { negatable: true });
const greater = flag('rateest-gt', { negatable: true });
const equal = flag('rateest-eq', { negatable: true });

const COMPARISONS: readonly (readonly [spec: OptionSpec, words: string])[] = [[less, 'below'], [greater, 'above'], [equal, 'equal to']];

/** The comparison written last, which alone counts. Seen in iptables 1.8.9. */
function comparison(use: ExtensionUse): { readonly bound: BoundOption; readonly words: string } | undefined {
  const bound = use.options.findLast(({ spec }) => COMPARISONS.some(([each]) => each === spec));
  return bound === undefined ? undefined : { bound, words: COMPARISONS.find(([spec]) => spec === bound.spec)![1] };
}

/** What is compared: an option of bits or of packets asks for it, whatever its number. */
function measures(use: ExtensionUse): readonly { readonly unit: 'bps' | 'pps'; readonly one: string; readonly two: string }[] {
  const value = (spec: OptionSpec<number>): string => spec.values[0]!.print(use.option(spec)?.value ?? 0, { family: use.family });
  return ([['bps', bits1, bits2], ['pps', packets1, packets2]] as const)
    .filter(([, one, two]) => use.option(one) !== undefined || use.option(two) !== undefined)
    .map(([unit, one, two]) => ({ unit, one: value(one), two: value(two) }));
}

function check(use: ExtensionUse): readonly Problem[] {
  const chosen = comparison(use);
  if (chosen === undefined) return [];
  const lost = use.options.find((bound) => bound.spec !== chosen.bound.spec && COMPARISONS.some(([spec]) => spec === bound.spec));
  if (lost !== undefined) {
    return [{ code: 'conflicting-options', accepted: true, span: lost.span, message: `iptables forgets \`--${lost.spec.name}\`: of several comparisons it keeps the last, \`--${chosen.bound.spec.name}\`.` }];
  }
  const idle = use.option(delta) === undefined ? [use.option(bits1), use.option(packets1)].find((bound) => bound?.value !== undefined) : undefined;
  if (idle === undefined) return [];
  return [{ code: 'unmatchable-rule', accepted: true, span: idle.span, message: `\`--${idle.spec.name}\` counts with \`--rateest-delta\` only; iptables forgets its number.` }];
}

function save(use: ExtensionUse): readonly string[] {
  const chosen = comparison(use);
  const [isDelta, other] = [use.option(delta) !== undefined, use.option(second)?.value];
  const words = [...(isDelta ? ['--rateest-delta'] : []), other === undefined ? '--rateest' : '--rateest1', use.option(first)?.value ?? ''];
  for (const { unit, one, two } of measures(use)) {
    if (isDelta) words.push(`--rateest-${unit}1`, one);
    if (chosen !== undefined) words.push(...(chosen.bound.negated ? ['!'] : []), `--${chosen.bound.spec.name}`);
    if (isDelta) words.push(`--rateest-${unit}2`, two);
    else words.push(`--rateest-${unit}`, ...(other === undefined ? [two] : []));
  }
  return [...words, ...(other === undefined ? [] : ['--rateest2', other])];
}

function conditions(use: ExtensionUse): readonly Condition[] {
  const chosen = comparison(use);
  const [one, other] = [use.option(first)?.value, use.option(second)?.value];
  if (chosen === undefined || one === undefined) return [];
  const question = new Unknown(`the rate of the estimator ${one} is ${chosen.words} ${other === undefined ? 'the given one' : `that of ${other}`}`);
  return [{
    source: use.options.map((bound) => bound.text).join(' '),
    test: () => (chosen.bound.negated ? negation(question) : question),
    observe: () => 'the rate of the estimator is open',
  }];
}

export default defineMatch({
  name: 'rateest',
  families: ['ipv4', 'ipv6'],
  options: [first, second, delta, bits1, packets1, bits2, packets2, less, greater, equal],
  requires: [['rateest1'], ['rateest-lt', 'rateest-gt', 'rateest-eq'], ['rateest-bps1', 'rateest-pps1', 'rateest-bps2', 'rateest-pps2']],
  check,
  save,
  conditions,
});
