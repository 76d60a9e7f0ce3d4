import type { Span } from '../../text.ts';
import type { ExecutionState } from './state.ts';

/** Reports a command on what the same file has made, which iptables-nft-restore 1.8.9 does not carry out; where nothing was emptied before it does. */
export function reportSelfEditing(state: ExecutionState, message: string, span: Span): void {
  if (state.restoring === 'flush') state.problem('self-editing-ruleset', message, span, { accepted: true });
}
