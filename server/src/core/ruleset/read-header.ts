import type { Problem } from '../extensions/definition.ts';
import type { Argument } from '../syntax/line.ts';
import type { Span } from '../text.ts';
import { addressList, type MaskedAddress } from '../values/address.ts';
import { interfaceName } from '../values/interface.ts';
import { HEADER_MATCHES, protocol as protocolType } from '../values/protocol.ts';
import type { ValueType } from '../values/value.ts';
import type { HeaderPart, RuleHeader } from './model.ts';
import { KnownPlaces, ReadPart } from './places.ts';
import { gluedNegation, isExpansion, optionText, suggestion, typographicQuotation, type GivenBase, type Reading } from './reading.ts';
import type { Writable } from '../writable.ts';

const SEVERAL_NEGATED = '`!` can\'t stand where a rule names several addresses; write a rule for each, or a chain that returns for them.';

const isEverything = ({ mask }: MaskedAddress): boolean => mask === 0 || mask === 0n;

/** Reads `-p`, `-s`, `-d`, `-i`, `-o` and `-f` into the header of a rule. */
export class HeaderReader {
  readonly header: Writable<RuleHeader> = {
    protocol: undefined, source: undefined, destination: undefined, in: undefined, out: undefined, fragment: undefined,
  };
  private readonly reading: Reading;
  /** What is wrong with addresses, which iptables looks at when it has read the whole line. */
  readonly ofAddresses: Problem[] = [];

  constructor(reading: Reading) {
    this.reading = reading;
  }

  /** Reads the option's value and keeps it as the header's part. */
  read(given: GivenBase, part: keyof RuleHeader): void {
    const { reading } = this;
    const { spec, nameSpan } = given;
    if (this.header[part] !== undefined) {
      reading.problem('repeated-option', `\`${optionText(spec)}\` stands twice; iptables takes it once.`, nameSpan);
    }
    if (part === 'fragment') {
      this.fragment(nameSpan);
      return;
    }
    const value = reading.value(given);
    if (value === undefined) return;
    reading.tokens?.push({ role: part === 'protocol' ? 'protocol' : 'value', start: value.start, end: value.end, text: value.text, option: spec.name });
    switch (part) {
      case 'protocol': this.protocol(value, nameSpan); break;
      case 'source': case 'destination': this.addressesLater(part, value, nameSpan); break;
      case 'in': case 'out': this.parse(part, interfaceName, value, nameSpan); break;
    }
  }

  /** Reports what is wrong with the addresses; call it when the whole line is read. */
  close(): void {
    const { source, destination } = this.header;
    this.reading.problems.push(...this.ofAddresses);
    const [negated, other] = source?.negated === true ? [source, destination] : [destination, source];
    if (negated?.negated !== true || other === undefined || negated.value.length > 1 || (other.value.length === 1 || other.negated)) return;
    this.reading.problem('misplaced-negation', SEVERAL_NEGATED, negated.span);
  }

  private fragment(nameSpan: Span): void {
    if (this.reading.family === 'ipv6') this.reading.problem('wrong-family', '`-f` is for IPv4 only; IPv6 has `-m frag`.', nameSpan);
    this.header.fragment = this.part(true as const, nameSpan);
  }

  private protocol(value: Argument, nameSpan: Span): void {
    const part = this.parse('protocol', protocolType, value, nameSpan);
    if (part?.value === 0 && part.negated) {
      this.reading.problem('unmatchable-rule', '`! -p all` matches no packet; iptables refuses it.', part.span);
    }
    const match = part === undefined || part.negated || this.reading.family === 'ipv4' ? undefined : HEADER_MATCHES.get(part.value);
    if (match === undefined) return;
    this.reading.problems.push({
      code: 'unmatchable-rule', accepted: true, span: part!.span,
      message: `ip6tables warns that \`-p ${value.text}\` never matches: for IPv6 the protocol is what stands behind all extension headers. \`-m ${match}\` finds this one.`,
    });
  }

  private addressesLater(side: 'source' | 'destination', value: Argument, nameSpan: Span): void {
    const { problems } = this.reading;
    const told = problems.length;
    this.addresses(side, value, nameSpan);
    this.ofAddresses.push(...problems.splice(told));
  }

  private addresses(side: 'source' | 'destination', value: Argument, nameSpan: Span): void {
    const part = this.parse(side, addressList, value, nameSpan);
    if (part !== undefined && part.negated && part.value.length > 1) {
      this.reading.problem('misplaced-negation', SEVERAL_NEGATED, part.span);
    } else if (part?.negated === true && isEverything(part.value[0]!)) {
      this.reading.problems.push({
        code: 'unmatchable-rule', accepted: true, refusedBy: 'nft', span: part.span,
        message: `No address is outside \`${value.text}\`: iptables-nft refuses this, iptables-legacy takes it and it matches no packet. Leave the \`!\` out, or the option.`,
      });
    }
  }

  /** Parses the value and stores it as the header's part; undefined when it can't be read. */
  private parse<K extends 'protocol' | 'source' | 'destination' | 'in' | 'out'>(
    name: K, type: ValueType<NonNullable<RuleHeader[K]>['value']>, value: Argument, nameSpan: Span,
  ): RuleHeader[K] | undefined {
    const { reading } = this;
    if (reading.isCommand && isExpansion(value)) return undefined;
    const context = { family: reading.family };
    reading.given = { argument: value, type, context };
    const parsed = type.parse(value.text, context);
    if (!parsed.ok) {
      const explained = gluedNegation(reading.given, nameSpan, reading.line.text.slice(nameSpan.start, nameSpan.end)) ?? typographicQuotation(reading.given);
      if (explained !== undefined) {
        reading.problems.push(explained);
        return undefined;
      }
      reading.problem('invalid-value', parsed.message, value, suggestion(parsed.suggestion, value));
      return undefined;
    }
    if (parsed.warning !== undefined) reading.problems.push({ code: parsed.lookup === true ? 'host-name' : 'misread-value', message: parsed.warning, span: value, accepted: true });
    const part = this.part(parsed.value, nameSpan, value) as RuleHeader[K];
    this.header[name] = part;
    return part;
  }

  private part<V>(value: V, nameSpan: Span, ...given: readonly Span[]): HeaderPart<V> {
    const { line, negation } = this.reading;
    return new ReadPart(value, negation !== undefined, line.text, new KnownPlaces((negation ?? nameSpan).start, nameSpan, given));
  }
}
