import type { BoundRule } from '../model.ts';

/** The rule with a jump to the chain in the place of its target; nothing else of it changes. */
export function leadingTo(bound: BoundRule, chain: string): BoundRule {
  const { target } = bound;
  if (target === undefined) return bound;
  const { span, nameSpan } = target;
  const jump: BoundRule['target'] = { kind: 'chain', chain, goto: target.kind === 'chain' && target.goto, span, nameSpan };
  // A bound rule finds its tokens when asked, so it stays what it is but for the target.
  return Object.create(bound, { target: { value: jump, enumerable: true } }) as BoundRule;
}
