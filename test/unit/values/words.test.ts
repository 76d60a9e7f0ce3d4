import { addressTypes } from '../../../server/src/core/values/address-type.ts';
import { dscp, dscpClass } from '../../../server/src/core/values/dscp.ts';
import { icmpType, icmpv6Type } from '../../../server/src/core/values/icmp-type.ts';
import { logLevel } from '../../../server/src/core/values/log-level.ts';
import { protocol } from '../../../server/src/core/values/protocol.ts';
import { rejectType } from '../../../server/src/core/values/reject-type.ts';
import { baseStates, ctDirection, ctStates, ctStatuses } from '../../../server/src/core/values/state.ts';
import { tcpFlags } from '../../../server/src/core/values/tcp-flags.ts';
import { tos } from '../../../server/src/core/values/tos.ts';
import { refuses, takes, warns } from './check.ts';

const V6 = { family: 'ipv6' } as const;

describe('words', () => {
  it('of connection tracking: any case, any beginning, printed in one order', () => {
    takes(ctStates, { NEW: 'NEW', 'ESTABLISHED,RELATED': 'RELATED,ESTABLISHED', 'est,n': 'NEW,ESTABLISHED', 'DNAT,NEW,NEW': 'NEW,DNAT' });
    refuses(ctStates, {
      'NEW,': [/empty element/u, 'NEW'], '': [/value is empty/u], ESTABLISED: [/Did you mean `ESTABLISHED`/u, 'ESTABLISHED'], 'NEW,ESTABLISED': [/Did you mean/u, 'NEW,ESTABLISHED'], 'NEW|RELATED': [/commas/u, 'NEW,RELATED'], 'NEW|RELATE|X': [/not a connection state/u],
    });
    refuses(baseStates, { SNAT: [/not a connection state/u] });
    takes(ctStatuses, { 'NONE,ASSURED': 'ASSURED', NONE: 'NONE', seen: 'SEEN_REPLY' });
    takes(ctDirection, { original: 'ORIGINAL' });
    refuses(ctDirection, { ORIG: [/not a direction/u] });
  });

  it('of ICMP: any clear beginning, or numbers of any base', () => {
    takes(icmpType, { '8': '8', '8/0': '8/0', '0x8': '8', ping: '8', 'echo-req': '8', 'fragmentation-needed': '3/4', any: 'any', '255': 'any', '255/3': 'any', '3/255': '3/255', 'tos-host-redirect': '5/3' });
    refuses(icmpType, {
      echo: [/could be `echo-reply` or `echo-request`/u, 'echo-reply'], '256': [/above 255/u], '3/256': [/above 255/u], '8/': [/no code/u, '8'], '8,0': [/list/u], '8:9': [/range/u], 'echo-requset': [/Did you mean `echo-request`/u, 'echo-request'], '': [/missing/u],
    });
    takes(icmpv6Type, { '255': '255', 'packet-too': '2', 'neighbor-solicitation': '135', 'reject-route': '1/6' }, V6);
    refuses(icmpv6Type, { any: [/not an ICMPv6 type/u], neigh: [/could be/u, 'neighbour-solicitation'] }, V6);
  });

  it('of protocols: names in any case, numbers up to 255', () => {
    takes(protocol, { tcp: 'tcp', TCP: 'tcp', '6': 'tcp', '0x6': 'tcp', all: '0', '0': '0', ip: '0', icmpv6: 'ipv6-icmp', mh: 'mobility-header', '255': '255', '4': 'ipencap' });
    warns(protocol, { mptcp: ['mptcp', /No packet/u] });
    refuses(protocol, { any: [/write `all`/u, 'all'], tpc: [/Did you mean `tcp`/u, 'tcp'], '256': [/above 255/u], 'tcp,udp': [/a rule for each/u], '': [/not a protocol/u] });
  });

  it('of REJECT: the first type of the family that begins so', () => {
    takes(rejectType, { 'icmp-port-unreachable': 'icmp-port-unreachable', 'port-unreach': 'icmp-port-unreachable', 'ICMP-Admin-Prohibited': 'icmp-admin-prohibited', 'tcp-rst': 'tcp-reset' });
    warns(rejectType, { icmp: ['icmp-net-unreachable', /short for `icmp-net-unreachable`/u] });
    refuses(rejectType, { 'icmp6-port-unreachable': [/for IPv6/u, 'icmp-port-unreachable'], 'icmp-port-unreachble': [/Did you mean/u, 'icmp-port-unreachable'], 'echo-reply': [/not a type/u] });
    takes(rejectType, { 'adm-prohibited': 'icmp6-adm-prohibited' }, V6);
    refuses(rejectType, { 'icmp-host-unreachable': [/for IPv4/u, 'icmp6-addr-unreachable'] }, V6);
  });

  it('of the log: full names or 0 to 7', () => {
    takes(logLevel, { '7': '7', debug: '7', panic: '0', '0x5': '5', warning: '4' });
    refuses(logLevel, { warn: [/write `warning`/u, 'warning'], err: [/write `error`/u, 'error'], INFO: [/write `info`/u, 'info'], '8': [/the most is 7/u, '7'], '': [/not a log level/u] });
  });

  it('of TCP flags, TOS, DSCP and address types', () => {
    takes(tcpFlags, { 'SYN,ACK': 'SYN,ACK', 'ack,syn': 'SYN,ACK', ALL: 'FIN,SYN,RST,PSH,ACK,URG', NONE: 'NONE', 'SYN,': 'SYN' });
    warns(tcpFlags, { '': ['NONE', /`NONE`/u] });
    refuses(tcpFlags, { ECE: [/-m ecn/u], SNY: [/Did you mean `SYN`/u, 'SYN'], '0x02': [/not a TCP flag/u], 'SYN|ACK': [/not a TCP flag/u] });
    takes(tos, { '16': '0x10/0xff', '0x10/0x3f': '0x10/0x3f', 'minimize-delay': '0x10/0x3f' });
    refuses(tos, { Minimize: [/in full/u], '256': [/above 255/u], '1/256': [/above 255/u] });
    takes(dscp, { '46': '0x2e', '0': '0x00' });
    refuses(dscp, { '64': [/the most is 63/u, '63'], EF: [/not a DSCP code point/u] });
    takes(dscpClass, { ef: '0x2e', CS7: '0x38', AF43: '0x26' });
    refuses(dscpClass, { AF44: [/not a DiffServ class/u, 'AF41'] });
    takes(addressTypes, { 'MULTICAST,local': 'LOCAL,MULTICAST', UN: 'UNSPEC' });
    refuses(addressTypes, { 'LOCAL,': [/empty element/u, 'LOCAL'], LOCALE: [/Did you mean `LOCAL`/u, 'LOCAL'] });
  });
});
