import assert from 'node:assert/strict';
import { readHostFacts } from '../../../server/src/core/engine/facts/read.ts';
import { isLocal, routeTo, speakingAddress } from '../../../server/src/core/engine/routing.ts';
import { addressText } from '../../../server/src/core/engine/wording.ts';
import { readStrict } from '../../../server/src/core/values/ipv4.ts';
import { facts } from './run.ts';

const ip = (text: string): number => readStrict(text)!;

function message(text: string): string {
  const read = readHostFacts(text);
  return read.ok ? 'read' : read.message;
}

describe('facts about the host', () => {
  it('are read from an object', () => {
    const host = facts({
      interfaces: { eth0: ['203.0.113.10/24', '2001:db8::1/64'], ppp0: [] }, local: ['198.51.100.5'], routes: ['10.0.0.0/8 via 203.0.113.7 dev eth1 metric 5'], forwarding: true,
      ipsets: { bad: { type: 'hash:ip', family: 'inet', members: ['192.0.2.1'] } },
    });
    assert.deepEqual(host.interfaces!.get('eth0')![0], { address: ip('203.0.113.10'), length: 24 });
    assert.deepEqual(host.routes, [{ destination: { address: ip('10.0.0.0'), length: 8 }, device: 'eth1', via: ip('203.0.113.7'), family: 'ipv4', metric: 5 }]);
    assert.deepEqual(host.ipsets!.get('bad')!.members, ['192.0.2.1']);
    assert.equal(isLocal(host, ip('198.51.100.5')), true);
    assert.equal(isLocal(host, ip('198.51.100.6')), false);
    assert.equal(isLocal({}, ip('198.51.100.6')), undefined);
  });

  it('tell routing tables by rules, in text or as ip -j prints them', () => {
    const printed = [
      { priority: 0, src: 'all', table: 'local' }, { priority: 100, not: null, src: '10.0.0.0', srclen: 8, fwmark: '0x3', fwmask: '0xf', iif: 'eth1', table: 'main', suppress_prefixlen: 0 },
      { priority: 110, src: 'all', table: '254' }, { priority: 120, src: 'all', sport: 53, action: 'prohibit' },
    ];
    const read = readHostFacts(JSON.stringify(printed));
    assert.ok(read.ok);
    assert.deepEqual(read.facts.rules, [
      { priority: 0, table: 'local' }, { priority: 100, not: true, from: { address: ip('10.0.0.0'), length: 8 }, arrived: 'eth1', mark: { value: 3, mask: 15 }, table: 'main', suppress: 0 },
      { priority: 110, table: 'main' }, { priority: 120, other: 'from all sport 53 prohibit', refuses: 'prohibit' },
    ]);
    const texts = readHostFacts(JSON.stringify({ rules: ['fwmark 0x1/0xff lookup 100', '200:\tfrom all to 192.0.2.0/24 unreachable'] }));
    assert.ok(texts.ok);
    assert.deepEqual(texts.facts.rules, [{ priority: 1, mark: { value: 1, mask: 255 }, table: '100' }, { priority: 200, to: { address: ip('192.0.2.0'), length: 24 }, refuses: 'unreachable' }]);
    for (const wrong of ['fwmark 1', 'fwmark x lookup 1', 'from 300.0.0.1 lookup 1']) assert.equal(readHostFacts(JSON.stringify({ rules: [wrong] })).ok, false, wrong);
  });

  it('are read from what ip and ipset print', () => {
    const links = [{ ifname: 'lo', addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: 'host' }] }, { ifname: 'eth0@if7', addr_info: [{ family: 'inet6', local: 'fe80::1', prefixlen: 64 }] }];
    const addr = readHostFacts(JSON.stringify(links));
    assert.ok(addr.ok);
    assert.deepEqual([...addr.facts.interfaces!.keys()], ['lo', 'eth0']);
    const table = [{ dst: 'default', gateway: '192.0.2.1', dev: 'eth0', flags: [] }, { dst: '10.0.0.0/8', dev: 'eth1', metric: 100 }, { type: 'unreachable', dst: '10.9.0.0/16', dev: 'lo' }, { type: 'local', dst: '10.0.0.1', dev: 'eth1' }];
    const route = readHostFacts(JSON.stringify(table));
    assert.ok(route.ok);
    const way = (text: string): string => { const found = routeTo(route.facts, { to: ip(text), from: undefined, arrived: 'lo', mark: 0 }); return typeof found === 'object' ? found.device : String(found); };
    assert.deepEqual(['8.8.8.8', '10.1.1.1', '10.9.1.1'].map(way), ['eth0', 'eth1', 'unreachable']);
    const sets = readHostFacts('create bad hash:net family inet hashsize 1024 maxelem 65536\nadd bad 192.0.2.0/24 nomatch\ncreate six hash:ip family inet6\n');
    assert.ok(sets.ok);
    assert.deepEqual(sets.facts.ipsets!.get('bad'), { type: 'hash:net', family: 'inet', maxelem: 65536, members: ['192.0.2.0/24 nomatch'] });
    assert.equal(sets.facts.ipsets!.get('six')!.family, 'inet6');
    const made = readHostFacts('create a hash:ip netmask 24 timeout 300\nadd a 192.0.2.0\nadd a 198.51.100.0 timeout 7\n');
    assert.ok(made.ok);
    assert.deepEqual(made.facts.ipsets!.get('a'), { type: 'hash:ip', family: 'inet', netmask: 24, timeout: 300, members: ['192.0.2.0 timeout 300', '198.51.100.0 timeout 7'] });
    const nested = readHostFacts(JSON.stringify({ interfaces: links, routes: table, ipsets: 'create x hash:ip\n' }));
    assert.ok(nested.ok);
  });

  it('that are wrong are named with their place', () => {
    assert.match(message('{'), /not JSON/u);
    assert.match(message('{"uptime":"1h"}'), /^uptime: seconds since/u);
    assert.match(message('{"interface":{}}'), /`interface` is not known; the keys are `interfaces`/u);
    assert.match(message('{"interfaces":{"eth0":["203.0.113.10/44"]}}'), /interfaces\.eth0\[0\].*prefix length from 0 to 32/u);
    assert.match(message('{"routes":["10.0.0.0/8"]}'), /routes\[0\].*is not a route/u);
    assert.match(message('{"local":["here"]}'), /local\[0\]: `here` is not an address/u);
    assert.match(message('{"ipsets":{"x":{"type":"hash:ip","members":[1]}}}'), /ipsets\.x\.members\[0\]/u);
    assert.match(message('{"ipsets":{"x":{"type":"hash:ip","entries":[]}}}'), /ipsets\.x: `entries` is not known; the keys are `type`/u);
    assert.match(message('{"forwarding":"yes"}'), /true or false/u);
    assert.match(message('[{"x":1}]'), /neither what `ip -j addr`/u);
    assert.match(message('add x 1.1.1.1\n'), /line 1: the set `x` has not been created/u);
    assert.match(message('hello\n'), /line 1: `hello` is neither/u);
  });

  it('tell the address from which the host speaks', () => {
    const host = facts({ interfaces: { lo: ['127.0.0.1/8'], eth0: ['10.0.0.1/24', '10.0.1.1/24'], eth1: ['fe80::1/64', '2001:db8::1/64', '2001:db8:1::1/64'], tun0: [] } });
    const speaks = (device: string, isIpv6: boolean, next?: number | bigint): string => { const found = speakingAddress(host, device, isIpv6, next); return typeof found === 'number' || typeof found === 'bigint' ? addressText(found) : String(found?.constructor.name); };
    assert.equal(speaks('eth0', false, ip('10.0.1.9')), '10.0.1.1');
    assert.equal(speaks('eth0', false, ip('8.8.8.8')), '10.0.0.1');
    // An interface without an address borrows one; loopback's own never leaves.
    assert.equal(speaks('tun0', false), '10.0.0.1');
    assert.equal(speaks('lo', false), '10.0.0.1');
    assert.equal(speaks('eth1', true, 0x20010db8000100000000000000000009n), '2001:db8:1::1');
    assert.equal(speaks('eth1', true, 0xfe80n << 112n | 9n), 'fe80::1');
    assert.equal(speaks('tun0', true), 'undefined');
    assert.equal(speaks('eth7', false), 'Unknown');
  });
});
