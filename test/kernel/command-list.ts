import type { Family } from '../../server/src/core/netfilter.ts';
import type { Random } from './random.ts';

const CHAINS = ['A', 'B', 'C', 'LOGDROP'] as const;

const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'], nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'], mangle: ['PREROUTING', 'FORWARD', 'POSTROUTING'], raw: ['PREROUTING', 'OUTPUT'],
};

/** A random list of commands over few chains and rules, so that they meet each other: about a third of them is refused. */
export function generateCommands(random: Random, family: Family, count: number): string[] {
  return Array.from({ length: count }, () => {
    const table = random.weighted([[6, 'filter'], [2, 'nat'], [1, 'mangle'], [0.5, 'raw']]);
    return `${table === 'filter' && random.chance(0.8) ? '' : `-t ${table} `}${command(random, family, table)}`;
  });
}

function command(random: Random, family: Family, table: string): string {
  const chain = (): string => (random.chance(0.55) ? random.pick(BUILT_IN[table]!) : random.pick(CHAINS));
  const position = (): string => random.pick(['1', '2', '3', '5']);
  return random.weighted<() => string>([
    [10, () => `-A ${chain()} ${spec(random, family)}`],
    [3, () => `-I ${chain()} ${spec(random, family)}`],
    [3, () => `-I ${chain()} ${position()} ${spec(random, family)}`],
    [3, () => `-D ${chain()} ${spec(random, family)}`],
    [2, () => `-D ${chain()} ${position()}`],
    [2, () => `-R ${chain()} ${position()} ${spec(random, family)}`],
    [2, () => `-C ${chain()} ${spec(random, family)}`],
    [5, () => `-N ${random.pick([...CHAINS, 'INPUT', 'LOG', 'A'])}`],
    [1, () => `-X ${random.pick(CHAINS)}`],
    [0.5, () => '-X'],
    [1, () => `-E ${random.pick(CHAINS)} ${random.pick([...CHAINS, 'D', 'INPUT'])}`],
    [1, () => `-F ${chain()}`],
    [0.3, () => '-F'],
    [1, () => `-P ${chain()} ${random.pick(['ACCEPT', 'DROP', 'REJECT'])}`],
    [0.5, () => random.pick(['-L -n', '-S', '-Z', '-S A'])],
  ])();
}

function spec(random: Random, family: Family): string {
  const [one, two, net] = family === 'ipv4' ? ['192.0.2.1', '192.0.2.2', '198.51.100.0/24'] : ['2001:db8::1', '2001:db8::2', '2001:db8:1::/48'];
  const header = random.pick([
    '', '', `-s ${one}`, `-s ${one},${two}`, `-s ${one},${two} -d ${net}`, `! -d ${net}`, '-i eth0', '-o eth1', '-p tcp', '-p tcp --dport 22', '-p tcp -m tcp --dport ssh', '-p udp --sport 53 --dport 53:60',
    '-p tcp --dport 99999', '-m conntrack --ctstate ESTABLISHED,RELATED', '-m state --state NEW', '-m comment --comment "a b"', '-m comment --comment x -p tcp --dport 22',
    '-m limit --limit 3/min', '-m owner --uid-owner 0', '-p tcp -m multiport --dports 80,443', '-m mark --mark 0x10/0xff', '--nonsense',
  ]);
  const target = random.pick([
    '-j ACCEPT', '-j ACCEPT', '-j DROP', '-j RETURN', '', '-j LOG --log-prefix "x: "', '-j REJECT', '-j MARK --set-mark 1', '-j MASQUERADE', '-j DNAT --to-destination ' + one,
    ...CHAINS.map((name) => `-j ${name}`), ...CHAINS.slice(0, 2).map((name) => `-g ${name}`), '-j MISSING', '-j INPUT',
  ]);
  return `${header} ${target}`.trim();
}
