import { defineRule } from './rule.ts';
import { interimsIn } from './support/lockout/interim.ts';
import { reportInterim } from './support/lockout/interim-report.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'lockout-flush',
  severity: 'warning',
  docs: page({
    what: 'Finds commands that empty a chain (`-F`) while its policy is `DROP`, so that the connection which they are typed in is '
      + 'cut off, for good or until later commands accept it again. In a script with a `#!` line, which runs to its end in a moment, '
      + 'the second is an information.',
    why: '`-F` removes rules and leaves policies as they are. With the last rule that accepts, the connection goes.',
    example: ['#!/bin/sh', 'iptables -P INPUT DROP', 'iptables -F', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT'],
    instead: ['#!/bin/sh', 'iptables -P INPUT DROP', 'iptables -P INPUT ACCEPT', 'iptables -F', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT', 'iptables -P INPUT DROP'],
    fixes: 'Not safe: everything is let in from the flush to the last of the new lines. Where the script never accepts the connection again, the rules for it are new as well.',
  }),
  *checkAnalysis(file) {
    for (const interim of interimsIn(file)) {
      if (interim?.how !== 'flush') yield undefined;
      else yield* reportInterim(file, interim, `\`-F\` removes the rules, and the policy of ${interim.hook} stays \`DROP\``);
    }
  },
});
