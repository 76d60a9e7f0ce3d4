import { defineRule } from './rule.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'shell-expansion',
  severity: 'information',
  docs: page({
    what: 'Finds commands with something that the shell puts in place when it runs: `$VARIABLE`, `$(command)`.',
    why: 'The value is not known here, so nothing is said against the rule, and a simulated packet that gets to it may or '
      + 'may not match: both ways are followed.',
    example: ['#!/bin/sh', 'iptables -A INPUT -s $OFFICE -j ACCEPT'],
    instead: ['#!/bin/sh', 'iptables -A INPUT -s 192.0.2.0/24 -j ACCEPT'],
  }),
  *checkLine({ line, bound }) {
    if (bound?.unresolved === undefined || line.content.kind !== 'command') return;
    const argument = line.content.arguments.find(({ raw }) => raw === bound.unresolved)!;
    yield {
      line, span: { start: argument.start, end: argument.end },
      message: `What the shell makes of \`${bound.unresolved}\` is not known; the rule may match any packet or none.`,
    };
  },
});
