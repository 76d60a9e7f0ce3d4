import { withTarget } from '../bind.ts';
import type { BoundRule } from '../model.ts';

/** The rule with a jump to the chain in the place of its target; nothing else of it changes. */
export function leadingTo(bound: BoundRule, chain: string): BoundRule {
  const { target } = bound;
  if (target === undefined) return bound;
  const { span, nameSpan } = target;
  return withTarget(bound, { kind: 'chain', chain, goto: target.kind === 'chain' && target.goto, span, nameSpan });
}
