import type { CodeLens, CodeLensParams } from 'vscode-languageserver';
import { FAMILY_NAMES, partsOfStack } from '../core/netfilter.ts';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import { stackOfCommand } from '../core/ruleset/family.ts';
import { commandsOf } from '../core/ruleset/script-command.ts';
import type { Line } from '../core/syntax/line.ts';
import { defineFeature } from './feature.ts';
import type { Session } from './session.ts';

/** Above this many rules only chains get a lens: an editor asks for all of them after every edit. */
export const MOST_RULE_LENSES = 20_000;

/**
 * A "Simulate packet" lens on every chain and, where the settings want it, on every rule. They come without their
 * command, which `codeLens/resolve` adds for the few that are on the screen.
 */
export function codeLenses(session: Session, document: RulesetDocument): CodeLens[] {
  const shown = session.simulations.get(document.uri);
  const lenses: CodeLens[] = [];
  const rules = session.settings.codeLens.rules && document.lines.length <= MOST_RULE_LENSES;
  for (const line of document.lines) {
    if (isChain(document, line) || (rules && isRule(document, line))) lenses.push(lensAt(document.uri, line.number));
  }
  const first = lenses[0];
  if (shown !== undefined && first !== undefined) {
    const clear = { title: `Clear ${shown.packet}`, command: 'iptables-lens.clearSimulation', arguments: [{ uri: document.uri }] };
    lenses.unshift({ range: first.range, command: clear });
  }
  return [...rulesetLenses(document), ...lenses];
}

/** At the top of a script, what its commands leave behind: one lens for each family and network namespace that they work on. */
function rulesetLenses(document: RulesetDocument): CodeLens[] {
  const stacks = new Set(document.lines.flatMap(({ content }) => (content.kind === 'command' ? commandsOf(content) : [])).map(stackOfCommand));
  const start = { line: 0, character: 0 };
  return [...stacks].sort().map((stack) => {
    const { family, namespace } = partsOfStack(stack);
    return {
      range: { start, end: start },
      command: {
        title: `Resulting ${FAMILY_NAMES[family]} ruleset${namespace === undefined ? '' : ` of ${namespace}`}`,
        command: 'iptables-lens.resultingRuleset', arguments: [{ uri: document.uri, family, ...(namespace !== undefined && { namespace }) }],
      },
    };
  });
}

/** The lens with its command. */
export function resolveCodeLens(lens: CodeLens): CodeLens {
  const { uri, line } = lens.data as { uri: string; line: number };
  return { ...lens, command: { title: 'Simulate packet', command: 'iptables-lens.simulate', arguments: [{ uri, line }] } };
}

function lensAt(uri: string, line: number): CodeLens {
  const start = { line, character: 0 };
  return { range: { start, end: start }, data: { uri, line } };
}

function isChain(document: RulesetDocument, line: Line): boolean {
  if (line.content.kind === 'chain') return true;
  return line.content.kind === 'command' && document.boundRules(line).some(({ command }) => command?.kind === 'new-chain' || command?.kind === 'policy');
}

function isRule(document: RulesetDocument, line: Line): boolean {
  return document.boundRules(line).some(({ command }) => command?.kind === 'append' || command?.kind === 'insert' || command?.kind === 'replace');
}

export default defineFeature({
  method: 'textDocument/codeLens',
  capabilities: { codeLensProvider: { resolveProvider: true } },
  answer(session, { textDocument }: CodeLensParams) {
    const document = session.document(textDocument.uri);
    return document === undefined ? [] : codeLenses(session, document);
  },
});
