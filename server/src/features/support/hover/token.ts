import { findMatch, findTarget } from '../../../core/extensions/catalogue.ts';
import type { BoundOption } from '../../../core/extensions/definition.ts';
import { isTableName } from '../../../core/netfilter.ts';
import { tableOfCommand } from '../../../core/ruleset/table-of-command.ts';
import type { BoundRule, Token } from '../../../core/ruleset/model.ts';
import { BASE_OPTIONS } from '../../../core/ruleset/options.ts';
import type { Span } from '../../../core/text.ts';
import { addressList } from '../../../core/values/address.ts';
import { interfaceName } from '../../../core/values/interface.ts';
import { protocol } from '../../../core/values/protocol.ts';
import type { ValueContext, ValueType } from '../../../core/values/value.ts';
import { describeBaseOption, describeChainIn, describeExtension, describeOption, describeTable, paragraphs } from '../describe.ts';
import { touches, type Place } from '../place.ts';
import { usesOf } from '../../../core/ruleset/uses.ts';
import { COUNTERS_DOC, NEGATION_DOC, POLICY_DOCS } from '../vocabulary.ts';
import { explain, type Explained } from './explained.ts';

/** Explains a word of a rule or command by what it means there, each time that a script runs it with other words. */
export function hoverToken(place: Place): Explained | undefined {
  const { document, line, offset } = place;
  const all = line === undefined ? [] : document.boundRulesAt(line, offset).flatMap((bound) => explainIn(place, bound) ?? []);
  const [first] = all;
  const texts = [...new Set(all.map(({ markdown }) => markdown))];
  return first && { span: first.span, markdown: texts.slice(0, MOST).join('\n\n---\n\n') };
}

/** Turns of a command whose meaning is explained. */
const MOST = 4;

function explainIn(given: Place, bound: BoundRule): Explained | undefined {
  const { offset, line } = given;
  const place = line?.content.kind === 'command' ? { ...given, table: tableOfCommand(bound) } : given;
  // Between two words that touch, the one behind the cursor is meant.
  const token = bound.tokens.find(({ start, end }) => start <= offset && offset < end) ?? bound.tokens.find((each) => touches(each, offset));
  return token && explainToken(place, bound, token);
}

function explainToken(place: Place, bound: BoundRule, token: Token): Explained | undefined {
  switch (token.role) {
    case 'negation': return explain(token, `\`!\`\n\n${NEGATION_DOC}`);
    case 'command': case 'rule-option': return explainBase(token);
    case 'chain': return explainChain(place, token);
    case 'match-name': return explainMatch(place, token);
    case 'target-name': return explainTarget(place, bound, token);
    case 'option': return explainOption(bound, token);
    case 'protocol': return explainValue(place, bound, token, protocol);
    case 'value': return token.extension === undefined ? explainBaseValue(place, bound, token) : explainExtensionValue(place, bound, token);
    case 'position': return explain(token, `Rule number ${token.text} of the chain; rules count from 1.`);
    case 'unknown': return undefined;
  }
}

function explainBase(token: Token): Explained | undefined {
  const option = BASE_OPTIONS.find(({ name }) => name === token.option);
  return explain(token, option && describeBaseOption(option));
}

function explainChain({ document, stack, table }: Place, token: Token): Explained | undefined {
  return table === undefined ? undefined : explain(token, describeChainIn(document.ruleset(stack), table, token.text));
}

function explainMatch({ family }: Place, token: Token): Explained | undefined {
  const definition = findMatch(token.text, family);
  return explain(token, definition && describeExtension(definition));
}

function explainTarget(place: Place, { target }: BoundRule, token: Token): Explained | undefined {
  // A chain may hide the target of its name.
  const definition = target?.kind === 'chain' ? undefined : findTarget(token.text, place.family);
  return definition === undefined ? explainChain(place, token) : explain(token, describeExtension(definition));
}

function explainOption(bound: BoundRule, token: Token): Explained | undefined {
  const found = usesOf(bound).map((use) => ({ use, option: use.options.find(({ nameSpan }) => nameSpan.start === token.start) })).find(({ option }) => option !== undefined);
  return found && explain(token, describeOption(found.use.definition, found.option!.spec));
}

function explainExtensionValue(place: Place, bound: BoundRule, token: Token): Explained | undefined {
  const index = token.index ?? 0;
  const fits = ({ valueSpans }: BoundOption): boolean => valueSpans[index]?.start === token.start;
  const use = usesOf(bound).find(({ options }) => options.some(fits));
  const option = use?.options.find(fits);
  if (use === undefined || option === undefined) return undefined;
  return explainValue(place, bound, token, option.spec.values[index]!) ?? explain(token, describeOption(use.definition, option.spec));
}

function explainBaseValue(place: Place, bound: BoundRule, token: Token): Explained | undefined {
  switch (token.option) {
    case 'source': case 'src': case 'destination': case 'dst': return explainValue(place, bound, token, addressList) ?? explainOptionOf(token);
    case 'in-interface': case 'out-interface': return explainValue(place, bound, token, interfaceName) ?? explainOptionOf(token);
    case 'policy': return token.text === 'ACCEPT' || token.text === 'DROP' ? explain(token, `\`${token.text}\` policy\n\n${POLICY_DOCS[token.text]}`) : undefined;
    case 'table': return isTableName(token.text) ? explain(token, describeTable(token.text, place.document.ruleset(place.stack).tables.get(token.text))) : undefined;
    case 'set-counters': return explain(token, COUNTERS_DOC);
    default: return undefined;
  }
}

const explainOptionOf = (token: Token): Explained | undefined => {
  const explained = explainBase(token);
  return explained && { ...explained, span: token };
};

/** The value under the cursor, of a list the one element, in the words of its type. */
function explainValue({ family, offset }: Place, { header }: BoundRule, token: Token, type: ValueType<unknown>): Explained | undefined {
  const context: ValueContext = { family, protocol: header.protocol === undefined || header.protocol.negated ? undefined : header.protocol.value };
  const { span, text } = elementAt(token, type.separator, offset);
  const parsed = type.parse(text, context);
  const words = parsed.ok ? type.hover?.(parsed.value, context) : undefined;
  return words === undefined ? undefined : explain(span, paragraphs(`\`${text}\``, words));
}

/** An element of a list and where it stands; the whole value where its text is not what stands in the file (quotes). */
function elementAt({ start, end, text }: Token, separator: string | undefined, offset: number): { span: Span; text: string } {
  const whole = { span: { start, end }, text };
  if (separator === undefined || text.length !== end - start) return whole;
  let from = start;
  for (const element of text.split(separator)) {
    if (offset <= from + element.length) return { span: { start: from, end: from + element.length }, text: element };
    from += element.length + separator.length;
  }
  return whole;
}
