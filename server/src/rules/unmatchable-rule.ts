import type { Covering } from '../core/analysis/cover.ts';
import type { Cause } from '../core/analysis/causes.ts';
import { defineRule, type Report } from './rule.ts';
import { deadLines, type DeadLine } from './support/dead-lines.ts';
import { removals } from './support/dead-rule-fixes.ts';
import { relatedTo, ruleSpan } from './support/dead-rule-words.ts';
import { removeWords } from './support/edits.ts';
import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

const reported = problemRule({
  code: 'unmatchable-rule',
  docs: page({
    what: 'Finds conditions that by what they say no packet can meet, or every packet does, such as `! -p all`, or '
      + '`--tcp-flags SYN ACK`, which wants a flag set that it does not look at; also a `!` or a number that iptables forgets. '
      + 'Then conditions that exclude each other, and those that no packet meets which the kernel shows to the chain. Where '
      + 'only the rules that lead to a user-defined chain, or rewrite packets, see to that, it is a hint with links to them.',
    why: 'Such a condition is a slip of the pen. iptables refuses some of them, and loads others without a word (those are '
      + 'warnings), so that the rule matches other packets than it seems to, or none.',
    example: ['-A INPUT ! -p all -j DROP'],
    instead: ['-A INPUT -j DROP'],
    fixes: 'Not safe: without the condition the rule matches other packets.',
  }),
  fixes: ({ span, accepted }, { line }) => (accepted === true ? []
    : [{ title: `Remove ${line.text.slice(span.start, span.end)}`, safe: false, edits: [removeWords(line, span)] }]),
});

export default defineRule({
  ...reported,
  saysIdle: true,
  *checkAnalysis(file) {
    for (const each of yield* deadLines(file)) {
      const said = saidOf(each, each.dead.cause);
      if (said !== undefined) yield { line: each.line, span: ruleSpan(each.line), tag: 'unnecessary', fixes: removals(file, each), ...said };
    }
  },
});

type Said = Pick<Report, 'message' | 'related' | 'severity'>;

function saidOf({ table, dead: { chain } }: DeadLine, cause: Cause): Said | undefined {
  switch (cause.kind) {
    case 'contradiction': return { severity: 'warning', message: 'No packet can match this rule: its conditions exclude each other.' };
    case 'hook': return { severity: 'warning', message: `No packet can match this rule: ${WHY_NEVER[cause.because ?? 'other'](table.name, chain)}` };
    case 'unmet': return { severity: 'hint', message: 'No packet can match this rule as earlier rules leave and rewrite packets.', related: relatedTo(cause.by, ({ how }) => INVOLVED[how]) };
    case 'called': return { severity: 'hint', message: `No packet that comes into \`${chain}\` can match this rule.`, related: relatedTo(cause.by, ({ how }) => INVOLVED[how]) };
    default: return undefined;
  }
}

const WHY_NEVER: Readonly<Record<'fragment' | 'loopback' | 'state' | 'other', (table: string, chain: string) => string>> = {
  fragment: (_table, chain) => `the kernel puts fragments together before ${chain} sees them.`,
  loopback: (_table, chain) => `\`nat\` sees what this host sends to itself in OUTPUT and POSTROUTING, before it comes in by \`lo\`, and not in ${chain}.`,
  state: (table, chain) => (table === 'nat'
    ? `\`nat\` sees the first packet of a connection only, and none that meets its other conditions comes to ${chain} in such a state.`
    : 'no packet that meets its other conditions is ever in such a state.'),
  other: (table, chain) => (table === 'nat'
    ? `\`nat\` sees the first packet of a connection only, and none that meets these conditions comes to ${chain}.`
    : `the kernel shows none that meets these conditions to ${chain} of \`${table}\`.`),
};

const INVOLVED: Readonly<Record<Covering['how'], string>> = {
  takes: 'Takes packets that the rule could match', calls: 'Leads other packets there', rewrites: 'Rewrites what decides whether it matches',
};
