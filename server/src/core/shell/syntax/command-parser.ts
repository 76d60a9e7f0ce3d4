import { isUnknown, type Value } from '../value.ts';
import type { Assignment, AssignmentWord, CaseClause, Command, Element, HereStart, Redirect, SimpleCommand, Word } from './ast.ts';
import { Expansions } from './expansions.ts';
import { TooDeep } from './scanner.ts';
import { TestParser } from './test-parser.ts';
import { makeWord } from './word-parser.ts';

/** Words that end a list of commands where a command could begin. */
const CLOSING = ['then', 'elif', 'else', 'fi', 'do', 'done', 'esac', '}'];
const RESERVED = /(?:then|elif|else|fi|do|done|esac|\}|if|for|while|until|case|select|function|time|coproc|\{|!|\[\[)(?=[\s;&|()<>]|$)/uy;
const REDIRECT = /([0-9]*|\{[A-Za-z_]\w*\})(&>>|&>|<<<|<<-|<<|<>|<&|>&|>>|>\||<|>)/uy;
const ASSIGNMENT = /([A-Za-z_]\w*)(\[|\+?=)/uy;
/** Commands whose words may be assignments, arrays among them. */
const DECLARING = new Set(['local', 'export', 'readonly', 'declare', 'typeset']);

interface PendingHereText extends HereStart {
  readonly place: (text: Word) => void;
}

/** What names of commands stand for. */
export type Aliases = ReadonlyMap<string, Value>;

const NO_ALIASES: Aliases = new Map();
/** Aliases that make a text so much longer stand for each other in many places. */
const MOST_GROWTH = 1 << 16;
/** Commands joined by `&&` and `||`, and branches of one `if`: each is run inside of what is run for the one before. */
const MOST_JOINED = 1000;
const MOST_BRANCHES = 250;

/** Reads the commands of a shell script. */
export class CommandParser extends TestParser {
  /** The places of the text that hold what aliases stand for. */
  readonly expansions: Expansions;
  /** Whether there is an alias in it of which nobody knows what it stands for. */
  hasUnknownAlias = false;
  private readonly aliases: Aliases;
  /** How much longer what aliases stand for has made the text. */
  private growth = 0;
  private pending: PendingHereText[] = [];
  /** The line that was to end a here-document, which the end of the text does instead; shells take that with no more than a warning. */
  unended: string | undefined;

  /** What aliases stand for comes into the text in the place of their names. */
  constructor(text: string, aliases = NO_ALIASES, expansions = new Expansions()) {
    super(text);
    this.aliases = aliases;
    this.expansions = expansions;
  }

  /**
   * The commands from here to the end of the line on which they end; undefined for a line without one. The position is
   * then behind that line and its here-documents.
   */
  completeLine(): Command | undefined {
    const start = this.position;
    const commands: Command[] = [];
    this.skipBlanks();
    while (!this.atLineEnd()) {
      commands.push(this.terminated());
      this.skipBlanks();
    }
    this.lineEnd();
    return commands.length === 0 ? undefined : sequence(commands, start, this.position);
  }

  /** All commands of the text. */
  all(): Command {
    const start = this.position;
    const commands: Command[] = [];
    while (this.position < this.end) {
      const command = this.completeLine();
      if (command !== undefined) commands.push(command);
    }
    return sequence(commands, start, this.position);
  }

  protected parseNested(text: string): Command {
    const nested = new CommandParser(text, this.aliases, this.expansions);
    nested.depth = this.depth;
    const command = nested.all();
    this.hasUnknownAlias ||= nested.hasUnknownAlias;
    // What stands for names in it stands in this text as well, but for the backslashes that a backquote takes.
    if (nested.text !== text) {
      if (text.length !== this.position - 1) this.fail('no alias');
      const from = text.search(/\S/u);
      this.replace(from, text.length, nested.text.slice(from));
    }
    return command;
  }

  /** Puts another text in the place of one that lies before the position. */
  private replace(start: number, end: number, text: string): void {
    this.growth += text.length - (end - start);
    if (this.growth > MOST_GROWTH || this.isInHereText) this.fail('no alias');
    this.text = this.text.slice(0, start) + text + this.text.slice(end);
    this.position += text.length - (end - start);
    this.end += text.length - (end - start);
  }

  protected substitution(closing: string): Command {
    const outer = this.pending;
    this.pending = [];
    const body = this.list(() => this.startsWith(closing));
    this.pending = outer;
    this.expect(closing);
    return body;
  }

  /** An and-or list with the `;` or `&` that ends it, where one does. */
  private terminated(): Command {
    const start = this.position;
    const command = this.andOr();
    this.skipBlanks();
    if (this.next === '&' && this.at(1) !== '&') {
      this.position++;
      return { kind: 'background', command, start, end: this.position };
    }
    if (this.next === ';' && this.at(1) !== ';' && this.at(1) !== '&') this.position++;
    else if (!this.atLineEnd() && !this.atListEnd()) this.fail('`;` or a new line');
    return command;
  }

  private atListEnd(): boolean {
    return this.next === ')' || this.startsWith(';;') || this.startsWith(';&');
  }

  /** Commands over any number of lines, up to a word or sign that ends them. */
  private list(ends: () => boolean): Command {
    const start = this.position;
    const commands: Command[] = [];
    for (;;) {
      this.skipLines();
      if (ends()) return sequence(commands, start, this.position);
      if (this.position >= this.end) this.fail('the end of what it opens, such as `fi`, `done`, `esac` or `}`');
      commands.push(this.terminated());
    }
  }

  private skipLines(): void {
    for (;;) {
      this.skipBlanks();
      if (this.position >= this.end || !this.atLineEnd()) return;
      this.lineEnd();
    }
  }

  /** Steps over the end of the line and the texts of the here-documents that it began. */
  private lineEnd(): void {
    if (this.next === '\r') this.position++;
    if (this.next === '\n') this.position++;
    const pending = this.pending;
    this.pending = [];
    for (const each of pending) this.hereDocument(each);
  }

  private hereDocument(pending: PendingHereText): void {
    const { delimiter, tabs, place } = pending;
    const start = this.position;
    for (;;) {
      if (this.position >= this.end) {
        this.unended ??= delimiter;
        place(this.hereText(start, this.end, pending));
        this.position = this.end;
        return;
      }
      const newline = this.text.indexOf('\n', this.position);
      const end = newline === -1 || newline >= this.end ? this.end : newline;
      let line = this.text.slice(this.position, end).replace(/\r$/u, '');
      if (tabs) line = line.replace(/^\t+/u, '');
      const at = this.position;
      this.position = Math.min(end + 1, this.end);
      if (line !== delimiter) continue;
      const after = this.position;
      place(this.hereText(start, at, pending));
      this.position = after;
      return;
    }
  }

  private andOr(): Command {
    let left = this.pipeline();
    for (let joined = 0; ; joined++) {
      if (joined > MOST_JOINED) throw new TooDeep();
      this.skipBlanks();
      const kind = this.take('&&') ? 'and' : this.take('||') ? 'or' : undefined;
      if (kind === undefined) return left;
      this.skipLines();
      const right = this.pipeline();
      left = { kind, left, right, start: left.start, end: right.end };
    }
  }

  private pipeline(): Command {
    const start = this.position;
    if (this.takeReserved('time')) {
      this.skipBlanks();
      if (this.take('-p')) this.skipBlanks();
    }
    if (this.takeReserved('!')) {
      this.skipBlanks();
      this.enter();
      const command = this.pipeline();
      this.depth--;
      return { kind: 'not', command, start, end: command.end };
    }
    const commands = [this.command()];
    for (;;) {
      this.skipBlanks();
      if (this.next !== '|' || this.at(1) === '|') break;
      this.position += this.at(1) === '&' ? 2 : 1;
      this.skipLines();
      commands.push(this.command());
    }
    return commands.length === 1 ? commands[0]! : { kind: 'pipeline', commands, start, end: this.position };
  }

  private reserved(): string | undefined {
    RESERVED.lastIndex = this.position;
    return RESERVED.exec(this.text)?.[0];
  }

  private takeReserved(word: string): boolean {
    return this.reserved() === word && this.take(word);
  }

  private expectReserved(word: string): void {
    this.skipLines();
    if (!this.takeReserved(word)) this.fail(`\`${word}\``);
  }

  private command(): Command {
    this.enter();
    const command = this.commandHere();
    this.depth--;
    return command;
  }

  private commandHere(): Command {
    const start = this.position;
    if (this.startsWith('((')) {
      const arithmetic = this.arithmeticCommand();
      if (arithmetic !== undefined) return arithmetic;
      this.position = start;
    }
    if (this.take('(')) return this.compound({ kind: 'subshell', body: this.substitution(')'), start });
    const word = this.reserved();
    if (word === undefined) return this.simple();
    if (CLOSING.includes(word)) this.fail('a command');
    this.position += word.length;
    switch (word) {
      case '{': return this.compound({ kind: 'group', body: this.until('}'), start });
      case 'if': return this.ifCommand(start);
      case 'for': return this.forCommand(start, false);
      case 'select': return this.forCommand(start, true);
      case 'while': case 'until': return this.whileCommand(start, word === 'until');
      case 'case': return this.caseCommand(start);
      case 'function': return this.functionCommand(start);
      case '[[': return this.compound({ kind: 'test', expression: this.testExpression(), start });
      default: return this.coprocess();
    }
  }

  /** What follows `coproc`: a command, or a name and a compound one. */
  private coprocess(): Command {
    this.skipBlanks();
    const before = this.position;
    if (this.name() !== undefined) {
      this.skipBlanks();
      if (this.next !== '(' && this.reserved() === undefined) this.position = before;
    }
    return this.command();
  }

  /** The list up to a closing word, which is stepped over. */
  private until(closing: string): Command {
    const body = this.list(() => this.reserved() === closing);
    this.expectReserved(closing);
    return body;
  }

  private compound<C extends { readonly start: number }>(command: C): C & { end: number; redirects: readonly Redirect[] } {
    const redirects: Redirect[] = [];
    for (;;) {
      const before = this.position;
      this.skipBlanks();
      if (!this.redirect(redirects)) {
        if (redirects.length === 0) this.position = before;
        return { ...command, redirects, end: this.position };
      }
    }
  }

  private ifCommand(start: number): Command {
    const branches: { condition: Command; body: Command }[] = [];
    let otherwise: Command | undefined;
    do {
      const condition = this.until('then');
      branches.push({ condition, body: this.list(() => ['elif', 'else', 'fi'].includes(this.reserved() ?? '')) });
      if (branches.length > MOST_BRANCHES) throw new TooDeep();
    } while (this.takeReserved('elif'));
    if (this.takeReserved('else')) otherwise = this.list(() => this.reserved() === 'fi');
    this.expectReserved('fi');
    return this.compound({ kind: 'if', branches, otherwise, start });
  }

  private forCommand(start: number, isMenu: boolean): Command {
    this.skipBlanks();
    if (this.take('((')) return this.arithmeticFor(start);
    const name = this.name();
    if (name === undefined) this.fail('a name');
    let words: Word[] | undefined;
    this.skipLines();
    if (this.startsWith('in') && /[\s;]/u.test(this.at(2))) {
      this.position += 2;
      words = [];
      for (this.skipBlanks(); ; this.skipBlanks()) {
        const word = this.word();
        if (word === undefined) break;
        words.push(word);
      }
    }
    this.take(';');
    return this.compound({ kind: 'for', name, words, body: this.doGroup(), isMenu, start });
  }

  private arithmeticFor(start: number): Command {
    const first = this.arithmeticText((scanner) => scanner.next === ';');
    this.expect(';');
    const condition = this.arithmeticText((scanner) => scanner.next === ';');
    this.expect(';');
    const step = this.arithmeticText((scanner) => scanner.startsWith('))'));
    this.expect('))');
    this.skipBlanks();
    this.take(';');
    return this.compound({ kind: 'arithmetic-for', start, condition, step, body: this.doGroup(), first });
  }

  private doGroup(): Command {
    this.skipLines();
    if (this.takeReserved('{')) return this.until('}');
    this.expectReserved('do');
    return this.until('done');
  }

  private whileCommand(start: number, until: boolean): Command {
    const condition = this.until('do');
    return this.compound({ kind: 'while', until, condition, body: this.until('done'), start });
  }

  private caseCommand(start: number): Command {
    this.skipBlanks();
    const word = this.word() ?? this.fail('a word');
    this.skipLines();
    this.expect('in');
    const clauses: CaseClause[] = [];
    for (this.skipLines(); !this.takeReserved('esac'); this.skipLines()) clauses.push(this.clause());
    return this.compound({ kind: 'case', word, clauses, start });
  }

  private clause(): CaseClause {
    this.take('(');
    const patterns: Word[] = [];
    do {
      this.skipBlanks();
      patterns.push(this.pattern() ?? this.fail('a pattern'));
      this.skipBlanks();
    } while (this.take('|'));
    this.expect(')');
    const body = this.list(() => this.startsWith(';;') || this.startsWith(';&') || this.reserved() === 'esac');
    return { patterns, body, end: this.take(';;&') ? ';;&' : this.take(';;') || !this.take(';&') ? ';;' : ';&' };
  }

  private functionCommand(start: number): Command {
    this.skipBlanks();
    const name = this.word()?.literal ?? this.fail('a name');
    this.skipBlanks();
    if (this.take('(')) {
      this.skipBlanks();
      this.expect(')');
    }
    return this.functionBody(name, start);
  }

  private functionBody(name: string, start: number): Command {
    this.skipLines();
    const body = this.command();
    if (body.kind === 'simple') this.fail('a compound command');
    return { kind: 'function', name, body, start, end: this.position };
  }

  private arithmeticCommand(): Command | undefined {
    const start = this.position;
    this.position += 2;
    const expression = this.arithmeticText((scanner) => scanner.next === ')');
    if (!this.take('))')) return undefined;
    return this.compound({ kind: 'arithmetic' as const, expression, start });
  }

  private simple(): Command {
    const start = this.position;
    const assignments: Assignment[] = [];
    const redirects: Redirect[] = [];
    const words: (Word | AssignmentWord)[] = [];
    let end = start;
    for (; ; this.skipBlanks()) {
      if (this.redirect(redirects)) {
        end = this.position;
        continue;
      }
      const assigns = words.length === 0 || DECLARING.has(words[0]!.literal ?? '');
      const assignment = assigns ? this.assignment() : undefined;
      if (assignment !== undefined && words.length === 0) assignments.push(assignment);
      else if (assignment !== undefined) words.push(assignmentWord(assignment));
      else {
        const word = this.word();
        if (word === undefined) break;
        const read = this.aliases.size === 0 ? word : this.unaliased(word, words.length === 0);
        if (read === undefined && end === start) return this.expanded(start);
        if (read === undefined) continue;
        words.push(read);
      }
      end = this.position;
      if (words.length === 1 && assignments.length === 0 && redirects.length === 0 && this.takeParentheses()) return this.functionBody(words[0]!.literal ?? this.fail('a name'), start);
    }
    if (end === start) this.fail('a command');
    return { kind: 'simple', assignments, words, redirects, start, end };
  }

  /** What a word stands for as the name of an alias; undefined where it is none. */
  private aliasOf({ literal, start, end }: Word, isFirst: boolean): Value | undefined {
    if (literal === undefined || literal.length !== end - start) return undefined;
    const alias = this.aliases.get(literal);
    if (alias === undefined || this.expansions.isWithin(literal, start)) return undefined;
    return isFirst || this.expansions.goOnTo(start, this.text) ? alias : undefined;
  }

  /** The word, or what it stands for where nobody knows that; undefined where that comes into the text in its place and is to be read. */
  private unaliased(word: Word, isFirst: boolean): Word | undefined {
    const { start, end, literal } = word;
    const alias = this.aliasOf(word, isFirst);
    if (alias === undefined) return word;
    if (isUnknown(alias)) {
      this.hasUnknownAlias = true;
      return makeWord([{ kind: 'alias', value: alias, quoted: false, start, end }], start, end);
    }
    this.replace(start, end, alias);
    this.expansions.add(literal!, start, alias);
    this.position = start;
    return undefined;
  }

  /** The command that begins with what an alias stands for. */
  private expanded(start: number): Command {
    this.skipBlanks();
    // What is no command after all may leave another one open.
    if (this.atLineEnd() && this.text.slice(this.text.lastIndexOf('\n', start - 1) + 1, start).trim() === '') return sequence([], start, this.position);
    return this.reserved() === '!' ? this.pipeline() : this.command();
  }

  /** The `()` that makes a function of the word before it. */
  private takeParentheses(): boolean {
    const before = this.position;
    this.skipBlanks();
    if (this.take('(')) {
      this.skipBlanks();
      if (this.take(')')) return true;
    }
    this.position = before;
    return false;
  }

  private assignment(): Assignment | undefined {
    ASSIGNMENT.lastIndex = this.position;
    const found = ASSIGNMENT.exec(this.text);
    if (found === null) return undefined;
    const start = this.position;
    const name = found[1]!;
    this.position += name.length;
    let index: Word | undefined;
    if (this.next === '[') {
      index = this.subscript();
      if (!this.startsWith('=') && !this.startsWith('+=')) {
        this.position = start;
        return undefined;
      }
    }
    const append = this.take('+');
    this.expect('=');
    const value = this.next === '(' ? this.elements() : this.word() ?? makeWord([], this.position, this.position);
    return { name, index, append, value, start, end: this.position };
  }

  private elements(): Element[] {
    this.position++;
    const elements: Element[] = [];
    for (this.skipLines(); !this.take(')'); this.skipLines()) {
      let index: Word | undefined;
      if (this.next === '[') {
        const before = this.position;
        index = this.subscript();
        if (!this.take('=')) {
          this.position = before;
          index = undefined;
        }
      }
      elements.push({ index, value: this.word() ?? this.fail('`)`') });
    }
    return elements;
  }

  /** Adds the redirection that begins here; whether there was one. */
  private redirect(redirects: Redirect[]): boolean {
    REDIRECT.lastIndex = this.position;
    const found = REDIRECT.exec(this.text);
    if (found === null || found.index + found[0].length > this.end) return false;
    const [whole, descriptor, operator] = found;
    if (this.at(whole.length) === '(' && /^[<>]$/u.test(operator!) && descriptor === '') return false;
    const start = this.position;
    this.position += whole.length;
    this.skipBlanks();
    const target = this.word() ?? this.fail('a word');
    const number = /^\d+$/u.test(descriptor!) ? Number(descriptor) : undefined;
    if (operator === '<<' || operator === '<<-') this.hereRedirect(redirects, target, operator === '<<-', number, start);
    else redirects.push({ operator: plainOperator(operator!), descriptor: number, target, start, end: this.position });
    return true;
  }

  private hereRedirect(redirects: Redirect[], target: Word, tabs: boolean, descriptor: number | undefined, start: number): void {
    const index = redirects.length;
    const end = this.position;
    const quoted = /["'\\]/u.test(this.text.slice(target.start, target.end));
    const delimiter = target.literal ?? this.text.slice(target.start, target.end).replace(/["'\\]/gu, '');
    redirects.push({ operator: '<<', descriptor, target, start, end });
    this.pending.push({ delimiter, tabs, expands: !quoted, place: (text) => { redirects[index] = { operator: '<<', descriptor, target: text, start, end }; } });
  }
}

function plainOperator(operator: string): Redirect['operator'] {
  return operator === '>|' ? '>' : operator === '&>>' ? '&>' : operator as Redirect['operator'];
}

function sequence(commands: readonly Command[], start: number, end: number): Command {
  return commands.length === 1 ? commands[0]! : { kind: 'sequence', commands, start, end };
}

function assignmentWord(assignment: Assignment): AssignmentWord {
  return { parts: [], start: assignment.start, end: assignment.end, literal: undefined, assignment };
}

/** Whether the word of a declaring command is an assignment. */
export const isAssignment = (word: SimpleCommand['words'][number]): word is AssignmentWord => 'assignment' in word;
