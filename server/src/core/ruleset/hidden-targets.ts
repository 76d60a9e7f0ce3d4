import { findTarget } from '../extensions/catalogue.ts';
import type { Family } from '../netfilter.ts';
import type { Line } from '../syntax/line.ts';
import type { FileKind } from './kind.ts';

const NO_NAMES: ReadonlySet<string> = new Set();

/** A declaration that hides a target, up to this physical line. */
interface Hiding {
  readonly line: Line;
  readonly name: string;
  readonly until: number;
}

/**
 * The names of targets that a ruleset takes for its chains: from a line `:MARK -` on, iptables-restore knows no target
 * MARK, in whatever table, and whether the chain is still there or not (seen in 1.8.9). In a script that holds up to the
 * end of the here-document: a line that is none of a ruleset.
 */
export class HiddenTargets {
  private readonly declared: readonly Hiding[];

  /** `declarations`: those of the lines that declare chains. */
  constructor(declarations: readonly Line[], lines: readonly Line[], family: Family, kind: FileKind) {
    this.declared = declarations.flatMap((line): Hiding[] => {
      const name = line.content.kind === 'chain' ? line.content.name.text : undefined;
      if (name === undefined || findTarget(name, family) === undefined) return [];
      return [{ line, name, until: kind === 'script' ? lines.find((each) => each.number > line.number && isShell(each))?.number ?? Infinity : Infinity }];
    });
  }

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.declared.length === 0;
  }

  /** Those that the line speaks of, as far as they are hidden there. */
  at({ number, text }: Line): ReadonlySet<string> {
    if (this.isEmpty) return NO_NAMES;
    return new Set(this.declared.filter(({ line, name, until }) => line.number < number && number < until && text.includes(name)).map(({ name }) => name));
  }
}

const isShell = ({ content: { kind } }: Line): boolean => kind === 'shell' || kind === 'command';
