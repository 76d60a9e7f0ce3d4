import assert from 'node:assert/strict';
import { suggestPackets } from '../../../server/src/features/support/suggestions.ts';
import { sessionWith } from './cursor.ts';

describe('packets that are suggested for a rule', () => {
  it('have what it asks for', async () => {
    const { session, document } = await sessionWith('*filter\n-A INPUT -s 192.0.2.0/24 -p tcp --dport 8080 -j DROP\nCOMMIT\n', 'rules.v4');
    const [first] = suggestPackets(session, document, 1);
    assert.equal(first!.label, 'matches this rule');
    assert.match(first!.packet, /^tcp 192\.0\.2\.1:\d+ -> \S+:8080 /u);
  });

  it('leave open what nobody knows or can read', async () => {
    const script = await sessionWith('#!/bin/sh\niptables -A INPUT -p tcp --dport "$1" -j ACCEPT\n', 'fw.sh');
    assert.ok(suggestPackets(script.session, script.document, 1).length > 0);
    const ruleset = await sessionWith('*filter\n-A INPUT -p tcp --dport 99999 -j ACCEPT\n-A INPUT -m conntrack --ctstate NWE -j ACCEPT\nCOMMIT\n', 'rules.v4');
    for (const row of [1, 2]) assert.ok(suggestPackets(ruleset.session, ruleset.document, row).length > 0);
  });
});
