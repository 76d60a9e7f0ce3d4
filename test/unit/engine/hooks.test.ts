import assert from 'node:assert/strict';
import type { Result } from '../../../server/src/core/engine/result.ts';
import { facts, leaves, run, way, ways } from './run.ts';

const EVERY_TABLE = `*raw
-A PREROUTING
-A OUTPUT
COMMIT
*mangle
-A PREROUTING
-A INPUT
-A FORWARD
-A OUTPUT
-A POSTROUTING
COMMIT
*nat
-A PREROUTING
-A INPUT
-A OUTPUT
-A POSTROUTING
COMMIT
*filter
-A INPUT
-A FORWARD
-A OUTPUT
COMMIT
*security
-A INPUT
-A FORWARD
-A OUTPUT
COMMIT
`;

/** The tables that a packet meets at each hook. */
async function order(packet: string, options: Parameters<typeof run>[2]): Promise<string> {
  const [result] = await run(EVERY_TABLE, [packet], options);
  return result!.steps.map(({ table, hook }) => `${table} ${hook}`).join(', ');
}

const IN = 'tcp 1.1.1.1:1 -> 9.9.9.9:80 in=eth0';
const FORWARD = 'tcp 1.1.1.1:1 -> 9.9.9.9:80 in=eth0 out=eth1';
const OUT = 'tcp 1.1.1.1:1 -> 9.9.9.9:80 out=eth1';

describe('hooks', () => {
  it('consult the tables in the kernel\'s order', async () => {
    assert.equal(await order(FORWARD, { conntrack: true }),
      'raw PREROUTING, mangle PREROUTING, nat PREROUTING, mangle FORWARD, filter FORWARD, security FORWARD, mangle POSTROUTING, nat POSTROUTING');
    assert.equal(await order(OUT, { conntrack: true }),
      'raw OUTPUT, mangle OUTPUT, nat OUTPUT, filter OUTPUT, security OUTPUT, mangle POSTROUTING, nat POSTROUTING');
  });

  it('run security before nat in INPUT with iptables-legacy, and behind it with iptables-nft', async () => {
    const before = 'raw PREROUTING, mangle PREROUTING, nat PREROUTING, mangle INPUT, filter INPUT';
    assert.equal(await order(IN, { conntrack: true, backend: 'legacy' }), `${before}, security INPUT, nat INPUT`);
    assert.equal(await order(IN, { conntrack: true, backend: 'nft' }), `${before}, nat INPUT, security INPUT`);
  });

  it('never consult nat while nothing makes the kernel track connections', async () => {
    assert.equal(await order(OUT, {}), 'raw OUTPUT, mangle OUTPUT, filter OUTPUT, security OUTPUT, mangle POSTROUTING');
  });

  it('let a packet to lo end at POSTROUTING, or go on with its connection and mark', async () => {
    const out = 'tcp 127.0.0.1:1 -> 127.0.0.1:80 out=lo';
    const half = 'raw OUTPUT, mangle OUTPUT, nat OUTPUT, filter OUTPUT, security OUTPUT, mangle POSTROUTING, nat POSTROUTING';
    assert.equal(await order(out, { conntrack: true }), half);
    assert.equal(await order(out, { conntrack: true, loopback: true }), `${half}, raw PREROUTING, mangle PREROUTING, mangle INPUT, filter INPUT, security INPUT`);
    await ways(`*mangle
-A OUTPUT -j MARK --set-mark 7
COMMIT
*filter
:INPUT DROP [0:0]
-A INPUT -i lo -m mark --mark 7 -m conntrack --ctstate NEW -j ACCEPT
COMMIT
`, [[out, 'ACCEPT mangle:OUTPUT:1 filter:INPUT:1']], { loopback: true });
  });

  it('see what the host sends to everybody on a link twice in POSTROUTING, as a copy of it comes back', async () => {
    const rules = '*mangle\n-A PREROUTING -i eth0 -m pkttype --pkt-type PKT -j LOG\n-A POSTROUTING -m mark --mark 1 -j LOG\n-A POSTROUTING -j MARK --set-mark 1\n-A POSTROUTING -m owner ! --socket-exists -j LOG\nCOMMIT\n*filter\n-A INPUT -m mark --mark 1 -j DROP\nCOMMIT\n';
    const host = facts({ interfaces: { eth0: ['10.0.0.1/24', 'fe80::1/64'] } });
    const [copy, packet] = ['mangle:POSTROUTING:2 mangle:POSTROUTING:3', 'mangle:POSTROUTING:2'];
    const [policy, back] = ['filter:OUTPUT:policy', 'mangle:PREROUTING:1 filter:INPUT:1'];
    const toAll = 'udp 10.0.0.1:1 -> 10.0.0.255:2 out=eth0';
    await ways(rules.replace('PKT', 'broadcast'), [[toAll, `ACCEPT ${copy} ${packet} ${policy}`]], { host });
    await ways(rules.replace('PKT', 'broadcast'), [[toAll, `ACCEPT ${copy} ${back} ${packet} ${policy}`]], { host, loopback: true });
    // IPv6 makes the copy of what is done with the packet.
    const toGroup = 'udp [fe80::1]:1 -> [ff02::1]:2 out=eth0';
    await ways(rules.replace('PKT', 'multicast'), [[toGroup, `ACCEPT ${packet} mangle:POSTROUTING:1 ${copy} ${back} ${policy}`]], { host, family: 'ipv6', loopback: true });
  });

  it('see a copy of what the host sends to a group where it is a member', async () => {
    const [result] = await run('*mangle\n-A POSTROUTING -j LOG\nCOMMIT\n', ['udp 10.0.0.1:1 -> 224.0.0.251:2 out=eth0']);
    assert.equal(result!.verdict, 'ACCEPT');
    assert.deepEqual(result!.outcomes!.map(({ steps }) => steps.length).sort(), [1, 2]);
  });

  it('see the copy of what is sent back to everybody once that is out, but of an RST of iptables-nft before', async () => {
    const host = facts({ interfaces: { eth0: ['10.0.0.1/24'] } });
    const order = async (type: string, backend: 'legacy' | 'nft'): Promise<string> => {
      const rules = `*mangle\n-A PREROUTING\n-A INPUT\n-A POSTROUTING\nCOMMIT\n*filter\n-A OUTPUT -p tcp --dport 80 -j REJECT --reject-with ${type}\nCOMMIT\n`;
      const [result] = await run(rules, ['tcp 10.0.0.255:1 -> 10.0.0.9:80 out=eth0'], { host, backend, loopback: true });
      assert.deepEqual([result!.answer!.verdict, result!.answer!.packet.out], ['ACCEPT', 'eth0']);
      return result!.answer!.steps.map(({ hook }) => hook).join(' ');
    };
    const [held, atOnce] = ['POSTROUTING POSTROUTING PREROUTING INPUT', 'POSTROUTING PREROUTING INPUT POSTROUTING'];
    assert.deepEqual([await order('tcp-reset', 'legacy'), await order('icmp-port-unreachable', 'legacy')], [held, held]);
    assert.deepEqual([await order('tcp-reset', 'nft'), await order('icmp-port-unreachable', 'nft')], [atOnce, held]);
  });

  it('see a packet and its copy as one connection, whatever is not known of either', async () => {
    const ruleset = '*nat\n-A POSTROUTING -m set --match-set nobody-told src -j SNAT --to-source 10.0.0.2\nCOMMIT\n';
    const [result] = await run(ruleset, ['udp 10.0.0.1:1 -> 255.255.255.255:2 out=eth0'], { loopback: true });
    assert.deepEqual(result!.outcomes!.map(way), ['ACCEPT nat:POSTROUTING:1 nat:OUTPUT:policy', 'ACCEPT nat:OUTPUT:policy']);
  });

  it('take for given that no routing rule goes by the mark', async () => {
    const ruleset = '*mangle\n-A PREROUTING -i eth1 -j MARK --set-mark 5\n-A OUTPUT -p udp -j MARK --set-mark 7\nCOMMIT\n';
    const host = facts({ interfaces: { eth0: ['203.0.113.10/24'], eth1: ['10.0.0.1/24'] }, routes: ['default dev eth0'] });
    const marked = async (packet: string, options = {}): Promise<readonly string[]> => (await run(ruleset, [packet], options))[0]!.assumptions;
    assert.deepEqual(await marked('tcp 10.0.0.5:1 -> 198.51.100.7:80 in=eth1', { host }), ['no routing rule of the host goes by the mark 0x5']);
    assert.deepEqual(await marked('udp 203.0.113.10:1 -> 198.51.100.7:80 path=out', { host }), ['no routing rule of the host goes by the mark 0x7']);
    assert.deepEqual(await marked('udp 203.0.113.10:1 -> 198.51.100.7:80 out=eth0'), ['no routing rule of the host goes by the mark 0x7']);
    assert.deepEqual(await marked('tcp 203.0.113.10:1 -> 198.51.100.7:80 path=out', { host }), []);
    assert.deepEqual(await marked('tcp 10.0.0.5:1 -> 203.0.113.10:80 in=eth1', { host }), []);
  });

  it('know interfaces as the kernel does: none where there is none yet', () => ways(`*mangle
:IN - [0:0]
:POST - [0:0]
-A PREROUTING -j IN
-A IN -o eth1 -j LOG
-A IN ! -o eth1 -j LOG
-A IN -o + -j LOG
-A POSTROUTING -j POST
-A POST -i eth0 -j LOG
-A POST ! -i eth0 -j LOG
COMMIT
`, [
    [FORWARD, 'ACCEPT mangle:PREROUTING:1 mangle:IN:2 mangle:IN:3 mangle:POSTROUTING:1 mangle:POST:1 mangle:POSTROUTING:policy'],
    [OUT, 'ACCEPT mangle:POSTROUTING:1 mangle:POST:2 mangle:POSTROUTING:policy'],
  ]));

  it('take the ttl down before FORWARD, and drop what has none left', async () => {
    const ruleset = '*mangle\n-A PREROUTING -m ttl --ttl-eq 2 -j LOG\n-A FORWARD -m ttl --ttl-eq 1 -j LOG\nCOMMIT\n';
    const [passes, dies, delivered] = await run(ruleset, [`${FORWARD} ttl=2`, `${FORWARD} ttl=1`, `${IN} ttl=1`]);
    assert.equal(way(passes!), 'ACCEPT mangle:PREROUTING:1 mangle:FORWARD:1 mangle:POSTROUTING:policy');
    assert.equal(passes!.packet.ttl, 1);
    assert.equal(dies!.verdict, 'DROP');
    assert.match(dies!.reason!, /ttl is used up/u);
    assert.deepEqual([dies!.answer!.packet.icmpType, dies!.answer!.packet.icmpCode], [11, 0]);
    assert.equal(delivered!.verdict, 'ACCEPT');
  });

  it('lose martians in routing, behind PREROUTING', async () => {
    const results = await run('*mangle\n-A PREROUTING -j LOG\nCOMMIT\n', [
      'udp 127.0.0.1:1 -> 9.9.9.9:1 in=eth0', 'udp 224.0.0.1:1 -> 9.9.9.9:1 in=eth0', 'udp 255.255.255.255:1 -> 9.9.9.9:1 in=eth0',
      'udp 1.1.1.1:1 -> 127.0.0.1:1 in=eth0', 'udp 0.0.0.0:1 -> 9.9.9.9:1 in=eth0', 'udp 1.1.1.1:1 -> 0.0.0.0:1 in=eth0',
      'udp 0.0.0.0:68 -> 255.255.255.255:67 in=eth0', 'udp 127.0.0.1:1 -> 127.0.0.1:1 in=lo', 'udp 1.1.1.1:1 -> 240.0.0.1:1 in=eth0 out=eth1',
      'udp 0.1.2.3:1 -> 0.3.2.1:1 in=eth0 out=eth1',
    ]);
    assert.deepEqual(results.map(({ verdict, steps }) => `${verdict} ${steps.length}`), [
      ...Array<string>(6).fill('DROP 1'), ...Array<string>(4).fill('ACCEPT 1'),
    ]);
    assert.match(results[0]!.reason!, /martian/u);
  });

  it('are not met by what IPv6 keeps on its link, except on the way back to it', async () => {
    const host = facts({ interfaces: { lo: ['fd00:9::9/128'] }, routes: ['fe80::/64 dev eth0', 'fd00:2::/32 dev eth1'] });
    const [other, same] = await run('*filter\n-A FORWARD -j LOG\nCOMMIT\n', ['udp [fe80::5]:1 -> [fd00:2::1]:1 in=eth0', 'udp [fe80::5]:1 -> [fd00:2::1]:1 in=eth1'], { family: 'ipv6', host });
    assert.deepEqual([other!.verdict, other!.steps.length, other!.answer!.packet.icmpType, other!.answer!.packet.icmpCode], ['DROP', 0, 1, 2]);
    assert.deepEqual([same!.verdict, same!.steps.length], ['ACCEPT', 1]);
  });

  it('never see what IPv6 drops on arrival', async () => {
    const results = await run('*mangle\n-A PREROUTING -j LOG\nCOMMIT\n', ['udp [ff02::1]:1 -> [2001:db8::1]:1 in=eth0', 'udp [::1]:1 -> [2001:db8::1]:1 in=eth0'], { family: 'ipv6' });
    assert.deepEqual(results.map(({ verdict, steps }) => `${verdict} ${steps.length}`), ['DROP 0', 'DROP 0']);
  });

  it('take IPv6 addresses of a link for known there alone', async () => {
    const host = facts({ interfaces: { eth0: ['2001:db8::1/64', 'fe80::1/64'], eth1: ['2001:db8:1::1/64'] }, routes: ['fe80::/64 dev eth0'] });
    const results = await run('*filter\nCOMMIT\n', ['udp [2001:db8::9]:1 -> [fe80::1]:2 in=eth0', 'udp [2001:db8:1::9]:1 -> [fe80::1]:2 in=eth1', 'udp [fe80::9]:1 -> [fe80::5]:2 in=eth0'], { family: 'ipv6', host });
    assert.deepEqual(results.map(({ verdict, packet: { path, out } }) => [verdict, path, out]), [['ACCEPT', 'in', undefined], ['DROP', 'forward', undefined], ['ACCEPT', 'forward', 'eth0']]);
    const [refused] = await run('*filter\nCOMMIT\n', ['udp [2001:db8::9]:1 -> [fe80::5]:2 in=eth0 out=eth1'], { family: 'ipv6' });
    assert.equal(refused!.reason, 'fe80::5 is an address of its own link, to which no route leads from another one');
  });

  it('route by the facts about the host where the path is not said outright', async () => {
    const host = facts({ interfaces: { eth0: ['203.0.113.10/24'], eth1: ['10.0.0.1/24'] }, routes: ['10.0.0.0/8 dev eth1', 'default via 203.0.113.1 dev eth0'] });
    const ruleset = '*filter\n-A INPUT -j LOG\n-A FORWARD -o eth1 -j LOG\n-A OUTPUT -o eth1 -j LOG\nCOMMIT\n';
    const results = await run(ruleset, [
      'udp 1.1.1.1:1 -> 203.0.113.10:1 in=eth0', 'udp 1.1.1.1:1 -> 10.9.9.9:1 in=eth0', 'udp 1.1.1.1:1 -> 10.9.9.9:1 in=eth0 path=in',
      'udp 10.0.0.1:1 -> 10.9.9.9:1 path=out', 'udp 10.0.0.1:1 -> 10.0.0.1:1 path=out',
    ], { host });
    assert.deepEqual(results.map((result) => `${way(result)} ${result.routedBy} ${result.packet.out ?? ''}`.trim()), [
      'ACCEPT filter:INPUT:1 filter:INPUT:policy host', 'ACCEPT filter:FORWARD:1 filter:FORWARD:policy host eth1', 'ACCEPT filter:INPUT:1 filter:INPUT:policy packet',
      'ACCEPT filter:OUTPUT:1 filter:OUTPUT:policy host eth1', 'ACCEPT filter:OUTPUT:policy packet lo',
    ]);
  });

  it('deliver broadcasts, and multicasts whose path is not said otherwise', async () => {
    const host = facts({ interfaces: { eth0: ['10.0.0.1/24'] }, routes: ['default dev eth0'] });
    const packets = ['udp 10.0.0.7:1 -> 10.0.0.255:2 in=eth0', 'udp 10.0.0.7:1 -> 224.0.0.251:5353 in=eth0', 'udp 10.0.0.7:1 -> 10.0.0.8:2 in=eth0'];
    assert.deepEqual((await run('*filter\nCOMMIT\n', packets, { host })).map(({ packet }) => packet.path), ['in', 'in', 'forward']);
  });

  it('have no way to ::1 from elsewhere than lo, but by the interface that the packet came by', async () => {
    const host = facts({ interfaces: { lo: ['::1/128', 'fd00::9/128'], eth0: ['fd00:1::9/64'], eth1: ['fd00:2::9/64'] }, routes: ['::/0 dev eth0'] });
    const [back, none] = await run('*nat\n-A PREROUTING -j DNAT --to-destination ::1\nCOMMIT\n', ['udp [fd00:1::1]:1 -> [fd00::9]:2 in=eth0', 'udp [fd00:2::1]:1 -> [fd00::9]:2 in=eth1'], { host, family: 'ipv6' });
    assert.deepEqual([leaves(back!), none!.verdict, none!.answer!.packet.icmpType, none!.answer!.packet.icmpCode], ['udp [fd00:1::1]:1 -> [::1]:2 in=eth0 out=eth0 ttl=63', 'DROP', 1, 0]);
  });

  it('deliver what NAT sends to a group to hosts that are members, and pass it on to nobody', async () => {
    const host = facts({ interfaces: { lo: ['127.0.0.1/8', '10.9.9.9/32'], eth0: ['10.1.0.9/24'] }, routes: ['default dev eth0'] });
    const to = (group: string): string => `*nat\n-A PREROUTING -j DNAT --to-destination ${group}\n-A OUTPUT -j DNAT --to-destination ${group}\nCOMMIT\n`;
    const arriving = async (group: string): Promise<Result> => (await run(to(group), ['udp 10.1.0.1:1 -> 10.2.0.1:2 in=eth0'], { host }))[0]!;
    assert.deepEqual([(await arriving('224.0.0.1')).packet.path, (await arriving('255.255.255.255')).packet.path], ['in', 'in']);
    assert.deepEqual((await arriving('239.1.1.1')).outcomes!.map(({ verdict, courses }) => `${verdict}: ${courses.flat().join()}`).sort(), [
      'ACCEPT: the host is a member of the group 239.1.1.1 on `eth0`', 'DROP: not: the host is a member of the group 239.1.1.1 on `eth0`',
    ]);
    // It leaves by the link of its source, and IPv6 by the one that it was to leave by.
    const leaving = async (source: string): Promise<string> => leaves((await run(to('224.0.0.1'), [`udp ${source}:1 -> 10.2.0.1:2 path=out`], { host }))[0]!);
    assert.deepEqual([await leaving('10.9.9.9'), await leaving('10.1.0.9')], ['udp 10.9.9.9:1 -> 224.0.0.1:2 out=lo', 'udp 10.1.0.9:1 -> 224.0.0.1:2 out=eth0']);
    const [six] = await run(to('ff02::1'), ['udp [fd00::9]:1 -> [fd00::2]:2 path=out'], { host: facts({ interfaces: { lo: ['fd00::9/128'] }, routes: ['default dev eth1'] }), family: 'ipv6' });
    assert.equal(leaves(six!), 'udp [fd00::9]:1 -> [ff02::1]:2 out=eth1');
  });

  it('drop what the host does not forward or has no route for', async () => {
    const closed = await run('*filter\nCOMMIT\n', [FORWARD], { host: facts({ forwarding: false }) });
    assert.match(closed[0]!.reason!, /does not forward/u);
    const lost = await run('*filter\nCOMMIT\n', ['tcp 1.1.1.1:1 -> 9.9.9.9:80 in=eth0'], { host: facts({ interfaces: { eth0: ['1.1.1.2/24'] }, routes: [] }) });
    assert.match(lost[0]!.reason!, /no route/u);
    assert.deepEqual([lost[0]!.answer!.packet.icmpType, lost[0]!.answer!.packet.icmpCode], [3, 0]);
  });

  it('send a locally made packet elsewhere when NAT has changed its destination, while -o still says the old way', async () => {
    const [result] = await run(`*nat
-A OUTPUT -p tcp -d 9.9.9.9 -j REDIRECT --to-ports 77
COMMIT
*filter
-A OUTPUT -o eth0 -j LOG
-A OUTPUT -o lo -j LOG
COMMIT
`, ['tcp 7.0.0.1:2 -> 9.9.9.9:80 out=eth0']);
    assert.equal(way(result!), 'ACCEPT nat:OUTPUT:1 filter:OUTPUT:1 filter:OUTPUT:policy');
    assert.equal(leaves(result!), 'tcp 7.0.0.1:2 -> 127.0.0.1:77 out=lo flags=SYN');
  });

  it('lose what NAT sends from a loopback address to another host, which nothing but route_localnet lets out', async () => {
    const host = facts({ interfaces: { lo: ['127.0.0.1/8', '10.9.9.9/32'], eth0: ['10.1.0.9/24'] }, routes: ['default dev eth0'] });
    const ruleset = `*nat
-A OUTPUT -d 127.0.0.1 -p tcp --dport 443 -j DNAT --to-destination 10.1.0.5
-A OUTPUT -d 127.0.0.1 -p tcp --dport 444 -j DNAT --to-destination 10.9.9.9
-A POSTROUTING -j LOG
COMMIT
*filter
-A OUTPUT -j LOG
COMMIT
`;
    const [lost, stays, own] = await run(ruleset, ['tcp 127.0.0.1:5 -> 127.0.0.1:443 path=out', 'tcp 127.0.0.1:5 -> 127.0.0.1:444 path=out', 'tcp 10.9.9.9:5 -> 127.0.0.1:443 path=out'], { host });
    assert.equal(way(lost!), 'DROP nat:OUTPUT:1');
    assert.match(lost!.reason!, /from 127\.0\.0\.1 nothing leaves .* route_localnet/u);
    assert.equal(way(stays!), 'ACCEPT nat:OUTPUT:2 filter:OUTPUT:1 nat:POSTROUTING:1 filter:OUTPUT:policy');
    assert.equal(own!.packet.out, 'eth0');
    const [unknown] = await run(ruleset, ['tcp 127.0.0.1:5 -> 127.0.0.1:443 path=out']);
    assert.deepEqual([unknown!.verdict, unknown!.assumptions], ['DROP', ['10.1.0.5 is not an address of this host']]);
  });

  it('look for another way by the mark of a local packet where mangle changes it, or NAT its destination', async () => {
    const host = facts({ interfaces: { eth1: ['10.0.0.1/24'] }, rules: ['fwmark 0x1 lookup 100'], routes: ['default dev eth1', 'default dev eth2 table 100'] });
    const mark = (table: string, more = ''): string => `*${table}\n-A OUTPUT -j MARK --set-mark 1\n${more}COMMIT\n`;
    const ways = [mark('raw'), mark('mangle'), mark('nat'), mark('filter'), `${mark('raw')}*mangle\n-A OUTPUT -j TOS --set-tos 8\nCOMMIT\n`, `${mark('raw')}*mangle\n-A OUTPUT -j TTL --ttl-set 8\nCOMMIT\n`, mark('nat', '-A OUTPUT -j DNAT --to-destination 9.9.9.8\n')];
    const results = await Promise.all(ways.map((ruleset) => run(ruleset, ['udp 10.0.0.1:1 -> 9.9.9.9:2 path=out'], { host, conntrack: true })));
    assert.deepEqual(results.map(([result]) => result!.packet.out), ['eth1', 'eth2', 'eth1', 'eth1', 'eth2', 'eth1', 'eth2']);
  });

  it('routes by the tables that the host\'s rules choose', async () => {
    const host = facts({
      interfaces: { eth0: ['198.51.100.1/24'], eth1: ['203.0.113.1/24'], eth2: ['192.0.2.1/24'] },
      rules: ['fwmark 0x1 lookup 100', 'fwmark 0x2 lookup 200', 'from 10.0.0.3 lookup 200', 'uidrange 0-99 lookup 200'], routes: ['default dev eth1', 'local default dev lo table 100', 'default dev eth2 table 200', 'throw 8.0.0.0/8 table 200'],
    });
    const ruleset = `*mangle
-A PREROUTING -p udp --dport 1:2 -j TPROXY --on-port 5000 --tproxy-mark 1
-A PREROUTING -p udp --dport 3 -j MARK --set-mark 2
-A OUTPUT -p udp --dport 3 -j MARK --set-mark 2
COMMIT
`;
    const outs = async (...packets: readonly string[]): Promise<string[]> =>
      (await run(ruleset, packets, { host })).map(({ outcomes, ...one }) => (outcomes ?? [one]).map(({ verdict, packet }) => `${verdict} ${packet.path} ${packet.out ?? ''}`).join(', '));
    assert.deepEqual(await outs('udp 10.0.0.1:1 -> 9.9.9.9:1 in=eth0', 'udp 10.0.0.1:1 -> 9.9.9.9:3 in=eth0', 'udp 10.0.0.3:1 -> 9.9.9.9:4 in=eth0', 'udp 10.0.0.1:1 -> 9.9.9.9:4 in=eth0', 'udp 10.0.0.1:1 -> 8.8.8.8:3 in=eth0'), [
      'ACCEPT in , DROP in ', 'ACCEPT forward eth2', 'ACCEPT forward eth2', 'ACCEPT forward eth2, ACCEPT forward eth1', 'ACCEPT forward eth1',
    ]);
    assert.deepEqual(await outs('udp 198.51.100.1:1 -> 9.9.9.9:3 out=eth1'), ['ACCEPT out eth2']);
    // Where the mark is open, either table may be asked.
    assert.deepEqual((await run('*filter\nCOMMIT\n', ['udp 10.0.0.1:1 -> 9.9.9.9:4 in=eth0 mark=any'], { host: facts({ interfaces: {}, rules: ['fwmark 0x2 lookup 200'], routes: ['default dev eth1', 'default dev eth2 table 200'] }) }))[0]!.outcomes!.map(({ packet, courses }) => `${packet.out} ${courses.join()}`),
      ['eth2 the mark is 0x2', 'eth1 not: the mark is 0x2']);
  });
});
