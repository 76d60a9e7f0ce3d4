import { natDestination, natPorts, natSource } from '../../../server/src/core/values/nat-range.ts';
import { portList } from '../../../server/src/core/values/port-list.ts';
import { portRange, resolvedPortRange } from '../../../server/src/core/values/port.ts';
import { refuses, takes, warns } from './check.ts';

const TCP = { protocol: 6 };

describe('ports', () => {
  it('of tcp: any base, its own service names, the lower port first', () => {
    takes(portRange('tcp'), { '22': '22', '0x1f90': '8080', ssh: '22', 'ssh:http': '22:80', '1024:': '1024:65535', ':80': '0:80', '80:80': '80', '0': '0', '65535': '65535', '+80': '80', ' 80': '80' });
    warns(portRange('tcp'), { '022': ['18', /octal/u] });
    refuses(portRange('tcp'), {
      '65536': [/above 65535/u], '-1': [/negative/u], '08': [/octal/u, '8'], '80 ': [/blank/u, '80'], '': [/missing/u], sshd: [/not a port.*Did you mean `ssh`/u, 'ssh'],
      SSH: [/small letters/u, 'ssh'], tftp: [/listed for udp only, not for tcp.*\/etc\/services of the host/u, '69'], '80-90': [/with a colon/u, '80:90'], '80,90': [/-m multiport --dports 80,90/u],
      '90:80': [/reversed/u, '80:90'], '0x': [/not a port/u],
    });
  });

  it('of udp and conntrack: decimal, names of every protocol, no questions asked', () => {
    takes(resolvedPortRange, { '53': '53', '010': '10', http: '80', 'ntp:': '123:65535', ':': '0:65535', '53:53': '53' });
    warns(resolvedPortRange, { '65536': ['0', /above 65535.*as 0/u], '90:80': ['90:80', /reversed/u], '': ['0', /read as 0/u] });
    refuses(resolvedPortRange, { '0x50': [/not a port/u], '-1': [/negative/u], '1:2:3': [/more than two parts/u], domian: [/Did you mean `domain`/u, 'domain'], '4294967295': [/above 65535/u] });
  });

  it('of multiport: up to 15 places, ranges with both ends', () => {
    takes(portList, { '22,80,443': '22,80,443', 'ssh,http': '22,80', '80:90,22': '80:90,22', '0:65535': '0:65535' }, TCP);
    refuses(portList, {
      '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16': [/16 places; multiport has 15/u], '22,': [/empty element/u, '22'], '22,,80': [/empty element/u, '22,80'],
      ':80': [/open end/u, '0:80'], '1,80:': [/open end/u, '1,80:65535'], '90:80': [/the lower port first/u, '80:90'], '80:80': [/write `80` alone/u, '80'], '80-90,1': [/with a colon/u, '80:90,1'], '22,htpp': [/Did you mean `http`/u, '22,http'],
    }, TCP);
    refuses(portList, { domain: [/no service names/u] }, { protocol: 136 });
  });

  it('of NAT targets: a dash, and a service name alone', () => {
    takes(natPorts, { '80': '80', '80-90': '80-90', '80-80': '80', http: '80', 'http-alt': '8080', '0x50': '80', '0': '0' });
    refuses(natPorts, { '80:90': [/with a dash/u, '80-90'], '90-80': [/reversed/u, '80-90'], '65536': [/above 65535/u], '80-https': [/service name, which can't stand in a range/u, '443'], '1000-1010/2000': [/only DNAT/u, '1000-1010'], '': [/missing/u] });
  });
});

describe('what NAT targets translate to', () => {
  it('in IPv4', () => {
    takes(natSource, { '192.0.2.1': '192.0.2.1', '192.0.2.1-192.0.2.9': '192.0.2.1-192.0.2.9', '192.0.2.1-192.0.2.1': '192.0.2.1', '192.0.2.1:80': '192.0.2.1:80', ':1024-2048': ':1024-2048', '192.0.2.1-192.0.2.2:80-90': '192.0.2.1-192.0.2.2:80-90' });
    takes(natDestination, { '192.0.2.1:1000-1010/2000': '192.0.2.1:1000-1010/2000', ':1000-1010/ftp': ':1000-1010/21' });
    warns(natSource, { '192.0.2.9-192.0.2.1': ['192.0.2.9-192.0.2.1', /reversed/u], '192.0.2.1:80-90/100': ['192.0.2.1:80-90', /for DNAT/u] });
    refuses(natSource, { '192.0.2': [/short forms/u], '010.0.2.1': [/not an IPv4 address/u], '192.0.2.0/24': [/NETMAP/u], '192.0.2.1,192.0.2.2': [/list/u], localhost: [/names/u], '192.0.2.1:80:90': [/more than one colon/u], '': [/missing/u], '[::1]:80': [/brackets/u] });
    refuses(natDestination, { '192.0.2.1:1000-1010/0': [/no base port/u] });
  });

  it('in IPv6', () => {
    const v6 = { family: 'ipv6' } as const;
    takes(natSource, { '2001:db8::1': '2001:db8::1', '[2001:db8::1]': '2001:db8::1', '[2001:db8::1]:80': '[2001:db8::1]:80', '[2001:db8::1-2001:db8::9]:80-90': '[2001:db8::1-2001:db8::9]:80-90', ':80': ':80', '[]:80': ':80' }, v6);
    refuses(natSource, { '[2001:db8::1': [/brackets/u, '2001:db8::1'], '192.0.2.1': [/not an IPv6 address/u] }, v6);
  });
});
