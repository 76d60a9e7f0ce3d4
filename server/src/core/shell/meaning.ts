import { sameAnswers, sameDemand, type Condition } from './invocation.ts';
import type { Source } from './source.ts';
import type { Command } from './syntax/ast.ts';
import { sameValue, type Value } from './value.ts';

/** What the name of a command stands for; `null`: no function, so a builtin or a program. Of the name of an alias: no alias. */
export type Meaning = Single | Choice;

/** What a name stands for that stands for one thing. */
export type Single = FunctionDefinition | Alias | null;

export interface FunctionDefinition {
  readonly body: Command;
  readonly source: Source;
}

/** What a shell reads in the place of a name. */
export interface Alias {
  readonly text: Value;
}

/** One of several meanings, each under its condition: nobody knows which branch of the script has defined the function. */
export interface Choice {
  readonly ways: readonly Alternative[];
}

interface Alternative {
  readonly condition: Condition;
  readonly meaning: Meaning;
}

/** Names of aliases are others than those of functions: no word of a shell begins so. */
const ALIAS = '\0';

export const aliasName = (name: string): string => ALIAS + name;

/** The alias that a name is, which need not be one. */
export const nameOfAlias = (name: string): string | undefined => (name.startsWith(ALIAS) ? name.slice(ALIAS.length) : undefined);

/** Meanings that are kept with all answers by which each holds. */
const MOST_MEANINGS = 8;

export const isChoice = (meaning: Meaning): meaning is Choice => meaning !== null && 'ways' in meaning;

export const isAlias = (meaning: Meaning): meaning is Alias => meaning !== null && 'text' in meaning;

const isFunction = (meaning: Meaning): meaning is FunctionDefinition => meaning !== null && 'body' in meaning;

/** The meaning of a name that has one of these, by what each depends on. */
export function oneMeaning(ways: readonly Alternative[]): Meaning {
  const { meaning, condition: { origin } } = ways[0]!;
  if (ways.every((way) => sameMeaning(way.meaning, meaning))) return meaning;
  const all = ways.flatMap((way) => endsOf(way.meaning));
  if (all.length <= MOST_MEANINGS) return { ways: ways.map((way) => ({ condition: lasting(way.condition), meaning: way.meaning })) };
  const distinct = all.filter((each, index) => all.findIndex((other) => sameMeaning(each, other)) === index);
  return { ways: distinct.map((each) => ({ condition: { origin }, meaning: each })) };
}

/** The condition without the place of an invocation: the meaning stays when an edit moves it. */
const lasting = ({ origin, argument, answers }: Condition): Condition => ({ origin, argument, answers });

/** All that a name may come to stand for. */
function endsOf(meaning: Meaning): readonly Single[] {
  return isChoice(meaning) ? meaning.ways.flatMap((way) => endsOf(way.meaning)) : [meaning];
}

/** The functions that a name may stand for. */
export const definitionsOf = (meaning: Meaning): readonly FunctionDefinition[] => endsOf(meaning).filter(isFunction);

/** The texts that an alias may stand for. */
export const textsOf = (meaning: Meaning): readonly string[] => endsOf(meaning).flatMap((each) => (isAlias(each) && typeof each.text === 'string' ? [each.text] : []));

/** Whether two names stand for the same, under the same conditions. */
export function sameMeaning(a: Meaning, b: Meaning): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (isAlias(a) || isAlias(b)) return isAlias(a) && isAlias(b) && sameValue(a.text, b.text);
  if (!isChoice(a) || !isChoice(b)) return !isChoice(a) && !isChoice(b) && a.body === b.body && a.source === b.source;
  return a.ways.length === b.ways.length && a.ways.every(({ condition, meaning }, index) => {
    const other = b.ways[index]!;
    return condition.origin === other.condition.origin && sameDemand(condition.argument, other.condition.argument) && sameAnswers(condition.answers, other.condition.answers) && sameMeaning(meaning, other.meaning);
  });
}
