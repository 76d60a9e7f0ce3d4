import type { Rule as FilterRule } from '../core/ruleset/model.ts';
import type { Cause } from '../core/analysis/causes.ts';
import { defineRule, type AnalysedFile, type Report } from './rule.ts';
import { deadLines, type DeadLine } from './support/dead-lines.ts';
import { moves, removals } from './support/dead-rule-fixes.ts';
import { named, relatedTo, ruleSpan } from './support/dead-rule-words.ts';
import { page } from './support/page.ts';

type Behind = Extract<Cause, { kind: 'behind' }>;

export default defineRule({
  code: 'rule-after-terminal',
  severity: 'warning',
  saysIdle: true,
  docs: page({
    what: 'Finds rules behind one that lets no packet past: `-j DROP` or `-j RETURN` without a condition, a jump to a chain '
      + 'in which every packet ends, or several rules that between them take all that comes into the chain. The first rule '
      + 'behind it has the warning, which counts for all; the others are hints.',
    why: 'No packet comes to these rules. Often they were appended to a chain whose last rule takes everything that is left.',
    example: ['-A INPUT -i lo -j ACCEPT', '-A INPUT -j DROP', '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT'],
    instead: ['-A INPUT -i lo -j ACCEPT', '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT', '-A INPUT -j DROP'],
    fixes: 'Not safe: moved, the rule starts to match packets; deleting it changes nothing today, but what it was meant to do '
      + 'is for you to say.',
  }),
  *checkAnalysis(file) {
    for (const [first, ...others] of groups(yield* deadLines(file))) {
      yield report(file, first!, others.length);
      for (const other of others) yield { ...report(file, other, 0), severity: 'hint' };
    }
  },
});

/** The dead lines by the rule that they stand behind, in the order of the chain. */
function groups(lines: readonly DeadLine[]): Iterable<readonly DeadLine[]> {
  const byTerminal = new Map<FilterRule, DeadLine[]>();
  for (const each of lines) {
    const { cause } = each.dead;
    if (cause.kind !== 'behind') continue;
    const group = byTerminal.get(cause.by.rule);
    if (group === undefined) byTerminal.set(cause.by.rule, [each]);
    else group.push(each);
  }
  return byTerminal.values();
}

function report(file: AnalysedFile, each: DeadLine, more: number): Report {
  const { line, dead: { chain, cause } } = each;
  const { by, alone, meets, contrary } = cause as Behind;
  const rules = more === 0 ? 'this rule' : more === 1 ? 'this rule and the one behind it' : `this rule and the ${more} behind it`;
  return {
    line, span: ruleSpan(line), tag: 'unnecessary', fixes: [...(meets ? moves(file, each, [by]) : []), ...removals(file, each)],
    message: alone
      ? `No packet comes to ${rules}: ${named(by.rule.bound)} lets none past.`
      : `No packet comes to ${rules}: ${named(by.rule.bound)} takes the last of those that come into \`${chain}\`.`,
    related: relatedTo([by, ...contrary === undefined ? [] : [contrary]], (one) => (one === contrary ? 'Takes packets that the rule could match, and does something else with them' : alone ? 'Lets no packet past' : 'Takes the last packets')),
  };
}
