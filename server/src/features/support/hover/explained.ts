import type { Span } from '../../../core/text.ts';

/** Something that can be explained: where it stands, and Markdown about it. */
export interface Explained {
  readonly span: Span;
  readonly markdown: string;
}

/** The explanation of a span, unless there is no text. */
export const explain = ({ start, end }: Span, markdown: string | undefined): Explained | undefined =>
  (markdown === undefined || markdown === '' ? undefined : { span: { start, end }, markdown });
