import { runExpectations, type ExpectationResult } from '../../core/expectations/expectations.ts';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import { defineCommand } from '../feature.ts';
import type { Session } from '../session.ts';
import { readPlace } from '../support/command-argument.ts';
import { programOf } from '../support/simulation.ts';

/** An expectation of a document and how it stands; `line` counts from 0. */
export interface ExpectationAnswer {
  readonly line: number;
  readonly label: string;
  readonly scenario?: string;
  readonly status: ExpectationResult['status'];
  /** What is wrong, or by what the packet fares as expected. */
  readonly message: string;
}

/** Runs every expectation of an open document, in the order of their lines; none where the document is not open. */
export function expectationAnswers(session: Session, uri: string): readonly ExpectationAnswer[] {
  const document = session.document(uri);
  if (document === undefined) return [];
  const results = runExpectations(document.lines, { family: document.family, program: (family) => programOf(document, family), ruleset: (family) => document.ruleset(family), host: session.host(uri) });
  return results.map((result) => answer(document, result));
}

function answer(document: RulesetDocument, { line, scenario, status, message }: ExpectationResult): ExpectationAnswer {
  const { content } = line;
  const label = content.kind === 'expectation' ? `${content.verdict.text}: ${content.packet.text}` : line.text.trim();
  return { line: document.positionAt(line, 0).line, label, ...(scenario === undefined ? {} : { scenario }), status, message };
}

export default defineCommand({
  name: 'iptables-lens.runExpectations',
  run: (session, argument) => ({ expectations: expectationAnswers(session, readPlace(argument).uri) }),
});
