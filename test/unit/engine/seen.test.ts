import assert from 'node:assert/strict';
import type { HostFacts } from '../../../server/src/core/engine/host.ts';
import { printPacket } from '../../../server/src/core/notation/print.ts';
import type { Result } from '../../../server/src/core/engine/result.ts';
import { facts, leaves, rewrites, run, way, ways } from './run.ts';

/** The answer in one line, without what it quotes. */
const answer = ({ answer: found }: Result): string => (found === undefined ? 'none' : printPacket({ ...found.packet, inner: undefined, length: undefined, uid: 0, gid: 0, pathGiven: false }));

describe('what random rulesets found in the kernel', () => {
  it('SYNPROXY answers a SYN as the server would', async () => {
    const ruleset = '*filter\n-A FORWARD -p tcp -j SYNPROXY --timestamp\n-A OUTPUT -m conntrack --ctstate ESTABLISHED -m conntrack --ctdir REPLY -j LOG\nCOMMIT\n';
    const [plain, ecn, ack] = await run(ruleset, ['tcp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0 out=eth1 flags=SYN', 'tcp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0 out=eth1 flags=SYN,ECE,CWR', 'tcp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0 out=eth1 flags=ACK']);
    assert.equal(plain!.verdict, 'DROP');
    assert.deepEqual([plain!, ecn!, ack!].map(answer), ['tcp 9.9.9.9:2 -> 1.1.1.1:1 out=eth0 flags=SYN,ACK', 'tcp 9.9.9.9:2 -> 1.1.1.1:1 out=eth0 flags=SYN,ACK', 'none']);
    assert.deepEqual(plain!.answer!.steps.map(({ number }) => number), [1]);
  });

  it('SYNPROXY agrees on ECN where the SYN and the rule have timestamps', async () => {
    const rules = '-A FORWARD -p tcp --dport 2 -j SYNPROXY --ecn\n-A FORWARD -p tcp --dport 3 -j SYNPROXY --ecn --timestamp';
    const [bare, stamped] = await run(`*filter\n${rules}\nCOMMIT\n`, [2, 3].map((port) => `tcp 1.1.1.1:1 -> 9.9.9.9:${port} in=eth0 out=eth1 flags=SYN,ECE,CWR`));
    assert.equal(answer(bare!), 'tcp 9.9.9.9:2 -> 1.1.1.1:1 out=eth0 flags=SYN,ACK');
    assert.deepEqual([stamped!.verdict, stamped!.answer], ['DROP', undefined]);
    assert.deepEqual(stamped!.outcomes!.map((outcome) => [outcome.answer?.packet.tcpFlags, outcome.courses]), [[0x52, [['the packet carries the TCP option 8']]], [0x12, [['not: the packet carries the TCP option 8']]]]);
  });

  it('SNPT sends a parameter problem where no word may change', async () => {
    const ruleset = '*mangle\n-A POSTROUTING -j SNPT --src-pfx fd00:1::/64 --dst-pfx 2001:db8::/64\nCOMMIT\n';
    const host = facts({ interfaces: { eth0: ['2001:2::1/128'] } });
    const [result] = await run(ruleset, ['udp [fd00:1::ffff:ffff:ffff:ffff]:1 -> [fd00:2::1]:2 in=eth0 out=eth1'], { family: 'ipv6', host });
    assert.equal(result!.verdict, 'DROP');
    // The message meets the rule on its own way out.
    assert.equal(answer(result!), 'icmpv6 2001:db8::cf48:0:0:1 -> 2001:db8::ffff:ffff:ffff:ffff out=any type=bad-header');
  });

  it('a packet whose checksum DNPT has spoiled is rejected without an answer, unless the checksum was verified before', async () => {
    const ruleset = '*mangle\n-A PREROUTING -j DNPT --src-pfx 2001:db8::/48 --dst-pfx fd00:2::/48\nCOMMIT\n*filter\n-A FORWARD -j REJECT\nCOMMIT\n';
    const [ordinary, other, gre] = await run(ruleset, ['udp [fd00:1::1]:1 -> [2001:db8::1]:2 in=eth0 out=eth1', 'udp [fd00:1::1]:1 -> [2001:db8:1::1]:2 in=eth0 out=eth1', 'gre fd00:1::1 -> 2001:db8:1::1 in=eth0 out=eth1'], { family: 'ipv6' });
    assert.deepEqual([ordinary!, gre!].map((result) => [result.outcomes, result.answer?.packet.icmpType]), [[undefined, 1], [undefined, 1]]);
    assert.deepEqual([other!.verdict, ...other!.outcomes!.map((outcome) => [outcome.answer?.packet.icmpType, outcome.noAnswer])], ['REJECT', [1, undefined], [undefined, 'the kernel takes the packet for damaged']]);
  });

  it('what discovers multicast routers is UNTRACKED', async () => {
    const ruleset = '*filter\n-A INPUT -m conntrack --ctstate UNTRACKED -j LOG\n-A INPUT -m conntrack --ctstate INVALID -j LOG\nCOMMIT\n';
    const results = await run(ruleset, [150, 151, 152, 153].map((type) => `icmpv6 fe80::1 -> ff02::6a type=${type}/0 in=eth0 path=in`), { family: 'ipv6' });
    assert.deepEqual(results.map(({ steps }) => steps.map(({ number }) => number)), [[2], [1], [1], [2]]);
  });

  it('a router is delivered what is for the routers of its subnets', async () => {
    const interfaces = { eth0: ['fd00:1::77/64'], eth1: ['fd00:2::78/127'] };
    const packets = ['udp [fd00:3::1]:1 -> [fd00:1::]:2 in=eth1', 'udp [fd00:3::1]:1 -> [fd00:2::78]:2 in=eth0', 'udp [fd00:3::1]:1 -> [fd00:1::1]:2 in=eth1'];
    const ends = async (forwarding: boolean): Promise<string[]> => (await run('*filter\nCOMMIT\n', packets, { family: 'ipv6', host: facts({ interfaces, forwarding, routes: ['default dev eth1'] }) })).map(({ verdict, packet: { path } }) => `${verdict} ${path}`);
    assert.deepEqual(await ends(true), ['ACCEPT in', 'ACCEPT in', 'ACCEPT forward']);
    assert.deepEqual(await ends(false), ['DROP in', 'ACCEPT in', 'DROP in']);
  });

  it('no packet comes from elsewhere to a group within one host', async () => {
    const groups = ['ff00::1', 'ff01::1', 'ff11::5', 'ff02::1'];
    const results = await run('*raw\n-A PREROUTING -j LOG\nCOMMIT\n', groups.map((group) => `udp [fe80::1]:1 -> [${group}]:2 in=eth0 path=in`), { family: 'ipv6' });
    assert.deepEqual(results.map(({ verdict, steps }) => `${verdict} ${steps.length}`), ['DROP 0', 'DROP 0', 'DROP 0', 'ACCEPT 1']);
  });

  it('an SCTP association that is begun again without an answer is neither counted nor prolonged', async () => {
    const ruleset = '*filter\n-A FORWARD -m connbytes --connbytes 2: --connbytes-dir original --connbytes-mode packets -j LOG\n-A FORWARD -m conntrack --ctexpire 6:8 -j LOG\nCOMMIT\n';
    const results = await run(ruleset, ['', ' at=1s', ' at=3s'].map((at) => `sctp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0 out=eth1${at}`));
    assert.deepEqual(results.map(({ steps }) => steps.map(({ number }) => number)), [[], [], [2]]);
  });

  it('from lo no way leads to what NAT makes a packet to a group', async () => {
    const host = facts({ interfaces: { lo: ['fd00:9::9/128', 'fd00:9::a/128'] } });
    const results = await run('*nat\n-A OUTPUT -j DNAT --to-destination ff02::1\nCOMMIT\n', ['udp [fd00:9::9]:1 -> [fd00:9::a]:2 path=out', 'udp [fd00:9::9]:1 -> [fd00:2::1]:2 out=eth1'], { family: 'ipv6', host });
    assert.deepEqual(results.map(({ verdict }) => verdict), ['DROP', 'ACCEPT']);
  });

  it('a queue with a bypass lets the packet go on in the next table while nobody listens', async () => {
    const ruleset = '*mangle\n-A INPUT -j NFQUEUE --queue-bypass\n-A INPUT -j DROP\nCOMMIT\n*filter\n-A INPUT -p tcp -j DROP\nCOMMIT\n';
    const [tcp, udp] = await run(ruleset, ['tcp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0', 'udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0']);
    assert.deepEqual(tcp!.outcomes!.map(way).sort(), ['DROP mangle:INPUT:1 filter:INPUT:1', 'QUEUE mangle:INPUT:1']);
    assert.deepEqual(udp!.outcomes!.map(({ verdict, courses }) => `${verdict}: ${courses.flat().join()}`).sort(), ['ACCEPT: not: a program listens on the queue', 'QUEUE: a program listens on the queue']);
  });

  it('zones of one direction part connections of that direction only', async () => {
    const rules = (option: string): string => `*raw\n-A PREROUTING -i eth0 -j CT ${option} 1\nCOMMIT\n*filter\n-A FORWARD -m conntrack --ctstate NEW -j LOG\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j LOG\nCOMMIT\n`;
    const packets = ['udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0 out=eth1', 'udp 9.9.9.9:2 -> 1.1.1.1:1 in=eth1 out=eth0'];
    const numbers = async (option: string): Promise<(number | undefined)[]> => (await run(rules(option), packets)).map(({ steps }) => steps.at(-1)?.number);
    assert.deepEqual([await numbers('--zone-orig'), await numbers('--zone-reply'), await numbers('--zone')], [[1, 2], [1, undefined], [1, 1]]);
  });

  it('behind CT in raw a packet is NEW, with an entry that says nothing', async () => {
    const ruleset = '*raw\n-A PREROUTING -m conntrack --ctstate NEW -j LOG\n-A PREROUTING -j CT --zone 1\n-A PREROUTING -m conntrack --ctstate NEW --ctstatus CONFIRMED --ctorigsrc 0.0.0.0 -j LOG\n-A PREROUTING -m connbytes --connbytes 0:0 --connbytes-dir original --connbytes-mode packets -j LOG\nCOMMIT\n';
    await ways(ruleset, [['udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0', 'ACCEPT raw:PREROUTING:2 raw:PREROUTING:3 raw:PREROUTING:policy']]);
  });

  it('behind CT in raw a packet is for no node of a cluster, and for none but one neither', async () => {
    const nodes = ['1', '2'].flatMap((node) => ['', '! '].map((not) => `-A PREROUTING -m cluster --cluster-total-nodes 2 ${not}--cluster-local-node ${node} --cluster-hash-seed 7 -j LOG\n`)).join('');
    await ways(`*raw\n-A PREROUTING -j CT --zone 1\n${nodes}COMMIT\n`, [['udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0', 'ACCEPT raw:PREROUTING:1 raw:PREROUTING:policy']]);
  });

  it('of several CT and NOTRACK rules the first counts', async () => {
    const ruleset = '*raw\n-A PREROUTING -j CT --zone 1\n-A PREROUTING -j NOTRACK\nCOMMIT\n*filter\n-A INPUT -m conntrack --ctstate UNTRACKED -j DROP\nCOMMIT\n';
    await ways(ruleset, [['udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0', 'ACCEPT raw:PREROUTING:1 raw:PREROUTING:2 filter:INPUT:policy']]);
  });

  it('NOTRACK leaves alone what is sent back for an untracked packet, an RST until conntrack has seen it', async () => {
    const host = facts({ interfaces: { lo: ['127.0.0.1/8', '10.9.9.9/32', '10.9.9.10/32'] } });
    const states = ['INVALID', 'UNTRACKED'];
    const seen = (hook: string): string => states.map((state) => `-A ${hook} -m state --state ${state} -j LOG\n`).join('');
    const answer = async (notrack: string, packet: string, type = 'icmp-port-unreachable'): Promise<string[]> => {
      const ruleset = `*raw\n${notrack}COMMIT\n*filter\n${seen('OUTPUT')}-A OUTPUT -p tcp -d 10.9.9.10 -j REJECT --reject-with ${type}\n${seen('INPUT')}COMMIT\n`;
      const [result] = await run(ruleset, [packet.replace(' ', ' 10.9.9.9:1 -> 10.9.9.10:2 out=lo ')], { host, loopback: true });
      return result!.answer!.steps.filter(({ table }) => table === 'filter').map(({ hook, number }) => `${hook} ${states[number - 1]}`);
    };
    const everything = '-A OUTPUT -j NOTRACK\n-A PREROUTING -j NOTRACK\n';
    assert.deepEqual(await answer(everything, 'tcp flags=SYN'), ['OUTPUT INVALID', 'INPUT INVALID']);
    assert.deepEqual(await answer(everything, 'tcp flags=SYN', 'tcp-reset'), ['OUTPUT INVALID', 'INPUT UNTRACKED']);
    // An INVALID packet leaves no mark on what is sent back for it.
    const back = '-A OUTPUT -s 10.9.9.10 -j NOTRACK\n';
    assert.deepEqual(await answer(back, 'tcp flags=FIN,ACK'), ['OUTPUT UNTRACKED', 'INPUT UNTRACKED']);
    assert.deepEqual(await answer(back, 'tcp flags=FIN,ACK', 'tcp-reset'), ['OUTPUT UNTRACKED', 'INPUT UNTRACKED']);
  });

  it('IPv6 fragments at byte 8 are not dropped for what they could overwrite', async () => {
    const [result] = await run('*filter\n-A INPUT -p tcp -m tcp --dport 1\nCOMMIT\n', ['tcp [fd00::1] -> [fd00::2] in=eth0 fragment=8'], { backend: 'legacy', family: 'ipv6' });
    assert.equal(result!.verdict, 'ACCEPT');
  });

  it('iptables-nft knows the protocol of later IPv6 fragments too', async () => {
    const [result] = await run('*filter\n-A FORWARD -p udp -j LOG\nCOMMIT\n', ['udp [fd00::1] -> [fd00::2] in=eth0 out=eth1 fragment=40'], { backend: 'nft', family: 'ipv6' });
    assert.equal(way(result!), 'ACCEPT filter:FORWARD:1 filter:FORWARD:policy');
  });

  it('an ICMP query whose id is in use gets another one before its source is looked at', async () => {
    const ruleset = '*nat\n-A POSTROUTING -j SNAT --to-source 10.9.9.9-10.9.9.10\nCOMMIT\n';
    const [, own] = await run(ruleset, ['icmp 10.1.0.3 -> 10.2.0.3 type=8 id=2 in=eth0 out=eth1', 'icmp 10.9.9.9 -> 10.2.0.3 type=8 id=2 out=eth1']);
    assert.equal(leaves(own!), 'icmp 10.9.9.9 -> 10.2.0.3 out=eth1 type=echo-request id=0');
  });

  it('a source keeps any mapping of before that lies in the range, not just the latest', async () => {
    const ruleset = '*nat\n-A POSTROUTING -d 10.2.0.2 -j SNAT --to-source 10.9.9.20\n-A POSTROUTING -j SNAT --to-source 10.9.9.9-10.9.9.10\nCOMMIT\n';
    const to = (last: number): string => `udp 10.1.7.9:33000 -> 10.2.0.${last}:53 in=eth0 out=eth1`;
    const [first, , third] = await run(ruleset, [to(1), to(2), to(3)]);
    assert.equal(third!.packet.source, first!.packet.source);
    const [fresh] = await run(ruleset, [to(3)]);
    assert.notEqual(fresh!.packet.source, first!.packet.source);
  });

  it('IPv6 does not take a multicast address for a sender, not even from lo', async () => {
    const host = facts({ interfaces: { lo: ['fd00:9::9/128'] } });
    const [result] = await run('*filter\nCOMMIT\n', ['udp [ff02::fb]:1 -> [fd00:9::9]:2 path=out'], { family: 'ipv6', host, loopback: true });
    assert.equal(result!.verdict, 'DROP');
  });

  it('a template is gone once conntrack has used it', async () => {
    const ruleset = '*raw\n-A OUTPUT -p icmp -j CT --zone 1\nCOMMIT\n*filter\n-A INPUT -m conntrack --ctstate RELATED -j LOG\nCOMMIT\n';
    const host = facts({ interfaces: { lo: ['127.0.0.1/8', '10.9.9.9/32', '10.9.9.10/32'] } });
    const [, error] = await run(ruleset, ['udp 10.9.9.9:53 -> 10.9.9.10:53 path=out', 'icmp 10.9.9.10 -> 10.9.9.9 type=3/3 path=out inner=(udp 10.9.9.9:53 -> 10.9.9.10:53)'], { host, loopback: true });
    assert.equal(way(error!), 'ACCEPT raw:OUTPUT:1 filter:INPUT:1 filter:INPUT:policy');
  });

  it('a shifted range of ports is reckoned in 16 bits', async () => {
    await rewrites('*nat\n-A PREROUTING -p tcp -j DNAT --to-destination 10.2.0.2:443-453/80\nCOMMIT\n', [
      ['tcp 10.1.0.3:600 -> 203.0.113.7:53 in=eth0 out=eth1 flags=SYN', 'tcp 10.1.0.3:600 -> 10.2.0.2:447 in=eth0 out=eth1 flags=SYN ttl=63'],
    ]);
  });

  it('a connection\'s zone counts in the choice of an address', async () => {
    const ruleset = '*raw\n-A OUTPUT -j CT --zone-reply 1\nCOMMIT\n*nat\n-A OUTPUT -j DNAT --to-destination fd00:2::1-fd00:2::2\nCOMMIT\n';
    await rewrites(ruleset, [['tcp [fd00:9::9]:600 -> [2001:db8::7]:80 out=eth1 flags=SYN', 'tcp [fd00:9::9]:600 -> [fd00:2::1]:80 out=eth1 flags=SYN']], { family: 'ipv6' });
  });

  it('what comes to everybody on a link is not forwarded, and IPv6 REDIRECT wants an address of the link', async () => {
    const host = facts({ interfaces: { eth0: ['198.18.1.1/24', '2001:2::1/64'] }, routes: ['default dev eth1'] });
    const [multicast] = await run('*nat\n-A PREROUTING -j DNAT --to-destination 10.2.0.2\nCOMMIT\n', ['udp 10.1.0.3:1 -> 224.0.0.251:2 in=eth0 path=in'], { host });
    const [redirected] = await run('*nat\n-A PREROUTING -j REDIRECT\nCOMMIT\n', ['udp [fd00:1::2]:53 -> [ff02::fb]:443 in=eth0 path=in'], { family: 'ipv6', host });
    assert.deepEqual([multicast!.verdict, redirected!.verdict], ['DROP', 'DROP']);
  });

  it('what comes back from lo keeps the route that it left by', async () => {
    const host = facts({ interfaces: { lo: ['fd00:9::9/128', 'fd00:9::a/128'] }, routes: ['default dev eth1'] });
    const [result] = await run('*mangle\n-A PREROUTING -j DNPT --src-pfx fd00:9::/48 --dst-pfx fd00:2::/48\nCOMMIT\n', ['udp [fd00:9::9]:1 -> [fd00:9::a]:2 path=out'], { family: 'ipv6', host, loopback: true });
    assert.deepEqual([result!.verdict, result!.packet.path, result!.packet.ttl], ['ACCEPT', 'in', 64]);
  });

  it('what comes back from lo may have a source that routing refuses from elsewhere', async () => {
    const host = facts({ interfaces: { eth0: ['10.0.0.1/24'] }, routes: [] });
    const results = await run('*filter\nCOMMIT\n', ['udp 255.255.255.255:1 -> 10.0.0.1:2 out=lo', 'udp 255.255.255.255:1 -> 10.0.0.1:2 in=eth0'], { host, loopback: true });
    assert.deepEqual(results.map(({ verdict }) => verdict), ['ACCEPT', 'DROP']);
  });

  it('REJECT answers DCCP in IPv6 only', async () => {
    const ruleset = '*filter\n-A INPUT -j REJECT\nCOMMIT\n';
    const [v4] = await run(ruleset, ['dccp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0']);
    const [v6] = await run(ruleset, ['dccp [fd00::1]:1 -> [fd00::2]:2 in=eth0'], { family: 'ipv6' });
    assert.deepEqual([v4!.answer, v6!.answer?.verdict], [undefined, 'ACCEPT']);
  });

  it('a frame to all stays one whatever NAT makes of its packet, and is none on another link than that of the broadcast address', async () => {
    const host = facts({ interfaces: { lo: ['10.9.9.9/32'], eth0: ['10.1.0.254/24'], eth1: ['10.2.0.254/24'] } });
    const ruleset = `*nat
-A PREROUTING -p udp --dport 1 -j DNAT --to-destination 10.1.0.255
-A PREROUTING -p udp --dport 67 -j REDIRECT
-A PREROUTING -p udp --dport 5353 -j DNAT --to-destination 10.9.9.9
COMMIT
*filter
-A INPUT -m pkttype --pkt-type broadcast -j ACCEPT
-A INPUT -m pkttype --pkt-type multicast -j ACCEPT
-A INPUT -m pkttype --pkt-type unicast -j ACCEPT
COMMIT
`;
    const results = await run(ruleset, [
      'udp 10.1.0.1:5 -> 10.1.0.254:1 in=eth0', 'udp 10.1.0.1:68 -> 255.255.255.255:67 in=eth0', 'udp 10.1.0.1:5353 -> 224.0.0.251:5353 in=eth0',
      'udp 10.1.0.1:5 -> 10.1.0.255:6 in=eth0', 'udp 10.1.0.1:5 -> 10.2.0.255:6 in=eth0',
    ], { host });
    assert.deepEqual(results.map(({ steps }) => steps.at(-1)!.number), [3, 1, 2, 1, 3]);
  });

  it('a zone by mark is that of the mark which the packet leaves raw with', async () => {
    const ruleset = '*raw\n-A PREROUTING -j CT --zone mark\n-A PREROUTING -j MARK --set-mark 2\nCOMMIT\n*filter\n-A OUTPUT -m conntrack --ctstate NEW\n-A OUTPUT -m conntrack --ctstate ESTABLISHED\nCOMMIT\n';
    const [, reply] = await run(ruleset, ['udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0', 'udp 9.9.9.9:2 -> 1.1.1.1:1 out=eth0']);
    assert.deepEqual(reply!.steps.map(({ number }) => number), [1]);
  });

  it('before its first packet is through, a connection has time left for a kernel that has just been started', async () => {
    const ruleset = '*filter\n-A INPUT -m conntrack --ctexpire 0\n-A INPUT -m conntrack --ctexpire 80\nCOMMIT\n';
    const first = async (host?: HostFacts): Promise<unknown> => (await run(ruleset, ['udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0 at=10s'], { host: host ?? {} }))[0]!.steps.map(({ number }) => number);
    assert.deepEqual([await first(), await first(facts({ uptime: 240 })), await first(facts({ uptime: 3600 }))], [[1], [2], [1]]);
  });

  it('in IPv6 an address is LOCAL that a routing table delivers, and UNREACHABLE where routing refuses it', async () => {
    const host = facts({
      interfaces: { lo: ['fd00:9::9/128'], eth0: ['fd00:1::200/64'] }, rules: ['to fd00:2::/64 lookup 100', 'from fd00:1::1 to fd00:3::/64 lookup 100'],
      routes: ['default dev eth0', 'local fd00::/16 dev lo table 100', 'prohibit fd00:4::/64'],
    });
    const ruleset = '*raw\n-A PREROUTING -m addrtype --dst-type LOCAL\n-A PREROUTING -m addrtype --dst-type UNREACHABLE\nCOMMIT\n';
    const results = await run(ruleset, ['fd00:9::9', 'fd00:2::1', 'fd00:3::1', 'fd00:4::1', 'fd00:1::'].map((to) => `udp [fd00:1::1]:1 -> [${to}]:2 in=eth0`), { family: 'ipv6', host });
    // That of the routers of a subnet is delivered, and no address of the host.
    assert.deepEqual(results.map(({ steps }) => steps.map(({ number }) => number)), [[1], [1], [], [2], []]);
  });

  it('a packet that comes to a connlimit again is counted again, and later ones with it', async () => {
    const ruleset = '*filter\n:FEW - [0:0]\n-A INPUT -j FEW\n-A INPUT -p tcp -j FEW\n-A FEW -m connlimit --connlimit-above 1\n-A FEW -m connlimit --connlimit-above 2\nCOMMIT\n';
    const results = await run(ruleset, [1, 1, 2].map((port) => `tcp 1.1.1.1:${port} -> 9.9.9.9:80 in=eth0 flags=SYN`));
    assert.deepEqual(results.map(({ steps }) => steps.filter(({ chain }) => chain === 'FEW').map(({ number }) => number).join('')), ['1', '11', '1212']);
  });

  it('what would leave for an IPv6 group within one host ends behind POSTROUTING', async () => {
    const ruleset = '*mangle\n-A POSTROUTING -j LOG\nCOMMIT\n';
    const results = await run(ruleset, ['ff01::1', 'ff00::1', 'ff02::1'].map((to) => `udp [fd00:9::9]:1 -> [${to}]:2 path=out out=eth0`), { family: 'ipv6' });
    assert.deepEqual(results.map(way), ['DROP mangle:POSTROUTING:1', 'DROP mangle:POSTROUTING:1', 'ACCEPT mangle:POSTROUTING:1 mangle:POSTROUTING:policy']);
  });

  it('what goes to a group leaves by the link of its source once a rule has changed its TOS', async () => {
    const host = facts({ interfaces: { lo: ['10.9.9.9/32'], eth0: ['10.1.0.254/24'], eth1: ['10.2.0.254/24'] }, routes: ['default dev eth0'] });
    const ruleset = '*mangle\n-A OUTPUT -p udp --dport 2 -j DSCP --set-dscp 8\n-A POSTROUTING -o eth0\n-A POSTROUTING -o eth1\nCOMMIT\n';
    const results = await run(ruleset, ['224.0.0.251:1', '224.0.0.251:2', '255.255.255.255:2', '192.0.2.1:2'].map((to) => `udp 10.2.0.254:5 -> ${to} path=out out=eth0`), { host });
    assert.deepEqual(results.map(({ steps }) => steps.filter(({ chain }) => chain === 'POSTROUTING').map(({ number }) => number).join()), ['1', '2', '2,2', '1']);
  });

  it('what comes from lo came in a frame for this host alone, whatever its destination', async () => {
    const host = facts({ interfaces: { lo: ['127.0.0.1/8', '10.9.9.9/32'] } });
    const ruleset = '*mangle\n-A OUTPUT -j MARK --set-mark 1\nCOMMIT\n*filter\n-A INPUT -m pkttype --pkt-type unicast -j LOG\n-A INPUT -m pkttype --pkt-type multicast -j LOG\nCOMMIT\n';
    const [looped, arrived] = await run(ruleset, ['udp 10.9.9.9:1 -> 224.0.0.1:2 out=eth0', 'udp 10.1.0.1:1 -> 224.0.0.1:2 in=eth0'], { host, loopback: true });
    assert.deepEqual([looped, arrived].map((result) => way(result!)), ['ACCEPT mangle:OUTPUT:1 filter:INPUT:1 filter:INPUT:policy', 'ACCEPT filter:INPUT:2 filter:INPUT:policy']);
  });

  it('hashlimit takes the halves of an SPI for ports, and a flow that nobody knows for any', async () => {
    const rule = (mode: string): string => `*filter\n:INPUT DROP [0:0]\n-A INPUT -m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode ${mode} --hashlimit-name a -j ACCEPT\nCOMMIT\n`;
    const esp = (spi: string): string => `esp 1.1.1.1 -> 9.9.9.9 in=eth0${spi}`;
    const verdicts = async (mode: string, packets: readonly string[]): Promise<string> => (await run(rule(mode), packets)).map(({ verdict }) => verdict[0]).join('');
    assert.equal(await verdicts('srcport', [esp(' spi=0x10001'), esp(' spi=0x10002'), esp(' spi=0x20001')]), 'ADA');
    assert.equal(await verdicts('dstport', [esp(' spi=0x10001'), esp(' spi=0x10002'), esp(' spi=0x20001')]), 'AAD');
    assert.equal(await verdicts('dstport', [esp(' spi=1'), esp(''), esp(' spi=2')]), 'AUU');
  });
});
