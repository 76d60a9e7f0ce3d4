import assert from 'node:assert/strict';
import type { ExtensionUse } from '../../../server/src/core/extensions/definition.ts';
import { saveUse } from '../../../server/src/core/extensions/save.ts';
import { isTableName, type Family, type Hook } from '../../../server/src/core/netfilter.ts';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import type { BoundRule } from '../../../server/src/core/ruleset/model.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { caseFiles, type Case } from '../../support/cases.ts';
import { openDocument } from '../../support/document.ts';

describe('cases of the catalogue', () => {
  for (const { file, cases } of caseFiles()) {
    it(file, async () => {
      for (const each of cases) for (const family of each.families) await checkCase(each, family, `${file}:${each.line} (${family})`);
    });
  }
});

async function checkCase(each: Case, family: Family, place: string): Promise<void> {
  const document = await openCase(each, family);
  const bound = document.boundRule(document.lines.find(({ text }) => text.startsWith('-A'))!);
  assert.ok(bound !== undefined);
  const refused = [...bound.problems, ...document.ruleset().problems].filter(({ accepted }) => accepted !== true).map(({ message }) => message);
  const problems = [...refused, ...misplaced(bound, each)];
  if (each.takenBy.length === 0) {
    assert.notDeepEqual(problems, [], `${place}: nothing is found wrong with ${each.rule}`);
    return;
  }
  if (each.takenBy.length === 1) assert.notDeepEqual(new Diagnostics(document).complete(), [], `${place}: nothing is said of ${each.rule}, which one program refuses`);
  assert.deepEqual(problems, [], `${place}: ${each.rule}`);
  if (each.saved !== undefined) assert.equal(saved(bound).trimEnd(), extensionsIn(each.saved), `${place}: ${each.rule}`);
}

async function openCase(each: Case, family: Family): Promise<RulesetDocument> {
  const declaration = isUserChain(each.chain) ? `:${each.chain} - [0:0]\n` : '';
  const document = await openDocument(`*${each.table}\n${declaration}-A ${each.chain} ${each.rule}\nCOMMIT\n`, family === 'ipv6' ? 'rules.v6' : 'rules.v4');
  document.setFamily(family);
  return document;
}

const isUserChain = (chain: string): boolean => chain === chain.toLowerCase();

const usesOf = ({ matches, target }: BoundRule): readonly ExtensionUse[] => (target?.kind === 'extension' ? [...matches, target.use] : matches);

/** What the kernel has against the table or the hook. */
function misplaced(bound: BoundRule, { table, chain }: Case): readonly string[] {
  if (bound.target?.kind === 'verdict' && bound.target.verdict === 'DROP' && table === 'nat') return ['iptables refuses DROP in nat'];
  return usesOf(bound).flatMap((use) => {
    const { name, tables, hooks } = use.definition;
    if (tables !== undefined && (!isTableName(table) || !tables.includes(table))) return [`${name} is not for ${table}`];
    if (isUserChain(chain)) return [];
    const allowed = (use.definition.hooksFor?.(use) ?? hooks)?.includes(chain as Hook) ?? true;
    return allowed ? [] : [`${name} is not for ${chain}`];
  });
}

function saved(bound: BoundRule): string {
  const { matches, target } = bound;
  const words = matches.map(saveUse);
  if (target?.kind === 'extension') words.push(saveUse(target.use));
  else if (target?.kind === 'verdict') words.push(`-j ${target.verdict}`);
  return words.join(' ');
}

/** A saved rule from its first extension on; what stands before is the header, which other tests cover. */
function extensionsIn(rule: string): string {
  const start = /(^| )(-m|-j) /u.exec(rule);
  return start === null ? '' : rule.slice(start.index).trimStart();
}
