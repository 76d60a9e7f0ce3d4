import { adjustForeign } from './support/out-of-tree.ts';
import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'unknown-match',
  docs: page({
    what: 'Finds `-m NAME` where iptables has no match of that name.',
    why: 'iptables refuses the rule ("Couldn\'t load match"). Names are case-sensitive: matches are lower-case, targets '
      + 'upper-case. A match of a package beside iptables, such as `geoip` of xtables-addons, is a warning: it works where '
      + 'that is installed.',
    example: ['-A INPUT -m contrack --ctstate NEW -j ACCEPT'],
    instead: ['-A INPUT -m conntrack --ctstate NEW -j ACCEPT'],
    fixes: 'Not safe: the nearest name is a guess at what was meant.',
  }),
  adjust: adjustForeign,
});
