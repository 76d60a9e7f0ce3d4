import type { Argument } from '../syntax/line.ts';
import { INTERFACE_LIMIT } from '../values/interface.ts';
import type { Problem } from '../extensions/definition.ts';
import type { BaseOption } from './options.ts';

/** Whether iptables takes a value that touches the option; for the others it takes the whole word (seen in 1.8.9). */
export function takesAttached({ meaning }: BaseOption): boolean {
  return meaning.kind !== 'header' && meaning.kind !== 'jump';
}

/** Whether iptables takes the whole word for an interface's name, `-ieth0` and all. */
export function isTakenWhole({ meaning }: BaseOption, word: Argument): boolean {
  return meaning.kind === 'header' && (meaning.part === 'in' || meaning.part === 'out') && word.text.length <= INTERFACE_LIMIT;
}

/**
 * What is wrong with `-ptcp`, `--jump=ACCEPT` or `-dport`: `option` is the part that was meant as the option, `rest` the
 * part behind it; `isLong` tells that the word with one more dash is a long option.
 */
export function explainAttachedValue(spec: BaseOption, word: Argument, option: string, rest: string, isLong: boolean): Problem {
  const newText = isLong ? `-${word.text}` : `${option} ${rest}`;
  return {
    code: 'attached-value', span: { start: word.start, end: word.end },
    fix: { title: `Write ${newText}`, span: word, newText, safe: false }, ...(isTakenWhole(spec, word) ? { accepted: true } : {}),
    message: isLong
      ? `\`${word.text}\` is read as \`-${spec.short}\` with the value \`${word.text}\`; the option is \`-${word.text}\`, with two dashes.`
      : `iptables reads the whole of \`${word.text}\` as the value of \`${option}\`; write a blank between them: \`${newText}\`.`,
  };
}
