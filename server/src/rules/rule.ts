import type { Span } from '../core/text.ts';
import type { Line } from '../core/syntax/line.ts';
import type { BoundRule, Ruleset } from '../core/ruleset/model.ts';
import type { Family, TableName } from '../core/netfilter.ts';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** A replacement of `span` of `line`; spans on `line` are offsets in its logical text. Newlines in `newText` make new lines. */
export interface TextEdit {
  readonly line: Line;
  readonly span: Span;
  readonly newText: string;
}

/** A mend for a finding: `title` in the imperative; `safe` only when the meaning for the kernel can't get worse. */
export interface Fix {
  readonly title: string;
  readonly safe: boolean;
  readonly edits: readonly TextEdit[];
}

/** One diagnostic: where, what is wrong, and what mends it. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly line: Line;
  readonly span: Span;
  readonly message: string;
  readonly related?: readonly { readonly line: Line; readonly span: Span; readonly message: string }[];
  readonly fixes?: readonly Fix[];
  /** How an editor should draw it: faded or struck through. */
  readonly tag?: 'unnecessary' | 'deprecated';
}

/** Finding as a check reports it; code and severity come from the rule unless given. */
export type Report = Omit<Finding, 'code' | 'severity'> & { readonly severity?: Severity };

/** A line with what binding it gave, and the table block that it stands in. */
export interface LineInContext {
  readonly line: Line;
  readonly bound: BoundRule | undefined;
  readonly table: TableName | undefined;
  readonly family: Family;
}

/** The whole file, for checks that look across lines. */
export interface FileInContext {
  readonly lines: readonly Line[];
  readonly family: Family;
  readonly ruleset: Ruleset;
  /** The bound rule of a rule or command line; undefined for other lines. */
  bound(line: Line): BoundRule | undefined;
}

/**
 * A diagnostic. `checkLine` sees one line and its table and is cached while both stay the same; `checkFile` runs after
 * every edit and must stay linear and cheap. `docs` is Markdown under the headings What it does, Why it matters,
 * Example, Use instead (and Fix safety where it has fixes).
 */
export interface Rule {
  readonly code: string;
  readonly severity: Severity;
  readonly docs: string;
  checkLine?(context: LineInContext): Iterable<Report>;
  checkFile?(context: FileInContext): Iterable<Report>;
}

export const defineRule = (rule: Rule): Rule => rule;
