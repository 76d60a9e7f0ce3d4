import { defineRule } from './rule.ts';
import { executedProblems } from './support/executed-problems.ts';
import { misplacedInChains, misplacedInLine } from './support/misplaced-use.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'misplaced-target',
  severity: 'error',
  docs: page({
    what: 'Finds targets in a table or behind a hook where the kernel does not take them: DNAT outside `nat`, REJECT '
      + 'outside `filter`, TTL outside `mangle`, CT outside `raw`, MASQUERADE anywhere but in POSTROUTING.',
    why: 'The kernel refuses the whole ruleset, and its message names neither the table nor the hook ("Invalid '
      + 'argument"). It follows every jump: a user-defined chain is judged by all built-in chains that lead to it.',
    example: ['*nat', '-A PREROUTING -o eth0 -j MASQUERADE', 'COMMIT'],
    instead: ['*nat', '-A POSTROUTING -o eth0 -j MASQUERADE', 'COMMIT'],
    fixes: 'Not safe: the rule moves to another built-in chain and starts to act there.',
  }),
  checkLine: (context) => misplacedInLine('target', context),
  *checkFile(context) {
    yield* misplacedInChains('target', context);
    yield* executedProblems('misplaced-target', context);
  },
});
