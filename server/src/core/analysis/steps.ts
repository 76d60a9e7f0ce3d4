import type { Diagrams } from '../sets/diagram.ts';
import type { Steps } from '../steps.ts';

export { completed, type Steps } from '../steps.ts';

/** So many nodes of diagrams are made in one step, more or less. */
const NODES_AT_ONCE = 4000;

/** The same work in fewer steps; the sets that it makes are freed at its end, so that its result must not hold any. */
export function* inPassing<T>(diagrams: Diagrams, work: Steps<T>): Steps<T> {
  let [from, end] = [diagrams.size, diagrams.size];
  for (;;) {
    // What somebody else has made between two steps stays, and so does all below it.
    if (diagrams.size !== end) from = diagrams.size;
    const { done, value } = diagrams.forgetting(() => burst(diagrams, work), from, (result) => result.done !== true);
    if (done === true) return value;
    end = diagrams.size;
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
