import assert from 'node:assert/strict';
import { run, way, ways } from './run.ts';

describe('chains', () => {
  it('go to the caller on RETURN, and to the policy from a built-in chain', () => ways(`*filter
:INPUT DROP [0:0]
:A - [0:0]
:B - [0:0]
:C - [0:0]
-A INPUT -p tcp -j A
-A INPUT -p tcp --dport 1 -j ACCEPT
-A INPUT -p udp -g C
-A INPUT -p udp -j ACCEPT
-A INPUT -p icmp -j RETURN
-A INPUT -p icmp -j ACCEPT
-A A -g B
-A A -j LOG --log-prefix "never "
-A B -p tcp --dport 2 -j RETURN
-A B -p tcp --dport 3 -j ACCEPT
-A C -p udp --dport 5 -j RETURN
COMMIT
`, [
    // A goes to B, so the end of B is the end of A.
    ['tcp 1.1.1.1:40000 -> 9.9.9.9:1 in=eth0', 'ACCEPT filter:INPUT:1 filter:A:1 filter:INPUT:2'],
    ['tcp 1.1.1.1:40000 -> 9.9.9.9:2 in=eth0', 'DROP filter:INPUT:1 filter:A:1 filter:B:1 filter:INPUT:policy'],
    ['tcp 1.1.1.1:40000 -> 9.9.9.9:3 in=eth0', 'ACCEPT filter:INPUT:1 filter:A:1 filter:B:2'],
    // A goto out of a built-in chain ends at its policy.
    ['udp 1.1.1.1:40000 -> 9.9.9.9:5 in=eth0', 'DROP filter:INPUT:3 filter:C:1 filter:INPUT:policy'],
    ['udp 1.1.1.1:40000 -> 9.9.9.9:6 in=eth0', 'DROP filter:INPUT:3 filter:INPUT:policy'],
    ['icmp 1.1.1.1 -> 9.9.9.9 in=eth0', 'DROP filter:INPUT:5 filter:INPUT:policy'],
  ]));

  it('share what their first rule settles, whichever chain a packet comes to first', () => ways(`*filter
:INPUT DROP [0:0]
:A - [0:0]
:B - [0:0]
-A INPUT -p tcp -j A
-A INPUT -p udp -j B
-A A -m recent --rcheck --name list -j ACCEPT
-A A -m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode srcip --hashlimit-name table -j ACCEPT
-A B -m recent --set --name list --mask 255.255.255.0
-A B -m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name table -j ACCEPT
COMMIT
`, [
    ['udp 10.0.0.1:40000 -> 9.9.9.9:1 in=eth0', 'ACCEPT filter:INPUT:2 filter:B:1 filter:B:2'],
    ['udp 10.0.0.1:40000 -> 9.9.9.9:2 in=eth0', 'DROP filter:INPUT:2 filter:B:1 filter:INPUT:policy'],
    ['tcp 10.0.0.2:40000 -> 9.9.9.9:1 in=eth0', 'ACCEPT filter:INPUT:1 filter:A:2'],
    ['tcp 10.0.0.1:40000 -> 9.9.9.9:1 in=eth0', 'ACCEPT filter:INPUT:1 filter:A:1'],
  ]));

  it('end only their own table on ACCEPT', () => ways(`*raw
-A PREROUTING -s 1.1.1.1 -j DROP
COMMIT
*mangle
:FORWARD DROP [0:0]
-A PREROUTING -s 1.1.1.2 -j DROP
-A FORWARD -s 1.1.1.3 -j ACCEPT
COMMIT
*filter
-A FORWARD -s 1.1.1.3 -j DROP
COMMIT
`, [
    ['udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0 out=eth1', 'DROP raw:PREROUTING:1'],
    ['udp 1.1.1.2:1 -> 9.9.9.9:1 in=eth0 out=eth1', 'DROP mangle:PREROUTING:1'],
    ['udp 1.1.1.3:1 -> 9.9.9.9:1 in=eth0 out=eth1', 'DROP mangle:FORWARD:1 filter:FORWARD:1'],
    ['udp 1.1.1.4:1 -> 9.9.9.9:1 in=eth0 out=eth1', 'DROP mangle:FORWARD:policy'],
  ]));

  it('count rules without a target, and duplicates of a line', () => ways(`*filter
:INPUT DROP [0:0]
:X - [0:0]
-A INPUT -p tcp
-A INPUT -p tcp
-A INPUT -j X
-A X -s 1.1.1.1 -j LOG
-A INPUT -j RETURN
-A INPUT -j ACCEPT
COMMIT
`, [['tcp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0', 'DROP filter:INPUT:1 filter:INPUT:2 filter:INPUT:3 filter:X:1 filter:INPUT:4 filter:INPUT:policy']]));

  it('number the rules that a list of addresses makes', () => ways(`*filter
-A INPUT -s 1.1.1.1,2.2.2.2 -d 9.9.9.9,8.8.8.8 -j LOG
-A INPUT -j ACCEPT
COMMIT
`, [['tcp 2.2.2.2:1 -> 8.8.8.8:80 in=eth0', 'ACCEPT filter:INPUT:4 filter:INPUT:5']]));

  it('that run in a circle decide nothing, and end', async () => {
    const [jump, around] = await run(`*filter
:A - [0:0]
:B - [0:0]
-A INPUT -p tcp -j A
-A INPUT -p udp -g B
-A A -j B
-A B -g A
COMMIT
`, ['tcp any -> any in=eth0', 'icmp any -> any in=eth0']);
    assert.equal(jump!.verdict, 'UNKNOWN');
    assert.match(jump!.reason!, /circle/u);
    assert.equal(way(around!), 'ACCEPT filter:INPUT:policy');
  });

  it('without a table leave the packet alone', () => ways('*nat\nCOMMIT\n', [['tcp 1.1.1.1:1 -> 9.9.9.9:80 in=eth0', 'ACCEPT']]));

  it('say why a rule did not match when asked for every rule', async () => {
    const [result] = await run(`*filter
-A INPUT -s 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT
-A INPUT ! -i eth0 -j DROP
-A INPUT -p udp -m udp ! --sport 53 -j DROP
-A INPUT -j DROP
COMMIT
`, ['udp 1.1.1.1:53 -> 9.9.9.9:22 in=eth0'], { trace: 'all' });
    assert.deepEqual(result!.steps.map(({ number, matched, reason, target }) => [number, matched, target, reason === undefined ? '' : `${reason.source}: ${reason.observe}`]), [
      [1, false, 'ACCEPT', '-s 10.0.0.0/8: the source is 1.1.1.1'],
      [2, false, 'DROP', '! -i eth0: it comes in by `eth0`'],
      [3, false, 'DROP', '! --sport 53: the source port is 53'],
      [4, true, 'DROP', ''],
    ]);
  });

  it('say what a target did', async () => {
    const [result] = await run(`*mangle
:X - [0:0]
-A PREROUTING -j X
-A X -j MARK --set-mark 0x10
-A X -j TOS --set-tos 0x10
COMMIT
*nat
-A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.5:80
COMMIT
`, ['tcp 1.1.1.1:1 -> 9.9.9.9:8080 in=eth0']);
    assert.deepEqual(result!.steps.map(({ effect }) => effect), ['jumps to X', 'mark becomes 0x10', 'tos becomes 0x10', 'destination becomes 10.0.0.5:80']);
  });

  it('of a rule that iptables refuses decide nothing behind it', async () => {
    const results = await run(`*filter
-A INPUT -p tcp --dport 22 -j ACCEPT
-A INPUT -p tcp --dport 99999 -j DROP
-A INPUT -j ACCEPT
COMMIT
`, ['tcp 1.1.1.1:1 -> 9.9.9.9:22 in=eth0', 'tcp 1.1.1.1:1 -> 9.9.9.9:23 in=eth0']);
    assert.deepEqual(results.map(({ verdict }) => verdict), ['ACCEPT', 'UNKNOWN']);
  });
});
