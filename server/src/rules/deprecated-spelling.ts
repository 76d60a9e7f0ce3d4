import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'deprecated-spelling',
  refused: false,
  accepted: 'hint',
  tag: 'deprecated',
  docs: page({
    what: 'Points at old spellings of options.',
    why: 'iptables still takes them, some with a warning. Newer releases may not.',
    example: ['-A INPUT -p tcp --syn -m set --set admins src -j ACCEPT'],
    instead: ['-A INPUT -p tcp --syn -m set --match-set admins src -j ACCEPT'],
    fixes: 'Safe: both spellings mean the same.',
  }),
});
