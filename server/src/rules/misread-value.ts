import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'misread-value',
  refused: false,
  docs: page({
    what: 'Finds values that iptables takes but reads as something else than they look: a number with a leading zero, which '
      + 'is octal; a range the wrong way round; a name that is cut; bits of a mark outside its mask; an option in the place '
      + 'of a value.',
    why: 'iptables loads the rule without a word, and the rule matches other packets than it seems to, or none.',
    example: ['-A INPUT -p tcp -m tos --tos 010 -j ACCEPT'],
    instead: ['-A INPUT -p tcp -m tos --tos 0x08 -j ACCEPT'],
  }),
});
