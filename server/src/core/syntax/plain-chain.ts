import type { Argument, LineContent } from './line.ts';

/** A declaration as iptables-save prints it. */
const PLAIN = /^:([\w.+@/-]+) ([A-Z]+|-) (\[\d+:\d+\])$/u;

/**
 * What a chain declaration says that is as iptables-save writes it; undefined for any other text. A file of a program
 * that makes a chain for each service has thousands of them, which the grammar takes longer to read than all its rules.
 */
export function readPlainChain(text: string): LineContent & { readonly kind: 'chain' } | undefined {
  const match = PLAIN.exec(text);
  if (match === null) return undefined;
  const name = word(match[1]!, 1);
  const policy = word(match[2]!, name.end + 1);
  return { kind: 'chain', name, policy, counters: word(match[3]!, policy.end + 1), extra: NO_MORE };
}

const NO_MORE: readonly Argument[] = [];

const word = (text: string, start: number): Argument => ({ text, raw: text, start, end: start + text.length });
