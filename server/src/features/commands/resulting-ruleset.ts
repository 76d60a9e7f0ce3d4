import { ErrorCodes, ResponseError } from 'vscode-languageserver';
import { stackOf } from '../../core/netfilter.ts';
import { demandNotes } from '../../core/ruleset/demands.ts';
import { saveRuleset } from '../../core/ruleset/save.ts';
import { refusalsOf } from '../../core/ruleset/refusals.ts';
import { defineCommand } from '../feature.ts';
import type { Session } from '../session.ts';
import { readPlace } from '../support/command-argument.ts';

/** The ruleset that a file leaves behind, in iptables-save form. */
export interface ResultingRuleset {
  readonly family: 'ipv4' | 'ipv6';
  readonly text: string;
  /** For each line of the text, the line (from 0) of the file that made its rule; null for lines that are no rules, and rules of a file that it starts from. */
  readonly sources: readonly (number | null)[];
  /** The lines that iptables would refuse, with the reason. */
  readonly refused: readonly { readonly line: number; readonly message: string }[];
}

/** Answers the ruleset that a document leaves behind; `family` and `namespace` choose where its commands work on several. */
export function resultingRuleset(session: Session, argument: unknown): ResultingRuleset | { readonly error: { readonly message: string } } {
  const document = session.document(readPlace(argument).uri);
  if (document === undefined) return { error: { message: 'The file is not open.' } };
  const ruleset = document.ruleset(stackOf({ family: familyOf(argument) ?? document.family, namespace: namespaceOf(argument) }));
  const saved = [...demandNotes(document), ...saveRuleset(ruleset, 'nft')];
  return {
    family: ruleset.family,
    text: saved.map(({ text }) => `${text}\n`).join(''),
    sources: saved.map(({ rule }) => (rule === undefined || rule.bound.line.file !== undefined ? null : rule.bound.line.number)),
    refused: refusalsOf(document, ruleset).map(({ line, message }) => ({ line: line.number, message })),
  };
}

function familyOf(argument: unknown): 'ipv4' | 'ipv6' | undefined {
  const { family } = argument as { family?: unknown };
  if (family === undefined || family === 'ipv4' || family === 'ipv6') return family;
  throw new ResponseError(ErrorCodes.InvalidParams, 'The family is ipv4 or ipv6.');
}

function namespaceOf(argument: unknown): string | undefined {
  const { namespace } = argument as { namespace?: unknown };
  if (namespace === undefined || typeof namespace === 'string') return namespace;
  throw new ResponseError(ErrorCodes.InvalidParams, 'The namespace is the name of one.');
}

export default defineCommand({ name: 'iptables-lens.resultingRuleset', run: resultingRuleset });
