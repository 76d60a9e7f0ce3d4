import assert from 'node:assert/strict';
import type { HostFacts } from '../../../server/src/core/engine/host.ts';
import { meet } from './meeting.ts';

const SYN = 'tcp 1.1.1.1:40000 -> 9.9.9.9:80 in=eth0 out=eth1 flags=SYN';

/** Rules of each target that only tells others of the packet, or changes what is not on the wire. */
const PASSING: readonly (readonly [table: string, rule: string])[] = [
  ['raw', 'PREROUTING -j AUDIT --type drop'],
  ['raw', 'PREROUTING -j NFLOG --nflog-group 5'],
  ['raw', 'PREROUTING -j TRACE'],
  ['raw', 'PREROUTING -j IDLETIMER --timeout 60 --label idle'],
  ['raw', 'PREROUTING -j RATEEST --rateest-name a --rateest-interval 250ms --rateest-ewmalog 500ms'],
  ['mangle', 'POSTROUTING -j CHECKSUM --checksum-fill'],
  ['mangle', 'POSTROUTING -j CLASSIFY --set-class 1:1'],
  ['mangle', 'POSTROUTING -j CONNSECMARK --save'],
  ['mangle', 'PREROUTING -j TEE --gateway 192.0.2.1'],
  ['mangle', 'PREROUTING -p tcp -j TCPOPTSTRIP --strip-options mss'],
  ['filter', 'FORWARD -j LED --led-trigger-id a'],
  ['filter', 'FORWARD -j ULOG'],
  ['security', 'FORWARD -j SECMARK --selctx a'],
  ['filter', 'FORWARD -j SET --add-set a src'],
];

describe('targets that let the packet go on', () => {
  for (const [table, rule] of PASSING) {
    it(rule.replace(/^.*-j (\w+).*$/u, '$1'), async () => {
      const chain = rule.split(' ')[0]!;
      const [result] = await meet({ [table]: [rule, `${chain} -j RETURN`] }, [SYN]);
      assert.deepEqual(result!.steps.map(({ number }) => number), [1, 2]);
      assert.equal(result!.verdict, 'ACCEPT');
    });
  }
});

describe('SYNPROXY', () => {
  const rules = { filter: ['FORWARD -p tcp -j SYNPROXY --mss 1460', 'FORWARD -j ACCEPT'] };
  // Seen in the kernel, flag by flag.
  const fates: readonly (readonly [flags: string, verdict: string, met: number])[] = [
    ['SYN', 'DROP', 1], ['SYN,ECE,CWR', 'DROP', 1], ['SYN,PSH', 'DROP', 1], ['ACK', 'DROP', 1], ['PSH,ACK', 'DROP', 1],
    ['SYN,ACK', 'ACCEPT', 2], ['RST', 'ACCEPT', 2], ['FIN,ACK', 'ACCEPT', 2], ['RST,ACK', 'ACCEPT', 2],
  ];
  for (const [flags, verdict, met] of fates) {
    it(`${verdict === 'DROP' ? 'keeps' : 'passes'} ${flags}`, async () => {
      const [result] = await meet(rules, [SYN.replace('flags=SYN', `flags=${flags}`)]);
      assert.equal(result!.verdict, verdict);
      assert.equal(result!.steps.length, met);
    });
  }
});

describe('targets whose answer is on the host', () => {
  it('TPROXY depends on a listener', async () => {
    const [result] = await meet({ mangle: ['PREROUTING -p tcp -j TPROXY --on-port 3128'] }, [SYN]);
    assert.deepEqual(result!.outcomes!.map(({ verdict, courses }) => `${verdict} ${courses.join()}`), ['ACCEPT a program listens transparently on port 3128', 'DROP not: a program listens transparently on port 3128']);
  });

  it('CLUSTERIP depends on the hash of the cluster', async () => {
    const [result] = await meet({ filter: ['FORWARD -j CLUSTERIP'] }, [SYN]);
    assert.equal(result!.verdict, 'UNKNOWN');
  });

  it('SET leaves the mark open only where the member may have one', async () => {
    const host: HostFacts = { ipsets: new Map([['a', { type: 'hash:ip', family: 'inet', members: ['1.1.1.1 skbmark 0x10/0xf0'] }]]) };
    const rules = { mangle: ['PREROUTING -j SET --map-set a src --map-mark'] };
    const [member, other] = await meet(rules, [`${SYN} mark=255`, `${SYN.replace('1.1.1.1', '1.1.1.2')} mark=255`], { host });
    assert.equal(member!.packet.mark, undefined);
    assert.equal(other!.packet.mark, 255);
  });
});
