import { interfaceFits } from '../../values/interface.ts';

/** What the patterns of a program say of an interface: for each pattern number 1 where it holds for the name, else 0. */
interface Row {
  readonly holds: Uint8Array;
  /** With each row of an interface that packets leave by, by its number. */
  readonly pairs: (InterfacePair | undefined)[];
  readonly number: number;
}

/** The interfaces that a packet comes and leaves by; one object for all of which the patterns say the same. */
export interface InterfacePair {
  /** Counted from 0. */
  readonly id: number;
  readonly in: Uint8Array;
  readonly out: Uint8Array;
}

/** The interface patterns of a program by number, and which of them hold for the interfaces seen. */
export class InterfacePatterns {
  private readonly numbers = new Map<string, number>();
  private readonly patterns: { readonly pattern: string; readonly negated: boolean }[] = [];
  private readonly rows = new Map<string, Row>();
  private readonly distinct = new Map<string, Row>();
  private pairs = 0;

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

  /** What the patterns say of the interfaces of these names. */
  pair(arrived: string, leaves: string): InterfacePair {
    const { holds, pairs } = this.row(arrived);
    const out = this.row(leaves);
    return pairs[out.number] ??= { id: this.pairs++, in: holds, out: out.holds };
  }

  private row(name: string): Row {
    let row = this.rows.get(name);
    if (row === undefined) {
      row = this.rowOf(Uint8Array.from([1, ...this.patterns.map(({ pattern, negated }) => Number(interfaceFits(pattern, name) !== negated))]));
      // Interface names come from packets: a stream of invented names must not grow without bound.
      if (this.rows.size >= 256) this.rows.clear();
      this.rows.set(name, row);
    }
    return row;
  }

  private rowOf(holds: Uint8Array): Row {
    const key = holds.join('');
    let row = this.distinct.get(key);
    if (row === undefined) this.distinct.set(key, row = { holds, pairs: [], number: this.distinct.size });
    return row;
  }
}
