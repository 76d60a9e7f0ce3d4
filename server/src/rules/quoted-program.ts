import type { Line } from '../core/syntax/line.ts';
import { defineRule, type Report } from './rule.ts';
import { replace } from './support/edits.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'quoted-program',
  severity: 'warning',
  docs: page({
    what: 'Finds commands of scripts whose first word is a variable in quotes that holds iptables with options, or something that runs it.',
    why: 'What is quoted is one word: the shell looks for a program whose name has the blanks in it, finds none, and the rule is missing. '
      + 'Who wants no word split writes a function, `ipt() { iptables -w "$@"; }`.',
    example: ['#!/bin/sh', 'IPT="iptables -w"', '"$IPT" -A INPUT -p tcp --dport 22 -j ACCEPT'],
    instead: ['#!/bin/sh', 'IPT="iptables -w"', '$IPT -A INPUT -p tcp --dport 22 -j ACCEPT'],
    fixes: 'Not safe: the command runs afterwards.',
  }),
  *checkFile(file) {
    if (file.kind !== 'script' || file.survey.find(isQuoted) === undefined) return;
    for (const line of file.lines) if (isQuoted(line)) yield* reportOf(line, file.lines);
  },
});

/** A line that begins with a variable in quotes, and the options of a command behind it. */
const QUOTED = /^(\s*)("\$(?:(\w+)|\{(\w+)\})")\s+--?\w/u;

const isQuoted = ({ content, text }: Line): boolean => content.kind !== 'command' && QUOTED.test(text);

/** Several words that run iptables. */
const SEVERAL = /^(?=.*\S\s+\S)(?:.*[\s/])?ip6?tables(?:-\S+)?(?:\s|$)/u;

function* reportOf(line: Line, lines: readonly Line[]): Iterable<Report> {
  const [, blanks, word, plain, braced] = QUOTED.exec(line.text)!;
  const value = valueOf((plain ?? braced)!, lines);
  if (value === undefined || !SEVERAL.test(value)) return;
  const span = { start: blanks!.length, end: blanks!.length + word!.length };
  yield {
    line, span, message: `\`${word}\` is one word for the shell, and there is no program \`${value}\`: nothing runs here. Leave out the quotes, so that it is split.`,
    fixes: [{ title: 'Leave out the quotes', safe: false, edits: [replace(line, span, word!.slice(1, -1))] }],
  };
}

/** The text that a variable is set to, where that is done once in the whole script and in quotes. */
function valueOf(name: string, lines: readonly Line[]): string | undefined {
  const sets = new RegExp(`(?:^|[\\s;])${name}\\+?=(?:(["'])([^"'$\`\\\\]*)\\1(?=[\\s;]|$))?`, 'u');
  const found = lines.map(({ text }) => sets.exec(text)).filter((match) => match !== null);
  return found.length === 1 ? found[0]![2] : undefined;
}
