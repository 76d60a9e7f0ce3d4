import type { Problem } from '../extensions/definition.ts';
import type { Argument } from '../syntax/line.ts';
import { cover, type Span } from '../text.ts';
import { explainAttachedValue, isTakenWhole, takesAttached } from './attached-value.ts';
import { LoadedExtensions } from './loaded-extensions.ts';
import type { BoundCommand, BoundRule } from './model.ts';
import { describesRule, illegalOptions, type StatedOption } from './legal-options.ts';
import { findShort, type BaseOption } from './options.ts';
import { reportOpenQuotation } from './open-quotation.ts';
import { readCommand } from './read-command.ts';
import { explainStrayArgument } from './stray-argument.ts';
import { readCounters, readListing, readTable, refuseListing } from './read-command-line.ts';
import { refuseLongWords } from './long-words.ts';
import { ExtensionReader } from './read-extension.ts';
import { HeaderReader } from './read-header.ts';
import { explainPassedOver, readBehindUnknown } from './unknown-letter.ts';
import { Reading, isExpansion, optionText, type GivenBase, type LineToRead } from './reading.ts';

/** A bound rule but for what follows from it, and the tokens, which are recorded on the side. */
export type RuleParts = Omit<BoundRule, 'tokens' | 'traits' | 'sources' | 'destinations' | 'unknownWord'>;

const NO_PROBLEMS: readonly Problem[] = [];

/** Walks one line's arguments the way getopt_long does, and hands each option to the reader that knows it. */
export class Walk {
  private readonly reading: Reading;
  private readonly header: HeaderReader;
  private readonly loaded: LoadedExtensions;
  private readonly extensions: ExtensionReader;
  private command: BoundCommand | undefined;
  private table: BoundRule['table'];
  private readonly stated: StatedOption[] = [];
  /** How many problems there were where the line was left to the other family. */
  private skippedFrom: number | undefined;
  private ends = false;

  constructor(line: LineToRead) {
    this.reading = new Reading(line);
    this.header = new HeaderReader(this.reading);
    this.loaded = new LoadedExtensions(this.reading, this.header.header);
    this.extensions = new ExtensionReader(this.reading, this.header.header, this.loaded);
  }

  /** Reads the whole line; call it once. */
  read(): RuleParts {
    const { reading } = this;
    const { line, args, family, isCommand, problems } = reading;
    if (!isCommand) refuseLongWords(reading);
    while (reading.next < args.length) this.argument(args[reading.next++]!);
    if (!this.ends) this.finish();
    const unresolved = args.find(isCommand ? isExpansion : ({ unknown }) => unknown !== undefined);
    const { matches, target } = this.ends ? { matches: [], target: undefined } : this.extensions.close(this.command === undefined || describesRule(this.command));
    reportOpenQuotation(reading);
    if (this.skippedFrom !== undefined) problems.splice(this.skippedFrom);
    return {
      line, family, command: this.ends ? undefined : this.command, skipped: this.skippedFrom !== undefined, ends: this.ends, table: this.table, header: this.header.header, matches, target,
      unresolved: unresolved?.unknown ?? unresolved?.raw, conditional: undefined,
      // Nobody knows what the shell puts there, so nothing can be called wrong.
      problems: unresolved === undefined && problems.length > 0 ? problems.map((problem) => aboutWholeWords(problem, args)) : NO_PROBLEMS,
      broken: unresolved === undefined && problems.some((problem) => problem.accepted !== true),
    };
  }

  private argument(argument: Argument): void {
    const { text } = argument;
    if (text === '!') this.bang(argument);
    else if (/^!-./u.test(text)) this.gluedBang(argument);
    else if (text === '--') this.endOfOptions(argument);
    else if (text.startsWith('--')) this.long(argument);
    else if (text.startsWith('-') && text.length > 1) this.short(argument);
    else this.stray(argument);
  }

  /** Behind `--` getopt looks for no more options, and iptables-restore takes no other words. */
  private endOfOptions(argument: Argument): void {
    const { reading } = this;
    reading.negation = undefined;
    const last = reading.args.at(-1)!;
    if (reading.next === reading.args.length) return;
    reading.next = reading.args.length;
    reading.problem('unexpected-argument', '`--` ends the options, and iptables takes nothing behind it; leave it out.', cover(argument, last));
  }

  private bang(argument: Argument): void {
    const { reading } = this;
    reading.token('negation', argument);
    if (reading.negation !== undefined) reading.problem('misplaced-negation', 'Two `!` in a row; iptables takes one.', cover(reading.negation, argument));
    reading.negation = argument;
  }

  /** `!-s`: reads on as if the blank were there. */
  private gluedBang(argument: Argument): void {
    const option = argument.text.slice(1);
    const span = { start: argument.start, end: argument.end };
    this.reading.problem('misplaced-negation', `The \`!\` needs a blank behind it: \`! ${option}\`.`, span, { title: `Write ! ${option}`, span, newText: `! ${option}`, safe: true });
    this.argument({ text: option, raw: argument.raw.slice(1), start: argument.start + 1, end: argument.end });
  }

  private stray(argument: Argument): void {
    const { reading } = this;
    const dash = /^[-\u2010-\u2015\u2212]+(?=.)/u.exec(argument.text);
    if (dash !== null) {
      const name = argument.text.slice(dash[0].length);
      this.typographicDash(argument, `${name.length > 1 ? '--' : '-'}${name}`);
      return;
    }
    reading.token('unknown', argument);
    reading.negation = undefined;
    if (argument.text.startsWith('#') && !reading.isCommand) {
      // What follows belongs to the comment.
      const rest = cover(argument, reading.args.at(-1)!);
      reading.next = reading.args.length;
      reading.problem('unexpected-argument', 'iptables-restore knows no comment behind a rule; put it on a line of its own.', rest);
      return;
    }
    const before = reading.args[reading.next - 2];
    const given = reading.given?.argument === before ? reading.given : undefined;
    const { problem, words } = explainStrayArgument({ argument, before, given, rest: reading.args.slice(reading.next), family: reading.family, isOption: (name) => this.loaded.has(name) });
    for (let more = 1; more < words; more++) reading.token('unknown', reading.args[reading.next++]!);
    // A value with a blank in it is one mistake, though its first part is wrong as well.
    if (before !== undefined && problem.fix?.span.start === before.start) this.withdraw(before);
    reading.problems.push(problem);
  }

  /** Takes back that the value is wrong, where that was said last. */
  private withdraw({ start }: Argument): void {
    for (const problems of [this.reading.problems, this.header.ofAddresses]) {
      const last = problems.at(-1);
      if (last?.code === 'invalid-value' && last.span.start === start) problems.pop();
    }
  }

  /** Reads on as if the dash were right, so that one wrong character gives one error. */
  private typographicDash(argument: Argument, ascii: string): void {
    const { problems } = this.reading;
    this.reading.problem('typographic-dash', `\`${argument.text}\` starts with a typographic dash; options start with \`-\` or \`--\`. Write \`${ascii}\`.`, argument,
      { title: `Write ${ascii}`, span: { start: argument.start, end: argument.end }, newText: ascii, safe: true });
    const told = problems.length;
    this.argument({ ...argument, text: ascii });
    problems.length = told;
  }

  private long(argument: Argument): void {
    const equals = argument.text.indexOf('=');
    const name = argument.text.slice(2, equals === -1 ? undefined : equals);
    const rest = equals === -1 ? undefined : argument.text.slice(equals + 1);
    const meaning = this.loaded.find(name);
    if (meaning === undefined || meaning === 'ambiguous') {
      this.extensions.unknownOption(argument, name, meaning === 'ambiguous');
      return;
    }
    const nameSpan = { start: argument.start, end: equals === -1 ? argument.end : argument.start + Math.min(equals, argument.raw.length) };
    const attached: Argument | undefined = rest === undefined ? undefined
      : { text: rest, raw: argument.raw.slice(equals + 1), start: nameSpan.end + 1, end: argument.end };
    if (!('base' in meaning)) this.extensions.option(meaning.use, meaning.spec, name, nameSpan, attached);
    else if (rest === undefined || takesAttached(meaning.base)) this.base({ spec: meaning.base, nameSpan, attached }, argument.text);
    else this.attachedValue(meaning.base, argument, nameSpan, rest);
  }

  /** Reads the first letter of a row of them, and goes on with the others; `word` is the whole row. */
  private short(argument: Argument, word = argument): void {
    const spec = findShort(argument.text[1]!);
    if (spec === undefined) {
      if (!this.passesOver(argument, word)) this.extensions.unknownOption(argument, argument.text.slice(1), false);
      return;
    }
    const nameSpan = { start: argument.start, end: argument.start + 2 };
    const rest = argument.text.slice(2);
    if (rest === '') {
      this.base({ spec, nameSpan, attached: undefined }, argument.text);
    } else if (spec.argument === 'none') {
      this.base({ spec, nameSpan, attached: undefined }, argument.text.slice(0, 2));
      if (this.ends) return;
      this.short({ text: `-${rest}`, raw: `-${rest}`, start: argument.start + 1, end: argument.end }, word);
    } else if (takesAttached(spec)) {
      this.base({ spec, nameSpan, attached: { text: rest, raw: argument.raw.slice(2), start: nameSpan.end, end: argument.end } }, argument.text);
    } else {
      this.attachedValue(spec, argument, nameSpan, rest);
    }
  }

  /**
   * A letter that is no option makes iptables load the protocol's match and run getopt again, which goes on with the letters
   * behind it, but takes the word for unread: whether iptables then takes the row (seen in 1.8.9).
   */
  private passesOver(argument: Argument, word: Argument): boolean {
    const { reading } = this;
    const unknown = argument.text[1]!;
    const found = readBehindUnknown(unknown, argument.text.slice(2), word, reading.family);
    if (found === undefined || !this.loaded.runsAgain()) return false;
    reading.problems.push(explainPassedOver(unknown, found, word));
    reading.token('unknown', word);
    if (found.kind === 'stop') this.stop();
    else if (found.kind === 'family') this.family(found.spec, word);
    else if (found.spec.meaning.kind === 'header') this.header.read({ spec: found.spec, nameSpan: word, attached: word }, found.spec.meaning.part);
    reading.negation = undefined;
    return true;
  }

  /** `-ptcp`, `--jump=ACCEPT`, `-dport`: iptables takes the whole word as the value (seen in 1.8.9), and nobody means that. */
  private attachedValue(spec: BaseOption, argument: Argument, nameSpan: Span, rest: string): void {
    const { reading } = this;
    const long = argument.text.startsWith('--') ? undefined : this.loaded.find(argument.text.slice(1));
    const isLong = long !== undefined && long !== 'ambiguous' && argument.text.length > 3;
    const option = argument.text.slice(0, nameSpan.end - nameSpan.start);
    reading.problems.push(explainAttachedValue(spec, argument, option, rest, isLong));
    if (isTakenWhole(spec, argument)) {
      this.base({ spec, nameSpan, attached: argument }, argument.text);
      return;
    }
    reading.token('unknown', argument);
    reading.negation = undefined;
    if (isLong) reading.skipValues();
  }

  /** Reads one of iptables' own options; `spelling` is how the line writes it. */
  private base(given: GivenBase, spelling: string): void {
    const { reading } = this;
    const { spec, nameSpan, attached } = given;
    const role = spec.meaning.kind === 'command' ? 'command' : 'rule-option';
    reading.tokens?.push({ role, ...nameSpan, text: spelling, option: spec.name });
    if (spec.meaning.kind === 'answer') {
      this.answer(given);
      return;
    }
    if (attached === undefined && spec.argument === 'required') reading.lateNegation(nameSpan, spec.negatable === true);
    if (reading.negation !== undefined && spec.negatable !== true) {
      const span = cover(reading.negation, nameSpan);
      if (spec.forgetsNegation === true) reading.problems.push({ code: 'misplaced-negation', message: `iptables forgets the \`!\` before \`${optionText(spec)}\`.`, span, accepted: true });
      else reading.problem('misplaced-negation', `\`${optionText(spec)}\` can't be negated; leave the \`!\` out.`, span);
    }
    this.stated.push(given);
    this.dispatch(given);
    reading.negation = undefined;
  }

  /** Ends the reading: of a command line, which may well ask, and of a whole ruleset. */
  private answer({ spec, nameSpan }: GivenBase): void {
    const { reading } = this;
    this.stop();
    if (reading.isCommand) return;
    reading.problems.push({
      code: 'early-end', span: nameSpan, accepted: true,
      message: `iptables-restore ${spec.name === 'help' ? 'prints its help' : 'prints its version'} for \`${optionText(spec)}\` and stops with success: it loads nothing of this block, and reads nothing behind it.`,
    });
  }

  /** iptables-restore leaves a line with `-4` or `-6` to the other family when it gets there; a command fails. */
  private family(spec: BaseOption, nameSpan: Span): void {
    const { reading } = this;
    if (spec.name === reading.family || this.skippedFrom !== undefined) return;
    if (reading.isCommand) {
      const [program, other] = reading.family === 'ipv4' ? ['iptables', 'ip6tables'] : ['ip6tables', 'iptables'];
      reading.problem('wrong-family', `${program} is for ${reading.family === 'ipv4' ? 'IPv4' : 'IPv6'} only and stops at \`${optionText(spec)}\`; call ${other}.`, nameSpan);
    } else {
      this.skippedFrom = reading.problems.length;
    }
  }

  private stop(): void {
    const { reading } = this;
    reading.negation = undefined;
    reading.next = reading.args.length;
    this.ends = this.skippedFrom === undefined;
  }

  private dispatch(given: GivenBase): void {
    const { reading, extensions } = this;
    const { meaning } = given.spec;
    switch (meaning.kind) {
      case 'command': this.command = readCommand(reading, given, meaning.command, this.command); break;
      case 'header': this.header.read(given, meaning.part); break;
      case 'match': extensions.match(given); break;
      case 'jump': case 'goto': extensions.jump(given, meaning.kind === 'goto'); break;
      case 'table': this.table = readTable(reading, given) ?? this.table; break;
      case 'counters': readCounters(reading, given); break;
      case 'family': this.family(given.spec, given.nameSpan); break;
      case 'listing': readListing(reading, given); break;
      case 'ignored': if (given.spec.argument === 'required') reading.value(given); break;
      case 'answer': break;
    }
  }

  private finish(): void {
    const { reading } = this;
    const { args, negation } = reading;
    this.header.close();
    if (this.command !== undefined) reading.problems.push(...illegalOptions(this.stated, this.command));
    refuseListing(reading, this.stated, this.command);
    if (negation !== undefined) reading.problem('misplaced-negation', 'Nothing stands behind this `!`; it negates the option that follows.', negation);
    if (this.command === undefined && args.length > 0 && this.skippedFrom === undefined) {
      const lack = reading.isCommand ? `\`${reading.family === 'ipv4' ? 'iptables' : 'ip6tables'}\` is not told what to do` : 'This rule has no command';
      reading.problem('missing-command', `${lack}; write \`-A CHAIN\` in front of it to append it to a chain.`, { start: args[0]!.start, end: args.at(-1)!.end });
    }
  }
}

/** A word whose value comes from elsewhere is spoken of as a whole, and not mended where it stands. */
function aboutWholeWords(problem: Problem, args: readonly Argument[]): Problem {
  const { span } = problem;
  const touched = args.filter(({ evaluated, start, end }) => evaluated === true && start < span.end && span.start < end);
  if (touched.length === 0) return problem;
  const { code, message, accepted, refusedBy } = problem;
  return { code, message, ...(accepted && { accepted }), ...(refusedBy && { refusedBy }), span: touched.reduce<Span>((all, { start, end }) => cover(all, { start, end }), { start: Math.max(span.start, touched[0]!.start), end: Math.min(span.end, touched.at(-1)!.end) }) };
}
