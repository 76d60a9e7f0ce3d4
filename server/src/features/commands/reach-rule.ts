import type { Analysis, Covering } from '../../core/analysis/analysis.ts';
import { analysisOf } from '../../core/analysis/known.ts';
import { NONE } from '../../core/sets/diagram.ts';
import { nameOfLines } from '../../core/syntax/line.ts';
import { defineCommand } from '../feature.ts';
import type { Session } from '../session.ts';
import { readPlace } from '../support/command-argument.ts';
import { followedAt } from '../support/followed.ts';
import { placeInRuleset } from '../support/place-in-ruleset.ts';
import { packetsReaching, type Reaching, type RulePlace } from '../support/reaching.ts';
import { show } from './simulate.ts';

/** Simulates a packet that reaches the line's rule and matches it, shown in the document; an error that says why where none does. */
export function reachRule(session: Session, argument: unknown): unknown {
  const { uri, line } = readPlace(argument);
  const asked = session.document(uri);
  if (asked === undefined) return failure(NO_RULE);
  const { document, run } = followedAt(asked, line);
  const at = document.lineAt(line ?? 0)?.line;
  const place = at && placeInRuleset(document, at);
  if (place === undefined || place.indices.length === 0) return failure(NO_RULE);
  const analysis = analysisOf(place.ruleset);
  const rules = place.indices.map((index): RulePlace => ({ table: place.table, chain: place.chain.name, index }));
  // Of a list of addresses some may be left.
  const rule = rules.find((each) => analysis.left(each.table, each) !== NONE);
  if (rule === undefined) return failure(whyNone(analysis, rules[0]!));
  const left = analysis.left(rule.table, rule);
  let unsure: Reaching | undefined;
  for (const found of packetsReaching(session, document, analysis, rule, left, true)) {
    if (found.isSure) return show(session, asked, found.packet, { at: undefined, run });
    unsure ??= found;
  }
  const given = unsure!.given.join(' and ');
  return failure(`Whether a packet reaches this rule depends on what is not known${given === '' ? ' from the file' : `: ${given}`}. \`${unsure!.packet}\` might.`);
}

const NO_RULE = 'There is no rule on this line, or later commands have taken it away again.';

const failure = (message: string): { readonly error: { readonly message: string } } => ({ error: { message } });

/** Why no packet can reach a rule and match it. */
function whyNone(analysis: Analysis, { table, ...place }: RulePlace): string {
  const covering = analysis.cover(table, place);
  if (covering === undefined) {
    return analysis.reaching(table, place) === NONE ? `No packet comes to ${place.chain}.` : 'No packet can match this rule: what it asks for contradicts itself.';
  }
  const lines = (how: Covering['how']): string => nameOfLines([...new Set(covering.filter((each) => each.how === how).map(({ rule }) => rule.bound.line))]);
  const parts = [
    ...(lines('takes') === '' ? [] : [`earlier rules take every packet that could match (${lines('takes')})`]),
    ...(lines('calls') === '' ? [] : [`the jumps to ${place.chain} lead only other packets there (${lines('calls')})`]),
    ...(lines('rewrites') === '' ? [] : [`what earlier rules rewrite leaves none that could match (${lines('rewrites')})`]),
  ];
  return parts.length === 0 ? `No packet that comes to ${place.chain} can match this rule.` : `No packet reaches this rule: ${parts.join(', and ')}.`;
}

export default defineCommand({ name: 'iptables-lens.reachRule', run: reachRule });
