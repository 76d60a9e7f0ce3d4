import { completed, type Steps } from '../analysis/steps.ts';
import type { Family } from '../netfilter.ts';
import type { HostFacts } from '../engine/host.ts';
import type { Packet } from '../engine/packet.ts';
import type { Program } from '../engine/program.ts';
import type { Result } from '../engine/result.ts';
import { simulate } from '../engine/simulate.ts';
import { Worlds } from '../engine/world.ts';
import type { Argument, Line } from '../syntax/line.ts';
import type { Span } from '../text.ts';
import { parseClass } from '../notation/parse.ts';
import { parseVerdict, type ExpectedVerdict } from '../notation/verdict.ts';
import type { Ruleset } from '../ruleset/model.ts';
import { judgingClass } from './class.ts';
import { judge } from './judge.ts';

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
  /** What becomes of the packet, or of the counterexample where it is a class that has one. */
  readonly result?: Result;
  /** A packet of the class that fares otherwise. */
  readonly counterexample?: Packet;
}

export interface ExpectationOptions {
  /** The file's family, for packets whose addresses do not tell theirs. */
  readonly family: Family;
  /** The file's ruleset of a family, made ready to run. */
  program(family: Family): Program;
  ruleset(family: Family): Ruleset;
  readonly host?: HostFacts;
}

/** An expectation about a class of packets that the engine can not follow together, so that it takes an analysis. */
export interface OpenExpectation {
  readonly line: Line;
  /** Finds out how it stands, in small steps. */
  judging(): Steps<ExpectationResult>;
}

/**
 * Runs every expectation of a file. Each has a world of its own, except that those which follow a `# scenario` line
 * directly share one, in order, until a line that is no expectation. Outside of scenarios an expectation about a class is
 * one about each of its packets.
 */
export function runExpectations(lines: readonly Line[], options: ExpectationOptions): ExpectationResult[] {
  return beginExpectations(lines, options).map((each) => ('judging' in each ? completed(each.judging()) : each));
}

/** The same, but what takes an analysis is left for later. */
export function beginExpectations(lines: readonly Line[], options: ExpectationOptions): readonly (ExpectationResult | OpenExpectation)[] {
  const results: (ExpectationResult | OpenExpectation)[] = [];
  let scenario: { readonly title: string; readonly worlds: Map<Family, Worlds> } | undefined;
  for (const line of lines) {
    const { content } = line;
    if (content.kind === 'scenario') scenario = { title: content.title, worlds: new Map() };
    else if (content.kind !== 'expectation') scenario = undefined;
    else results.push(ofLine({ line, scenario: scenario?.title }, run(content, options, scenario?.worlds)));
  }
  return results;
}

/** What running an expectation comes to, as one of its line. */
function ofLine(where: Pick<ExpectationResult, 'line' | 'scenario'>, outcome: Outcomes | (() => Steps<Outcomes>)): ExpectationResult | OpenExpectation {
  if (typeof outcome !== 'function') return { ...where, ...outcome };
  return {
    line: where.line,
    *judging() {
      return { ...where, ...yield* outcome() };
    },
  };
}

type Outcomes = Omit<ExpectationResult, 'line' | 'scenario'>;

function run({ verdict, packet: text }: { readonly verdict: Argument; readonly packet: Argument }, options: ExpectationOptions, worlds: Map<Family, Worlds> | undefined): Outcomes | (() => Steps<Outcomes>) {
  const parsed = parseClass(text.text, options.family);
  if (!parsed.ok) {
    const start = text.start + parsed.error.offset;
    // What a shell puts into a here-document stands nowhere in the script.
    const span = text.raw === text.text ? { start, end: start + parsed.error.length } : { start: text.start, end: text.end };
    return { status: 'invalid', message: parsed.error.message, span };
  }
  const { packet } = parsed;
  const world = worldOf(packet.family, worlds);
  if (packet.at !== undefined && packet.at < world.now) {
    return { status: 'invalid', message: `The packet before it comes at ${world.now}s, and time does not go back to ${packet.at}s.`, span: { start: text.start, end: text.end } };
  }
  const expected = parseVerdict(verdict.text, packet.family);
  if (!expected.ok) return { status: 'invalid', message: expected.message, span: { start: verdict.start, end: verdict.end } };
  const about = { span: { start: verdict.start, end: text.end }, expected: expected.value, packet };
  const send = (each: Packet, world: Worlds): Result =>
    simulate(options.program(packet.family), world, each, { trace: 'matched', ...(options.host === undefined ? {} : { host: options.host }) });
  const result = send(packet, world);
  const judgement = judge(result, expected.value);
  const together = { ...judgement, ...about, result };
  if (judgement.status !== 'undecided' || worlds !== undefined) return together;
  return function* () {
    const all = yield* judgingClass(options.ruleset(packet.family), parsed, expected.value, result, (each) => send(each, new Worlds()));
    if (all === undefined) return together;
    const { status, message, counterexample } = all;
    return { status, message, ...about, result, ...(counterexample === undefined ? {} : { result: counterexample.result, counterexample: counterexample.packet }) };
  };
}

/** The world that a scenario has for a family; a fresh one outside of scenarios. */
function worldOf(family: Family, worlds: Map<Family, Worlds> | undefined): Worlds {
  const world = worlds?.get(family) ?? new Worlds();
  worlds?.set(family, world);
  return world;
}
