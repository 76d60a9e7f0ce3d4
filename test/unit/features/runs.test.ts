import assert from 'node:assert/strict';
import { reachRule } from '../../../server/src/features/commands/reach-rule.ts';
import { simulateCommand } from '../../../server/src/features/commands/simulate.ts';
import { inlayHints } from '../../../server/src/features/inlay-hint.ts';
import type { Session } from '../../../server/src/features/session.ts';
import { suggestPackets } from '../../../server/src/features/support/suggestions.ts';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { sessionWith } from './cursor.ts';

const SCRIPT = '#!/bin/sh\ncase "$1" in\nstart)\niptables -P INPUT DROP\niptables -A INPUT -p tcp --dport 22 -j ACCEPT\niptables -A INPUT -p tcp --dport 80 -j ACCEPT\n;;\nstop)\niptables -P INPUT ACCEPT\n;;\nesac\n';
const PACKET = 'tcp 192.0.2.1:4000 -> 198.51.100.1:80 in=eth0';
const EVERYTHING = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };

const summaryOf = (answer: unknown): string => (answer as { readonly summary: string }).summary;
const hints = (session: Session, document: RulesetDocument): string[] => inlayHints(session, document, EVERYTHING).map(({ position, label }) => `${position.line + 1} ${String(label)}`);

describe('a packet at a line that a script comes to with one argument alone', () => {
  it('meets what the script does with that', async () => {
    const { session, document } = await sessionWith(SCRIPT, 'fw.sh');
    assert.equal(summaryOf(simulateCommand(session, { uri: document.uri, line: 5, packet: PACKET })), `ACCEPT — ${PACKET}, run with \`start\``);
    assert.deepEqual(hints(session, document), ['5 ✗ the destination port is 80', '6 ■ ACCEPT']);
    assert.equal(summaryOf(simulateCommand(session, { uri: document.uri, line: 4, packet: PACKET })), `DROP by the policy of filter INPUT — ${PACKET}, run with \`start\`, after line 5`);
    assert.equal(summaryOf(simulateCommand(session, { uri: document.uri, line: 8, packet: PACKET })), `ACCEPT by the policy of filter INPUT — ${PACKET}, run with \`stop\``);
    assert.deepEqual(hints(session, document), ['9 ■ ACCEPT by the policy of filter INPUT']);
  });

  it('stays with it over edits', async () => {
    const { session, document } = await sessionWith(SCRIPT, 'fw.sh');
    simulateCommand(session, { uri: document.uri, line: 4, packet: PACKET });
    const insert = (line: number, text: string): void => { document.update([{ range: { start: { line, character: 0 }, end: { line, character: 0 } }, text }], 2); };
    insert(2, '# begin\n');
    assert.deepEqual(hints(session, document), ['5 ■ DROP by the policy of filter INPUT', '6 ✗ the destination port is 80']);
    insert(5, 'iptables -A INPUT -j REJECT\n');
    assert.deepEqual(hints(session, document)[0], '6 ■ REJECT with icmp-port-unreachable');
    assert.equal(summaryOf(simulateCommand(session, { uri: document.uri, packet: PACKET })), `REJECT with icmp-port-unreachable — ${PACKET}, run with \`start\`, after line 7`);
  });

  it('is suggested for that, and found for its rule', async () => {
    const { session, document } = await sessionWith(SCRIPT, 'fw.sh');
    assert.deepEqual(suggestPackets(session, document, 5)[0]!.detail, 'ACCEPT');
    assert.match(summaryOf(reachRule(session, { uri: document.uri, line: 5 })), /^ACCEPT — .+, run with `start`$/u);
  });

  it('is asked of both ways where nobody points at one', async () => {
    const { session, document } = await sessionWith(SCRIPT, 'fw.sh');
    assert.equal(summaryOf(simulateCommand(session, { uri: document.uri, packet: PACKET })), `ACCEPT — ${PACKET}`);
    const fates = summaryOf(simulateCommand(session, { uri: document.uri, packet: PACKET.replace(':80', ':81') }));
    assert.match(fates, /^ACCEPT if not: `case "\$1" in start` holds \(line 9\) and `case "\$1" in stop` holds \(line 9\); .+; DROP otherwise — /u);
  });
});
