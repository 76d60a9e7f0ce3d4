import { findChoice, proposals, type Choice } from './choice.ts';
import { octalWarning, readInteger, type NumberRange } from './integer.ts';
import { didYouMean } from './spelling.ts';
import { fail, ok, shown, type Parsed, type ValueType } from './value.ts';

/** Mobility headers have types up to this. */
export const MAX_MH_TYPE = 255;

/** Names in the order in which iptables looks for a shortened one. */
const NAMES: readonly Choice<number>[] = [
  { name: 'binding-refresh-request', value: 0, detail: 'brr: a correspondent asks for a new binding' }, { name: 'brr', value: 0 },
  { name: 'home-test-init', value: 1, detail: 'hoti: asks for the home token' }, { name: 'hoti', value: 1 },
  { name: 'careof-test-init', value: 2, detail: 'coti: asks for the care-of token' }, { name: 'coti', value: 2 },
  { name: 'home-test', value: 3, detail: 'hot: brings the home token' }, { name: 'hot', value: 3 },
  { name: 'careof-test', value: 4, detail: 'cot: brings the care-of token' }, { name: 'cot', value: 4 },
  { name: 'binding-update', value: 5, detail: 'bu: registers a care-of address' }, { name: 'bu', value: 5 },
  { name: 'binding-acknowledgement', value: 6, detail: 'ba: answers a binding update' }, { name: 'ba', value: 6 },
  { name: 'binding-error', value: 7, detail: 'be: reports an unknown binding' }, { name: 'be', value: 7 },
];

const nameOf = (type: number): string | undefined => NAMES.find(({ value, detail }) => value === type && detail !== undefined)?.name;

/** `TYPE[:TYPE]` of mobility headers: numbers, names, or beginnings of names. */
export const mhTypes: ValueType<NumberRange> = {
  placeholder: 'TYPE[:TYPE]',
  parse(text) {
    const colon = text.indexOf(':');
    if (colon === -1) {
      const type = readType(text);
      return type.ok ? ok({ from: type.value, to: type.value }, type.warning) : type;
    }
    const from = colon === 0 ? ok(0) : readType(text.slice(0, colon));
    if (!from.ok) return from;
    const to = colon === text.length - 1 ? ok(MAX_MH_TYPE) : readType(text.slice(colon + 1));
    if (!to.ok) return to;
    if (from.value > to.value) return fail(`The range \`${text}\` is reversed; write the lower type first.`, `${to.value}:${from.value}`);
    return ok({ from: from.value, to: to.value }, from.warning ?? to.warning);
  },
  print: ({ from, to }) => (from === to ? String(from) : `${from}:${to}`),
  complete: () => proposals(NAMES.filter(({ detail }) => detail !== undefined)),
  hover: ({ from, to }) => {
    const lines = NAMES.filter(({ value, detail }) => detail !== undefined && value >= from && value <= to).map(({ name, value, detail }) => `- ${value} \`${name}\`, ${detail!}`);
    return lines.length === 0 ? undefined : lines.join('\n');
  },
};

/** A whole name wins; else the first name that begins so. */
function readType(text: string): Parsed<number> {
  const number = readInteger(text);
  if (number !== undefined) return number > MAX_MH_TYPE ? fail(`\`${text}\` is above ${MAX_MH_TYPE}, the highest type of a mobility header; write a number from 0 to ${MAX_MH_TYPE} or a name such as \`binding-update\`.`) : ok(number, octalWarning(text, number));
  const whole = findChoice(text, NAMES, { ignoreCase: true });
  if (whole !== undefined) return ok(whole.value);
  const begun = findChoice(text, NAMES, { ignoreCase: true, prefix: true });
  if (begun !== undefined) return ok(begun.value, `\`${text}\` is taken as \`${nameOf(begun.value)!}\`; write it in full.`);
  const { hint, suggestion } = didYouMean(text, NAMES.map(({ name }) => name));
  return fail(`${shown(text)} is not a type of mobility header.${hint} Write a number from 0 to ${MAX_MH_TYPE}, a name such as \`binding-update\`, or a range such as \`1:4\`.`, suggestion);
}
