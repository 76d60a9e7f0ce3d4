import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import type { Family } from '../../../server/src/core/netfilter.ts';
import type { Finding } from '../../../server/src/rules/rule.ts';
import { makeToolRulesets } from '../../conformance/tools.ts';
import { writtenRulesets } from '../../conformance/written.ts';
import { caseFiles } from '../../support/cases.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { isRefused, messageFault } from '../../support/message-shape.ts';
import { open } from './check.ts';

interface Ruleset {
  readonly ruleset: string;
  readonly family: Family;
  readonly name?: string;
}

/** One finding of each wording: the same words about other names count once. */
function collect(inputs: Iterable<Ruleset>): Finding[] {
  const found = new Map<string, Finding>();
  for (const { ruleset, family, name = family === 'ipv6' ? 'rules.v6' : 'rules.v4' } of inputs) {
    for (const finding of new Diagnostics(open(ruleset, name)).findings().filter(isRefused)) {
      const wording = `${finding.code} ${finding.message.replaceAll(/`[^`]*`|\d+/gu, '_')}`;
      if (!found.has(wording)) found.set(wording, finding);
    }
  }
  return [...found.values()];
}

/** The rules of small rulesets with one table in one ruleset for each table and family: what is wrong with a line stays wrong. */
function joined(rulesets: readonly Ruleset[]): Ruleset[] {
  const groups = new Map<string, Ruleset[]>();
  for (const each of rulesets) {
    const key = `${each.family} ${each.ruleset.slice(0, each.ruleset.indexOf('\n'))}`;
    groups.set(key, [...groups.get(key) ?? [], each]);
  }
  return [...groups.values()].map((group) => {
    const lines = group.flatMap(({ ruleset }) => ruleset.trimEnd().split('\n').slice(1)).filter((line) => line !== 'COMMIT');
    const declared = new Set(lines.filter((line) => line.startsWith(':')));
    const [{ family, ruleset }] = group as [Ruleset];
    return { family, ruleset: `${[ruleset.slice(0, ruleset.indexOf('\n')), ...declared, ...lines.filter((line) => !line.startsWith(':'))].join('\n')}\nCOMMIT\n` };
  });
}

const FIXTURES = fileURLToPath(new URL('../../fixtures/rules', import.meta.url));

function* fixtures(): Iterable<Ruleset> {
  for (const code of readdirSync(FIXTURES)) {
    for (const name of readdirSync(path.join(FIXTURES, code))) yield { ruleset: readFileSync(path.join(FIXTURES, code, name), 'utf8'), family: name.endsWith('.v6') ? 'ipv6' : 'ipv4', name };
  }
}

function* cases(): Iterable<Ruleset> {
  for (const { cases: all } of caseFiles()) {
    for (const { families, table, chain, rule, takenBy } of all) {
      if (takenBy.length < 2) for (const family of families.slice(0, 1)) yield { ruleset: `*${table}\n${chain === chain.toLowerCase() ? `:${chain} - [0:0]\n` : ''}-A ${chain} ${rule}\nCOMMIT\n`, family };
    }
  }
}

describe('what is said of what iptables refuses', () => {
  it('names what is wrong, and says what to write instead', () => {
    const refused = collect([...joined([...cases()]), ...fixtures(), ...writtenRulesets().filter(({ family }) => family === 'ipv4'), ...makeToolRulesets(1, 60)]);
    assert.ok(refused.length > 250, `only ${refused.length} messages`);
    const faults = refused.map((finding) => ({ ...finding, fault: messageFault(finding) })).filter(({ fault }) => fault !== undefined);
    assert.deepEqual(faults.map(({ fault, code, message, line }) => `${fault!}: ${code}: ${message} [${line.text}]`), []);
  });
});
