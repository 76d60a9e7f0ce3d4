import type { Covering } from '../core/analysis/cover.ts';
import { defineRule, type AnalysedFile, type Report } from './rule.ts';
import { deadLines, isContrary, type DeadLine } from './support/dead-lines.ts';
import { removals } from './support/dead-rule-fixes.ts';
import { listed, named, relatedTo, ruleSpan } from './support/dead-rule-words.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'redundant-rule',
  severity: 'information',
  saysIdle: true,
  docs: page({
    what: 'Finds rules for which earlier rules leave no packet, and do with each the same that the rule would have done.',
    why: 'Without the rule every packet fares the same. Often it was copied, or its chain has since been given a wider rule; '
      + 'whoever changes one of both later is misled by the other.',
    example: ['-A INPUT -s 10.0.0.0/8 -j ACCEPT', '-A INPUT -s 10.1.0.0/16 -p tcp -j ACCEPT'],
    instead: ['-A INPUT -s 10.0.0.0/8 -j ACCEPT'],
    fixes: 'Not safe: no packet fares otherwise, but the numbers of the rules behind it change, and its counters go.',
  }),
  *checkAnalysis(file) {
    for (const each of yield* deadLines(file)) {
      const { cause } = each.dead;
      if (cause.kind === 'covered' && !isContrary(cause)) yield report(file, each, cause.by);
    }
  },
});

function report(file: AnalysedFile, each: DeadLine, by: readonly Covering[]): Report {
  const { line } = each;
  return {
    line, span: ruleSpan(line), tag: 'unnecessary', fixes: removals(file, each),
    message: by.length === 1
      ? `This rule changes nothing: ${named(by[0]!.rule.bound)} does the same with every packet that it could match.`
      : `This rule changes nothing: ${listed(by)} do the same with every packet that it could match.`,
    related: relatedTo(by, () => 'Does the same with packets that the rule could match'),
  };
}
