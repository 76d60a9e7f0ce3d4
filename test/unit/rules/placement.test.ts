import { strict as assert } from 'node:assert';
import { BUILT_IN_CHAINS, TABLE_NAMES, type Family, type Hook, type TableName } from '../../../server/src/core/netfilter.ts';
import { caseFiles } from '../../support/cases.ts';
import { findingsOf, kernelAvailable, refusal } from './check.ts';

interface Use {
  readonly rule: string;
  readonly tables: readonly TableName[] | undefined;
}

/** A rule for each way in which an extension can be used: one for each set of options among its accepted cases, if its place depends on them. */
function usesOf(family: Family): readonly Use[] {
  return caseFiles().filter(({ ipsets }) => ipsets.length === 0).flatMap(({ definition, cases }) => {
    const taken = cases.filter((each) => each.takenBy.includes('nft') && !each.unloaded && each.families.includes(family) && !OTHERS_AFFAIR.test(each.rule));
    const shapes = new Map(taken.map(({ rule }) => [(rule.match(/ --?[a-z-]+/gu) ?? []).join(''), rule]));
    return [...shapes.values()].slice(0, definition.hooksFor === undefined ? 1 : 8).map((rule) => ({ rule, tables: definition.tables }));
  });
}

/** Interfaces are refused by the name of the chain, and DROP by that of the table: other diagnostics see to that. */
const OTHERS_AFFAIR = /(^| )(-[io]|-j (DROP|QUEUE)|--(in|out)-interface)( |$)/u;

type Placing = (table: TableName, hook: Hook, rules: readonly string[]) => { readonly text: string; readonly first: number };

const inChain: Placing = (table, hook, rules) => ({ text: `*${table}\n${rules.map((rule) => `-A ${hook} ${rule}\n`).join('')}COMMIT\n`, first: 1 });
const behindJump: Placing = (table, hook, rules) => ({ text: `*${table}\n:X - [0:0]\n${rules.map((rule) => `-A X ${rule}\n`).join('')}-A ${hook} -j X\nCOMMIT\n`, first: 2 });

/** The uses at one place of which the kernel says otherwise than the diagnostics. */
function disagreements(family: Family, table: TableName, hook: Hook, uses: readonly Use[], placing: Placing): readonly string[] {
  const refused = (rules: readonly string[]): string | undefined => refusal(placing(table, hook, rules).text, 'nft', family);
  const { text, first } = placing(table, hook, uses.map(({ rule }) => rule));
  const found = new Set(findingsOf(text, family === 'ipv4' ? 'rules.v4' : 'rules.v6')
    .filter(({ code, severity }) => severity === 'error' && code.startsWith('misplaced-')).map(({ line }) => line.number - first));
  const fine = uses.filter((_, index) => !found.has(index)).map(({ rule }) => rule);
  const wrong = uses.filter((_, index) => found.has(index)).map(({ rule }) => rule);
  return [
    // Rules whose module the kernel lacks are refused everywhere and tell nothing.
    ...(refused(fine) === undefined ? [] : fine.filter((rule) => refused([rule])?.includes('Invalid argument') === true).map((rule) => `taken here, refused by the kernel: ${rule}`)),
    ...wrong.filter((rule) => refused([rule]) === undefined).map((rule) => `refused here, taken by the kernel: ${rule}`),
  ];
}

describe('places of matches and targets', function () {
  this.timeout(60_000);

  before(function () {
    if (!kernelAvailable) this.skip();
  });

  for (const family of ['ipv4', 'ipv6'] as const) {
    for (const table of TABLE_NAMES) {
      it(`are refused in ${table} where the kernel refuses them (${family})`, () => {
        for (const [index, hook] of BUILT_IN_CHAINS[table].entries()) {
          // What does not belong to the table is refused in all of it alike.
          const uses = usesOf(family).filter(({ tables }) => index === 0 || tables === undefined || tables.includes(table));
          assert.deepEqual(disagreements(family, table, hook, uses, inChain), [], `in ${hook}`);
          assert.deepEqual(disagreements(family, table, hook, uses.filter(({ tables }) => tables?.includes(table) !== false), behindJump), [], `behind ${hook}`);
        }
      });
    }
  }
});
