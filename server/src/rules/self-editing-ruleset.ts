import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'self-editing-ruleset',
  refused: false,
  docs: page({
    what: 'Finds `-R`, `-E`, `-Z` with a rule number, and `-F` without a chain, in a ruleset file.',
    why: 'They act on what the same file has made just before, as every table starts empty. iptables-nft-restore 1.8.9 crashes '
      + 'on `-R` and `-Z`, refuses `-E`, and lets `-F` without a chain leave all rules in place; iptables-legacy-restore does what '
      + 'they say. Write the rules as they shall be.',
    example: ['-A INPUT -i lo -j DROP', '-F', '-A INPUT -i lo -j ACCEPT'],
    instead: ['-A INPUT -i lo -j ACCEPT'],
  }),
});
