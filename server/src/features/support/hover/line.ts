import { RULES } from '../../../rules/rules.generated.ts';
import { describeChainIn, describeTable, paragraphs } from '../describe.ts';
import { touches, wordAt, type Place } from '../place.ts';
import { CALL_DOC, COMMIT_DOC, COUNTERS_DOC, EXPECTATION_DOCS, FIELD_DOCS, POLICY_DOCS, START_DOC } from '../vocabulary.ts';
import { explain, type Explained } from './explained.ts';
import type { Argument, LineContent } from '../../../core/syntax/line.ts';

/** Explains the parts of lines that are no rule: tables, chain declarations, `COMMIT`, counters, comments to this tool. */
export function hoverLine(place: Place): Explained | undefined {
  const { line, offset } = place;
  if (line === undefined) return undefined;
  const { content } = line;
  switch (content.kind) {
    case 'table': return tableLine(place, content.name);
    case 'chain': return chainLine(place, content);
    case 'commit': return explain({ start: 0, end: line.text.trimEnd().length }, `\`COMMIT\`\n\n${COMMIT_DOC}`);
    case 'rule': return content.counters !== undefined && touches(content.counters, offset) ? explainCounters(content.counters) : undefined;
    case 'expectation': return touches(content.verdict, offset) ? explainVerdict(content.verdict) : explainField(place);
    case 'start': return explainStart(place, content.files.find((file) => touches(file, offset)));
    case 'call': return explainCall(content.arguments.findIndex((word) => touches(word, offset)), content.arguments);
    case 'suppression': return explainCode(content.codes.find((code) => touches(code, offset)));
    default: return undefined;
  }
}

function tableLine({ document, stack, table }: Place, name: Argument): Explained | undefined {
  return table === undefined ? undefined : explain({ start: 0, end: name.end }, describeTable(table, document.ruleset(stack).tables.get(table)));
}

function chainLine({ document, stack, table, offset }: Place, { name, policy, counters }: Extract<LineContent, { kind: 'chain' }>): Explained | undefined {
  if (policy !== undefined && touches(policy, offset)) return explainPolicy(policy);
  if (counters !== undefined && touches(counters, offset)) return explainCounters(counters);
  if (table === undefined || name.text === '' || offset > name.end) return undefined;
  return explain({ start: 0, end: name.end }, describeChainIn(document.ruleset(stack), table, name.text));
}

/** A policy, or the `-` that says there is none. */
export function explainPolicy(policy: Argument): Explained | undefined {
  const { text } = policy;
  return text === 'ACCEPT' || text === 'DROP' || text === '-' ? explain(policy, `\`${text}\` policy\n\n${POLICY_DOCS[text]}`) : undefined;
}

function explainCounters(counters: Argument): Explained | undefined {
  const numbers = /^\[\s*([0-9]+):([0-9]+)/u.exec(counters.text);
  return explain(counters, paragraphs(numbers === null ? '' : `${numbers[1]} packets, ${numbers[2]} bytes.`, COUNTERS_DOC));
}

function explainVerdict(verdict: Argument): Explained | undefined {
  const [word = ''] = verdict.text.split(/\s/u);
  return Object.hasOwn(EXPECTATION_DOCS, word) ? explain(verdict, `\`${verdict.text}\`\n\n${EXPECTATION_DOCS[word]}`) : undefined;
}

/** A `NAME=VALUE` of the packet of an expectation. */
function explainField({ text, offset }: Place): Explained | undefined {
  const word = wordAt(text, offset, /\s/u);
  const field = /^([a-z]+)=/u.exec(text.slice(word.start, word.end))?.[1];
  return field !== undefined && Object.hasOwn(FIELD_DOCS, field) ? explain(word, `\`${field}=\`\n\n${FIELD_DOCS[field]}`) : undefined;
}

function explainStart({ document }: Place, file: Argument | undefined): Explained | undefined {
  const problem = document.startProblems.find((each) => each.file === file?.text);
  return file && explain(file, `\`${file.text}\`\n\n${problem?.message ?? START_DOC}`);
}

function explainCall(index: number, words: readonly Argument[]): Explained | undefined {
  const word = words[index];
  return word && explain(word, `\`$${index + 1}\` is \`${word.text}\`\n\n${CALL_DOC}`);
}

function explainCode(code: Argument | undefined): Explained | undefined {
  const rule = RULES.find((each) => each.code === code?.text);
  return code && explain(code, rule && paragraphs(`**${rule.code}** (${rule.severity})`, rule.docs));
}
