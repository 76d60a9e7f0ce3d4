import { partsOf, type Chunk } from './script-text.ts';
import { CommandParser, type Aliases } from './syntax/command-parser.ts';
import { ShellSyntaxError, TooDeep } from './syntax/scanner.ts';
import { sameValue } from './value.ts';

/** A chunk as it was read with what some names stood for. */
interface Reading {
  readonly aliases: Aliases;
  /** Undefined where it is no whole command. */
  readonly chunk: Chunk | undefined;
}

/** Readings of one chunk that are remembered. */
const MOST_READINGS = 4;

const readings = new WeakMap<Chunk, readonly Reading[]>();

/** The chunk as a shell reads it with what aliases stand for, itself where that is the same; undefined where it goes on behind its end, or nowhere. */
export function readWith(chunk: Chunk, aliases: Aliases): Chunk | undefined {
  if (aliases.size === 0) return chunk;
  const known = readings.get(chunk) ?? [];
  const same = known.find((each) => sameAliases(each.aliases, aliases));
  if (same !== undefined) return same.chunk;
  const read = { aliases, chunk: readAnew(chunk, aliases) };
  readings.set(chunk, [read, ...known.slice(0, MOST_READINGS - 1)]);
  return read.chunk;
}

const sameAliases = (a: Aliases, b: Aliases): boolean => a.size === b.size && [...a].every(([name, text]) => b.has(name) && sameValue(text, b.get(name)!));

function readAnew(chunk: Chunk, aliases: Aliases): Chunk | undefined {
  const parser = new CommandParser(chunk.text, aliases);
  try {
    const command = parser.all();
    if (parser.expansions.count === 0 && !parser.hasUnknownAlias) return chunk;
    // Where what is read ends with the text, what an alias stands for may have joined another line to it.
    if (parser.unended !== chunk.unended) return undefined;
    const { text, expansions } = parser;
    return { get start() { return chunk.start; }, text, command, broken: undefined, unended: chunk.unended, ...partsOf(command), expansions };
  } catch (error) {
    if (!(error instanceof ShellSyntaxError || error instanceof TooDeep)) throw error;
    return parser.expansions.count === 0 && !parser.hasUnknownAlias ? chunk : undefined;
  }
}
