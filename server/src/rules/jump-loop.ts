import type { Table } from '../core/ruleset/model.ts';
import { defineRule, type Report } from './rule.ts';
import { replace } from './support/edits.ts';
import { executedProblems } from './support/executed-problems.ts';
import { ruleOf, walkOf, type Loop } from './support/jumps.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'jump-loop',
  severity: 'error',
  docs: page({
    what: 'Finds jumps and gotos that lead, over any number of chains, back to the chain in which they stand.',
    why: 'The kernel refuses a ruleset in which a packet could go round in circles ("Too many links"), whatever the '
      + 'rules on the way match. Loops that no built-in chain leads to are loaded, and not reported.',
    example: [':LOGGING - [0:0]', ':CHECK - [0:0]', '-A INPUT -j CHECK', '-A CHECK -j LOGGING', '-A LOGGING -j LOG', '-A LOGGING -j CHECK'],
    instead: [':LOGGING - [0:0]', ':CHECK - [0:0]', '-A INPUT -j CHECK', '-A CHECK -j LOGGING', '-A LOGGING -j LOG', '-A LOGGING -j RETURN'],
    fixes: 'Not safe: `RETURN` ends the loop, but what the rule was meant to do is for you to say.',
  }),
  *checkFile(context) {
    for (const { tables } of context.rulesets) for (const table of tables.values()) yield* walkOf(table).loops.map((loop) => report(table, loop));
    yield* executedProblems('jump-loop', context);
  },
});

function report(table: Table, { jump, chains, way }: Loop): Report {
  const { line, target } = ruleOf(table, jump);
  const { span } = target!;
  return {
    line, span,
    message: chains.length === 1
      ? `\`${jump.to}\` leads to itself; the kernel refuses loops.`
      : `This closes a loop: ${[...chains, jump.to].map((name) => `\`${name}\``).join(' → ')}; the kernel refuses loops.`,
    related: way.map((other) => ruleOf(table, other)).map((rule) => ({ line: rule.line, span: rule.target!.span, message: 'The loop passes here' })),
    fixes: [{ title: 'Write -j RETURN', safe: false, edits: [replace(line, span, '-j RETURN')] }],
  };
}
