import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'host-name',
  refused: false,
  docs: page({
    what: 'Finds names that only the loading host can look up: host names where an address can stand, users, groups.',
    why: 'iptables asks the resolver when it loads the rule, once. At boot the network may not be up yet, and then the '
      + 'whole file is refused; later the name may stand for another address, which the rule does not follow. A user or '
      + 'group that the host lacks is refused as well.',
    example: ['-A INPUT -s backup.example.org -j ACCEPT'],
    instead: ['-A INPUT -s 192.0.2.17 -j ACCEPT'],
  }),
});
