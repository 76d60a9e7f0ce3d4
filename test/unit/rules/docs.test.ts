import { strict as assert } from 'node:assert';
import type { Finding, Rule } from '../../../server/src/rules/rule.ts';
import { RULES } from '../../../server/src/rules/rules.generated.ts';
import { findingsOf, fixed, kernelAvailable, refusal } from './check.ts';

const HEADINGS = ['What it does', 'Why it matters', 'Example', 'Use instead'];

/** Diagnostics whose examples can't be loaded everywhere: they need a name server, an ipset, iptables-legacy. */
const NEEDS_MORE: ReadonlySet<string> = new Set(['host-name', 'external-object', 'queue-target']);

/** Diagnostics of commands that are typed in, so that no line names a shell. */
const TYPED: ReadonlySet<string> = new Set(['history-expansion']);

/** The code block under a heading, as a whole file. */
function sample(rule: Rule, heading: string): string {
  const block = new RegExp(`^## ${heading}\n\n\`\`\`(\\w+)\n([^]*?)\n?\`\`\`$`, 'mu').exec(rule.docs);
  assert.ok(block !== null, `${rule.code} has no code under ${heading}`);
  const text = block[2]!;
  if (text.startsWith('#!') || TYPED.has(rule.code) || (block[1] === 'sh' && heading !== 'Example')) return `${text}\n`;
  const whole = /^\*/mu.test(text) ? `${text}\n` : `*filter\n${text}\nCOMMIT\n`;
  return whole.replaceAll('␍', '\r').replaceAll('⍽', '\u00a0').replace('␃\n', '');
}

const named = (rule: Rule, text: string): Finding[] => findingsOf(text, undefined, rule.code).filter(({ code }) => code === rule.code);

describe('documentation of diagnostics', () => {
  for (const rule of RULES) {
    describe(rule.code, () => {
      it('has its headings, and Fix safety where it has fixes', () => {
        const headings = Array.from(rule.docs.matchAll(/^## (.*)$/gmu), ([, heading]) => heading);
        const fixes = named(rule, sample(rule, 'Example')).some((finding) => finding.fixes !== undefined);
        assert.deepEqual(headings, fixes ? [...HEADINGS, 'Fix safety'] : HEADINGS);
      });

      it('finds it in the example, and nothing of the kind in what to use instead', () => {
        assert.notEqual(named(rule, sample(rule, 'Example')).length, 0);
        const after = findingsOf(sample(rule, 'Use instead'), undefined, rule.code).filter(({ code, severity }) => code === rule.code || severity === 'error');
        assert.deepEqual(after.map(({ code, message }) => `${code}: ${message}`), []);
      });

      it('comes from the example to what to use instead by its fix', () => {
        const example = sample(rule, 'Example');
        const results = named(rule, example).flatMap(({ fixes = [] }) => fixes.map((fix) => fixed(example, fix)));
        if (results.length > 0) assert.ok(results.includes(sample(rule, 'Use instead')), results.join('\n---\n'));
      });

      it('is as iptables has it', function () {
        if (!kernelAvailable || NEEDS_MORE.has(rule.code)) this.skip();
        const example = sample(rule, 'Example');
        if (example.startsWith('#!') || TYPED.has(rule.code)) this.skip();
        const refused = findingsOf(example).some(({ code, severity }) => severity === 'error' && code !== 'expectation-failed');
        assert.equal(refusal(example) !== undefined, refused, refusal(example) ?? 'taken');
        assert.equal(refusal(sample(rule, 'Use instead')), undefined);
      });
    });
  }
});
