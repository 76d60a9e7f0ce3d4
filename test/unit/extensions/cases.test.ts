import assert from 'node:assert/strict';
import { readIpsetSave } from '../../../server/src/core/engine/facts/text.ts';
import type { HostFacts } from '../../../server/src/core/engine/host.ts';
import type { Family } from '../../../server/src/core/netfilter.ts';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { unfold } from '../../../server/src/core/ruleset/identity.ts';
import { saveRule } from '../../../server/src/core/ruleset/save.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { caseFiles, type Case } from '../../support/cases.ts';
import { openDocument } from '../../support/document.ts';
import { BACKENDS } from '../../support/programs.ts';

describe('cases of the catalogue', () => {
  for (const { file, cases, ipsets } of caseFiles()) {
    const host: HostFacts = { ipsets: readIpsetSave(ipsets.join('\n')) };
    it(file, async () => {
      for (const each of cases) for (const family of each.families) await checkCase(each, family, host, `${file}:${each.line} (${family}): ${each.rule}`);
    });
  }
});

async function checkCase(each: Case, family: Family, host: HostFacts, place: string): Promise<void> {
  const document = await openCase(each, family);
  const bound = document.boundRule(document.lines.find(({ text }) => text.startsWith('-A'))!);
  assert.ok(bound !== undefined);
  const findings = new Diagnostics(document, () => ({ host })).complete();
  const errors = findings.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  if (each.takenBy.length === 0) {
    assert.notDeepEqual(errors, [], `${place}: nothing is found wrong`);
    return;
  }
  assert.deepEqual(errors, [], place);
  for (const backend of BACKENDS) {
    const isNamed = findings.some(({ message }) => message.includes(`iptables-${backend} refuses`));
    assert.equal(isNamed, !each.takenBy.includes(backend), `${place}: ${isNamed ? `iptables-${backend} is said to refuse it` : `nothing says that iptables-${backend} refuses it`}`);
  }
  if (each.saved === undefined) return;
  for (const backend of each.takenBy) {
    const printed: string[] = unfold(bound).map((rule) => saveRule(rule, backend).trimEnd());
    assert.deepEqual(printed, [each.saved.trimEnd()], `${place} (${backend})`);
  }
}

async function openCase(each: Case, family: Family): Promise<RulesetDocument> {
  const declaration = isUserChain(each.chain) ? `:${each.chain} - [0:0]\n` : '';
  const document = await openDocument(`*${each.table}\n${declaration}-A ${each.chain} ${each.rule}\nCOMMIT\n`, family === 'ipv6' ? 'rules.v6' : 'rules.v4');
  document.setFamily(family);
  return document;
}

const isUserChain = (chain: string): boolean => chain === chain.toLowerCase();
