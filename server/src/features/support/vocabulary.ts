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

export const COUNTERS_DOC = 'Counters, `[PACKETS:BYTES]`. iptables-restore sets them only when it is given `-c`.';

export const NEGATION_DOC = 'Negates the option behind it: the rule matches where that option does not.';

/** What a base option means beyond its summary, by its name without dashes, in Markdown. */
export const BASE_OPTION_DOCS: Readonly<Record<string, string>> = {
  append: 'Adds the rule behind the last rule of the chain. Rules are met in order, so it is asked after all that stand there already.',
  insert: 'Puts the rule before rule number *N* of the chain, before the first one where no number is given.',
  delete: 'Deletes one rule: by its number, or by repeating its options. Of equal rules the first goes.',
  replace: 'Puts the rule in the place of rule number *N*. The options may name one source and one destination address only.',
  check: 'Exits with 0 where the chain holds such a rule and with 1 where it does not. Nothing is changed.',
  flush: 'Deletes the rules of one chain, or of every chain of the table. Chains and policies stay: with a policy `DROP` nothing passes any more.',
  'new-chain': 'Creates a user-defined chain. Names have at most 28 characters and can be neither a target\'s nor start with `-`.',
  'delete-chain': 'Deletes a user-defined chain, or all of them. It must be empty, and no rule may jump to it.',
  policy: 'Sets what happens to packets that no rule of a built-in chain decides on: `ACCEPT` or `DROP`.',
  'rename-chain': 'Gives a user-defined chain another name. Rules that jump to it follow.',
  protocol: 'Protocol of the packet by name (`tcp`, `udp`, `icmp`, `ipv6-icmp` …) or number from 0 to 255. `all`, or leaving it out, takes every protocol. Options of the protocol\'s own match (`--dport`) can follow without `-m`. In IPv6 it is the protocol behind the extension headers.',
  source: 'Source address: one address, a network (`10.0.0.0/8`, `10.0.0.0/255.0.0.0`) or several with commas between them, which make a rule for each. Host names are resolved once, when the rule is loaded.',
  destination: 'Destination address: one address, a network (`10.0.0.0/8`, `10.0.0.0/255.0.0.0`) or several with commas between them, which make a rule for each. In `nat` and `filter` `INPUT` and `FORWARD` it is what `DNAT` has made of it.',
  'in-interface': 'Interface by which the packet came in. `eth+` takes every name that begins with `eth`. Packets that this host sends have none, so it can\'t stand in `OUTPUT` and `POSTROUTING`.',
  'out-interface': 'Interface by which the packet will leave. `eth+` takes every name that begins with `eth`. It is not known before routing, so it can\'t stand in `PREROUTING` and `INPUT`.',
  fragments: 'The second and later fragments of a fragmented IPv4 packet. They carry no ports, so no rule that asks for ports matches them. With connection tracking loaded, packets are put together before any rule sees them.',
  match: 'Loads a match extension. Its options can follow; all matches of a rule must agree. They are asked in the order in which they stand.',
  jump: 'What happens to a packet that matches: a verdict, a target extension, or a chain to go through. A rule without a target only counts.',
  goto: 'Continues in a user-defined chain. Unlike after `-j`, a packet that reaches the end of that chain goes on where *this* chain was called from.',
  table: 'Table that the command works on; `filter` where it is left out. In a ruleset file the `*table` line says it.',
  'set-counters': 'Packet and byte counters that the rule starts with.',
  ipv4: 'The line is for IPv4: iptables-restore loads it, ip6tables-restore skips it.',
  ipv6: 'The line is for IPv6: ip6tables-restore loads it, iptables-restore skips it.',
  wait: 'Waits for the lock that another iptables holds, for at most the given number of seconds. Without it the command fails at once.',
};

/** What a field of a packet in notation says, by its name, in Markdown. */
export const FIELD_DOCS: Readonly<Record<string, string>> = {
  in: 'Interface by which the packet comes in. Alone it means a packet for this host.',
  out: 'Interface by which the packet leaves. Alone it means a packet that this host sends, beside `in=` one that it forwards.',
  path: 'The packet\'s way through the host, where the interfaces do not tell it: `in`, `forward` or `out`.',
  state: 'Connection tracking state. Left out, it follows from the packets before.',
  flags: 'TCP flags that are set; all others are not.',
  type: 'ICMP type, by name or as `TYPE[/CODE]`.',
  id: 'Identifier of an ICMP query, by which its reply is told.',
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
