import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { Finding } from '../../../server/src/rules/rule.ts';
import { RULES } from '../../../server/src/rules/rules.generated.ts';
import { filterTable } from '../analysis/rulesets.ts';
import { findingsOf, fixed, kernelAvailable, refusal } from './check.ts';

const EXACT = new Set(RULES.filter(({ checkAnalysis }) => checkAnalysis !== undefined).map(({ code }) => code));

/** What is said of a line, wherever it has gone. */
const said = (findings: readonly Finding[]): string[] => findings.map(({ code, line }) => `${code}: ${line.text}`);

const grave = (findings: readonly Finding[]): Finding[] => findings.filter(({ severity }) => severity === 'error' || severity === 'warning');

/**
 * Whether what is new after the fix comes from what the fix is for: rules that stopped the traffic are left without it, of a
 * host that let nobody in it begins to matter what else it stops, and a chain loses a hook with a jump that led nobody there.
 */
function follows(finding: Finding, each: string): boolean {
  const expected = finding.code.startsWith('lockout-') ? /^(shadowed-rule: .* -[jg] |rule-after-terminal: .* -[jg] |lockout-)/u : /^misplaced-interface: /u;
  return expected.test(each);
}

/** Asserts that the real programs take the text after a fix, if they took it before. */
function assertTaken(before: string, after: string): void {
  for (const backend of ['nft', 'legacy'] as const) if (refusal(before, backend) === undefined) assert.equal(refusal(after, backend), undefined, after);
}

describe('fixes of what an analysis finds', () => {
  it('mend it, bring nothing worse, and leave a file that iptables-restore takes', () => {
    let tried = 0;
    fc.assert(fc.property(filterTable, (text) => {
      const before = findingsOf(text);
      for (const finding of before.filter(({ code }) => EXACT.has(code))) {
        for (const fix of finding.fixes ?? []) {
          tried++;
          const after = fixed(text, fix);
          const left = findingsOf(after);
          const context = `${finding.code}: ${finding.line.text}\n${fix.title}\n${text}\n=>\n${after}`;
          assert.ok(left.filter(({ code }) => code === finding.code).every(({ line, message }) => line.text !== finding.line.text || message !== finding.message) || left.length < before.length, `still there\n${context}`);
          // Of several dead rules in a row the first is a warning, the others are hints.
          const known = new Set(said(before));
          assert.deepEqual(said(grave(left)).filter((each) => !known.has(each) && !follows(finding, each)), [], context);
          // Seldom, because each asks two programs.
          if (kernelAvailable && tried % 12 === 0) assertTaken(text, after);
        }
      }
    }), { numRuns: 10 });
    assert.ok(tried > 30, `${tried} fixes`);
  });
});
