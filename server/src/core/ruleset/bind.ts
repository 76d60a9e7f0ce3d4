import type { Family } from '../netfilter.ts';
import type { Argument, Line, LineContent } from '../syntax/line.ts';
import type { Problem } from '../extensions/definition.ts';
import type { BoundRule, RuleHeader, RuleTarget, Token } from './model.ts';
import { Walk, type RuleParts } from './walk.ts';

/** Reads a rule or command line as iptables 1.8.9 would; never throws, reports every problem it finds. */
export function bindLine(line: Line, content: LineContent & { readonly kind: 'rule' | 'command' }, family: Family): BoundRule {
  const isCommand = content.kind === 'command';
  return new ReadRule(readLine(line, content.arguments, family, isCommand), isCommand, content);
}

/** The same for arguments that need not be the line's own; their spans are places in it. */
export function bindRule(line: Line, args: readonly Argument[], family: Family, isCommand: boolean): BoundRule {
  return new ReadRule(readLine(line, args, family, isCommand), isCommand, { arguments: args });
}

/** Where the words of a rule come from; a line may give them anew each time. */
interface Words {
  readonly arguments: readonly Argument[];
}

/**
 * getopt takes whatever stands behind an option for its value, `--log-prefix --log-level` included. Nobody means that, so
 * an option is first read as one; only where the line loads the other way is it read as getopt does.
 */
function readLine(line: Line, args: readonly Argument[], family: Family, isCommand: boolean, tokens?: Token[]): RuleParts {
  const meant = new Walk({ line, args, family, isCommand, ...(tokens === undefined ? {} : { tokens }) }).read();
  if (!meant.problems.some(({ code }) => code === 'missing-value')) return meant;
  const greedyTokens: Token[] = [];
  const read = new Walk({ line, args, family, isCommand, isGreedy: true, tokens: greedyTokens }).read();
  if (read.broken) return meant;
  tokens?.splice(0, tokens.length, ...greedyTokens);
  return read;
}

/** The rule as one of which nobody knows whether it is there, for this reason. */
export function conditionalRule(bound: BoundRule, reason: string): BoundRule {
  return Object.create(bound, {
    unresolved: { value: bound.unresolved ?? reason, enumerable: true }, conditional: { value: reason, enumerable: true },
  }) as BoundRule;
}

const NO_HEADER: RuleHeader = { protocol: undefined, source: undefined, destination: undefined, in: undefined, out: undefined, fragment: undefined };

/** A rule of which nothing is known but the line that brings it, and why that is so. */
export function unknownRule(line: Line, family: Family, reason: string): BoundRule {
  return {
    line, family, command: undefined, skipped: false, ends: false, table: undefined, header: NO_HEADER, matches: [], target: undefined, tokens: [], problems: [],
    unresolved: reason, conditional: undefined, broken: false,
  };
}

/** A bound rule. A file has thousands of them, so it holds nothing of the binder that made it. */
class ReadRule implements BoundRule {
  declare readonly line: Line;
  declare readonly family: Family;
  declare readonly command: BoundRule['command'];
  declare readonly skipped: boolean;
  declare readonly ends: boolean;
  declare readonly table: BoundRule['table'];
  declare readonly header: RuleHeader;
  declare readonly matches: BoundRule['matches'];
  declare readonly target: RuleTarget | undefined;
  declare readonly unresolved: string | undefined;
  declare readonly conditional: string | undefined;
  declare readonly problems: readonly Problem[];
  declare readonly broken: boolean;
  private readonly isCommand: boolean;
  private readonly source: Words;
  private recorded: readonly Token[] | undefined;

  constructor(parts: RuleParts, isCommand: boolean, source: Words) {
    Object.assign(this, parts);
    this.isCommand = isCommand;
    this.source = source;
  }

  /** Found by binding the line once more. */
  get tokens(): readonly Token[] {
    if (this.recorded === undefined) {
      const tokens: Token[] = [];
      readLine(this.line, this.source.arguments, this.family, this.isCommand, tokens);
      this.recorded = tokens;
    }
    return this.recorded;
  }
}
