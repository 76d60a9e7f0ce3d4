import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'unknown-table',
  docs: page({
    what: 'Finds names of tables that the kernel does not have.',
    why: 'There are `raw`, `mangle`, `nat`, `filter` and `security`. iptables refuses any other.',
    example: ['*fliter', '-A INPUT -i lo -j ACCEPT', 'COMMIT'],
    instead: ['*filter', '-A INPUT -i lo -j ACCEPT', 'COMMIT'],
    fixes: 'Not safe: the nearest name is a guess at what was meant.',
  }),
});
