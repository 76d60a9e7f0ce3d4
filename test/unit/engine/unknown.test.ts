import assert from 'node:assert/strict';
import type { Result } from '../../../server/src/core/engine/result.ts';
import { facts, run, way } from './run.ts';

/** Each way with the courses that lead to it. */
const outcomes = ({ outcomes: found = [] }: Result): string[] => found.map((outcome) => `${way(outcome)} | ${outcome.courses.map((course) => course.join(' & ')).join(' || ')}`);

describe('what is not known', () => {
  it('is how long a timeout policy lets an entry live', async () => {
    const results = await run(`*raw
-A PREROUTING -p udp -j CT --timeout slow
COMMIT
*filter
-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A FORWARD -p udp --sport 53 -j DROP
-A FORWARD -m conntrack --ctexpire 0:20 -j LOG
COMMIT
`, [
      'udp 10.1.0.1:1 -> 10.2.0.1:53 in=eth0 out=eth1', 'udp 10.1.0.1:1 -> 10.2.0.1:53 in=eth0 out=eth1',
      'udp 10.2.0.1:53 -> 10.1.0.1:1 in=eth1 out=eth0', 'udp 10.2.0.1:53 -> 10.1.0.1:1 in=eth1 out=eth0 at=1',
    ]);
    const kept = 'the timeout policy slow has kept the entry of 10.1.0.1:1 -> 10.2.0.1:53';
    const left = 'the timeout policy slow leaves the entry 0 to 20 seconds';
    assert.deepEqual(results.map((result) => (result.outcomes === undefined ? way(result) : outcomes(result))), [
      'ACCEPT raw:PREROUTING:1 filter:FORWARD:3 filter:FORWARD:policy',
      [`ACCEPT raw:PREROUTING:1 filter:FORWARD:3 filter:FORWARD:policy | ${left}`, `ACCEPT raw:PREROUTING:1 filter:FORWARD:policy | not: ${left}`],
      'ACCEPT raw:PREROUTING:1 filter:FORWARD:1',
      [`ACCEPT raw:PREROUTING:1 filter:FORWARD:1 | ${kept}`, `DROP raw:PREROUTING:1 filter:FORWARD:2 | not: ${kept}`],
    ]);
  });

  it('splits the answer by what the packet leaves open', async () => {
    const [result] = await run('*filter\n:INPUT DROP [0:0]\n-A INPUT -s 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT\nCOMMIT\n', ['tcp any -> any:22 in=eth0']);
    assert.equal(result!.verdict, 'UNKNOWN');
    assert.deepEqual(outcomes(result!), ['ACCEPT filter:INPUT:1 | the source is in 10.0.0.0/8', 'DROP filter:INPUT:policy | not: the source is in 10.0.0.0/8']);
    assert.deepEqual(result!.steps.map(({ matched }) => matched), ['unknown']);
  });

  it('does not matter where every course ends alike', async () => {
    const [result] = await run('*filter\n:INPUT DROP [0:0]\n-A INPUT -s 10.0.0.0/8 -j LOG\nCOMMIT\n', ['tcp any -> any:22 in=eth0']);
    assert.equal(result!.verdict, 'DROP');
    assert.deepEqual(result!.policy, { table: 'filter', chain: 'INPUT' });
    assert.equal(result!.outcomes!.length, 2);
  });

  it('is asked once: the same question about the same field has one answer', async () => {
    const ruleset = '*filter\n:X - [0:0]\n-A INPUT -s 10.0.0.0/8 -j X\n-A INPUT ! -s 10.0.0.0/8 -j DROP\n-A INPUT -j LOG\n-A X -p tcp -m tcp --dport 22 -j RETURN\n-A X -p tcp -m tcp --dport 22 -j DROP\nCOMMIT\n';
    const [result] = await run(ruleset, ['tcp any -> any in=eth0']);
    assert.deepEqual(outcomes(result!).map((text) => text.replace(/ \|.*/u, '')), [
      'ACCEPT filter:INPUT:1 filter:X:1 filter:INPUT:3 filter:INPUT:policy', 'ACCEPT filter:INPUT:1 filter:INPUT:3 filter:INPUT:policy', 'DROP filter:INPUT:2',
    ]);
  });

  it('is asked once of the content of a packet, as long as nothing changes a byte, and of the data of a fragment', async () => {
    const reached = async (rules: string, packet: string): Promise<string[]> => outcomes((await run(`*mangle\n${rules}COMMIT\n`, [packet]))[0]!).map((text) => text.replace(/ mangle:\w+:policy.*| \|.*/u, '').replaceAll('mangle:PREROUTING:', '')).sort();
    const udp = 'udp 192.0.2.1:5 -> 192.0.2.2:6 in=eth0 ttl=64';
    const get = '-m string --algo bm --string GET';
    assert.deepEqual(await reached(`-A PREROUTING ${get} -j ACCEPT\n-A PREROUTING ${get} -j DROP\n`, udp), ['ACCEPT', 'ACCEPT 1']);
    assert.deepEqual((await reached(`-A PREROUTING ${get}\n-A PREROUTING -j TTL --ttl-dec 1\n-A PREROUTING ${get} -j DROP\n`, udp)).length, 4);
    assert.deepEqual((await reached(`-A PREROUTING ${get}\n-A PREROUTING ${get} --icase -j DROP\n`, udp)).length, 4);
    const fragment = 'udp 192.0.2.1 -> 192.0.2.2 in=eth0 fragment=64';
    assert.deepEqual(await reached('-A PREROUTING -p udp ! --dport 22\n-A PREROUTING -p udp --dport 22 -j DROP\n', fragment), ['ACCEPT 1', 'DROP 2']);
  });

  it('is not asked where the answer follows from those before', async () => {
    const ways = async (rules: string, packet: string): Promise<string[]> => outcomes((await run(`*filter\n${rules}COMMIT\n`, [packet]))[0]!).map((text) => text.replace('filter:INPUT:policy ', ''));
    const reached = async (rules: string, packet: string): Promise<string> => (await ways(rules, packet)).map((text) => [...text.matchAll(/INPUT:(\d)/gu)].map(([, number]) => number).join('') || '-').sort().join(' ');
    const udp = 'udp any -> any in=eth0';
    // A group is not the host's own address, nor is 127.0.0.1 anybody else's, or a group.
    assert.equal(await reached('-A INPUT -m addrtype --dst-type LOCAL\n-A INPUT -d 224.0.0.251\n-A INPUT -m addrtype --dst-type MULTICAST\n', udp), '- 1 23 3');
    assert.equal(await reached('-A INPUT -d 127.0.0.1\n-A INPUT -m addrtype --dst-type MULTICAST\n', udp), '- 1 2');
    assert.equal(await reached('-A INPUT -m pkttype --pkt-type multicast\n-A INPUT -d 10.0.0.1\n-A INPUT ! -d 224.0.0.0/4\n', udp), '1 23 3');
    assert.equal(await reached('-A INPUT -p udp --dport 1:100\n-A INPUT -p udp --dport 50\n-A INPUT -p udp -m multiport --dports 200,300\n', udp), '- 1 12 3');
    assert.equal(await reached('-A INPUT -s 10.0.0.0/8\n-A INPUT -m iprange --src-range 10.1.0.0-10.1.0.9\n-A INPUT -s 10.1.0.0/29\n', udp), '- 1 12 123');
    assert.equal(await reached('-A INPUT -m mark --mark 1\n-A INPUT -m mark ! --mark 1\n-A INPUT -m mark --mark 2\n', `${udp} mark=any`), '1 2 23');
    assert.equal(await reached('-A INPUT -m ttl --ttl-lt 5\n-A INPUT -m ttl --ttl-gt 4\n-A INPUT -m length --length 100\n-A INPUT -m length --length 50:99\n', `${udp} ttl=any`), '1 13 14 2 23 24');
    assert.equal(await reached('-A INPUT -m string --algo bm --string GET\n-A INPUT -m policy --dir in --pol none\n-A INPUT -m policy --dir in --pol ipsec\n', udp), '12 13 2 3');
    assert.equal(await reached('-A INPUT -p icmp --icmp-type echo-request\n-A INPUT -p icmp --icmp-type echo-reply\n', 'icmp any -> any in=eth0'), '- 1 2');
  });

  it('is the mark that a socket has given the packet, also where the rule then does not match', async () => {
    const rules = ['-A PREROUTING -p tcp -m socket --restore-skmark -m ttl --ttl-eq 77 -j ACCEPT', '-A PREROUTING -m mark --mark 0x5 -j DROP'];
    const [result] = await run(`*mangle\n${rules.join('\n')}\nCOMMIT\n`, ['tcp 1.1.1.1:1 -> 10.0.0.5:80 in=eth0']);
    assert.deepEqual(outcomes(result!).map((text) => text.replace(/ \|.*/u, '')), ['DROP mangle:PREROUTING:2', 'ACCEPT mangle:INPUT:policy', 'ACCEPT mangle:INPUT:policy']);
  });

  it('is asked anew about an address that NAT has changed', async () => {
    const [result] = await run('*nat\n-A PREROUTING -d 9.9.9.9 -j DNAT --to-destination 10.0.0.5\nCOMMIT\n*filter\n-A FORWARD -d 9.9.9.9 -j DROP\n-A FORWARD -d 10.0.0.5 -j LOG\nCOMMIT\n', ['udp 1.1.1.1:1 -> any:53 in=eth0 out=eth1']);
    assert.deepEqual(outcomes(result!).map((text) => text.replace(/ \|.*/u, '')), ['ACCEPT nat:PREROUTING:1 filter:FORWARD:2 filter:FORWARD:policy', 'ACCEPT filter:FORWARD:2 filter:FORWARD:policy', 'ACCEPT filter:FORWARD:policy']);
  });

  it('narrows the packet where it is answered with yes', async () => {
    const [result] = await run('*filter\n-A INPUT -s 10.0.0.1 -p tcp --dport 22 -j ACCEPT\n-A INPUT -j DROP\nCOMMIT\n', ['any any -> any in=eth0']);
    const accepted = result!.outcomes!.find(({ verdict }) => verdict === 'ACCEPT')!;
    assert.deepEqual([accepted.packet.source, accepted.packet.protocol, accepted.packet.destinationPort], [0x0a000001, 6, 22]);
  });

  it('includes TCP flags only where that is said', async () => {
    const rules = '*filter\n-A INPUT -p tcp --syn -j DROP\nCOMMIT\n';
    const [usual, any] = await run(rules, ['tcp any -> any in=eth0', 'tcp any -> any in=eth0 flags=any']);
    assert.deepEqual([usual!.verdict, any!.verdict], ['DROP', 'UNKNOWN']);
    const [tracked] = await run(rules.replace('-p tcp', '-m conntrack --ctstate NEW -p tcp'), ['tcp any -> any in=eth0 flags=any']);
    assert.deepEqual(outcomes(tracked!), ['DROP filter:INPUT:1 | its TCP flags are SYN', 'UNKNOWN | not: its TCP flags are SYN']);
  });

  it('gives up after 16 courses, and says so', async () => {
    const rules = Array.from({ length: 20 }, (_, index) => `-A INPUT -s 10.0.${index}.0/24 -j LOG\n`).join('');
    const [result] = await run(`*filter\n${rules}COMMIT\n`, ['tcp any -> any in=eth0']);
    assert.equal(result!.verdict, 'UNKNOWN');
    assert.equal(result!.complete, false);
    assert.ok(result!.outcomes!.some(({ reason }) => reason?.includes('too much else')));
  });

  it('goes on in every state that the world may be in', async () => {
    const ruleset = '*filter\n-A INPUT -p udp -m string --algo bm --string GET -m recent --set --name R -j LOG\n-A INPUT -p tcp -m recent --rcheck --name R -j DROP\nCOMMIT\n';
    const [first, second, third] = await run(ruleset, ['udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0', 'tcp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0', 'tcp 1.1.1.2:1 -> 9.9.9.9:1 in=eth0']);
    assert.equal(first!.verdict, 'ACCEPT');
    assert.equal(second!.verdict, 'UNKNOWN');
    assert.deepEqual(second!.outcomes!.map(({ verdict }) => verdict).sort(), ['ACCEPT', 'DROP']);
    assert.equal(third!.verdict, 'ACCEPT');
  });

  it('of earlier packets is named where it decides', async () => {
    const ruleset = '*filter\n-A INPUT -p udp -m string --algo bm --string GET -m recent --set --name R -j LOG\n-A INPUT -p icmp -m recent --remove --name R\n-A INPUT -p tcp -m recent --rcheck --name R -j DROP\nCOMMIT\n';
    const [, second, , fourth] = await run(ruleset, ['udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0', 'tcp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0', 'icmp 1.1.1.1 -> 9.9.9.9 type=echo-request in=eth0', 'tcp 1.1.1.1:2 -> 9.9.9.9:1 in=eth0']);
    assert.deepEqual(outcomes(second!).sort(), ['ACCEPT filter:INPUT:policy | of an earlier packet: not: the packet holds "GET"', 'DROP filter:INPUT:3 | of an earlier packet: the packet holds "GET"']);
    assert.deepEqual([fourth!.verdict, fourth!.outcomes], ['ACCEPT', undefined]);
  });

  it('comes together again where the states are the same', async () => {
    const ruleset = '*filter\n-A INPUT -m statistic --mode random --probability 0.5 -j LOG\n-A INPUT -p tcp -j DROP\nCOMMIT\n';
    const results = await run(ruleset, Array<string>(40).fill('tcp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0'));
    assert.ok(results.every(({ verdict, complete, outcomes: found }) => verdict === 'DROP' && complete && found!.length === 2));
  });

  it('includes what a host name stands for', async () => {
    const [result] = await run('*filter\n-A INPUT -s gateway.example -j DROP\nCOMMIT\n', ['tcp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0']);
    assert.equal(result!.verdict, 'UNKNOWN');
    assert.match(outcomes(result!)[0]!, /the source is gateway\.example/u);
  });

  it('includes to which connection a packet with open ends belongs', async () => {
    const ruleset = '*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A FORWARD -i eth0 -j ACCEPT\nCOMMIT\n';
    const [, result] = await run(ruleset, ['tcp 1.1.1.1:1 -> 9.9.9.9:80 in=eth0 out=eth1', 'tcp any:80 -> any in=eth1 out=eth0']);
    assert.deepEqual(outcomes(result!), [
      'ACCEPT filter:FORWARD:1 | the packet is one of the connection 1.1.1.1:1 -> 9.9.9.9:80, in the reply direction',
      'DROP filter:FORWARD:policy | not: the packet is one of the connection 1.1.1.1:1 -> 9.9.9.9:80, in the reply direction',
    ]);
  });

  it('includes a segment of a connection whose first packet said no protocol', async () => {
    const ruleset = '*filter\n-A INPUT -m conntrack --ctstate INVALID -j DROP\n-A INPUT -m conntrack --ctstate NEW -j ACCEPT\n-A INPUT -m conntrack --ctstate ESTABLISHED -j LOG\nCOMMIT\n';
    const results = await run(ruleset, ['any 1.1.1.1 -> 9.9.9.9 in=eth0', 'tcp 1.1.1.1:1 -> 9.9.9.9:80 in=eth0', 'tcp 9.9.9.9:80 -> 1.1.1.1:1 out=eth0', 'tcp 1.1.1.1:1 -> 9.9.9.9:80 in=eth0']);
    assert.deepEqual(results.map(({ verdict }) => verdict), ['ACCEPT', 'ACCEPT', 'UNKNOWN', 'UNKNOWN']);
  });

  it('includes what a set holds once SET has changed it, its exceptions too', async () => {
    const host = facts({ ipsets: { nets: { type: 'hash:net', family: 'inet', members: ['10.2.0.0/16', '10.2.0.2 nomatch'] } } });
    const changing = (change: string): string => `*filter\n-A INPUT -m set ! --match-set nets src -j SET ${change} nets src\n-A INPUT -m set --match-set nets src -j DROP\nCOMMIT\n`;
    const verdicts = async (change: string, source: string): Promise<string[]> =>
      (await run(changing(change), Array<string>(2).fill(`tcp ${source}:1 -> 9.9.9.9:1 in=eth0`), { host })).map(({ verdict }) => verdict);
    assert.deepEqual(await verdicts('--del-set', '10.2.0.2'), ['UNKNOWN', 'UNKNOWN']);
    assert.deepEqual(await verdicts('--del-set', '10.3.0.1'), ['ACCEPT', 'ACCEPT']);
    assert.deepEqual(await verdicts('--add-set', '10.2.0.1'), ['DROP', 'DROP']);
  });

  it('parts worlds in which something stays for ever and is gone', async () => {
    const rules = '-A INPUT -p tcp -j SET --del-set known src\n-A INPUT -p udp -m set --match-set strange src -j SET --add-set known src\n-A INPUT -p icmp -m set --match-set known src -j DROP';
    const host = facts({ ipsets: { known: { type: 'hash:ip', members: ['1.1.1.1'] } } });
    const [, , last] = await run(`*filter\n${rules}\nCOMMIT\n`, ['tcp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0', 'udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0', 'icmp 1.1.1.1 -> 9.9.9.9 in=eth0 type=8'], { host });
    assert.deepEqual(last!.outcomes?.map(({ verdict }) => verdict).sort(), ['ACCEPT', 'DROP']);
  });

  it('includes what a set holds where nobody told how long it keeps what SET adds, or how much it takes', async () => {
    const verdicts = async (set: object): Promise<string[]> =>
      (await run('*filter\n-A INPUT -p udp -j SET --add-set ips src\n-A INPUT -p tcp -m set --match-set ips src -j DROP\nCOMMIT\n', ['udp 10.2.0.2:1 -> 9.9.9.9:1 in=eth0', 'tcp 10.2.0.2:1 -> 9.9.9.9:1 in=eth0'], { host: facts({ ipsets: { ips: set } }) })).map(({ verdict }) => verdict);
    assert.deepEqual(await verdicts({ type: 'hash:ip', members: ['10.2.0.1'] }), ['ACCEPT', 'DROP']);
    assert.deepEqual(await verdicts({ type: 'hash:ip', members: ['10.2.0.1 timeout 5'], timeout: 60 }), ['ACCEPT', 'DROP']);
    assert.deepEqual(await verdicts({ type: 'hash:ip', members: ['10.2.0.1 timeout 5'] }), ['ACCEPT', 'UNKNOWN']);
    assert.deepEqual(await verdicts({ type: 'hash:ip', members: ['10.2.0.1'], maxelem: 1 }), ['ACCEPT', 'UNKNOWN']);
  });
});
