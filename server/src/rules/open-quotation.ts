import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'open-quotation',
  docs: page({
    what: 'Finds a `"` in a rule that no second one closes.',
    why: 'iptables-restore takes all that follows on the line, and the line\'s end, into the value: words behind it that were '
      + 'meant as options are lost, and an interface of that name is never there. Most values are refused.',
    example: ['-A INPUT -i lo -m comment --comment "local traffic'],
    instead: ['-A INPUT -i lo -m comment --comment "local traffic"'],
    fixes: 'Not safe: the quotation is closed at the end of the line, and may have been meant to end before.',
  }),
});
