/** A stretch of text inside one logical line: UTF-16 offsets from the line's start, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Length of the text in UTF-8, in bytes. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // Of a surrogate pair each half counts two of the four bytes; a half that stands alone is encoded in three.
    if (code >= 0x800) length += isPaired(text, at) ? 1 : 2;
    else if (code >= 0x80) length++;
  }
  return length;
}

function isPaired(text: string, at: number): boolean {
  const unit = text.charCodeAt(at) & 0xfc00;
  if (unit === 0xd800) return (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
  return unit === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
}

/** Whether a span lies in another one. */
export const isWithin = (inner: Span, outer: Span): boolean => outer.start <= inner.start && inner.end <= outer.end;

/** The smallest span that covers both. */
export function cover(a: Span, b: Span): Span {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}

/** The text by itself: a part of a text keeps the whole of it in memory. */
export const copied = (text: string): string => ` ${text}`.slice(1);
