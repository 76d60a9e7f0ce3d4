import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import type { Finding } from '../../../server/src/rules/rule.ts';
import { openDocument } from '../../support/document.ts';
import { anyRule, filterTable } from '../analysis/rulesets.ts';
import { conditionalScript, scriptLine } from '../analysis/scripts.ts';

/** What random rules rarely say: what locks somebody out, chains without use, interfaces in the wrong place, a policy, a remark. */
const special = fc.constantFrom(
  ':INPUT DROP [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT DROP [0:0]', ':FOUR - [0:0]', '# a remark', '',
  '-A INPUT -i lo -j ACCEPT', '-A OUTPUT -o lo -j ACCEPT', '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  '-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT', '-A INPUT -j DROP', '-A FOUR -j DROP', '-A FOUR -o eth0 -j ACCEPT', '-A INPUT -j FOUR', '-A ONE -j FOUR', '-A INPUT -g FOUR', '-A ONE -o eth1 -j DROP',
  '-A TWO -i eth0 -j LOG', '-A THREE -j REJECT --reject-with icmp-host-unreachable', '-A THREE -j REJECT --reject-with icmp-port-unreachable', '-A INPUT -s 10.0.0.0/8,10.1.0.0/16 -j DROP',
  '-A INPUT -i wg0 -m comment --comment one -j ACCEPT', '-A INPUT -i wg0 -m comment --comment two -j ACCEPT', '-A ONE -m limit --limit 5/min -j ACCEPT', '-A THREE -j ONE',
);

/** Edits of a few lines: how many are taken away and what stands there then. */
const edits = (line: fc.Arbitrary<string>): fc.Arbitrary<readonly { at: number; removed: number; lines: readonly string[]; isHurried: boolean }[]> =>
  fc.array(fc.record({ at: fc.nat(), removed: fc.constantFrom(0, 0, 1, 1, 2), lines: fc.array(line, { maxLength: 2 }), isHurried: fc.boolean() }), { minLength: 1, maxLength: 8 });

const KINDS = [
  // The lines of the table, not its frame.
  { what: 'a ruleset', name: 'rules.v4', texts: filterTable, line: fc.oneof(anyRule, special), tail: 2, numRuns: 20 },
  { what: 'a script whose rules depend on what nobody knows', name: 'fw.sh', texts: conditionalScript, line: scriptLine, tail: 1, numRuns: 10 },
] as const;

describe('diagnostics of the analysis under edits', () => {
  for (const { what, name, texts, line: anyLine, tail, numRuns } of KINDS) it(`of ${what} are those of a fresh document of the same text, though an analysis was stopped meanwhile`, async () => {
    await fc.assert(fc.asyncProperty(texts, edits(anyLine), async (text, changes) => {
      const document = await openDocument(text, name);
      const diagnostics = new Diagnostics(document);
      diagnostics.complete();
      for (const [version, { at, removed, lines, isHurried }] of changes.entries()) {
        const line = 1 + (at % (document.lines.length - tail - 1));
        document.update([{ range: { start: { line, character: 0 }, end: { line: Math.min(line + removed, document.lines.length - tail), character: 0 } }, text: lines.map((each) => `${each}\n`).join('') }], version + 2);
        if (isHurried) {
          const work = diagnostics.analysing();
          for (let step = 0; step < at % 40; step++) work.next();
          continue;
        }
        const fresh = await openDocument(document.getText(), name);
        assert.deepEqual(shown(document, diagnostics.complete()), shown(fresh, new Diagnostics(fresh).complete()), document.getText());
      }
    }), { numRuns });
  });
});

const shown = (document: RulesetDocument, findings: readonly Finding[]): unknown => findings.map(({ line, span, code, severity, message, related, packet, fixes }) => ({
  range: document.rangeOf(line, span), code, severity, message, packet, related: related?.map((each) => [each.line.number, each.message]),
  fixes: fixes?.map(({ title, edits }) => [title, edits.map((each) => [each.line.number, each.newText])]),
}));
