import type { BoundRule } from '../../core/ruleset/model.ts';
import type { Argument, Line } from '../../core/syntax/line.ts';
import { isExpanded } from './expansion.ts';

/**
 * The line of a ruleset that says what the command says, without `-t` and `-w`; undefined where the command does more
 * than that (`;`, `||`), needs a shell to be read, or is for the other family.
 */
export function ruleOfCommand({ content }: Line, bound: BoundRule | undefined): string | undefined {
  if (content.kind !== 'command' || bound === undefined || content.rest !== undefined || content.others !== undefined || content.arguments.some(isExpanded)) return undefined;
  const words: string[] = [];
  for (let index = 0; index < content.arguments.length; index++) {
    const argument = content.arguments[index]!;
    const next = content.arguments[index + 1];
    if (argument.text === '-t' || argument.text === '--table') index++;
    else if (argument.text === '-w' || argument.text === '--wait') index += next !== undefined && /^\d+$/u.test(next.text) ? 1 : 0;
    else words.push(rulesetWord(argument));
  }
  return words.join(' ');
}

/** The word as iptables-restore reads it: it knows double quotes only. */
function rulesetWord({ text, raw }: Argument): string {
  if (text === raw && !/["'\\]/u.test(raw)) return raw;
  return /^[^\s"'\\]+$/u.test(text) ? text : `"${text.replace(/["\\]/gu, '\\$&')}"`;
}
