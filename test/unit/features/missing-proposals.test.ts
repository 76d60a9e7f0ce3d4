import { strict as assert } from 'node:assert';
import { spellings } from '../../../server/src/core/extensions/catalogue.ts';
import type { BoundOption } from '../../../server/src/core/extensions/definition.ts';
import type { Family } from '../../../server/src/core/netfilter.ts';
import { complete } from '../../../server/src/features/completion.ts';
import { usesOf } from '../../../server/src/core/ruleset/uses.ts';
import { caseFiles, type Case } from '../../support/cases.ts';
import { openDocument } from '../../support/document.ts';

/** Of how many accepted rules one is tried: each takes a list for each of its options. */
const EVERY = 61;

const nameFor = (family: Family): string => (family === 'ipv6' ? 'rules.v6' : 'rules.v4');

const headOf = ({ table, chain }: Case): string => `*${table}\n${chain === chain.toLowerCase() ? `:${chain} - [0:0]\n` : ''}`;

/** Whether completion proposes the option at its place when it is taken out of the line. */
async function isProposed({ spec, span, negated }: BoundOption, line: string, head: string, family: Family): Promise<boolean> {
  const gap = line.slice(0, span.start).trimEnd();
  const bang = negated ? ' !' : '';
  const document = await openDocument(`${head}${gap}${bang} ${line.slice(span.end)}\nCOMMIT\n`, nameFor(family));
  const labels = new Set(complete(document, { line: head.split('\n').length - 1, character: gap.length + bang.length + 1 }).map(({ label }) => label));
  return spellings(spec).some((name) => labels.has(`--${name}`));
}

async function missingIn(each: Case, family: Family): Promise<string[]> {
  const head = headOf(each);
  const line = `-A ${each.chain} ${each.rule}`;
  const document = await openDocument(`${head}${line}\nCOMMIT\n`, nameFor(family));
  const bound = document.boundRule(document.lines.find(({ text }) => text.startsWith('-A'))!)!;
  const missing: string[] = [];
  for (const option of usesOf(bound).flatMap(({ options }) => options)) {
    if (!await isProposed(option, line, head, family)) missing.push(`${family} ${line}: --${option.spec.name}`);
  }
  return missing;
}

describe('completion leaves out nothing that iptables takes', () => {
  it('proposes each option of accepted rules at its place', async () => {
    const accepted = caseFiles().flatMap(({ cases }) => cases).filter(({ takenBy }) => takenBy.length === 2).filter((_, index) => index % EVERY === 0);
    const missing: string[] = [];
    for (const each of accepted) missing.push(...await missingIn(each, each.families[each.line % each.families.length]!));
    assert.deepEqual(missing, []);
  });
});
