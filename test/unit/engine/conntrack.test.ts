import assert from 'node:assert/strict';
import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import { simulate } from '../../../server/src/core/engine/simulate.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import { parsePacket } from '../../../server/src/core/notation/parse.ts';
import { openDocument } from '../../support/document.ts';
import { run, ways } from './run.ts';

const STATES = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'] as const;
const LOG_STATES = (chain: string): string => STATES.map((state) => `-A ${chain} -m conntrack --ctstate ${state} -j LOG\n`).join('');
const RULESET = `*raw
-A PREROUTING -p udp --dport 53 -j NOTRACK
COMMIT
*filter
:INPUT ACCEPT [0:0]
${LOG_STATES('INPUT')}-A INPUT -p tcp --dport 99 -j DROP
${LOG_STATES('FORWARD')}${LOG_STATES('OUTPUT')}COMMIT
`;

/** The conntrack states of packets, all in one world. */
async function states(packets: readonly string[], ruleset = RULESET): Promise<string[]> {
  const results = await run(ruleset, packets, packets.some((packet) => packet.includes('::')) ? { family: 'ipv6' } : {});
  return results.map(({ steps }) => STATES[steps.find(({ table, number }) => table === 'filter' && number <= STATES.length)!.number - 1]!);
}

const CLIENT = 'tcp 1.1.1.1:4000 -> 9.9.9.9:80 in=eth0 out=eth1';
const SERVER = 'tcp 9.9.9.9:80 -> 1.1.1.1:4000 in=eth1 out=eth0';

/** States of the segments of one TCP connection, written `c:SYN s:SYN,ACK …`. */
async function segments(text: string): Promise<string> {
  const found = await states(text.split(' ').map((segment) => `${segment.startsWith('c') ? CLIENT : SERVER} flags=${segment.slice(2)}`));
  return found.map((state) => state.slice(0, 3)).join(' ');
}

describe('conntrack', () => {
  it('takes SYN and lone ACK for the beginning of a connection, and nothing else', async () => {
    const flags = ['SYN', 'ACK', 'SYN,PSH', 'SYN,URG', 'SYN,ECE,CWR', 'SYN,ACK', 'RST', 'FIN', 'FIN,ACK', 'NONE', 'FIN,PSH,URG', 'SYN,FIN', 'SYN,RST'];
    const found = await states(flags.map((each, index) => `tcp 1.1.1.1:${index + 1} -> 9.9.9.9:80 in=eth0 flags=${each}`));
    assert.deepEqual(found, [...Array<string>(5).fill('NEW'), ...Array<string>(8).fill('INVALID')]);
  });

  it('follows TCP connections', async () => {
    const cases: Readonly<Record<string, string>> = {
      'c:SYN s:SYN,ACK c:ACK s:ACK c:FIN,ACK s:ACK s:FIN,ACK c:ACK': 'NEW EST EST EST EST EST EST EST',
      // An ACK behind a mere SYN, and a repeated SYN on an open connection.
      'c:SYN c:ACK': 'NEW INV',
      'c:SYN s:SYN,ACK c:ACK c:SYN': 'NEW EST EST EST',
      'c:SYN c:SYN s:SYN,ACK': 'NEW NEW EST',
      // Both open at once.
      'c:SYN s:SYN c:SYN,ACK s:ACK': 'NEW EST EST EST',
      'c:SYN s:SYN,ACK s:SYN c:ACK': 'NEW EST INV EST',
      'c:SYN s:SYN s:SYN,ACK c:SYN,ACK': 'NEW EST EST EST',
      'c:SYN s:SYN s:SYN,ACK s:ACK c:SYN,ACK': 'NEW EST EST EST INV',
      // Refused: the entry is gone with the RST.
      'c:SYN s:RST,ACK c:SYN': 'NEW EST NEW',
      'c:SYN s:RST,ACK c:ACK': 'NEW EST NEW',
      // Reset, then opened anew by the side that reset it.
      'c:SYN s:SYN,ACK c:ACK c:RST c:SYN': 'NEW EST EST EST NEW',
      'c:SYN s:SYN,ACK c:ACK s:RST c:SYN': 'NEW EST EST EST EST',
      // Closed, then opened anew.
      'c:SYN s:SYN,ACK c:ACK c:FIN,ACK s:FIN,ACK c:ACK c:SYN': 'NEW EST EST EST EST EST NEW',
      // Picked up in the middle; a SYN that is answered there begins it anew.
      'c:ACK s:ACK c:ACK': 'NEW EST EST',
      'c:ACK c:SYN s:SYN,ACK c:SYN,ACK': 'NEW NEW EST EST',
      // Begun anew while it was closing, it is closing no longer.
      'c:SYN s:SYN,ACK s:FIN,ACK c:SYN s:SYN,ACK s:RST c:SYN c:ACK': 'NEW EST EST EST EST EST EST EST',
      'c:SYN s:SYN,ACK s:FIN,ACK s:RST c:SYN c:ACK': 'NEW EST EST EST NEW INV',
      // A lone ACK is let through; an acknowledgement of what was never sent is not.
      'c:SYN s:ACK c:RST,ACK c:SYN': 'NEW EST EST NEW',
      'c:SYN c:RST,ACK c:ACK': 'NEW INV INV',
      'c:SYN s:ACK s:RST,ACK c:ACK': 'NEW EST EST EST',
      'c:SYN s:ACK c:RST,ACK s:RST,ACK c:FIN,ACK': 'NEW EST EST EST INV',
      'c:SYN s:ACK c:RST c:RST,ACK': 'NEW EST EST EST',
      // An ACK behind a SYN that was let through while the last FIN awaits its ACK is none of that FIN; a second one is.
      'c:SYN s:SYN,ACK s:FIN,ACK s:FIN,ACK c:SYN s:ACK s:SYN': 'NEW EST EST EST EST EST INV',
      'c:SYN s:SYN,ACK s:FIN,ACK s:FIN,ACK c:SYN s:ACK s:ACK s:SYN': 'NEW EST EST EST EST EST EST NEW',
    };
    const found = await Promise.all(Object.keys(cases).map(async (text) => [text, await segments(text)]));
    assert.deepEqual(Object.fromEntries(found), cases);
  });

  it('takes missing flags for those of the ordinary next packet', async () => {
    assert.deepEqual(await states([CLIENT, CLIENT, SERVER, CLIENT, SERVER, CLIENT]), ['NEW', 'NEW', 'ESTABLISHED', 'ESTABLISHED', 'ESTABLISHED', 'ESTABLISHED']);
    const [first, , answer] = await run(RULESET, [CLIENT, CLIENT, SERVER]);
    assert.deepEqual([first!.packet.tcpFlags, answer!.packet.tcpFlags], [2, 18]);
  });

  it('knows UDP by its ends, and NEW until an answer came', async () => {
    const there = 'udp 1.1.1.1:4 -> 9.9.9.9:54 in=eth0 out=eth1';
    const back = 'udp 9.9.9.9:54 -> 1.1.1.1:4 in=eth1 out=eth0';
    assert.deepEqual(await states([there, there, back, there, 'udp 1.1.1.1:5 -> 9.9.9.9:54 in=eth0 out=eth1']), ['NEW', 'NEW', 'ESTABLISHED', 'ESTABLISHED', 'NEW']);
  });

  it('knows ICMP queries by id, and nothing of other types', async () => {
    const icmp = (type: number, more = ''): string => `icmp 1.1.1.1 -> 9.9.9.9 type=${type} in=eth0 ${more}`;
    assert.deepEqual(await states([icmp(8, 'id=1'), icmp(13), icmp(0, 'id=7'), icmp(5, 'inner=(udp 9.9.9.9:1 -> 1.1.1.1:2)'), icmp(9), icmp(42), icmp(3, 'inner=(udp 9.9.9.9:1 -> 1.1.1.1:2)')]), ['NEW', 'NEW', 'INVALID', 'INVALID', 'INVALID', 'INVALID', 'INVALID']);
    assert.deepEqual(await states(['icmp 1.1.1.1 -> 9.9.9.9 type=8 id=1 in=eth0 out=eth1', 'icmp 9.9.9.9 -> 1.1.1.1 type=0 id=1 in=eth1 out=eth0', 'icmp 9.9.9.9 -> 1.1.1.1 type=0 id=2 in=eth1 out=eth0']), ['NEW', 'ESTABLISHED', 'INVALID']);
  });

  it('tracks protocols that it does not know by their addresses', async () => {
    assert.deepEqual(await states(['gre 1.1.1.7 -> 9.9.9.9 in=eth0', 'esp 1.1.1.7 -> 9.9.9.9 in=eth0', '253 1.1.1.7 -> 9.9.9.9 in=eth0', 'dccp 1.1.1.7:1 -> 9.9.9.9:2 in=eth0']), ['NEW', 'NEW', 'NEW', 'NEW']);
  });

  it('leaves IPv6 neighbour discovery alone', async () => {
    const packet = (type: number): string => `icmpv6 fe80::1 -> ff02::1 type=${type} in=eth0${type === 1 ? ' inner=(udp [ff02::1]:1 -> [fe80::1]:2)' : ''}`;
    const ruleset = `*filter\n${LOG_STATES('INPUT')}COMMIT\n`;
    assert.deepEqual(await states([128, 129, 133, 134, 135, 136, 143, 1].map(packet), ruleset), ['NEW', 'INVALID', 'UNTRACKED', 'UNTRACKED', 'UNTRACKED', 'UNTRACKED', 'UNTRACKED', 'INVALID']);
  });

  it('relates an ICMP error to the connection of the packet in it, when it goes to that packet\'s sender', async () => {
    const error = (more: string): string => `icmp 9.9.9.9 -> 1.1.1.1 type=3/3 in=eth1 out=eth0 ${more}`;
    const inner = 'inner=(udp 1.1.1.1:4 -> 9.9.9.9:54)';
    assert.deepEqual(await states(['udp 1.1.1.1:4 -> 9.9.9.9:54 in=eth0 out=eth1', error(inner), error('inner=(udp 1.1.1.1:5 -> 9.9.9.9:54)'), `icmp 9.9.9.9 -> 1.1.1.2 type=3/3 in=eth1 out=eth0 ${inner}`]), ['NEW', 'RELATED', 'INVALID', 'INVALID']);
  });

  it('forgets the connection of a packet that is dropped', async () => {
    const packet = 'tcp 1.1.1.1:4 -> 9.9.9.9:99 in=eth0';
    assert.deepEqual(await states([packet, `${packet} flags=ACK`]), ['NEW', 'NEW']);
  });

  it('takes a flow of UDP-Lite for a stream as soon as it goes both ways', () => ways(`*filter
-A OUTPUT -m conntrack --ctstatus ASSURED -j LOG
COMMIT
`, (['udp', 'udplite'] as const).flatMap((protocol) => ['9:1 -> 10.9.9.10:2', '10:2 -> 10.9.9.9:1', '9:1 -> 10.9.9.10:2'].map((ends, index) => [
    `${protocol} 10.9.9.${ends} out=lo`, `ACCEPT ${protocol === 'udplite' && index === 2 ? 'filter:OUTPUT:1 ' : ''}filter:OUTPUT:policy`,
  ] as const))));

  it('forgets connections after their time', async () => {
    const there = 'udp 1.1.1.1:4 -> 9.9.9.9:54 in=eth0 out=eth1';
    const back = 'udp 9.9.9.9:54 -> 1.1.1.1:4 in=eth1 out=eth0';
    assert.deepEqual(await states([`${there} at=0`, `${back} at=31s`]), ['NEW', 'NEW']);
    assert.deepEqual(await states([`${there} at=0`, `${back} at=5s`, `${there} at=10s`, `${back} at=100s`, `${there} at=250s`]), ['NEW', 'ESTABLISHED', 'ESTABLISHED', 'ESTABLISHED', 'NEW']);
    assert.deepEqual(await states([`${CLIENT} at=0`, `${SERVER} at=1s`, `${CLIENT} at=2s`, `${SERVER} at=4d`, `${CLIENT} at=10d`]), ['NEW', 'ESTABLISHED', 'ESTABLISHED', 'ESTABLISHED', 'NEW']);
  });

  it('says INVALID in raw before it has looked, and UNTRACKED behind NOTRACK', () => ways(`*raw
-A PREROUTING -m state --state INVALID -j LOG
-A PREROUTING -p udp -j NOTRACK
-A PREROUTING -m state --state UNTRACKED -j LOG
COMMIT
`, [
    ['udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0', 'ACCEPT raw:PREROUTING:1 raw:PREROUTING:2 raw:PREROUTING:3 raw:PREROUTING:policy'],
    ['tcp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0', 'ACCEPT raw:PREROUTING:1 raw:PREROUTING:policy'],
  ]));

  it('takes an asserted state for given, and keeps what it implies', async () => {
    assert.deepEqual(await states([
      `${CLIENT} flags=ACK state=ESTABLISHED`, `${SERVER} flags=ACK`, 'tcp 1.1.1.1:7 -> 9.9.9.9:80 in=eth0 state=INVALID', 'tcp 1.1.1.1:8 -> 9.9.9.9:80 in=eth0 state=RELATED',
      'udp 1.1.1.1:8 -> 9.9.9.9:80 in=eth0 state=UNTRACKED', `${CLIENT} flags=SYN state=NEW`,
    ]), ['ESTABLISHED', 'ESTABLISHED', 'INVALID', 'RELATED', 'UNTRACKED', 'NEW']);
  });

  it('has fragments put together before raw', () => ways(`*raw
-A PREROUTING -f -j LOG
COMMIT
*filter
-A FORWARD -p udp --dport 53 -m conntrack --ctstate NEW -j ACCEPT
COMMIT
`, [['udp 1.1.1.1:1 -> 9.9.9.9:53 in=eth0 out=eth1 fragment=0+', 'ACCEPT filter:FORWARD:1']]));

  it('counts what passes in each direction, but not what it lets through aside', async () => {
    const document = await openDocument('*filter\n-A FORWARD -m conntrack --ctstate NEW\nCOMMIT\n');
    const program = compile(document.ruleset());
    const worlds = new Worlds();
    for (const packet of ['c:SYN', 's:ACK', 's:SYN,ACK', 'c:ACK']) {
      const parsed = parsePacket(`${packet.startsWith('c') ? CLIENT : SERVER} flags=${packet.slice(2)} length=60`);
      assert.ok(parsed.ok);
      simulate(program, worlds, parsed.packet);
    }
    const [found] = worlds.possible[0]!.table.connections.values();
    assert.deepEqual(found!.value.counted, { original: { packets: 2, bytes: 120 }, reply: { packets: 1, bytes: 60 } });
  });

  it('is told of a reset connection by REJECT', () => ways(`*filter
-A FORWARD -p tcp -m conntrack --ctstatus CONFIRMED -j REJECT --reject-with tcp-reset
COMMIT
`, [
    [`${CLIENT} flags=SYN`, 'ACCEPT filter:FORWARD:policy'], [`${SERVER} flags=ACK`, 'REJECT with tcp-reset filter:FORWARD:1'],
    // In a closed connection a SYN from the server is INVALID, so it has no entry.
    [`${SERVER} flags=SYN`, 'ACCEPT filter:FORWARD:policy'],
  ]));
});
