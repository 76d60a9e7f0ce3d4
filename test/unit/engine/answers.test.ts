import assert from 'node:assert/strict';
import type { Result } from '../../../server/src/core/engine/result.ts';
import { printPacket } from '../../../server/src/core/notation/print.ts';
import { facts, run, way, ways } from './run.ts';

/** What is sent back, without what it quotes. */
const sentBack = ({ answer, noAnswer }: Result): string => (answer === undefined ? (noAnswer ?? 'nothing') : `${answer.verdict} ${printPacket({ ...answer.packet, inner: undefined, length: undefined, uid: 0, gid: 0, pathGiven: false })}`);

async function answers(ruleset: string, packets: readonly string[], options: Parameters<typeof run>[2] = {}): Promise<string[]> {
  return (await run(ruleset, packets, options)).map(sentBack);
}

const IN = (more: string): string => `tcp 1.1.1.1:4000 -> 9.9.9.9:80 in=eth0 ${more}`;

describe('answers of REJECT', () => {
  it('are an RST with the numbers of what it answers', async () => {
    assert.deepEqual(await answers('*filter\n-A INPUT -p tcp -j REJECT --reject-with tcp-reset\nCOMMIT\n', [IN('flags=SYN'), IN('flags=ACK'), IN('flags=RST')]), [
      'ACCEPT tcp 9.9.9.9:80 -> 1.1.1.1:4000 out=eth0 flags=RST,ACK', 'ACCEPT tcp 9.9.9.9:80 -> 1.1.1.1:4000 out=eth0 flags=RST', 'an RST is not answered with an RST',
    ]);
  });

  it('are ICMP errors of the type that is asked for', async () => {
    const types: Readonly<Record<string, string>> = {
      'icmp-net-unreachable': 'network-unreachable', 'icmp-host-unreachable': 'host-unreachable', 'icmp-proto-unreachable': 'protocol-unreachable', 'icmp-port-unreachable': 'port-unreachable',
      'icmp-net-prohibited': 'network-prohibited', 'icmp-host-prohibited': 'host-prohibited', 'icmp-admin-prohibited': 'communication-prohibited',
    };
    for (const [type, name] of Object.entries(types)) {
      const [result] = await run(`*filter\n-A INPUT -j REJECT --reject-with ${type}\nCOMMIT\n`, ['udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0']);
      assert.equal(way(result!), `REJECT with ${type} filter:INPUT:1`);
      assert.equal(sentBack(result!), `ACCEPT icmp 9.9.9.9 -> 1.1.1.1 out=eth0 type=${name} tos=0xc0`);
    }
  });

  it('are not sent for what nobody could answer', async () => {
    const packets = [
      'udp 1.1.1.1:1 -> 255.255.255.255:2 in=eth0', 'udp 1.1.1.1:1 -> 224.0.0.5:2 in=eth0', 'udp 0.0.0.0:1 -> 255.255.255.255:2 in=eth0', 'icmp 1.1.1.1 -> 9.9.9.9 type=3/3 in=eth0',
      'icmp 1.1.1.1 -> 9.9.9.9 type=9 in=eth0', 'icmp 1.1.1.1 -> 9.9.9.9 type=8 in=eth0', 'gre 1.1.1.1 -> 9.9.9.9 in=eth0',
    ];
    const said = await answers('*filter\n-A INPUT -j REJECT\nCOMMIT\n', packets);
    assert.deepEqual(said.map((text) => text.replace(/ .*/u, '')), ['a', 'a', 'there', 'an', 'an', 'ACCEPT', 'ACCEPT']);
    const [broadcast] = await answers('*filter\n-A INPUT -j REJECT\nCOMMIT\n', ['udp 10.0.0.7:1 -> 10.0.0.255:2 in=eth0 path=in'], { host: facts({ interfaces: { eth0: ['10.0.0.1/24'] } }) });
    assert.equal(broadcast, 'a broadcast packet is not answered');
  });

  it('go in IPv4 to the group that a process of the host has sent from', async () => {
    const host = facts({ interfaces: { lo: ['127.0.0.1/8', '10.9.9.9/32', 'fd00:9::9/128'] }, routes: ['10.1.0.0/16 dev eth0'] });
    const rules = '*filter\n-A OUTPUT -p tcp --dport 2 -j REJECT --reject-with tcp-reset\n-A OUTPUT -p udp -j REJECT\nCOMMIT\n';
    assert.deepEqual(await answers(rules, ['udp 224.0.0.1:1 -> 10.9.9.9:2 path=out', 'tcp 255.255.255.255:1 -> 10.9.9.9:2 path=out flags=SYN', 'tcp 224.0.0.1:1 -> 10.1.0.1:2 path=out flags=SYN', 'udp 0.0.0.0:1 -> 10.9.9.9:2 path=out'], { host }), [
      'ACCEPT icmp 10.9.9.9 -> 224.0.0.1 out=lo type=port-unreachable tos=0xc0 ttl=1', 'ACCEPT tcp 10.9.9.9:2 -> 255.255.255.255:1 out=lo flags=RST,ACK', 'the host has no route back to 224.0.0.1', 'there is no one address to send an answer to',
    ]);
    assert.deepEqual(await answers(rules, ['udp [ff02::1]:1 -> [fd00:9::9]:2 path=out'], { host, family: 'ipv6' }), ['there is no one address to send an answer to']);
  });

  it('depend on what is in packets of protocols that carry no checksum that the kernel knows', async () => {
    const [result, after] = await run('*filter\n-A INPUT -p udp -j ACCEPT\n-A INPUT -j REJECT\n-A OUTPUT -p icmp -j LOG\nCOMMIT\n', ['112 1.1.1.1 -> 9.9.9.9 in=eth0', 'udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0']);
    assert.equal(way(result!), 'REJECT with icmp-port-unreachable filter:INPUT:2');
    assert.deepEqual([result!.answer, result!.noAnswer], [undefined, undefined]);
    const question = 'the payload, which the kernel checks as it is in protocol 112, adds up to the checksum of an undamaged one';
    assert.deepEqual(result!.outcomes!.map(({ answer, noAnswer, courses }) => [answer?.packet.icmpType, answer?.steps.length, noAnswer, courses]), [
      [3, 1, undefined, [[question]]], [undefined, undefined, 'the kernel takes the packet for damaged', [[`not: ${question}`]]],
    ]);
    assert.equal(way(after!), 'ACCEPT filter:INPUT:1');
    const [multicast] = await answers('*filter\n-A INPUT -j REJECT\nCOMMIT\n', ['112 1.1.1.1 -> 224.0.0.18 in=eth0']);
    assert.equal(multicast, 'a multicast packet is not answered');
  });

  it('are no ICMP errors for frames to everybody, whatever NAT has made of the packets', async () => {
    const ruleset = '*nat\n-A PREROUTING -p udp --dport 67 -j REDIRECT\n-A PREROUTING --destination 224.0.0.251 -j DNAT --to-destination 9.9.9.9\nCOMMIT\n*filter\n-A INPUT -p udp -j REJECT\n-A INPUT -p tcp -j REJECT --reject-with tcp-reset\nCOMMIT\n';
    const packets = ['udp 1.1.1.1:68 -> 255.255.255.255:67 in=eth0', 'udp 1.1.1.1:1 -> 224.0.0.251:5353 in=eth0', 'tcp 1.1.1.1:1 -> 224.0.0.251:5353 in=eth0 flags=SYN', 'udp 1.1.1.1:68 -> 9.9.9.9:67 in=eth0'];
    const host = facts({ interfaces: { lo: ['9.9.9.9/32'], eth0: ['198.18.1.1/24'] }, routes: ['default dev eth0'] });
    assert.deepEqual(await answers(ruleset, packets, { host }), [
      'a broadcast packet is not answered', 'a multicast packet is not answered', 'ACCEPT tcp 224.0.0.251:5353 -> 1.1.1.1:1 out=eth0 flags=RST,ACK', 'ACCEPT icmp 9.9.9.9 -> 1.1.1.1 out=eth0 type=port-unreachable tos=0xc0',
    ]);
  });

  it('come from the incoming interface for forwarded packets, and from the host itself for its own', async () => {
    const host = facts({ interfaces: { eth0: ['198.18.1.1/24'], lo: ['127.0.0.1/8', '7.0.0.1/32'] } });
    const ruleset = '*filter\n-A FORWARD -j REJECT\n-A OUTPUT -p udp -j REJECT\nCOMMIT\n';
    assert.deepEqual(await answers(ruleset, ['udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0 out=eth1', 'udp 7.0.0.1:1 -> 9.9.9.9:2 out=eth1'], { host }), [
      'ACCEPT icmp 198.18.1.1 -> 1.1.1.1 out=eth0 type=port-unreachable tos=0xc0', 'ACCEPT icmp 7.0.0.1 -> 7.0.0.1 out=lo type=port-unreachable tos=0xc0',
    ]);
    const [unknown] = await answers(ruleset, ['udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0 out=eth1']);
    assert.equal(unknown, 'ACCEPT icmp any -> 1.1.1.1 out=eth0 type=port-unreachable tos=0xc0');
  });

  it('go where the routes lead, and nowhere where none leads', async () => {
    const host = facts({ interfaces: { eth0: ['198.18.1.1/32'], eth1: ['198.18.2.1/32'], lo: ['127.0.0.1/8', '7.0.0.1/32'] }, routes: ['10.1.0.0/16 dev eth0', '10.2.0.0/16 dev eth1'] });
    const ruleset = '*filter\n-A INPUT -p tcp -j REJECT --reject-with tcp-reset\n-A FORWARD -j REJECT\nCOMMIT\n';
    const packets = ['tcp 10.1.0.1:1 -> 7.0.0.1:2 in=eth1', 'udp 10.1.0.1:1 -> 10.2.0.1:2 in=eth1', 'tcp 8.8.8.8:1 -> 7.0.0.1:2 in=eth0', 'udp 8.8.8.8:1 -> 10.2.0.1:2 in=eth0', 'udp 8.8.8.8:1 -> 10.2.0.1:2 in=eth0 ttl=1'];
    assert.deepEqual(await answers(ruleset, packets, { host }), [
      'ACCEPT tcp 7.0.0.1:2 -> 10.1.0.1:1 out=eth0 flags=RST,ACK', 'ACCEPT icmp 198.18.1.1 -> 10.1.0.1 out=eth0 type=port-unreachable tos=0xc0',
      ...Array<string>(3).fill('the host has no route back to 8.8.8.8'),
    ]);
    const host6 = facts({ interfaces: { eth0: ['2001:db8:1::1/128'], eth1: ['2001:db8:2::1/128'] }, routes: ['fd00:1::/32 dev eth0', 'fd00:2::/32 dev eth1'] });
    assert.deepEqual(await answers('*filter\n-A FORWARD -j REJECT\nCOMMIT\n', ['udp [fd00:1::1]:1 -> [fd00:2::1]:2 in=eth1'], { host: host6, family: 'ipv6' }), [
      'ACCEPT icmpv6 2001:db8:2::1 -> fd00:1::1 out=eth0 type=port-unreachable',
    ]);
  });

  it('go by routing rules for what the host speaks from, and from the address that the route prefers', async () => {
    const host = facts({
      interfaces: { lo: ['127.0.0.1/8', '10.9.9.9/32', '10.9.9.10/32'], eth0: ['10.1.0.200/24', '10.1.7.200/24'], eth1: ['10.2.0.200/24'] },
      routes: ['10.1.0.2/32 dev eth0 src 10.9.9.10', '10.1.0.4/30 via 10.1.7.9 dev eth0', 'default dev eth1', 'local 10.3.0.0/16 dev lo table 110', 'default dev eth1 table 100', 'prohibit 9.9.9.9', 'local 10.1.0.8/30 dev lo table 120'],
      rules: ['from 10.9.9.9 lookup 100', 'to 10.3.0.0/16 lookup 110', 'to 10.1.0.8/30 iif lo lookup 120'],
    });
    const ruleset = '*filter\n-A INPUT -p tcp -j REJECT --reject-with tcp-reset\n-A INPUT -j REJECT\n-A FORWARD -j REJECT\nCOMMIT\n';
    const packets = [['udp', 1, '8.8.8.8'], ['udp', 2, '8.8.8.8'], ['udp', 5, '8.8.8.8'], ['tcp', 1, '10.9.9.9'], ['udp', 1, '10.9.9.10'], ['udp', 1, '10.3.0.1'], ['tcp', 1, '10.3.0.1'], ['udp', 9, '9.9.9.9']].map(([protocol, last, to]) => `${protocol} 10.1.0.${last}:1 -> ${to}:2 in=eth0`);
    const unreachable = (from: string, to: string): string => `ACCEPT icmp ${from} -> ${to} out=eth0 type=port-unreachable tos=0xc0`;
    assert.deepEqual(await answers(ruleset, packets, { host }), [
      unreachable('10.1.0.200', '10.1.0.1'), unreachable('10.9.9.10', '10.1.0.2'), unreachable('10.1.7.200', '10.1.0.5'), 'ACCEPT tcp 10.9.9.9:2 -> 10.1.0.1:1 out=eth1 flags=RST,ACK',
      unreachable('10.9.9.10', '10.1.0.1'), 'the host does not speak from 10.3.0.1, which a routing table delivers to it', 'ACCEPT tcp 10.3.0.1:2 -> 10.1.0.1:1 out=eth0 flags=RST,ACK',
      'ACCEPT icmp 10.1.0.9 -> 10.1.0.9 out=lo type=communication-prohibited tos=0xc0',
    ]);
    const six = facts({ interfaces: { eth0: ['fd00:1::200/64'], eth1: ['fd00:1::201/64'], eth2: ['fd00:2::200/64'] }, routes: ['fd00:1::/64 dev eth1 metric 5', 'fd00:2::/64 dev eth1'] });
    const ways = await run('*filter\nCOMMIT\n', ['udp [fd00:9::9]:1 -> [fd00:1::1]:2 path=out', 'udp [fd00:9::9]:1 -> [fd00:2::1]:2 path=out'], { host: six, family: 'ipv6' });
    assert.deepEqual(ways.map(({ packet }) => packet.out), ['eth1', 'eth2']);
  });

  it('are sent for a later fragment by IPv6\'s routing alone', async () => {
    const host = facts({ interfaces: { eth0: ['198.18.1.1/24', '2001:db8::1/64'], eth1: ['10.2.0.200/24', 'fd00:2::200/64'] }, routes: ['unreachable 10.0.0.0/24', 'unreachable fd00::/64'] });
    const told = (family: 'ipv4' | 'ipv6', [from, ...to]: readonly string[]): Promise<string[]> =>
      answers('*filter\n-A FORWARD -j REJECT\nCOMMIT\n', to.map((each) => `udp ${from!} -> ${each} in=eth0 fragment=40+`), { host, family });
    assert.deepEqual(await told('ipv4', ['198.18.1.9', '10.0.0.1', '10.2.0.1 ttl=1', '10.2.0.1']), Array<string>(3).fill('a later fragment is not answered'));
    assert.deepEqual(await told('ipv6', ['2001:db8::9', 'fd00::1', 'fd00:2::1 ttl=1', 'fd00:2::1']), [
      ...['no-route', 'ttl-zero-during-transit'].map((type) => `ACCEPT icmpv6 2001:db8::1 -> 2001:db8::9 out=eth0 type=${type}`), 'a later fragment is not answered',
    ]);
  });

  it('say why there is no way, unless a blackhole is in it', async () => {
    const kinds = ['unreachable', 'prohibit', 'blackhole', 'throw'];
    const told = async (family: 'ipv4' | 'ipv6', facts6: object): Promise<readonly string[]> => {
      const host = facts({ interfaces: { eth0: ['198.18.1.1/24', '2001:db8::1/64'] }, ...facts6 });
      const to = (index: number): string => (family === 'ipv4' ? `198.18.1.9:1 -> 10.0.0.${index}:2` : `[2001:db8::9]:1 -> [fd00::${index}]:2`);
      return answers('*filter\nCOMMIT\n', [1, 2, 3, 4, 5].map((index) => `udp ${to(index)} in=eth0 ttl=1`), { host, family });
    };
    const by = (text: string): string => `ACCEPT ${text}`;
    const v4 = (type: string): string => by(`icmp 198.18.1.1 -> 198.18.1.9 out=eth0 type=${type} tos=0xc0`);
    const v6 = (type: string): string => by(`icmpv6 2001:db8::1 -> 2001:db8::9 out=eth0 type=${type}`);
    assert.deepEqual(await told('ipv4', { routes: [...kinds.map((kind, index) => `${kind} 10.0.0.${index + 1}`), 'default dev eth1'] }), [v4('host-unreachable'), v4('communication-prohibited'), 'a blackhole tells nobody', v4('network-unreachable'), v4('ttl-zero-during-transit')]);
    assert.deepEqual(await told('ipv6', { routes: [...kinds.map((kind, index) => `${kind} fd00::${index + 1}`), 'default dev eth1'] }), [v6('no-route'), v6('communication-prohibited'), 'a blackhole tells nobody', v6('no-route'), v6('ttl-zero-during-transit')]);
    const rules = kinds.slice(0, 3).map((kind, index) => `to 10.0.0.${index + 1} ${kind}`);
    assert.deepEqual((await told('ipv4', { rules, routes: ['default dev eth1'] })).slice(0, 3), [v4('network-unreachable'), v4('communication-prohibited'), 'a blackhole tells nobody']);
    // Without forwarding IPv6 looks for a route all the same.
    assert.equal((await told('ipv6', { forwarding: false, routes: ['unreachable fd00::1'] }))[0], v6('no-route'));
    assert.equal((await told('ipv4', { forwarding: false, routes: ['unreachable 10.0.0.1'] }))[0], 'nothing');
  });

  it('are RELATED, go through OUTPUT and can be dropped there', async () => {
    const [result] = await run(`*filter
-A INPUT -j REJECT
-A OUTPUT -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT
-A OUTPUT -m conntrack --ctstate RELATED -j LOG
-A OUTPUT -j DROP
COMMIT
`, ['udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0']);
    assert.equal(result!.verdict, 'REJECT');
    assert.equal(result!.answer!.verdict, 'DROP');
    assert.deepEqual(result!.answer!.steps.map(({ chain, number }) => `${chain} ${number}`), ['OUTPUT 2', 'OUTPUT 3']);
  });

  it('count on the rules that they meet', () => ways(`*filter
-A INPUT -j REJECT
-A OUTPUT -p icmp -m statistic --mode nth --every 2 --packet 1 -j LOG
COMMIT
`, [
    ['udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0', 'REJECT with icmp-port-unreachable filter:INPUT:1'],
    ['icmp 9.9.9.9 -> 1.1.1.1 type=8 out=eth0', 'ACCEPT filter:OUTPUT:1 filter:OUTPUT:policy'],
  ]));

  it('are followed once more when they are rejected themselves', async () => {
    const [result] = await run('*filter\n-A INPUT -p tcp -j REJECT --reject-with tcp-reset\n-A OUTPUT -p tcp -j REJECT\nCOMMIT\n', [IN('flags=SYN')]);
    assert.equal(result!.answer!.verdict, 'REJECT');
    assert.equal(result!.answer!.answer!.packet.icmpType, 3);
  });

  it('have no owner', () => ways(`*filter
-A INPUT -j REJECT
-A OUTPUT -m owner --uid-owner 0 -j DROP
-A OUTPUT -m owner ! --uid-owner 0 -m statistic --mode nth --every 2 --packet 1
COMMIT
`, [
    ['udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0', 'REJECT with icmp-port-unreachable filter:INPUT:1'],
    ['udp 9.9.9.9:1 -> 1.1.1.1:2 out=eth0 uid=1', 'ACCEPT filter:OUTPUT:2 filter:OUTPUT:policy'],
  ]));

  it('exist for IPv6 too', async () => {
    const packets = ['tcp [2001:db8::1]:1 -> [2001:db8::9]:80 in=eth0', 'udp [2001:db8::1]:1 -> [2001:db8::9]:80 in=eth0', 'udp [2001:db8::1]:1 -> [ff02::1]:80 in=eth0'];
    const said = await answers('*filter\n-A INPUT -p tcp -j REJECT --reject-with tcp-reset\n-A INPUT -j REJECT\nCOMMIT\n', packets, { family: 'ipv6' });
    assert.deepEqual(said, [
      'ACCEPT tcp [2001:db8::9]:80 -> [2001:db8::1]:1 out=eth0 flags=RST,ACK', 'ACCEPT icmpv6 2001:db8::9 -> 2001:db8::1 out=eth0 type=port-unreachable', 'a multicast packet is not answered',
    ]);
  });
});
