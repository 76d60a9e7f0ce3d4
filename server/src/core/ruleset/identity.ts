import type { Backend } from '../netfilter.ts';
import type { MaskedAddress } from '../values/address.ts';
import type { BoundRule, HeaderPart, Rule, RuleTarget } from './model.ts';
import { saveRule } from './save.ts';

/** The rules that one line makes: one for each pair of its source and destination addresses, sources outermost (seen in 1.8.9). */
export function unfold(bound: BoundRule): Rule[] {
  const sources = bound.sources ?? ANY;
  const destinations = bound.destinations ?? ANY;
  if (sources.length === 1 && destinations.length === 1) return [{ bound, source: sources[0], destination: destinations[0] }];
  return sources.flatMap((source) => destinations.map((destination) => ({ bound, source, destination })));
}

const ANY: readonly (MaskedAddress | undefined)[] = [undefined];

/** Place of the first rule that is known to say the same to the kernel, however it is spelled, as `-D` and `-C` look for it; -1 where there is none. */
export function indexOfRule(rules: readonly Rule[], wanted: Rule, backend: Backend): number {
  return rules.findIndex((rule) => rule === wanted || (rule.bound.unknownWord === undefined && mayBeSame(rule.bound, wanted.bound) && keyOf(rule, backend) === keyOf(wanted, backend)));
}

/** Whether two lines make the same rules, in the same order, whoever loads them. */
export function saySame(a: BoundRule, b: BoundRule): boolean {
  const [rules, others] = [unfold(a), unfold(b)];
  return rules.length === others.length && rules.every((rule, index) => printed(rule, 'nft') === printed(others[index]!, 'nft') && printed(rule, 'legacy') === printed(others[index]!, 'legacy'));
}

/** Whether it is worth while to print both: quick, and false only for rules that differ. */
function mayBeSame(a: BoundRule, b: BoundRule): boolean {
  return a.header.protocol?.value === b.header.protocol?.value && kindOf(a.target) === kindOf(b.target);
}

const kindOf = (target: RuleTarget | undefined): string | undefined => (target?.kind === 'verdict' ? target.verdict : target?.kind === 'chain' ? target.chain : target?.kind);

const keys: Readonly<Record<Backend, WeakMap<BoundRule, string>>> = { nft: new WeakMap(), legacy: new WeakMap() };

/** What the rule says to the kernel: the words of iptables-save, which prints what it reads from there. */
function keyOf(rule: Rule, backend: Backend): string {
  const { bound } = rule;
  const { sources, destinations } = bound;
  // A line with one rule keeps its key through all executions.
  if ((sources?.length ?? 1) !== 1 || (destinations?.length ?? 1) !== 1) return printed(rule, backend);
  let key = keys[backend].get(bound);
  if (key === undefined) keys[backend].set(bound, key = printed(rule, backend));
  return key;
}

function printed(rule: Rule, backend: Backend): string {
  const { header } = rule.bound;
  return `${neverMatches(header.in)} ${neverMatches(header.out)} ${saveRule(rule, backend)}`;
}

/** `! -i +` is not always printed, and no rule without it. */
const neverMatches = (given: HeaderPart<string> | undefined): boolean => given?.negated === true && given.value === '+';
