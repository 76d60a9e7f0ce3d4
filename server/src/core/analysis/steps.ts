import type { Diagrams } from '../sets/diagram.ts';

/** Work in small steps between which it may be stopped or paused. */
export type Steps<T> = Generator<undefined, T>;

/** Does all of the work at once. */
export function completed<T>(work: Steps<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** So many nodes of diagrams are made in one step, more or less. */
const NODES_AT_ONCE = 4000;

/** The same work in fewer steps; the sets that it makes in the last of them are freed, so that its result must not hold any. */
export function* inPassing<T>(diagrams: Diagrams, work: Steps<T>): Steps<T> {
  for (;;) {
    const { done, value } = diagrams.forgetting(() => burst(diagrams, work), (result) => result.done !== true);
    if (done === true) return value;
    yield undefined;
  }
}

function burst<T>(diagrams: Diagrams, work: Steps<T>): IteratorResult<undefined, T> {
  const most = diagrams.size + NODES_AT_ONCE;
  for (;;) {
    const result = work.next();
    if (result.done === true || diagrams.size > most) return result;
  }
}
