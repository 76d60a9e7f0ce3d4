import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'missing-option',
  docs: page({
    what: 'Finds matches and targets without an option that they need: `-m multiport` without ports, `DNAT` without `--to-'
      + 'destination`.',
    why: 'iptables refuses the rule.',
    example: ['*nat', '-A PREROUTING -p tcp --dport 80 -j DNAT', 'COMMIT'],
    instead: ['*nat', '-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.5', 'COMMIT'],
  }),
  // An option that is misspelled or stands too early may be the one that is needed; that is said already.
  adjust: (report, _, { bound }) => (bound?.problems.some(({ code }) => code === 'option-before-match' || code === 'unknown-option') === true ? undefined : report),
});
