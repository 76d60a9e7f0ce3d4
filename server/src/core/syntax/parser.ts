import { oneOfAlike } from '../alike.ts';
import { utf8Length } from '../text.ts';
import { Language, Parser, type Tree, type TreeCursor } from 'web-tree-sitter';
import { readDirective } from './directive.ts';
import type { Argument, Line, LineContent } from './line.ts';
import { LINE_LIMIT } from './limits.ts';
import { readPlainChain } from './plain-chain.ts';
import { readPlainRule } from './plain-rule.ts';
import type { LogicalText } from './split.ts';
import { unquoteRuleWord, unquoteShellWord } from './unquote.ts';

/** The two WebAssembly modules, as bytes; how they are found is the caller's affair. */
export interface WasmModules {
  readonly treeSitter: Uint8Array;
  readonly grammar: Uint8Array;
}

/** Lines parsed in one go; bounds the memory of a tree. */
const BATCH = 2000;

/** The grammar takes it for a blank, since it may begin a line's end; inside a line it is a letter (seen in 1.8.9), of the same length as its picture. */
const LONE_CARRIAGE_RETURN = /\r(?!\n)/gu;

const BLANK: LineContent = { kind: 'blank' };
const COMMENT: LineContent = { kind: 'comment' };
const COMMIT: LineContent = { kind: 'commit' };
const SHELL: LineContent = { kind: 'shell' };
const TOO_LONG: LineContent = { kind: 'invalid', reason: 'too-long' };
const NO_TEXT: LineContent = { kind: 'invalid', reason: 'not-text' };

/**
 * Turns logical lines into what they say. Every line stands alone in the grammar, so an edit parses the lines that it
 * touched and nothing else, and no tree outlives the call that made it.
 */
export class LineParser {
  private readonly parser: Parser;

  private constructor(parser: Parser) {
    this.parser = parser;
  }

  /** Loads tree-sitter and the grammar; once a process. */
  static async create(modules: WasmModules): Promise<LineParser> {
    // web-tree-sitter hands its options on to emscripten: the module's bytes are there, so nothing has to be located.
    await Parser.init({ wasmBinary: modules.treeSitter, locateFile: (name: string) => name });
    const parser = new Parser();
    parser.setLanguage(await Language.load(modules.grammar));
    return new LineParser(parser);
  }

  /** The lines with their content; `number` is left at 0 for the document to set. */
  parse(texts: readonly LogicalText[]): Line[] {
    const contents = texts.map(({ text }) => unreadable(text) ?? readPlainRule(text) ?? readPlainChain(text));
    const left = [...contents.keys()].filter((index) => contents[index] === undefined);
    for (let start = 0; start < left.length; start += BATCH) {
      const batch = left.slice(start, start + BATCH);
      for (const [place, content] of this.read(batch.map((index) => texts[index]!.text)).entries()) contents[batch[place]!] = content;
    }
    return texts.map(({ text, eol }, index) => ({ number: 0, text, eol, content: contents[index]! }));
  }

  /** What the grammar makes of each line. */
  private read(texts: readonly string[]): LineContent[] {
    const starts: number[] = [];
    let source = '';
    for (const text of texts) {
      starts.push(source.length);
      source += `${text}\n`;
    }
    const tree = this.parser.parse(source.includes('\r') ? source.replace(LONE_CARRIAGE_RETURN, '\u240d') : source);
    if (tree === null) throw new Error('the parser has no grammar');
    try {
      return new Reader(source, starts).read(tree);
    } finally {
      tree.delete();
    }
  }
}

/** What a line is that the grammar need not see: iptables-restore could not read it either. */
function unreadable(text: string): LineContent | undefined {
  if (text.length > LINE_LIMIT || (text.length > LINE_LIMIT / 3 && utf8Length(text) > LINE_LIMIT)) return TOO_LONG;
  return text.includes('\0') ? NO_TEXT : undefined;
}

/** Walks the tree of one batch with a cursor, which is several times faster than node objects. */
class Reader {
  private readonly source: string;
  private readonly starts: readonly number[];
  /** Offset of the line being read; arguments count from it. */
  private base = 0;

  constructor(source: string, starts: readonly number[]) {
    this.source = source;
    this.starts = starts;
  }

  read(tree: Tree): LineContent[] {
    const contents = new Array<LineContent>(this.starts.length).fill(BLANK);
    const cursor = tree.walk();
    try {
      if (!cursor.gotoFirstChild()) return contents;
      let index = 0;
      do {
        const at = cursor.startIndex;
        while (index + 1 < this.starts.length && this.starts[index + 1]! <= at) index++;
        this.base = this.starts[index]!;
        const content = this.line(cursor);
        if (content !== undefined) contents[index] = content;
      } while (cursor.gotoNextSibling());
    } finally {
      cursor.delete();
    }
    return contents;
  }

  /** The content of the line node under the cursor; undefined for the newline between lines. */
  private line(cursor: TreeCursor): LineContent | undefined {
    switch (cursor.nodeType) {
      case 'rule': return this.rule(cursor);
      case 'chain_declaration': return this.chain(cursor);
      case 'comment': return readDirective(this.source.slice(this.base, cursor.endIndex)) ?? COMMENT;
      case 'shebang': return COMMENT;
      case 'table': return { kind: 'table', name: this.children(cursor).find(({ field }) => field === 'name')?.argument ?? this.argument(cursor.startIndex, cursor.endIndex, false) };
      case 'commit': return COMMIT;
      case 'command': return this.command(cursor);
      case 'expectation': return this.expectation(cursor);
      case 'scenario': return { kind: 'scenario', title: this.children(cursor).find(({ field }) => field === 'title')?.argument.text ?? '' };
      case 'suppression': return { kind: 'suppression', codes: this.children(cursor).filter(({ field }) => field === 'code').map(({ argument }) => argument) };
      case 'shell_line': return SHELL;
      default: return undefined;
    }
  }

  /**
   * Rules are nearly all of a file, and every question to the cursor is a call into WebAssembly. Between their nodes stand
   * only blanks, so where one begins is known, and what it is shows in its text.
   */
  private rule(cursor: TreeCursor): LineContent {
    const args: Argument[] = [];
    let counters: Argument | undefined;
    let end = cursor.startIndex;
    if (!cursor.gotoFirstChild()) return { kind: 'rule', counters, arguments: args };
    let join = false;
    do {
      const start = this.skipBlanks(end);
      const touches = start === end;
      end = cursor.endIndex;
      const argument = this.argument(start, end, false);
      const equals = touches && argument.raw === '=';
      if (args.length === 0 && counters === undefined && argument.raw.startsWith('[') && cursor.nodeType === 'counters') counters = argument;
      else if (equals || (join && touches)) joinLast(args, argument);
      else args.push(argument);
      join = equals;
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
    return { kind: 'rule', counters, arguments: args };
  }

  private skipBlanks(offset: number): number {
    for (;;) {
      const code = this.source.charCodeAt(offset);
      if (code !== 32 && code !== 9) return offset;
      offset++;
    }
  }

  private command(cursor: TreeCursor): LineContent {
    const parts = this.children(cursor, true);
    const program = parts.find(({ field }) => field === 'program')?.argument;
    if (program === undefined) return SHELL;
    const args: Argument[] = [];
    let join = false;
    for (const { type, argument } of parts) {
      if (!ARGUMENT_TYPES.has(type) || argument.start <= program.start) continue;
      if (type === '=' || join) joinLast(args, argument);
      else args.push(argument);
      join = type === '=';
    }
    return {
      kind: 'command', program, arguments: args,
      rest: parts.find(({ type }) => type === 'shell_rest' || type === 'comment')?.argument,
    };
  }

  private chain(cursor: TreeCursor): LineContent {
    const written = this.source.slice(this.base, cursor.endIndex);
    if (written.includes('"')) return chainOfWords(written);
    const parts = this.children(cursor);
    const field = (name: string): Argument | undefined => parts.find((part) => part.field === name)?.argument;
    return {
      kind: 'chain', name: field('name') ?? { text: '', raw: '', start: 1, end: 1 }, policy: field('policy'), counters: field('counters'),
      extra: parts.filter((part) => part.type === 'argument').map(({ argument }) => argument),
    };
  }

  private expectation(cursor: TreeCursor): LineContent {
    const parts = this.children(cursor);
    const field = (name: string): Argument | undefined => parts.find((part) => part.field === name)?.argument;
    const end = cursor.endIndex - this.base;
    const missing: Argument = { text: '', raw: '', start: end, end };
    return { kind: 'expectation', verdict: field('verdict') ?? missing, packet: field('packet') ?? missing };
  }

  private children(cursor: TreeCursor, shell = false): Part[] {
    const parts: Part[] = [];
    if (!cursor.gotoFirstChild()) return parts;
    do {
      parts.push({ type: cursor.nodeType, field: cursor.currentFieldName, argument: this.argument(cursor.startIndex, cursor.endIndex, shell) });
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
    return parts;
  }

  private argument(start: number, end: number, shell: boolean): Argument {
    const raw = oneOfAlike(this.source.slice(start, end));
    return { text: shell ? unquoteShellWord(raw) : unquoteRuleWord(raw), raw, start: start - this.base, end: end - this.base };
  }
}

/** A declaration in which quotes stand, that iptables-restore takes for a part of the words: only blanks part them (seen in 1.8.9). */
function chainOfWords(written: string): LineContent {
  const words = [...written.slice(1).matchAll(/[^ \t]+/gu)].map(({ 0: text, index }): Argument => ({ text, raw: text, start: index + 1, end: index + 1 + text.length }));
  const [name, policy, counters, ...extra] = words;
  return { kind: 'chain', name: name!, policy, counters, extra };
}

interface Part {
  readonly type: string;
  readonly field: string | null;
  readonly argument: Argument;
}

const ARGUMENT_TYPES = new Set(['negation', 'short_option', 'long_option', 'dash_option', '=', 'value', 'string', 'unterminated_string']);

/** A long option, its `=` and the value behind it are one argument, as they stand. */
function joinLast(args: Argument[], argument: Argument): void {
  const last = args.at(-1);
  if (last === undefined) args.push(argument);
  else args[args.length - 1] = { text: last.text + argument.text, raw: last.raw + argument.raw, start: last.start, end: argument.end };
}
