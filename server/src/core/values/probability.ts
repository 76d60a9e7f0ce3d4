import { fail, ok, shown, type ValueType } from './value.ts';

/** The kernel keeps a probability as a fraction of this. */
const UNIT = 0x80000000;

/** Whether strtod reads the text as no number, or as a negative one that is not below 0: iptables takes both for 0. */
const isNothing = (text: string): boolean => /^\s*([-+]?nan(\([a-z0-9_]*\))?|-0*\.?0*([eE][-+]?[0-9]+)?)$/iu.test(text) && /[0n]/iu.test(text);

/** A number from 0 to 1, kept in units of 2^-31 as the kernel does. */
export const probability: ValueType<number> = {
  placeholder: 'NUMBER',
  parse(text) {
    if (isNothing(text)) return ok(0, `\`${text}\` is read as 0, so that no packet matches by chance; write a number from 0 to 1, such as \`0.5\`.`);
    const plain = /^\s*[+]?([0-9]+\.?[0-9]*([eE][-+]?[0-9]+)?|\.[0-9]+([eE][-+]?[0-9]+)?|0[xX][0-9a-fA-F]+)$/u.exec(text)?.[1];
    const percent = /^([0-9.]+)%$/u.exec(text)?.[1];
    if (plain === undefined) {
      return fail(`${shown(text)} is not a probability: a number from 0 to 1, such as \`0.5\`.`, percent === undefined || Number(percent) > 100 ? undefined : String(Number(percent) / 100));
    }
    const value = Number(plain);
    return value > 1 ? fail(`\`${text}\` is above 1; a probability is a number from 0 to 1, such as \`0.5\`.`) : ok(Math.round(value * UNIT));
  },
  print: (value) => (value / UNIT).toFixed(11),
  hover: (value) => `${Number(((value / UNIT) * 100).toFixed(4))} % of the packets, by chance.`,
};
