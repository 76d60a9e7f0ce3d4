import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { fileURLToPath } from 'node:url';
import type { Environment } from './environment.ts';

/**
 * The environment of a node process whose WebAssembly modules stand in `folder`. Made before the first module is
 * compiled: it keeps V8's optimizing compiler off them. That one needs a second and 40 MB for the parser's big lexer
 * function, makes every exit wait for it, and parses no faster (bench/latency.ts shows it).
 */
export function nodeEnvironment(folder: string): Environment {
  setFlagsFromString('--liftoff-only');
  const module = (name: string): Uint8Array => readFileSync(path.join(folder, name));
  return {
    wasm: { treeSitter: module('web-tree-sitter.wasm'), grammar: module('iptables.wasm') },
    readText: (uri) => (uri.startsWith('file:') ? readIfPresent(fileURLToPath(uri)) : undefined),
  };
}

/** Why a file can't be read that is no failure of this process: it is not there, it is a folder, it is somebody else's. */
const UNREADABLE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG']);

/** A file's text; undefined when it does not exist or is not to be read, other failures are thrown. */
export function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (UNREADABLE.has((error as NodeJS.ErrnoException).code)) return undefined;
    throw error;
  }
}
