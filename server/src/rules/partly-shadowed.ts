import { partlyCovered, type PartlyCovered } from '../core/analysis/partly-covered.ts';
import { defineRule, type Report } from './rule.ts';
import { followsOneCourse } from './support/dead-lines.ts';
import { relatedTo, ruleSpan } from './support/dead-rule-words.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'partly-shadowed',
  severity: 'hint',
  saysIdle: true,
  docs: page({
    what: 'Points at rules of whose packets earlier rules of the chain take some and do something else with them. It is off '
      + 'unless the setting `iptables-lens.hints.partlyShadowed` is on; the command line leaves it off.',
    why: 'That is how exceptions are written, so most of these rules are as they should be. When a rule does less than '
      + 'expected, the hint shows which earlier rules to look at.',
    example: ['# needs the setting iptables-lens.hints.partlyShadowed', '-A INPUT -s 10.0.0.5 -j DROP', '-A INPUT -s 10.0.0.0/8 -j ACCEPT'],
    instead: ['-A INPUT -s 10.0.0.0/8 -j ACCEPT'],
  }),
  *checkAnalysis(file) {
    if (!file.settings.hints.partlyShadowed || !followsOneCourse(file)) return;
    for (const analysis of file.analyses) {
      for (const name of analysis.ruleset.tables.keys()) yield* (yield* partlyCovered(analysis, name)).map(report);
    }
  },
});

function report({ rule: { bound: { line } }, by }: PartlyCovered): Report {
  return {
    line, span: ruleSpan(line), message: 'Earlier rules take some of the packets that this rule could match, and do something else with them.',
    related: relatedTo(by, () => 'Takes some of the packets'),
  };
}
