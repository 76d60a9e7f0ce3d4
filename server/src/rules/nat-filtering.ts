import { NO_REPORTS, defineRule } from './rule.ts';
import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

const policies = problemRule({
  code: 'nat-filtering',
  docs: page({
    what: 'Finds `-j DROP` and `-P … DROP` in the table `nat`.',
    why: 'Only the first packet of a connection comes to `nat`, so what is dropped there is dropped unreliably. iptables '
      + 'refuses it. (A `:PREROUTING DROP` line is taken, and means just that.)',
    example: ['*nat', '-A PREROUTING -s 203.0.113.0/24 -j DROP', 'COMMIT'],
    instead: ['*filter', '-A INPUT -s 203.0.113.0/24 -j DROP', '-A FORWARD -s 203.0.113.0/24 -j DROP', 'COMMIT'],
  }),
});

export default defineRule({
  ...policies,
  checkLine({ line, bound, table }) {
    const target = bound?.target;
    if (table !== 'nat' || bound?.skipped !== false || target?.kind !== 'verdict' || target.verdict !== 'DROP') return NO_REPORTS;
    return [{
      line, span: target.span,
      message: 'iptables refuses `DROP` in `nat`, which sees only the first packet of a connection; write the rule in `filter`, or in `raw` before everything else.',
    }];
  },
});
