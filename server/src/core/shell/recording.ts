import type { Positional, Variable } from './environment.ts';
import type { Meaning } from './meaning.ts';
import type { SimpleCommand } from './syntax/ast.ts';

/** Simple commands of which note is taken; what runs more of them is made of parts that are worth it by themselves. */
const MOST_VISITED = 500;

/** What a part of a script asks of what was there before it, and what it sets, while it is being run. */
export class Recording {
  /** Variables as they were before, and what names of commands stood for. */
  readonly variables = new Map<string, Variable | undefined>();
  readonly meanings = new Map<string, Meaning>();
  /** Files that it looked for and of which nothing was known. */
  readonly missing = new Set<string>();
  positional: Positional | undefined;
  readonly written = new Set<string>();
  readonly visited = new Set<SimpleCommand>();
  isSpoilt = false;
  private readonly layers: number;
  private readonly calls: number;
  private readonly endings: number;

  /** How many layers of variables there are, in which it finds what was there before; how many functions were being run, and commands have ended. */
  constructor(layers: number, calls: number, endings: number) {
    this.layers = layers;
    this.calls = calls;
    this.endings = endings;
  }

  /** Takes note that a simple command is run. */
  visit(command: SimpleCommand): void {
    if (this.visited.add(command).size > MOST_VISITED) this.spoil();
  }

  /** Says that it does, or depends on, something of which nobody takes note. */
  spoil(): void {
    this.isSpoilt = true;
    this.visited.clear();
  }

  /** Takes note that a variable was looked at, and found in a layer. */
  readVariable(name: string, value: Variable | undefined, layer: number): void {
    if (layer < this.layers && !this.written.has(name) && !this.variables.has(name)) this.variables.set(name, value);
  }

  /** Takes note of what the name of a command stands for. */
  readMeaning(name: string, meaning: Meaning): void {
    if (!this.meanings.has(name)) this.meanings.set(name, meaning);
  }

  /** Takes note that a file was looked for of which nothing is known. */
  missFile(path: string): void {
    this.missing.add(path);
  }

  /** Takes note that somebody looks at the positional parameters while so many functions are being run. */
  readPositional(positional: Positional, calls: number): void {
    if (calls === this.calls) this.positional ??= positional;
  }

  /** Takes note that somebody looks at `$?` when so many commands have ended. */
  readStatus(endings: number): void {
    if (endings === this.endings) this.spoil();
  }

  /** Takes note that a variable is set while there are so many layers. */
  write(name: string, layers: number): void {
    if (layers === this.layers) this.written.add(name);
  }

  /** Takes note that a variable is again what it was before it was set while there were so many layers. */
  putBack(name: string, layers: number): void {
    if (layers === this.layers) this.written.delete(name);
  }
}
