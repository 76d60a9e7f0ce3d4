import type { Chain } from '../../core/ruleset/model.ts';

/** `1 rule`, `3 rules`. */
export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A chain in one line of Markdown: its policy and the number of its rules. */
export function describeChain({ builtIn, policy, rules }: Chain): string {
  const size = rules.length === 0 ? 'no rules' : countOf(rules.length, 'rule');
  return builtIn && policy !== undefined ? `Policy \`${policy}\`, ${size}.` : `${size[0]!.toUpperCase()}${size.slice(1)}.`;
}
