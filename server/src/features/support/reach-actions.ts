import { CodeActionKind, type CodeAction } from 'vscode-languageserver';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import { placeInRuleset } from './place-in-ruleset.ts';

/** What can be asked of the rule and the chain of a line: a packet that reaches the one, what can come into the other. */
export function reachActions(document: RulesetDocument, number: number): readonly CodeAction[] {
  const line = document.lineAt(number)?.line;
  const place = line === undefined ? undefined : placeInRuleset(document, line);
  if (line === undefined || place === undefined) return [];
  const { chain: { name, rules }, indices } = place;
  const action = (title: string, command: string): CodeAction => ({ title, kind: CodeActionKind.QuickFix, command: { title, command, arguments: [{ uri: document.uri, line: line.number }] } });
  return [
    ...(indices.length === 0 ? [] : [action('Show a packet that reaches this rule', 'iptables-lens.reachRule')]),
    ...(rules.length === 0 ? [] : [action(`Show what can reach ${name}`, 'iptables-lens.reachChain')]),
  ];
}
