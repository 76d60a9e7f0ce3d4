import assert from 'node:assert/strict';
import { codeLenses } from '../../../server/src/features/code-lens.ts';
import { resultingRuleset } from '../../../server/src/features/commands/resulting-ruleset.ts';
import { simulateCommand } from '../../../server/src/features/commands/simulate.ts';
import { sessionWith } from './cursor.ts';

const SCRIPT = 'iptables -A INPUT -j DROP\niptables -I INPUT -p tcp --dport 22 \\\n  -j ACCEPT\niptables -A NOWHERE -j DROP\nip6tables -P INPUT DROP\n';

describe('the resulting ruleset of a script', () => {
  it('links each rule to the line that made it and names what failed', async () => {
    const { session, document } = await sessionWith(SCRIPT, 'firewall.sh');
    const answer = resultingRuleset(session, { uri: document.uri });
    assert.ok(!('error' in answer));
    const made = answer.text.split('\n').map((text, index) => [text, answer.sources[index] ?? null] as const).filter(([, line]) => line !== null);
    assert.deepEqual(made, [['-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT', 1], ['-A INPUT -j DROP', 0]]);
    assert.deepEqual(answer.refused.map(({ line }) => line), [3]);
  });

  it('is offered at the top, for each family', async () => {
    const { session, document } = await sessionWith(SCRIPT, 'firewall.sh');
    const titles = codeLenses(session, document).flatMap(({ command }) => (command === undefined ? [] : [command.title]));
    assert.deepEqual(titles, ['Resulting IPv4 ruleset', 'Resulting IPv6 ruleset']);
    const other = resultingRuleset(session, { uri: document.uri, family: 'ipv6' });
    assert.ok(!('error' in other) && other.text.includes(':INPUT DROP'));
  });
});

describe('the resulting rulesets of a script that works in network namespaces', () => {
  it('are offered and answered for each', async () => {
    const { session, document } = await sessionWith('ip netns exec a iptables -N X\nip netns exec b iptables -N Y\n', 'firewall.sh');
    const offered = codeLenses(session, document).flatMap(({ command }) => (command?.command === 'iptables-lens.resultingRuleset' ? command : []));
    assert.deepEqual(offered.map(({ title }) => title), ['Resulting IPv4 ruleset of a', 'Resulting IPv4 ruleset of b']);
    const made = offered.map(({ arguments: [argument] = [] }) => resultingRuleset(session, argument)).map((answer) => ('error' in answer ? [] : answer.text.match(/^:[XY]/gmu)));
    assert.deepEqual(made, [[':X'], [':Y']]);
  });

  it('are simulated in by a line that works in one', async () => {
    const { session, document } = await sessionWith('iptables -F\nip netns exec a iptables -P INPUT DROP\n', 'firewall.sh');
    const packet = 'tcp 192.0.2.1:1 -> 192.0.2.2:22 in=eth0';
    const verdictAt = (line: number): unknown => (simulateCommand(session, { uri: document.uri, line, packet }) as { readonly verdict: unknown }).verdict;
    assert.deepEqual([verdictAt(0), verdictAt(1)], ['ACCEPT', 'DROP']);
  });
});

describe('the resulting ruleset of a script that may run what iptables refuses', () => {
  it('has nothing of it', async () => {
    const { session, document } = await sessionWith('#!/bin/sh\nif [ -e /etc/web ]; then\n  iptables -A INPUT -p tcp --dport\n  iptables -N 2-much-for-the-name-of-any-chain\n  iptables -A INPUT -j DROP\nfi\n', 'firewall.sh');
    const answer = resultingRuleset(session, { uri: document.uri });
    assert.ok(!('error' in answer));
    assert.deepEqual(answer.text.split('\n').filter((line) => /-A|chain/u.test(line)), ['# -A INPUT -j DROP: depends on `[ -e /etc/web ]`']);
  });
});

describe('the resulting ruleset of a ruleset file', () => {
  it('has a comment in the place of a rule that iptables refuses', async () => {
    const { session, document } = await sessionWith('*filter\n-A INPUT -p tcp --dport\n-A INPUT -s 192.0.2.1 --dprot 22 -j ACCEPT\n-A INPUT -j DROP\nCOMMIT\n', 'rules.v4');
    const answer = resultingRuleset(session, { uri: document.uri });
    assert.ok(!('error' in answer));
    assert.deepEqual(answer.text.split('\n').filter((line) => line.includes('-A')), [
      '# -A INPUT: iptables refuses `-A INPUT -p tcp --dport`', '# -A INPUT: iptables refuses `-A INPUT -s 192.0.2.1 --dprot 22 -j ACCEPT`', '-A INPUT -j DROP',
    ]);
    assert.deepEqual(answer.refused.map(({ line }) => line), [1, 2]);
  });
});

describe('a packet simulated on a line of a script', () => {
  const packet = 'tcp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0';

  it('meets the ruleset as it is after that line', async () => {
    const { session, document } = await sessionWith(SCRIPT, 'firewall.sh');
    const simulated = (line?: number) => simulateCommand(session, { uri: document.uri, packet, ...(line === undefined ? {} : { line }) }) as { verdict: string; summary: string };
    assert.equal(simulated(0).verdict, 'DROP');
    assert.match(simulated().summary, /^DROP.*, after line 1$/u, 'asked again without a place');
    assert.equal(simulated(1).verdict, 'ACCEPT');
    assert.doesNotMatch(simulated(3).summary, /after line/u, 'the last command');
  });
});

describe('a packet simulated in a part of ufw\'s rules', () => {
  it('says that what leads to its chains is elsewhere', async () => {
    const summary = async (declared: string): Promise<string> => {
      const { session, document } = await sessionWith(`*filter\n${declared}:ufw-before-input - [0:0]\n-A ufw-before-input -i lo -j ACCEPT\nCOMMIT\n`, 'before.rules');
      return (simulateCommand(session, { uri: document.uri, packet: 'tcp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0' }) as { summary: string }).summary;
    };
    assert.match(await summary(''), /^Without ufw's own rules, which lead to these: ACCEPT by the policy/u);
    assert.doesNotMatch(await summary(':INPUT ACCEPT [0:0]\n'), /ufw/u);
  });
});
