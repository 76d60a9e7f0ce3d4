import assert from 'node:assert/strict';
import type { Address, Packet } from '../../../server/src/core/engine/packet.ts';
import type { Result } from '../../../server/src/core/engine/result.ts';
import { printBare } from '../../../server/src/core/values/address.ts';
import { meet, type Rules } from './meeting.ts';

const SYN = 'tcp 1.1.1.1:40000 -> 9.9.9.9:80 in=eth0 out=eth1 flags=SYN';

const only = async (rules: Rules, packet: string): Promise<Result> => (await meet(rules, [packet]))[0]!;
const packetAfter = async (rules: Rules, packet: string): Promise<Packet> => (await only(rules, packet)).packet;
const printed = (address: Address | undefined): string | undefined => address === undefined ? undefined : printBare(address, typeof address === 'bigint' ? 'ipv6' : 'ipv4');

// Every number here was seen in the kernel.
describe('targets that rewrite headers', () => {
  it('TTL stops at 0 and 255, and drops nothing', async () => {
    assert.equal((await packetAfter({ mangle: ['PREROUTING -j TTL --ttl-set 5'] }, SYN)).ttl, 4);
    assert.equal((await packetAfter({ mangle: ['FORWARD -j TTL --ttl-inc 250'] }, SYN)).ttl, 255);
    const spent = await only({ mangle: ['POSTROUTING -j TTL --ttl-dec 100'] }, SYN);
    assert.equal(spent.packet.ttl, 0);
    assert.equal(spent.verdict, 'ACCEPT');
  });

  it('HL does the same for IPv6', async () => {
    const [result] = await meet({ mangle: ['PREROUTING -j HL --hl-dec 70'] }, ['tcp [2001:db8::1]:1 -> [2001:db8:9::9]:80 in=eth0'], { family: 'ipv6' });
    assert.equal(result!.packet.ttl, 0);
  });

  it('DSCP leaves the ECN bits alone', async () => {
    const rules = { mangle: ['PREROUTING -j DSCP --set-dscp-class EF'] };
    assert.equal((await packetAfter(rules, `${SYN} tos=255`)).tos, 187);
    assert.equal((await packetAfter(rules, `${SYN} tos=1`)).tos, 185);
  });

  it('ECN changes the flags of TCP and two bits of IP', async () => {
    const rules = { mangle: ['PREROUTING -p tcp -j ECN --ecn-tcp-remove', 'FORWARD -j ECN --ecn-ip-ect 2'] };
    const packet = await packetAfter(rules, SYN.replace('SYN', 'SYN,ECE,CWR tos=255'));
    assert.equal(packet.tcpFlags, 2);
    assert.equal(packet.tos, 254);
  });

  it('TCPMSS adds its option to a bare header', async () => {
    const rules = { mangle: ['FORWARD -p tcp --syn -j TCPMSS --set-mss 1000'] };
    assert.equal((await packetAfter(rules, `${SYN} length=40`)).length, 44);
    assert.equal((await packetAfter(rules, `${SYN} length=60`)).length, undefined);
  });
});

describe('NETMAP', () => {
  it('maps the destination before routing and the source behind it', async () => {
    const result = await only({ nat: ['PREROUTING -d 9.9.9.0/24 -j NETMAP --to 10.1.2.0/24', 'PREROUTING -j RETURN', 'POSTROUTING -s 1.1.1.1 -j NETMAP --to 172.16.0.0/12'] }, SYN);
    assert.equal(printed(result.packet.destination), '10.1.2.9');
    assert.equal(printed(result.packet.source), '172.17.1.1');
    assert.deepEqual(result.steps.map(({ chain, number }) => `${chain}:${number}`), ['PREROUTING:1', 'POSTROUTING:1']);
  });

  it('maps the source of what is delivered and the destination of what is sent', async () => {
    assert.equal(printed((await packetAfter({ nat: ['INPUT -j NETMAP --to 10.0.0.0/8'] }, SYN.replace(' out=eth1', ''))).source), '10.1.1.1');
    assert.equal(printed((await packetAfter({ nat: ['OUTPUT -j NETMAP --to 10.0.0.0/8'] }, SYN.replace('in=eth0 ', ''))).destination), '10.9.9.9');
  });

  it('translates the answers back', async () => {
    const [, answer] = await meet({ nat: ['PREROUTING -j NETMAP --to 10.1.2.0/24'] }, [SYN, 'tcp 10.1.2.9:80 -> 1.1.1.1:40000 in=eth1 out=eth0 flags=SYN,ACK']);
    assert.equal(printed(answer!.packet.source), '9.9.9.9');
  });
});

describe('SNPT and DNPT', () => {
  const ADDRESSES = ['fd00:1:2:3:4:5:6:7', 'fd00::ffff:ffff:ffff:ffff', 'fd00::1', 'fd00:0:0:ffff::1', '2001:db8:77::1'];

  const mapped = async (name: 'SNPT' | 'DNPT', from: string, to: string): Promise<(string | undefined)[]> => Promise.all(ADDRESSES.map(async (address) => {
    const rules = { mangle: [`${name === 'SNPT' ? 'POSTROUTING' : 'PREROUTING'} -j ${name} --src-pfx ${from} --dst-pfx ${to}`] };
    const packet = name === 'SNPT' ? `tcp [${address}]:1 -> [2001:db8:9::9]:80 in=eth0 out=eth1` : `tcp [2001:db8::1]:1 -> [${address}]:80 in=eth0 out=eth1`;
    const [result] = await meet(rules, [packet], { family: 'ipv6' });
    if (result!.verdict === 'DROP') return 'DROP';
    return printed(name === 'SNPT' ? result!.packet.source : result!.packet.destination);
  }));

  for (const name of ['SNPT', 'DNPT'] as const) {
    it(`${name} exchanges prefixes and keeps the checksum`, async () => {
      assert.deepEqual(await mapped(name, 'fd00::/48', '2001:db8:1::/48'),
        ['2001:db8:1:cf49:4:5:6:7', '2001:db8:1:cf46:ffff:ffff:ffff:ffff', '2001:db8:1:cf46::1', '2001:db8:1:cf46::1', '2001:db8:1:cf46::1']);
      assert.deepEqual(await mapped(name, 'fd00::/64', '2001:db8:1:2::/64'),
        ['2001:db8:1:2:cf48:5:6:7', 'DROP', '2001:db8:1:2:cf44::1', '2001:db8:1:2:cf44::1', '2001:db8:1:2:cf44::1']);
      assert.deepEqual(await mapped(name, 'fd00:1:2::/48', '2001:db8:ffff:ab00::/56'),
        ['2001:db8:ffff:ab03:244e:5:6:7', 'DROP', '2001:db8:ffff:ab00:244a::1', '2001:db8:ffff:abff:244a::1', '2001:db8:ffff:ab00:244a::1']);
      assert.deepEqual(await mapped(name, 'fd00::/16', '2001::/16'),
        ['2001:1:2:dd02:4:5:6:7', '2001::dcff:ffff:ffff:ffff:ffff', '2001:0:0:dcff::1', '2001:0:0:dcff::1', '2001:db8:77:dcff::1']);
    });
  }
});

describe('CT', () => {
  it('keeps the connections of two zones apart', async () => {
    const rules = { raw: ['PREROUTING -i eth0 -j CT --zone 1'], mangle: ['PREROUTING -m conntrack --ctstate NEW', 'PREROUTING -m conntrack --ctstate ESTABLISHED', 'PREROUTING -m conntrack --ctstate INVALID'] };
    const [, answer] = await meet(rules, [SYN, 'tcp 9.9.9.9:80 -> 1.1.1.1:40000 in=eth1 out=eth0 flags=SYN,ACK']);
    assert.deepEqual(answer!.steps.map(({ table, number }) => `${table}:${number}`), ['mangle:3']);
  });

  it('finds the zone in the lower half of the mark', async () => {
    const rules = { raw: ['PREROUTING -j CT --zone mark'], mangle: ['PREROUTING -m conntrack --ctstate NEW', 'PREROUTING -m conntrack --ctstate ESTABLISHED', 'PREROUTING -m conntrack --ctstate INVALID'] };
    const answer = 'tcp 9.9.9.9:80 -> 1.1.1.1:40000 in=eth1 out=eth0 flags=SYN,ACK';
    const results = await meet(rules, [`${SYN} mark=0x10005`, `${answer} mark=6`, `${answer} mark=5`]);
    assert.deepEqual(results.map(({ steps }) => steps.at(-1)!.number), [1, 3, 2]);
  });
});

describe('NFQUEUE', () => {
  it('hands the packet to user space', async () => {
    assert.equal((await only({ filter: ['FORWARD -j NFQUEUE --queue-num 3', 'FORWARD -j ACCEPT'] }, SYN)).verdict, 'QUEUE');
  });
});
