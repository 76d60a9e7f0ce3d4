import fc from 'fast-check';
import { makePacket, TCP_FLAGS, type ConntrackState, type Packet } from '../../../server/src/core/engine/packet.ts';
import type { Family, Hook, TableName } from '../../../server/src/core/netfilter.ts';

/** A ruleset whose rules ask for few fields, with a packet of every kind that they can tell apart. */
export interface SmallWorld {
  readonly family: Family;
  readonly table: TableName;
  readonly text: string;
  /** Not a field, so that a counterexample is printed without them. */
  packets(): readonly Packet[];
}

type Fields = Partial<Packet>;

/** A field that rules may ask for: in which ways they do, and a packet of each kind that these tell apart. */
interface Axis {
  /** Tables in whose rules it is not decided, or only by what came before. */
  readonly notIn?: readonly TableName[];
  readonly conditions: Readonly<Record<Family, readonly string[]>>;
  readonly values: Readonly<Record<Family, readonly Fields[]>>;
}

const both = <T>(of: T): Readonly<Record<Family, T>> => ({ ipv4: of, ipv6: of });
const v4 = <T>(of: readonly T[]): Readonly<Record<Family, readonly T[]>> => ({ ipv4: of, ipv6: [] });

/** Each condition and its opposite. */
const orNot = (...conditions: readonly string[]): readonly string[] => conditions.flatMap((each) => [each, each.replace(/(?=-{1,2}\S+ \S+$)/u, '! ')]);

const PREFIX = 0x20010db8n << 96n;

const source: Axis = {
  conditions: {
    ipv4: orNot('-s 10.0.0.0/8', '-s 10.1.0.0/16', '-s 10.1.1.1/32', '-s 10.0.1.1/255.0.255.255', '-s 0.0.0.0/0', '-m iprange --src-range 10.1.0.0-10.1.1.0', '-m iprange --src-range 10.1.1.1-11.0.0.0'),
    ipv6: orNot('-s 2001:db8::/32', '-s 2001:db8:1::/48', '-s 2001:db8:1::1/128', '-s ::1/::ffff', '-s ::/0', '-m iprange --src-range 2001:db8:1::-2001:db8:1::1'),
  },
  values: {
    ipv4: [0x0a010101, 0x0a010001, 0x0a020101, 0x0a020202, 0x0a010102, 0xcb007101, 0x0a020001, 0x0a000101, 0x0b000000].map((address) => ({ source: address })),
    ipv6: [PREFIX | (1n << 80n) | 1n, PREFIX | (1n << 80n), PREFIX | (1n << 80n) | (5n << 64n) | 1n, PREFIX | (1n << 80n) | 2n, PREFIX | 1n, PREFIX | 7n, (0x20010db9n << 96n) | 1n, (0x20010db9n << 96n) | 7n].map((address) => ({ source: address })),
  },
};

const destination: Axis = {
  conditions: { ipv4: orNot('-d 10.99.0.0/24', '-d 10.99.0.1/32', '-m iprange --dst-range 10.99.0.1-10.99.1.0'), ipv6: orNot('-d 2001:db8:99::/48', '-d 2001:db8:99::1/128') },
  values: {
    ipv4: [0x0a630001, 0x0a630002, 0x0a630000, 0x0a630100, 0x0a640001].map((address) => ({ destination: address })),
    ipv6: [PREFIX | (0x99n << 80n) | 1n, PREFIX | (0x99n << 80n) | 2n, PREFIX | (0x98n << 80n)].map((address) => ({ destination: address })),
  },
};

const transport = (protocol: number, sourcePort: number, destinationPort: number): Fields => ({ protocol, sourcePort, destinationPort, ...(protocol === 6 ? { tcpFlags: TCP_FLAGS.SYN } : {}) });

const PROTOCOLS = ['tcp', 'udp'];
const asked = (extension: string | undefined, conditions: readonly string[]): readonly string[] => PROTOCOLS.flatMap((name) => conditions.map((each) => `-p ${name} -m ${extension ?? name} ${each}`));

const ports: Axis = {
  conditions: both(['-p tcp', '! -p tcp', '-p udp', ...asked(undefined, orNot('--dport 22', '--dport 80:443', '--dport 0:100')), ...asked('multiport', orNot('--dports 22,80', '--dports 22,443:500'))]),
  values: both([6, 17].flatMap((protocol) => [22, 80, 9, 100, 150, 443, 450, 600].map((to) => transport(protocol, 40_000, to))).concat({ protocol: 47 })),
};

const bothPorts: Axis = {
  conditions: both(['-p tcp', '! -p udp', ...asked(undefined, orNot('--sport 1024:65535', '--dport 22')), ...asked('multiport', orNot('--ports 22,1000', '--sports 0:1000', '--dports 1000'))]),
  values: both([6, 17].flatMap((protocol) => [40_000, 1000, 22, 1020, 9].flatMap((from) => [22, 1000, 7].map((to) => transport(protocol, from, to)))).concat({ protocol: 47 })),
};

/** Every set of the flags that rules ask for. */
const FLAG_SETS = Array.from({ length: 2 ** 5 }, (_, set) => set);

const flags: Axis = {
  conditions: both(['-p tcp', '! -p tcp', ...['--syn', '! --syn', '--tcp-flags SYN SYN', '! --tcp-flags SYN,ACK SYN', '--tcp-flags ACK,FIN ACK', '--tcp-flags ALL NONE', '! --tcp-flags ACK ACK', '--tcp-flags PSH,RST NONE'].map((each) => `-p tcp -m tcp ${each}`)]),
  values: both([...FLAG_SETS.map((tcpFlags) => ({ ...transport(6, 40_000, 22), tcpFlags })), transport(17, 40_000, 22)]),
};

const icmp: Axis = {
  conditions: {
    ipv4: ['-p icmp', '! -p icmp', ...orNot('--icmp-type echo-request', '--icmp-type 3', '--icmp-type 3/3', '--icmp-type any', '--icmp-type 5', '--icmp-type 0').map((each) => `-p icmp -m icmp ${each}`)],
    ipv6: ['-p ipv6-icmp', '! -p ipv6-icmp', ...orNot('--icmpv6-type echo-request', '--icmpv6-type 1', '--icmpv6-type 1/4', '--icmpv6-type 135', '--icmpv6-type 129').map((each) => `-p ipv6-icmp -m icmp6 ${each}`)],
  },
  values: {
    ipv4: [...[[8, 0], [0, 0], [3, 3], [3, 1], [5, 0], [13, 0]].map(([icmpType, icmpCode]) => ({ protocol: 1, icmpType, icmpCode })), transport(6, 40_000, 22)],
    ipv6: [...[[128, 0], [129, 0], [1, 4], [1, 1], [135, 0], [137, 0], [139, 0]].map(([icmpType, icmpCode]) => ({ protocol: 58, icmpType, icmpCode })), transport(6, 40_000, 22)],
  },
};

/** What has a protocol to ask for: a rule asks for one of these at most. */
const TRANSPORTS: readonly Axis[] = [ports, bothPorts, flags, icmp];

const STATES: readonly ConntrackState[] = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'];

const state: Axis = {
  notIn: ['raw'],
  conditions: both([...orNot('-m conntrack --ctstate NEW', '-m conntrack --ctstate RELATED,ESTABLISHED', '-m conntrack --ctstate INVALID', '-m conntrack --ctstate NEW,UNTRACKED'), '-m state --state NEW', '-m state ! --state ESTABLISHED,INVALID']),
  values: both(STATES.map((each) => ({ state: each }))),
};

const mark: Axis = {
  conditions: both(orNot('-m mark --mark 0x1', '-m mark --mark 0x0/0x1', '-m mark --mark 0x2/0x3', '-m mark --mark 0x3/0x1')),
  values: both([0, 1, 2, 3, 4, 5, 6, 7].map((each) => ({ mark: each }))),
};

const length: Axis = {
  conditions: both(orNot('-m length --length 0:100', '-m length --length 100', '-m length --length 101:65535', '-m length --length 60:1500')),
  values: both([40, 60, 100, 101, 1501].map((each) => ({ length: each }))),
};

/** Forwarded packets have lost one before most hooks, so that each kind is there with one more, too. */
const HOPS = [2, 5, 9, 10, 11, 12, 64, 65, 66, 100, 255].map((ttl) => ({ ttl }));

const hops: Axis = {
  conditions: {
    ipv4: ['-m ttl --ttl-eq 10', '-m ttl ! --ttl-eq 10', '-m ttl --ttl-lt 11', '-m ttl --ttl-gt 64', '-m ttl --ttl-gt 9'],
    ipv6: ['-m hl --hl-eq 10', '-m hl ! --hl-eq 10', '-m hl --hl-lt 11', '-m hl --hl-gt 64', '-m hl --hl-gt 9'],
  },
  values: both(HOPS),
};

const tos: Axis = {
  conditions: both([...orNot('-m tos --tos 0x10/0x3f', '-m tos --tos 0x8', '-m dscp --dscp 0x04', '-m dscp --dscp 0x02')]),
  values: both([0, 0x10, 0x11, 0x8, 0x9, 0x50].map((each) => ({ tos: each }))),
};

const fragment: Axis = {
  conditions: v4(['-f', '! -f', '-p tcp', '! -p tcp', '-p udp -m udp --dport 22', '-p udp -m udp ! --dport 22']),
  values: v4([transport(17, 40_000, 22), transport(17, 40_000, 23), transport(6, 40_000, 22), { protocol: 17, fragmentOffset: 1480 }, { protocol: 6, fragmentOffset: 1480 }, { protocol: 47, fragmentOffset: 1480 }, { protocol: 47 }]),
};

const mac: Axis = {
  conditions: both(orNot('-m mac --mac-source 52:54:00:00:00:01', '-m mac --mac-source 52:54:00:00:00:02')),
  values: both(['52:54:00:00:00:01', '52:54:00:00:00:02', '52:54:00:00:00:03'].map((each) => ({ mac: each }))),
};

const owner: Axis = {
  conditions: both(orNot('-m owner --uid-owner 1000', '-m owner --uid-owner 0-999', '-m owner --gid-owner 7')),
  values: both([0, 500, 1000, 1001].flatMap((uid) => [7, 8].map((gid) => ({ uid, gid })))),
};

/** Axes that any rule may have beside others. */
const OTHERS: readonly Axis[] = [source, destination, state, mark, length, hops, tos, mac];

/** An interface that rules name, others that their prefixes fit or not, and the host itself. */
const DEVICES = ['eth0', 'eth9', 'ens1', 'wlan0', 'usb0', 'lo'];
const WAYS: readonly Fields[] = [
  ...DEVICES.map((name): Fields => ({ path: 'in', in: name })), ...DEVICES.map((name): Fields => ({ path: 'out', out: name })),
  ...DEVICES.flatMap((from) => DEVICES.map((to): Fields => ({ path: 'forward', in: from, out: to }))),
];
/** One of each path, where rules ask for no interface. */
const PLAIN_WAYS: readonly Fields[] = [{ path: 'in', in: 'eth0' }, { path: 'forward', in: 'eth0', out: 'eth1' }, { path: 'out', out: 'eth0' }];

const INTERFACES = ['eth0', 'eth+', 'e+', 'lo', '+', 'wlan0'];

const NAMES: Readonly<Record<TableName, readonly Hook[]>> = {
  raw: ['PREROUTING', 'OUTPUT'], mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'], nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'], security: ['INPUT', 'FORWARD', 'OUTPUT'],
};
const OWN = ['ONE', 'TWO', 'THREE'];

const MARKING = ['-j MARK --set-xmark 0x1/0x1', '-j MARK --set-xmark 0x2/0xffffffff', '-j MARK --set-xmark 0x1/0x0', '-j MARK --or-mark 0x4', '-j MARK --and-mark 0x6'];

const TARGETS: Readonly<Record<TableName, readonly string[]>> = {
  raw: ['-j ACCEPT', '-j DROP', '-j RETURN', '-j DROP', ''],
  mangle: ['-j ACCEPT', '-j DROP', '-j RETURN', ...MARKING, '-j TOS --set-tos 0x10/0xff', '-j DSCP --set-dscp 0x02'],
  nat: ['-j ACCEPT', '-j RETURN', '-j ACCEPT', '-j LOG'],
  filter: ['-j ACCEPT', '-j DROP', '-j RETURN', '-j REJECT', '-j ACCEPT', '-j DROP', '-j LOG', ''],
  security: ['-j ACCEPT', '-j DROP', '-j RETURN'],
};

/** How a ruleset is written: which table, what its rules ask for, and whether they mark packets. */
interface Plan {
  readonly family: Family;
  readonly table: TableName;
  /** The built-in chains that have rules. */
  readonly hooks: readonly Hook[];
  readonly transport: Axis | undefined;
  readonly others: readonly Axis[];
  readonly interfaces: boolean;
  readonly marks: boolean;
}

/** With more packets a ruleset takes longer than several with fewer, which find more. */
const MOST_PACKETS = 600;

const anyTable = fc.constantFrom<TableName>('filter', 'filter', 'filter', 'mangle', 'nat', 'raw', 'security');

const plan: fc.Arbitrary<Plan> = anyTable.chain((name) => fc.record({
  table: fc.constant(name),
  family: fc.constantFrom<Family>('ipv4', 'ipv4', 'ipv6'),
  hooks: fc.subarray([...NAMES[name]], { minLength: 1, maxLength: 2 }),
  transport: fc.option(fc.constantFrom(...TRANSPORTS, fragment, owner), { nil: undefined, freq: 3 }),
  others: fc.subarray([...OTHERS].filter(({ notIn }) => notIn?.includes(name) !== true), { minLength: 1, maxLength: 2 }),
  interfaces: fc.boolean(),
  marks: fc.constant(name === 'filter' || name === 'mangle'),
})).map((given) => ({ ...given, marks: given.marks && given.others.includes(mark) }))
  // Connections are tracked where states are asked for or addresses translated, and then nobody sees fragments.
  .filter((given) => given.transport !== fragment || (given.family === 'ipv4' && given.table !== 'nat' && !given.others.includes(state)))
  .filter((given) => axesOf(given).reduce((so, values) => so * values.length, 1) <= MOST_PACKETS);

const sometimes = (given: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(''), given);

function conditions({ family, transport: own, others, interfaces }: Plan, chain: string): fc.Arbitrary<string> {
  const named = fc.tuple(fc.constantFrom('', '', '! '), fc.constantFrom(...INTERFACES));
  const side = (option: string): fc.Arbitrary<string> => sometimes(named.map(([not, name]) => `${not}${option} ${name}`));
  const none = fc.constant('');
  const axes = [...own === undefined ? [] : [own], ...others].filter((axis) => isAskable(axis, chain));
  return fc.tuple(
    interfaces && !['OUTPUT', 'POSTROUTING'].includes(chain) ? side('-i') : none,
    interfaces && !['INPUT', 'PREROUTING'].includes(chain) ? side('-o') : none,
    ...axes.map((axis) => sometimes(fc.constantFrom(...axis.conditions[family]))),
  ).map((parts) => parts.filter((each) => each !== '').join(' '));
}

/** iptables refuses `-m owner` where packets come in, and `-m mac` where they go out. */
function isAskable(axis: Axis, chain: string): boolean {
  if (axis === owner) return chain === 'OUTPUT' || chain === 'POSTROUTING';
  return axis !== mac || chain === 'PREROUTING' || chain === 'INPUT' || chain === 'FORWARD';
}

/** Targets of nat that the chains may have. */
function translating({ family, table: name, hooks }: Plan): readonly string[] {
  if (name !== 'nat' || hooks.length !== 1) return [];
  const to = family === 'ipv4' ? '10.99.0.9' : '2001:db8:99::9';
  if (hooks[0] === 'POSTROUTING') return [`-j SNAT --to-source ${to}`, '-j MASQUERADE'];
  return hooks[0] === 'INPUT' ? [`-j SNAT --to-source ${to}`] : [`-j DNAT --to-destination ${to}`, '-j REDIRECT'];
}

function target(given: Plan, chain: string): fc.Arbitrary<string> {
  const later = OWN.slice(OWN.indexOf(chain) + 1).flatMap((name) => [`-j ${name}`, `-j ${name}`, `-g ${name}`]);
  return fc.constantFrom(...TARGETS[given.table].filter((each) => given.marks || !/MARK|TOS|DSCP/u.test(each)), ...(given.marks ? MARKING : []), ...translating(given), ...later);
}

/** A chain that nothing leads to, because the kernel does not come to nat where no rule tracks connections. */
export const TRACKS = 'TRACKS';
const TRACKING = [`:${TRACKS} - [0:0]`, `-A ${TRACKS} -m conntrack --ctstate NEW`];

function ruleset(given: Plan): fc.Arbitrary<string> {
  const chains = [...given.hooks, ...given.hooks, ...OWN];
  const rule = fc.constantFrom(...chains).chain((chain) => fc.tuple(conditions(given, chain), target(given, chain)).map((parts) => `-A ${chain} ${parts.filter((each) => each !== '').join(' ')}`.trimEnd()));
  return fc.array(rule, { minLength: 2, maxLength: 14 }).map((rules) => [`*${given.table}`, ...NAMES[given.table].map((chain) => `:${chain} ACCEPT [0:0]`), ...OWN.map((chain) => `:${chain} - [0:0]`), ...rules, ...(given.table === 'nat' ? TRACKING : []), 'COMMIT', ''].join('\n'));
}

const axesOf = ({ family, transport: own, others, interfaces }: Plan): readonly (readonly Fields[])[] =>
  [interfaces || others.includes(mac) ? WAYS : PLAIN_WAYS, ...(own === undefined ? [] : [own.values[family]]), ...others.map(({ values }) => values[family])];

function packetsOf(given: Plan): readonly Packet[] {
  const { family } = given;
  const bare = makePacket({
    family, path: 'in', protocol: 47, source: family === 'ipv4' ? 0x0a050505 : PREFIX | 5n, destination: family === 'ipv4' ? 0x0a630001 : PREFIX | (0x99n << 80n) | 1n,
    state: 'NEW', mark: 0, tos: 0, ttl: 64, length: 60, uid: 1000, gid: 8, mac: '52:54:00:00:00:09',
  });
  const all = axesOf(given).reduce<readonly Fields[]>((so, values) => so.flatMap((each) => values.map((more) => ({ ...each, ...more }))), [{}]);
  return all.map((fields): Packet => {
    const packet = { ...bare, ...fields, ...(fields.path === 'out' ? {} : { uid: undefined, gid: undefined }), ...(fields.path === 'out' || fields.in === 'lo' ? { mac: undefined } : {}) };
    return given.others.includes(state) ? packet : { ...packet, state: statesOf(packet)[0] };
  }).filter((packet) => statesOf(packet).includes(packet.state!));
}

/** States that conntrack gives to messages of ICMP types; to other packets it gives any. */
const ICMP_STATES: Readonly<Record<Family, Readonly<Record<number, readonly ConntrackState[]>>>> = {
  ipv4: { 0: ['ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'], 3: ['RELATED', 'INVALID', 'UNTRACKED'], 5: ['RELATED', 'INVALID', 'UNTRACKED'] },
  ipv6: { 129: ['ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'], 1: ['RELATED', 'INVALID', 'UNTRACKED'], 135: ['UNTRACKED', 'INVALID'], 137: ['INVALID', 'UNTRACKED'] },
};

const statesOf = ({ family, icmpType }: Packet): readonly ConntrackState[] => (icmpType === undefined ? undefined : ICMP_STATES[family][icmpType]) ?? STATES;

/** A table of rules that ask for a few fields each, with jumps, gotos and RETURNs, and every kind of packet. */
export const smallWorld: fc.Arbitrary<SmallWorld> = plan.chain((given) => ruleset(given).map((text) => ({ family: given.family, table: given.table, text, packets: () => packetsOf(given) })));
