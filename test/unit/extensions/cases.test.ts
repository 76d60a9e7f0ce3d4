import assert from 'node:assert/strict';
import type { ExtensionUse } from '../../../server/src/core/extensions/definition.ts';
import { isTableName, type Family, type Hook } from '../../../server/src/core/netfilter.ts';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { unfold } from '../../../server/src/core/ruleset/identity.ts';
import type { BoundRule } from '../../../server/src/core/ruleset/model.ts';
import { saveRule } from '../../../server/src/core/ruleset/save.ts';
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
  if (each.takenBy.length === 1) assert.notDeepEqual(new Diagnostics(document).findings(), [], `${place}: nothing is said of ${each.rule}, which one program refuses`);
  assert.deepEqual(problems, [], `${place}: ${each.rule}`);
  if (each.saved === undefined) return;
  for (const backend of each.takenBy) {
    const printed: string[] = unfold(bound).map((rule) => saveRule(rule, backend).trimEnd());
    assert.deepEqual(printed, [each.saved.trimEnd()], `${place} (${backend}): ${each.rule}`);
  }
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
