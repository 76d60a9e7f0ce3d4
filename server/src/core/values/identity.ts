import { readInteger } from './integer.ts';
import { fail, lookedUp, ok, shown, type Parsed, type ValueType } from './value.ts';

/** Numbers of users or groups, both ends included; with `name`, a name whose number only the loading host knows. */
export interface Identity {
  readonly from: number;
  readonly to: number;
  readonly name?: string;
}

/** The number above the highest one means "unchanged" to the kernel. */
export const MAX_IDENTITY = 0xfffffffe;

/** `NAME|NUMBER[-NUMBER]` of the owner match; `kind` is `user` or `group`. */
export function identity(kind: 'user' | 'group'): ValueType<Identity> {
  return {
    placeholder: `${kind.toUpperCase()}|NUMBER[-NUMBER]`,
    parse(text) {
      // Every system has it, with this number.
      if (text === 'root') return ok({ from: 0, to: 0 });
      if (/^[A-Za-z_][\w.-]*\$?$/u.test(text)) return name(text, kind);
      const range = /^([^-:]*)[-:](.*)$/u.exec(text);
      const from = number(range === null ? text : range[1]!, text, kind);
      if (!from.ok) return from;
      const to = range === null ? from : number(range[2]!, text, kind);
      if (!to.ok) return to;
      if (from.value > to.value) return fail(`The range \`${text}\` is reversed, which the kernel refuses; write the lower number first.`, `${to.value}-${from.value}`);
      return ok({ from: from.value, to: to.value });
    },
    print: ({ from, to, name: given }) => given ?? (from === to ? String(from) : `${from}-${to}`),
    complete: () => [{ text: 'root', detail: `${kind} 0` }],
  };
}

function name(text: string, kind: string): Parsed<Identity> {
  return lookedUp({ from: 0, to: MAX_IDENTITY, name: text }, `The ${kind} \`${text}\` is looked up when the ruleset is loaded; a host without it refuses the rule.`);
}

function number(text: string, whole: string, kind: string): Parsed<number> {
  const value = readInteger(text);
  if (value === undefined) return fail(`${shown(whole)} is not a ${kind}: write a name, a number or a range of numbers such as \`1000-1999\`.`);
  return value > MAX_IDENTITY ? fail(`\`${text}\` is above ${MAX_IDENTITY}, the highest ${kind} number; write one from 0 to ${MAX_IDENTITY}.`) : ok(value);
}
