import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'duplicate-table',
  refused: false,
  docs: page({
    what: 'Finds a second block of the same table.',
    why: 'iptables-restore empties a table when it meets its `*table` line: of two blocks only the second stays. Rules of '
      + 'the first are gone, silently.',
    example: ['*filter', '-A INPUT -i lo -j ACCEPT', 'COMMIT', '*filter', '-A INPUT -p tcp --dport 22 -j ACCEPT', 'COMMIT'],
    instead: ['*filter', '-A INPUT -i lo -j ACCEPT', '-A INPUT -p tcp --dport 22 -j ACCEPT', 'COMMIT'],
  }),
});
