import { CompletionItemKind } from 'vscode-languageserver';
import type { RulesetDocument } from '../../../core/ruleset/document.ts';
import type { Proposal } from './item.ts';

/** Variables of a script that hold a value that fits, which is shown beside them. */
export const variableProposals = ({ variables }: RulesetDocument, fits: (value: string) => boolean, spelling = (plain: string): string => plain): Proposal[] =>
  [...variables].filter(([, value]) => fits(value)).map(([name, value]) => ({ label: spelling(`$${name}`), kind: CompletionItemKind.Variable, owner: value, rank: 0 }));
