/** The parts of a diagnostic's page; examples are lines of a ruleset (without a `*table` line: of `filter`) or of a script. */
export interface PageParts {
  readonly what: string;
  readonly why: string;
  readonly example: readonly string[];
  readonly instead: readonly string[];
  /** When its fixes keep the meaning; present where there are fixes. */
  readonly fixes?: string;
}

/** A diagnostic's documentation in Markdown, under the same headings for all. */
export function page({ what, why, example, instead, fixes }: PageParts): string {
  const parts = [
    '## What it does', what,
    '## Why it matters', why,
    '## Example', block(example),
    '## Use instead', block(instead),
    ...(fixes === undefined ? [] : ['## Fix safety', fixes]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function block(lines: readonly string[]): string {
  const language = /^(#!|(sudo )?ip6?tables )/u.test(lines[0] ?? '') ? 'sh' : 'iptables';
  return ['```' + language, ...lines, '```'].join('\n');
}
