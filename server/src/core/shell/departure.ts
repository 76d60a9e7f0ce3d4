import type { Signal } from './state.ts';

/** How far a way leaves what is being run. A round of a loop and the loop count one each; others are left by what ends them all. */
export interface Departing {
  readonly reach: number;
}

/** Where ways that have left meet those that stayed. */
export const END_OF_ROUND = 1;
export const END_OF_LOOP = 2;
/** Of a function, or a file that is read: it ends any number of loops. */
export const END_OF_FUNCTION = Number.MAX_SAFE_INTEGER;

/** Of a shell: nothing goes further. */
export const END_OF_SHELL = Infinity;

export const reachOf = ({ kind, levels }: Signal): number => (kind === 'exit' ? Infinity : levels === undefined ? END_OF_FUNCTION : 2 * levels - Number(kind === 'continue'));

/** Those that still have left at an end, as they are seen from behind it. */
export const beyond = <T extends Departing>(departing: readonly T[], end: number): readonly T[] =>
  departing.filter(({ reach }) => reach > end).map((each) => (end === END_OF_LOOP ? { ...each, reach: each.reach - END_OF_LOOP } : each));
