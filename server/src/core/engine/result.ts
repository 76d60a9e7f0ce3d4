import type { Hook, TableName } from '../netfilter.ts';
import type { Rule } from '../ruleset/model.ts';
import type { Packet } from './packet.ts';

export type Verdict = 'ACCEPT' | 'DROP' | 'REJECT' | 'QUEUE' | 'UNKNOWN';

/** One rule that a packet met. */
export interface Step {
  readonly hook: Hook;
  readonly table: TableName;
  readonly chain: string;
  /** Counted from 1 in its chain. */
  readonly number: number;
  readonly rule: Rule;
  readonly matched: boolean | 'unknown';
  /** Why it did not match or can't be decided: the condition as written, and what the packet has there. */
  readonly reason?: { readonly source: string; readonly observe: string };
  /** Name of the target as written; undefined for a rule without one. */
  readonly target?: string;
  /** What the target did, in words: `jumps to STDIN`, `destination becomes 10.0.0.5:80`. */
  readonly effect?: string;
}

/** What the kernel sends back for a packet, and what became of that on its way out. */
export interface Answer {
  readonly packet: Packet;
  readonly verdict: Verdict;
  readonly steps: readonly Step[];
  /** Why it did not get out. */
  readonly reason?: string;
  /** What was sent back for the answer in turn. */
  readonly answer?: Answer;
}

/** What becomes of a packet. */
export interface Fate {
  readonly verdict: Verdict;
  /** Type of the REJECT, the default filled in. */
  readonly rejectWith?: string;
  /** The built-in chain whose policy gave the verdict. */
  readonly policy?: { readonly table: TableName; readonly chain: string };
  readonly steps: readonly Step[];
  /** The packet as it leaves the host, is delivered, or was when it died. */
  readonly packet: Packet;
  /** Why it died where no rule or policy says so, or why nothing can be said. */
  readonly reason?: string;
  /** What is sent back; undefined when nothing is, with the reason in `noAnswer` where something might be expected. */
  readonly answer?: Answer;
  readonly noAnswer?: string;
  /** What was taken as given to get here, in words. */
  readonly assumptions: readonly string[];
  /** Whether routing went by the facts about the host or by the packet's path. */
  readonly routedBy: 'host' | 'packet';
}

/** One of several fates, with the courses that lead to it: each lists what has to hold for it. */
export interface Outcome extends Fate {
  readonly courses: readonly (readonly string[])[];
}

/**
 * The answer to one packet. Where its fate depends on what is not known, `verdict` is UNKNOWN and `outcomes` holds each
 * fate; where only the rules on the way, or what is sent back, depend on it, `outcomes` holds each way. `steps` then ends
 * where they part.
 */
export interface Result extends Fate {
  readonly outcomes?: readonly Outcome[];
  /** Whether every possible course was followed; false when there were too many. */
  readonly complete: boolean;
}
