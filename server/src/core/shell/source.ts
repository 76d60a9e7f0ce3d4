import type { Span } from '../text.ts';

/** A text that commands were read from, and where it stands in the script. */
export interface Source {
  readonly text: string;
  /** Offset of the text in the script; an edit before it moves it. */
  readonly start: number;
  /** Of a text that is not the script's own (`eval`, `source`): the command that brought it in. */
  readonly broughtBy?: Span;
}

/** Where a node of a source stands in the script. */
export function spanIn(source: Source, node: Span): Span {
  return source.broughtBy ?? { start: source.start + node.start, end: source.start + node.end };
}
