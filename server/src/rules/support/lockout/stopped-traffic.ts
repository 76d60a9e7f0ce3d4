import type { Analysis } from '../../../core/analysis/analysis.ts';
import type { FileInContext, Report } from '../../rule.ts';
import { stoppedPacket, type Stopped } from './example.ts';
import { openingFix } from './opening.ts';
import { fateText, spotOf } from './place.ts';
import { standingOf } from './standing.ts';
import type { Traffic } from './traffic.ts';

/** Traffic of which no packet gets through, how to let it through, and what to say of it. */
export interface Lacking {
  readonly traffic: Traffic;
  readonly title: string;
  readonly conditions: readonly string[];
  /** The message, given what becomes of an example. */
  message(example: string): string;
}

/** The report of traffic that is shut out: where it is stopped, with an example and a fix that accepts it. */
export function* reportLacking(file: FileInContext, analysis: Analysis, { traffic, title, conditions, message }: Lacking): Iterable<Report> {
  const standing = standingOf(analysis, traffic);
  const stopped = stoppedPacket(analysis, traffic, standing, standing.blocked);
  if (stopped === undefined) return;
  const fix = openingFix(file, analysis, { title, traffic, conditions });
  yield { ...spotOf(file, analysis.ruleset, stopped.decidedBy), packet: stopped.packet, message: message(exampleText(stopped)), ...(fix === undefined ? {} : { fixes: [fix] }) };
}

const exampleText = (stopped: Stopped): string => `\`${stopped.packet}\` ${fateText(stopped)}`;
