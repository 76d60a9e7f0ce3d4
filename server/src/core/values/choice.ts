import { didYouMean } from './spelling.ts';
import { fail, ok, shown, type Parsed, type ValueProposal, type ValueType } from './value.ts';

/** One word that an option takes. */
export interface Choice<V> {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly value: V;
  /** What it means, for completion and hover. */
  readonly detail?: string;
}

/** How freely iptables compares a word with its table. */
export interface Spelling {
  readonly ignoreCase?: boolean;
  /** Whether the beginning of a name is enough; the first name in the table that begins so wins. */
  readonly prefix?: boolean;
}

/** Finds the choice that iptables would take for `text`. */
export function findChoice<V>(text: string, choices: readonly Choice<V>[], { ignoreCase = false, prefix = false }: Spelling): Choice<V> | undefined {
  const fold = (name: string): string => (ignoreCase ? name.toLowerCase() : name);
  const wanted = fold(text);
  const fits = (name: string): boolean => (prefix ? fold(name).startsWith(wanted) : fold(name) === wanted);
  return choices.find(({ name, aliases = [] }) => fits(name) || aliases.some(fits));
}

/** What a word type needs besides its table; `what` is a noun phrase for messages (`a log level`). */
export interface ChoiceShape<V> extends Spelling {
  readonly what: string;
  readonly choices: readonly Choice<V>[];
  readonly placeholder: string;
}

/** One word out of a table. */
export function choice<V extends string | number>(shape: ChoiceShape<V>): ValueType<V> {
  return {
    placeholder: shape.placeholder,
    parse(text) {
      const found = findChoice(text, shape.choices, shape);
      return found === undefined || text === '' ? unknownWord(text, shape) : ok(found.value);
    },
    print: (value) => shape.choices.find((each) => each.value === value)?.name ?? String(value),
    complete: () => proposals(shape.choices),
    hover: (value) => shape.choices.find((each) => each.value === value)?.detail,
  };
}

/** A comma list of words out of a table, kept once each and in the table's order, as iptables-save prints it. */
export function choiceList<V extends string>(shape: ChoiceShape<V>): ValueType<readonly V[]> {
  return {
    placeholder: `${shape.placeholder}[,…]`,
    separator: ',',
    parse(text) {
      const chosen = new Set<V>();
      for (const word of text.split(',')) {
        const found = word === '' ? undefined : findChoice(word, shape.choices, shape);
        if (found === undefined) return badElement(word, text, shape);
        chosen.add(found.value);
      }
      return ok(shape.choices.map(({ value }) => value).filter((value) => chosen.has(value)));
    },
    print: (values) => values.map((value) => shape.choices.find((each) => each.value === value)?.name ?? value).join(','),
    complete: () => proposals(shape.choices),
    hover: (values) => {
      const lines = shape.choices.filter((each) => values.includes(each.value) && each.detail !== undefined).map((each) => `- \`${each.name}\`: ${each.detail}`);
      return lines.length === 0 ? undefined : lines.join('\n');
    },
  };
}

/** Proposals for the names of a table; aliases are not proposed. */
export function proposals(choices: readonly Choice<unknown>[]): readonly ValueProposal[] {
  return choices.map(({ name, detail }) => (detail === undefined ? { text: name } : { text: name, detail }));
}

function unknownWord<V>(text: string, { what, choices }: ChoiceShape<V>): Parsed<never> {
  const names = choices.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  const { hint, suggestion } = didYouMean(text, names);
  return fail(`${shown(text)} is not ${what}.${hint} ${oneOf(choices)}`, suggestion);
}

function badElement<V>(word: string, text: string, shape: ChoiceShape<V>): Parsed<never> {
  if (word === '') return fail(`${text === '' ? 'The value is empty' : `\`${text}\` has an empty element`}; a list has commas and no blanks, such as \`${shape.choices.slice(0, 2).map((each) => each.name).join(',')}\`.`, withoutEmpty(text));
  const mended = text.replaceAll(/[\s|;+&/]+/gu, ',');
  if (mended !== text && mended.split(',').every((each) => each !== '' && findChoice(each, shape.choices, shape) !== undefined)) {
    return fail(`\`${text}\` is no list: its elements have commas between them and no blanks. Write \`${mended}\`.`, mended);
  }
  const bad = unknownWord(word, shape) as Extract<Parsed<never>, { ok: false }>;
  return bad.suggestion === undefined ? bad : fail(bad.message, text.split(',').map((each) => (each === word ? bad.suggestion : each)).join(','));
}

/** The list without its empty elements; undefined when nothing is left. */
function withoutEmpty(text: string): string | undefined {
  const rest = text.split(',').map((each) => each.trim()).filter((each) => each !== '').join(',');
  return rest === '' ? undefined : rest;
}

function oneOf(choices: readonly Choice<unknown>[]): string {
  return `It is one of ${choices.map(({ name }) => `\`${name}\``).join(', ')}.`;
}
