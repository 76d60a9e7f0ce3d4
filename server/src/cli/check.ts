import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { Line } from '../core/syntax/line.ts';
import type { Span } from '../core/text.ts';
import type { Companion, Finding, Severity } from '../rules/rule.ts';
import { RULES } from '../rules/rules.generated.ts';
import { Diagnostics } from '../rules/run.ts';
import { Opener, familyOption, hostFacts, oneOf, readScriptArguments, someFiles, type Subcommand } from './command.ts';
import type { Place, Reported } from './report.ts';
import { toSarif } from './sarif.ts';
import { version } from './version.ts';
import { visible } from './visible.ts';

const SEVERITIES = ['error', 'warning', 'info'] as const;
const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, information: 2, hint: 3 };

export const check: Subcommand = {
  name: 'check',
  usage: 'check [--family ipv4|ipv6] [--format text|json|sarif] [--severity error|warning|info] [--from FILE] FILE… [-- ARGUMENT…]',
  summary: 'Print the diagnostics of rulesets; exit 1 when one reaches the severity (default error).',
  async run(args) {
    const { values, positionals, run } = readScriptArguments(args, {
      allowPositionals: true, options: { family: { type: 'string' }, format: { type: 'string' }, severity: { type: 'string' }, from: { type: 'string' } },
    });
    const format = oneOf('format', values.format, ['text', 'json', 'sarif']);
    const threshold = SEVERITIES.indexOf(oneOf('severity', values.severity, SEVERITIES));
    const opener = await Opener.create(familyOption(values.family), run);
    const findings = someFiles(positionals).flatMap((file) => {
      const document = opener.open(file, values.from);
      return reportsOf(file, document, opener.companion(document));
    });
    process.stdout.write(render(findings, format, threshold));
    return findings.some(({ severity }) => rank(severity) <= threshold) ? 1 : 0;
  },
};

function reportsOf(file: string, document: RulesetDocument, companion: Companion | undefined): Reported[] {
  const host = hostFacts(undefined, file);
  const place = (line: Line, span: Span): Place => {
    const { start, end } = document.rangeOf(line, span);
    return { line: start.line + 1, column: start.character + 1, endLine: end.line + 1, endColumn: end.character + 1 };
  };
  return new Diagnostics(document, () => ({ host, companion })).complete().map((finding: Finding) => ({
    file, ...place(finding.line, finding.span), severity: finding.severity === 'information' ? 'info' : finding.severity, code: finding.code, message: finding.message,
    related: (finding.related ?? []).map(({ line, span, message }) => ({ file, ...place(line, span), message })),
    fixes: (finding.fixes ?? []).map(({ title, safe, edits }) => ({
      title, safe, edits: edits.map(({ line, span, newText }) => ({ ...place(line, span), newText })),
    })),
  }));
}

const rank = (severity: Reported['severity']): number => RANK[severity === 'info' ? 'information' : severity];

function render(findings: readonly Reported[], format: 'text' | 'json' | 'sarif', threshold: number): string {
  if (format === 'json') return `${JSON.stringify(findings, undefined, 2)}\n`;
  if (format === 'sarif') return `${toSarif(findings, RULES, version())}\n`;
  return findings.filter(({ severity }) => rank(severity) <= Math.max(threshold, RANK.information)).map((finding) => visible(textLine(finding))).join('');
}

const textLine = ({ file, line, column, severity, message, code }: Reported): string => `${file}:${line}:${column}: ${severity}: ${message} [${code}]\n`;
