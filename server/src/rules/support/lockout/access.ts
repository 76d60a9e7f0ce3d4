import type { Analysis } from '../../../core/analysis/analysis.ts';
import type { Steps } from '../../../core/analysis/steps.ts';
import type { FileInContext, Fix } from '../../rule.ts';
import { lackingAnswersIn, lackingAnswersOut } from './answers.ts';
import { conditionsOf } from './conditions.ts';
import { lackingLoopback } from './loopback.ts';
import { lackingNeighbours } from './neighbours.ts';
import { openingFix, type Opening } from './opening.ts';
import type { Traffic } from './traffic.ts';

/**
 * Lets in by what the host is administered, with all else that it lacks as soon as somebody gets in; in small steps. `all`:
 * every packet of the access has to get through, rather than those that earlier rules do not stop on purpose.
 */
export function* accessFix(file: FileInContext, analysis: Analysis, access: Traffic, all: boolean): Steps<Fix | undefined> {
  const conditions = conditionsOf(access);
  const lacking: readonly Opening[] = access.packet.path === 'in' ? [
    ...yield* lackingLoopback(analysis), ...yield* lackingAnswersIn(analysis), ...yield* lackingAnswersOut(analysis, access), ...yield* lackingNeighbours(analysis),
  ] : [];
  const named = [...new Set([conditions, ...lacking.map(({ what }) => what)])];
  const title = named.length === 1 ? `Accept ${conditions} before it is stopped` : `Accept ${named.slice(0, -1).join(', ')} and ${named.at(-1)!} before they are stopped`;
  return openingFix(file, analysis, title, [...lacking, { traffic: access, conditions: [conditions], what: conditions, all }]);
}
