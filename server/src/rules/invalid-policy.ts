import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'invalid-policy',
  docs: page({
    what: 'Finds policies that a chain can\'t have: `REJECT`, lower-case names, a policy on a user-defined chain, none at '
      + 'all.',
    why: 'A built-in chain has the policy `ACCEPT` or `DROP`; only the kernel\'s own chains have one. iptables refuses most '
      + 'of these. On a user-defined chain iptables-nft ignores the policy and iptables-legacy refuses it, so the file '
      + 'loads on one host and not on the next.',
    example: [':INPUT drop [0:0]'],
    instead: [':INPUT DROP [0:0]'],
    fixes: 'Writing `-` for the policy of a user-defined chain is safe. Other fixes are not: the chain gets a policy that it '
      + 'did not have.',
  }),
});
