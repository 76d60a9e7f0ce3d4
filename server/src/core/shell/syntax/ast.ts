import type { Span } from '../../text.ts';
import type { Unknown } from '../value.ts';

/** A word of a command, or a text in which the shell expands (a here-document, an arithmetic expression). Offsets count from the chunk. */
export interface Word extends Span {
  readonly parts: readonly Part[];
  /** The value, where nothing in the word is expanded, split or matched against file names. */
  readonly literal: string | undefined;
}

/** What a here-document begins with its operator and the word behind it. */
export interface HereStart {
  /** The line that ends it. */
  readonly delimiter: string;
  readonly expands: boolean;
  /** Whether the tabs at the start of each line go. */
  readonly tabs: boolean;
}

/** The text of a here-document. */
export interface HereText extends Word, HereStart {}

export type Part = TextPart | ParameterPart | SubstitutionPart | ArithmeticPart | AliasPart;

/** Text as it stands, quotes and escapes removed. */
export interface TextPart extends Span {
  readonly kind: 'text';
  readonly text: string;
  readonly quoted: boolean;
}

/** `$NAME`, `${NAME…}`. */
export interface ParameterPart extends Span {
  readonly kind: 'parameter';
  readonly name: string;
  /** `[…]` behind the name. */
  readonly index?: Word;
  /** `#`: the length; `!`: the parameter that the value names, or the array's keys. */
  readonly prefix?: '#' | '!';
  readonly operator?: string;
  readonly argument?: Word;
  /** The replacement of `/`, the length of `:`. */
  readonly second?: Word;
  readonly quoted: boolean;
}

/** `$(…)`, backquotes, or `<(…)`, which stands for a file's name. */
export interface SubstitutionPart extends Span {
  readonly kind: 'substitution';
  readonly body: Command;
  readonly file: boolean;
  readonly quoted: boolean;
}

/** `$((…))`. */
export interface ArithmeticPart extends Span {
  readonly kind: 'arithmetic';
  readonly expression: Word;
  readonly quoted: boolean;
}

/** What an alias stands for, where that is not known. */
export interface AliasPart extends Span {
  readonly kind: 'alias';
  readonly value: Unknown;
  readonly quoted: boolean;
}

/** `NAME=VALUE`, `NAME[INDEX]=VALUE`, `NAME+=VALUE`, `NAME=(…)`. */
export interface Assignment extends Span {
  readonly name: string;
  readonly index: Word | undefined;
  readonly append: boolean;
  readonly value: Word | readonly Element[];
}

/** An element of an array literal. */
export interface Element {
  readonly index: Word | undefined;
  readonly value: Word;
}

export interface Redirect extends Span {
  readonly operator: '<' | '>' | '>>' | '<>' | '<&' | '>&' | '&>' | '<<' | '<<<';
  /** The file descriptor, where one is written. */
  readonly descriptor: number | undefined;
  /** The file or, of a here-document, its text. */
  readonly target: Word;
}

/** A command with assignments before it and redirections anywhere. */
export interface SimpleCommand extends Span {
  readonly kind: 'simple';
  readonly assignments: readonly Assignment[];
  readonly words: readonly (Word | AssignmentWord)[];
  readonly redirects: readonly Redirect[];
}

/** An assignment among the words of `local`, `export`, `declare`, `readonly`. */
export interface AssignmentWord extends Word {
  readonly assignment: Assignment;
}

export interface Compound extends Span {
  readonly redirects: readonly Redirect[];
}

export type Command =
  | SimpleCommand
  | ({ readonly kind: 'sequence'; readonly commands: readonly Command[] } & Span)
  | ({ readonly kind: 'background'; readonly command: Command } & Span)
  | ({ readonly kind: 'and' | 'or'; readonly left: Command; readonly right: Command } & Span)
  | ({ readonly kind: 'not'; readonly command: Command } & Span)
  | ({ readonly kind: 'pipeline'; readonly commands: readonly Command[] } & Span)
  | ({ readonly kind: 'subshell' | 'group'; readonly body: Command } & Compound)
  | ({ readonly kind: 'if'; readonly branches: readonly { readonly condition: Command; readonly body: Command }[]; readonly otherwise: Command | undefined } & Compound)
  /** `isMenu`: `select`, which asks for one of the words again and again. */
  | ({ readonly kind: 'for'; readonly name: string; readonly words: readonly Word[] | undefined; readonly body: Command; readonly isMenu: boolean } & Compound)
  | ({ readonly kind: 'arithmetic-for'; readonly first: Word; readonly condition: Word; readonly step: Word; readonly body: Command } & Compound)
  | ({ readonly kind: 'while'; readonly until: boolean; readonly condition: Command; readonly body: Command } & Compound)
  | ({ readonly kind: 'case'; readonly word: Word; readonly clauses: readonly CaseClause[] } & Compound)
  | ({ readonly kind: 'function'; readonly name: string; readonly body: Command } & Span)
  | ({ readonly kind: 'test'; readonly expression: TestExpression } & Compound)
  | ({ readonly kind: 'arithmetic'; readonly expression: Word } & Compound)
  /** One that is too large to be read. */
  | ({ readonly kind: 'unfollowed' } & Span);

export interface CaseClause {
  readonly patterns: readonly Word[];
  readonly body: Command;
  readonly end: ';;' | ';&' | ';;&';
}

/** What stands between `[[` and `]]`. */
export type TestExpression =
  | { readonly kind: 'and' | 'or'; readonly left: TestExpression; readonly right: TestExpression }
  | { readonly kind: 'not'; readonly operand: TestExpression }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Word }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Word; readonly right: Word };
