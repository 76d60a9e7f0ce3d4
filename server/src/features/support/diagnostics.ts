import { DiagnosticSeverity, DiagnosticTag, type Diagnostic, type DiagnosticRelatedInformation } from 'vscode-languageserver';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import type { Finding, Severity } from '../../rules/rule.ts';

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

const TAGS: Readonly<Record<NonNullable<Finding['tag']>, DiagnosticTag>> = {
  unnecessary: DiagnosticTag.Unnecessary,
  deprecated: DiagnosticTag.Deprecated,
};

/** Who an editor names as the source of a diagnostic. */
export const DIAGNOSTIC_SOURCE = 'iptables-lens';

/** The document's findings as the protocol states them, in the same order. */
export function toDiagnostics(document: RulesetDocument, findings: readonly Finding[]): Diagnostic[] {
  return findings.map((finding) => toDiagnostic(document, finding));
}

/** One finding as a diagnostic. */
export function toDiagnostic(document: RulesetDocument, { line, span, severity, code, message, tag, related }: Finding): Diagnostic {
  const diagnostic: Diagnostic = {
    range: document.rangeOf(line, span), severity: SEVERITIES[severity], code, source: DIAGNOSTIC_SOURCE, message,
  };
  if (tag !== undefined) diagnostic.tags = [TAGS[tag]];
  if (related !== undefined && related.length > 0) diagnostic.relatedInformation = related.map((other) => toRelated(document, other));
  return diagnostic;
}

function toRelated(document: RulesetDocument, { line, span, message }: NonNullable<Finding['related']>[number]): DiagnosticRelatedInformation {
  return { location: { uri: document.uri, range: document.rangeOf(line, span) }, message };
}
