import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'deprecated-spelling',
  refused: false,
  accepted: 'hint',
  tag: 'deprecated',
  docs: page({
    what: 'Points at old options and spellings of options.',
    why: 'iptables still takes them, some with a warning, and some have no effect any more. Newer releases may not.',
    example: ['-A INPUT -i lo -j NFLOG --nflog-range 64'],
    instead: ['-A INPUT -i lo -j NFLOG --nflog-size 64'],
    fixes: 'Safe where the two are spellings of the same. Not safe where the old option has no effect and the new one has.',
  }),
});
