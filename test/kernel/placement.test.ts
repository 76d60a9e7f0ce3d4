import assert from 'node:assert/strict';
import { BUILT_IN_CHAINS, TABLE_NAMES, type Family, type Hook, type TableName } from '../../server/src/core/netfilter.ts';
import { caseFiles } from '../support/cases.ts';
import { askPrograms, type Question } from '../support/programs.ts';
import { findingsOf } from '../unit/rules/check.ts';
import { describeWithPrograms } from './namespace.ts';

interface Use {
  readonly rule: string;
  readonly tables: readonly TableName[] | undefined;
  /** Where its case puts it. */
  readonly table: string;
  readonly chain: string;
}

/** A rule for each way in which an extension can be used: one for each set of options among its accepted cases, if its place depends on them. */
function usesOf(family: Family): readonly Use[] {
  return caseFiles().filter(({ ipsets }) => ipsets.length === 0).flatMap(({ definition, cases }) => {
    const taken = cases.filter((each) => each.takenBy.includes('nft') && !each.unloaded && each.families.includes(family) && !OTHERS_AFFAIR.test(each.rule));
    const shapes = new Map(taken.map((each) => [(each.rule.match(/ --?[a-z-]+/gu) ?? []).join(''), each]));
    return [...shapes.values()].slice(0, definition.hooksFor === undefined ? 1 : 8).map(({ rule, table, chain }) => ({ rule, table, chain, tables: definition.tables }));
  });
}

/** Interfaces are refused by the name of the chain, and DROP by that of the table: other diagnostics see to that. */
const OTHERS_AFFAIR = /(^| )(-[io]|-j (DROP|QUEUE)|--(in|out)-interface)( |$)/u;

/** The uses that the kernel takes where their cases put them; a rule whose module it lacks is refused everywhere and tells nothing. */
async function usesTaken(family: Family): Promise<readonly Use[]> {
  const uses = usesOf(family);
  const declared = ({ chain }: Use): string => (chain === chain.toLowerCase() ? `:${chain} - [0:0]\n` : '');
  const refused = await refusedOf(family, uses.map((use) => `*${use.table}\n${declared(use)}-A ${use.chain} ${use.rule}\nCOMMIT\n`));
  return uses.filter((_, index) => !refused[index]!);
}

/** Of each ruleset, whether the kernel refuses it. */
async function refusedOf(family: Family, rulesets: readonly string[]): Promise<readonly boolean[]> {
  const replies = await askPrograms(rulesets.map((ruleset): Question => ({ family, backend: 'nft', ruleset })));
  return replies.map(({ status }) => status !== 0);
}

type Placing = (table: TableName, hook: Hook, rules: readonly string[]) => { readonly text: string; readonly first: number };

const inChain: Placing = (table, hook, rules) => ({ text: `*${table}\n${rules.map((rule) => `-A ${hook} ${rule}\n`).join('')}COMMIT\n`, first: 1 });
const behindJump: Placing = (table, hook, rules) => ({ text: `*${table}\n:X - [0:0]\n${rules.map((rule) => `-A X ${rule}\n`).join('')}-A ${hook} -j X\nCOMMIT\n`, first: 2 });

/** Uses at one place, parted by what the diagnostics say of them there. */
interface Place {
  readonly name: string;
  readonly fine: readonly string[];
  readonly wrong: readonly string[];
  textOf(rules: readonly string[]): string;
}

function placeOf(family: Family, table: TableName, hook: Hook, placing: Placing, uses: readonly Use[]): Place {
  const { text, first } = placing(table, hook, uses.map(({ rule }) => rule));
  const found = new Set(findingsOf(text, family === 'ipv4' ? 'rules.v4' : 'rules.v6')
    .filter(({ code, severity }) => severity === 'error' && code.startsWith('misplaced-')).map(({ line }) => line.number - first));
  return {
    name: `${placing === inChain ? 'in' : 'behind'} ${hook}`, textOf: (rules) => placing(table, hook, rules).text,
    fine: uses.filter((_, index) => !found.has(index)).map(({ rule }) => rule),
    wrong: uses.filter((_, index) => found.has(index)).map(({ rule }) => rule),
  };
}

function placesIn(table: TableName, family: Family, taken: readonly Use[]): readonly Place[] {
  return BUILT_IN_CHAINS[table].flatMap((hook, index) => {
    // What does not belong to the table is refused in all of it alike.
    const uses = taken.filter(({ tables }) => index === 0 || tables === undefined || tables.includes(table));
    return [placeOf(family, table, hook, inChain, uses), placeOf(family, table, hook, behindJump, uses.filter(({ tables }) => tables?.includes(table) !== false))];
  });
}

/** The uses of which the kernel says otherwise than the diagnostics. */
async function disagreements(family: Family, places: readonly Place[]): Promise<readonly string[]> {
  const together = await refusedOf(family, places.map(({ fine, textOf }) => textOf(fine)));
  const single = places.flatMap(({ name, fine, wrong, textOf }, index) => [
    ...wrong.map((rule) => ({ text: textOf([rule]), refused: true, said: `${name} refused by the diagnostics, taken by the kernel: ${rule}` })),
    ...(together[index]! ? fine : []).map((rule) => ({ text: textOf([rule]), refused: false, said: `${name} taken by the diagnostics, refused by the kernel: ${rule}` })),
  ]);
  const refused = await refusedOf(family, single.map(({ text }) => text));
  return single.filter((each, index) => each.refused !== refused[index]).map(({ said }) => said);
}

describeWithPrograms('places of matches and targets', () => {
  for (const family of ['ipv4', 'ipv6'] as const) {
    it(`are refused where the kernel refuses them (${family})`, async () => {
      const taken = await usesTaken(family);
      assert.ok(taken.length > 50, `only ${taken.length} uses are taken at all`);
      for (const table of TABLE_NAMES) assert.deepEqual(await disagreements(family, placesIn(table, family, taken)), [], `in ${table}`);
    });
  }
});
