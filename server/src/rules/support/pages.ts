import type { Rule } from '../rule.ts';

/** The pages of docs/rules by file name: one for each diagnostic, and the list of them all. */
export function pagesOf(rules: readonly Rule[]): ReadonlyMap<string, string> {
  const pages = rules.map((rule): [string, string] => [`${rule.code}.md`, pageOf(rule)]);
  return new Map([['README.md', listOf(rules)], ...pages]);
}

function pageOf({ code, severity, docs }: Rule): string {
  return `# ${code}\n\nSeverity: ${severity}. [All diagnostics](README.md)\n\n${docs}`;
}

function listOf(rules: readonly Rule[]): string {
  const rows = rules.map(({ code, severity, docs }) => `| [${code}](${code}.md) | ${severity} | ${firstSentence(docs)} |`);
  return [
    '# Diagnostics',
    '',
    'What iptables refuses is an error; what it loads although it hardly does what was meant is a warning. Where',
    'iptables-nft and iptables-legacy differ, iptables-nft decides, the default of today\'s distributions. A diagnostic',
    'that finds both has the severity of the graver one below.',
    '',
    '`# iptables-lens disable=CODE` on a line of its own silences a diagnostic on the line below; several codes are',
    'separated by commas. In the comments at the top of the file, before a blank line or a `*table` line, it silences the',
    'diagnostic in the whole file.',
    '',
    '| Diagnostic | Severity | |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** What the diagnostic does, in one line of a table. */
function firstSentence(docs: string): string {
  const [, text = ''] = /^## What it does\n\n(.*)$/mu.exec(docs) ?? [];
  return (/^.*?\.(?= [A-Z`]|$)/u.exec(text)?.[0] ?? text).replaceAll('|', '\\|');
}
