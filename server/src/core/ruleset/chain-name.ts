import { VERDICTS, type Family } from '../netfilter.ts';
import type { Span } from '../text.ts';
import { findTarget } from '../extensions/catalogue.ts';
import type { Problem } from '../extensions/definition.ts';

/** iptables keeps the names of chains below this many characters. */
export const CHAIN_NAME_LIMIT = 29;

/** What is wrong with the name of a new chain, declared by `:NAME` or by `-N NAME`. */
export function chainNameProblems(name: string, span: Span, family: Family, by: 'declaration' | 'command'): Problem[] {
  const at = { start: span.start, end: span.end };
  if (name.length >= CHAIN_NAME_LIMIT) {
    return [{ code: 'invalid-chain-name', message: `The chain name \`${name}\` has ${name.length} characters; iptables takes at most ${CHAIN_NAME_LIMIT - 1}.`, span: at }];
  }
  if (/^[-!]/u.test(name)) return [{ code: 'invalid-chain-name', message: `A chain name can't start with \`${name[0]}\`.`, span: at }];
  // iptables-restore takes `:LOG -` but -N LOG is refused; a jump to it means the target all the same.
  if (VERDICTS.has(name) || (by === 'command' && findTarget(name, family) !== undefined)) {
    return [{ code: 'invalid-chain-name', message: `\`${name}\` is the name of a target; a chain needs another name.`, span: at }];
  }
  return [];
}
