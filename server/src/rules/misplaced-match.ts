import { defineRule } from './rule.ts';
import { executedProblems } from './support/executed-problems.ts';
import { misplacedInChains, misplacedInLine } from './support/misplaced-use.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'misplaced-match',
  severity: 'error',
  docs: page({
    what: 'Finds matches behind a hook, or in a table, where the kernel does not take them: `owner` where packets come in, '
      + '`mac` where they leave, `rpfilter` anywhere but in PREROUTING.',
    why: 'What such a match asks for does not exist there: an incoming packet has no process yet that owns it. The '
      + 'kernel refuses the whole ruleset with "Invalid argument". It follows every jump: a user-defined chain is '
      + 'judged by all built-in chains that lead to it.',
    example: ['-A INPUT -m owner --uid-owner 0 -j ACCEPT'],
    instead: ['-A OUTPUT -m owner --uid-owner 0 -j ACCEPT'],
    fixes: 'Not safe: the rule moves to another built-in chain and starts to act there.',
  }),
  checkLine: (context) => misplacedInLine('match', context),
  *checkFile(context) {
    yield* misplacedInChains('match', context);
    yield* executedProblems('misplaced-match', context);
  },
});
