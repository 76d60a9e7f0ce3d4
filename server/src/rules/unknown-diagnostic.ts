import { nearest } from '../core/values/spelling.ts';
import { defineRule, type FileInContext, type Report } from './rule.ts';
import { replace } from './support/edits.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'unknown-diagnostic',
  severity: 'warning',
  docs: page({
    what: 'Finds codes in `# iptables-lens disable=…` comments that no diagnostic has.',
    why: 'A misspelled code silences nothing, and nobody would be told.',
    example: ['# iptables-lens disable=state-mach', '-A INPUT -m state --state NEW -j ACCEPT'],
    instead: ['# iptables-lens disable=state-match', '-A INPUT -m state --state NEW -j ACCEPT'],
    fixes: 'Safe: only the comment changes. What it then silences is no longer shown.',
  }),
  *checkFile(file) {
    for (const line of file.survey.of('suppression')) if (line.content.kind === 'suppression') yield* unknownCodes(file, line, line.content.codes);
  },
});

function* unknownCodes({ codes }: FileInContext, line: Report['line'], given: readonly { readonly text: string; readonly start: number; readonly end: number }[]): Iterable<Report> {
  for (const code of given) {
    if (codes.has(code.text)) continue;
    const [best] = nearest(code.text, codes);
    const report: Report = {
      line, span: { start: code.start, end: code.end },
      message: `There is no diagnostic \`${code.text}\`${best === undefined ? '.' : `; did you mean \`${best}\`?`}`,
    };
    yield best === undefined ? report : { ...report, fixes: [{ title: `Write ${best}`, safe: true, edits: [replace(line, code, best)] }] };
  }
}
