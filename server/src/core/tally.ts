/** How many there are of each of some things; those of which there is none take no room. */
export class Tally<Thing> {
  private readonly counts: Map<Thing, number>;

  /** `before`: what has been counted so far. */
  constructor(before?: Tally<Thing>) {
    this.counts = new Map(before?.counts);
  }

  /** Counts more of a thing, or with a negative number fewer. */
  add(thing: Thing, more: number): void {
    const count = this.of(thing) + more;
    if (count === 0) this.counts.delete(thing);
    else this.counts.set(thing, count);
  }

  of(thing: Thing): number {
    return this.counts.get(thing) ?? 0;
  }
}
