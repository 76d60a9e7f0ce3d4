import type { Bounds } from '../sets/bounds.ts';
import type { PacketSet } from '../sets/diagram.ts';
import { beginningsOf, type Beginning, type Probe } from '../sets/probe.ts';
import { UNCHANGED, type Rewriting } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';
import { StepIndex, type Matching } from './step-index.ts';
import { completed, type Steps } from './steps.ts';
import type { StopIndex } from './stop-index.ts';
import type { Aside } from './match.ts';
import type { Consequence } from './target.ts';

/** How a packet's way through a table ends, as far as a chain decides it. */
export type Verdict = 'accept' | 'drop' | 'reject' | 'queue';

/** A rule as the analysis sees it. */
export interface Step {
  readonly match: Bounds;
  /** Packets that its match drops outright. */
  readonly killed: PacketSet;
  /** What its match rewrites outright; undefined where it only looks. */
  readonly aside: Aside | undefined;
  readonly consequence: Consequence;
  /** What its target rewrites, where it has an outcome of its own. */
  readonly rewriting: Rewriting;
}

/** A rule of a table in which rules rewrite what others look at. */
export interface TableStep extends Step {
  /** What it rewrites of that. */
  readonly inside: Rewriting;
  /** Of which packets it holds whatever rules of the table have rewritten before. */
  readonly loose: Bounds;
  /** Whether it does anything but let packets go on as they are. */
  readonly acts: boolean;
}

/** How a rule is looked at: as if no rule rewrote anything, or as what it surely is whatever rules rewrite. */
export type View = 'match' | 'loose';

/** With more rules than this what finds them is made in small steps. */
const AT_ONCE = 64;

/** A chain with its rules, the same object as long as no edit changes them. */
export class AnalysedChain {
  readonly name: string;
  readonly steps: readonly TableStep[];
  /** The place of the first rule that stands for what its policy may be, to which packets come also that return; behind the last one where there is none. */
  readonly policiesFrom: number;
  /** Places of the rules by which packets leave for wherever the chain was called from, before its end. */
  readonly escapes: readonly number[];
  /** The chains that rules lead to. */
  readonly callees: ReadonlySet<string>;
  /** Whether a rule of its own may keep packets, rather than let them go on or back. */
  readonly hasEnds: boolean;
  /** Whether a rule of its own may rewrite packets. */
  readonly rewrites: boolean;
  private readonly space: PacketSpace;
  private readonly known: (readonly Beginning[] | undefined)[] = [];
  /** What finds the rules that may stop a packet, as it was last made; it depends on other chains. */
  stops: StopIndex | undefined;
  private whole: StepIndex | undefined;
  private fragments: StepIndex | undefined;

  constructor(space: PacketSpace, name: string, steps: readonly TableStep[], policiesFrom = steps.length) {
    this.space = space;
    this.name = name;
    this.steps = steps;
    this.policiesFrom = policiesFrom;
    this.escapes = [...steps.keys()].filter((index) => mayEscape(steps[index]!.consequence));
    this.callees = calleesOf(steps);
    this.rewrites = steps.some(({ rewriting, aside }) => rewriting !== UNCHANGED || aside !== undefined);
    this.hasEnds = steps.some(({ consequence }) => consequence.kind === 'result' && consequence.outcomes.some((outcome) => outcome !== 'continue' && outcome !== 'return'));
  }

  /** What packets that may match the rule at a place have in common, those which are later fragments or the others; of fragments, which are rare, nothing is noted. */
  beginnings(index: number, fragments = false): readonly Beginning[] {
    if (fragments) return beginningsOf(this.space, this.steps[index]!.loose.may, true);
    return (this.known[index] ??= beginningsOf(this.space, this.steps[index]!.loose.may, false));
  }

  /** The places of the rules from `from` on and before `to` that act on the packet if they match, and may match it, in order. */
  acting(probe: Probe, from?: number, to?: number): Matching {
    if (!probe.isFragment) return (this.whole ??= completed(this.index(false))).matching(probe, from, to);
    return (this.fragments ??= completed(this.index(true))).matching(probe, from, to);
  }

  /** Makes ready, in small steps, what finds the rules that a packet acts on; otherwise that is done when it is first asked for. */
  *indexing(): Steps<void> {
    if (this.steps.length <= AT_ONCE) return;
    this.whole ??= yield* this.index(false);
  }

  private index(fragments: boolean): Steps<StepIndex> {
    return StepIndex.of(this.space, this.steps.flatMap(({ acts, loose }, index) => (acts ? [{ index, may: loose.may }] : [])), (index) => this.beginnings(index, fragments));
  }
}

/** The chains that some rules lead to. */
export const calleesOf = (steps: readonly Step[]): ReadonlySet<string> => new Set(steps.flatMap(({ consequence }) => (consequence.kind === 'chain' ? [consequence.chain] : [])));

const mayEscape = (consequence: Consequence): boolean => (consequence.kind === 'chain' ? consequence.goto : consequence.outcomes.includes('return'));
