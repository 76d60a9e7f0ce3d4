import type { BoundLine } from '../../../core/ruleset/build.ts';
import type { Line } from '../../../core/syntax/line.ts';
import type { AnalysedFile, Fix, RelatedPlace, Report } from '../../rule.ts';
import { insertAbove, insertBelow, removeLine, textSpan } from '../edits.ts';
import { hasMore } from '../script.ts';
import { stoppedPacket } from './example.ts';
import { setsDrop, type Interim, type Shut } from './interim.ts';
import { fateText } from './place.ts';
import { leading } from './rule-text.ts';
import { standingOf } from './standing.ts';

/** The report of a state between two commands in which the administrator's connection is cut off; `why` says what the command does. */
export function* reportInterim(file: AnalysedFile, interim: Interim, why: string): Iterable<Report> {
  const { analysis, stopped: traffic, at: { line, bound }, until } = interim;
  const standing = standingOf(analysis, traffic);
  const stopped = stoppedPacket(analysis, traffic, standing, standing.blocked);
  if (stopped === undefined) return;
  const example = `\`${stopped.packet}\` ${fateText(stopped).replace('this rule', 'a rule')}`;
  const end = until?.at(-1)?.line;
  const fix = interim.how === 'flush' ? openPolicies(interim) : moveBehind(interim);
  const related: RelatedPlace[] = end === undefined || end === line ? [] : [{ line: end, span: textSpan(end), message: 'Only this lets the connection go on' }];
  yield {
    line, span: bound!.command!.span, packet: stopped.packet, packetAfter: line, severity: severityOf(file, interim), related, ...(fix === undefined ? {} : { fixes: [fix] }),
    message: `${why}: ${end === undefined ? 'from here on' : `until line ${end.number + 1}`} ${example}, and with it a connection to this host such as the one that the commands are typed in.`,
  };
}

/** A script runs to its end in a moment; commands that are typed one by one do not. */
function severityOf({ lines }: AnalysedFile, { until, isKnown }: Interim): 'warning' | 'information' {
  if (until === undefined) return 'warning';
  return isKnown && lines[0]?.text.startsWith('#!') !== true ? 'warning' : 'information';
}

/** Moves the commands that shut policies, or the one that drops, behind what lets the connection go on. */
function moveBehind({ at, how, until, shut }: Interim): Fix | undefined {
  const ending = shut.filter(({ end }) => end !== undefined);
  const last = [until?.at(-1), ...how === 'policy' ? ending.map(({ end }) => end) : []].reduce((so, each) => (so === undefined || each === undefined || each.line.number > so.line.number ? each : so));
  // Behind a flush or another policy it would drop as it did.
  if (!isPut(last) || (how === 'rule' && !isPut(at))) return undefined;
  const end = last?.line;
  const goesOn = (hook: string): boolean => !shut.some((each) => each.hook === hook && each.end === undefined);
  const moved = [at, ...how === 'policy' ? (until ?? []).filter(({ bound }) => HOOKS.some((hook) => setsDrop(bound, hook) && goesOn(hook))) : []].map(({ line }) => line);
  if (end === undefined || moved.includes(end) || ![...moved, end].every((line) => !hasMore(line) && indentOf(line) === indentOf(at.line))) return undefined;
  return {
    title: how === 'policy' ? 'Set the policy behind the rules that accept' : 'Drop behind the rules that accept', safe: false,
    edits: [...moved.map(removeLine), insertBelow(end, moved.map(({ text }) => text).join(end.eol || '\n'))],
  };
}

const HOOKS = ['INPUT', 'FORWARD', 'OUTPUT'] as const;

const isPut = (given: BoundLine | undefined): boolean => given?.bound?.command?.kind === 'append' || given?.bound?.command?.kind === 'insert';

/** Opens the policies before the chains are emptied, and shuts each again where rules accept. */
function openPolicies({ at, shut }: Interim): Fix | undefined {
  const ends = [...new Set(shut.flatMap(({ end }) => end?.line ?? []))];
  if (hasMore(at.line) || !ends.every((end) => !hasMore(end) && end !== at.line && indentOf(end) === indentOf(at.line))) return undefined;
  const set = (hooks: readonly Shut[], policy: string): string => hooks.map(({ hook }) => `${leading(at.bound, 'filter')}-P ${hook} ${policy}`).join(at.line.eol || '\n');
  const shuttingAgain = ends.map((line) => insertBelow(line, set(shut.filter(({ end }) => end?.line === line), 'DROP')));
  return { title: 'Set the policy to ACCEPT before', safe: false, edits: [insertAbove(at.line, set(shut, 'ACCEPT')), ...shuttingAgain] };
}

const indentOf = ({ text }: Line): string => /^\s*/u.exec(text)![0];
