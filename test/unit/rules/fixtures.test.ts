import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { RULES } from '../../../server/src/rules/rules.generated.ts';
import { announced, check, kernelAvailable, refusal } from './check.ts';

const folder = fileURLToPath(new URL('../../fixtures/rules', import.meta.url));
const codes = new Set(RULES.map(({ code }) => code));
/** What takes an analysis is looked at in the fixtures of such diagnostics: others may hold rules that do not matter to them. */
const exact = new Set(RULES.filter(({ checkAnalysis }) => checkAnalysis !== undefined).map(({ code }) => code));

/** Diagnostics of whole blocks: without the line that they point at, the rest is no ruleset. */
const OF_BLOCKS: ReadonlySet<string> = new Set(['missing-commit', 'outside-table', 'unknown-table']);

/** The lines, counted from 0, that iptables is said to refuse; expectations are no affair of iptables. */
function linesWithErrors(text: string): readonly number[] {
  return [...new Set(announced(text).filter(({ what }) => what.startsWith('error') && what !== 'error: expectation-failed').map(({ line }) => line))];
}

const without = (text: string, lines: readonly number[]): string => text.split('\n').filter((_, index) => !lines.includes(index)).join('\n');

describe('diagnostics in rulesets', () => {
  for (const code of readdirSync(folder).sort()) {
    describe(code, () => {
      it('is a diagnostic', () => {
        assert.ok(codes.has(code));
      });

      for (const name of readdirSync(path.join(folder, code)).sort()) {
        const text = readFileSync(path.join(folder, code, name), 'utf8');
        const [first, second] = text.split('\n');
        const intent = (first!.startsWith('#!') ? second! : first!).slice(2);

        it(`${name}: ${intent}`, () => check(text, name, exact.has(code) ? 'all' : 'quick', code));

        if (name.endsWith('.sh')) continue;
        const backend = name.startsWith('legacy') ? 'legacy' : 'nft';
        it(`${name}: iptables-${backend}-restore refuses each of its errors and nothing else`, function () {
          if (!kernelAvailable) this.skip();
          const family = name.endsWith('.v6') ? 'ipv6' : 'ipv4';
          const wrong = linesWithErrors(text);
          const answer = refusal(text, backend, family);
          assert.equal(answer !== undefined, wrong.length > 0, answer ?? 'taken');
          if (OF_BLOCKS.has(code) || wrong.length === 0) return;
          assert.equal(refusal(without(text, wrong), backend, family), undefined);
          for (const line of wrong) assert.notEqual(refusal(without(text, wrong.filter((other) => other !== line)), backend, family), undefined, `line ${line + 1} alone is taken`);
        });
      }
    });
  }
});
