import type { Chain, Table } from '../core/ruleset/model.ts';
import { Placements } from '../core/ruleset/placement.ts';
import type { Line } from '../core/syntax/line.ts';
import { defineRule, type FileInContext, type Fix, type Progress } from './rule.ts';
import { declarationOf } from './support/chain-declaration.ts';
import { removeLine } from './support/edits.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'unused-chain',
  severity: 'hint',
  saysIdle: true,
  docs: page({
    what: 'Points at user-defined chains that no rule leads to. In tables of which the file has no built-in chain nothing is '
      + 'said: such a file is loaded beside others, whose rules may lead to its chains.',
    why: 'Rules in such a chain do nothing. Programs that keep chains for later leave them unused, and so does a jump that '
      + 'was deleted or forgotten.',
    example: [':INPUT DROP [0:0]', ':SSH - [0:0]', '-A INPUT -i lo -j ACCEPT', '-A SSH -p tcp -m tcp --dport 22 -j ACCEPT'],
    instead: [':INPUT DROP [0:0]', '-A INPUT -i lo -j ACCEPT'],
    fixes: 'Not safe: no packet fares otherwise, but the chain may wait for a program that fills it or jumps to it.',
  }),
  *checkAnalysis(file) {
    for (const { tables } of file.rulesets) for (const table of tables.values()) if (isWhole(table)) yield* unused(file, table);
  },
});

/** Whether the file says all that there is to say of the table's jumps. */
function isWhole({ chains }: Table): boolean {
  let hasBuiltIn = false;
  for (const { builtIn, declaration, rules } of chains.values()) {
    if (builtIn && (declaration !== undefined || rules.length > 0)) hasBuiltIn = true;
    if (rules.some(({ bound }) => bound.unresolved !== undefined)) return false;
  }
  return hasBuiltIn;
}

/** So many chains are looked at in one step. */
const AT_ONCE = 512;

function* unused(file: FileInContext, table: Table): Iterable<Progress> {
  yield undefined;
  const placements = Placements.of(table);
  const led = new Set<string>();
  let looked = 0;
  for (const from of table.chains.keys()) {
    if (++looked % AT_ONCE === 0) yield undefined;
    for (const to of placements.jumpsOf(from)) led.add(to);
  }
  for (const chain of table.chains.values()) {
    if (++looked % AT_ONCE === 0) yield undefined;
    if (chain.builtIn || led.has(chain.name)) continue;
    const place = declarationOf(file, chain);
    if (place === undefined) continue;
    const fixes = deletion(file, chain, place.line);
    yield { ...place, tag: 'unnecessary', message: `No rule leads to \`${chain.name}\`.`, ...(fixes.length === 0 ? {} : { fixes }) };
  }
}

/** Takes out the declaration and the rules of the chain; in scripts other commands may speak of it. */
function deletion({ kind }: FileInContext, { rules }: Chain, declaration: Line): Fix[] {
  if (kind !== 'ruleset' || declaration.content.kind !== 'chain') return [];
  const lines = [declaration, ...new Set(rules.map(({ bound }) => bound.line))];
  return [{ title: rules.length === 0 ? 'Delete the declaration' : 'Delete the chain', safe: false, edits: lines.map(removeLine) }];
}
