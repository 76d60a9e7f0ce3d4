import assert from 'node:assert/strict';
import { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { nameOfLines } from '../../../server/src/core/syntax/line.ts';
import { resultingRuleset } from '../../../server/src/features/commands/resulting-ruleset.ts';
import { inlayHints } from '../../../server/src/features/inlay-hint.ts';
import type { Session } from '../../../server/src/features/session.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { StartFiles } from '../../../server/src/start-files.ts';
import { testParser } from '../../support/document.ts';
import { sessionOf } from '../features/cursor.ts';

const RULES = '*filter\n:INPUT DROP [0:0]\n:WEB - [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n-A FORWARD -i eth0 -j ACCEPT\n-A FORWARD -i eth0 -p udp -j DROP\nCOMMIT\n';
const EVERYTHING = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };

describe('the lines of what a script starts from', () => {
  const open = async (commands: string): Promise<RulesetDocument> => {
    const parser = await testParser();
    const files = new StartFiles(parser, () => RULES);
    return new RulesetDocument(parser, 'file:///fw/firewall.sh', 'iptables', 1, `#!/bin/sh\n\n# iptables-lens from=rules.v4\n${commands}\n\n\n\n`, files.beside('file:///fw/firewall.sh'));
  };
  const findings = async (commands: string): Promise<string[]> => new Diagnostics(await open(commands)).complete().map(({ code, line, message }) => `${line.number + 1} ${code}: ${message}`);

  it('are no lines of the script that something could be said of, or that could be mended', async () => {
    assert.deepEqual(await findings('iptables -L'), []);
    const document = await open('iptables -A FORWARD -i eth0 -s 192.0.2.1 -j DROP');
    const found = new Diagnostics(document).complete();
    assert.deepEqual(found.map(({ code, message, related }) => [code, message, related]), [['shadowed-rule', 'No packet is left for this rule: line 6 of rules.v4 (`-j ACCEPT`) takes every packet that it could match.', []]]);
    assert.deepEqual(found.flatMap(({ fixes = [] }) => fixes).flatMap(({ edits }) => edits).filter(({ line }) => !document.owns(line)), []);
  });

  it('leave what they do harm with to the last command that changes their table', async () => {
    const [lockout, ...others] = await findings('iptables -F INPUT\niptables -t nat -F\niptables -L');
    assert.deepEqual(others, []);
    assert.match(lockout!, /^4 lockout-management: Nobody can open an ssh connection .+ is dropped by the policy of INPUT\.$/u);
    const [closed] = await findings('iptables -I FORWARD -j ACCEPT\niptables -D INPUT -p tcp --dport 22 -j ACCEPT');
    assert.match(closed!, /^5 lockout-management: /u);
  });

  it('are marked where the script names their file', async () => {
    const document = await open('iptables -I FORWARD -p tcp -j LOG');
    const session: Session = sessionOf(document);
    session.simulations.set(document.uri, { packet: 'tcp 192.0.2.1:4000 -> 198.51.100.1:80 in=eth0 out=eth1', at: undefined });
    assert.deepEqual(inlayHints(session, document, EVERYTHING).map(({ position, label }) => `${position.line + 1} ${String(label)}`), ['3 ■ 2. ACCEPT (line 6 of rules.v4)', '4 ✓ 1. LOG']);
  });

  it('made rules of which no line of the script is the source', async () => {
    const document = await open('iptables -A WEB -j DROP');
    const answer = resultingRuleset(sessionOf(document), { uri: document.uri });
    assert.ok('sources' in answer);
    assert.deepEqual(answer.sources.filter((source) => source !== null), [3]);
  });

  it('are told from others by the name of their file', async () => {
    const [own, , ...rest] = (await open('iptables -L')).lines;
    const [first, second] = new RulesetDocument(await testParser(), 'file:///rules.v4', 'iptables', 0, RULES, undefined, 'rules.v4').lines;
    assert.equal(nameOfLines([]), '');
    assert.equal(nameOfLines([own!]), 'line 1');
    assert.equal(nameOfLines([rest[1]!, own!, rest[0]!]), 'lines 1, 3 and 4');
    assert.equal(nameOfLines([second!, own!, first!]), 'line 1 and lines 1 and 2 of rules.v4');
    assert.equal(nameOfLines([own!, ...rest], 2), 'lines 1, 3 and 4 more');
  });
});
