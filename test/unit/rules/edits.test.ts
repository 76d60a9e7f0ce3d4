import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import type { Finding } from '../../../server/src/rules/rule.ts';
import { openDocument } from '../../support/document.ts';

describe('diagnostics under edits', () => {
  const line = fc.constantFrom(
    '*filter', '*nat', '*mangle', 'COMMIT', ':INPUT ACCEPT [0:0]', ':X - [0:0]', '', '# a remark', '# iptables-lens disable=nat-filtering',
    '-A INPUT -j DROP', '-A PREROUTING -j DROP', '-A X -j MASQUERADE', '-A POSTROUTING -o eth0 -j MASQUERADE', '-A INPUT -m state --state NEW -j ACCEPT', '-A INPUT -o eth0 -j X', '-A INPUT --dport 22 -j ACCEPT', '-A PREROUTING -j TTL --ttl-set 3',
  );
  const edit = fc.record({ first: fc.nat(), count: fc.nat(2), lines: fc.array(line, { maxLength: 2 }) });

  it('are those of a fresh document of the same text', async () => {
    await fc.assert(fc.asyncProperty(fc.array(line, { minLength: 2, maxLength: 14 }), fc.array(edit, { minLength: 1, maxLength: 6 }), async (lines, edits) => {
      const document = await openDocument(`${lines.join('\n')}\n`);
      const diagnostics = new Diagnostics(document);
      diagnostics.findings();
      for (const { first, count, lines: inserted } of edits) {
        const start = first % document.lines.length;
        document.update([{ range: { start: { line: start, character: 0 }, end: { line: start + count, character: 0 } }, text: inserted.map((text) => `${text}\n`).join('') }], 2);
        const fresh = await openDocument(document.getText());
        assert.deepEqual(shown(document, diagnostics.findings()), shown(fresh, new Diagnostics(fresh).findings()), document.getText());
      }
    }), { numRuns: 300 });
  });
});

const shown = (document: RulesetDocument, findings: readonly Finding[]): unknown =>
  findings.map(({ line, span, code, severity, message }) => ({ range: document.rangeOf(line, span), code, severity, message }));
