import type { Argument, LineContent } from './line.ts';

/** What a comment asks of this tool that no packet is about: `# iptables-lens from=FILE`; undefined for any other comment. */
export function readDirective(text: string): LineContent | undefined {
  const from = /^\s*#[ \t]*iptables-lens[ \t]+from[ \t]*=/u.exec(text);
  return from === null ? undefined : { kind: 'start', files: words(text, from[0].length) };
}

/** The words from an offset on, parted by commas and blanks. */
function words(text: string, from: number): Argument[] {
  return Array.from(text.slice(from).matchAll(/[^\s,]+/gu), ({ 0: word, index }) => ({ text: word, raw: word, start: from + index, end: from + index + word.length }));
}
