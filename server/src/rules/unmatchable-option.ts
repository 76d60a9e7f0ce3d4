import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'unmatchable-option',
  docs: page({
    what: 'Finds options that iptables takes although they can\'t do what they say: a value that no packet has, a `!` or a '
      + 'number that iptables forgets.',
    why: 'The rule is loaded without a word, and matches other packets than it seems to.',
    example: ['-A INPUT -p tcp -m connbytes ! --connbytes 5:5 --connbytes-mode packets --connbytes-dir both -j DROP'],
    instead: ['-A INPUT -p tcp -m connbytes ! --connbytes 5:6 --connbytes-mode packets --connbytes-dir both -j DROP'],
  }),
  refused: false,
});
