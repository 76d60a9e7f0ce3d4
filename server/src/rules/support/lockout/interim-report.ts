import type { BoundLine } from '../../../core/ruleset/bound-line.ts';
import type { Steps } from '../../../core/analysis/steps.ts';
import { nameOfLine } from '../../../core/syntax/line.ts';
import type { AnalysedFile, Fix, Progress, RelatedPlace, TextEdit } from '../../rule.ts';
import { indentOf, insertBelow, merged, removeLine, textSpan } from '../edits.ts';
import { hasMore } from '../script.ts';
import { accessFix } from './access.ts';
import { stoppedForAWhile, stoppedPacket } from './example.ts';
import type { Interim } from './interim.ts';
import { accessTo } from './management.ts';
import { openUntil } from './open-policy.ts';
import { fateText } from './place.ts';
import { standingOf } from './standing.ts';
import { policySetBy } from './told-state.ts';

/** The report of a state between two commands in which the administrator's connection is cut off; `why` says what the command does. */
export function* reportInterim(file: AnalysedFile, interim: Interim, why: string): Iterable<Progress> {
  const { analysis, stopped: traffic, at: { line, bound }, until, opened } = interim;
  const standing = standingOf(analysis, traffic);
  const forAWhile = opened && stoppedForAWhile(analysis, traffic, standing, opened, standingOf(opened, traffic));
  const stopped = forAWhile ?? stoppedPacket(analysis, traffic, standing, standing.blocked);
  if (stopped === undefined) return;
  const example = `\`${stopped.packet}\` ${fateText(file, stopped).replace('this rule', 'a rule')}`;
  const end = until?.at(-1)?.line;
  const fix = interim.how === 'flush' ? yield* openPolicies(file, interim) : moveBehind(file, interim);
  const related: RelatedPlace[] = end === undefined || end === line ? [] : [{ line: end, span: textSpan(end), message: 'Only this lets the connection go on' }];
  yield {
    line, span: bound!.command!.span, packet: stopped.packet, packetAfter: line, severity: severityOf(file, interim), related, ...(fix === undefined ? {} : { fixes: [fix] }),
    message: `${why}: ${end === undefined ? 'from here on' : `until ${nameOfLine(end)}`} ${example}, and with it a connection to this host such as the one that the commands are typed in.`,
  };
}

/** A script runs to its end in a moment; commands that are typed one by one do not. */
function severityOf({ lines }: AnalysedFile, { until, isKnown }: Interim): 'warning' | 'information' {
  if (until === undefined) return 'warning';
  return isKnown && lines[0]?.text.startsWith('#!') !== true ? 'warning' : 'information';
}

/** Moves the commands that shut policies, or the one that drops, behind what lets the connection go on. */
function moveBehind(file: AnalysedFile, { at, how, until, shut }: Interim): Fix | undefined {
  const ending = shut.filter(({ end }) => end !== undefined);
  const last = [until?.at(-1), ...how === 'policy' ? ending.map(({ end }) => end) : []].reduce((so, each) => (so === undefined || each === undefined || each.line.number > so.line.number ? each : so));
  // Behind a flush or another policy it would drop as it did.
  if (!isPut(last) || (how === 'rule' && !isPut(at))) return undefined;
  const end = last?.line;
  const goesOn = (hook: string): boolean => !shut.some((each) => each.hook === hook && each.end === undefined);
  const moved = [at, ...how === 'policy' ? (until ?? []).filter((each) => HOOKS.some((hook) => policySetBy(each, hook) === 'DROP' && goesOn(hook))) : []].map(({ line }) => line);
  if (end === undefined || moved.includes(end) || moved.some((line) => file.share(line) === 'all') || ![...moved, end].every((line) => !hasMore(file, line) && indentOf(line) === indentOf(at.line))) return undefined;
  return {
    title: how === 'policy' ? 'Set the policy behind the rules that accept' : 'Drop behind the rules that accept', safe: false,
    edits: [...moved.map(removeLine), insertBelow(end, moved.map(({ text }) => text).join(end.eol || '\n'))],
  };
}

const HOOKS = ['INPUT', 'FORWARD', 'OUTPUT'] as const;

const isPut = (given: BoundLine | undefined): boolean => given?.bound?.command?.kind === 'append' || given?.bound?.command?.kind === 'insert';

/**
 * Opens the policies before the chains are emptied, and shuts each again where rules accept; where none do, those are put
 * in by which the host is administered.
 */
function* openPolicies(file: AnalysedFile, { at, shut, later, last }: Interim): Steps<Fix | undefined> {
  let title = 'Set the policy to ACCEPT before';
  const edits: TextEdit[] = [];
  for (const { hook, end } of shut) {
    if (end === undefined) continue;
    const open = openUntil(file, { flush: at, shutting: later.slice(0, later.indexOf(end)).filter((each) => policySetBy(each, hook) === 'DROP') }, hook, end.line);
    if (open === undefined) return undefined;
    edits.push(...open.edits, ...policySetBy(end, hook) === undefined ? [insertBelow(end.line, open.behind)] : []);
  }
  if (shut.some(({ end }) => end === undefined)) {
    const opening = yield* accessFix(file, last, accessTo(file, last.ruleset.family), false);
    if (opening === undefined) return undefined;
    title = opening.title;
    edits.push(...opening.edits);
  }
  return { title, safe: false, edits: merged(edits) };
}
