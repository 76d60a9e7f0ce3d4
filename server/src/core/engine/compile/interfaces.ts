import { interfaceFits } from '../../values/interface.ts';

/** The interface patterns of a program by number, and for each interface name seen which of them hold. */
export class InterfacePatterns {
  private readonly numbers = new Map<string, number>();
  private readonly patterns: { readonly pattern: string; readonly negated: boolean }[] = [];
  private readonly rows = new Map<string, Uint8Array>();

  /** The number of a pattern, from 1; 0 stands for no pattern, which always holds. */
  number(pattern: string, negated: boolean): number {
    const key = `${negated ? '!' : ''}${pattern}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.patterns.push({ pattern, negated });
    this.rows.clear();
    this.numbers.set(key, this.patterns.length);
    return this.patterns.length;
  }

  /** For each pattern number 1 where it holds for the name, else 0. */
  row(name: string): Uint8Array {
    let row = this.rows.get(name);
    if (row === undefined) {
      row = Uint8Array.from([1, ...this.patterns.map(({ pattern, negated }) => Number(interfaceFits(pattern, name) !== negated))]);
      // Interface names come from packets: a stream of invented names must not grow without bound.
      if (this.rows.size >= 256) this.rows.clear();
      this.rows.set(name, row);
    }
    return row;
  }
}
