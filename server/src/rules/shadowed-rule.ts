import type { Taking } from '../core/analysis/causes.ts';
import { defineRule, type AnalysedFile, type Report } from './rule.ts';
import { deadLines, isContrary, type DeadLine } from './support/dead-lines.ts';
import { moves, removals } from './support/dead-rule-fixes.ts';
import { listed, named, relatedTo, ruleSpan } from './support/dead-rule-words.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'shadowed-rule',
  severity: 'warning',
  saysIdle: true,
  docs: page({
    what: 'Finds rules for which earlier rules leave no packet, and do something else with those that the rule could match. '
      + 'The finding names a smallest set of rules that between them take every such packet, over jumps and gotos.',
    why: 'The first rule that matches decides, so the rule never does what it was written for: an exception below the rule '
      + 'that it is an exception from has no effect. Nothing is said where a packet could be left: a limit, a set or '
      + 'another match of which nobody knows the answer takes nothing away from later rules, and a command of a script that may '
      + 'not run only from those that run with it.',
    example: ['-A INPUT -p tcp -j DROP', '-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 22 -j ACCEPT'],
    instead: ['-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 22 -j ACCEPT', '-A INPUT -p tcp -j DROP'],
    fixes: 'Not safe: moved, the rule starts to match packets; deleting it changes nothing today, but what it was meant to do '
      + 'is for you to say.',
  }),
  *checkAnalysis(file) {
    for (const each of yield* deadLines(file)) {
      const { cause } = each.dead;
      if (cause.kind === 'covered' && isContrary(cause)) yield report(file, each, cause.by);
    }
  },
});

function report(file: AnalysedFile, each: DeadLine, by: readonly Taking[]): Report {
  const { line } = each;
  const others = by.filter(({ same }) => !same);
  return {
    line, span: ruleSpan(line), fixes: [...moves(file, each, others), ...removals(file, each)],
    message: by.length === 1
      ? `No packet is left for this rule: ${named(by[0]!.rule.bound)} takes every packet that it could match.`
      : `No packet is left for this rule: ${listed(by)} between them take every packet that it could match${others.length === by.length ? '' : `; ${named(others[0]!.rule.bound)} does something else with it`}.`,
    related: relatedTo(by, ({ same }) => `Takes packets that the rule could match, and does ${same ? 'the same' : 'something else'} with them`),
  };
}
