import assert from 'node:assert/strict';
import fc from 'fast-check';
import { makePacket, NO_OWNER, TCP_FLAGS, type Packet } from '../../../server/src/core/engine/packet.ts';
import type { Family } from '../../../server/src/core/netfilter.ts';
import { parseClass, parsePacket } from '../../../server/src/core/notation/parse.ts';
import { printPacket } from '../../../server/src/core/notation/print.ts';

function read(text: string, family?: Family): Packet {
  const parsed = parsePacket(text, family);
  assert.ok(parsed.ok, parsed.ok ? '' : `${text}: ${parsed.error.message}`);
  return parsed.packet;
}

/** Asserts the canonical form of each text. */
function canonical(cases: readonly (readonly [text: string, printed: string])[]): void {
  assert.deepEqual(cases.map(([text]) => [text, printPacket(read(text))]), cases.map(([text, printed]) => [text, printed]));
}

/** The stretch of the text that an error is about, and its message. */
function fault(text: string, family?: Family): string {
  const parsed = parsePacket(text, family);
  assert.ok(!parsed.ok, `${text} is read`);
  const { offset, length, message } = parsed.error;
  return `[${text.slice(offset, offset + length)}] ${message}`;
}

describe('packet notation', () => {
  it('has a canonical form', () => canonical([
    ['tcp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0', 'tcp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0'],
    ['udp [2001:db8::9]:5353 -> [2001:DB8:0::1]:domain in=eth0 state=new', 'udp [2001:db8::9]:5353 -> [2001:db8::1]:53 in=eth0 state=NEW'],
    ['icmp 203.0.113.9 -> 10.0.0.5 type=8 in=eth0', 'icmp 203.0.113.9 -> 10.0.0.5 in=eth0 type=echo-request'],
    ['icmp 2001:db8::1 -> 2001:db8::2 type=ping', 'icmpv6 2001:db8::1 -> 2001:db8::2 type=echo-request'],
    ['tcp any -> any:23 in=eth0                      # every such packet', 'tcp any -> any:23 in=eth0'],
    ['tcp -> :ssh', 'tcp any -> any:22'],
    ['tcp 1.1.1.1:1->2.2.2.2:22 in=eth0', 'tcp 1.1.1.1:1 -> 2.2.2.2:22 in=eth0'],
    ['tcp [2001:db8::1]:1-> [2001:db8::2]:22', 'tcp [2001:db8::1]:1 -> [2001:db8::2]:22'],
    ['tcp in=eth0', 'tcp any -> any in=eth0'],
    ['tcp 1.1.1.1 ->', 'tcp 1.1.1.1 -> any'],
    ['any', 'any any -> any'],
    ['tcp 192.168.73.4:40000 -> 198.51.100.7:80 out=if1 in=if0 mark=47 flags=ack,syn', 'tcp 192.168.73.4:40000 -> 198.51.100.7:80 in=if0 out=if1 flags=SYN,ACK mark=0x2f'],
    ['udp 1.1.1.1:1 -> 2.2.2.2:2 ttl=64 mark=0 tos=0 uid=0', 'udp 1.1.1.1:1 -> 2.2.2.2:2'],
    ['udp 1.1.1.1:1 -> 2.2.2.2:2 ttl=any mark=any', 'udp 1.1.1.1:1 -> 2.2.2.2:2 mark=any ttl=any'],
    ['udp 1.1.1.1:1 -> 2.2.2.2:2 out=any uid=1000', 'udp 1.1.1.1:1 -> 2.2.2.2:2 out=any uid=1000'],
    ['udp 1.1.1.1:1 -> 2.2.2.2:2 path=forward', 'udp 1.1.1.1:1 -> 2.2.2.2:2 in=any out=any path=forward'],
    ['udp 1.1.1.1:1 -> 2.2.2.2:2 fragment=1480+ length=1500 mac=0:16:3E:1:2:3', 'udp 1.1.1.1:1 -> 2.2.2.2:2 length=1500 mac=00:16:3e:01:02:03 fragment=1480+'],
    ['udp 1.1.1.1:1 -> 2.2.2.2:2 at=1h30m', 'udp 1.1.1.1:1 -> 2.2.2.2:2 at=5400s'],
    ['icmp 9.9.9.9 -> 1.1.1.1 type=3/1 inner=(tcp 1.1.1.1:4 -> 2.2.2.2:80)', 'icmp 9.9.9.9 -> 1.1.1.1 type=host-unreachable inner=(tcp 1.1.1.1:4 -> 2.2.2.2:80)'],
    ['tcp any -> any flags=any', 'tcp any -> any flags=any'],
    ['esp 1.1.1.1 -> 2.2.2.2 spi=300', 'esp 1.1.1.1 -> 2.2.2.2 spi=0x12c'],
    ['udp 2001:db8::9 -> any headers=hop,dst,ROUTE,ipv6-opts', 'udp 2001:db8::9 -> any headers=hop-by-hop,ipv6-opts,ipv6-route,ipv6-opts'],
    ['47 1.1.1.1 -> 2.2.2.2', 'gre 1.1.1.1 -> 2.2.2.2'],
  ]));

  it('leaves open what it does not say, apart from what packets usually are', () => {
    const packet = read('tcp 1.1.1.1 -> any in=eth0');
    assert.deepEqual(packet, makePacket({ family: 'ipv4', path: 'in', pathGiven: false, in: 'eth0', protocol: 6, source: 0x01010101, mark: 0, tos: 0, ttl: 64, uid: 0, gid: 0 }));
  });

  it('tells the path by the interfaces, unless it is said', () => {
    const path = (text: string): string => { const { path: found, pathGiven } = read(`udp any -> any ${text}`); return `${found} ${pathGiven}`; };
    assert.deepEqual(['', 'in=eth0', 'out=eth0', 'in=eth0 out=eth1', 'in=eth0 path=forward', 'path=out'].map(path), ['in false', 'in false', 'out false', 'forward false', 'forward true', 'out true']);
  });

  it('takes the family from addresses, else from the file', () => {
    assert.deepEqual([read('tcp any -> any').family, read('tcp any -> any', 'ipv6').family, read('tcp 1.1.1.1 -> any', 'ipv6').family, read('icmpv6 any -> any').family], ['ipv4', 'ipv6', 'ipv4', 'ipv6']);
  });

  it('takes networks for the addresses of a class', () => {
    const networks = (text: string): unknown => { const parsed = parseClass(text); return parsed.ok ? parsed.networks : parsed.error.message; };
    assert.deepEqual(networks('tcp 10.137.0.9/24 -> any:22'), { source: { address: 0x0a890000, length: 24 } });
    assert.deepEqual(networks('tcp any -> [2001:db8::1/32]:22'), { destination: { address: 0x20010db8n << 96n, length: 32 } });
    assert.deepEqual(networks('tcp 2001:db8::/32 -> any'), { source: { address: 0x20010db8n << 96n, length: 32 } });
    assert.deepEqual(networks('tcp 10.0.0.1 -> 0.0.0.0/0:22'), { destination: { address: 0, length: 0 } });
    assert.match(String(networks('tcp 10.0.0.0/33 -> any')), /not a network/u);
    assert.match(String(networks('tcp 10.0.0.0/8 -> 2001:db8::1')), /both of one family/u);
  });

  it('names the word that is wrong', () => {
    const cases: Readonly<Record<string, RegExp>> = {
      '': /^\[\] A packet begins with its protocol/u,
      '1.2.3.4 -> 4.5.6.7': /^\[1\.2\.3\.4\] A packet begins with its protocol/u,
      'tpc any -> any': /^\[tpc\] `tpc` is not a protocol\. Did you mean `tcp`\?/u,
      'tcp 1.2.3.4 > any': /^\[>\] `->` is expected/u,
      'tcp 1.2.3.4': /^\[\] `->` and the destination are missing/u,
      'tcp 10.0.0.0/8 -> any': /^\[10\.0\.0\.0\/8\] .* is a network/u,
      'tcp host.example -> any': /^\[host\.example\] .*names are not looked up/u,
      'tcp 1.2.3 -> any': /^\[1\.2\.3\] .*four numbers/u,
      'tcp [1.2.3.4]:5 -> any': /^\[\[1\.2\.3\.4\]:5\] .*holds no IPv6 address/u,
      'tcp 1.2.3.4:99999 -> any': /^\[1\.2\.3\.4:99999\] .*65535/u,
      'tcp any:shh -> any': /^\[any:shh\] .*`ssh`/u,
      'gre 1.2.3.4:1 -> any': /^\[1\.2\.3\.4:1\] `gre` packets have no ports/u,
      'udp 1.1.1.1:53 -> 2001:db8::1': /^\[2001:db8::1\] One address is IPv4/u,
      'icmpv6 1.1.1.1 -> any': /^\[icmpv6\] .*write `icmp`/u,
      'tcp any -> any inn=eth0': /^\[inn=eth0\] .*did you mean `in=`/u,
      'tcp any -> any colour=red': /^\[colour=red\] .*the fields are `in=`/u,
      'tcp any -> any in=eth+': /^\[eth\+\] .*is a pattern/u,
      'tcp any -> any in=an-interface-name': /^\[an-interface-name\] .*at most 15/u,
      'tcp any -> any in=eth0 in=eth1': /^\[in=eth1\] `in=` stands twice/u,
      'tcp any -> any in=': /^\[\] `in=` needs a value, such as `in=eth0`/u,
      'tcp any -> any eth0': /^\[eth0\] .*is not a field/u,
      'tcp any -> any flags=SYM': /^\[SYM\] `SYM` is not a TCP flag/u,
      'udp any -> any flags=SYN': /^\[flags=SYN\] `flags=` is for `tcp` packets/u,
      'icmp any -> any type=pingg': /^\[pingg\] .*not an ICMP type/u,
      'tcp any -> any ttl=256': /^\[256\] .*the most is 255/u,
      'tcp any -> any mark=red': /^\[red\] .*is not a number for `mark=`/u,
      'tcp any -> any state=OPEN': /^\[OPEN\] `state=OPEN` is none of `NEW`/u,
      'tcp any -> any fragment=3': /^\[3\] .*multiple of 8/u,
      'udp any -> any spi=5': /^\[spi=5\] `spi=` is for `esp` and `ah` packets/u,
      'udp 2001:db8::9 -> any headers=hop,esp': /^\[hop,esp\] `esp` is not a header .* `hop-by-hop`, `ipv6-opts`, `ipv6-route`\. `ah` and `esp` are protocols/u,
      'udp 1.1.1.1 -> any headers=hop': /^\[hop\] .*the packet is IPv4/u,
      'tcp any -> any at=soon': /^\[soon\] .*is not a time/u,
      'udp any -> any in=eth0 path=out': /^\[in=eth0\] A packet from a local process/u,
      'udp any -> any out=eth0 path=in': /^\[out=eth0\] A packet that is delivered here/u,
      'icmp any -> any type=3 inner=udp': /^\[udp\] `inner=` holds the quoted packet in parentheses/u,
      'icmp any -> any type=3 inner=(upd any -> any)': /^\[upd\] `upd` is not a protocol/u,
    };
    for (const [text, expected] of Object.entries(cases)) assert.match(fault(text), expected, text);
  });

  it('reads back what it prints, for any packet', () => {
    const port = fc.option(fc.nat(65535), { nil: undefined });
    const number = (max: number, usual: number): fc.Arbitrary<number | undefined> => fc.oneof(fc.constant(usual), fc.nat(max), fc.constant(undefined));
    const address = (family: Family): fc.Arbitrary<Packet['source']> => fc.option<number | bigint, undefined>(family === 'ipv4' ? fc.nat(0xffffffff) : fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), { nil: undefined });
    const name = fc.option(fc.constantFrom('eth0', 'lo', 'a.b-c', 'if@1'), { nil: undefined });
    const packets = fc.constantFrom<Family>('ipv4', 'ipv6').chain((family) => fc.record({
      family: fc.constant(family), path: fc.constantFrom('in' as const, 'forward' as const, 'out' as const), pathGiven: fc.boolean(), in: name, out: name,
      protocol: fc.constantFrom(undefined, 6, 17, family === 'ipv4' ? 1 : 58, 47, 50, 51, 253), source: address(family), destination: address(family), sourcePort: port, destinationPort: port,
      tcpFlags: fc.option(fc.nat(255), { nil: undefined }), icmpType: fc.option(fc.nat(254), { nil: undefined }), icmpCode: fc.option(fc.nat(255), { nil: undefined }), icmpId: port,
      spi: fc.option(fc.nat(0xffffffff), { nil: undefined }), headers: family === 'ipv4' ? fc.constant([]) : fc.array(fc.constantFrom(0, 43, 60), { maxLength: 3 }),
      mark: number(0xffffffff, 0), tos: number(255, 0), ttl: number(255, 64), length: port, mac: fc.constantFrom(undefined, '00:16:3e:01:02:03'),
      uid: fc.oneof(number(0xffffffff, 0), fc.constant(NO_OWNER)), gid: number(0xffffffff, 0), state: fc.constantFrom(undefined, 'NEW' as const, 'INVALID' as const),
      at: fc.option(fc.nat(100000), { nil: undefined }), fragmentOffset: fc.constantFrom(undefined, 0, 1480), moreFragments: fc.boolean(),
    })).map((fields) => plausible(makePacket(fields)));
    fc.assert(fc.property(packets, (packet) => { assert.deepEqual(read(printPacket(packet), packet.family), packet, printPacket(packet)); }), { numRuns: 500 });
  });

  it('never throws', () => {
    const pieces = ['tcp', 'icmp', 'any', '->', '1.2.3.4', ':80', '[::1]', 'in=', 'eth0', '#', '(', ')', 'inner=', '=', ' ', '\t', 'flags=SYN', ',', '0x', '-', 'é'];
    fc.assert(fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join('')), (text) => {
      const parsed = parsePacket(text);
      if (parsed.ok) assert.deepEqual(parsePacket(printPacket(parsed.packet), parsed.packet.family), parsed, text);
      else assert.ok(parsed.error.offset >= 0 && parsed.error.offset + parsed.error.length <= text.length, text);
    }), { numRuns: 2000 });
  });
});

const PORTED = [6, 17, undefined];

/** The packet without fields that notation has no words for in such a packet. */
function plausible(packet: Packet): Packet {
  if (packet.path === 'out') packet.in = undefined;
  if (packet.path === 'in') packet.out = undefined;
  if (!PORTED.includes(packet.protocol)) packet.sourcePort = packet.destinationPort = undefined;
  if (packet.protocol !== 6) packet.tcpFlags = undefined;
  if (packet.protocol !== 1 && packet.protocol !== 58) packet.icmpType = packet.icmpCode = packet.icmpId = undefined;
  if (packet.protocol !== undefined && packet.protocol !== 50 && packet.protocol !== 51) packet.spi = undefined;
  if (packet.icmpType === undefined) packet.icmpCode = undefined;
  if (packet.moreFragments) packet.fragmentOffset ??= 0;
  if (packet.family === 'ipv6' && packet.protocol === undefined && packet.source === undefined && packet.destination === undefined) packet.source = 1n;
  return packet;
}

describe('TCP flags in notation', () => {
  it('have all eight names', () => {
    const all = Object.values(TCP_FLAGS).reduce((bits, bit) => bits | bit, 0);
    assert.equal(read('tcp any -> any flags=FIN,SYN,RST,PSH,ACK,URG,ECE,CWR').tcpFlags, all);
    assert.equal(read('tcp any -> any flags=none').tcpFlags, 0);
  });
});
