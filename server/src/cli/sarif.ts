import { pathToFileURL } from 'node:url';
import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from 'node-sarif-builder';
import type { Rule } from '../rules/rule.ts';
import type { Reported } from './report.ts';

/** The findings as a SARIF 2.1.0 log with one run; the rules that occur are described in it. */
export function toSarif(findings: readonly Reported[], rules: readonly Rule[], version: string): string {
  const run = new SarifRunBuilder().initSimple({ toolDriverName: 'iptables-lens', toolDriverVersion: version });
  for (const rule of rules.filter(({ code }) => findings.some((finding) => finding.code === code))) {
    run.addRule(described(rule));
  }
  for (const finding of findings) {
    run.addResult(new SarifResultBuilder().initSimple({
      ruleId: finding.code, level: level(finding.severity), messageText: finding.message,
      fileUri: finding.file.startsWith('/') ? pathToFileURL(finding.file).href : encodeURI(finding.file),
      startLine: finding.line, startColumn: finding.column, endLine: finding.endLine, endColumn: finding.endColumn,
    }));
  }
  const log = new SarifBuilder();
  log.addRun(run);
  return log.buildSarifJsonString({ indent: true });
}

/** What it does in a sentence, and all that is to be said of it as help, which services show as Markdown. */
function described({ code, docs }: Rule): SarifRuleBuilder {
  const builder = new SarifRuleBuilder();
  const what = /^## What it does\n\n(.+)$/mu.exec(docs)?.[1] ?? code;
  builder.initSimple({ ruleId: code, shortDescriptionText: /^.*?\.(?=\s|$)/u.exec(what)?.[0] ?? what, fullDescriptionText: what });
  builder.rule.help = { text: docs, markdown: docs };
  return builder;
}

function level(severity: Reported['severity']): 'error' | 'warning' | 'note' {
  return severity === 'error' || severity === 'warning' ? severity : 'note';
}
