import assert from 'node:assert/strict';
import { analyse } from '../../../server/src/core/analysis/analysis.ts';
import type { TableName } from '../../../server/src/core/netfilter.ts';
import { openDocument } from '../../support/document.ts';

/** Which rules of a table can match, in the order of its chains. */
async function alive(table: TableName, ...lines: string[]): Promise<boolean[]> {
  const analysis = analyse((await openDocument([`*${table}`, ...lines, 'COMMIT', ''].join('\n'))).ruleset());
  return [...analysis.ruleset.tables.get(table)!.chains.values()].flatMap(({ name, rules }) => rules.map((_, index) => analysis.canMatch(table, { chain: name, index })));
}

describe('rules that can match', () => {
  it('do not get errors about connections in nat', async () => {
    const to = '-j DNAT --to-destination 192.168.1.10';
    assert.deepEqual(await alive('nat', `-A PREROUTING -p icmp -m icmp --icmp-type 11 ${to}`, `-A PREROUTING -p icmp -m icmp --icmp-type 8 ${to}`), [false, true]);
  });

  it('are no others for fragments that nothing puts together, as each back end reads these alike', async () => {
    const twice = (rule: string): readonly string[] => [`${rule} -j ACCEPT`, `${rule} -j DROP`];
    const rules = ['FORWARD -p tcp -m tcp --dport 80', 'OUTPUT -p udp -m udp ! --dport 53', 'OUTPUT -p tcp -m tcp --syn', 'OUTPUT -p tcp -m multiport --dports 81,82'].flatMap((rule) => twice(`-A ${rule}`));
    assert.deepEqual(await alive('filter', ...rules), rules.map((_, index) => index % 2 === 0));
  });

  it('get the fragments that others fail on, or are too short for', async () => {
    assert.deepEqual(await alive('filter', '-A FORWARD -p udp -m multiport --dports 22,1000 -j ACCEPT', '-A FORWARD -p udp -m udp --dport 22 -j DROP'), [true, true]);
    assert.deepEqual(await alive('filter', '-A FORWARD -p tcp -m tcp --syn -j DROP', '-A FORWARD -p tcp -m tcp ! --syn -j DROP', '-A FORWARD -p tcp -m tcp --dport 22 -j ACCEPT'), [true, true, true]);
    assert.deepEqual(await alive('filter', '-A FORWARD -p tcp -m tcp --dport 0:99 -j DROP', '-A FORWARD -p tcp -m tcp --dport 100:65535 -j DROP', '-A FORWARD -p tcp -m tcp --dport 0:65535 -j ACCEPT'), [true, true, true]);
  });

  it('get no fragments in nat, and none of a connection', async () => {
    assert.deepEqual(await alive('nat', '-A POSTROUTING ! -f -j ACCEPT', '-A POSTROUTING -j MASQUERADE'), [true, false]);
    assert.deepEqual(await alive('filter', '-A OUTPUT -f -m conntrack --ctstate INVALID -j DROP', '-A OUTPUT -f -m conntrack --ctstate NEW -j DROP'), [true, false]);
  });

  it('get packets whose marks an earlier rule has to set', async () => {
    const rules = [':MARKING - [0:0]', '-A FORWARD -m mark ! --mark 0x0 -j DROP', '-A FORWARD -s 10.0.0.0/8 -j MARKING', '-A FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT', '-A FORWARD -m mark --mark 0x1/0x1 -j ACCEPT'];
    assert.deepEqual(await alive('filter', ...rules, '-A MARKING -j MARK --set-xmark 0x4000/0x4000'), [true, true, true, false, true]);
  });

  it('get packets whose marks a socket may have, also where the rule that asks for it does not match', async () => {
    const marked = (...rules: string[]): Promise<boolean[]> => alive('mangle', '-A PREROUTING -j MARK --set-xmark 0x1/0xffffffff', ...rules, '-A PREROUTING -m mark --mark 0x5 -j DROP');
    const asks = '-A PREROUTING -p tcp -m socket --restore-skmark';
    assert.deepEqual(await marked('-A PREROUTING -p tcp -m socket -m ttl --ttl-eq 7'), [true, true, false]);
    assert.deepEqual(await marked(`${asks} -m ttl --ttl-eq 7 -j ACCEPT`), [true, true, true]);
    assert.deepEqual(await marked(`${asks} -m mark --mark 0x5 -j ACCEPT`), [true, true, true]);
    // Where nothing else is asked no packet that has got another mark goes on.
    assert.deepEqual(await marked(`${asks} -j ACCEPT`), [true, true, false]);
    assert.deepEqual(await marked(':DIVERT - [0:0]', `${asks} -j DIVERT`, '-A DIVERT -m mark --mark 0x5 -j ACCEPT'), [true, true, false, true]);
    assert.deepEqual(await marked('-A PREROUTING -p udp -j DROP', `${asks} -m ttl --ttl-lt 7`, '-A PREROUTING -p udp -m mark --mark 0x5 -j ACCEPT'), [true, true, true, false, true]);
  });

  it('may be called from more chains than are searched one by one', async () => {
    const jumps = Array.from({ length: 100 }, (_, index) => `-A INPUT -s 10.0.${index}.0/24 -p tcp -j SHARED`);
    const rules = ['-A SHARED -p udp -j ACCEPT', '-A SHARED -d 10.0.0.1/32 -p tcp -j DROP', '-A SHARED -d 10.0.0.1/32 -p tcp -j ACCEPT', '-A SHARED -s 10.0.99.7/32 -j ACCEPT'];
    assert.deepEqual((await alive('filter', ':SHARED - [0:0]', ...jumps, ...rules)).slice(-4), [false, true, false, true]);
  });
});
