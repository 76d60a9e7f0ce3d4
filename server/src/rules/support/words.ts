import type { BoundRule } from '../../core/ruleset/model.ts';
import { cover, type Span } from '../../core/text.ts';

/** The option that starts in `span` with its `!` before and its values behind it. */
export function wordsOfOption(bound: BoundRule | undefined, span: Span): Span {
  const tokens = bound?.tokens ?? [];
  const index = tokens.findIndex(({ start }) => start === span.start);
  const own = tokens[index];
  if (own === undefined) return span;
  const before = tokens[index - 1];
  let words = cover(before?.role === 'negation' ? before : own, span);
  for (const token of tokens.slice(index + 1)) {
    if (token.option !== own.option || token.role === own.role) break;
    words = cover(words, token);
  }
  return words;
}
