import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { findMatch, findTarget } from '../../server/src/core/extensions/catalogue.ts';
import type { ExtensionDefinition } from '../../server/src/core/extensions/definition.ts';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import type { Family } from '../../server/src/core/netfilter.ts';

const EXTENSIONS = fileURLToPath(new URL('../../server/src/core/extensions/', import.meta.url));

/** One line of a `.cases` file with what holds for it; the format is in core/extensions/CASES.md. */
export interface Case {
  readonly line: number;
  readonly families: readonly Family[];
  readonly table: string;
  readonly chain: string;
  readonly rule: string;
  /** What iptables-save prints; undefined = not compared. */
  readonly saved: string | undefined;
  /** The programs that take it. */
  readonly takenBy: readonly Backend[];
  /** Whether the programs are only asked to read it (`@ask test`), because kernels lack the module to load it. */
  readonly unloaded: boolean;
}

export interface CaseFile {
  readonly definition: ExtensionDefinition;
  readonly file: string;
  readonly ipsets: readonly string[];
  readonly cases: readonly Case[];
}

const TAKEN: Readonly<Record<string, readonly Backend[]>> = { ok: ['nft', 'legacy'], fail: [], nft: ['nft'], legacy: ['legacy'] };

/** Every `.cases` file of the catalogue, matches first. */
export function caseFiles(): readonly CaseFile[] {
  return (['match', 'target'] as const).flatMap((kind) => readdirSync(path.join(EXTENSIONS, kind)).filter((name) => name.endsWith('.cases')).sort()
    .map((name) => readCases(kind, name)));
}

function readCases(kind: 'match' | 'target', file: string): CaseFile {
  const name = file.replace(/\.cases$/u, '');
  const find = kind === 'match' ? findMatch : findTarget;
  const definition = find(name, 'ipv4') ?? find(name, 'ipv6');
  if (definition === undefined) throw new Error(`${kind}/${file} has no definition beside it`);
  const context = { families: definition.families, table: 'filter', chain: 'INPUT', unloaded: false };
  const ipsets: string[] = [];
  const cases: Case[] = [];
  for (const [index, text] of readFileSync(path.join(EXTENSIONS, kind, file), 'utf8').split('\n').entries()) {
    const directive = /^@(\w+) (.+)$/u.exec(text);
    if (directive?.[1] === 'ipset') ipsets.push(directive[2]!);
    else if (directive !== null) direct(context, directive[1]!, directive[2]!, definition.families);
    else if (text !== '' && !text.startsWith('#')) cases.push(readCase(text, index + 1, context, `${kind}/${file}`));
  }
  return { definition, file: `${kind}/${file}`, ipsets, cases };
}

function direct(context: { families: readonly Family[]; table: string; chain: string; unloaded: boolean }, name: string, value: string, families: readonly Family[]): void {
  switch (name) {
    case 'family': context.families = value === 'both' ? families : [value as Family]; break;
    case 'table': context.table = value; break;
    case 'chain': context.chain = value; break;
    case 'ask': context.unloaded = value === 'test'; break;
    default: throw new Error(`@${name} is no directive`);
  }
}

function readCase(text: string, line: number, context: Pick<Case, 'families' | 'table' | 'chain' | 'unloaded'>, file: string): Case {
  const fields = /^(.*) ; (.*) ; (ok|fail|nft|legacy)$/u.exec(text);
  if (fields === null) throw new Error(`${file}:${line}: not a case: ${text}`);
  const [, rule, saved, outcome] = fields as unknown as [string, string, string, string];
  if ((saved === '-') !== (outcome === 'fail')) throw new Error(`${file}:${line}: - stands where a rule is refused, and only there`);
  return { line, ...context, rule, saved: saved === '=' ? rule : saved === '*' || saved === '-' ? undefined : saved, takenBy: TAKEN[outcome]! };
}
