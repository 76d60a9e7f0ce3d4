import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'missing-rule',
  onCommands: 'never',
  docs: page({
    what: 'Finds `-D`, `-C` and `-R` of rules, and rule numbers, that the chain does not have at that point of the file.',
    why: 'iptables refuses the command. In a ruleset file every table starts empty, so only rules of the file itself can '
      + 'be meant.',
    example: ['-A INPUT -i lo -j ACCEPT', '-I INPUT 3 -p tcp --dport 22 -j ACCEPT'],
    instead: ['-A INPUT -i lo -j ACCEPT', '-I INPUT 2 -p tcp --dport 22 -j ACCEPT'],
  }),
});
