import { defineRule, type Fix, type Report } from './rule.ts';
import { removeLine, replace } from './support/edits.ts';
import { page } from './support/page.ts';
import type { Suppression, Suppressions } from './support/suppression.ts';

export default defineRule({
  code: 'unused-suppression',
  severity: 'hint',
  docs: page({
    what: 'Points at codes in `# iptables-lens disable=…` comments that silence nothing.',
    why: 'The finding that the comment was written for is gone. What is left would hide the next one.',
    example: ['# iptables-lens disable=deprecated-spelling', '-A INPUT -p tcp --dport 22 -j ACCEPT'],
    instead: ['-A INPUT -p tcp --dport 22 -j ACCEPT'],
    fixes: 'Safe: only the comment changes.',
  }),
});

/** Reports the suppressions that silenced nothing; codes that do not exist are `unknown-diagnostic`'s affair. */
export function* reportUnused({ all }: Suppressions, codes: ReadonlySet<string>): Iterable<Report> {
  for (const suppression of all) {
    const { line, code, scope, used } = suppression;
    if (used || !codes.has(code.text)) continue;
    yield {
      line, span: { start: code.start, end: code.end }, tag: 'unnecessary', fixes: [removal(suppression, all)],
      message: `\`${code.text}\` is not found ${scope === 'file' ? 'in this file' : 'on the line below'}; this comment silences nothing.`,
    };
  }
}

/** Takes the code out of its list, or the whole line where it is alone. */
function removal({ line, code }: Suppression, all: readonly Suppression[]): Fix {
  const title = `Remove ${code.text}`;
  if (all.filter((other) => other.line === line).length === 1) return { title, safe: true, edits: [removeLine(line)] };
  const behind = /^\s*,\s*/u.exec(line.text.slice(code.end));
  if (behind !== null) return { title, safe: true, edits: [replace(line, { start: code.start, end: code.end + behind[0].length }, '')] };
  const before = /\s*,\s*$/u.exec(line.text.slice(0, code.start));
  return { title, safe: true, edits: [replace(line, { start: code.start - (before?.[0].length ?? 0), end: code.end }, '')] };
}
