import assert from 'node:assert/strict';
import { makePacket } from '../../../server/src/core/engine/packet.ts';
import { bytesOf } from '../../../server/src/core/extensions/shared/header-bytes.ts';
import { readHostFacts } from '../../../server/src/core/engine/facts/read.ts';
import type { HostFacts } from '../../../server/src/core/engine/host.ts';
import type { Result } from '../../../server/src/core/engine/result.ts';
import { greatest, liesBetween, type PartialWord } from '../../../server/src/core/extensions/shared/partial-word.ts';
import { UNSEEN } from '../../support/unseen.ts';
import { meet } from './meeting.ts';

/** What the acceptance of a packet depends on; its verdict where that is certain. */
function said({ verdict, outcomes }: Result): string {
  if (verdict !== 'UNKNOWN') return verdict;
  return outcomes!.find((outcome) => outcome.verdict === 'ACCEPT')!.courses.flat().join('; ');
}

/** The answers of `-A INPUT RULE -j ACCEPT` before `-A INPUT -j DROP` to packets that come in one world. */
async function answers(rule: string, packets: readonly string[], host: HostFacts = {}): Promise<readonly string[]> {
  const family = packets[0]!.includes('[') ? { family: 'ipv6' as const } : {};
  return (await meet({ filter: [`INPUT ${rule} -j ACCEPT`, 'INPUT -j DROP'] }, packets, { host, ...family })).map(said);
}

const TCP6 = 'tcp [2001:db8::9]:40000 -> [2001:db8::1]:80 in=eth0 flags=ACK';

describe('what no packet in notation tells', () => {
  for (const [rule, packet, expected] of UNSEEN) {
    it(rule, async () => { assert.deepEqual(await answers(rule, [packet]), [expected]); });
  }
});

describe('an SPI', () => {
  it('is what the packet says', async () => {
    assert.deepEqual(await answers('-p esp -m esp --espspi 5:9', ['esp 192.0.2.1 -> 198.51.100.1 in=eth0 spi=5', 'esp 192.0.2.1 -> 198.51.100.1 in=eth0 spi=0x10']), ['ACCEPT', 'DROP']);
    assert.deepEqual(await answers('-p ah -m ah ! --ahspi 5', ['ah 192.0.2.1 -> 198.51.100.1 in=eth0 spi=5', 'ah 192.0.2.1 -> 198.51.100.1 in=eth0 spi=6']), ['DROP', 'ACCEPT']);
    assert.deepEqual(await answers('-p esp -m esp --espspi 5:9', ['esp [2001:db8::9] -> [2001:db8::1] in=eth0 spi=5', 'esp [2001:db8::9] -> [2001:db8::1] in=eth0 spi=10']), ['ACCEPT', 'DROP']);
  });
});

describe('IPv6 extension headers', () => {
  it('are not there in a packet whose protocol is said, which negated options want as well', async () => {
    for (const rule of ['-m rt --rt-type 0', '-m rt ! --rt-type 0', '-m hbh', '-m dst ! --dst-len 8', '-m ah', '-m srh', '-m frag']) assert.deepEqual(await answers(rule, [TCP6]), ['DROP'], rule);
    assert.deepEqual(await answers('-m ipv6header --header prot', [TCP6]), ['ACCEPT']);
  });

  it('are those that the packet lists', async () => {
    const some = 'udp [2001:db8::9]:1 -> [2001:db8::1]:2 in=eth0 headers=hop-by-hop,ipv6-route';
    assert.deepEqual(await answers('-m ipv6header --header hop,route,prot', [some]), ['ACCEPT']);
    assert.deepEqual(await answers('-m ipv6header --header hop,prot', [some, some.replace(',ipv6-route', '')]), ['DROP', 'ACCEPT']);
    assert.deepEqual(await answers('-m ipv6header --header dst --soft', [some, some.replace('route', 'opts')]), ['DROP', 'ACCEPT']);
    for (const [rule, expected] of [['-m hbh', 'ACCEPT'], ['-m rt', 'ACCEPT'], ['-m dst', 'DROP'], ['-p udp --dport 2', 'ACCEPT'], ['-m rt --rt-type 0', 'the type of the routing header is 0']] as const) assert.deepEqual(await answers(rule, [some]), [expected], rule);
  });

  it('are open where the protocol is', async () => {
    assert.deepEqual(await answers('-m rt --rt-type 0', ['any [2001:db8::9] -> [2001:db8::1] in=eth0']), ['the packet has a routing header']);
  });

  it('tell the place of a fragment', async () => {
    const fragments = [`${TCP6} fragment=0+ state=UNTRACKED`, 'tcp [2001:db8::9] -> [2001:db8::1] in=eth0 fragment=1480'];
    assert.deepEqual(await answers('-m frag --fragfirst --fragmore', fragments), ['ACCEPT', 'DROP']);
    assert.deepEqual(await answers('-m frag --fraglast', fragments), ['DROP', 'ACCEPT']);
    assert.deepEqual(await answers('-m ipv6header --header frag,prot', fragments), ['ACCEPT', 'ACCEPT']);
  });

  it('and the address tell a hardware address', async () => {
    const from = (source: string): string => `tcp [${source}]:1 -> [2001:db8::1]:2 in=eth0`;
    assert.deepEqual(await answers('-m eui64', [`${from('2001:db8::216:3eff:fe01:203')} mac=00:16:3e:01:02:03`, `${from('2001:db8::216:3eff:fe01:204')} mac=00:16:3e:01:02:03`, from('2001:db8::9')]), ['ACCEPT', 'DROP', 'DROP']);
    assert.deepEqual(await answers('-m eui64', [from('2001:db8::216:3eff:fe01:203')]), ['the source address is made of the hardware address']);
  });
});

describe('rpfilter', () => {
  const read = readHostFacts(JSON.stringify({ interfaces: { eth0: ['10.0.0.1/24'], eth1: ['10.1.0.1/24'] }, routes: ['172.16.0.0/12 dev eth1'] }));
  assert.ok(read.ok);
  const host = read.facts;
  const from = (source: string, device: string): string => `udp ${source}:1 -> 10.0.0.1:2 in=${device}`;
  const passes = async (options: string, packets: readonly string[], facts: HostFacts = host): Promise<readonly string[]> =>
    (await meet({ raw: [`PREROUTING -m rpfilter ${options} -j ACCEPT`, 'PREROUTING -j DROP'] }, packets, { host: facts })).map(said);

  it('asks for the way back to the sender', async () => {
    const packets = [from('10.0.0.9', 'eth0'), from('10.1.0.9', 'eth0'), from('172.16.3.4', 'eth1'), from('203.0.113.9', 'eth0'), from('10.0.0.1', 'eth0')];
    assert.deepEqual(await passes('', packets.slice(0, 4)), ['ACCEPT', 'DROP', 'ACCEPT', 'DROP']);
    assert.deepEqual(await passes('--invert', packets.slice(0, 4)), ['DROP', 'ACCEPT', 'DROP', 'ACCEPT']);
    assert.deepEqual(await passes('--loose', packets.slice(0, 4)), ['ACCEPT', 'ACCEPT', 'ACCEPT', 'DROP']);
  });

  it('takes the interface\'s own route in IPv6, and no sender that a table delivers to the host', async () => {
    const facts = (family: 4 | 6, ...routes: readonly string[]): HostFacts => {
      const about = readHostFacts(JSON.stringify({ interfaces: { eth0: [family === 4 ? '10.0.0.1/24' : 'fd00:1::200/64'], eth1: [] }, routes, rules: ['100: from all lookup 110'] }));
      assert.ok(about.ok);
      return about.facts;
    };
    const told = async (about: HostFacts, source: string, options = ''): Promise<readonly string[]> => (await meet({ raw: [`PREROUTING -m rpfilter ${options} -j ACCEPT`, 'PREROUTING -j DROP'] },
      ['eth0', 'eth1'].map((device) => `udp ${source}:1 -> ${source.startsWith('[') ? '[fd00:1::200]' : '10.0.0.1'}:2 in=${device}`), { host: about, ...(source.startsWith('[') ? { family: 'ipv6' } : {}) })).map(said);
    assert.deepEqual(await told(facts(6, 'fd00:1::/64 dev eth1 metric 5'), '[fd00:1::2]'), ['ACCEPT', 'ACCEPT']);
    assert.deepEqual(await told(facts(6, 'unreachable fd00:1::/64 metric 5'), '[fd00:1::2]'), ['ACCEPT', 'DROP']);
    assert.deepEqual(await told(facts(4, '10.0.0.0/24 dev eth1 table 110'), '10.0.0.2'), ['DROP', 'ACCEPT']);
    assert.deepEqual(await told(facts(6, 'local fd00:1::/64 dev lo table 110'), '[fd00:1::2]', '--loose'), ['DROP', 'DROP']);
    assert.deepEqual(await told(facts(4, 'local 10.0.0.0/24 dev lo table 110'), '10.0.0.2', '--loose'), ['DROP', 'DROP']);
  });

  it('is open where the routes are, or where the mark may choose others', async () => {
    const open = 'the way back to the sender is the interface that the packet came in by';
    assert.deepEqual(await passes('', [from('10.0.0.9', 'eth0')], {}), [open]);
    assert.deepEqual(await passes('--validmark', [from('10.0.0.9', 'eth0')]), ['ACCEPT']);
  });
});

describe('quota', () => {
  it('is kept within bounds while lengths are open', async () => {
    const udp = (length: string): string => `udp 192.0.2.1:1 -> 198.51.100.1:2 in=eth0${length}`;
    assert.deepEqual(await answers('-m quota --quota 131070', [udp(''), udp(''), udp(' length=100')]), ['ACCEPT', 'ACCEPT', 'the quota has room for the packet']);
    assert.deepEqual(await answers('-m quota --quota 10', [udp(''), udp('')]), ['DROP', 'DROP']);
    assert.deepEqual(await answers('-m quota ! --quota 40', [udp(' length=28'), udp(' length=28'), udp(' length=28')]), ['DROP', 'ACCEPT', 'ACCEPT']);
  });
});

describe('the bytes of a packet with IPv4 options', () => {
  it('are open behind the header of which the length is', () => {
    const fields = makePacket({ family: 'ipv4', path: 'in', protocol: 6, ttl: 64, sourcePort: 1, destinationPort: 2, length: 64 });
    const told = [false, true].map((hasOptions) => [[0, 1], [8, 1], [20, 4]].map(([at, size]) => bytesOf({ ...fields, hasOptions }).read(at!, size!)));
    assert.deepEqual(told, [
      [{ value: 0x45, known: 0xffffffff }, { value: 64, known: 0xffffffff }, { value: 0x10002, known: 0xffffffff }],
      [{ value: 0x40, known: 0xfffffff0 }, { value: 64, known: 0xffffffff }, { value: 0, known: 0 }],
    ]);
  });
});

describe('words with open bits', () => {
  it('lie between two numbers, or not, or perhaps', () => {
    const bits = [0b0000, 0b0011, 0b0101, 0b1010, 0b1111];
    for (const known of bits) {
      for (let value = 0; value < 16; value++) {
        if ((value & ~known) !== 0) continue;
        const word: PartialWord = { value, known: (0xfffffff0 | known) >>> 0 };
        const members = Array.from({ length: 16 }, (_, each) => each).filter((each) => (each & known) === value);
        assert.equal(greatest(word), Math.max(...members));
        for (let from = 0; from < 18; from++) {
          for (let to = 0; to < 18; to++) {
            const inside = members.map((each) => each >= from && each <= to);
            assert.equal(liesBetween(word, from, to), inside.every(Boolean) ? true : inside.some(Boolean) ? undefined : false, `${value}/${known} in ${from}:${to}`);
          }
        }
      }
    }
  });
});
