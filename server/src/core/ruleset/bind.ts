import type { Family } from '../netfilter.ts';
import type { Argument, Line } from '../syntax/line.ts';
import { cover, type Span } from '../text.ts';
import type { ExtensionDefinition, OptionSpec, Problem } from '../extensions/definition.ts';
import { availableIn, findMatch, findTarget, matchesOf, optionBySpelling, protocolMatch, spellings } from '../extensions/catalogue.ts';
import { addressList } from '../values/address.ts';
import { INTERFACE_LIMIT, interfaceName } from '../values/interface.ts';
import { protocol as protocolType } from '../values/protocol.ts';
import type { ValueType } from '../values/value.ts';
import type { BoundCommand, BoundRule, HeaderPart, RuleHeader, RuleTarget, Token } from './model.ts';
import { BASE_OPTIONS, findByPrefix, findLongBase, findShort, type BaseOption, type LongCandidate } from './options.ts';
import { nearest } from '../values/spelling.ts';
import { OpenUse } from './use.ts';
import { explainUnknownOption } from './unknown-option.ts';

type Meaning = { readonly base: BaseOption } | { readonly use: OpenUse; readonly spec: OptionSpec };

/** Targets that iptables itself knows. */
export const VERDICTS: ReadonlySet<string> = new Set(['ACCEPT', 'DROP', 'RETURN', 'QUEUE']);

const BASE_CANDIDATES: readonly LongCandidate<Meaning>[] = BASE_OPTIONS.map((base) => ({ spelling: base.name, meaning: { base } }));

const OPTION_OR_BANG = /^(--?[A-Za-z]|!$)/u;

/** iptables keeps the names of chains below this many characters. */
export const CHAIN_NAME_LIMIT = 29;

/** Reads the arguments of a rule or command line as iptables 1.8.9 would; never throws, reports every problem it finds. */
export function bindRule(line: Line, args: readonly Argument[], family: Family, isCommand: boolean): BoundRule {
  return new ReadRule(new Binder(line, args, family, isCommand).bind(), args, isCommand);
}

type RuleParts = Omit<BoundRule, 'tokens'>;

/** A bound rule. A file has thousands of them, so it holds nothing of the binder that made it. */
class ReadRule implements BoundRule {
  declare readonly line: Line;
  declare readonly family: Family;
  declare readonly command: BoundRule['command'];
  declare readonly skipped: boolean;
  declare readonly table: BoundRule['table'];
  declare readonly header: RuleHeader;
  declare readonly matches: BoundRule['matches'];
  declare readonly target: RuleTarget | undefined;
  declare readonly unresolved: string | undefined;
  declare readonly problems: readonly Problem[];
  declare readonly broken: boolean;
  private readonly args: readonly Argument[];
  private readonly isCommand: boolean;
  private recorded: readonly Token[] | undefined;

  constructor(parts: RuleParts, args: readonly Argument[], isCommand: boolean) {
    Object.assign(this, parts);
    this.args = args;
    this.isCommand = isCommand;
  }

  /** Found by binding the line once more. */
  get tokens(): readonly Token[] {
    if (this.recorded === undefined) {
      const tokens: Token[] = [];
      new Binder(this.line, this.args, this.family, this.isCommand, tokens).bind();
      this.recorded = tokens;
    }
    return this.recorded;
  }
}

/** Walks one line's arguments the way getopt_long does, with the extensions loaded so far. */
class Binder {
  private readonly line: Line;
  private readonly args: readonly Argument[];
  private readonly family: Family;
  private readonly isCommand: boolean;
  private next = 0;
  private negation: Argument | undefined;
  private command: BoundCommand | undefined;
  private table: BoundRule['table'];
  private target: { jump: Argument; value: Argument; goto: boolean; use: OpenUse | undefined } | undefined;
  private skipped = false;
  private protocolUsed = false;
  private readonly header: { -readonly [K in keyof RuleHeader]: RuleHeader[K] } = {
    protocol: undefined, source: undefined, destination: undefined, in: undefined, out: undefined, fragment: undefined,
  };
  /** Uses in the order in which they were loaded. */
  private readonly uses: OpenUse[] = [];
  /** Those among them whose name is a guess at what was meant. */
  private readonly guessed = new Set<OpenUse>();
  /** Recorded only on demand: a document has many rules and one cursor. */
  private readonly tokens: Token[] | undefined;
  private readonly problems: Problem[] = [];

  constructor(line: Line, args: readonly Argument[], family: Family, isCommand: boolean, tokens?: Token[]) {
    this.tokens = tokens;
    this.line = line;
    this.args = args;
    this.family = family;
    this.isCommand = isCommand;
  }

  bind(): RuleParts {
    while (this.next < this.args.length) this.argument(this.args[this.next++]!);
    this.finish();
    const unresolved = this.isCommand ? this.args.find(isExpansion) : undefined;
    const protocol = this.header.protocol;
    const context = protocol === undefined ? undefined : { number: protocol.value, negated: protocol.negated };
    const closed = new Map(this.uses.map((use) => [use, use.close(context, this.guessed.has(use) ? [] : this.problems)]));
    return {
      line: this.line,
      family: this.family,
      command: this.command,
      skipped: this.skipped,
      table: this.table,
      header: this.header,
      matches: this.uses.filter((use) => use.definition.kind === 'match').map((use) => closed.get(use)!),
      target: this.boundTarget(closed),
      unresolved: unresolved?.raw,
      // Nobody knows what the shell puts there, so nothing can be called wrong.
      problems: unresolved === undefined ? this.problems : [],
      broken: unresolved === undefined && this.problems.some((problem) => problem.accepted !== true),
    };
  }

  private argument(argument: Argument): void {
    const { text } = argument;
    if (text === '!') this.bang(argument);
    else if (text === '--') this.problem('unexpected-argument', '`--` ends the options; iptables takes nothing behind it.', argument);
    else if (text.startsWith('--')) this.long(argument);
    else if (text.startsWith('-') && text.length > 1) this.short(argument);
    else this.stray(argument);
  }

  private bang(argument: Argument): void {
    this.token('negation', argument);
    if (this.negation !== undefined) this.problem('misplaced-negation', 'Two `!` in a row; iptables takes one.', cover(this.negation, argument));
    this.negation = argument;
  }

  private stray(argument: Argument): void {
    const dash = /^[-\u2010-\u2015\u2212]+(?=.)/u.exec(argument.text);
    if (dash !== null) {
      const name = argument.text.slice(dash[0].length);
      this.typographicDash(argument, `${name.length > 1 ? '--' : '-'}${name}`);
      return;
    }
    this.token('unknown', argument);
    this.negation = undefined;
    if (argument.text.startsWith('#') && !this.isCommand) {
      // What follows belongs to the comment.
      const rest = cover(argument, this.args.at(-1)!);
      this.next = this.args.length;
      this.problem('unexpected-argument', 'iptables-restore knows no comment behind a rule; put it on a line of its own.', rest);
      return;
    }
    this.problem('unexpected-argument', `\`${argument.text}\` stands where an option is expected; iptables says "Bad argument".`, argument);
  }

  /** Reads on as if the dash were right, so that one wrong character gives one error. */
  private typographicDash(argument: Argument, ascii: string): void {
    this.problem('typographic-dash', `\`${argument.text}\` starts with a typographic dash; options start with \`-\` or \`--\`. Write \`${ascii}\`.`, argument,
      { title: `Write ${ascii}`, span: { start: argument.start, end: argument.end }, newText: ascii, safe: true });
    const told = this.problems.length;
    this.argument({ ...argument, text: ascii });
    this.problems.length = told;
  }

  private long(argument: Argument): void {
    const equals = argument.text.indexOf('=');
    const name = argument.text.slice(2, equals === -1 ? undefined : equals);
    const attached = equals === -1 ? undefined : argument.text.slice(equals + 1);
    const meaning = this.findLong(name);
    if (meaning === undefined || meaning === 'ambiguous') {
      this.unknownOption(argument, name, meaning === 'ambiguous');
      return;
    }
    const nameSpan = { start: argument.start, end: equals === -1 ? argument.end : argument.start + Math.min(equals, argument.raw.length) };
    const value: Argument | undefined = attached === undefined ? undefined
      : { text: attached, raw: argument.raw.slice(equals + 1), start: nameSpan.end + 1, end: argument.end };
    if (!('base' in meaning)) this.option(meaning.use, meaning.spec, name, nameSpan, value);
    else if (attached === undefined || takesAttached(meaning.base)) this.base(meaning.base, argument, nameSpan, value);
    else this.attachedValue(meaning.base, argument, nameSpan, attached);
  }

  /** An exact spelling or unique prefix among the loaded extensions' and iptables' own options; loads the protocol's match at need. */
  private findLong(name: string): Meaning | 'ambiguous' | undefined {
    const exact = this.findExact(name);
    if (exact !== undefined) return exact;
    const found = findByPrefix(name, this.longCandidates());
    if (found !== undefined && found !== 'ambiguous') return found;
    if (this.loadProtocolMatch()) return this.findExact(name) ?? findByPrefix(name, this.longCandidates());
    return found;
  }

  /** The extension loaded last is searched first, so that `-m recent --set -m recent --rcheck` gives each its own options. */
  private findExact(name: string): Meaning | undefined {
    for (let index = this.uses.length - 1; index >= 0; index--) {
      const use = this.uses[index]!;
      const spec = optionBySpelling(use.definition, name, this.family);
      if (spec !== undefined) return { use, spec };
    }
    const base = findLongBase(name);
    return base === undefined ? undefined : { base };
  }

  private longCandidates(): LongCandidate<Meaning>[] {
    const candidates: LongCandidate<Meaning>[] = [];
    const seen = new Set<string>();
    for (const use of [...this.uses].reverse()) {
      if (seen.has(use.definition.name + use.definition.kind)) continue;
      seen.add(use.definition.name + use.definition.kind);
      for (const spec of use.definition.options) {
        if (!availableIn(spec, this.family)) continue;
        const meaning: Meaning = { use, spec };
        for (const spelling of spellings(spec)) candidates.push({ spelling, meaning });
      }
    }
    candidates.push(...BASE_CANDIDATES);
    return candidates;
  }

  private loadProtocolMatch(): boolean {
    const protocol = this.header.protocol;
    if (protocol === undefined || this.protocolUsed) return false;
    this.protocolUsed = true;
    const definition = protocolMatch(protocol.value, this.family);
    if (definition === undefined || this.uses.some((use) => use.definition === definition)) return false;
    // iptables knows the protocol's match by name, and `mobility-header` or 135 is no match's name (seen in 1.8.9).
    if (definition.name === 'mh' && this.line.text.slice(protocol.valueSpan.start, protocol.valueSpan.end) !== 'mh') return false;
    this.uses.push(new OpenUse(definition, this.family, protocol.span, this.line.text));
    return true;
  }

  private unknownOption(argument: Argument, name: string, ambiguous: boolean): void {
    this.token('unknown', argument);
    this.negation = undefined;
    const known = this.longCandidates().map((candidate) => candidate.spelling);
    const loaded = new Set(this.uses.map((use) => use.definition));
    this.problems.push(explainUnknownOption({ argument, name, ambiguous, known, loaded, family: this.family, protocol: this.header.protocol, args: this.args, line: this.line }));
    this.skipValues();
  }

  /** After an option that is not known its values are not known either: go on at the next option. */
  private skipValues(): void {
    while (this.next < this.args.length && !/^(-.|!$)/u.test(this.args[this.next]!.text)) this.token('unknown', this.args[this.next++]!);
  }

  private short(argument: Argument): void {
    const spec = findShort(argument.text[1]!);
    if (spec === undefined) {
      this.unknownOption(argument, argument.text.slice(1), false);
      return;
    }
    const nameSpan = { start: argument.start, end: argument.start + 2 };
    const rest = argument.text.slice(2);
    if (rest === '') {
      this.base(spec, argument, nameSpan, undefined);
    } else if (spec.argument === 'none') {
      this.base(spec, { ...argument, text: argument.text.slice(0, 2), end: nameSpan.end }, nameSpan, undefined);
      this.short({ text: `-${rest}`, raw: `-${rest}`, start: argument.start + 1, end: argument.end });
    } else if (takesAttached(spec)) {
      this.base(spec, argument, nameSpan, { text: rest, raw: argument.raw.slice(2), start: nameSpan.end, end: argument.end });
    } else {
      this.attachedValue(spec, argument, nameSpan, rest);
    }
  }

  /** `-ptcp`, `--jump=ACCEPT`, `-dport`: iptables takes the whole word as the value (seen in 1.8.9), and nobody means that. */
  private attachedValue(spec: BaseOption, argument: Argument, nameSpan: Span, rest: string): void {
    const long = argument.text.startsWith('--') ? undefined : this.findLong(argument.text.slice(1));
    const known = long !== undefined && long !== 'ambiguous' && argument.text.length > 3;
    const option = argument.text.slice(0, nameSpan.end - nameSpan.start);
    const newText = known ? `-${argument.text}` : `${option} ${rest}`;
    const fix = { title: `Write ${newText}`, span: argument, newText, safe: false };
    const taken = spec.meaning.kind === 'header' && (spec.meaning.part === 'in' || spec.meaning.part === 'out') && argument.text.length <= INTERFACE_LIMIT;
    this.problems.push({
      code: 'attached-value', span: { start: argument.start, end: argument.end }, fix, ...(taken ? { accepted: true } : {}),
      message: known
        ? `\`${argument.text}\` is read as \`-${spec.short}\` with the value \`${argument.text}\`; the option is \`-${argument.text}\`, with two dashes.`
        : `iptables reads the whole of \`${argument.text}\` as the value of \`${option}\`; write a blank between them: \`${newText}\`.`,
    });
    if (taken) {
      this.base(spec, argument, nameSpan, argument);
      return;
    }
    this.token('unknown', argument);
    this.negation = undefined;
    if (known) this.skipValues();
  }

  private base(spec: BaseOption, argument: Argument, nameSpan: Span, attached: Argument | undefined): void {
    const role = spec.meaning.kind === 'command' ? 'command' : 'rule-option';
    this.tokens?.push({ role, ...nameSpan, text: argument.text, option: spec.name });
    if (attached === undefined && spec.argument === 'required') this.lateNegation(nameSpan, spec.negatable === true);
    if (this.negation !== undefined && spec.negatable !== true) {
      this.problem('misplaced-negation', `\`${this.optionText(spec)}\` can't be negated.`, cover(this.negation, nameSpan));
    }
    switch (spec.meaning.kind) {
      case 'command': this.commandOption(spec, spec.meaning.command, nameSpan, attached); break;
      case 'header': this.headerOption(spec, spec.meaning.part, nameSpan, attached); break;
      case 'match': this.matchOption(spec, nameSpan, attached); break;
      case 'jump': case 'goto': this.jumpOption(spec, argument, nameSpan, attached, spec.meaning.kind === 'goto'); break;
      case 'table': this.tableOption(spec, nameSpan, attached); break;
      case 'counters': this.countersOption(spec, nameSpan, attached); break;
      case 'family': this.familyOption(spec); break;
      case 'listing': this.listingOption(spec, nameSpan); break;
      case 'ignored': if (spec.argument === 'required') this.value(spec, nameSpan, attached); break;
    }
    this.negation = undefined;
  }

  /** `-s ! 10.0.0.1`, as releases of long ago had it: today the `!` is taken for the value, and refused. */
  private lateNegation(nameSpan: Span, negatable: boolean): void {
    const bang = this.args[this.next];
    const value = this.args[this.next + 1];
    if (bang?.text !== '!' || value === undefined || OPTION_OR_BANG.test(value.text) || this.negation !== undefined) return;
    const name = this.line.text.slice(nameSpan.start, nameSpan.end);
    const stated = `! ${name}`;
    this.next++;
    this.token('negation', bang);
    if (!negatable) {
      this.problem('misplaced-negation', `\`${name}\` can't be negated.`, bang);
      return;
    }
    this.problem('misplaced-negation', `The \`!\` stands before the option: \`${stated} ${value.text}\`.`, bang,
      { title: `Write ${stated}`, span: cover(nameSpan, bang), newText: stated, safe: true });
    this.negation = { ...bang, start: nameSpan.start };
  }

  /** The value of a base option: what is attached, or the next argument; a problem when there is none. */
  private value(spec: BaseOption, nameSpan: Span, attached: Argument | undefined): Argument | undefined {
    const value = attached ?? this.takeValue();
    if (value === undefined) this.problem('missing-value', `\`${this.optionText(spec)}\` needs a value.`, nameSpan);
    return value;
  }

  /** The next argument as a value. getopt would even take an option; a half-typed line is better read without it. */
  private takeValue(): Argument | undefined {
    const argument = this.args[this.next];
    if (argument === undefined || OPTION_OR_BANG.test(argument.text)) return undefined;
    this.next++;
    return argument;
  }

  private commandOption(spec: BaseOption, kind: BoundCommand['kind'], nameSpan: Span, attached: Argument | undefined): void {
    if (this.command !== undefined) {
      this.problem('several-commands', `A rule takes one command; this line already has \`${this.line.text.slice(this.command.span.start, this.command.span.start + 2)}\`.`, nameSpan);
    }
    const chain = spec.argument === 'required' ? this.value(spec, nameSpan, attached) : attached ?? this.takeValue();
    if (chain !== undefined) this.token('chain', chain);
    const argument = kind === 'policy' || kind === 'rename-chain' ? this.commandArgument(kind) : undefined;
    const position = ['insert', 'delete', 'replace', 'list', 'list-rules', 'zero'].includes(kind) ? this.position(kind, nameSpan) : undefined;
    this.command = {
      kind, chain: chain?.text, chainSpan: chain, position, argument: argument && { text: argument.text, span: argument },
      span: chain === undefined ? nameSpan : cover(nameSpan, argument ?? chain),
    };
    if (kind === 'new-chain' && chain !== undefined) this.problems.push(...chainNameProblems(chain.text, chain, this.family, 'command'));
  }

  private commandArgument(kind: 'policy' | 'rename-chain'): Argument | undefined {
    const argument = this.takeValue();
    if (argument === undefined) {
      const last = this.args[this.next - 1]!;
      this.problem('missing-value', kind === 'policy' ? '`-P` needs a chain and a policy: `-P INPUT DROP`.' : '`-E` needs an old and a new chain name.', last);
    } else {
      this.token(kind === 'policy' ? 'value' : 'chain', argument, kind === 'policy' ? 'policy' : undefined);
    }
    return argument;
  }

  private position(kind: BoundCommand['kind'], nameSpan: Span): number | undefined {
    const argument = this.takeValue();
    if (argument === undefined) {
      if (kind === 'replace') this.problem('missing-value', '`-R` needs a chain and a rule number: `-R INPUT 3 …`.', nameSpan);
      return undefined;
    }
    this.token('position', argument);
    if (/^[0-9]+$/u.test(argument.text) && Number(argument.text) > 0) return Number(argument.text);
    this.problem('invalid-value', `\`${argument.text}\` is not a rule number; rules count from 1.`, argument);
    return undefined;
  }

  private headerOption(spec: BaseOption, part: keyof RuleHeader, nameSpan: Span, attached: Argument | undefined): void {
    const negation = this.negation;
    if (this.header[part] !== undefined) {
      this.problem('repeated-option', `\`${this.optionText(spec)}\` stands twice; iptables takes it once.`, nameSpan);
    }
    if (part === 'fragment') {
      if (this.family === 'ipv6') this.problem('wrong-family', '`-f` is for IPv4 only; IPv6 has `-m frag`.', nameSpan);
      this.header.fragment = this.part(true as const, negation, nameSpan, nameSpan);
      return;
    }
    const value = this.value(spec, nameSpan, attached);
    if (value === undefined) return;
    this.tokens?.push({ role: part === 'protocol' ? 'protocol' : 'value', start: value.start, end: value.end, text: value.text, option: spec.name });
    switch (part) {
      case 'protocol': this.protocolPart(value, nameSpan); break;
      case 'source': case 'destination': this.addressPart(part, value, nameSpan); break;
      case 'in': case 'out': this.readPart(part, interfaceName, value, nameSpan); break;
    }
  }

  private protocolPart(value: Argument, nameSpan: Span): void {
    const part = this.readPart('protocol', protocolType, value, nameSpan);
    if (part?.value === 0 && part.negated) {
      this.problem('unmatchable-rule', '`! -p all` matches no packet; iptables refuses it.', part.span);
    }
  }

  private addressPart(side: 'source' | 'destination', value: Argument, nameSpan: Span): void {
    const part = this.readPart(side, addressList, value, nameSpan);
    if (part !== undefined && part.negated && part.value.length > 1) {
      this.problem('misplaced-negation', '`!` can\'t stand before several addresses; write a rule for each, or a chain that returns for them.', part.span);
    }
  }

  /** Parses the value and stores it as the header's part; undefined when it can't be read. */
  private readPart<K extends 'protocol' | 'source' | 'destination' | 'in' | 'out'>(
    name: K, type: ValueType<NonNullable<RuleHeader[K]>['value']>, value: Argument, nameSpan: Span,
  ): RuleHeader[K] | undefined {
    if (this.isCommand && isExpansion(value)) return undefined;
    const parsed = type.parse(value.text, { family: this.family });
    if (!parsed.ok) {
      this.problem('invalid-value', parsed.message, value, suggestion(parsed.suggestion, value));
      return undefined;
    }
    if (parsed.warning !== undefined) this.problems.push({ code: 'host-name', message: parsed.warning, span: value, accepted: true });
    const part = this.part(parsed.value, this.negation, nameSpan, value) as RuleHeader[K];
    this.header[name] = part;
    return part;
  }

  private part<V>(value: V, negation: Argument | undefined, nameSpan: Span, valueSpan: Span): HeaderPart<V> {
    const span = cover(negation ?? nameSpan, valueSpan);
    return { value, negated: negation !== undefined, span, nameSpan, valueSpan: { start: valueSpan.start, end: valueSpan.end }, text: this.line.text.slice(span.start, span.end) };
  }

  private matchOption(spec: BaseOption, nameSpan: Span, attached: Argument | undefined): void {
    const value = this.value(spec, nameSpan, attached);
    if (value === undefined) return;
    this.token('match-name', value);
    const definition = findMatch(value.text, this.family);
    if (definition !== undefined) {
      this.uses.push(new OpenUse(definition, this.family, cover(nameSpan, value), this.line.text));
      return;
    }
    this.unknownMatch(value, nameSpan);
  }

  /** Reads on as if the name were right that was probably meant, so that its options are not found unknown as well. */
  private unknownMatch(value: Argument, nameSpan: Span): void {
    const other = findMatch(value.text, this.family === 'ipv4' ? 'ipv6' : 'ipv4');
    const [best] = other === undefined ? nearest(value.text, matchesOf(this.family).map((match) => match.name)) : [];
    const meant = other ?? (best === undefined ? undefined : findMatch(best, this.family));
    if (meant !== undefined) {
      const use = new OpenUse(meant, this.family, cover(nameSpan, value), this.line.text);
      this.uses.push(use);
      this.guessed.add(use);
    }
    if (other !== undefined) {
      this.problem('wrong-family', `The match \`${value.text}\` exists for ${other.families[0] === 'ipv4' ? 'IPv4' : 'IPv6'} only.`, value);
    } else {
      this.problem('unknown-match', best === undefined
        ? `iptables has no match \`${value.text}\`.` : `iptables has no match \`${value.text}\`; did you mean \`${best}\`?`, value, suggestion(best, value));
    }
  }

  private jumpOption(spec: BaseOption, jump: Argument, nameSpan: Span, attached: Argument | undefined, goto: boolean): void {
    const value = this.value(spec, nameSpan, attached);
    if (value === undefined) return;
    this.token('target-name', value);
    if (this.target !== undefined) {
      this.problem('repeated-option', 'A rule has one target; this is the second `-j` or `-g`.', cover(nameSpan, value));
      return;
    }
    const definition: ExtensionDefinition | undefined = VERDICTS.has(value.text) ? undefined : findTarget(value.text, this.family);
    if (goto && (definition !== undefined || VERDICTS.has(value.text))) {
      this.problem('wrong-goto', `\`-g\` goes to a chain; \`${value.text}\` is a target. Write \`-j ${value.text}\`.`, cover(nameSpan, value),
        { title: 'Write -j', span: nameSpan, newText: '-j', safe: false });
    }
    const use = definition === undefined ? undefined : new OpenUse(definition, this.family, cover(nameSpan, value), this.line.text);
    if (use !== undefined) this.uses.push(use);
    this.target = { jump: { ...jump, ...nameSpan }, value, goto, use };
  }

  private boundTarget(closed: ReadonlyMap<OpenUse, ReturnType<OpenUse['close']>>): RuleTarget | undefined {
    if (this.target === undefined) return undefined;
    const { jump, value, goto, use } = this.target;
    const at = { span: cover(jump, value), nameSpan: { start: value.start, end: value.end } };
    if (VERDICTS.has(value.text)) return { kind: 'verdict', verdict: value.text as 'ACCEPT', ...at };
    if (use !== undefined) return { kind: 'extension', use: closed.get(use)!, ...at };
    return { kind: 'chain', chain: value.text, goto, ...at };
  }

  private tableOption(spec: BaseOption, nameSpan: Span, attached: Argument | undefined): void {
    const value = this.value(spec, nameSpan, attached);
    if (value === undefined) return;
    this.tokens?.push({ role: 'value', start: value.start, end: value.end, text: value.text, option: 'table' });
    if (!this.isCommand) {
      this.problem('illegal-option', '`-t` can\'t stand in a ruleset file; the `*table` line above names the table.', cover(nameSpan, value),
        { title: 'Remove -t', span: withBlank(this.line.text, cover(nameSpan, value)), newText: '', safe: false });
    }
    this.table = { name: value.text, span: value };
  }

  private countersOption(spec: BaseOption, nameSpan: Span, attached: Argument | undefined): void {
    const packets = this.value(spec, nameSpan, attached);
    if (packets === undefined) return;
    this.token('value', packets, spec.name);
    const both = /^[0-9]+,[0-9]+$/u.test(packets.text);
    const bytes = both ? packets : this.takeValue();
    if (bytes !== undefined && !both) this.token('value', bytes, spec.name);
    if (bytes === undefined) this.problem('missing-value', '`-c` needs packets and bytes: `-c 10 1200`.', cover(nameSpan, packets));
    else if (!both && !(/^[0-9]+$/u.test(packets.text) && /^[0-9]+$/u.test(bytes.text))) {
      this.problem('invalid-value', 'Counters are two numbers, packets and bytes: `-c 10 1200`.', cover(packets, bytes));
    }
  }

  private familyOption(spec: BaseOption): void {
    if (spec.name === this.family) return;
    this.skipped = true;
  }

  private listingOption(spec: BaseOption, nameSpan: Span): void {
    if (this.isCommand) {
      if (spec.short === 'w' || spec.short === 'W') this.takeNumber();
      return;
    }
    const listing = this.command?.kind === 'list' || this.command?.kind === 'list-rules';
    if (listing && spec.short !== 'w' && spec.short !== 'W') return;
    this.problem('illegal-option', `\`${this.optionText(spec)}\` is for the command line; iptables-restore refuses it in a rule.`, nameSpan,
      { title: `Remove ${this.optionText(spec)}`, span: withBlank(this.line.text, nameSpan), newText: '', safe: true });
  }

  private takeNumber(): void {
    if (/^[0-9.]+$/u.test(this.args[this.next]?.text ?? '')) this.next++;
  }

  private option(use: OpenUse, spec: OptionSpec, spelling: string, nameSpan: Span, attached: Argument | undefined): void {
    const extension = use.definition.name;
    this.tokens?.push({ role: 'option', ...nameSpan, text: spelling, extension, option: spec.name });
    const values: Argument[] = [];
    if (attached === undefined && spec.values.length > 0) this.lateNegation(nameSpan, spec.negatable === true);
    for (let index = 0; index < spec.values.length; index++) {
      const value = index === 0 && attached !== undefined ? attached : this.takeValue();
      if (value === undefined) break;
      values.push(value);
      this.tokens?.push({ role: 'value', start: value.start, end: value.end, text: value.text, extension, option: spec.name, index });
    }
    const protocol = this.header.protocol;
    use.add({
      spec, spelling, nameSpan, values, negation: this.negation,
      context: { family: this.family, protocol: protocol === undefined || protocol.negated ? undefined : protocol.value },
    }, this.problems);
    this.negation = undefined;
  }

  private finish(): void {
    if (this.negation !== undefined) this.problem('misplaced-negation', 'Nothing stands behind this `!`; it negates the option that follows.', this.negation);
    if (this.command === undefined && this.args.length > 0 && !this.isCommand && !this.skipped) {
      this.problem('missing-command', 'A rule says what to do with it: `-A CHAIN …` appends it to a chain.', { start: this.args[0]!.start, end: this.args.at(-1)!.end });
    }
  }

  private optionText(spec: BaseOption): string {
    return spec.short === undefined ? `--${spec.name}` : `-${spec.short}`;
  }

  private token(role: Token['role'], argument: Argument, option?: string): void {
    this.tokens?.push({ role, start: argument.start, end: argument.end, text: argument.text, ...(option === undefined ? {} : { option }) });
  }

  private problem(code: string, message: string, span: Span, fix?: Problem['fix']): void {
    this.problems.push({ code, message, span: { start: span.start, end: span.end }, ...(fix === undefined ? {} : { fix }) });
  }
}

/** Whether the shell puts something else in the argument's place. */
function isExpansion({ raw }: Argument): boolean {
  return /[$`]/u.test(raw) && !/^'[^']*'$/u.test(raw);
}

/** Whether iptables takes a value that touches the option; for the others it takes the whole word (seen in 1.8.9). */
function takesAttached({ meaning }: BaseOption): boolean {
  return meaning.kind !== 'header' && meaning.kind !== 'jump';
}

/** What is wrong with the name of a new chain, declared by `:NAME` or by `-N NAME`. */
export function chainNameProblems(name: string, span: Span, family: Family, by: 'declaration' | 'command'): Problem[] {
  const at = { start: span.start, end: span.end };
  if (name.length >= CHAIN_NAME_LIMIT) {
    return [{ code: 'invalid-chain-name', message: `The chain name \`${name}\` has ${name.length} characters; iptables takes at most ${CHAIN_NAME_LIMIT - 1}.`, span: at }];
  }
  if (/^[-!]/u.test(name)) return [{ code: 'invalid-chain-name', message: `A chain name can't start with \`${name[0]}\`.`, span: at }];
  // iptables-restore takes `:LOG -` but -N LOG is refused; a jump to it means the target all the same.
  if (VERDICTS.has(name) || (by === 'command' && findTarget(name, family) !== undefined)) {
    return [{ code: 'invalid-chain-name', message: `\`${name}\` is the name of a target; a chain needs another name.`, span: at }];
  }
  return [];
}

function suggestion(text: string | undefined, span: Span): Problem['fix'] {
  return text === undefined ? undefined : { title: `Write ${text}`, span: { start: span.start, end: span.end }, newText: text, safe: false };
}

/** The span with the blanks that follow it, so that removing it leaves one blank. */
function withBlank(text: string, span: Span): Span {
  let end = span.end;
  while (text[end] === ' ' || text[end] === '\t') end++;
  return { start: span.start, end };
}
