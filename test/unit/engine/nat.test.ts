import assert from 'node:assert/strict';
import { jenkins, scale } from '../../../server/src/core/engine/conntrack/jhash.ts';
import { readStrict } from '../../../server/src/core/values/ipv4.ts';
import { facts, leaves, rewrites, run, way, ways } from './run.ts';

const HOST = { host: facts({ interfaces: { eth0: ['198.18.1.1/24'], eth1: ['198.18.2.1/24', '198.18.3.1/24'] }, routes: ['10.0.0.0/8 via 198.18.3.7 dev eth1', '1.1.1.0/24 dev eth0', 'default dev eth1'] }) };

describe('NAT', () => {
  it('is decided by a connection\'s first packet and undone for replies', () => rewrites(`*nat
-A PREROUTING -i eth0 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.5:8080
-A POSTROUTING -o eth1 -j MASQUERADE
COMMIT
`, [
    // MASQUERADE takes the address that is nearest to the router.
    ['tcp 1.1.1.1:4000 -> 9.9.9.9:80 in=eth0 out=eth1', 'tcp 198.18.3.1:4000 -> 10.0.0.5:8080 in=eth0 out=eth1 flags=SYN ttl=63'],
    ['tcp 10.0.0.5:8080 -> 198.18.3.1:4000 in=eth1', 'tcp 9.9.9.9:80 -> 1.1.1.1:4000 in=eth1 out=eth0 flags=SYN,ACK ttl=63'],
    ['tcp 1.1.1.1:4000 -> 9.9.9.9:80 in=eth0 out=eth1', 'tcp 198.18.3.1:4000 -> 10.0.0.5:8080 in=eth0 out=eth1 flags=ACK ttl=63'],
    ['udp 1.1.1.1:4000 -> 9.9.9.9:80 in=eth0 out=eth1', 'udp 198.18.2.1:4000 -> 9.9.9.9:80 in=eth0 out=eth1 ttl=63'],
  ], HOST));

  it('is set up once: later packets, NEW or not, do not see the chains', () => ways(`*nat
-A PREROUTING -j LOG
-A POSTROUTING -j SNAT --to-source 7.7.7.7
COMMIT
`, [
    ['udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0 out=eth1', 'ACCEPT nat:PREROUTING:1 nat:POSTROUTING:1'],
    ['udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0 out=eth1', 'ACCEPT'],
  ]));

  it('sees a dropped packet\'s successor as new again', () => ways(`*nat
-A PREROUTING -p udp -j DNAT --to-destination 10.0.0.1
COMMIT
*filter
:FORWARD DROP [0:0]
COMMIT
`, [
    ['udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0 out=eth1', 'DROP nat:PREROUTING:1 filter:FORWARD:policy'],
    ['udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0 out=eth1', 'DROP nat:PREROUTING:1 filter:FORWARD:policy'],
  ]));

  it('sees what the host sends to itself on its way out only', () => ways(`*nat
-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080
-A OUTPUT -p tcp --dport 443 -j REDIRECT --to-ports 8443
-A INPUT -j ACCEPT
COMMIT
`, [
    ['tcp 127.0.0.1:1 -> 127.0.0.1:80 in=lo', 'ACCEPT'],
    ['tcp 127.0.0.1:2 -> 127.0.0.1:443 out=lo', 'ACCEPT nat:OUTPUT:1 nat:POSTROUTING:policy'],
  ]));

  it('and conntrack have seen what comes in by lo, so that raw can\'t keep it from them', () => ways(`*raw
-A PREROUTING -m conntrack --ctstate NEW -j NOTRACK
COMMIT
*filter
-A INPUT -m conntrack --ctstate UNTRACKED -j DROP
COMMIT
`, [
    ['udp 127.0.0.1:1 -> 127.0.0.1:53 in=lo', 'ACCEPT raw:PREROUTING:1 filter:INPUT:policy'],
    ['udp 192.0.2.1:1 -> 192.0.2.2:53 in=eth0', 'ACCEPT filter:INPUT:policy'],
  ]));

  it('never sees INVALID and UNTRACKED packets', () => ways(`*raw
-A PREROUTING -p udp -j NOTRACK
COMMIT
*nat
-A PREROUTING -j DNAT --to-destination 10.0.0.1
COMMIT
`, [
    ['udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0 out=eth1', 'ACCEPT raw:PREROUTING:1 raw:PREROUTING:policy'],
    ['tcp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0 out=eth1 flags=RST', 'ACCEPT raw:PREROUTING:policy'],
  ]));

  it('shows FORWARD the new destination and the old source', () => ways(`*mangle
-A PREROUTING -d 9.9.9.9 -j LOG
-A POSTROUTING -s 1.1.1.1 -d 10.0.0.5 -j LOG
COMMIT
*nat
-A PREROUTING -j DNAT --to-destination 10.0.0.5
-A POSTROUTING -j SNAT --to-source 7.7.7.7
COMMIT
*filter
-A FORWARD -s 1.1.1.1 -d 10.0.0.5 -m conntrack --ctorigdst 9.9.9.9 -j ACCEPT
COMMIT
`, [['udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0 out=eth1', 'ACCEPT mangle:PREROUTING:1 nat:PREROUTING:1 filter:FORWARD:1 mangle:POSTROUTING:1 nat:POSTROUTING:1']]));

  it('shows the state DNAT at once, and SNAT from the second packet on', () => ways(`*nat
-A PREROUTING -j DNAT --to-destination 10.0.0.5
-A POSTROUTING -j SNAT --to-source 7.7.7.7
COMMIT
*filter
-A FORWARD -m conntrack --ctstate DNAT
-A FORWARD -m conntrack --ctstate SNAT
COMMIT
`, [
    ['udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0 out=eth1', 'ACCEPT nat:PREROUTING:1 filter:FORWARD:1 nat:POSTROUTING:1 filter:FORWARD:policy'],
    ['udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0 out=eth1', 'ACCEPT filter:FORWARD:1 filter:FORWARD:2 filter:FORWARD:policy'],
  ]));

  it('spreads over a range by the kernel\'s hash', async () => {
    const swapped = (word: number): number => Buffer.from([word & 255, (word >> 8) & 255, (word >> 16) & 255, word >>> 24]).readUInt32BE();
    assert.deepEqual([0, 1, 2, 3].map((last) => scale(jenkins([swapped(0x01010100 + last), 0, 0, 0], swapped(0x09090909)), 4)), [1, 2, 1, 3]);
    await rewrites('*nat\n-A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.1-10.0.0.4:1000-1003\nCOMMIT\n', [0, 1, 2, 3].map((last) => [
      `tcp 1.1.1.${last}:${last + 1} -> 9.9.9.9:80 in=eth0 out=eth1`, `tcp 1.1.1.${last}:${last + 1} -> 10.0.0.${[2, 3, 2, 4][last]}:1000 in=eth0 out=eth1 flags=SYN ttl=63`,
    ]));
  });

  it('spreads IPv6 over a range by the words picked so far', async () => {
    const v6 = { family: 'ipv6' } as const;
    await rewrites('*nat\n-A PREROUTING -j DNAT --to-destination fd00:2::1-fd00:2::4\nCOMMIT\n', ([[1, 3], [3, 2], [8, 4], [9, 1]] as const).map(([source, target]) => [
      `udp [fd00:1::${source}]:1 -> [2001:db8::7]:53 in=eth0 out=eth1`, `udp [fd00:1::${source}]:1 -> [fd00:2::${target}]:53 in=eth0 out=eth1 ttl=63`,
    ]), v6);
  });

  it('leaves open what the kernel draws by chance, and asks when a reply may be for it', async () => {
    const ruleset = '*nat\n-A POSTROUTING -p udp -j SNAT --to-source 7.7.7.7:1000-1001\nCOMMIT\n*filter\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A FORWARD -i eth0 -j ACCEPT\n-A FORWARD -j DROP\nCOMMIT\n';
    const back = (port: number): string => `udp 9.9.9.9:1 -> 7.7.7.7:${port} in=eth1 out=eth0`;
    const [first, wrong, right, again] = await run(ruleset, ['udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0 out=eth1', back(1002), back(1001), back(1000)]);
    assert.equal(leaves(first!), 'udp 7.7.7.7 -> 9.9.9.9:1 in=eth0 out=eth1 ttl=63');
    assert.equal(wrong!.verdict, 'DROP');
    assert.equal(right!.verdict, 'UNKNOWN');
    assert.deepEqual(right!.outcomes!.map(({ verdict }) => verdict).sort(), ['ACCEPT', 'DROP']);
    assert.match(right!.outcomes!.find(({ verdict }) => verdict === 'ACCEPT')!.assumptions.join(), /1\.1\.1\.1:1 -> 9\.9\.9\.9:1/u);
    // Either the packet before was the connection's and this is not, or the other way round.
    assert.equal(again!.verdict, 'UNKNOWN');
  });

  it('uses the mapping of a source again although its port is not known', () => rewrites('*nat\n-A POSTROUTING -p udp -j SNAT --to-source 10.9.9.9-10.9.9.10:1000-1001\nCOMMIT\n', [
    ['udp 10.9.9.10:33001 -> 10.2.0.3:33000 out=eth1', 'udp 10.9.9.10 -> 10.2.0.3:33000 out=eth1'],
    // By itself, the hash would choose 10.9.9.9 for it.
    ['udp 10.9.9.10:33001 -> 10.2.0.2:1000 out=eth1', 'udp 10.9.9.10 -> 10.2.0.2:1000 out=eth1'],
    ['udp 10.9.9.10:33002 -> 10.2.0.2:1000 out=eth1', 'udp 10.9.9.9 -> 10.2.0.2:1000 out=eth1'],
  ]));

  it('leaves the address open where an earlier mapping may lie in the range, by a port that is not known', () => rewrites(`*nat
-A POSTROUTING -p udp --dport 1 -j SNAT --to-source 10.9.9.9-10.9.9.10:1000-1001
-A POSTROUTING -p udp --dport 2 -j SNAT --to-source 10.9.9.9-10.9.9.10:1001-1002
-A POSTROUTING -p udp --dport 3 -j SNAT --to-source 10.9.9.11:1000-1009
COMMIT
`, [
    ['udp 10.1.0.1:33001 -> 10.2.0.2:1 in=eth0 out=eth1', 'udp 10.9.9.9 -> 10.2.0.2:1 in=eth0 out=eth1 ttl=63'],
    ['udp 10.1.0.1:33001 -> 10.2.0.5:2 in=eth0 out=eth1', 'udp any -> 10.2.0.5:2 in=eth0 out=eth1 ttl=63'],
    // But neither lies in this one.
    ['udp 10.1.0.1:33001 -> 10.2.0.3:3 in=eth0 out=eth1', 'udp 10.9.9.11 -> 10.2.0.3:3 in=eth0 out=eth1 ttl=63'],
  ]));

  it('drops GRE packets of which there is too little to look at, as quoted ones', () => ways('*nat\n-A POSTROUTING -p gre -j SNAT --to-source 7.7.7.7\nCOMMIT\n', [
    ['gre 10.1.0.1 -> 10.2.0.2 in=eth0 out=eth1 length=27', 'DROP nat:POSTROUTING:1'],
    ['gre 10.1.0.1 -> 10.2.0.2 in=eth0 out=eth1 length=28', 'ACCEPT nat:POSTROUTING:1'],
    ['gre 10.1.0.1 -> 10.2.0.2 in=eth0 out=eth1 length=27', 'DROP'],
    ['icmp 10.2.0.9 -> 7.7.7.7 in=eth1 out=eth0 type=3/1 inner=(gre 7.7.7.7 -> 10.2.0.2 length=27)', 'DROP'],
    ['icmp 10.2.0.9 -> 7.7.7.7 in=eth1 out=eth0 type=3/1 inner=(gre 7.7.7.7 -> 10.2.0.2 length=28)', 'ACCEPT'],
  ]));

  it('drops what finds no port left in its range', async () => {
    const packets = [1, 2, 3].map((port) => `udp 1.1.1.1:${port} -> 9.9.9.9:1 in=eth0 out=eth1`);
    const results = await run('*nat\n-A POSTROUTING -p udp -j SNAT --to-source 7.7.7.7:1000-1001\nCOMMIT\n', packets);
    assert.deepEqual(results.map(way), ['ACCEPT nat:POSTROUTING:1', 'ACCEPT nat:POSTROUTING:1', 'DROP nat:POSTROUTING:1']);
  });

  it('drops it only behind the last table of the hook', () => ways(`*nat
-A INPUT -p udp -j SNAT --to-source 7.7.7.7:1000-1001
COMMIT
*security
-A INPUT -j LOG
COMMIT
`, [1, 2, 3].map((port) => [`udp 1.1.1.1:${port} -> 9.9.9.9:1 in=eth0`, `${port === 3 ? 'DROP' : 'ACCEPT'} nat:INPUT:1 security:INPUT:1${port === 3 ? '' : ' security:INPUT:policy'}`]), { backend: 'nft' }));

  it('may find no port left where it is not known which the others have', async () => {
    const small = `*nat
-A PREROUTING -p udp --dport 91 -j DNAT --to-destination 10.2.0.1:80-82 --random
-A PREROUTING -p udp --dport 92 -j DNAT --to-destination 10.2.0.1:80-81 --random
-A POSTROUTING -p udp --dport 80:82 -j SNAT --to-source 7.7.7.7:1000
-A POSTROUTING -p udp --dport 1 -j SNAT --to-source 10.9.9.9-10.9.9.10:1000-1001
-A POSTROUTING -p udp --dport 2 -j SNAT --to-source 10.9.9.9-10.9.9.10:1001-1002
-A POSTROUTING -p udp --dport 3 -j MASQUERADE --to-ports 1000-1001
COMMIT
`;
    const fates = async (packets: readonly string[]): Promise<string[]> =>
      (await run(small, packets)).map(({ verdict, outcomes = [] }) => (verdict === 'UNKNOWN' ? outcomes.map((outcome) => outcome.verdict).sort().join(' or ') : verdict));
    const [others, few, places, unknown] = [
      ['udp 1.1.1.1:1 -> 10.2.0.1:91 in=eth0 out=eth1', 'udp 1.1.1.2:1 -> 10.2.0.1:80 in=eth0 out=eth1'],
      [1, 2, 3].map((host) => `udp 1.1.1.${host}:1 -> 10.2.0.1:92 in=eth0 out=eth1`),
      // The first leaves it open which address the second has, and the others share one of them.
      ['udp 10.1.0.1:33001 -> 10.2.0.2:1 in=eth0 out=eth1', 'udp 10.1.0.1:33001 -> 10.2.0.5:2 in=eth0 out=eth1', ...[1, 2, 3].map((port) => `udp 10.1.0.1:${port} -> 10.2.0.5:2 in=eth0 out=eth1`)],
      [1, 2, 3].map((host) => `udp 1.1.1.${host}:1 -> 9.9.9.9:3 in=eth0 out=ppp0`),
    ];
    assert.deepEqual([await fates(others), await fates(few), await fates(places), await fates(unknown)], [
      ['ACCEPT', 'ACCEPT or DROP'], ['ACCEPT', 'ACCEPT or DROP', 'ACCEPT or DROP'], ['ACCEPT', 'ACCEPT', 'ACCEPT', 'ACCEPT or DROP', 'ACCEPT or DROP'], ['ACCEPT', 'ACCEPT', 'ACCEPT or DROP'],
    ]);
  });

  it('may draw the very port that the packet has, so that nothing is translated', async () => {
    const drawn = `*nat
-A PREROUTING -p udp -j DNAT --to-destination 10.2.0.1:80-81 --random
COMMIT
*filter
-A FORWARD -p udp --dport 80 -j LOG
-A FORWARD -m conntrack --ctstate DNAT -j LOG
-A FORWARD -j REJECT
COMMIT
`;
    const host = facts({ interfaces: { eth0: ['1.1.1.254/24'] }, routes: ['10.2.0.0/16 dev eth1'] });
    const results = await run(drawn, ['udp 1.1.1.1:1 -> 10.2.0.1:80 in=eth0 out=eth1', 'udp 1.1.1.1:1 -> 10.2.0.1:82 in=eth0 out=eth1'], { host });
    const told = results.map(({ outcomes = [] }) => outcomes.map(({ courses, steps, answer }) => [courses, steps.filter(({ table, matched }) => table === 'filter' && matched === true).map(({ number }) => number).join(' '), answer?.packet.source]));
    // What is not translated is told of by the host itself; what is, as if by whom it was for.
    const [own, theirs] = ['1.1.1.254', '10.2.0.1'].map(readStrict);
    assert.deepEqual(told, [
      [[[['the destination port is 80']], '1 3', own], [[['not: the destination port is 80']], '2 3', theirs]],
      [[[['the destination port is 80']], '1 2 3', theirs], [[['not: the destination port is 80']], '2 3', theirs]],
    ]);
  });

  it('counts what others share of a range once for each port', () => rewrites(`*nat
-A POSTROUTING -p udp --sport 1 -j SNAT --to-source 7.7.7.7:1000-1001
-A POSTROUTING -p udp --sport 2 -j SNAT --to-source 7.7.7.7:1000-1002
COMMIT
`, [
    ['udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0 out=eth1', 'udp 7.7.7.7 -> 9.9.9.9:1 in=eth0 out=eth1 ttl=63'],
    ['udp 1.1.1.2:1 -> 9.9.9.9:1 in=eth0 out=eth1', 'udp 7.7.7.7 -> 9.9.9.9:1 in=eth0 out=eth1 ttl=63'],
    ['udp 1.1.1.3:2 -> 9.9.9.9:1 in=eth0 out=eth1', 'udp 7.7.7.7:1002 -> 9.9.9.9:1 in=eth0 out=eth1 ttl=63'],
    ['udp 1.1.1.4:2 -> 9.9.9.9:1 in=eth0 out=eth1', 'DROP'],
  ]));

  it('may take the port of a closed connection, by sequence numbers', async () => {
    const [way1, back1] = ['tcp 1.1.1.1:1000 -> 9.9.9.9:80 in=eth0 out=eth1 flags=', 'tcp 9.9.9.9:80 -> 7.7.7.7:1000 in=eth1 out=eth0 flags='];
    const results = await run('*nat\n-A POSTROUTING -p tcp -j SNAT --to-source 7.7.7.7:1000-1001\nCOMMIT\n', [
      `${way1}SYN`, `${back1}SYN,ACK`, `${way1}ACK`, `${way1}FIN,ACK`, `${back1}FIN,ACK`, `${way1}ACK`,
      'tcp 1.1.1.2:1001 -> 9.9.9.9:80 in=eth0 out=eth1', 'tcp 1.1.1.3:1002 -> 9.9.9.9:80 in=eth0 out=eth1', `${back1}SYN,ACK`,
    ]);
    const taken = results.at(-2)!;
    assert.deepEqual(taken.outcomes?.map((outcome) => (outcome.verdict === 'ACCEPT' ? leaves(outcome) : outcome.verdict)).sort(), ['DROP', 'tcp 7.7.7.7:1000 -> 9.9.9.9:80 in=eth0 out=eth1 flags=SYN ttl=63']);
    assert.deepEqual(results.at(-1)!.outcomes?.map((outcome) => leaves(outcome).split(' ')[3]).sort(), ['1.1.1.1:1000', '1.1.1.3:1002']);
  });

  it('gives a connection another source port when its replies could be taken for another\'s', async () => {
    const ruleset = '*nat\n-A PREROUTING -j DNAT --to-destination 10.0.0.5:80\nCOMMIT\n';
    const results = await run(ruleset.replace('-A PREROUTING', '-A PREROUTING -p tcp'), ['tcp 1.1.1.1:5000 -> 9.9.9.9:81 in=eth0 out=eth1', 'tcp 1.1.1.1:5000 -> 9.9.9.9:82 in=eth0 out=eth1']);
    assert.deepEqual(results.map(({ packet }) => packet.sourcePort), [5000, undefined]);
  });

  it('stays at the last port of a destination range that is used up', async () => {
    const results = await run('*nat\n-A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.5:1000-1001\nCOMMIT\n',
      [1, 2, 3].map((last) => `tcp 1.1.1.1:5000 -> 9.9.9.${last}:80 in=eth0 out=eth1`));
    assert.deepEqual(results.map(({ packet }) => [packet.destinationPort, packet.sourcePort]), [[1000, 5000], [1001, 5000], [1001, undefined]]);
  });

  it('redirects to the incoming interface\'s address, or to loopback from OUTPUT', async () => {
    const ruleset = '*nat\n-A PREROUTING -p tcp -j REDIRECT --to-ports 3128\n-A OUTPUT -p tcp -j REDIRECT --to-ports 3128\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 3128 -j ACCEPT\nCOMMIT\n';
    await rewrites(ruleset, [
      ['tcp 1.1.1.1:1 -> 9.9.9.9:80 in=eth0 out=eth1', 'tcp 1.1.1.1:1 -> 198.18.1.1:3128 in=eth0 flags=SYN'],
      ['tcp 198.18.2.1:1 -> 9.9.9.9:80 out=eth1', 'tcp 198.18.2.1:1 -> 127.0.0.1:3128 out=lo flags=SYN'],
    ], HOST);
    const [unknown] = await run(ruleset, ['tcp 1.1.1.1:1 -> 9.9.9.9:80 in=eth0']);
    assert.equal(way(unknown!), 'ACCEPT nat:PREROUTING:1 filter:INPUT:1');
    assert.equal(unknown!.packet.destination, undefined);
  });

  it('redirects every packet of a connection to the host itself, whose address need not be known', () => ways('*nat\n-A PREROUTING -p tcp -j REDIRECT --to-ports 3128\nCOMMIT\n*filter\n-A INPUT -j ACCEPT\nCOMMIT\n', [
    ['tcp 1.1.1.1:1 -> 9.9.9.9:80 in=eth0', 'ACCEPT nat:PREROUTING:1 filter:INPUT:1'],
    ['tcp 1.1.1.1:1 -> 9.9.9.9:80 in=eth0', 'ACCEPT filter:INPUT:1'],
  ]));

  it('redirects to an IPv6 address of the scope that the destination has', async () => {
    const host = facts({ interfaces: { eth0: ['2001:db8::1/64', 'fec0::1/64', 'fe80::1/64', '::9:9/96'] }, routes: [] });
    const to = async (destination: string): Promise<string> => leaves((await run('*nat\n-A PREROUTING -p udp -j REDIRECT\nCOMMIT\n', [`udp [2001:db8::9]:1 -> [${destination}]:2 in=eth0`], { family: 'ipv6', host }))[0]!).split(' ')[3]!;
    const destinations = ['2001:db8::7', 'fec0::7', 'ff05::7', 'fe80::7', 'ff02::7', '::7:7', 'ff0e::7'];
    assert.deepEqual(await Promise.all(destinations.map(to)), ['[2001:db8::1]:2', '[fec0::1]:2', '[fec0::1]:2', '[fe80::1]:2', '[fe80::1]:2', '[::0.9.0.9]:2', '[2001:db8::1]:2']);
  });

  it('lets a reply to an unknown masqueraded address be the connection\'s, or not', async () => {
    const [out, back] = await run('*nat\n-A POSTROUTING -o ppp0 -j MASQUERADE\nCOMMIT\n', ['udp 192.168.0.5:4000 -> 9.9.9.9:53 in=eth0 out=ppp0', 'udp 9.9.9.9:53 -> 203.0.113.1:4000 in=ppp0']);
    assert.equal(out!.packet.source, undefined);
    const translated = back!.outcomes!.find(({ packet }) => packet.path === 'forward')!;
    assert.equal(leaves(translated), 'udp 9.9.9.9:53 -> 192.168.0.5:4000 in=ppp0 out=any ttl=63');
  });

  it('leaves the port of an unknown masqueraded address open where another connection may have it', () => rewrites('*nat\n-A POSTROUTING -o ppp0 -j MASQUERADE\nCOMMIT\n', [
    ['udp 192.168.0.5:4000 -> 9.9.9.9:53 in=eth0 out=ppp0', 'udp any:4000 -> 9.9.9.9:53 in=eth0 out=ppp0 ttl=63'],
    ['udp 192.168.0.5:4000 -> 9.9.9.8:53 in=eth0 out=ppp0', 'udp any:4000 -> 9.9.9.8:53 in=eth0 out=ppp0 ttl=63'],
    ['udp 192.168.0.6:4000 -> 9.9.9.9:53 in=eth0 out=ppp0', 'udp any -> 9.9.9.9:53 in=eth0 out=ppp0 ttl=63'],
  ]));

  it('translates the packet inside an ICMP error, and drops redirects about translated connections', async () => {
    const ruleset = '*nat\n-A PREROUTING -p udp -j DNAT --to-destination 10.0.0.5\n-A POSTROUTING -j SNAT --to-source 7.7.7.7\nCOMMIT\n';
    const error = (type: string): string => `icmp 10.0.0.5 -> 7.7.7.7 type=${type} in=eth1 out=eth0 inner=(udp 7.7.7.7:4000 -> 10.0.0.5:53)`;
    const [, unreachable, redirect] = await run(ruleset, ['udp 1.1.1.1:4000 -> 9.9.9.9:53 in=eth0 out=eth1', error('3/3'), error('5/1')]);
    assert.equal(leaves(unreachable!), 'icmp 9.9.9.9 -> 1.1.1.1 in=eth1 out=eth0 type=port-unreachable ttl=63 inner=(udp 1.1.1.1:4000 -> 9.9.9.9:53)');
    assert.equal(redirect!.verdict, 'DROP');
  });

  it('has policies that can drop', () => ways('*nat\n:PREROUTING DROP [0:0]\n-A PREROUTING -p udp -j DNAT --to-destination 10.0.0.1\nCOMMIT\n', [
    ['tcp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0 out=eth1', 'DROP nat:PREROUTING:policy'], ['udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0 out=eth1', 'ACCEPT nat:PREROUTING:1 nat:POSTROUTING:policy'],
  ]));

  it('sends what it has readdressed to the host that has the address', async () => {
    const ruleset = '*nat\n-A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.5\n-A PREROUTING -p udp -j DNAT --to-destination 198.18.1.1\nCOMMIT\n*filter\n-A INPUT\n-A FORWARD\nCOMMIT\n';
    const packets = ['tcp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0', 'udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0 out=eth1'];
    assert.deepEqual((await run(ruleset, packets, HOST)).map(({ packet }) => packet.path), ['forward', 'in']);
    // Without facts, an address that a packet is sent on to is taken for another host's, and that is said.
    const [blind] = await run(ruleset, packets);
    assert.equal(blind!.packet.path, 'forward');
    assert.match(blind!.assumptions.join(), /10\.0\.0\.5 is not an address of this host/u);
  });
});
