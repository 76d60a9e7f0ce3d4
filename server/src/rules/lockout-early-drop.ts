import { defineRule } from './rule.ts';
import { interimsIn } from './support/lockout/interim.ts';
import { reportInterim } from './support/lockout/interim-report.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'lockout-early-drop',
  severity: 'warning',
  docs: page({
    what: 'Finds commands that set a policy to `DROP`, or drop everything by a rule, before the commands that accept the '
      + 'administrator\'s connection. In a script with a `#!` line, which runs to its end in a moment, and where the chain may hold '
      + 'rules from before, this is an information.',
    why: 'The state between two commands is real. Typed one by one, the command that accepts the connection never arrives; in a '
      + 'script, a failure in between leaves the host shut.',
    example: ['#!/bin/sh', 'iptables -F', 'iptables -P INPUT DROP', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT'],
    instead: ['#!/bin/sh', 'iptables -F', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT', 'iptables -P INPUT DROP'],
    fixes: 'Not safe: until the policy is set, everything is let in.',
  }),
  *checkAnalysis(file) {
    for (const interim of interimsIn(file)) {
      // Where nothing accepts the connection later, the ruleset as a whole is at fault.
      if (interim === undefined || interim.how === 'flush' || interim.until === undefined) yield undefined;
      else yield* reportInterim(file, interim, interim.how === 'policy' ? `The policy of ${interim.hook} drops before any rule accepts` : 'This drops before any rule accepts');
    }
  },
});
