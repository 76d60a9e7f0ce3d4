import { MATCHES, TARGETS } from '../../server/src/core/extensions/catalogue.generated.ts';
import { spellings } from '../../server/src/core/extensions/catalogue.ts';
import type { ExtensionDefinition } from '../../server/src/core/extensions/definition.ts';
import type { Backend, Family } from '../../server/src/core/netfilter.ts';
import { openDocument } from '../support/document.ts';
import { runScripts } from '../support/programs.ts';

/** The beginning of an option's name behind the extension that it may belong to. */
export interface Abbreviation {
  readonly family: Family;
  readonly extension: string;
  readonly text: string;
}

const loader = ({ kind, name }: ExtensionDefinition): string => `${kind === 'match' ? '-m' : '-j'} ${name}`;

/** Every beginning of every spelling of every option of every extension, in each of its families, each once. */
export function abbreviations(): Abbreviation[] {
  return [...MATCHES, ...TARGETS].flatMap((definition) => definition.families.flatMap((family) => {
    const beginnings = new Set(definition.options.flatMap(spellings).flatMap((spelling) => Array.from(spelling, (_, index) => spelling.slice(0, index + 1))));
    return [...beginnings].map((text) => ({ family, extension: loader(definition), text }));
  }));
}

/** Whether the programs know each for an option; what else is wrong with the command does not matter. */
async function knownToProgram(all: readonly Abbreviation[], backend: Backend): Promise<boolean[]> {
  const replies = await runScripts(all.map(({ family, extension, text }) => `${family === 'ipv4' ? 'iptables' : 'ip6tables'}-${backend} ${extension} --${text}`));
  return replies.map(({ output }) => !/unknown option|^\S+: option .* is ambiguous/mu.test(output));
}

/** Whether we know each for an option. */
async function knownToUs(all: readonly Abbreviation[]): Promise<boolean[]> {
  return Promise.all(all.map(async ({ family, extension, text }) => {
    const document = await openDocument(`*filter\n-A INPUT ${extension} --${text}\n`, family === 'ipv4' ? 'rules.v4' : 'rules.v6');
    const bound = document.boundRule(document.lines[1]!)!;
    // Behind -h nothing is read, so that nothing is told.
    return bound.ends || !bound.problems.some(({ code }) => code === 'unknown-option' || code === 'option-before-match' || code === 'wrong-family');
  }));
}

/** Those that one of us knows for an option and the other does not. */
export async function disagreements(all: readonly Abbreviation[], backend: Backend): Promise<string[]> {
  const half = Math.ceil(all.length / 2);
  const [ours, first, second] = await Promise.all([knownToUs(all), knownToProgram(all.slice(0, half), backend), knownToProgram(all.slice(half), backend)]);
  const theirs = [...first, ...second];
  return all.flatMap(({ family, extension, text }, index) => (ours[index] === theirs[index] ? [] : [`${family} ${extension} --${text}: ${backend} ${theirs[index]! ? 'knows it, we do not' : 'does not know it, we do'}`]));
}
