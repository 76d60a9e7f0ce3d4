import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import type { Finding } from '../../../server/src/rules/rule.ts';
import { openDocument } from '../../support/document.ts';
import { anyRule, filterTable } from '../analysis/rulesets.ts';

/** What random rules rarely say: what locks somebody out, chains without use, interfaces in the wrong place, a policy, a remark. */
const special = fc.constantFrom(
  ':INPUT DROP [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT DROP [0:0]', ':FOUR - [0:0]', '# a remark', '',
  '-A INPUT -i lo -j ACCEPT', '-A OUTPUT -o lo -j ACCEPT', '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  '-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT', '-A INPUT -j DROP', '-A FOUR -j DROP', '-A FOUR -o eth0 -j ACCEPT', '-A INPUT -j FOUR', '-A ONE -j FOUR', '-A INPUT -g FOUR', '-A ONE -o eth1 -j DROP',
  '-A TWO -i eth0 -j LOG', '-A THREE -j REJECT --reject-with icmp-host-unreachable', '-A THREE -j REJECT --reject-with icmp-port-unreachable', '-A INPUT -s 10.0.0.0/8,10.1.0.0/16 -j DROP',
  '-A INPUT -i wg0 -m comment --comment one -j ACCEPT', '-A INPUT -i wg0 -m comment --comment two -j ACCEPT', '-A ONE -m limit --limit 5/min -j ACCEPT', '-A THREE -j ONE',
);

/** Edits of a few lines: how many are taken away and what stands there then. */
const edit = fc.record({ at: fc.nat(), removed: fc.constantFrom(0, 0, 1, 1, 2), lines: fc.array(fc.oneof(anyRule, special), { maxLength: 2 }), isHurried: fc.boolean() });

describe('diagnostics of the analysis under edits', () => {
  it('are those of a fresh document of the same text, though an analysis was stopped meanwhile', async () => {
    await fc.assert(fc.asyncProperty(filterTable, fc.array(edit, { minLength: 1, maxLength: 8 }), async (text, edits) => {
      const document = await openDocument(text);
      const diagnostics = new Diagnostics(document);
      diagnostics.complete();
      for (const [version, { at, removed, lines, isHurried }] of edits.entries()) {
        // The lines of the table, not its frame.
        const line = 1 + (at % (document.lines.length - 3));
        document.update([{ range: { start: { line, character: 0 }, end: { line: Math.min(line + removed, document.lines.length - 2), character: 0 } }, text: lines.map((each) => `${each}\n`).join('') }], version + 2);
        if (isHurried) {
          const work = diagnostics.analysing();
          for (let step = 0; step < at % 40; step++) work.next();
          continue;
        }
        const fresh = await openDocument(document.getText());
        assert.deepEqual(shown(document, diagnostics.complete()), shown(fresh, new Diagnostics(fresh).complete()), document.getText());
      }
    }), { numRuns: 20 });
  });
});

const shown = (document: RulesetDocument, findings: readonly Finding[]): unknown => findings.map(({ line, span, code, severity, message, related, packet, fixes }) => ({
  range: document.rangeOf(line, span), code, severity, message, packet, related: related?.map((each) => [each.line.number, each.message]),
  fixes: fixes?.map(({ title, edits }) => [title, edits.map((each) => [each.line.number, each.newText])]),
}));
