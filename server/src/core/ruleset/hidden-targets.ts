import { findTarget } from '../extensions/catalogue.ts';
import type { Family } from '../netfilter.ts';
import type { Line } from '../syntax/line.ts';

const NO_NAMES: ReadonlySet<string> = new Set();

/**
 * The names of targets that a ruleset takes for its chains: from a line `:MARK -` on, iptables-restore knows no target
 * MARK, in whatever table, and whether the chain is still there or not (seen in 1.8.9).
 */
export class HiddenTargets {
  private readonly declared: readonly { readonly line: Line; readonly name: string }[];

  constructor(lines: readonly Line[], family: Family) {
    this.declared = lines.flatMap((line) => (line.content.kind === 'chain' && findTarget(line.content.name.text, family) !== undefined ? [{ line, name: line.content.name.text }] : []));
  }

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.declared.length === 0;
  }

  /** Those that the line speaks of, as far as they are hidden there. */
  at({ number, text }: Line): ReadonlySet<string> {
    if (this.isEmpty) return NO_NAMES;
    return new Set(this.declared.filter((each) => each.line.number < number && text.includes(each.name)).map(({ name }) => name));
  }
}
