import type { Line, ShellCommand } from '../core/syntax/line.ts';
import { commandsOf } from '../core/ruleset/script-command.ts';
import type { Span } from '../core/text.ts';
import { defineRule, type Fix } from './rule.ts';
import { replace } from './support/edits.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'history-expansion',
  severity: 'hint',
  docs: page({
    what: 'Finds a `!` that touches the next character, outside of single quotes, in commands without a `#!` line above them: such lists '
      + 'are typed or pasted into a shell.',
    why: 'An interactive bash puts an earlier command in the place of `!` and what follows it, in double quotes, too, or stops with '
      + '"event not found". In a script nothing of the kind happens.',
    example: ['iptables -A INPUT -j LOG --log-prefix "in!dropped "', 'iptables -P INPUT DROP'],
    instead: ["iptables -A INPUT -j LOG --log-prefix 'in!dropped '", 'iptables -P INPUT DROP'],
    fixes: 'Safe: single quotes hold the same text together.',
  }),
  *checkFile({ kind, lines, survey }) {
    if (kind !== 'script' || lines[0]?.text.startsWith('#!') === true) return;
    for (const line of survey.of('command')) {
      if (line.content.kind !== 'command' || !line.text.includes('!')) continue;
      for (const { start, end } of wordsOf(line, commandsOf(line.content))) {
        const at = eventIn(line.text.slice(start, end));
        if (at === undefined) continue;
        const fix = singleQuotes(line, { start, end });
        yield {
          line, span: { start: start + at, end: start + at + 2 }, fixes: fix === undefined ? [] : [fix],
          message: `Typed into an interactive bash, \`${line.text.slice(start + at, start + at + 2)}\` asks for an earlier command; in single quotes it is text.`,
        };
      }
    }
  },
});

/** The words of the commands as they stand in the line. */
function wordsOf(line: Line, commands: readonly ShellCommand[]): readonly Span[] {
  const words = new Map(commands.flatMap((command) => command.arguments).filter(({ raw, start, end }) => raw !== '' && line.text.slice(start, end) === raw).map((word) => [word.start, word]));
  return [...words.values()];
}

/** Where a word asks for an earlier command, as bash 5.2 finds it; undefined where it does not. */
function eventIn(word: string): number | undefined {
  let quote = '';
  for (let at = 0; at < word.length; at++) {
    const character = word[at]!;
    if (quote === "'") quote = character === "'" ? '' : quote;
    else if (character === '\\') at++;
    else if (character === '"') quote = quote === '' ? '"' : '';
    else if (character === "'" && quote === '') quote = "'";
    else if (character === '!' && /^[^\s="(]/u.test(word.slice(at + 1))) return at;
  }
  return undefined;
}

/** Double quotes, or none, in which nothing but the `!` is special become single ones. */
function singleQuotes(line: Line, span: Span): Fix | undefined {
  const word = line.text.slice(span.start, span.end);
  const text = /^"([^"]*)"$/u.exec(word)?.[1] ?? word;
  if (/["'\\$`{}*?[~<>]/u.test(text)) return undefined;
  return { title: 'Write single quotes', safe: true, edits: [replace(line, span, `'${text}'`)] };
}
