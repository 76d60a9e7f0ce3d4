import type { Severity } from '../rules/rule.ts';

/** A place in a file, lines and columns from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A finding as `--format json` prints it. */
export interface Reported extends Place {
  readonly file: string;
  readonly severity: Severity | 'info';
  readonly code: string;
  readonly message: string;
  readonly related: readonly (Place & { readonly file: string; readonly message: string })[];
  readonly fixes: readonly { readonly title: string; readonly safe: boolean; readonly edits: readonly (Place & { readonly newText: string })[] }[];
}
