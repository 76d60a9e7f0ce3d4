/** Milliseconds of work between two looks at what a client has sent. */
const SLICE = 5;

/** Work for one key at a time, done in short slices between which everything else has its turn. */
export class Background<Key> {
  private readonly timers = new Map<Key, ReturnType<typeof setTimeout>>();

  /** Starts the work after a pause and calls `done` at its end; the work before for the same key is given up. */
  start(key: Key, pause: number, work: () => Generator<undefined, void>, done: () => void): void {
    this.stop(key);
    this.timers.set(key, setTimeout(() => this.slice(key, work(), done), pause));
  }

  /** Gives up the work for the key. */
  stop(key: Key): void {
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
  }

  private slice(key: Key, work: Generator<undefined, void>, done: () => void): void {
    const end = performance.now() + SLICE;
    while (performance.now() < end) {
      if (work.next().done !== true) continue;
      this.timers.delete(key);
      done();
      return;
    }
    this.timers.set(key, setTimeout(() => this.slice(key, work, done), 0));
  }
}
