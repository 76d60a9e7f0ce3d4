import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addressList, resolvedAddress } from '../../../server/src/core/values/address.ts';
import { addressRange } from '../../../server/src/core/values/address-range.ts';
import { printIPv6, readIPv6 } from '../../../server/src/core/values/ipv6.ts';
import { interfaceFits, interfaceName } from '../../../server/src/core/values/interface.ts';
import { macAddress } from '../../../server/src/core/values/mac.ts';
import { refuses, takes, warns } from './check.ts';

const V6 = { family: 'ipv6' } as const;

describe('addresses', () => {
  it('of -s and -d in IPv4', () => {
    takes(addressList, {
      '10.0.0.0/8': '10.0.0.0/8', '10/8': '10.0.0.0/8', '10.1.2.3/8': '10.0.0.0/8', '1.2.3/24': '1.2.3.0/24', '1.2.3.4': '1.2.3.4/32', '1.2.3.4/255.255.0.0': '1.2.0.0/16',
      '1.2.3.4/255.0.255.0': '1.0.3.0/255.0.255.0', '0/0': '0.0.0.0/0', 'anything/0': '0.0.0.0/0', '1.2.3.4,5.6.7.8/24': '1.2.3.4/32,5.6.7.0/24', '1.2.3.4, 5.6.7.8': '1.2.3.4/32,5.6.7.8/32',
      '1.2.3.4/032': '1.2.3.0/26', '10.0.0.0/0377.0.0.0': '10.0.0.0/8', '0x0a.1.2.3': '10.1.2.3/32',
    });
    warns(addressList, {
      '10': ['10.0.0.0/32', /single address 10\.0\.0\.0.*`10\.0\.0\.0\/8`/u], '010.1.2.3': ['8.1.2.3/32', /octal: it means 8\.1\.2\.3/u], '1.2.300': ['1.2.1.44/32', /read as 1\.2\.1\.44/u],
      '3232235777': ['192.168.1.1/32', /read as 192\.168\.1\.1/u], localhost: ['127.0.0.1/32', /resolved once/u], 'www.example.org/24': ['www.example.org/24', /resolved once/u],
    });
    refuses(addressList, {
      '1.2.3.4/33': [/not a mask/u, '1.2.3.4/32'], '1.2.3.4/': [/not a mask/u], '1.2.3.4/255.255.255': [/not a mask/u], '256.1.2.3': [/not an IPv4 address/u], '1.2.3.4.5': [/not an IPv4 address/u], '10.1.2.08': [/not an IPv4 address/u],
      '1.2.3.4,': [/missing/u, '1.2.3.4'], '': [/missing/u], '::1': [/IPv6 address.*ip6tables/u], any: [/leave the option out/u, '0.0.0.0/0'], '1.2.3.4-1.2.3.9': [/-m iprange/u], '1.2.3.4:80': [/--dport/u], '1.2.3.4/24/24': [/one address with one mask/u],
    });
  });

  it('of -s and -d in IPv6', () => {
    takes(addressList, {
      '2001:DB8::1': '2001:db8::1/128', '2001:db8::1/32': '2001:db8::/32', '::/0': '::/0', '0/0': '::/0', '2001:db8::1/ffff:0:ffff::': '2001::/ffff:0:ffff::', '::ffff:1.2.3.4': '::ffff:1.2.3.4/128',
      '64:ff9b::1.2.3.4': '64:ff9b::102:304/128', '1:0:0:2:0:0:0:3': '1:0:0:2::3/128', '1:2:3:4:5:6:7::': '1:2:3:4:5:6:7:0/128', '::1:2': '::0.1.0.2/128', '::1,::2': '::1/128,::2/128',
    }, V6);
    warns(addressList, { 'fe80::1%eth0': ['fe80::1/128', /without the interface/u], 'fe80::1%lo': ['fe80::1/128', /zone/u] }, V6);
    refuses(addressList, { '2001:db8::1/129': [/not a mask/u, '2001:db8::1/128'], '192.0.2.1': [/IPv4 address.*iptables/u], '[::1]': [/brackets/u, '::1'], '::g': [/not an IPv6 address/u], '1:2:3:4:5:6:7': [/not an IPv6 address/u], '1::2::3': [/not an IPv6 address/u] }, V6);
  });

  it('prints every IPv6 address so that it reads back', () => {
    for (const text of ['::', '::1', '::2:0:0:0:3', '1::', '1:0:2:3:4:5:6:7', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '::255.255.255.255', '::ffff:0:102:304', '1::2:0:0:3']) {
      assert.equal(printIPv6(readIPv6(text)!), text);
    }
  });

  it('that the resolver reads are filled up in the middle', () => {
    takes(resolvedAddress, { '10.0.0.1': '10.0.0.1', '10.0.0.0/8': '10.0.0.0/8', '10.0.0.1/255.255.255.0': '10.0.0.1/24', '1.2.3.4/0': '1.2.3.4/0' });
    warns(resolvedAddress, { '10.1': ['10.0.0.1', /unlike behind `-s`/u], '10/8': ['0.0.0.10/8', /unlike behind `-s`/u], '1.2.3.4/33': ['1.2.3.4', /without a word as \/32/u], 'a.example': ['a.example', /resolved once/u] });
    refuses(resolvedAddress, { '10.0.0.1,10.0.0.2': [/one address/u], '': [/not an IPv4 address/u], '10.0.0.1/foo': [/not a mask/u], '10.0.0.1/': [/not a mask/u], '::1': [/IPv6 address/u] });
    refuses(resolvedAddress, { '2001:db8::1/129': [/not a mask/u] }, V6);
  });

  it('of iprange', () => {
    takes(addressRange, { '10.0.0.1-10.0.0.9': '10.0.0.1-10.0.0.9', '10.0.0.1': '10.0.0.1-10.0.0.1', '10-10.1': '10.0.0.0-10.1.0.0' });
    warns(addressRange, { '10.0.0.9-10.0.0.1': ['10.0.0.9-10.0.0.1', /reversed/u] });
    refuses(addressRange, { '10.0.0.1-': [/open end/u], '10.0.0.0/8': [/`-s` and `-d`/u], '10.0.0.1 - 10.0.0.9': [/blanks/u, '10.0.0.1-10.0.0.9'], localhost: [/names are not looked up/u] });
    takes(addressRange, { '::1-::9': '::1-::9' }, V6);
  });
});

describe('interfaces', () => {
  it('have at most 15 characters, and are taken as they stand', () => {
    takes(interfaceName, { eth0: 'eth0', 'eth+': 'eth+', '+': '+', abcdefghijklmno: 'abcdefghijklmno', 'eth0.100': 'eth0.100' });
    warns(interfaceName, { 'eth*': ['eth*', /write `eth\+`/u], 'eth0,eth1': ['eth0,eth1', /one name/u], 'eth 0': ['eth 0', /blanks/u], '!eth0': ['!eth0', /`! -i eth0`/u] });
    refuses(interfaceName, { '': [/missing/u, '+'], abcdefghijklmnop: [/16 characters; an interface name has at most 15/u] });
  });

  it('fit a pattern as the kernel compares', () => {
    assert.deepEqual(['eth0', 'eth', 'et', ''].map((name) => interfaceFits('eth+', name)), [true, true, false, false]);
    assert.ok(interfaceFits('+', '') && !interfaceFits('e', 'eth0'));
  });
});

describe('hardware addresses', () => {
  it('have colons', () => {
    takes(macAddress, { '00:16:3E:5E:6C:FF': '00:16:3e:5e:6c:ff', '0:1:2:3:4:5': '00:01:02:03:04:05' });
    refuses(macAddress, { '00-16-3e-5e-6c-00': [/with colons/u, '00:16:3e:5e:6c:00'], '00163e5e6c00': [/with colons/u, '00:16:3e:5e:6c:00'], '00:16:3e:5e:6c': [/six bytes/u] });
  });

  it('are the same read at once and by their parts', () => {
    const number = fc.oneof(fc.nat(300).map(String), fc.constantFrom('', '0', '00', '010', '0x10', ' 1'));
    const text = fc.tuple(fc.array(number, { minLength: 1, maxLength: 5 }), fc.option(fc.oneof(fc.nat(40).map(String), fc.constantFrom('', '032', '255.0.0.0')), { nil: undefined }))
      .map(([numbers, mask]) => `${numbers.join('.')}${mask === undefined ? '' : `/${mask}`}`);
    // A blank before an address is skipped, but no plain address begins so.
    fc.assert(fc.property(text, (address) => {
      const [atOnce, byParts] = [addressList.parse(address, { family: 'ipv4' }), addressList.parse(` ${address}`, { family: 'ipv4' })];
      assert.deepEqual(atOnce.ok ? atOnce : 'refused', byParts.ok ? byParts : 'refused', address);
    }), { numRuns: 2000 });
  });
});
