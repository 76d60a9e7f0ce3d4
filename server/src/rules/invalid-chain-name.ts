import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'invalid-chain-name',
  docs: page({
    what: 'Finds names that a user-defined chain can\'t have: longer than 28 characters, starting with `-` or `!`, or those '
      + 'of a target.',
    why: 'iptables refuses the name. A chain named like a target could not be jumped to: the target would be meant.',
    example: [':ACCEPT - [0:0]'],
    instead: [':ACCEPTED - [0:0]'],
  }),
});
