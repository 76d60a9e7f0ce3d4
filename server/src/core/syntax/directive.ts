import type { Argument, LineContent } from './line.ts';

/** What a comment asks of this tool that no packet is about: `# iptables-lens from=FILE`, `args=WORDS`; undefined for any other comment. */
export function readDirective(text: string): LineContent | undefined {
  const [start, name] = /^\s*#[ \t]*iptables-lens[ \t]+(from|args)[ \t]*=/u.exec(text) ?? [];
  if (start === undefined) return undefined;
  return name === 'from' ? { kind: 'start', files: words(text, start.length, /[^\s,]+/gu) } : { kind: 'call', arguments: words(text, start.length, /(?:[^\s"']|"[^"]*"|'[^']*')+/gu).map(unquoted) };
}

/** The words from an offset on. */
function words(text: string, from: number, word: RegExp): Argument[] {
  return Array.from(text.slice(from).matchAll(word), ({ 0: found, index }) => ({ text: found, raw: found, start: from + index, end: from + index + found.length }));
}

const unquoted = (word: Argument): Argument => ({ ...word, text: word.text.replaceAll(/"([^"]*)"|'([^']*)'/gu, '$1$2') });
