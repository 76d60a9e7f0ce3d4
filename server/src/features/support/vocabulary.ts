import type { Hook, TableName } from '../../core/netfilter.ts';

/** What each table is for, in Markdown. */
export const TABLE_DOCS: Readonly<Record<TableName, string>> = {
  raw: 'Consulted first, before connection tracking. Rules here exempt packets from tracking (`-j CT --notrack`) or drop them early and cheaply.',
  mangle: 'Changes packets and their metadata: marks, DSCP, TTL, MSS. It is attached to all five hooks.',
  nat: 'Translates addresses. Only the first packet of a connection is shown to its rules; all others follow what was decided for that one. It is not a place to filter: iptables refuses `DROP` here.',
  filter: 'Decides which packets pass. The table of every command that names no other.',
  security: 'Sets SELinux labels (`SECMARK`, `CONNSECMARK`) on packets that `filter` has let through.',
};

/** Which packets each built-in chain sees, in Markdown. */
export const HOOK_DOCS: Readonly<Record<Hook, string>> = {
  PREROUTING: 'Packets that came in by an interface, before it is known whether they are for this host. The interface that they will leave by is not known yet: no `-o` here.',
  INPUT: 'Packets for this host itself, after routing. They leave by no interface: no `-o` here.',
  FORWARD: 'Packets that this host passes on from one interface to another.',
  OUTPUT: 'Packets that processes of this host send. They came in by no interface: no `-i` here.',
  POSTROUTING: 'Packets that are about to leave, forwarded or sent by this host, after routing. No `-i` here.',
};

/** What a policy does, in Markdown; `-` stands for a chain without one. */
export const POLICY_DOCS: Readonly<Record<'ACCEPT' | 'DROP' | '-', string>> = {
  ACCEPT: 'Packets that no rule of the chain decides on pass.',
  DROP: 'Packets that no rule of the chain decides on are dropped.',
  '-': 'User-defined chains have no policy: packets that reach the end go on behind the rule that jumped here.',
};

export const COMMIT_DOC = 'Ends the table block. iptables-restore changes the table here, all of it at once or nothing.';

export const START_DOC = 'What the kernel holds before the first line: the ruleset in this file, as a path from this file\'s folder. Without it the kernel holds nothing.';

export const CALL_DOC = 'An argument with which this script is run: `$1`, `$2` and so on, in their order. Without this comment the script is followed every way that its arguments may lead it.';

export const COUNTERS_DOC = 'Counters, `[PACKETS:BYTES]`. iptables-restore sets them only when it is given `-c`.';

export const NEGATION_DOC = 'Negates the option behind it: the rule matches where that option does not.';

/** What a field of a packet in notation says, by its name, in Markdown. */
export const FIELD_DOCS: Readonly<Record<string, string>> = {
  in: 'Interface by which the packet comes in. Alone it means a packet for this host.',
  out: 'Interface by which the packet leaves. Alone it means a packet that this host sends, beside `in=` one that it forwards.',
  path: 'The packet\'s way through the host, where the interfaces do not tell it: `in`, `forward` or `out`.',
  state: 'Connection tracking state. Left out, it follows from the packets before.',
  flags: 'TCP flags that are set; all others are not.',
  type: 'ICMP type, by name or as `TYPE[/CODE]`.',
  id: 'Identifier of an ICMP query, by which its reply is told.',
  spi: 'Security parameters index of an ESP or AH packet.',
  headers: 'IPv6 extension headers in front of the protocol: `hop-by-hop`, `ipv6-opts`, `ipv6-route`; none where it is left out.',
  mark: 'Netfilter mark; 0 where it is left out.',
  tos: 'Type of service; 0 where it is left out.',
  ttl: 'Time to live or hop limit; 64 where it is left out.',
  length: 'Length of the packet in bytes.',
  mac: 'Source address of the Ethernet frame.',
  uid: 'User that sends a packet of this host; 0 where it is left out.',
  gid: 'Group that sends a packet of this host; 0 where it is left out.',
  fragment: 'Offset of a fragment in bytes; a `+` behind it says that more fragments follow.',
  at: 'Time on the scenario\'s clock: `2s`, `500ms`, `1h30m`.',
};

/** What an expectation of each verdict states, in Markdown. */
export const EXPECTATION_DOCS: Readonly<Record<string, string>> = {
  ACCEPT: 'The packet passes every table and hook on its way.',
  DROP: 'The packet is dropped without an answer.',
  REJECT: 'The packet is refused with an answer; `REJECT with TYPE` names it.',
  QUEUE: 'The packet goes to a userspace program.',
  DNAT: 'The packet passes with another destination: `DNAT 192.0.2.1:80`.',
  SNAT: 'The packet passes with another source: `SNAT 192.0.2.1`.',
};
