/** Makes rulesets of ordinary shape for benchmarks and tests: the same text for the same size and seed. */

/** A small deterministic generator of numbers (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const INTERFACES = ['eth0', 'eth1', 'ens3', 'bond0', 'wg0', 'docker0', 'veth+'];
const PORTS = [22, 25, 53, 80, 110, 123, 143, 389, 443, 993, 1194, 3306, 5432, 6379, 6443, 8080, 8443, 9090, 10250];
const FLAGS = ['FIN,SYN,RST,ACK SYN', 'SYN,RST SYN,RST', 'FIN,SYN FIN,SYN', 'FIN,ACK FIN'];

/** A host's own firewall of `rules` rules: flags and states first, then services in chains that most packets are sent through. */
export function hostRuleset(rules: number, seed: number): string {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
  const net = (): string => `${1 + below(222)}.${below(256)}.${below(256)}.0/24`;
  const shapes: (() => string)[] = [
    () => `-s ${net()} -p tcp -m tcp --dport ${pick(PORTS)} -j ACCEPT`,
    () => `! -s ${net()} -p udp -m udp --dport ${pick(PORTS)} -j LOGDROP`,
    () => `-p tcp -m multiport --dports ${pick(PORTS)},${1024 + below(60_000)} -m conntrack --ctstate NEW -j ACCEPT`,
    () => `-p tcp -m tcp --dport ${pick(PORTS)} --syn -m connlimit --connlimit-above ${5 + below(100)} -j REJECT`,
    () => `-p udp -m udp --dport ${pick(PORTS)} -m hashlimit --hashlimit-upto ${5 + below(90)}/sec --hashlimit-mode srcip --hashlimit-name flows${below(50)} -j ACCEPT`,
    () => `-p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -m recent --update --seconds 60 --hitcount ${3 + below(6)} --name list${below(5)} -j DROP`,
    () => `-m iprange --src-range 192.168.${below(100)}.1-192.168.${100 + below(100)}.250 -j ACCEPT`,
    () => `-m mark --mark 0x${(1 + below(255)).toString(16)}/0xff -j RETURN`,
  ];
  const chains: string[] = [];
  const jumps: string[] = [];
  const body: string[] = [];
  for (let made = 0; made < rules - 16; made++) {
    if (made % 25 === 0) {
      chains.push(`SERVICE-${chains.length}`);
      jumps.push(`-A ${pick(['INPUT', 'FORWARD'])} ${pick([`-i ${pick(INTERFACES)}`, `-d ${net()}`, `-d ${net()} -p tcp`, '-p tcp -m conntrack --ctstate NEW'])} -j ${chains.at(-1)}`);
      made++;
    }
    body.push(`-A ${chains.at(-1)} ${pick(shapes)()}`);
  }
  return [
    '*raw', '-A PREROUTING -p udp -m udp --dport 53 -j CT --notrack', 'COMMIT',
    '*mangle', '-A PREROUTING -j CONNMARK --restore-mark', '-A POSTROUTING -j CONNMARK --save-mark', 'COMMIT',
    '*filter', ':INPUT DROP [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT ACCEPT [0:0]', ...chains.map((chain) => `:${chain} - [0:0]`), ':BADFLAGS - [0:0]', ':LOGDROP - [0:0]',
    '-A INPUT -i lo -j ACCEPT', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-A INPUT -m conntrack --ctstate INVALID -j DROP', '-A INPUT -p tcp -j BADFLAGS',
    ...FLAGS.slice(1).map((flags) => `-A BADFLAGS -p tcp -m tcp --tcp-flags ${flags} -j DROP`), ...jumps, '-A INPUT -m pkttype --pkt-type broadcast -j DROP', ...body,
    '-A INPUT -j LOGDROP', '-A LOGDROP -m limit --limit 3/min -j LOG --log-prefix "dropped "', '-A LOGDROP -j DROP', 'COMMIT', '',
  ].join('\n');
}

/** A ruleset file with `rules` rules: block lists, services in chains of their own, port forwards and a final log. */
export function ruleset(rules: number, seed: number): string {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
  const host = (): string => `${1 + below(222)}.${below(256)}.${below(256)}.${1 + below(254)}`;
  const net = (): string => `10.${below(256)}.${below(256)}.0/24`;
  const shapes: (() => string)[] = [
    () => `-s ${host()}/32 -j DROP`,
    () => `-s ${net()} -p tcp -m tcp --dport ${pick(PORTS)} -j ACCEPT`,
    () => `-p tcp -m multiport --dports ${pick(PORTS)},${1024 + below(60_000)} -m conntrack --ctstate NEW -j ACCEPT`,
    () => `-i ${pick(INTERFACES)} -p udp -m udp --dport ${pick(PORTS)} -m comment --comment "service ${below(1000)}" -j ACCEPT`,
    () => `-p tcp -m tcp --tcp-flags ${pick(FLAGS)} -m limit --limit ${1 + below(9)}/sec --limit-burst 10 -j DROP`,
    () => `-m iprange --src-range 192.168.${below(100)}.1-192.168.${100 + below(100)}.250 -j RETURN`,
    () => `-m mark --mark 0x${(1 + below(255)).toString(16)}/0xff -j LOGDROP`,
  ];
  const chains: string[] = [];
  const filter: string[] = ['-A INPUT -i lo -j ACCEPT', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'];
  const nat: string[] = [];
  const body: string[] = [];
  for (let made = 0; made < rules - 8; made++) {
    if (made % 40 === 0) {
      chains.push(`SERVICE-${chains.length}`);
      filter.push(`-A INPUT -d ${net()} -j ${chains.at(-1)}`);
      made++;
    }
    if (next() < 0.05) nat.push(`-A PREROUTING -d ${host()}/32 -p tcp -m tcp --dport ${1024 + below(60_000)} -j DNAT --to-destination 10.0.${below(256)}.${1 + below(254)}:${pick(PORTS)}`);
    else body.push(`-A ${chains.at(-1)} ${pick(shapes)()}`);
  }
  return [
    '*nat', ':PREROUTING ACCEPT [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]',
    ...nat, '-A POSTROUTING -o eth0 -j MASQUERADE', 'COMMIT',
    '*filter', ':INPUT DROP [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT ACCEPT [0:0]', ...chains.map((chain) => `:${chain} - [0:0]`), ':LOGDROP - [0:0]',
    ...filter, ...body, '-A INPUT -j LOGDROP', '-A LOGDROP -m limit --limit 3/min -j LOG --log-prefix "dropped "', '-A LOGDROP -j DROP', 'COMMIT', '',
  ].join('\n');
}
