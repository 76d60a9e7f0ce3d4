import assert from 'node:assert/strict';
import type { Stack } from '../../../server/src/core/netfilter.ts';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { saveRuleset } from '../../../server/src/core/ruleset/save.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { openDocument } from '../../support/document.ts';

const script = async (...lines: string[]): Promise<RulesetDocument> => openDocument(['#!/bin/sh', ...lines, ''].join('\n'), 'fw.sh');

/** The rules and chains that a script leaves in tables. */
const saved = (document: RulesetDocument, stack: Stack): string[] => saveRuleset(document.ruleset(stack), 'nft').map(({ text }) => text).filter((text) => /^-A|^:\S+ -/u.test(text));

const codes = (document: RulesetDocument): string[] => new Diagnostics(document).complete().map(({ line, code }) => `${line.number + 1} ${code}`);

describe('network namespaces of a script', () => {
  it('have tables of their own', async () => {
    const document = await script('iptables -A INPUT -s 192.0.2.1/32 -j DROP', 'for n in a b; do', '  ip netns exec $n iptables -N X', 'done', 'ip -4 netns exec b ip6tables -A INPUT -j DROP');
    assert.deepEqual(document.stacks, ['ipv4', 'ipv4 a', 'ipv4 b', 'ipv6 b']);
    assert.deepEqual(document.stacks.map((stack) => saved(document, stack)), [['-A INPUT -s 192.0.2.1/32 -j DROP'], [':X - [0:0]'], [':X - [0:0]'], ['-A INPUT -j DROP']]);
    assert.deepEqual(codes(document), []);
  });

  it('are entered by what runs a shell, until that ends', async () => {
    const document = await script('X="-A INPUT -j"', 'export X', "ip netns exec a sh -c 'iptables $X DROP; ip netns exec b iptables $X LOG; iptables $X REJECT'", 'iptables $X ACCEPT');
    assert.deepEqual(['ipv4', 'ipv4 a', 'ipv4 b'].map((stack) => saved(document, stack as Stack)), [
      ['-A INPUT -j ACCEPT'], ['-A INPUT -j DROP', '-A INPUT -j REJECT --reject-with icmp-port-unreachable'], ['-A INPUT -j LOG'],
    ]);
  });

  const names: readonly (readonly [words: string, namespace: string | undefined])[] = [
    ['sudo ip netns exec blue nice', 'blue'], ['ip -n x netns exec "$NS"', '$NS'], ['nsenter --net=/run/netns/blue', 'blue'], ['nsenter -n/proc/7/ns/net', 'net'], ['nsenter -t 42 -n', '42'], ['nsenter --target $PID --net', '$PID'],
    ['nsenter -m -t 42', undefined], ['nsenter -a -t 42', '42'], ['sudo', undefined],
  ];
  for (const [words, namespace] of names) {
    it(`\`${words}\` ${namespace === undefined ? 'stays' : `enters ${namespace}`}`, async () => {
      const document = await script(`${words} iptables -F`, 'iptables -F');
      assert.deepEqual(document.stacks, namespace === undefined ? ['ipv4'] : [`ipv4 ${namespace}`, 'ipv4']);
    });
  }

  it('are held apart where commands may end a script', async () => {
    const document = await script('set -e', 'ip netns exec a iptables -N X', 'ip netns exec b iptables -N X', 'ip netns exec b iptables -C INPUT -j X || ip netns exec b iptables -A INPUT -j X', 'ip netns exec b iptables -N X', 'iptables -F');
    assert.equal(document.failedAt?.number, 5);
    assert.deepEqual(saved(document, 'ipv4 b'), [':X - [0:0]', '-A INPUT -j X']);
  });

  it('hold what iptables-restore reads in them', async () => {
    const document = await script('iptables -N Y', 'ip netns exec a iptables-restore <<END', '*filter', ':X - [0:0]', '-A INPUT -j X', 'COMMIT', 'END');
    assert.deepEqual(saved(document, 'ipv4'), [':Y - [0:0]']);
    assert.deepEqual(saved(document, 'ipv4 a'), [':X - [0:0]', '-A INPUT -j X']);
    assert.equal(document.stackOf(document.lines[5]!), 'ipv4 a');
  });

  it('answer for a line that works in one, and for the file where all of it does', async () => {
    const document = await script('ip netns exec a iptables -P FORWARD DROP', 'ip netns exec b iptables -A FORWARD -j LOG', 'ip netns exec a iptables -A FORWARD -j ACCEPT');
    assert.equal(document.ruleset('ipv4').namespace, 'a');
    assert.equal(document.ruleset('ipv4', 'nft', 2).namespace, 'b');
    assert.deepEqual(document.ruleset('ipv4', 'nft', 1).tables.get('filter')?.chains.get('FORWARD')?.rules.length, 0);
    document.update([{ range: { start: { line: 4, character: 0 }, end: { line: 4, character: 0 } }, text: 'iptables -A FORWARD -j DROP\n' }], 2);
    assert.equal(document.ruleset('ipv4').namespace, undefined);
    assert.deepEqual(saved(document, 'ipv4'), ['-A FORWARD -j DROP']);
  });

  it('lock nobody out of the host, and have dead rules all the same', async () => {
    const document = await script('ip netns exec a iptables -P INPUT DROP', 'ip netns exec a iptables -A INPUT -j ACCEPT', 'ip netns exec a iptables -A INPUT -p tcp --dport 22 -j DROP', 'ip netns exec b iptables -A INPUT -p tcp --dport 22 -j DROP');
    assert.deepEqual(codes(document), ['4 rule-after-terminal']);
  });
});
