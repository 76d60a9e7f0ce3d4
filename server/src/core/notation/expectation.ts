import type { Family } from '../netfilter.ts';
import type { HostFacts } from '../engine/host.ts';
import type { Packet } from '../engine/packet.ts';
import type { Program } from '../engine/program.ts';
import type { Fate, Outcome, Result } from '../engine/result.ts';
import { simulate } from '../engine/simulate.ts';
import { Worlds } from '../engine/world.ts';
import type { Argument, Line } from '../syntax/line.ts';
import type { Span } from '../text.ts';
import { parsePacket } from './parse.ts';
import { fulfils, parseVerdict, printVerdict, verdictText, type ExpectedVerdict } from './verdict.ts';

/** How an expectation stands: it holds, it does not, nobody can tell, or it can't be read. */
export type ExpectationStatus = 'pass' | 'fail' | 'undecided' | 'invalid';

/** One `# expect …` line with its answer. */
export interface ExpectationResult {
  readonly line: Line;
  /** The stretch of the line that the message is about. */
  readonly span: Span;
  readonly status: ExpectationStatus;
  /** Title of the scenario that it belongs to. */
  readonly scenario: string | undefined;
  /** What is wrong, or by what the packet fares as expected. */
  readonly message: string;
  readonly expected?: ExpectedVerdict;
  readonly packet?: Packet;
  readonly result?: Result;
}

export interface ExpectationOptions {
  /** The file's family, for packets whose addresses do not tell theirs. */
  readonly family: Family;
  /** The file's ruleset of a family, made ready to run. */
  program(family: Family): Program;
  readonly host?: HostFacts;
}

/**
 * Runs every expectation of a file. Each has a world of its own, except that those which follow a `# scenario` line
 * directly share one, in order, until a line that is no expectation.
 */
export function runExpectations(lines: readonly Line[], options: ExpectationOptions): ExpectationResult[] {
  const results: ExpectationResult[] = [];
  let scenario: { readonly title: string; readonly worlds: Map<Family, Worlds> } | undefined;
  for (const line of lines) {
    const { content } = line;
    if (content.kind === 'scenario') scenario = { title: content.title, worlds: new Map() };
    else if (content.kind !== 'expectation') scenario = undefined;
    else results.push({ line, scenario: scenario?.title, ...run(content, options, scenario?.worlds ?? new Map<Family, Worlds>()) });
  }
  return results;
}

type Outcomes = Omit<ExpectationResult, 'line' | 'scenario'>;

function run({ verdict, packet: text }: { readonly verdict: Argument; readonly packet: Argument }, options: ExpectationOptions, worlds: Map<Family, Worlds>): Outcomes {
  const parsed = parsePacket(text.text, options.family);
  if (!parsed.ok) {
    const start = text.start + parsed.error.offset;
    return { status: 'invalid', message: parsed.error.message, span: { start, end: start + parsed.error.length } };
  }
  const { packet } = parsed;
  const expected = parseVerdict(verdict.text, packet.family);
  if (!expected.ok) return { status: 'invalid', message: expected.message, span: { start: verdict.start, end: verdict.end } };
  const world = worlds.get(packet.family) ?? new Worlds();
  worlds.set(packet.family, world);
  const result = simulate(options.program(packet.family), world, packet, { trace: 'matched', ...(options.host === undefined ? {} : { host: options.host }) });
  return { ...judge(result, expected.value), span: { start: verdict.start, end: text.end }, expected: expected.value, packet, result };
}

/** Compares a result with what is expected. A class passes when every course agrees and fails when every course contradicts. */
export function judge(result: Result, expected: ExpectedVerdict): { readonly status: 'pass' | 'fail' | 'undecided'; readonly message: string } {
  const fates: readonly Fate[] = result.outcomes ?? [result];
  const answers = fates.map((fate) => fulfils(fate, expected));
  if (result.complete && answers.every((answer) => answer === true)) return { status: 'pass', message: `${printVerdict(expected)}${decidedBy(fates[0]!)}.` };
  if (result.complete && answers.every((answer) => answer === false)) {
    return { status: 'fail', message: `Expected ${printVerdict(expected)}, but the packet fares otherwise: ${fates.map(courseText).join('; or ')}.` };
  }
  const whole = result.complete ? '' : ' There are more courses than are followed.';
  return { status: 'undecided', message: `Expected ${printVerdict(expected)}, but that can't be told: ${fates.map(courseText).join('; ')}.${whole}` };
}

/** A fate in one clause: its verdict, what decided it, and what it takes as given. */
function courseText(fate: Fate | Outcome): string {
  const given = 'courses' in fate && fate.courses.length > 1 ? fate.courses.map((course) => course.join(' and ')).filter((text) => text !== '') : [fate.assumptions.join(' and ')];
  const condition = given.filter((text) => text !== '').join(', or ');
  return `${verdictText(fate)}${decidedBy(fate)}${condition === '' ? '' : ` if ${condition}`}`;
}

function decidedBy(fate: Fate): string {
  if (fate.reason !== undefined) return ` (${fate.reason})`;
  if (fate.policy !== undefined) return ` by the policy of ${fate.policy.chain} in ${fate.policy.table}`;
  const last = fate.steps.findLast((step) => step.matched === true);
  return last === undefined ? '' : ` by line ${last.rule.bound.line.number + 1}`;
}
