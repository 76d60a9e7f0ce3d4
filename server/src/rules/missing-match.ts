import { usesUnknown } from './support/out-of-tree.ts';
import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'missing-match',
  docs: page({
    what: 'Finds options of a match or target that the rule does not load.',
    why: 'Apart from the match of its `-p` protocol, iptables loads a match for `-m` and a target for `-j` only. It '
      + 'refuses options of others as unknown.',
    example: ['-A INPUT -p tcp --dports 80,443 -j ACCEPT'],
    instead: ['-A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT'],
    fixes: 'Not safe: several matches can have an option of that name, and the fix takes the first.',
  }),
  // Options of an extension that nobody knows here are not known either.
  adjust: (report, _, { bound }) => (usesUnknown(bound) ? undefined : report),
});
