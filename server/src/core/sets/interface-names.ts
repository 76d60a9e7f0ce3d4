import { interfaceFits } from '../values/interface.ts';

/** What a packet may have where rules look for an interface: none, one that rules name, or one of those that no rule tells apart. */
export interface InterfaceClass {
  /** A name that stands for the class; '' where the packet has no such interface at the hook. */
  readonly name: string;
  /** Whether rules name it; otherwise `name` is made up. */
  readonly named: boolean;
}

const LONGEST = 15;

/** The interfaces that rules can tell apart, numbered from 0; 0 is "none". */
export class InterfaceNames {
  readonly classes: readonly InterfaceClass[];
  private readonly codes: ReadonlyMap<string, number>;

  /** `patterns` are what rules ask for after `-i` and `-o`. */
  constructor(patterns: Iterable<string>) {
    const asked = new Set(['lo', ...patterns]);
    const names = [...asked].filter((pattern) => !pattern.endsWith('+'));
    const prefixes = ['', ...[...asked].filter((pattern) => pattern.endsWith('+') && pattern !== '+').map((pattern) => pattern.slice(0, -1))];
    const others = [...new Set(prefixes)].map((prefix) => otherName(prefix, asked));
    this.classes = [
      { name: '', named: false },
      ...names.map((name) => ({ name, named: true })),
      ...others.map((name) => ({ name, named: false })),
    ];
    this.codes = new Map(this.classes.map(({ name }, code) => [name, code]));
  }

  /** The number of the class of an interface. */
  codeOf(name: string): number {
    const exact = this.codes.get(name);
    if (exact !== undefined) return exact;
    let best = 0;
    let length = -1;
    // Names that no rule mentions are told apart by the longest prefix that rules mention.
    for (const [code, { name: other, named }] of this.classes.entries()) {
      const shared = other.length - 1;
      if (named || other === '' || shared <= length || !name.startsWith(other.slice(0, shared))) continue;
      best = code;
      length = shared;
    }
    return best;
  }

  /** The numbers of the classes that a pattern fits. */
  fitting(pattern: string): readonly number[] {
    if (!pattern.endsWith('+')) return [this.codeOf(pattern)];
    return [...this.classes.keys()].filter((code) => interfaceFits(pattern, this.classes[code]!.name));
  }
}

/** A name one character longer than the prefix, which no pattern fits but those that fit every such name. */
function otherName(prefix: string, asked: ReadonlySet<string>): string {
  for (const last of 'xyzabcdefghijklmnopqrstuvw0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ._-') {
    const name = prefix + last;
    if (name.length <= LONGEST && !asked.has(name) && !asked.has(`${name}+`)) return name;
  }
  return `${prefix}\u00ff`.slice(0, LONGEST);
}
