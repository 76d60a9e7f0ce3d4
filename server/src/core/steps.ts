/** Work in small steps between which it may be stopped or paused. */
export type Steps<T> = Generator<undefined, T>;

/** Does all of the work at once. */
export function completed<T>(work: Steps<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}
