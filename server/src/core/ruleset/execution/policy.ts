import type { Policy } from '../../netfilter.ts';
import type { Span } from '../../text.ts';
import type { Chain } from '../model.ts';
import type { ExecutionState } from './state.ts';

/** Sets a built-in chain's policy and answers the exit status; `mayKeep` says whether `-` leaves it as it is. */
export function setPolicy(state: ExecutionState, chain: Chain, policy: string, span: Span, mayKeep: boolean): number {
  if (policy === 'ACCEPT' || policy === 'DROP') chain.policy = policy satisfies Policy;
  else if (!(mayKeep && policy === '-')) {
    const upper = policy.toUpperCase();
    const fix = upper === 'ACCEPT' || upper === 'DROP' ? upper : 'DROP';
    return state.refuse('out', 'invalid-policy',
      `A policy is \`ACCEPT\` or \`DROP\`, not \`${policy}\`; ${upper === fix ? `write \`${fix}\`` : 'to refuse with an answer, end the chain with a `-j REJECT` rule'}.`, span,
      { fix: { title: `Write ${fix}`, span, newText: fix, safe: false } });
  }
  chain.declaration = state.line;
  return 0;
}
