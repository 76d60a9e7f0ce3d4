import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'illegal-option',
  docs: page({
    what: 'Finds options in a ruleset that only the command line takes: `-t`, `-w`, `-n`, `-x`.',
    why: 'iptables-restore refuses them. The table is named by the `*table` line above, and it takes the lock by its own '
      + '`-w`.',
    example: ['-A INPUT -w -i lo -j ACCEPT'],
    instead: ['-A INPUT -i lo -j ACCEPT'],
    fixes: 'Safe, except for `-t`: the rule stays in the table block in which it stands, which may be another one.',
  }),
});
