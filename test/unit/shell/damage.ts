/** What is put into scripts that are damaged. */
const CHARACTERS = '"\'$(){}[]`\\|&;<>!#*\0é';

/** Damages scripts at random, by a seed. */
export class Damage {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** Lines taken away, doubled or swapped, characters taken away or put in: up to three such things. */
  anywhere(script: string): string {
    const lines = script.split('\n');
    for (let times = 1 + this.below(3); times > 0; times--) {
      if (this.below(2) === 0) this.move(lines, [...lines.keys()], []);
      else {
        const index = this.below(lines.length);
        const at = this.below(lines[index]!.length + 1);
        lines[index] = lines[index]!.slice(0, at) + (this.below(2) === 0 ? '' : this.pick([...CHARACTERS])) + lines[index]!.slice(at + this.below(2));
      }
    }
    return lines.join('\n');
  }

  /** Lines that are a call of iptables and nothing else are taken away, doubled or swapped, so that the script can still be run. */
  ofCalls(script: string): string {
    const lines = script.split('\n');
    for (let times = 1 + this.below(3); times > 0; times--) {
      const calls = [...lines.keys()].filter((index) => /^\s*(?:ip6?tables|\$IPT|ipt\d*) -[^;&|()\\<`]*$/u.test(lines[index]!));
      // What stands in for one that is taken away lets no loop become empty.
      if (calls.length > 0) this.move(lines, calls, ['true']);
    }
    return lines.join('\n');
  }

  private move(lines: string[], among: readonly number[], instead: readonly string[]): void {
    const [first, second] = [this.pick(among), this.pick(among)];
    const moved = lines[first]!;
    switch (this.below(3)) {
      case 0: lines.splice(first, 1, ...instead); return;
      case 1: lines.splice(second, 0, moved); return;
      default:
        lines[first] = lines[second]!;
        lines[second] = moved;
    }
  }

  private below(count: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return Math.floor(this.state / 2 ** 32 * count);
  }
}
