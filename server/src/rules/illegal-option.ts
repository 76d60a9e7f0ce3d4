import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'illegal-option',
  docs: page({
    what: 'Finds options in a ruleset that only the command line takes, `-t`, `-w`, `-n`, `-x`, and options that the command of '
      + 'the line does not take, such as `-p` beside `-F`, or `-n` beside anything but `-L`.',
    why: 'iptables refuses them, except for a match beside a command that is about no rule, which it reads and forgets. '
      + 'In a ruleset the `*table` line above names the table, and iptables-restore takes the lock by its own `-w`.',
    example: ['-A INPUT -w -i lo -j ACCEPT'],
    instead: ['-A INPUT -i lo -j ACCEPT'],
    fixes: 'Safe, except for `-t`: the rule stays in the table block in which it stands, which may be another one.',
  }),
});
