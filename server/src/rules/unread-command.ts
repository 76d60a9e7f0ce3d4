import { defineRule } from './rule.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'unread-command',
  severity: 'warning',
  docs: page({
    what: 'Finds a second iptables command on a line, behind `;`, `&&`, `||` or `|`.',
    why: 'Only the first command of a line is read. What the second one changes is missing from the ruleset that packets '
      + 'are simulated in.',
    example: ['#!/bin/sh', 'iptables -F; iptables -P INPUT DROP'],
    instead: ['#!/bin/sh', 'iptables -F', 'iptables -P INPUT DROP'],
  }),
  *checkLine({ line }) {
    const rest = line.content.kind === 'command' ? line.content.rest : undefined;
    if (rest === undefined || rest.raw.startsWith('#') || !/\bip6?tables\b/u.test(rest.raw)) return;
    yield {
      line, span: { start: rest.start, end: rest.end },
      message: 'This part of the line is not read; write each iptables command on a line of its own.',
    };
  },
});
