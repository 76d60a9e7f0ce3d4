import type { Hook } from '../../server/src/core/netfilter.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import type { Random } from './random.ts';

/** Where a generated rule stands. */
export interface Spot {
  readonly world: Neighbourhood;
  /** Hooks from which its chain may be reached. */
  readonly hooks: readonly Hook[];
  readonly table: string;
  /** Whether its packets come seconds apart, so that rates and times of seconds mean something. */
  readonly timed: boolean;
  /** Whether a packet meets it once at most. */
  readonly once: boolean;
}

/** Writes a part of a rule that stands there. */
export type Writer = (random: Random, spot: Spot) => string;

/** Now and then the `!` in front of an option. */
export const bang = (random: Random): string => (random.chance(0.2) ? '! ' : '');

/** Whether each of the spot's hooks is one of these. */
export const everyHook = (spot: Spot, ...hooks: readonly Hook[]): boolean => spot.hooks.every((hook) => hooks.includes(hook));
