import { utf8Length } from '../core/text.ts';
import { LINE_LIMIT } from '../core/syntax/limits.ts';
import type { Line } from '../core/syntax/line.ts';
import { NO_REPORTS, defineRule, type FileInContext, type Fix, type Report } from './rule.ts';
import { insert, replace, textSpan } from './support/edits.ts';
import { BYTE_ORDER_MARK } from '../core/ruleset/kind.ts';
import { tableNameOf } from '../core/ruleset/table-of-command.ts';
import { meantCommit, meantTable } from './support/meant.ts';
import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';
import { ruleOfCommand } from './support/rule-of-command.ts';

const executed = problemRule({
  code: 'invalid-line',
  docs: page({
    what: 'Finds lines that iptables-restore can\'t read: text, shell commands, comments and declarations that do not '
      + 'start in the first column, lines of nothing but blanks, broken counters, and lines and words that are too long.',
    why: 'Whatever does not start with `#`, `*`, `:` or `COMMIT` in its first column is read as a rule. One line that is '
      + 'none makes iptables-restore refuse the whole file, often with a message about something else.',
    example: ['iptables -A INPUT -p tcp --dport 22 -j ACCEPT'],
    instead: ['-A INPUT -p tcp --dport 22 -j ACCEPT'],
    fixes: 'Removing blanks is safe, and so is removing the command word before a rule of the same table. Commenting '
      + 'out a line is not: what it was meant to do is then not done.',
  }),
});

/** Characters behind the limit that are shown for the rest of a line; an editor need not underline megabytes. */
const SHOWN = 80;

export default defineRule({
  ...executed,
  checkLine: ({ line, kind }) => (kind === 'ruleset' ? unreadable(line) : NO_REPORTS),
  *checkFile(file) {
    if (file.kind === 'script') return;
    yield* executed.checkFile!(file);
    yield* withNul(file.survey.of('invalid').filter(({ text }) => text.includes('\0')));
    if (file.survey.of('command').length > 0) yield* commands(file);
  },
});

function unreadable(line: Line): readonly Report[] {
  const { content, text } = line;
  if (text.startsWith(BYTE_ORDER_MARK)) return [byteOrderMark(line)];
  switch (content.kind) {
    case 'blank': return text === '' ? NO_REPORTS : [blanks(line)];
    case 'comment': case 'expectation': case 'scenario': case 'suppression': case 'start': case 'call': return indented(line, 'A comment', 'reads this as a rule, and refuses it');
    case 'table': return indented(line, 'The `*` of a table', 'refuses the line');
    case 'commit': return text === text.trimEnd() && text.trim() !== 'COMMIT' ? [wordsBehindCommit(line)] : indented(line, '`COMMIT`', 'reads this as a rule, and refuses it');
    case 'rule': return content.counters === undefined ? NO_REPORTS : counters(line, content.arguments.length === 0);
    case 'shell': return shell(line);
    case 'invalid': return content.reason === 'not-text' ? NO_REPORTS : tooLong(line);
    default: return NO_REPORTS;
  }
}

function blanks(line: Line): Report {
  const span = { start: 0, end: line.text.length };
  return {
    line, span, message: 'iptables-restore takes a line of blanks for a rule without a command, and refuses it; empty lines are fine.',
    fixes: [{ title: 'Remove the blanks', safe: true, edits: [replace(line, span, '')] }],
  };
}

function indented(line: Line, what: string, consequence: string): Report[] {
  const { start } = textSpan(line);
  if (start === 0) return [];
  return [{
    line, span: textSpan(line), message: `${what} must stand in the first column; iptables-restore ${consequence}.`,
    fixes: [{ title: 'Remove the blanks', safe: true, edits: [replace(line, { start: 0, end: start }, '')] }],
  }];
}

function wordsBehindCommit(line: Line): Report {
  const { start, end } = textSpan(line);
  const behind = { start: start + 'COMMIT'.length, end };
  return {
    line, span: { start: behind.start + /^\s*/u.exec(line.text.slice(behind.start))![0].length, end },
    message: '`COMMIT` stands alone on its line; iptables-restore refuses anything behind it.',
    fixes: [{ title: 'Write COMMIT', safe: true, edits: [replace(line, { start: 0, end }, 'COMMIT')] }],
  };
}

function counters(line: Line, alone: boolean): Report[] {
  const { text } = line;
  if (!text.startsWith('[')) return indented(line, 'The `[` of counters', 'refuses the line');
  const given = /^\[[^\]\s]*\]?/u.exec(text)![0];
  if (!/^\[[^:\]]+:[^\]]*\]/u.test(text)) {
    return [{ line, span: { start: 0, end: given.length }, message: `\`${given}\` is not closed or not two numbers; counters are written \`[packets:bytes]\`.` }];
  }
  return alone ? [{ line, span: { start: 0, end: text.trimEnd().length }, message: `\`${text.trimEnd()}\` are counters without a rule; write the rule behind them, or remove the line.` }] : [];
}

function byteOrderMark(line: Line): Report {
  const span = { start: 0, end: 1 };
  return {
    line, span, message: 'The file starts with a byte order mark; iptables-restore refuses its first line.',
    fixes: [{ title: 'Remove the byte order mark', safe: true, edits: [replace(line, span, '')] }],
  };
}

function shell(line: Line): Report[] {
  const { text } = line;
  // Counters with blanks inside, which iptables-restore reads.
  if (/^\[[^:\]]+:[^\]]*\]/u.test(text)) return [];
  if (text.trim() === '') return [blanks(line)];
  const meant = meantBy(line);
  const comment: Fix = { title: 'Comment the line out', safe: false, edits: [replace(line, { start: 0, end: textSpan(line).start }, '# ')] };
  const word = /\S+/u.exec(text)![0];
  return [{
    line, span: textSpan(line), fixes: [...meant, comment],
    message: `\`${word}\` starts no line of a ruleset; iptables-restore knows \`*table\`, \`:CHAIN\`, rules (\`-A …\`), \`COMMIT\` and comments, and refuses this.`,
  }];
}

/** What a line can have meant that lacks or misspells its first characters. */
function meantBy(line: Line): Fix[] {
  const span = textSpan(line);
  const text = line.text.slice(span.start, span.end);
  if (meantCommit(line)) return [{ title: 'Write COMMIT', safe: true, edits: [replace(line, { start: 0, end: line.text.length }, 'COMMIT')] }];
  const table = meantTable(line);
  if (table !== undefined) return [{ title: `Write *${table}`, safe: false, edits: [replace(line, span, `*${table}`)] }];
  if (/^[ACDIR]\s+\S+\s+-/u.test(text)) return [{ title: `Write -${text[0]!}`, safe: false, edits: [insert(line, span.start, '-')] }];
  if (/^\S+\s+(ACCEPT|DROP|-)\s+\[\d+:\d+\]$/u.test(text)) return [{ title: `Write :${/\S+/u.exec(text)![0]}`, safe: false, edits: [replace(line, { start: 0, end: span.start }, ':')] }];
  return [];
}

/** Two characters of which each has a NUL beside it, behind a byte order mark as UTF-8 reads it or at the start. */
const UTF_16 = /^(?:\uFFFD{2})?(?:[^\0]\0[^\0]\0|\0[^\0]\0[^\0])/u;

function withNul(lines: readonly Line[]): readonly Report[] {
  const [first] = lines;
  if (first?.number !== 0 || !UTF_16.test(first.text)) return lines.map(nul);
  return [{ line: first, span: { start: 0, end: first.text.length }, message: 'The file is written in UTF-16; iptables-restore takes every second byte of it for the end of a line, and refuses it. Save it as UTF-8.' }];
}

/** What iptables-restore reads as something else than a rule without a command, or may take as a rule. */
const READABLE = /^(?:[#*:[-]|COMMIT)/u;

/** Reads as iptables-restore does, up to the first NUL, where it refuses what stands before it whatever the block. Seen in iptables-restore. */
function nul(line: Line): Report {
  const at = line.text.indexOf('\0');
  const report = { line, span: { start: at, end: at + 1 } };
  if (READABLE.test(line.text.slice(0, at))) return { ...report, severity: 'warning', message: 'A NUL character; iptables-restore reads the line no further.' };
  return { ...report, message: 'A NUL character; iptables-restore reads the line no further, finds no command before it, and refuses the line.' };
}

function tooLong(line: Line): Report[] {
  // A ruler of `#` reads as several comments.
  if (/^#+$/u.test(line.text)) return [];
  const message = `The line has ${utf8Length(line.text)} bytes; iptables-restore reads ${LINE_LIMIT} of a line and takes the rest for another one.`;
  const start = firstUnread(line.text);
  return [{ line, span: { start, end: Math.min(line.text.length, start + SHOWN) }, message }];
}

/** Where the first character begins that lies, in UTF-8, not wholly within the limit. */
function firstUnread(text: string): number {
  return new TextEncoder().encodeInto(text, new Uint8Array(LINE_LIMIT)).read;
}

function* commands({ lines, bound }: FileInContext): Iterable<Report> {
  let block: string | undefined;
  for (const line of lines) {
    const { content } = line;
    if (content.kind === 'table') block = content.name.text;
    else if (content.kind === 'commit') block = undefined;
    else if (content.kind === 'command') {
      const command = bound(line)!;
      const table = tableNameOf(command);
      const other = block !== undefined && table !== block ? ` It would belong into a \`*${table}\` block.` : '';
      const rule = block === table ? ruleOfCommand(line, command) : undefined;
      yield {
        line, span: content.program, message: `\`${content.program.text}\` is a shell command; a ruleset holds what would follow it.${other}`,
        ...(rule === undefined ? {} : { fixes: [{ title: `Remove ${content.program.text}`, safe: true, edits: [replace(line, { start: 0, end: line.text.length }, rule)] }] }),
      };
    }
  }
}
