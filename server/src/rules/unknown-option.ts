import { usesUnknown } from './support/out-of-tree.ts';
import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'unknown-option',
  docs: page({
    what: 'Finds options that iptables does not know at their place: misspelled ones, short forms of several options, and '
      + 'those that no loaded match or target has.',
    why: 'iptables refuses the rule, and with it the whole file.',
    example: ['-A INPUT -p tcp --dprot 22 -j ACCEPT'],
    instead: ['-A INPUT -p tcp --dport 22 -j ACCEPT'],
    fixes: 'Not safe: the nearest spelling is a guess at what was meant.',
  }),
  // Options of an extension that nobody knows here are not known either.
  adjust: (report, _, { bound }) => (usesUnknown(bound) ? undefined : report),
});
