import assert from 'node:assert/strict';
import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import { simulate } from '../../../server/src/core/engine/simulate.ts';
import type { Backend } from '../../../server/src/core/engine/traversal.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import { parsePacket } from '../../../server/src/core/notation/parse.ts';
import { openDocument } from '../../support/document.ts';

const CHAINS = { in: 'INPUT', forward: 'FORWARD', out: 'OUTPUT' } as const;

/** What the verdict of `RULE -j ACCEPT` before a policy of DROP depends on; a verdict where it is certain. */
async function dependsOn(rule: string, notation: string, backend: Backend = 'nft'): Promise<string> {
  const parsed = parsePacket(notation);
  assert.ok(parsed.ok);
  const isIpv6 = parsed.packet.family === 'ipv6';
  const chain = CHAINS[parsed.packet.path];
  const document = await openDocument(`*filter\n:${chain} DROP [0:0]\n-A ${chain} ${rule} -j ACCEPT\nCOMMIT\n`, isIpv6 ? 'rules.v6' : 'rules.v4');
  document.setFamily(parsed.packet.family);
  const result = simulate(compile(document.ruleset(), { backend }), new Worlds(), parsed.packet, { host: {}, trace: 'none', loopback: false });
  if (result.verdict !== 'UNKNOWN') return result.verdict;
  return result.outcomes!.find(({ verdict }) => verdict === 'ACCEPT')!.courses.flat().join('; ');
}

describe('what a packet leaves open', () => {
  const cases: readonly (readonly [rule: string, packet: string, expected: string])[] = [
    ['-p tcp --dport 22', 'tcp 192.0.2.1 -> 198.51.100.1 in=eth0', 'the destination port is 22'],
    ['-p tcp ! --dport 22', 'tcp 192.0.2.1 -> 198.51.100.1 in=eth0', 'not: the destination port is 22'],
    ['-p tcp --dport 0:65535', 'tcp 192.0.2.1 -> 198.51.100.1 in=eth0', 'ACCEPT'],
    ['-p udp --dport 90:80', 'udp 192.0.2.1 -> 198.51.100.1 in=eth0', 'DROP'],
    ['-p tcp --tcp-option 2', 'tcp 192.0.2.1 -> 198.51.100.1 in=eth0', 'the packet carries the TCP option 2'],
    ['-p tcp -m multiport --dports 22,80', 'tcp 192.0.2.1 -> 198.51.100.1 in=eth0', 'the destination port is one of 22,80'],
    ['-p icmp --icmp-type 8', 'icmp 192.0.2.1 -> 198.51.100.1 in=eth0', 'the message is echo-request (type 8)'],
    ['-p icmp --icmp-type any', 'icmp 192.0.2.1 -> 198.51.100.1 in=eth0', 'ACCEPT'],
    ['-m mark --mark 0x1/0xff', 'tcp 192.0.2.1 -> 198.51.100.1 in=eth0 mark=any', 'the mark is 0x1 in the bits 0xff'],
    ['-m mark --mark 0x1f/0x1', 'tcp 192.0.2.1 -> 198.51.100.1 in=eth0 mark=any', 'DROP'],
    ['-m iprange --src-range 10.0.0.1-10.0.0.9', 'tcp any -> 198.51.100.1:80 in=eth0', 'the source is in 10.0.0.1-10.0.0.9'],
    ['-m ttl ! --ttl-eq 64', 'tcp 192.0.2.1 -> 198.51.100.1 in=eth0 ttl=any', 'not: the TTL is 64'],
    ['-m length --length 0:65535', 'tcp 192.0.2.1 -> 198.51.100.1 in=eth0', 'ACCEPT'],
    ['-m length --length 100:200', 'tcp 192.0.2.1 -> 198.51.100.1 in=eth0', 'the packet has 100 to 200 bytes'],
    ['-m tos --tos 0x10', 'tcp 192.0.2.1 -> 198.51.100.1 in=eth0 tos=any', 'the TOS byte is 0x10'],
    ['-m dscp --dscp-class EF', 'tcp 192.0.2.1 -> 198.51.100.1 in=eth0 tos=any', 'the DSCP code point is 0x2e'],
    ['-m mac --mac-source 00:16:3e:5e:6c:00', 'tcp 192.0.2.1 -> 198.51.100.1 in=eth0', 'the hardware source address is 00:16:3e:5e:6c:00'],
    ['-m owner --uid-owner 1000', 'tcp 192.0.2.1:5 -> 198.51.100.1:6 out=eth0 uid=any', 'the sending user is 1000'],
    ['-m owner --uid-owner backup', 'tcp 192.0.2.1:5 -> 198.51.100.1:6 out=eth0', 'the sending user is backup'],
    ['-m statistic --mode random --probability 0.25', 'tcp 192.0.2.1:5 -> 198.51.100.1:6 in=eth0', 'chance takes the packet (25 %)'],
    ['-m statistic --mode random --probability 1', 'tcp 192.0.2.1:5 -> 198.51.100.1:6 in=eth0', 'ACCEPT'],
    ['-m recent --rcheck --name ssh', 'tcp any -> 198.51.100.1:6 in=eth0', 'DROP'],
    ['-m set --match-set blocked src', 'tcp 192.0.2.1:5 -> 198.51.100.1:6 in=eth0', 'the packet is in the set blocked by src'],
    ['-m physdev --physdev-is-bridged', 'tcp 192.0.2.1:5 -> 198.51.100.1:6 in=br0', 'the packet is bridged, not routed'],
    ['-m addrtype --src-type UNICAST', 'tcp 192.0.2.1:5 -> 198.51.100.1:6 in=eth0', 'the source 192.0.2.1 is UNICAST'],
    ['-m addrtype --dst-type MULTICAST', 'udp 192.0.2.1:5 -> 224.0.0.251:5353 in=eth0', 'ACCEPT'],
    ['-m hashlimit --hashlimit-upto 5/s --hashlimit-mode srcip --hashlimit-name a', 'tcp any -> 198.51.100.1:6 in=eth0', 'the flow is within its rate (table a)'],
  ];
  for (const [rule, packet, expected] of cases) it(`${rule}: ${packet}`, async () => { assert.equal(await dependsOn(rule, packet), expected); });

  it('a later fragment has no ports, not even for a negated option', async () => {
    const fragment = 'tcp 192.0.2.1 -> 198.51.100.1 in=eth0 out=eth1 fragment=64';
    assert.equal(await dependsOn('-p tcp ! --dport 22', fragment, 'legacy'), 'DROP');
    assert.equal(await dependsOn('-p tcp ! --syn', fragment, 'nft'), 'not: the data of the fragment fits `--syn`, as iptables-nft reads it as a TCP header');
    assert.equal(await dependsOn('-p tcp -m multiport ! --dports 22', fragment, 'nft'), 'DROP');
  });
});
