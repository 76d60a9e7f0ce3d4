import type { ExpectationResult } from '../core/expectations/expectations.ts';

/** An expectation with the file that it stands in. */
export interface TestResult extends ExpectationResult {
  readonly file: string;
}

/** What an expectation is called in reports: its scenario and its own text. */
export const nameOf = ({ line, scenario }: ExpectationResult): string =>
  `${scenario === undefined ? '' : `${scenario}: `}${line.text.trim().replace(/^#\s*/u, '')}`;
