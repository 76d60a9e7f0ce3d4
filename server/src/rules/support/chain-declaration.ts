import type { Chain } from '../../core/ruleset/model.ts';
import type { Span } from '../../core/text.ts';
import type { FileInContext, RelatedPlace } from '../rule.ts';
import { textSpan } from './edits.ts';

/** Where a user-defined chain gets its name. */
export function declarationOf(file: FileInContext, { declaration, name }: Chain): Omit<RelatedPlace, 'message'> | undefined {
  if (declaration === undefined) return undefined;
  const { content } = declaration;
  if (content.kind === 'chain') return { line: declaration, span: content.name };
  const { chain, chainSpan } = file.bound(declaration)?.command ?? {};
  const span: Span = chain === name && chainSpan !== undefined ? chainSpan : textSpan(declaration);
  return { line: declaration, span };
}
