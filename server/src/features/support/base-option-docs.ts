/** What is said of one of iptables' own options. */
export interface BaseOptionDoc {
  /** What it does. */
  readonly says: string;
  /** A line that uses it: of a ruleset file, or a command. */
  readonly example: string;
  readonly pitfalls?: readonly string[];
}

const ADDRESSES = 'one address, a network (`10.0.0.0/8`, `10.0.0.0/255.0.0.0`), or several with commas and no blanks between them, which make a rule for each.';

const ADDRESS_PITFALLS = [
  '`!` can\'t stand before several addresses: each would make a rule of its own.',
  'The bits behind the mask are cleared: `10.1.2.3/8` is `10.0.0.0/8`.',
  'A host name is looked up once, when the rule is loaded. Where no name server answers by then, as at boot, the ruleset is refused.',
];

const INTERFACE_NAMES = '`eth+` takes every name that begins with `eth`; without the `+` the name has to be the same.';

/** By the option's name without dashes; that of `--source` is for `--src` as well. */
export const BASE_OPTION_DOCS: Readonly<Record<string, BaseOptionDoc>> = {
  'append': {
    says: 'Adds the rule behind the last rule of the chain.', example: '-A INPUT -p tcp --dport 22 -j ACCEPT',
    pitfalls: ['Rules are met in order: behind a rule that takes the same packets it is never asked.', 'A command adds the rule each time that it runs, a ruleset file replaces what was there.'],
  },
  'insert': {
    says: 'Puts the rule before rule number *N* of the chain, before the first one where no number is given.', example: '-I INPUT 1 -i lo -j ACCEPT',
    pitfalls: ['Several `-I` without a number end up in reverse order, and so do several addresses in one of them.'],
  },
  'delete': {
    says: 'Deletes one rule: by its number, or by repeating its options. Of equal rules the first goes.', example: 'iptables -D INPUT -p tcp --dport 22 -j ACCEPT',
    pitfalls: ['After each deletion by number the rules behind it move up.', 'The options have to say the same as the rule; `iptables -S` prints them as they are kept.'],
  },
  'replace': {
    says: 'Puts the rule in the place of rule number *N*.', example: 'iptables -R INPUT 1 -p tcp --dport 22 -j DROP',
    pitfalls: ['It takes one source and one destination address.', 'The counters begin at 0.', 'In a ruleset file that holds the rule itself iptables-nft-restore crashes.'],
  },
  'check': {
    says: 'Ends with status 0 where the chain holds such a rule and with 1 where it does not. Nothing is changed.', example: 'iptables -C INPUT -i lo -j ACCEPT || iptables -A INPUT -i lo -j ACCEPT',
    pitfalls: ['It compares rules, not what they do: a rule that accepts more is not the same.'],
  },
  'list': {
    says: 'Lists the rules of one chain, or of every chain of the table.', example: 'iptables -t nat -L PREROUTING -n -v --line-numbers',
    pitfalls: ['Without `-n` it asks name servers for every address, which can take minutes.', 'Without `-v` it leaves interfaces and counters out: two rules that look alike may differ.', 'It shows `filter` unless `-t` says another table.'],
  },
  'list-rules': {
    says: 'Prints the rules of one chain, or of every chain of the table, as commands that would make them.', example: 'iptables -S INPUT',
    pitfalls: ['It shows `filter` unless `-t` says another table; `iptables-save` prints all of them.'],
  },
  'flush': {
    says: 'Deletes the rules of one chain, or of every chain of the table.', example: 'iptables -F INPUT',
    pitfalls: ['Chains and policies stay: with a policy `DROP` nothing passes any more. Set the policies first: `iptables -P INPUT ACCEPT`.'],
  },
  'zero': {
    says: 'Sets packet and byte counters to zero: of one rule, of one chain, or of every chain of the table.', example: 'iptables -Z INPUT 3',
    pitfalls: ['With `-L` it prints the counters before: `iptables -L -v -Z`.'],
  },
  'new-chain': {
    says: 'Creates a user-defined chain.', example: 'iptables -N LOGDROP',
    pitfalls: ['The name has at most 28 characters; it may not be a target\'s and not begin with `-` or `!`.', 'In a ruleset file `:LOGDROP - [0:0]` declares it.', 'Packets get there only by a rule with `-j` or `-g`.'],
  },
  'delete-chain': {
    says: 'Deletes a user-defined chain, or all of them where none is named.', example: 'iptables -X LOGDROP',
    pitfalls: ['It must be empty (`-F` before), and no rule may jump to it.'],
  },
  'policy': {
    says: 'Sets what becomes of packets that no rule of a built-in chain decides on: `ACCEPT` or `DROP`.', example: 'iptables -P INPUT DROP',
    pitfalls: ['`REJECT` is no policy; put a rule with it at the end of the chain.', '`DROP` takes effect at once: accept your own connection before.', '`nat` takes no policy `DROP` by command.'],
  },
  'rename-chain': {
    says: 'Gives a user-defined chain another name. Rules that jump to it follow.', example: 'iptables -E LOGDROP REFUSED',
    pitfalls: ['In a ruleset file that declares the chain iptables-nft refuses it.'],
  },
  'protocol': {
    says: 'Protocol of the packet by name (`tcp`, `udp`, `icmp`, `ipv6-icmp` …) or number from 0 to 255. Options of the protocol\'s own match, such as `--dport`, can follow without `-m`.', example: '-A INPUT -p udp --dport 53 -j ACCEPT',
    pitfalls: ['0 is `all`: every protocol, as where the option is left out.', 'For IPv6 it is what stands behind the extension headers, and ICMP is `ipv6-icmp`.', 'It stands before the options that need it: iptables reads from left to right.'],
  },
  'source': { says: `Source address of the packet: ${ADDRESSES}`, example: '-A INPUT -s 192.168.0.0/24 -j ACCEPT', pitfalls: [...ADDRESS_PITFALLS, 'Senders can put any address there: together with `-i` it says more.'] },
  'destination': {
    says: `Destination address of the packet: ${ADDRESSES}`, example: '-A FORWARD -d 192.168.0.10 -j ACCEPT',
    pitfalls: [...ADDRESS_PITFALLS, 'Behind `nat` `PREROUTING`, so in `INPUT` and `FORWARD`, it is what `DNAT` has made of it; `-m conntrack --ctorigdst` asks for the address before.'],
  },
  'in-interface': {
    says: `Interface by which the packet came in. ${INTERFACE_NAMES}`, example: '-A INPUT -i lo -j ACCEPT',
    pitfalls: ['`OUTPUT` and `POSTROUTING` refuse it: packets that this host sends came in by none.', 'Of packets that come in by a bridge it is the bridge; its port is `-m physdev --physdev-in`.', 'A name that there is not is taken, and matches once there is such an interface.'],
  },
  'out-interface': {
    says: `Interface by which the packet will leave. ${INTERFACE_NAMES}`, example: '-A FORWARD -i eth1 -o eth0 -j ACCEPT',
    pitfalls: ['`PREROUTING` and `INPUT` refuse it: before routing it is not known, and packets for this host leave by none.', 'A name that there is not is taken, and matches once there is such an interface.'],
  },
  'fragments': {
    says: 'The second and later fragments of an IPv4 packet; with `!` the first ones, and packets that are whole.', example: '-A INPUT -f -j DROP',
    pitfalls: ['Once connection tracking is in use, packets are put together before rules see them, and it never matches.', 'Such fragments carry no ports: no rule that asks for ports matches them.', 'For IPv6 there is `-m frag`.'],
  },
  'match': {
    says: 'Loads a match; its options can follow. A rule matches where all its matches do.', example: '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    pitfalls: ['Matches are asked in the order in which they stand, up to the first that does not match: `limit` or `recent` before another one count packets that the other turns away.', '`!` stands before an option, not before `-m`.'],
  },
  'jump': {
    says: 'What becomes of a packet that matches: a verdict (`ACCEPT`, `DROP`, `RETURN`), a target extension (`REJECT`, `LOG` …) or a chain to go through.', example: '-A INPUT -p tcp --dport 23 -j REJECT --reject-with tcp-reset',
    pitfalls: ['A rule without it only counts.', '`ACCEPT` ends the table, not the packet\'s way: a later table, or chain of another hook, may still drop it.', '`LOG`, `MARK` and others of their kind let the packet go on with the next rule.', 'Verdicts and targets are written in capital letters.'],
  },
  'goto': {
    says: 'Continues in a user-defined chain. Where that chain ends, the packet does not come back here: it goes on behind the `-j` that led to this chain or, in a built-in chain, meets the policy.', example: '-A INPUT -i eth0 -g FROM_OUTSIDE',
    pitfalls: ['`-j` is what comes back. A target can\'t stand behind `-g`.'],
  },
  'table': {
    says: 'Table that the command works on; `filter` where it is left out.', example: 'iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE',
    pitfalls: ['In a ruleset file the `*nat` line says it, and `-t` is refused.', 'It holds for its own command only: an `iptables -F` behind it works on `filter` again.'],
  },
  'set-counters': {
    says: 'Packet and byte counters that the rule starts with.', example: '-A INPUT -c 10 1200 -j ACCEPT',
    pitfalls: ['`[10:1200]` before `-A` means the same, but only where iptables-restore is run with `-c`.'],
  },
  'ipv4': {
    says: 'The line is for IPv4: iptables-restore loads it, ip6tables-restore passes it over. So one file can serve both.', example: '-A INPUT -4 -s 10.0.0.0/8 -j DROP',
    pitfalls: ['It has to stand before matches and targets that only IPv4 has.', 'As a command `ip6tables -4` is refused.'],
  },
  'ipv6': {
    says: 'The line is for IPv6: ip6tables-restore loads it, iptables-restore passes it over. So one file can serve both.', example: '-A INPUT -6 -s fe80::/10 -j ACCEPT',
    pitfalls: ['It has to stand before matches and targets that only IPv6 has.', 'As a command `iptables -6` is refused.'],
  },
  'verbose': { says: 'Lists more: counters, interfaces and options of each rule. With a command that changes something it prints the rule.', example: 'iptables -L INPUT -v -n', pitfalls: ['Large counters are rounded (`12K`); `-x` prints them in full.'] },
  'wait': {
    says: 'Waits for the lock that another iptables holds, for at most the given number of seconds where there is one.', example: 'iptables -w 5 -A INPUT -i lo -j ACCEPT',
    pitfalls: ['Without it a command of iptables-legacy fails at once (status 4) while another one runs: scripts that start at boot need it.', 'iptables-nft has no such lock and ignores it.', 'In a ruleset file it is refused: it belongs to the command, `iptables-restore -w 5`.'],
  },
  'wait-interval': { says: 'Once said how often to try for the lock; 1.8.9 ignores it with a warning.', example: 'iptables -w 5 -A INPUT -i lo -j ACCEPT', pitfalls: ['Leave it out: `-w` alone does it.'] },
  'numeric': { says: 'Lists addresses, ports and protocols as numbers.', example: 'iptables -L INPUT -n', pitfalls: ['Without it `-L` asks name servers for every address.', 'Only `-L` takes it; `-S` prints numbers anyway.'] },
  'exact': { says: 'Lists counters in full, where `-v` alone would round them to `12K` or `3M`.', example: 'iptables -L INPUT -v -n -x' },
  'line-numbers': { says: 'Lists the number of each rule in its chain, by which `-D`, `-I` and `-R` know it.', example: 'iptables -L INPUT -n --line-numbers', pitfalls: ['Numbers count from 1 in each chain and change when rules are added or deleted before them.'] },
  'modprobe': { says: 'Program that loads kernel modules which matches and targets need.', example: 'iptables -M /sbin/modprobe -A INPUT -i lo -j ACCEPT', pitfalls: ['The kernel loads what it needs by itself; scripts of today can leave it out.'] },
  'version': { says: 'Prints the version, and whether it is iptables-nft (`nf_tables`) or iptables-legacy.', example: 'iptables -V', pitfalls: ['In a ruleset file it ends the reading with success: nothing of the block is loaded.'] },
  'help': { says: 'Prints how iptables is used; behind `-m NAME` or `-j NAME` also the options of that extension.', example: 'iptables -m conntrack -h', pitfalls: ['In a ruleset file it ends the reading with success: nothing of the block is loaded.'] },
};
