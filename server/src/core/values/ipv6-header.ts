import { looseList } from './loose-list.ts';
import type { ValueType } from './value.ts';

/** Headers that ipv6header knows, in the order in which iptables-save prints them; `protocol` stands for what follows them. */
export const IPV6_HEADERS = ['hop-by-hop', 'ipv6-opts', 'ipv6-route', 'ipv6-frag', 'ah', 'esp', 'ipv6-nonxt', 'protocol'] as const;

export type Ipv6Header = (typeof IPV6_HEADERS)[number];

/** The numbers by which the header before announces them. */
export const headerNumbers: Readonly<Record<Exclude<Ipv6Header, 'protocol'>, number>> = {
  'hop-by-hop': 0, 'ipv6-opts': 60, 'ipv6-route': 43, 'ipv6-frag': 44, ah: 51, esp: 50, 'ipv6-nonxt': 59,
};

/** Short names, numbers, and names that Linux systems list for the number. */
const ALIASES: Readonly<Record<Ipv6Header, readonly string[]>> = {
  'hop-by-hop': ['hop', '0', 'ip', 'IP', 'hopopt', 'HOPOPT'],
  'ipv6-opts': ['dst', '60', 'IPv6-Opts'],
  'ipv6-route': ['route', '43', 'IPv6-Route'],
  'ipv6-frag': ['frag', '44', 'IPv6-Frag'],
  ah: ['auth', '51', 'IPSEC-AH'],
  esp: ['50', 'IPSEC-ESP'],
  'ipv6-nonxt': ['none', '59', 'IPv6-NoNxt'],
  protocol: ['prot', '255'],
};

const DETAILS: Readonly<Record<Ipv6Header, string>> = {
  'hop-by-hop': 'options that every router looks at', 'ipv6-opts': 'options for the destination', 'ipv6-route': 'routing header', 'ipv6-frag': 'fragment header',
  ah: 'authentication header', esp: 'encrypted payload', 'ipv6-nonxt': 'nothing follows', protocol: 'an upper-layer protocol such as TCP',
};

/** `HEADER[,HEADER…]`; numbers must be written as they stand here. */
export const ipv6Headers: ValueType<readonly Ipv6Header[]> = looseList<Ipv6Header>({
  what: 'a header that ipv6header knows', placeholder: 'HEADER',
  choices: IPV6_HEADERS.map((name) => ({ name, value: name, aliases: ALIASES[name], detail: DETAILS[name] })),
});
