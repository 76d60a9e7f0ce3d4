import { defineRule, type FileInContext, type Report } from './rule.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'shell-control-flow',
  severity: 'information',
  docs: page({
    what: 'Finds iptables commands of which nobody knows whether they run, because the script itself does not tell: under a '
      + 'condition on the machine or on the script\'s arguments, or in a loop over what another program prints. One finding '
      + 'speaks for all commands that depend on the same thing.',
    why: 'A simulated packet that gets to such a rule may or may not meet it: both ways are followed. Scripts that take longer '
      + 'than anybody would wait for are followed up to a limit.',
    example: ['#!/bin/sh', 'if [ -f /etc/blocklist ]; then', 'iptables -A INPUT -s 192.0.2.1 -j DROP', 'fi'],
    instead: ['#!/bin/sh', 'iptables -A INPUT -s 192.0.2.1 -j DROP'],
  }),
  *checkFile({ conditionals, givenUpAt }) {
    yield* dependents(conditionals);
    if (givenUpAt !== undefined) {
      yield {
        line: givenUpAt, span: { start: 0, end: givenUpAt.text.length },
        message: 'The script is followed no further than to this command, which would take too long; what comes behind it is not in the ruleset.',
      };
    }
  },
});

function* dependents(conditionals: FileInContext['conditionals']): Iterable<Report> {
  const first = new Map<string, { readonly report: Omit<Report, 'message'>; readonly places: Set<string> }>();
  for (const { line, span, origin } of conditionals) {
    const place = `${line.number}:${span.start}`;
    const known = first.get(origin);
    if (known === undefined) first.set(origin, { report: { line, span: { start: span.start, end: span.end } }, places: new Set([place]) });
    else known.places.add(place);
  }
  for (const [origin, { report, places }] of first) {
    const others = places.size - 1;
    const also = others === 0 ? '' : others === 1 ? ', and another command,' : `, and ${others} other commands,`;
    yield { ...report, message: `Whether this${also} runs depends on \`${origin}\`.` };
  }
}
