import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { readHostFacts as readFacts } from '../core/engine/facts/read.ts';
import type { HostFacts } from '../core/engine/host.ts';
import { partsOfStack, type Family } from '../core/netfilter.ts';
import { RulesetDocument } from '../core/ruleset/document.ts';
import { LineParser } from '../core/syntax/parser.ts';
import { didYouMean } from '../core/values/spelling.ts';
import { Companions } from '../companions.ts';
import type { Companion } from '../rules/rule.ts';
import { HOST_FILE, readHostFacts } from '../host-facts.ts';
import { nodeEnvironment } from '../node-environment.ts';
import { followedAt } from '../features/support/followed.ts';
import { StartFiles, rulesetsOf } from '../start-files.ts';
import { visible } from './visible.ts';

/** A subcommand of the command line; `run` answers the exit code and throws UsageError where the input can't be used. */
export interface Subcommand {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  run(args: readonly string[]): Promise<number>;
}

/** The input can't be used: a wrong option, a file that can't be read. The command ends with code 2 and this message. */
export class UsageError extends Error {}

// The bundle is CommonJS, and its WebAssembly modules stand beside it.
export const environment = nodeEnvironment(__dirname);

/** Parses arguments by node's own rules, with its errors as UsageError. */
export function readArguments<C extends Omit<ParseArgsConfig, 'args'>>(args: readonly string[], config: C): ReturnType<typeof parseArgs<C & { args: string[] }>> {
  try {
    return parseArgs({ ...config, args: [...args] });
  } catch (error) {
    throw new UsageError(wrongArgument(error as NodeJS.ErrnoException, Object.keys(config.options ?? {})));
  }
}

/** Node's message; of an option that there is not, it speaks of file names only. */
function wrongArgument({ code, message }: NodeJS.ErrnoException, known: readonly string[]): string {
  const option = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? /^Unknown option '(-[^']*)'/u.exec(message)?.[1] : undefined;
  if (option === undefined) return message;
  const options = known.map((name) => `--${name}`);
  return `there is no option \`${option}\`; ${options.length === 0 ? 'there are none' : `there are ${options.join(', ')}`}.${didYouMean(option, options).hint}`;
}

/** The same for subcommands that take scripts: behind `FILE --` stand the arguments with which these are run. */
export function readScriptArguments<C extends Omit<ParseArgsConfig, 'args'>>(args: readonly string[], config: C): ReturnType<typeof readArguments<C>> & { readonly run: readonly string[] | undefined } {
  const end = args.indexOf('--');
  if (end !== -1) {
    const before = readArguments(args.slice(0, end), config);
    // `-- FILE` is for files whose names begin with a dash.
    if (before.positionals.length > 0) return { ...before, run: args.slice(end + 1) };
  }
  return { ...readArguments(args, config), run: undefined };
}

/** Reads `--family`; 'auto' where it is absent. */
export function familyOption(value: string | undefined): Family | 'auto' {
  if (value === undefined) return 'auto';
  if (value === 'ipv4' || value === 'ipv6') return value;
  throw new UsageError(`--family is ipv4 or ipv6, not \`${value}\``);
}

/** One of the words that an option takes. */
export function oneOf<T extends string>(option: string, value: string | undefined, words: readonly T[]): T {
  if (value === undefined) return words[0]!;
  const found = words.find((word) => word === value);
  if (found === undefined) throw new UsageError(`--${option} is one of ${words.join(', ')}, not \`${value}\``);
  return found;
}

/** The files named on the command line, of which there must be at least one. */
export function someFiles(files: readonly string[]): readonly string[] {
  if (files.length === 0) throw new UsageError('name at least one file');
  return files;
}

/** A document, and the physical line of it, from 0, after which it is asked for. */
export interface AskedFile {
  readonly document: RulesetDocument;
  readonly at: number | undefined;
}

/**
 * Reads `--at LINE`. A script whose line does what it does with an argument alone is run with that, where nobody says with
 * which; standard error tells so.
 */
export function atOption(file: string, value: string | undefined, document: RulesetDocument): AskedFile {
  if (value === undefined) return { document, at: undefined };
  const number = /^[0-9]+$/u.test(value) ? Number(value) : 0;
  if (number < 1 || document.lineAt(number - 1) === undefined) throw new UsageError(`--at is the number of a line of the file, not \`${value}\``);
  const { document: script, run } = followedAt(document, number - 1);
  if (run !== undefined) process.stderr.write(visible(`${file}: run with \`${run}\`, for line ${number} does nothing without\n`));
  return { document: script, at: number - 1 };
}

/** Reads `--netns NAME`: a network namespace that the document works in; undefined where it is absent. */
export function netnsOption(value: string | undefined, document: RulesetDocument): string | undefined {
  const names = [...new Set(document.stacks.flatMap((stack) => partsOfStack(stack).namespace ?? []))];
  if (value === undefined || names.includes(value)) return value;
  throw new UsageError(`--netns is the name of a network namespace that the file works in, not \`${value}\`; ${names.length === 0 ? 'it works in none' : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`}`);
}

/** Opens files as documents with one parser. */
export class Opener {
  private readonly parser: LineParser;
  private readonly family: Family | 'auto';
  /** The arguments with which scripts are run; undefined: those that they name. */
  private readonly run: readonly string[] | undefined;
  private readonly startFiles: StartFiles;
  private readonly companions: Companions;

  private constructor(parser: LineParser, family: Family | 'auto', run: readonly string[] | undefined) {
    this.parser = parser;
    this.family = family;
    this.run = run;
    this.startFiles = new StartFiles(parser, (uri) => environment.readText(uri));
    this.companions = new Companions(parser, { read: (uri) => environment.readText(uri), version: () => 0 });
  }

  static async create(family: Family | 'auto', run?: readonly string[]): Promise<Opener> {
    return new Opener(await LineParser.create(environment.wasm), family, run);
  }

  /** The file as a document; `from`, where given, is the file with what the kernel has loaded before. */
  open(file: string, from?: string): RulesetDocument {
    const document = this.read(file);
    document.setArguments(this.run);
    if (from !== undefined) document.setStart(rulesetsOf(usable(from, this.read(from, from))));
    return document;
  }

  /** `name`: what others call it that start from it. */
  private read(file: string, name?: string): RulesetDocument {
    const document = new RulesetDocument(this.parser, uriOf(file), 'iptables', 1, readText(file), this.startFiles.beside(uriOf(file)), name);
    document.setFamily(this.family);
    return document;
  }

  /** The same for those who say what it does: UsageError where what it starts from can't be read. */
  openToRun(file: string, from?: string): RulesetDocument {
    return usable(file, this.open(file, from));
  }

  /** The ruleset of the other family beside the document. */
  companion(document: RulesetDocument): Companion | undefined {
    return this.companions.of(document);
  }
}

/** The document, unless it starts from what can't be read. */
function usable(file: string, document: RulesetDocument): RulesetDocument {
  const [problem] = document.startProblems;
  if (problem !== undefined) throw new UsageError(`${file}:${(problem.line?.number ?? 0) + 1}: ${problem.message}`);
  return document;
}

/** The name that stands for standard input. */
export const STANDARD_INPUT = '-';

/** Text of a file, or of standard input, as UTF-8, whatever bytes it holds; UsageError where it can't be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file === STANDARD_INPUT ? process.stdin.fd : file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code === 'EACCES' ? 'permission denied' : String(error);
    throw new UsageError(`can't read ${file}: ${why}`);
  }
}

export const uriOf = (file: string): string => pathToFileURL(path.resolve(file)).href;

/** Facts about the host: from the file that `--host` names, else from the one beside the ruleset. */
export function hostFacts(named: string | undefined, ruleset: string): HostFacts {
  if (named !== undefined) {
    const read = readFacts(readText(named));
    if (!read.ok) throw new UsageError(`${named}: ${read.message}`);
    return read.facts;
  }
  const { facts, error } = readHostFacts(environment, uriOf(ruleset).replace(/[^/]*$/u, ''));
  if (error !== undefined) throw new UsageError(`${path.join(path.dirname(ruleset), HOST_FILE)}: ${error}`);
  return facts;
}
