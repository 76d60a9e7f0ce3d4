import type { Family } from '../netfilter.ts';
import type { Argument, Line, LineContent } from '../syntax/line.ts';
import type { Problem } from '../extensions/definition.ts';
import type { BoundRule, RuleHeader, RuleTarget, RuleTraits, Token } from './model.ts';
import type { LineToRead } from './reading.ts';
import { PlainRule } from '../syntax/plain-rule.ts';
import { RuleShapes } from './rule-shapes.ts';
import { commandOf, headerOf, matchesOf, networksOf, targetOf, type ShapedValues } from './shape.ts';
import { traitsOf } from './traits.ts';
import { Walk, type RuleParts } from './walk.ts';

/** Reads a rule or command line as iptables 1.8.9 would; never throws, reports every problem it finds. */
export function bindLine(line: Line, content: LineContent & { readonly kind: 'rule' | 'command' }, family: Family): BoundRule {
  const isCommand = content.kind === 'command';
  if (!(content instanceof PlainRule)) return new ReadRule({ line, args: content.arguments, family, isCommand }, content);
  const shapes = SHAPES[family];
  const shaped = shapes.read(line);
  if (shaped !== undefined) return new ShapedRule(line, family, shaped);
  const bound = new ReadRule({ line, args: content.arguments, family, isCommand: false }, content);
  shapes.learn(line, content, bound);
  return bound;
}

/** What was learnt of rules is true of every text. */
const SHAPES: Readonly<Record<Family, RuleShapes>> = { ipv4: new RuleShapes('ipv4'), ipv6: new RuleShapes('ipv6') };

/** The same for arguments that need not be the line's own; their spans are places in it. */
export function bindRule(line: Line, args: readonly Argument[], family: Family, isCommand: boolean): BoundRule {
  return new ReadRule({ line, args, family, isCommand }, { arguments: args });
}

/** The same for a rule of a ruleset whose chains hide targets of these names. */
export function bindWithHidden(line: Line, words: Words, family: Family, hidden: ReadonlySet<string>): BoundRule {
  return new ReadRule({ line, args: words.arguments, family, isCommand: false, hidden }, words);
}

/** Where the words of a rule come from; a line may give them anew each time. */
interface Words {
  readonly arguments: readonly Argument[];
}

/**
 * getopt takes whatever stands behind an option for its value, `--log-prefix --log-level` included. Nobody means that, so
 * an option is first read as one; only where the line loads the other way is it read as getopt does.
 */
function readLine(toRead: LineToRead, tokens?: Token[]): RuleParts {
  const meant = new Walk(tokens === undefined ? toRead : { ...toRead, tokens }).read();
  if (!meant.problems.some(({ code }) => code === 'missing-value')) return meant;
  const greedyTokens: Token[] = [];
  const read = new Walk({ ...toRead, isGreedy: true, tokens: greedyTokens }).read();
  if (read.broken) return meant;
  tokens?.splice(0, tokens.length, ...greedyTokens);
  return read;
}

/** What each argument means, found by reading the line once more. */
function tokensOf(toRead: LineToRead): readonly Token[] {
  const tokens: Token[] = [];
  readLine(toRead, tokens);
  return tokens;
}

const conditional = new WeakMap<BoundRule, Map<string, BoundRule>>();

/** The rule as one of which nobody knows whether it is there, for this reason or by these answers; always the same one. */
export function conditionalRule(bound: BoundRule, reason: string, presence?: BoundRule['presence']): BoundRule {
  let known = conditional.get(bound);
  if (known === undefined) conditional.set(bound, known = new Map());
  const key = presence === undefined ? reason : [reason, ...presence.map(({ question, holds }) => `${question} ${holds}`)].join('\n');
  let rule = known.get(key);
  if (rule === undefined) known.set(key, rule = new ChangedRule(bound, { unresolved: bound.unresolved ?? reason, conditional: reason, presence }));
  return rule;
}

/** The rule with another target; nothing else of it changes. */
export const withTarget = (bound: BoundRule, target: RuleTarget): BoundRule => new ChangedRule(bound, { target, presence: bound.presence });

const NO_HEADER: RuleHeader = { protocol: undefined, source: undefined, destination: undefined, in: undefined, out: undefined, fragment: undefined };

const NO_TRAITS: RuleTraits = { extensions: [], options: [], asksInterface: false };

/** A rule of which nothing is known but the line that brings it, and why that is so. */
export function unknownRule(line: Line, family: Family, reason: string): BoundRule {
  return { ...USUAL, line, family, command: undefined, header: NO_HEADER, matches: [], target: undefined, traits: NO_TRAITS, sources: undefined, destinations: undefined, tokens: [], unresolved: reason, unknownWord: reason };
}

/** What a bound rule keeps that says nothing of packets. */
abstract class KeptRule {
  readonly line: Line;
  readonly family: Family;
  readonly command: BoundRule['command'];
  readonly skipped: boolean;
  readonly ends: boolean;
  readonly table: BoundRule['table'];
  readonly problems: readonly Problem[];
  readonly broken: boolean;

  constructor(rule: Pick<BoundRule, 'line' | 'family' | 'command' | 'skipped' | 'ends' | 'table' | 'problems' | 'broken'>) {
    this.line = rule.line;
    this.family = rule.family;
    this.command = rule.command;
    this.skipped = rule.skipped;
    this.ends = rule.ends;
    this.table = rule.table;
    this.problems = rule.problems;
    this.broken = rule.broken;
  }
}

/** A bound rule. A file has thousands of them, so it holds nothing of the binder that made it. */
class ReadRule extends KeptRule implements BoundRule {
  readonly header: RuleHeader;
  readonly matches: BoundRule['matches'];
  readonly target: RuleTarget | undefined;
  readonly unresolved: string | undefined;
  readonly unknownWord: string | undefined;
  readonly conditional: string | undefined;
  private readonly isCommand: boolean;
  private readonly hidden: ReadonlySet<string> | undefined;
  private readonly source: Words;
  private recorded: readonly Token[] | undefined;
  private knownTraits: RuleTraits | undefined;

  constructor(toRead: LineToRead, source: Words) {
    const parts = readLine(toRead);
    super(parts);
    this.header = parts.header;
    this.matches = parts.matches;
    this.target = parts.target;
    this.unresolved = parts.unresolved;
    this.unknownWord = parts.unresolved;
    this.conditional = parts.conditional;
    this.isCommand = toRead.isCommand;
    this.hidden = toRead.hidden;
    this.source = source;
  }

  get traits(): RuleTraits {
    this.knownTraits ??= traitsOf(this.header, this.matches, this.target);
    return this.knownTraits;
  }

  get sources(): BoundRule['sources'] {
    return this.header.source?.value;
  }

  get destinations(): BoundRule['destinations'] {
    return this.header.destination?.value;
  }

  get tokens(): readonly Token[] {
    const { line, family, isCommand, hidden } = this;
    this.recorded ??= tokensOf({ line, args: this.source.arguments, family, isCommand, hidden });
    return this.recorded;
  }
}

/** A bound rule of which a part is another. */
class ChangedRule extends KeptRule implements BoundRule {
  readonly target: RuleTarget | undefined;
  readonly traits: RuleTraits;
  readonly unresolved: string | undefined;
  readonly conditional: string | undefined;
  readonly presence: BoundRule['presence'];
  private readonly origin: BoundRule;

  constructor(origin: BoundRule, { target = origin.target, unresolved = origin.unresolved, conditional = origin.conditional, presence }: Partial<Pick<BoundRule, 'target' | 'unresolved' | 'conditional' | 'presence'>>) {
    super(origin);
    this.target = target;
    this.traits = target === origin.target ? origin.traits : traitsOf(origin.header, origin.matches, target);
    this.unresolved = unresolved;
    this.conditional = conditional;
    this.presence = presence;
    this.origin = origin;
  }

  get header(): RuleHeader {
    return this.origin.header;
  }

  get matches(): BoundRule['matches'] {
    return this.origin.matches;
  }

  get unknownWord(): string | undefined {
    return this.origin.unknownWord;
  }

  get sources(): BoundRule['sources'] {
    return this.origin.sources;
  }

  get destinations(): BoundRule['destinations'] {
    return this.origin.destinations;
  }

  get tokens(): readonly Token[] {
    return this.origin.tokens;
  }
}

/** A rule of a known shape, whose parts are made when somebody asks for them. All such rules are usual, so that is not kept in each. */
class ShapedRule implements BoundRule {
  declare readonly skipped: boolean;
  declare readonly ends: boolean;
  declare readonly table: BoundRule['table'];
  declare readonly problems: readonly Problem[];
  declare readonly unresolved: string | undefined;
  declare readonly unknownWord: string | undefined;
  declare readonly conditional: string | undefined;
  declare readonly broken: boolean;
  readonly line: Line;
  readonly family: Family;
  readonly command: BoundRule['command'];
  private readonly shaped: ShapedValues;
  private knownHeader: RuleHeader | undefined;
  private knownMatches: BoundRule['matches'] | undefined;
  private knownTarget: RuleTarget | undefined;

  constructor(line: Line, family: Family, shaped: ShapedValues) {
    this.line = line;
    this.family = family;
    this.command = commandOf(shaped, line.text);
    this.shaped = shaped;
    this.knownHeader = undefined;
    this.knownMatches = undefined;
    this.knownTarget = undefined;
  }

  get traits(): RuleTraits {
    return this.shaped.shape.traits;
  }

  get sources(): BoundRule['sources'] {
    return networksOf(this.shaped, 'source');
  }

  get destinations(): BoundRule['destinations'] {
    return networksOf(this.shaped, 'destination');
  }

  get header(): RuleHeader {
    this.knownHeader ??= headerOf(this.shaped, this.line.text);
    return this.knownHeader;
  }

  get matches(): BoundRule['matches'] {
    this.knownMatches ??= matchesOf(this.shaped, this.line.text);
    return this.knownMatches;
  }

  get target(): RuleTarget | undefined {
    this.knownTarget ??= targetOf(this.shaped, this.line.text);
    return this.knownTarget;
  }

  get tokens(): readonly Token[] {
    return tokensOf({ line: this.line, args: (this.line.content as PlainRule).arguments, family: this.family, isCommand: false });
  }
}

/** What nearly all rules are: without problems, and nothing in them unknown. */
const USUAL = { skipped: false, ends: false, table: undefined, problems: [], unresolved: undefined, unknownWord: undefined, conditional: undefined, broken: false } as const;

Object.assign(ShapedRule.prototype, USUAL);
