import { ownersOf } from '../core/extensions/catalogue.ts';
import type { Problem } from '../core/extensions/definition.ts';
import type { Family } from '../core/netfilter.ts';
import type { Token } from '../core/ruleset/model.ts';
import type { Fix } from './rule.ts';
import { insert, removeWords } from './support/edits.ts';
import { page } from './support/page.ts';
import { problemRule, type ProblemPlace } from './support/problem-rule.ts';

export default problemRule({
  code: 'option-before-match',
  docs: page({
    what: 'Finds options that stand before the `-m`, `-p` or `-j` that brings them in.',
    why: 'iptables reads a rule from left to right and does not know the option yet. It refuses the rule.',
    example: ['-A INPUT --dport 22 -p tcp -j ACCEPT'],
    instead: ['-A INPUT -p tcp --dport 22 -j ACCEPT'],
    fixes: 'Safe: the option moves behind what brings it in, and the rule says what it said.',
  }),
  fixes: (problem, place) => [...moved(problem, place)],
});

const LOADING: ReadonlySet<Token['role']> = new Set(['match-name', 'target-name', 'protocol']);

/** Takes the option, its `!` and its values behind the word that names its extension. */
function* moved({ span }: Problem, { line, bound, family }: ProblemPlace): Iterable<Fix> {
  const tokens = bound?.tokens ?? [];
  const index = tokens.findIndex(({ start, end }) => start === span.start && end === span.end);
  const behind = tokens.slice(index + 1);
  const loader = behind.find(namesOwner(/^--?([^=]*)/u.exec(tokens[index]?.text ?? '')?.[1] ?? '', family));
  if (loader === undefined) return;
  const negation = tokens[index - 1]?.role === 'negation' ? tokens[index - 1] : undefined;
  const last = behind[behind.findIndex(({ role }) => role !== 'unknown') - 1] ?? span;
  const words = { start: (negation ?? span).start, end: last.end };
  yield {
    title: `Move behind ${loader.text}`, safe: true,
    edits: [removeWords(line, words), insert(line, loader.end, ` ${line.text.slice(words.start, words.end)}`)],
  };
}

/** Whether a word brings in an extension with an option of that name. */
function namesOwner(option: string, family: Family): (token: Token) => boolean {
  const names = new Set(ownersOf(option, family).flatMap((owner) => [owner.name, ...(owner.aliases ?? [])]));
  return ({ role, text }) => LOADING.has(role) && names.has(role === 'protocol' ? text.toLowerCase() : text);
}
