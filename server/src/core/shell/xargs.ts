import type { Builtin } from './builtins.ts';
import { runFields } from './simple.ts';
import type { Field } from './value.ts';

/** How `xargs` is called; undefined where it does more than is known here. */
interface Batches {
  readonly command: readonly Field[];
  /** The most words for one run. */
  readonly most: number;
  /** What each line takes the place of. */
  readonly placeholder: string | undefined;
  readonly runsForNone: boolean;
}

function read(args: readonly Field[]): Batches | undefined {
  let [most, placeholder, runsForNone]: [number, string | undefined, boolean] = [Infinity, undefined, true];
  let index = 0;
  for (; index < args.length && args[index]!.text.startsWith('-'); index++) {
    const [, letter, attached = ''] = /^-([nIPrti])(.*)$/u.exec(args[index]!.text) ?? [];
    if (letter === undefined || args[index]!.unknown !== undefined) return undefined;
    const value = attached !== '' || /[rti]/u.test(letter) ? attached : args[++index]?.text ?? '';
    if (letter === 'n') most = Number(value);
    else if (letter === 'I') placeholder = value;
    else if (letter === 'i') placeholder = attached === '' ? '{}' : attached;
    else if (letter === 'r') runsForNone = false;
  }
  return Number.isNaN(most) || most < 1 || index >= args.length ? undefined : { command: args.slice(index), most, placeholder, runsForNone };
}

/** `xargs COMMAND`: runs it with the words of what it reads. */
export const xargs: Builtin = (shell, args, running) => {
  const { home, command, source } = running;
  const origin = shell.expander.origin(command, source);
  const batches = read(args);
  if (batches === undefined) {
    shell.print({ origin }, 0, 0);
    return { origin };
  }
  const { command: words, most, placeholder, runsForNone } = batches;
  const run = (fields: readonly Field[]): void => { runFields(shell, fields, { ...running, names: undefined }); };
  const unknown = shell.input.unknown ?? (shell.input.pieces.some(({ text }) => /["'\\]/u.test(text)) ? { origin } : undefined);
  const word = (text: string): Field => ({ text, start: home.name.start, end: home.name.end });
  if (unknown !== undefined) {
    shell.uncertain(unknown.origin, () => { run([...words, { ...word(origin), unknown }]); });
    return { origin };
  }
  const lines = shell.input.lines().map((line) => line.trim()).filter((line) => line !== '');
  if (placeholder !== undefined) {
    for (const line of lines) run(words.map((field) => ({ ...field, text: field.text.replaceAll(placeholder, line) })));
    return { origin, assumed: true };
  }
  const items = lines.flatMap((line) => line.split(/\s+/u)).map(word);
  if (items.length === 0 && runsForNone) run(words);
  for (let start = 0; start < items.length; start += most) run([...words, ...items.slice(start, start + most)]);
  return { origin, assumed: true };
};
