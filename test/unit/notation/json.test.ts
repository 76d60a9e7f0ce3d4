import assert from 'node:assert/strict';
import { packetToJson, resultToJson, type PacketJson } from '../../../server/src/core/notation/json.ts';
import { printPacket } from '../../../server/src/core/notation/print.ts';
import { packetFromJson } from '../../../server/src/core/notation/read-json.ts';
import { run } from '../engine/run.ts';

function notation(value: unknown): string {
  const read = packetFromJson(value);
  assert.ok(read.ok, read.ok ? '' : read.message);
  return printPacket(read.packet);
}

function fault(value: unknown): string {
  const read = packetFromJson(value);
  assert.ok(!read.ok, JSON.stringify(value));
  return read.message;
}

describe('packets in JSON', () => {
  it('say what notation says', () => {
    assert.equal(notation({ path: 'in', in: 'eth0', protocol: 'tcp', source: '1.1.1.1', destination: '9.9.9.9', sport: 4000, dport: 22, flags: ['SYN'] }), 'tcp 1.1.1.1:4000 -> 9.9.9.9:22 in=eth0 path=in flags=SYN');
    assert.equal(notation({ path: 'forward', in: 'eth0', out: 'eth1', protocol: 58, source: '2001:db8::1', destination: '2001:db8::2', icmpType: 'echo-request', icmpCode: 0, icmpId: 7 }),
      'icmpv6 2001:db8::1 -> 2001:db8::2 in=eth0 out=eth1 path=forward type=128/0 id=7');
    assert.equal(notation({ path: 'out', out: 'eth0', protocol: 'icmp', source: '1.1.1.1', destination: '2.2.2.2', icmpType: 3, icmpCode: 1, inner: { protocol: 'udp', source: '2.2.2.2', destination: '1.1.1.1', sport: 1, dport: 2 }, mark: 5, tos: 16, ttl: 9, uid: 1000, at: 1.5 }),
      'icmp 1.1.1.1 -> 2.2.2.2 out=eth0 path=out type=host-unreachable mark=0x5 tos=0x10 ttl=9 uid=1000 at=1.5s inner=(udp 2.2.2.2:1 -> 1.1.1.1:2)');
    assert.equal(notation({ path: 'in' }), 'any any -> any path=in');
  });

  it('are read back as they are written', () => {
    const packet: PacketJson = {
      path: 'forward', in: 'eth0', out: 'eth1', protocol: 'udp', source: '1.1.1.1', destination: '2.2.2.2', sport: 1, dport: 2, state: 'NEW', mark: 1, tos: 2, ttl: 3, length: 60,
      mac: '00:16:3e:01:02:03', uid: 0, gid: 0, fragment: { offset: 0, more: true }, at: 2,
    };
    const read = packetFromJson(packet);
    assert.ok(read.ok);
    assert.deepEqual(packetToJson(read.packet), packet);
    const secured: PacketJson = { path: 'in', protocol: 'esp', source: '2001:db8::1', destination: '2001:db8::2', spi: 300, headers: ['hop-by-hop', 'ipv6-route'], mark: 0, tos: 0, ttl: 64, uid: 0, gid: 0 };
    const again = packetFromJson(secured);
    assert.ok(again.ok);
    assert.deepEqual(packetToJson(again.packet), secured);
  });

  it('that are wrong are told by key', () => {
    assert.match(fault([]), /must be an object/u);
    assert.match(fault({ proto: 'tcp' }), /unknown key `proto`; the keys are path, in, out/u);
    assert.match(fault({ path: 'input' }), /`path` must be one of "in", "forward", "out"/u);
    assert.match(fault({ sport: 70000 }), /`sport` must be a whole number from 0 to 65535/u);
    assert.match(fault({ source: '1.2.3' }), /`source` is `1\.2\.3`/u);
    assert.match(fault({ source: '1.2.3.4', destination: '::1' }), /one IPv4 and one IPv6/u);
    assert.match(fault({ flags: 'SYN' }), /list such as/u);
    assert.match(fault({ flags: ['SYM'] }), /`flags` holds `SYM`/u);
    assert.match(fault({ protocol: 'tpc' }), /`tpc` is not a protocol/u);
    assert.match(fault({ icmpType: 300 }), /`icmpType`/u);
    assert.match(fault({ fragment: { offset: 3 } }), /multiple of 8/u);
    assert.match(fault({ source: '::1', headers: ['esp'] }), /`headers` must be a list of `hop-by-hop`/u);
    assert.match(fault({ source: '1.1.1.1', headers: ['hop-by-hop'] }), /the packet is IPv4/u);
    assert.match(fault({ at: -1 }), /`at` must be a number of seconds/u);
    assert.match(fault({ inner: 5 }), /`inner` must be an object/u);
  });
});

describe('fields in JSON', () => {
  const ignored = (value: unknown): readonly string[] => {
    const read = packetFromJson(value);
    assert.ok(read.ok, read.ok ? '' : read.message);
    return read.ignored;
  };

  it('say nothing where they are null or empty', () => {
    assert.equal(notation({ path: 'in', in: null, out: '', protocol: 'udp', source: '', destination: '9.9.9.9', flags: null, mark: null, state: '' }), 'udp any -> 9.9.9.9 path=in');
  });

  it('tell the path by the interfaces where it is not said', () => {
    assert.equal(notation({ in: 'eth0', out: 'eth1' }), 'any any -> any in=eth0 out=eth1');
    assert.equal(notation({ out: 'eth1' }), 'any any -> any out=eth1');
    assert.equal(notation({ in: 'any', out: 'eth1' }), 'any any -> any in=any out=eth1');
  });

  it('that such a packet does not have are left out, and named', () => {
    assert.deepEqual(ignored({ path: 'in', in: 'eth0', out: 'eth1' }), ['`out` is ignored: a packet that is delivered here does not leave by an interface']);
    assert.deepEqual(ignored({ path: 'out', in: 'eth0', out: 'eth1' }), ['`in` is ignored: a packet from a local process does not come in by an interface']);
    assert.deepEqual(ignored({ path: 'in', protocol: 'icmp', sport: 1, dport: 2, flags: ['SYN'] }).map((text) => text.split(':')[0]), ['`sport` is ignored', '`dport` is ignored', '`flags` is ignored']);
    assert.deepEqual(ignored({ path: 'in', protocol: 'tcp', icmpType: 8 }), ['`icmpType` is ignored: tcp packets have no ICMP type']);
    assert.deepEqual(ignored({ path: 'in', sport: 1, flags: ['SYN'], icmpType: 8 }), []);
    assert.equal(notation({ path: 'out', in: 'eth0', out: 'eth1', protocol: 'icmp', icmpType: 8, sport: 7 }), 'icmp any -> any out=eth1 path=out type=echo-request');
  });

  it('are interfaces by their whole names', () => {
    assert.match(fault({ path: 'in', in: 'eth+' }), /`in`: `eth\+` is a pattern/u);
    assert.match(fault({ path: 'in', in: 'a-name-of-16-char' }), /`in`: .* is too long/u);
  });
});

describe('results in JSON', () => {
  it('list matched rules in order, the policy, and the packet as it leaves', async () => {
    const [result] = await run('*nat\n-A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.5:80\nCOMMIT\n*filter\n:FORWARD DROP [0:0]\n:X - [0:0]\n-A FORWARD -p tcp\n-A FORWARD -j X\n-A X -j LOG\nCOMMIT\n',
      ['tcp 1.1.1.1:1 -> 9.9.9.9:8080 in=eth0 out=eth1 flags=SYN']);
    assert.deepEqual(resultToJson(result!), {
      verdict: 'DROP',
      steps: [
        { table: 'nat', chain: 'PREROUTING', rule: 1, line: 2, target: 'DNAT', matched: true, effect: 'destination becomes 10.0.0.5:80' },
        { table: 'filter', chain: 'FORWARD', rule: 1, line: 7, target: null, matched: true },
        { table: 'filter', chain: 'FORWARD', rule: 2, line: 8, target: 'X', matched: true, effect: 'jumps to X' },
        { table: 'filter', chain: 'X', rule: 1, line: 9, target: 'LOG', matched: true },
      ],
      policy: { table: 'filter', chain: 'FORWARD' },
      packet: { path: 'forward', in: 'eth0', out: 'eth1', protocol: 'tcp', source: '1.1.1.1', destination: '10.0.0.5', sport: 1, dport: 80, flags: ['SYN'], mark: 0, tos: 0, ttl: 63, uid: 0, gid: 0 },
      assumptions: ['10.0.0.5 is not an address of this host, so the packet is forwarded'], routedBy: 'packet',
    });
  });

  it('give reasons for rules that did not match, and outcomes for what is not known', async () => {
    const [result] = await run('*filter\n-A INPUT -s 10.0.0.1 -p udp -j ACCEPT\n-A INPUT -s 10.0.0.0/8 -j DROP\nCOMMIT\n', ['tcp 10.0.0.9 -> any in=eth0'], { trace: 'all' });
    const json = JSON.parse(JSON.stringify(resultToJson(result!))) as { steps: { reason?: string; matched: boolean }[] };
    assert.deepEqual(json.steps.map(({ matched, reason }) => [matched, reason]), [[false, '-s 10.0.0.1: the source is 10.0.0.9'], [true, undefined]]);
    const [open] = await run('*filter\n-A INPUT -s 10.0.0.0/8 -j DROP\nCOMMIT\n', ['tcp any -> any in=eth0']);
    const { verdict, outcomes } = resultToJson(open!) as { verdict: string; outcomes: { verdict: string; assumptions: string[]; courses: string[][] }[] };
    assert.equal(verdict, 'UNKNOWN');
    assert.deepEqual(outcomes.map((outcome) => [outcome.verdict, outcome.courses]), [['DROP', [['the source is in 10.0.0.0/8']]], ['ACCEPT', [['not: the source is in 10.0.0.0/8']]]]);
  });

  it('say what is sent back', async () => {
    const [result] = await run('*filter\n-A INPUT -j REJECT\nCOMMIT\n', ['udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0']);
    const { rejectWith, answer } = resultToJson(result!) as { rejectWith: string; answer: { verdict: string; packet: PacketJson } };
    assert.equal(rejectWith, 'icmp-port-unreachable');
    assert.deepEqual([answer.verdict, answer.packet.icmpType, answer.packet.icmpCode, answer.packet.destination], ['ACCEPT', 3, 3, '1.1.1.1']);
  });
});
