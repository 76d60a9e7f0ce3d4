import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'several-commands',
  docs: page({
    what: 'Finds lines with two commands, such as two `-A`.',
    why: 'A line is one rule in one chain. iptables refuses it ("Cannot use -A with -A").',
    example: ['-A INPUT -A FORWARD -i lo -j ACCEPT'],
    instead: ['-A INPUT -i lo -j ACCEPT', '-A FORWARD -i lo -j ACCEPT'],
  }),
});
