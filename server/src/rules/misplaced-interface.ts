import type { Hook } from '../core/netfilter.ts';
import { HOOKS } from '../core/netfilter.ts';
import type { BoundRule, Chain, HeaderPart, Table } from '../core/ruleset/model.ts';
import { ChainSurvey } from '../core/ruleset/chain-survey.ts';
import { NO_INTERFACE, Placements } from '../core/ruleset/placement.ts';
import type { Line } from '../core/syntax/line.ts';
import { NO_REPORTS, defineRule, type Fix, type Report } from './rule.ts';
import { removeWords, replace } from './support/edits.ts';
import { asksInVain, lack, type Side } from './support/lacking-interface.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'misplaced-interface',
  severity: 'error',
  docs: page({
    what: 'Finds `-o` in PREROUTING and INPUT and `-i` in OUTPUT and POSTROUTING. Also warns where a user-defined chain '
      + 'that only such chains lead to asks for an interface which its packets never have.',
    why: 'Where a packet will leave is not known before routing, and a packet for this host leaves by no interface; one '
      + 'that this host sends came in by none. iptables refuses such rules in the built-in chains, negated ones too. '
      + 'In a user-defined chain it loads them, and they never match.',
    example: ['-A INPUT -o eth0 -p tcp --dport 22 -j ACCEPT'],
    instead: ['-A INPUT -i eth0 -p tcp --dport 22 -j ACCEPT'],
    fixes: 'Not safe: the rule starts to match packets. Look at which way the traffic goes before you take the fix.',
  }),
  checkLine({ line, bound }) {
    const chain = bound?.command?.chain;
    if (chain === undefined || !bound!.traits.asksInterface || bound!.skipped || !isHook(chain)) return NO_REPORTS;
    return [...misplaced('in', bound!, line, chain), ...misplaced('out', bound!, line, chain)];
  },
  *checkFile({ rulesets }) {
    for (const { tables } of rulesets) for (const table of tables.values()) yield* unmatchable(table);
  },
});

const OPTION: Readonly<Record<Side, string>> = { in: '-i', out: '-o' };

const REASON: Readonly<Record<Side, string>> = {
  in: 'packets leave there, `-o` names the interface by which they do',
  out: 'packets come in there, `-i` names the interface by which they do',
};

const isHook = (chain: string): chain is Hook => (HOOKS as readonly string[]).includes(chain);

function misplaced(side: Side, bound: BoundRule, line: Line, chain: Hook): readonly Report[] {
  const part = bound.header[side];
  if (part === undefined || !NO_INTERFACE[side].refused.has(chain)) return NO_REPORTS;
  return [{
    line, span: part.span, fixes: fixes(side, part, bound, line),
    message: `\`${OPTION[side]}\` can't stand in ${chain}: ${REASON[side]}.`,
  }];
}

function* unmatchable(table: Table): Iterable<Report> {
  const placements = Placements.of(table);
  for (const chain of table.chains.values()) {
    if (chain.builtIn || ChainSurvey.of(chain).interfaced.length === 0) continue;
    const hooks = placements.hooksOf(chain.name);
    if (SIDES.some((side) => lack(hooks, side))) yield* unmatchableFrom(hooks, chain);
  }
}

/** What was found in chains that stay the same, by the hooks that led to them. */
const known = new WeakMap<Chain, { readonly hooks: string; readonly reports: readonly Report[] }>();

function unmatchableFrom(hooks: ReadonlySet<Hook>, chain: Chain): readonly Report[] {
  const names = [...hooks].join();
  const before = known.get(chain);
  if (before?.hooks === names) return before.reports;
  const sides = SIDES.filter((side) => lack(hooks, side));
  const reports = ChainSurvey.of(chain).interfaced.flatMap((bound) => sides.filter((side) => asksInVain(bound, side, hooks)).map((side) => never(side, bound, hooks, chain.name)));
  known.set(chain, { hooks: names, reports });
  return reports;
}

const SIDES = ['in', 'out'] as const;

function never(side: Side, bound: BoundRule, hooks: ReadonlySet<Hook>, chain: string): Report {
  const { line } = bound;
  const part = bound.header[side]!;
  return {
    line, span: part.span, severity: 'warning', fixes: fixes(side, part, bound, line),
    message: `This never matches: only ${[...hooks].join(' and ')} leads to \`${chain}\`, where packets have no ${side === 'in' ? 'incoming' : 'outgoing'} interface.`,
  };
}

function fixes(side: Side, part: HeaderPart<string>, bound: BoundRule, line: Line): Fix[] {
  const other: Side = side === 'in' ? 'out' : 'in';
  const removal: Fix = { title: `Remove ${OPTION[side]}`, safe: false, edits: [removeWords(line, part.span)] };
  if (bound.header[other] !== undefined) return [removal];
  return [{ title: `Write ${OPTION[other]}`, safe: false, edits: [replace(line, part.nameSpan, OPTION[other])] }, removal];
}
