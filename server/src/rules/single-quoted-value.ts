import type { Argument, Line } from '../core/syntax/line.ts';
import { NO_REPORTS, defineRule } from './rule.ts';
import { replace } from './support/edits.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'single-quoted-value',
  severity: 'warning',
  docs: page({
    what: 'Finds values in single quotes in what iptables-restore reads, a here-document of a script included.',
    why: 'iptables-restore is no shell: single quotes are ordinary characters to it, so they become a part of the value, and a '
      + 'blank between them ends it. Double quotes hold a value together.',
    example: ["-A INPUT -m comment --comment 'ssh' -p tcp --dport 22 -j ACCEPT"],
    instead: ['-A INPUT -m comment --comment "ssh" -p tcp --dport 22 -j ACCEPT'],
    fixes: 'Not safe: the value changes to what it looks like.',
  }),
  checkLine({ line }) {
    // To look at the words of every rule of a file would take longer than to read them.
    if (line.content.kind !== 'rule' || !line.text.includes("'")) return NO_REPORTS;
    return line.content.arguments.filter((argument) => isQuoted(line, argument)).map((argument) => ({
      line, span: { start: argument.start, end: argument.end },
      message: `iptables-restore takes the single quotes of \`${argument.raw}\` for a part of the value; write double quotes.`,
      fixes: [{ title: 'Write double quotes', safe: false, edits: [replace(line, argument, `"${argument.raw.slice(1, -1)}"`)] }],
    }));
  },
});

/** What ufw writes into its own rules: `'dapp_OpenSSH'`. */
const BY_UFW = /^'[ds]app_[^']*'$/u;

/** Whether the value stands between single quotes in the text itself, as nothing but a quoted text would. */
const isQuoted = (line: Line, { raw, text, start, end }: Argument): boolean =>
  raw.length > 2 && !BY_UFW.test(raw) && raw.startsWith("'") && raw.endsWith("'") && text === raw && line.text.slice(start, end) === raw && !/["\\]/u.test(raw);
