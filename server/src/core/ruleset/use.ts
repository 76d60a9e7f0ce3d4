import type { Family } from '../netfilter.ts';
import type { Argument } from '../syntax/line.ts';
import { cover, type Span } from '../text.ts';
import { protocolsOf, type BoundOption, type ExtensionDefinition, type ExtensionUse, type OptionSpec, type Problem } from '../extensions/definition.ts';
import type { ValueContext } from '../values/value.ts';
import { KnownPlaces, ReadOption, ReadUse } from './places.ts';
import { gluedNegation, typographicQuotation } from './reading.ts';

/** One option as it stands in the line, before its values are read. */
export interface GivenOption {
  readonly spec: OptionSpec;
  readonly spelling: string;
  readonly nameSpan: Span;
  readonly values: readonly Argument[];
  readonly negation: Argument | undefined;
  readonly context: ValueContext;
  /** The rule's `-p` so far. */
  readonly protocol: ExtensionUse['protocol'];
}

/** Problems of words that were meant as options. */
const UNREAD_OPTION: ReadonlySet<string> = new Set(['unknown-option', 'missing-match', 'attached-value', 'option-before-match']);

/** An extension that a rule has loaded and whose options are still being read. */
export class OpenUse {
  readonly definition: ExtensionDefinition;
  private readonly family: Family;
  private readonly span: Span;
  private readonly text: string;
  private readonly options: BoundOption[] = [];

  /** `text` is the whole line; `span` is where the extension is named in it. */
  constructor(definition: ExtensionDefinition, family: Family, span: Span, text: string) {
    this.definition = definition;
    this.family = family;
    this.span = { start: span.start, end: span.end };
    this.text = text;
  }

  /** Reads the option's values and keeps it, reporting what is wrong with it alone. */
  add(given: GivenOption, problems: Problem[]): void {
    const { spec, negation, nameSpan, values } = given;
    const dashed = `--${given.spelling}`;
    const negated = negation !== undefined && spec.forgetsNegation !== true;
    if (negation !== undefined && !negated) {
      problems.push({ code: 'misplaced-negation', message: `iptables forgets the \`!\` before \`${dashed}\`.`, span: cover(negation, nameSpan), accepted: true });
    } else if (negated && spec.negatable !== true) {
      problems.push({ code: 'misplaced-negation', message: `\`${dashed}\` can't be negated; leave the \`!\` out.`, span: cover(negation, nameSpan) });
    }
    if (spec.repeatable !== true && this.options.some((other) => other.spec === spec)) {
      problems.push({ code: 'repeated-option', message: `\`--${spec.name}\` stands twice in this match; iptables takes it once.`, span: nameSpan });
    }
    if (values.length < spec.values.length && spec.optionalValue !== true) {
      const missing = spec.values.slice(values.length).map((type) => type.placeholder).join(' ');
      problems.push({ code: 'missing-value', message: `\`${dashed}\` needs a value: ${missing}.`, span: cover(nameSpan, values.at(-1) ?? nameSpan) });
    }
    const read = values.map((value, index) => this.read(given, value, index, problems));
    this.options.push(new ReadOption({ spec, negated, protocol: given.protocol }, read, this.text, new KnownPlaces((negation ?? nameSpan).start, nameSpan, values)));
  }

  private checkSpellings(problems: Problem[]): void {
    for (const { spec, nameSpan } of this.options) {
      if (spec.deprecated === undefined) continue;
      const spelling = this.text.slice(nameSpan.start, nameSpan.end).replace(/^--?/u, '');
      const instead = spec.deprecated[spelling];
      if (instead === undefined) continue;
      // Where an old option stands beside the one that replaced it, there is nothing to write.
      const isGiven = this.options.some(({ spec: other }) => other !== spec && other.name === instead);
      problems.push({
        code: 'deprecated-spelling', message: `\`--${spelling}\` is an old spelling; write \`--${instead}\`.`, span: nameSpan, accepted: true,
        ...(isGiven ? {} : { fix: { title: `Write --${instead}`, span: nameSpan, newText: `--${instead}`, safe: true } }),
      });
    }
  }

  private read({ spec, context, nameSpan, spelling }: GivenOption, value: Argument, index: number, problems: Problem[]): unknown {
    const span = { start: value.start, end: value.end };
    const parsed = spec.values[index]!.parse(value.text, context);
    if (!parsed.ok) {
      const given = { argument: value, type: spec.values[index]!, context };
      const glued = spec.negatable === true && index === 0 ? gluedNegation(given, nameSpan, `--${spelling}`) : undefined;
      const explained = glued ?? typographicQuotation(given);
      if (explained !== undefined) {
        problems.push(explained);
        return undefined;
      }
      const newText = parsed.suggestion;
      problems.push({
        code: 'invalid-value', message: parsed.message, span,
        ...(newText === undefined ? {} : { fix: { title: `Write ${newText}`, span, newText, safe: false } }),
      });
      return undefined;
    }
    if (parsed.warning !== undefined) problems.push({ code: parsed.lookup === true ? 'host-name' : 'misread-value', message: parsed.warning, span, accepted: true });
    return parsed.value;
  }

  /** The finished use, after the checks that need all of its options; those of the kernel only where it is a rule's. */
  close(protocol: ExtensionUse['protocol'], ofRule: boolean, problems: Problem[]): ExtensionUse {
    const { definition, family, options, span } = this;
    // A list that has grown has room for more.
    const use = new ReadUse({ definition, family, protocol }, options.slice(), this.text, new KnownPlaces(span.start, span, []));
    this.checkSpellings(problems);
    this.checkRequired(problems);
    this.checkConflicts(problems);
    // An option that asks for its protocol at once does so in every command.
    if (ofRule || options.some(({ spec }) => spec.protocolFirst === true)) {
      this.checkProtocol(protocol, problems);
      this.checkOptionProtocols(protocol, problems);
    }
    // Checks across options assume that every value could be read.
    if (options.every(wasRead)) {
      problems.push(...(definition.check?.(use) ?? []));
    }
    return use;
  }

  private checkRequired(problems: Problem[]): void {
    // An option that could not be read may well be the missing one.
    if (problems.some(({ code, span, accepted }) => accepted !== true && UNREAD_OPTION.has(code) && span.start > this.span.start)) return;
    for (const alternatives of this.definition.requires ?? []) {
      if (this.options.some((bound) => alternatives.includes(bound.spec.name))) continue;
      const names = alternatives.map((name) => `\`--${name}\``);
      problems.push({
        code: 'missing-option', span: this.span,
        message: `\`${this.definition.name}\` needs ${names.length === 1 ? names[0] : `one of ${names.join(', ')}`}.`,
      });
    }
  }

  private checkConflicts(problems: Problem[]): void {
    if (this.options.length < 2) return;
    for (const [index, bound] of this.options.entries()) {
      const other = this.options.slice(0, index).find((earlier) =>
        bound.spec.conflicts?.includes(earlier.spec.name) === true || earlier.spec.conflicts?.includes(bound.spec.name) === true);
      if (other === undefined) continue;
      problems.push({ code: 'conflicting-options', message: `\`--${bound.spec.name}\` can't stand beside \`--${other.spec.name}\`; leave one of them out.`, span: bound.span });
    }
  }

  private checkProtocol(protocol: ExtensionUse['protocol'], problems: Problem[]): void {
    const { definition } = this;
    const wanted = protocolsOf(definition, this.family);
    if (wanted === undefined) return;
    if (protocol !== undefined && wanted.includes(protocol.number)) {
      if (protocol.negated) problems.push(this.negatedProtocol());
      return;
    }
    problems.push({ code: 'wrong-protocol', span: this.span, message: `\`${definition.name}\` needs ${stated(wanted)} in the rule.` });
  }

  /** Options that ask for a protocol of their own, or for one that stands before them. */
  private checkOptionProtocols(protocol: ExtensionUse['protocol'], problems: Problem[]): void {
    const fits = (given: ExtensionUse['protocol'], wanted: readonly number[]): boolean => given !== undefined && !given.negated && wanted.includes(given.number);
    for (const { spec, span, protocol: before } of this.options) {
      const wanted = spec.protocols ?? protocolsOf(this.definition, this.family);
      if (wanted === undefined) continue;
      if (spec.protocols !== undefined && !fits(protocol, wanted)) {
        problems.push({ code: 'wrong-protocol', span, message: `\`--${spec.name}\` needs ${stated(wanted)} in the rule.` });
      } else if (spec.protocolFirst === true && fits(protocol, wanted) && !fits(before, wanted)) {
        problems.push({ code: 'wrong-protocol', span, message: `The \`-p\` of the rule stands behind \`--${spec.name}\`, which needs it; write it before: iptables reads from left to right.` });
      }
    }
  }

  /** `! -p tcp -m tcp …`: the kernel's matches refuse it, but iptables-nft translates the ports and flags of tcp and udp itself (seen in 1.8.9). */
  private negatedProtocol(): Problem {
    const { definition: { name }, options, span } = this;
    const translated = (name === 'tcp' || name === 'udp') && options.length > 0 && !options.some(({ spec }) => spec.name === 'tcp-option');
    if (!translated) return { code: 'wrong-protocol', span, message: `\`${name}\` needs its protocol itself, not \`! -p\`; the kernel refuses this.` };
    return {
      code: 'wrong-protocol', accepted: true, refusedBy: 'legacy', span,
      message: `\`${name}\` behind \`! -p\`: iptables-legacy refuses this, iptables-nft takes it and it matches nothing useful. Leave the \`!\` out.`,
    };
  }
}

/** Whether every value that the option needs is there and could be read. */
function wasRead({ spec, values }: BoundOption): boolean {
  return (values.length === spec.values.length || spec.optionalValue === true) && values.every((value) => value !== undefined);
}

/** `-p tcp`, or several of the kind. */
function stated(protocols: readonly number[]): string {
  const names = protocols.map((number) => `\`-p ${PROTOCOL_NAMES.get(number) ?? number}\``);
  return names.length === 1 ? names[0]! : `one of ${names.join(', ')}`;
}

const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'], [6, 'tcp'], [17, 'udp'], [33, 'dccp'], [50, 'esp'], [51, 'ah'], [58, 'icmpv6'], [132, 'sctp'], [135, 'mobility-header'], [136, 'udplite'], [108, 'ipcomp'],
]);
