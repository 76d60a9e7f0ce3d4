import type { Span } from '../text.ts';
import { readWith } from './aliased-chunk.ts';
import type { Interpreter } from './interpreter.ts';
import { isAlias, isChoice, textsOf, type Meaning } from './meaning.ts';
import { ScriptText, type Chunk } from './script-text.ts';
import { runEach } from './simple.ts';
import { EvaluationLimit } from './limit.ts';
import type { Home, Status } from './state.ts';

/** A file that reads itself, or a text that runs itself, would go on for ever. */
const DEEPEST = 30;

/** Runs commands that are not the script's own text, on behalf of one that is; undefined where they are no shell, of which those before are run. */
export function runText(shell: Interpreter, text: string, { start, end }: Home): Status | undefined {
  if (shell.texts >= DEEPEST) throw new EvaluationLimit();
  const script = new ScriptText();
  script.update(text);
  shell.texts++;
  try {
    let status: Status = 0;
    for (const chunk of script.chunks) {
      status = runChunk(shell, chunk, { start, end }) ?? status;
      if (shell.signal !== undefined) break;
      if (chunk.broken !== undefined) return undefined;
    }
    return status;
  } finally {
    shell.texts--;
  }
}

/** Runs what a shell reads together, with what aliases stand for by then; undefined where that is no command. `broughtBy`: the command that brought it in, where it is not the script's own. */
export function runChunk(shell: Interpreter, chunk: Chunk, broughtBy?: Span): Status | undefined {
  return runWith(shell, chunk, shell.environment.aliases.size > 0 && shell.expandsAliases ? aliasesIn(shell, chunk.text) : [], broughtBy);
}

/** Aliases by name, with what each may stand for. */
type Named = readonly (readonly [name: string, meaning: Meaning])[];

/** Those of which a text has the names in it, or what another one stands for. */
function aliasesIn({ environment }: Interpreter, text: string): Named {
  const found = new Map<string, Meaning>();
  const texts = [text];
  for (const each of texts) {
    for (const name of environment.aliases) {
      if (found.has(name) || !each.includes(name)) continue;
      const meaning = environment.alias(name);
      found.set(name, meaning);
      texts.push(...textsOf(meaning));
    }
  }
  return [...found];
}

function runWith(shell: Interpreter, chunk: Chunk, aliases: Named, broughtBy: Span | undefined): Status | undefined {
  const open = aliases.find(([, meaning]) => isChoice(meaning));
  if (open !== undefined) {
    const others = aliases.filter((each) => each !== open);
    const status = runEach(shell, open[1], (single) => runWith(shell, chunk, [...others, [open[0], single]], broughtBy) ?? 0);
    shell.end(status);
    return status;
  }
  const read = readWith(chunk, new Map(aliases.flatMap(([name, meaning]) => (isAlias(meaning) ? [[name, meaning.text]] : []))));
  if (read === undefined) {
    const origin = aliases.map(([name]) => name).join(', ');
    shell.doubt(origin);
    return { origin };
  }
  if (broughtBy === undefined && read !== chunk) note(shell, chunk, read);
  return read.command && shell.run(read.command, broughtBy === undefined ? read : { ...read, broughtBy });
}

/** Keeps how a chunk was read. */
function note({ stretch: { readings } }: Interpreter, chunk: Chunk, read: Chunk): void {
  const known = readings.get(chunk) ?? [];
  if (!known.includes(read)) readings.set(chunk, [...known, read]);
}
