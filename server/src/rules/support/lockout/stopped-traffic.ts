import type { Analysis } from '../../../core/analysis/analysis.ts';
import type { FileInContext, Report } from '../../rule.ts';
import { stoppedPacket, type Stopped } from './example.ts';
import { openingFix, type Opening } from './opening.ts';
import { fateText, spotOf } from './place.ts';
import { standingOf } from './standing.ts';

/** Traffic that a host can hardly do without and of which no packet gets through, how to let it through, and what to say of it. */
export interface Lacking extends Opening {
  /** The message, given what becomes of an example. */
  message(example: string): string;
}

/** The report of traffic that is shut out: where it is stopped, with an example and a fix that accepts it. */
export function* reportLacking(file: FileInContext, analysis: Analysis, lacking: Lacking): Iterable<Report> {
  const standing = standingOf(analysis, lacking.traffic);
  const stopped = stoppedPacket(analysis, lacking.traffic, standing, standing.blocked);
  if (stopped === undefined) return;
  const fix = openingFix(file, analysis, `Accept ${lacking.what}`, [lacking]);
  yield { ...spotOf(file, analysis.ruleset, stopped.decidedBy), packet: stopped.packet, message: lacking.message(exampleText(file, stopped)), ...(fix === undefined ? {} : { fixes: [fix] }) };
}

const exampleText = (file: FileInContext, stopped: Stopped): string => `\`${stopped.packet}\` ${fateText(file, stopped)}`;
