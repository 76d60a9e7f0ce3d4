/** Edits of the scripts of `script-kinds.ts` as somebody types them, at the start, in the middle and at the end: the same ones for the same text and seed. */
import type { TextChange } from '../server/src/core/syntax/text-lines.ts';
import { random } from './ruleset.ts';

/** Where edits stand: as parts of the whole. */
const PLACES = { start: 0.03, middle: 0.5, end: 0.97 } as const;

const TYPED = ' -m comment --comment x';

/** Variables at the top, which many rules use, and other values for them. */
const VARIABLES = { SSH_PORT: '2222', WAN: 'ppp0', LAN_NET: '192.168.7.0/24' } as const;

const isCommand = (line: string): boolean => /-[AI] \S+ .*\d/u.test(line);

const LAST_DIGIT = /\d(?!.*\d)/u;

/** What is done to a row, and to which rows. */
interface Kind {
  fits(line: string): boolean;
  edit(typist: Typist, row: number): Promise<void>;
}

const KINDS: Readonly<Record<string, Kind>> = {
  value: {
    fits: isCommand,
    edit: async (typist, row) => {
      await typist.replace(row, LAST_DIGIT, '7');
      await typist.replace(row, LAST_DIGIT, '8');
    },
  },
  insert: { fits: isCommand, edit: (typist, row) => typist.insert(row, `${typist.line(row).replace(LAST_DIGIT, '9')}\n`) },
  delete: { fits: isCommand, edit: (typist, row) => typist.remove(row) },
  word: { fits: isCommand, edit: (typist, row) => typist.append(row, TYPED) },
  comment: { fits: (line) => /^\s*# \S/u.test(line), edit: (typist, row) => typist.append(row, ' now') },
  // Of a function or a loop, where there are any.
  body: {
    fits: (line) => /^\s+\$IPT .*-A .*-j/u.test(line),
    edit: async (typist, row) => {
      await typist.replace(row, / -j /u, ' ! -i lo -j ');
      await typist.replace(row, / ! -i lo -j /u, ' -j ');
    },
  },
};

/** Does every kind of edit at every place so many times, in an order that tells nothing; `apply` is told the name of each, too. */
export async function editAll(text: string, rounds: number, seed: number, apply: (change: TextChange, name: string) => Promise<void>): Promise<void> {
  const next = random(seed);
  const places = Object.entries(PLACES);
  const kinds = Object.entries(KINDS);
  const work = Array.from({ length: rounds }, (_, round) => kinds.flatMap(([kind]) => places.map(([place]) => ({ kind, place, round, turn: next() })))).flat();
  let name = '';
  const typist = new Typist(text, (change) => apply(change, name));
  for (const { kind, place, round } of work.sort((a, b) => a.turn - b.turn)) {
    name = `${kind} ${place}`;
    const { fits, edit } = KINDS[kind]!;
    const row = typist.near(PLACES[place as keyof typeof PLACES], 3 * round, fits);
    if (row !== undefined) await edit(typist, row);
  }
  name = 'variable';
  for (const [variable, value] of Object.entries(VARIABLES)) {
    const row = typist.near(0, 0, (line) => line.startsWith(`${variable}=`))!;
    const before = typist.line(row).slice(variable.length + 1);
    await typist.replace(row, /(?<==).*/u, value);
    await typist.replace(row, /(?<==).*/u, before);
  }
}

class Typist {
  private readonly lines: string[];
  private readonly apply: (change: TextChange) => Promise<void>;

  constructor(text: string, apply: (change: TextChange) => Promise<void>) {
    this.lines = text.split('\n');
    this.apply = apply;
  }

  line(row: number): string {
    return this.lines[row]!;
  }

  /** The row that fits nearest behind a place, and so many of them farther; undefined where none does. */
  near(place: number, farther: number, fits: (line: string) => boolean): number | undefined {
    const rows = this.lines.flatMap((line, row) => (fits(line) ? [row] : []));
    return rows[(Math.floor(place * rows.length) + farther) % rows.length];
  }

  /** Puts something in the place of what stands in the row. */
  async replace(row: number, what: RegExp, by: string): Promise<void> {
    const { index, 0: found } = what.exec(this.line(row))!;
    await this.change(row, index, row, index + found.length, by);
  }

  /** Types at the end of the row, letter by letter. */
  async append(row: number, text: string): Promise<void> {
    for (const letter of text) await this.change(row, this.line(row).length, row, this.line(row).length, letter);
  }

  async insert(row: number, text: string): Promise<void> {
    await this.change(row, 0, row, 0, text);
  }

  async remove(row: number): Promise<void> {
    await this.change(row, 0, row + 1, 0, '');
  }

  private async change(row: number, start: number, last: number, end: number, text: string): Promise<void> {
    const lines = (this.line(row).slice(0, start) + text + this.line(last).slice(end)).split('\n');
    this.lines.splice(row, last - row + 1, ...lines);
    await this.apply({ range: { start: { line: row, character: start }, end: { line: last, character: end } }, text });
  }
}
