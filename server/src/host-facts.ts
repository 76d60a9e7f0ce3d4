import type { HostFacts } from './core/engine/host.ts';
import { readHostFacts as readText } from './core/engine/facts/read.ts';
import type { Environment } from './environment.ts';

/** Name of the file that states facts about the host for the rulesets beside it. */
export const HOST_FILE = 'iptables-lens.json';

/** The facts beside a ruleset, or why they can't be read. Nothing is known where there is no such file. */
export interface FolderFacts {
  readonly facts: HostFacts;
  readonly error?: string;
}

/** Reads the facts in a folder, given by its uri with a slash at the end. */
export function readHostFacts(environment: Environment, folder: string): FolderFacts {
  const text = environment.readText(`${folder}${HOST_FILE}`);
  if (text === undefined) return { facts: {} };
  const read = readText(text);
  return read.ok ? { facts: read.facts } : { facts: {}, error: read.message };
}
