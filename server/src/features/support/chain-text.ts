import { placeOfPolicies, type Chain } from '../../core/ruleset/model.ts';

/** `1 rule`, `3 rules`. */
export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A chain in one line of Markdown: its policy and the number of its rules. */
export function describeChain(chain: Chain): string {
  const count = placeOfPolicies(chain);
  const size = count === 0 ? 'no rules' : countOf(count, 'rule');
  const policies = policiesOf(chain);
  if (!chain.builtIn || policies?.length === 0) return `${size[0]!.toUpperCase()}${size.slice(1)}.`;
  return `Policy ${policies === undefined ? 'not known' : policies.map((each) => `\`${each}\``).join(' or ')}, ${size}.`;
}

/** What the policy of a chain may be; undefined where nobody knows. */
export function policiesOf({ policy, policies = [] }: Chain): readonly string[] | undefined {
  const told = new Set<string>(policy === undefined ? [] : [policy]);
  for (const { bound: { target } } of policies) {
    if (target?.kind !== 'verdict') return undefined;
    told.add(target.verdict);
  }
  return [...told].sort();
}
