import type { Span } from '../text.ts';
import type { Expansions } from './syntax/expansions.ts';

/** A text that commands were read from, and where it stands in the script. */
export interface Source {
  readonly text: string;
  /** Offset of the text in the script; an edit before it moves it. */
  readonly start: number;
  /** Of a text that is not the script's own (`eval`, `source`): the command that brought it in. */
  readonly broughtBy?: Span;
  /** What aliases stand for in it, which the script has only the names of. */
  readonly expansions?: Expansions;
}

/** Where a node of a source stands in the script. */
export function spanIn(source: Source, node: Span): Span {
  if (source.broughtBy !== undefined) return source.broughtBy;
  const { start, end } = source.expansions?.inOriginal(node) ?? node;
  return { start: source.start + start, end: source.start + end };
}
