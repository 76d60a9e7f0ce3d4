import type { WasmModules } from './core/syntax/parser.ts';

/** What a platform gives to the server; the node and the web worker entry each have theirs. */
export interface Environment {
  readonly wasm: WasmModules;
  /** Text of a file by its uri; undefined when there is none, it is not to be read, or this platform can't read files. */
  readText(uri: string): string | undefined;
}
