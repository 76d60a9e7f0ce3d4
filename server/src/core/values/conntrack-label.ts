import { octalWarning, readBigInteger } from './integer.ts';
import { fail, lookedUp, ok, shown, type ValueType } from './value.ts';

/** Connections have this many labels, numbered from 0. */
export const LABELS = 128;

/** A label by its number, or by a name that only the loading host knows. */
export type ConntrackLabel = number | string;

/** iptables keeps the lowest 16 bits of a number. */
const WORD = 65536n;

/** `NUMBER|NAME`; names stand in the host's connlabel.conf. */
export const conntrackLabel: ValueType<ConntrackLabel> = {
  placeholder: 'NUMBER|NAME',
  parse(text) {
    const number = readBigInteger(text);
    if (number !== undefined && number < 1n << 64n) {
      const kept = Number(number % WORD);
      if (kept >= LABELS) return fail(`\`${text}\` is above ${LABELS - 1}, the highest label, and the kernel refuses it; write one from 0 to ${LABELS - 1}.`);
      return ok(kept, number === BigInt(kept) ? octalWarning(text, kept) : `\`${text}\` is above ${LABELS - 1}, the highest label; iptables takes it without a word as ${kept}.`);
    }
    if (text === '') return fail('A label is missing; write a number from 0 to 127, or a name that stands in connlabel.conf.');
    if (!/^[A-Za-z_]/u.test(text)) return fail(`${shown(text)} is not a label: it is a number from 0 to ${LABELS - 1}, or a name that stands in connlabel.conf.`);
    return lookedUp(text, `The label \`${text}\` is looked up in connlabel.conf when the ruleset is loaded; a host without it refuses the rule.`);
  },
  print: (label) => `"${label}"`,
};
