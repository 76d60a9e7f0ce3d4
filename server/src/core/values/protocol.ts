import { readInteger } from './integer.ts';
import { didYouMean } from './spelling.ts';
import { fail, ok, shown, type ValueProposal, type ValueType } from './value.ts';

/** Protocol names as Linux systems list them, with what they are. */
const PROTOCOLS: readonly (readonly [name: string, number: number, detail: string])[] = [
  ['icmp', 1, 'Internet Control Message Protocol'], ['igmp', 2, 'Internet Group Management Protocol'], ['ggp', 3, 'Gateway-to-Gateway Protocol'],
  ['ipencap', 4, 'IPv4 inside IP'], ['st', 5, 'Stream protocol'], ['tcp', 6, 'Transmission Control Protocol'], ['egp', 8, 'Exterior Gateway Protocol'],
  ['igp', 9, 'any private interior gateway protocol'], ['pup', 12, 'PARC universal packet'], ['udp', 17, 'User Datagram Protocol'],
  ['hmp', 20, 'Host Monitoring Protocol'], ['xns-idp', 22, 'Xerox NS datagrams'], ['rdp', 27, 'Reliable Data Protocol'], ['iso-tp4', 29, 'ISO Transport class 4'],
  ['dccp', 33, 'Datagram Congestion Control Protocol'], ['xtp', 36, 'Xpress Transport Protocol'], ['ddp', 37, 'AppleTalk datagrams'],
  ['idpr-cmtp', 38, 'IDPR control messages'], ['ipv6', 41, 'IPv6 inside IPv4'], ['ipv6-route', 43, 'IPv6 routing header'], ['ipv6-frag', 44, 'IPv6 fragment header'],
  ['idrp', 45, 'Inter-Domain Routing Protocol'], ['rsvp', 46, 'Resource Reservation Protocol'], ['gre', 47, 'Generic Routing Encapsulation'],
  ['esp', 50, 'IPsec Encapsulating Security Payload'], ['ah', 51, 'IPsec Authentication Header'], ['skip', 57, 'SKIP key management'],
  ['ipv6-icmp', 58, 'ICMP for IPv6'], ['ipv6-nonxt', 59, 'no next header for IPv6'], ['ipv6-opts', 60, 'IPv6 destination options'],
  ['rspf', 73, 'Radio Shortest Path First'], ['vmtp', 81, 'Versatile Message Transaction Protocol'], ['eigrp', 88, 'Enhanced Interior Gateway Routing Protocol'],
  ['ospf', 89, 'Open Shortest Path First'], ['ax.25', 93, 'AX.25 frames'], ['ipip', 94, 'IP within IP'], ['etherip', 97, 'Ethernet within IP'],
  ['encap', 98, 'encapsulation header'], ['pim', 103, 'Protocol Independent Multicast'], ['ipcomp', 108, 'IP Payload Compression'],
  ['vrrp', 112, 'Virtual Router Redundancy Protocol'], ['l2tp', 115, 'Layer Two Tunneling Protocol'], ['isis', 124, 'IS-IS over IPv4'],
  ['sctp', 132, 'Stream Control Transmission Protocol'], ['fc', 133, 'Fibre Channel'], ['mobility-header', 135, 'Mobility support for IPv6'],
  ['udplite', 136, 'UDP-Lite'], ['mpls-in-ip', 137, 'MPLS in IP'], ['manet', 138, 'mobile ad-hoc networks'], ['hip', 139, 'Host Identity Protocol'],
  ['shim6', 140, 'Shim6'], ['wesp', 141, 'wrapped ESP'], ['rohc', 142, 'Robust Header Compression'], ['ethernet', 143, 'Ethernet'],
];

/** Other names that iptables takes; 0 stands for every protocol. */
const ALIASES: readonly (readonly [name: string, number: number])[] = [
  ['all', 0], ['ip', 0], ['hopopt', 0], ['icmpv6', 58], ['ipv6-mh', 135], ['mh', 135],
];

const NUMBERS: ReadonlyMap<string, number> = new Map([...PROTOCOLS.map(([name, number]) => [name, number] as const), ...ALIASES]);
const BY_NUMBER: ReadonlyMap<number, readonly [name: string, detail: string]> = new Map(PROTOCOLS.map(([name, number, detail]) => [number, [name, detail]]));

/** Extension headers of IPv6 of which ip6tables warns as a rule's protocol (seen in 1.8.9), and the matches that find them. */
export const HEADER_MATCHES: ReadonlyMap<number, string> = new Map([[43, 'rt'], [44, 'frag'], [51, 'ah'], [60, 'dst']]);

/** Multipath TCP has a number beyond the header's field: a socket interface's name, not a protocol on the wire. */
const MPTCP = 262;

/** A protocol by name or number; 0 means every protocol. */
export const protocol: ValueType<number> = {
  placeholder: 'PROTOCOL',
  parse(text) {
    const number = readInteger(text);
    if (number !== undefined) return number <= 255 ? ok(number) : fail(`\`${text}\` is above 255, the highest protocol number; write one from 0 to 255 or a name such as \`tcp\`.`);
    const named = NUMBERS.get(text.toLowerCase());
    if (named !== undefined) return ok(named);
    if (text.toLowerCase() === 'mptcp') return ok(MPTCP, 'No packet has the protocol `mptcp`: on the wire it is `tcp`, as which iptables-nft reads it.');
    if (text === 'any') return fail('`any` is no protocol; write `all` for every protocol.', 'all');
    if (/,/u.test(text)) return fail(`\`${text}\` is a list; a rule takes one protocol, so write a rule for each.`);
    const { hint, suggestion } = didYouMean(text, NUMBERS.keys());
    return fail(`${shown(text)} is not a protocol.${hint} Write a name such as \`tcp\` or a number from 0 to 255.`, suggestion);
  },
  print: (number) => protocolName(number) ?? String(number),
  complete: ({ family }) => {
    const usual = family === 'ipv4' ? ['tcp', 'udp', 'icmp'] : ['tcp', 'udp', 'ipv6-icmp'];
    const possible = PROTOCOLS.filter(([, number]) => family === 'ipv4' || !HEADER_MATCHES.has(number)).map(([text, , detail]) => ({ text, detail }));
    const isUsual = ({ text }: ValueProposal): boolean => usual.includes(text);
    return [
      ...usual.map((name) => possible.find(({ text }) => text === name)!), { text: 'all', detail: 'every protocol' },
      ...possible.filter((proposal) => !isUsual(proposal)), { text: 'icmpv6', detail: 'ICMP for IPv6' },
    ];
  },
  hover: (number) => {
    const known = BY_NUMBER.get(number);
    return number === 0 ? 'Every protocol.' : known === undefined ? undefined : `Protocol ${number}: ${known[1]}.`;
  },
};

/** The name that iptables-save prints for a protocol number, where it has one. */
export function protocolName(number: number): string | undefined {
  if (number === MPTCP) return 'mptcp';
  return BY_NUMBER.get(number)?.[0];
}

/** The same type where iptables-save prints the number (`--ctproto`). */
export const protocolNumber: ValueType<number> = { ...protocol, print: String };
