import { VERDICTS } from '../netfilter.ts';
import type { Argument } from '../syntax/line.ts';
import { cover, type Span } from '../text.ts';
import { findMatch, matchesOf } from '../extensions/catalogue.ts';
import type { ExtensionUse, OptionSpec } from '../extensions/definition.ts';
import { nearest } from '../values/spelling.ts';
import type { LoadedExtensions } from './loaded-extensions.ts';
import type { BoundRule, RuleHeader, RuleTarget } from './model.ts';
import { existsElsewhere } from './foreign-extension.ts';
import { instead } from './former-names.ts';
import { closedName } from './open-quotation.ts';
import { suggestion, type GivenBase, type Reading } from './reading.ts';
import { explainUnknownOption } from './unknown-option.ts';
import { KnownPlaces, ReadJump, ReadTarget, ReadVerdict } from './places.ts';
import type { OpenUse } from './use.ts';

/** Reads `-m`, `-j` and `-g`, and the options of the extensions that they load. */
export class ExtensionReader {
  private readonly reading: Reading;
  private readonly header: RuleHeader;
  private readonly loaded: LoadedExtensions;
  private target: { readonly nameSpan: Span; readonly value: Argument; readonly goto: boolean } | undefined;

  /** `header` is the rule's as it is being read: values may depend on its protocol. */
  constructor(reading: Reading, header: RuleHeader, loaded: LoadedExtensions) {
    this.reading = reading;
    this.header = header;
    this.loaded = loaded;
  }

  /** Reads `-m NAME` and loads the match. */
  match(given: GivenBase): void {
    const word = this.reading.value(given);
    if (word === undefined) return;
    const value = closedName(this.reading, word);
    this.reading.token('match-name', value);
    const definition = findMatch(value.text, this.reading.family);
    if (definition === undefined) this.unknownMatch(value, given.nameSpan);
    else this.loaded.load(definition, cover(given.nameSpan, value));
  }

  /** Reads on as if the name were right that was probably meant, so that its options are not found unknown as well. */
  private unknownMatch(value: Argument, nameSpan: Span): void {
    const { reading } = this;
    const other = findMatch(value.text, reading.family === 'ipv4' ? 'ipv6' : 'ipv4');
    const [best] = other === undefined ? nearest(value.text, matchesOf(reading.family).map((match) => match.name)) : [];
    const meant = other ?? (best === undefined ? undefined : findMatch(best, reading.family));
    if (meant !== undefined) this.loaded.loadGuess(meant, cover(nameSpan, value));
    const today = instead(value.text);
    if (today !== undefined) {
      reading.problem('unknown-match', `iptables has no match \`${value.text}\` any more; write \`${today}\`.`, value);
    } else if (other !== undefined) {
      reading.problem('wrong-family', `The match \`${value.text}\` ${existsElsewhere(other)}`, value);
    } else {
      reading.problem('unknown-match', best === undefined
        ? `${value.text === '' ? '`-m` with an empty name loads nothing; write the name of a match, such as `conntrack`' : `iptables has no match \`${value.text}\`, nor one that is spelt alike; leave it and its options out`}.` : `iptables has no match \`${value.text}\`; did you mean \`${best}\`?`, value, suggestion(best, value));
    }
  }

  /** Reads `-j TARGET` or `-g CHAIN` and loads the target, if it is an extension. */
  jump(given: GivenBase, goto: boolean): void {
    const { reading } = this;
    const { nameSpan } = given;
    const word = reading.value(given);
    if (word === undefined) return;
    const value = closedName(reading, word);
    reading.token('target-name', value);
    const span = cover(nameSpan, value);
    if (this.target !== undefined) {
      reading.problem('repeated-option', 'A rule has one target; this is the second `-j` or `-g`.', span);
      return;
    }
    const definition = reading.targetNamed(value.text);
    if (goto && (definition !== undefined || VERDICTS.has(value.text))) {
      reading.problem('wrong-goto', `\`-g\` goes to a chain; \`${value.text}\` is a target. Write \`-j ${value.text}\`.`, span,
        { title: 'Write -j', span: nameSpan, newText: '-j', safe: false });
    }
    if (definition !== undefined) this.loaded.load(definition, span);
    this.target = { nameSpan, value, goto };
  }

  /** Reads an extension's option with its values; `attached` is a value behind `=`. */
  option(use: OpenUse, spec: OptionSpec, spelling: string, nameSpan: Span, attached: Argument | undefined): void {
    const { reading } = this;
    const extension = use.definition.name;
    reading.tokens?.push({ role: 'option', ...nameSpan, text: spelling, extension, option: spec.name });
    if (attached !== undefined && (spec.values.length === 0 || spec.optionalValue === true)) this.attachedToFlag(spec, `--${spelling}`, attached, nameSpan);
    const values: Argument[] = [];
    if (attached === undefined && spec.values.length > 0) reading.lateNegation(nameSpan, spec.negatable === true);
    for (let index = 0; index < spec.values.length; index++) {
      const value = index === 0 && attached !== undefined ? attached : spec.optionalValue === true ? reading.takeValue() : reading.takeNeeded(nameSpan);
      if (value === undefined) break;
      values.push(value);
      reading.tokens?.push({ role: 'value', start: value.start, end: value.end, text: value.text, extension, option: spec.name, index });
    }
    const { protocol } = this.header;
    const context = { family: reading.family, protocol: protocol === undefined || protocol.negated ? undefined : protocol.value };
    if (values.length > 0) reading.given = { argument: values.at(-1)!, type: spec.values[values.length - 1]!, context };
    use.add({
      spec, spelling, nameSpan, values, negation: reading.negation, context,
      protocol: protocol === undefined ? undefined : { number: protocol.value, negated: protocol.negated },
    }, reading.problems);
    reading.negation = undefined;
  }

  /** An option that can stand without a value has none behind `=` for getopt. */
  private attachedToFlag({ optionalValue }: OptionSpec, option: string, attached: Argument, nameSpan: Span): void {
    const span = cover(nameSpan, attached);
    const newText = optionalValue === true ? `${option} ${attached.text}` : option;
    const message = optionalValue === true ? `iptables takes no \`=\` behind \`${option}\`; write \`${newText}\`.` : `\`${option}\` takes no value; \`=${attached.text}\` can't stand behind it; leave it out.`;
    this.reading.problem('unexpected-argument', message, span, { title: `Write ${newText}`, span, newText, safe: false });
  }

  /** Passes over an option that nothing loaded so far understands, or that fits several, and says what it may be. */
  unknownOption(argument: Argument, name: string, ambiguous: boolean): void {
    const { args, line, family, problems } = this.reading;
    this.reading.token('unknown', argument);
    this.reading.negation = undefined;
    const known = this.loaded.candidates().map((candidate) => candidate.spelling);
    problems.push(explainUnknownOption({ argument, name, ambiguous, known, loaded: this.loaded.definitions(), jump: this.jumpedTo, family, protocol: this.header.protocol, args, line }));
    this.reading.skipValues();
  }

  /** The chain that the rule jumps to, as far as it has been read. */
  private get jumpedTo(): string | undefined {
    const name = this.target?.value.text;
    return name === undefined || this.reading.targetNamed(name) !== undefined ? undefined : name;
  }

  /** Finishes the uses; call it when every argument is read. `ofRule`: whether they are a rule's, which the kernel gets to see. */
  close(ofRule: boolean): Pick<BoundRule, 'matches' | 'target'> {
    const closed = this.loaded.close(ofRule);
    return {
      matches: closed.filter((use) => use.definition.kind === 'match').slice(),
      target: this.boundTarget(closed.find((use) => use.definition.kind === 'target')),
    };
  }

  /** `use` is that of the target, if it is an extension: a rule loads one target at most. */
  private boundTarget(use: ExtensionUse | undefined): RuleTarget | undefined {
    if (this.target === undefined) return undefined;
    const { nameSpan, value, goto } = this.target;
    const places = new KnownPlaces(nameSpan.start, nameSpan, [value]);
    const { text } = this.reading.line;
    if (VERDICTS.has(value.text)) return new ReadVerdict(value.text as 'ACCEPT', text, places);
    return use === undefined ? new ReadJump(value.text, goto, text, places) : new ReadTarget(use, text, places);
  }
}
