import { MarkupKind, type SignatureHelp, type SignatureHelpParams } from 'vscode-languageserver';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { Position } from '../core/syntax/positions.ts';
import type { Token } from '../core/ruleset/model.ts';
import { BASE_OPTIONS } from '../core/ruleset/options.ts';
import { defineFeature } from './feature.ts';
import { baseDocumentation, baseValues } from './support/completion/base-option.ts';
import { siteAt, type Site } from './support/completion/site.ts';
import { pageOf } from './support/pages.ts';
import { placeAt } from './support/place.ts';
import { optionOf } from './support/uses.ts';
import { activePart, partsOf, type ValuePart } from './support/value-parts.ts';

/** The option whose value is expected at the position, with that value marked; undefined where no value is. */
export function signatureHelp(document: RulesetDocument, position: Position): SignatureHelp | undefined {
  const site = siteAt(placeAt(document, position));
  const called = site?.meaning && (site.meaning.extension === undefined ? baseCall(site) : extensionCall(site, site.meaning));
  if (called === undefined) return undefined;
  const { name, values, active, documentation } = called;
  const parts = values.map(parametersOf);
  const before = parts.slice(0, active).reduce((sum, { length }) => sum + length, 0);
  let start = name.length + 1;
  const parameters = values.flatMap((value, index) => {
    const labels = parts[index]!.map((part): { label: [number, number] } => ({ label: [start + part.start, start + part.end] }));
    start += value.length + 1;
    return labels;
  });
  return {
    signatures: [{ label: [name, ...values].join(' '), parameters, ...(documentation === '' ? {} : { documentation: { kind: MarkupKind.Markdown, value: documentation } }) }],
    activeSignature: 0, activeParameter: before + activePart(values[active]!, site!.typed),
  };
}

/** The parts of a value's placeholder; the whole of it where there is one. */
function parametersOf(placeholder: string): readonly Pick<ValuePart, 'start' | 'end'>[] {
  const parts = partsOf(placeholder);
  return parts.length > 1 ? parts : [{ start: 0, end: placeholder.length }];
}

interface Call {
  readonly name: string;
  readonly values: readonly string[];
  readonly active: number;
  readonly documentation: string;
}

function extensionCall({ before }: Site, meaning: Token): Call | undefined {
  const found = optionOf(before, meaning);
  if (found === undefined) return undefined;
  const { use: { definition }, spec } = found;
  const documentation = pageOf(definition).options.get(spec.name) ?? '';
  return { name: `--${spec.name}`, values: spec.values.map(({ placeholder }) => placeholder), active: meaning.index ?? 0, documentation };
}

/** The base option that stands last before the word, unless its values are complete. */
function baseCall({ before }: Site): Call | undefined {
  const last = before.tokens.findLast(({ role }) => role === 'command' || role === 'rule-option');
  const option = BASE_OPTIONS.find(({ name }) => name === last?.option);
  if (last === undefined || option === undefined) return undefined;
  const values = baseValues(option);
  const active = before.tokens.filter(({ start, role }) => start > last.start && role !== 'negation').length;
  const name = option.short === undefined ? `--${option.name}` : `-${option.short}`;
  return active < values.length ? { name, values, active, documentation: baseDocumentation(option) } : undefined;
}

export default defineFeature<SignatureHelpParams, SignatureHelp | undefined>({
  method: 'textDocument/signatureHelp',
  capabilities: { signatureHelpProvider: { triggerCharacters: [' '], retriggerCharacters: [',', ' ', ':', '/', '-', '=', '&'] } },
  answer(session, { textDocument: { uri }, position }) {
    const document = session.document(uri);
    return document && signatureHelp(document, position);
  },
});
