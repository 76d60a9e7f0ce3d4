import type { Argument, Line, ShellCommand } from '../../../core/syntax/line.ts';
import type { Span } from '../../../core/text.ts';
import type { Place } from '../place.ts';
import { explain, type Explained } from './explained.ts';

/** Values beyond this many help nobody. */
const MOST = 8;

/** What a shell puts in the place of the word under the cursor, each time that it comes there. */
export function hoverValue({ document, line, offset }: Place): Explained | undefined {
  const runs = line === undefined ? [] : wordsOf(document.commandsAt(line, offset), line);
  const span = runs.flat().find(({ start, end }) => start <= offset && offset < end);
  if (line === undefined || span === undefined) return undefined;
  const values = [...new Set(runs.flatMap((words) => valueAt(words, span)))];
  const word = line.text.slice(span.start, span.end);
  if (values.length === 1 && values[0] === madeOf(word.replace(/^"(.*)"$/su, '$1'))) return explain(span, `${code(word)} is not known: the script does not tell it.`);
  return values.length === 0 ? undefined : explain(span, `${code(word)} is ${listed(values)}.`);
}

/** The words of each command, or those of a line that iptables-restore reads. */
function wordsOf(commands: readonly ShellCommand[], { content }: Line): readonly (readonly Argument[])[] {
  if (content.kind === 'rule') return [content.arguments];
  return commands.map(({ program, arguments: args }) => [program, ...args]);
}

/** What stands for one word of the script: several arguments, where it is split. */
function valueAt(words: readonly Argument[], { start, end }: Span): readonly string[] {
  const own = words.filter((word) => word.start === start && word.end === end);
  if (!own.some(({ evaluated, unknown }) => evaluated === true || unknown !== undefined)) return [];
  const unknown = own.find((word) => word.unknown !== undefined)?.unknown;
  // Where a word stands for a whole command, another file brings it in, and nothing is put in here.
  if (own.length === words.length) return [];
  if (unknown === undefined) return [code(textOf(own))];
  return [own.length === 1 ? madeOf(unknown) : `${code(textOf(own))}, of which ${code(unknown)} is not known`];
}

const textOf = (words: readonly Argument[]): string => words.map(({ text, unknown }) => unknown ?? text).join(' ');

const madeOf = (unknown: string): string => `what the shell makes of ${code(unknown)}, which is not known`;

const code = (text: string): string => (text === '' ? 'empty' : text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);

function listed(values: readonly string[]): string {
  const shown = values.slice(0, MOST);
  if (values.length > shown.length) return `${shown.join(', ')}, and ${values.length - shown.length} more, one after the other`;
  return shown.length === 1 ? shown[0]! : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}, one after the other`;
}
