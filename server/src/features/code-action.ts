import { CodeActionKind, CodeActionTriggerKind, type CodeAction, type CodeActionContext, type CodeActionParams, type Range, type TextEdit } from 'vscode-languageserver';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { Finding, Fix, TextEdit as LineEdit } from '../rules/rule.ts';
import { defineFeature } from './feature.ts';
import { toDiagnostic } from './support/diagnostics.ts';
import { collide, meets, toTextEdit } from './support/edits.ts';
import { reachActions } from './support/reach-actions.ts';
import { silenceFile, silenceLine } from './support/suppress.ts';

/** Applies every safe fix of the file; editors can run it when a file is saved. */
export const FIX_ALL = `${CodeActionKind.SourceFixAll}.iptables`;

/** Codes about the comments that silence diagnostics; a comment to silence those would help nobody. */
const ABOUT_COMMENTS: ReadonlySet<string> = new Set(['unused-suppression', 'unknown-diagnostic']);

/**
 * Fixes for the findings in a range, ways to silence them and, where it is asked for, all safe fixes of the file. What can
 * be asked of the rule at its beginning is there only where somebody opens the list, as no editor need point at it.
 */
export function codeActions(document: RulesetDocument, findings: readonly Finding[], range: Range, { only, triggerKind }: Partial<CodeActionContext> = {}): CodeAction[] {
  const wanted = (kind: string): boolean => only === undefined ? kind !== FIX_ALL : only.some((asked) => asked === '' || kind === asked || kind.startsWith(`${asked}.`));
  return [
    ...(wanted(CodeActionKind.QuickFix) ? quickFixes(document, findings, range) : []),
    ...(wanted(CodeActionKind.QuickFix) && triggerKind !== CodeActionTriggerKind.Automatic ? reachActions(document, range.start.line) : []),
    ...(wanted(FIX_ALL) ? fixAll(document, findings) : []),
  ];
}

function quickFixes(document: RulesetDocument, findings: readonly Finding[], range: Range): CodeAction[] {
  const here = findings.filter(({ line, span }) => meets(document.rangeOf(line, span), range));
  return [
    ...here.flatMap((finding) => fixesOf(document, finding)),
    ...here.flatMap((finding) => simulationOf(document, finding)),
    ...[...new Set(here.map(({ code }) => code))].flatMap((code) => fixEvery(document, findings, code)),
    ...here.flatMap((finding) => silencers(document, finding)),
  ];
}

function fixesOf(document: RulesetDocument, finding: Finding): CodeAction[] {
  const { fixes = [] } = finding;
  const preferred = fixes.find(({ safe }) => safe);
  return fixes.map((fix) => ({ ...quickFix(document, fix.title, fix.edits, [finding], fix === preferred), ...endOfLine([fix]) }));
}

/** One action for all findings of a code that have a safe fix, where there are several. */
function fixEvery(document: RulesetDocument, findings: readonly Finding[], code: string): CodeAction[] {
  const fixable = findings.filter((finding) => finding.code === code && safeFix(finding) !== undefined);
  return fixable.length < 2 ? [] : [{ title: `Fix every ${code} in this file`, kind: CodeActionKind.QuickFix, edit: edit(document, together(document, fixable)) }];
}

/** Shows in the file what becomes of the packet that a finding speaks of. */
function simulationOf(document: RulesetDocument, finding: Finding): CodeAction[] {
  const { packet, packetAfter } = finding;
  if (packet === undefined) return [];
  const title = `Simulate ${packet}`;
  const command = { title, command: 'iptables-lens.simulate', arguments: [{ uri: document.uri, packet, ...(packetAfter === undefined ? {} : { line: packetAfter.number }) }] };
  return [{ title, kind: CodeActionKind.QuickFix, diagnostics: [toDiagnostic(document, finding)], command }];
}

function silencers(document: RulesetDocument, finding: Finding): CodeAction[] {
  const { code } = finding;
  if (ABOUT_COMMENTS.has(code)) return [];
  return [
    quickFix(document, `Disable ${code} for this line`, [silenceLine(document, finding)], [finding], false),
    quickFix(document, `Disable ${code} for this file`, [silenceFile(document, finding)], [finding], false),
  ];
}

function quickFix(document: RulesetDocument, title: string, edits: readonly LineEdit[], findings: readonly Finding[], isPreferred: boolean): CodeAction {
  return {
    title, kind: CodeActionKind.QuickFix, diagnostics: findings.map((finding) => toDiagnostic(document, finding)),
    edit: edit(document, edits.map((each) => toTextEdit(document, each))), ...(isPreferred ? { isPreferred } : {}),
  };
}

function fixAll(document: RulesetDocument, findings: readonly Finding[]): CodeAction[] {
  const edits = together(document, findings);
  return edits.length === 0 ? [] : [{ title: 'Apply every safe fix', kind: FIX_ALL, edit: edit(document, edits), ...endOfLine(findings.flatMap((finding) => safeFix(finding) ?? [])) }];
}

/** Tells clients whose documents have one line ending for all lines which one the edits give them; others need not look at it. */
const endOfLine = (fixes: readonly Fix[]): Pick<CodeAction, 'data'> => (fixes.some((fix) => fix.endOfLine === 'LF') ? { data: { endOfLine: 'LF' } } : {});

const safeFix = ({ fixes = [] }: Finding): Fix | undefined => fixes.find(({ safe }) => safe);

const edit = (document: RulesetDocument, edits: TextEdit[]): NonNullable<CodeAction['edit']> => ({ changes: { [document.uri]: edits } });

/** The edits of the findings' safe fixes. A fix that collides with an earlier one is left for the next time. */
function together(document: RulesetDocument, findings: readonly Finding[]): TextEdit[] {
  const taken: TextEdit[] = [];
  const byRow = new Map<number, TextEdit[]>();
  for (const finding of findings) {
    const edits = safeFix(finding)?.edits.map((each) => toTextEdit(document, each)) ?? [];
    if (edits.some((each) => rowsOf(each).some((row) => byRow.get(row)?.some((other) => collide(each, other)) === true))) continue;
    taken.push(...edits);
    for (const each of edits) for (const row of rowsOf(each)) byRow.set(row, [...(byRow.get(row) ?? []), each]);
  }
  return taken;
}

const rowsOf = ({ range: { start, end } }: TextEdit): number[] => Array.from({ length: end.line - start.line + 1 }, (_, index) => start.line + index);

export default defineFeature<CodeActionParams, CodeAction[]>({
  method: 'textDocument/codeAction',
  capabilities: { codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL] } },
  answer(session, { textDocument: { uri }, range, context }) {
    const document = session.document(uri);
    return document === undefined ? [] : codeActions(document, session.findings(document), range, context);
  },
});
