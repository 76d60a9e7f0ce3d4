import { defineRule } from './rule.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'unreadable-shell',
  severity: 'error',
  docs: page({
    what: 'Finds the line of a script at which a shell gives up reading: an `if` without its `fi`, an open quotation, a `{` that '
      + 'nothing closes. A here-document without its last line is a warning: the rest of the file is its text.',
    why: 'A shell runs what stands above that line and no command behind it: a firewall that is half set up stays half set up. What stands '
      + 'behind it is read here all the same, as far as it makes sense by itself, so that the line to be mended is the only one that is reported.',
    example: ['#!/bin/sh', 'iptables -P INPUT DROP', 'if [ -f /etc/office ]; then', '  iptables -A INPUT -s 192.0.2.0/24 -j ACCEPT'],
    instead: ['#!/bin/sh', 'iptables -P INPUT DROP', 'if [ -f /etc/office ]; then', '  iptables -A INPUT -s 192.0.2.0/24 -j ACCEPT', 'fi'],
  }),
  *checkFile({ broken, survey }) {
    if (broken === undefined || survey.of('command').length === 0) return;
    const { line, expected, goesOn } = broken;
    const start = line.text.length - line.text.trimStart().length;
    const span = { start, end: Math.max(start, line.text.trimEnd().length) };
    const message = `A shell looks for ${expected} here and does not find it: `;
    yield goesOn
      ? { line, span, severity: 'warning', message: `${message}it takes the rest of the file for text, commands too. Write the line where the text ends.` }
      : { line, span, message: `${message}no command that stands behind is run. Write what is missing, or remove what asks for it.` };
  },
});
