import assert from 'node:assert/strict';
import { analyse, type Analysis, type FinalFate } from '../../../server/src/core/analysis/analysis.ts';
import { classOf } from '../../../server/src/core/sets/class.ts';
import { NONE } from '../../../server/src/core/sets/diagram.ts';
import { parsePacket } from '../../../server/src/core/notation/parse.ts';
import { printPacket } from '../../../server/src/core/notation/print.ts';
import { openDocument } from '../../support/document.ts';

const FATES = { drop: 'dropped', reject: 'rejected', queue: 'queued' } as const;

/** What may become of the packets of a class: each fate with the line of what decides it, and the packet where asked for. */
async function fates(text: string, notation: string, name = 'rules.v4'): Promise<string[]> {
  const analysis = analyse((await openDocument(text, name)).ruleset(), { interfaces: ['eth0', 'eth1'] });
  const parsed = parsePacket(notation, analysis.ruleset.family);
  assert.ok(parsed.ok);
  const { path } = parsed.packet;
  const found = analysis.fates(path, classOf(analysis.space, parsed.packet));
  const decided = (Object.keys(FATES) as FinalFate[]).filter((fate) => found[FATES[fate]] !== NONE).map((fate) => {
    const { decidedBy } = analysis.example(path, found[FATES[fate]], fate)!;
    return `${FATES[fate]}: ${decidedBy === undefined ? 'unknown' : (decidedBy.rule?.bound.line.text ?? `policy of ${decidedBy.table} ${decidedBy.chain}`)}`;
  });
  return [...(found.accepted === NONE ? [] : ['accepted']), ...decided, ...(found.translated === NONE ? [] : ['translated'])];
}

const example = (analysis: Analysis, notation: string, fate: FinalFate): string => {
  const parsed = parsePacket(notation);
  assert.ok(parsed.ok);
  const found = analysis.fates(parsed.packet.path, classOf(analysis.space, parsed.packet));
  return printPacket(analysis.example(parsed.packet.path, found[FATES[fate]], fate)!.packet);
};

const filter = (...rules: string[]): string => ['*filter', ':INPUT DROP [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...rules, 'COMMIT', ''].join('\n');

describe('fates of a class of packets', () => {
  const SSH = 'tcp any -> any:22 in=eth0';

  it('is accepted where every packet is', async () => {
    assert.deepEqual(await fates(filter('-A INPUT -p tcp --dport 22 -j ACCEPT'), SSH), ['accepted']);
  });

  it('splits with a witness and the rule that decides', async () => {
    const rules = filter('-A INPUT -s 10.0.0.0/8 -j DROP', '-A INPUT -p tcp --dport 20:30 -j ACCEPT');
    assert.deepEqual(await fates(rules, SSH), ['accepted', 'dropped: -A INPUT -s 10.0.0.0/8 -j DROP']);
    const analysis = analyse((await openDocument(rules)).ruleset(), { interfaces: ['eth0'] });
    assert.match(example(analysis, SSH, 'drop'), /^tcp 10\.0\.0\.9:40000 -> 10\.0\.0\.5:22 in=eth0 path=in state=NEW flags=SYN/u);
  });

  it('falls to the policy', async () => {
    assert.deepEqual(await fates(filter('-A INPUT -i lo -j ACCEPT'), SSH), ['dropped: policy of filter INPUT']);
  });

  it('does not take a limit for granted', async () => {
    assert.deepEqual(await fates(filter('-A INPUT -p tcp --dport 22 -m limit --limit 3/min -j ACCEPT'), SSH), ['accepted', 'dropped: policy of filter INPUT']);
  });

  it('takes what has a hardware address for a packet in a frame', async () => {
    const rules = filter('-A INPUT -m mac ! --mac-source 00:16:3e:01:02:03 -j ACCEPT');
    assert.deepEqual(await fates(rules, `${SSH} mac=00:16:3e:01:02:04`), ['accepted']);
    assert.deepEqual(await fates(rules, SSH), ['accepted', 'dropped: policy of filter INPUT']);
  });

  it('asks every table on the way', async () => {
    const raw = '*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 22 -j DROP\nCOMMIT\n';
    assert.deepEqual(await fates(raw + filter('-A INPUT -j ACCEPT'), SSH), ['dropped: -A PREROUTING -p tcp --dport 22 -j DROP']);
  });

  it('carries a mark from one table to the next', async () => {
    const mangle = '*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 22 -j MARK --set-mark 0x2\nCOMMIT\n';
    assert.deepEqual(await fates(mangle + filter('-A INPUT -m mark --mark 0x2/0x2 -j ACCEPT'), SSH), ['accepted']);
    assert.deepEqual(await fates(mangle + filter('-A INPUT -m mark ! --mark 0x2/0x2 -j ACCEPT'), SSH), ['dropped: policy of filter INPUT']);
  });

  it('leaves open what iptables-nft sees of a fragment that a rule has marked', async () => {
    const mangle = '*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j MARK --set-xmark 0x1/0xffffffff\n-A PREROUTING ! -p tcp -m mark --mark 0x1 -j ACCEPT\n-A PREROUTING -j DROP\nCOMMIT\n';
    assert.deepEqual(await fates(mangle + filter('-A INPUT -j ACCEPT'), 'tcp [2001:db8::9] -> [2001:db8::5] fragment=1480 in=eth0', 'rules.v6'), ['accepted', 'dropped: -A PREROUTING -j DROP']);
    assert.deepEqual(await fates(mangle + filter('-A INPUT -j ACCEPT'), 'udp [2001:db8::9]:1 -> [2001:db8::5]:1 in=eth0', 'rules.v6'), ['accepted']);
  });

  it('counts fragments that could overwrite a TCP header, which the kernel may drop while it looks at a rule', async () => {
    assert.deepEqual(await fates(filter('-A FORWARD -p tcp --dport 80 -j ACCEPT'), 'tcp 203.0.113.9 -> 10.0.0.5 fragment=8 in=eth0 out=eth1'), ['accepted', 'dropped: unknown']);
    assert.deepEqual(await fates(filter('-A FORWARD -p udp --dport 80 -j ACCEPT'), 'tcp 203.0.113.9 -> 10.0.0.5 fragment=8 in=eth0 out=eth1'), ['accepted']);
  });

  it('knows that what is not tracked is not NEW', async () => {
    const raw = '*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 22 -j CT --notrack\nCOMMIT\n';
    assert.deepEqual(await fates(raw + filter('-A INPUT -p tcp --dport 22 -m conntrack --ctstate NEW -j ACCEPT'), SSH), ['dropped: policy of filter INPUT']);
  });

  it('stops where the destination is translated', async () => {
    const nat = '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i eth0 -p tcp --dport 22 -j DNAT --to-destination 10.0.0.9\nCOMMIT\n';
    assert.deepEqual(await fates(nat + filter('-A INPUT -j ACCEPT'), SSH), ['translated']);
    assert.deepEqual(await fates(nat + filter('-A INPUT -j ACCEPT'), 'tcp any -> any:22 in=eth1'), ['accepted']);
  });

  it('finds the rule behind jumps, and what comes back', async () => {
    const rules = filter(':CHECK - [0:0]', '-A INPUT -j CHECK', '-A INPUT -j REJECT', '-A CHECK -s 10.0.0.0/8 -j RETURN', '-A CHECK -p tcp -j ACCEPT');
    assert.deepEqual(await fates(rules, SSH), ['accepted', 'rejected: -A INPUT -j REJECT']);
  });

  it('follows IPv6', async () => {
    const rules = filter('-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m conntrack --ctstate UNTRACKED -j ACCEPT');
    assert.deepEqual(await fates(rules, 'icmpv6 [fe80::1] -> [fe80::2] type=135 in=eth0', 'rules.v6'), ['accepted']);
    assert.deepEqual(await fates(rules, 'icmpv6 any -> any type=136 in=eth0', 'rules.v6'), ['dropped: policy of filter INPUT']);
  });
});
