/** Makes large rulesets of the kinds that are met in the field: the same text for the same kind, size and seed. */
import { random } from './ruleset.ts';

/** What most of the rules are: of everything, one service of a cluster after another, addresses that are shut out, or a host's own services. */
export const KINDS = ['mixed', 'kube', 'blocklist', 'host'] as const;

export type Kind = (typeof KINDS)[number];

type Part = 'blocks' | 'cluster' | 'services' | 'marks' | 'raw';

/** How many of a hundred rules are of each part. */
const SHARES: Readonly<Record<Kind, Readonly<Record<Part, number>>>> = {
  mixed: { blocks: 35, cluster: 35, services: 22, marks: 5, raw: 3 },
  kube: { blocks: 2, cluster: 90, services: 5, marks: 2, raw: 1 },
  blocklist: { blocks: 92, cluster: 1, services: 5, marks: 1, raw: 1 },
  host: { blocks: 10, cluster: 0, services: 70, marks: 12, raw: 8 },
};

const INTERFACES = ['eth0', 'eth1', 'ens3', 'bond0', 'bond0.100', 'wg0', 'tun0', 'docker0', 'br-3f1c2a9b8d7e', 'cali+', 'veth+'];
const PORTS = [22, 25, 53, 80, 110, 123, 143, 179, 389, 443, 465, 587, 993, 1194, 1433, 2049, 2379, 3306, 3389, 5060, 5432, 5672, 6379, 6443, 8080, 8443, 9090, 9100, 10250, 11211, 27017, 51820];
const FIRST_BYTES = [1, 2, 5, 14, 23, 31, 37, 45, 58, 61, 77, 80, 91, 103, 112, 141, 176, 185, 193, 202, 212, 222];
const NO_FLAGS = ['FIN,SYN,RST,PSH,ACK,URG NONE', 'SYN,RST SYN,RST', 'FIN,SYN FIN,SYN', 'FIN,RST FIN,RST', 'FIN,ACK FIN', 'PSH,ACK PSH', 'ACK,URG URG'];

/** A ruleset file of about so many rules. */
export function rulesetOf(kind: Kind, rules: number, seed: number): string {
  return new Maker(seed).make(kind, rules);
}

class Maker {
  private readonly next: () => number;
  private readonly chains = { raw: [], mangle: [], nat: [], filter: [] } as Record<'raw' | 'mangle' | 'nat' | 'filter', string[]>;
  private readonly rules = { raw: [], mangle: [], nat: [], filter: [] } as Record<'raw' | 'mangle' | 'nat' | 'filter', string[]>;

  constructor(seed: number) {
    this.next = random(seed);
  }

  make(kind: Kind, rules: number): string {
    this.frame();
    const left = rules - Object.values(this.rules).reduce((sum, each) => sum + each.length, 0);
    for (const [part, share] of Object.entries(SHARES[kind]) as [Part, number][]) this[part](Math.floor((left * share) / 100));
    return [
      this.block('raw', ['PREROUTING ACCEPT', 'OUTPUT ACCEPT']), this.block('mangle', ['PREROUTING ACCEPT', 'INPUT ACCEPT', 'FORWARD ACCEPT', 'OUTPUT ACCEPT', 'POSTROUTING ACCEPT']),
      this.block('nat', ['PREROUTING ACCEPT', 'INPUT ACCEPT', 'OUTPUT ACCEPT', 'POSTROUTING ACCEPT']), this.block('filter', ['INPUT DROP', 'FORWARD DROP', 'OUTPUT ACCEPT']), '',
    ].join('\n');
  }

  private block(table: keyof Maker['rules'], policies: readonly string[]): string {
    return [`*${table}`, ...policies.map((policy) => `:${policy} [0:0]`), ...this.chains[table].map((chain) => `:${chain} - [0:0]`), ...this.rules[table], 'COMMIT'].join('\n');
  }

  private below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  private pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  private host(): string {
    return `${this.pick(FIRST_BYTES)}.${this.below(256)}.${this.below(256)}.${1 + this.below(254)}`;
  }

  private inner(): string {
    return `10.${this.below(256)}.${this.below(256)}.${1 + this.below(254)}`;
  }

  private net(): string {
    const length = this.pick([32, 32, 32, 24, 24, 22, 20, 16]);
    const address = this.host().split('.').reduce((so, byte) => so * 256 + Number(byte), 0);
    const first = Math.floor(address / 2 ** (32 - length)) * 2 ** (32 - length);
    return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')}/${length}`;
  }

  private ports(count: number): string {
    const ports = new Set<number>();
    while (ports.size < count) ports.add(this.pick(PORTS));
    return [...ports].sort((a, b) => a - b).join(',');
  }

  private chain(table: keyof Maker['rules'], name: string): string {
    this.chains[table].push(name);
    return name;
  }

  private add(table: keyof Maker['rules'], chain: string, rule: string): void {
    this.rules[table].push(`-A ${chain} ${rule}`);
  }

  /** What every ruleset begins with. */
  private frame(): void {
    for (const chain of ['LOGDROP', 'BLOCKLIST', 'SERVICES', 'FWD-SVC', 'TCP-FLAGS', 'ICMP-IN']) this.chain('filter', chain);
    for (const rule of ['-i lo -j ACCEPT', '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-m conntrack --ctstate INVALID -j DROP', '-j BLOCKLIST', '-p tcp -j TCP-FLAGS', '-p icmp -j ICMP-IN', '-j SERVICES', '-m pkttype --pkt-type broadcast -j DROP', '-j LOGDROP']) this.add('filter', 'INPUT', rule);
    for (const rule of ['-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-j BLOCKLIST', '-j FWD-SVC', '-j LOGDROP']) this.add('filter', 'FORWARD', rule);
    for (const flags of NO_FLAGS) this.add('filter', 'TCP-FLAGS', `-p tcp -m tcp --tcp-flags ${flags} -j DROP`);
    for (const type of ['3/4', '3', '11', '12']) this.add('filter', 'ICMP-IN', `-p icmp -m icmp --icmp-type ${type} -j ACCEPT`);
    this.add('filter', 'ICMP-IN', '-p icmp -m icmp --icmp-type 8 -m limit --limit 5/sec --limit-burst 10 -j ACCEPT');
    this.add('filter', 'LOGDROP', '-m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[FW DROP] "');
    this.add('filter', 'LOGDROP', '-j DROP');
    this.add('mangle', 'PREROUTING', '-j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff');
    this.add('mangle', 'POSTROUTING', '-j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff');
    for (const chain of ['KUBE-SERVICES', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ']) this.chain('nat', chain);
    for (const chain of ['PREROUTING', 'OUTPUT']) this.add('nat', chain, '-j KUBE-SERVICES');
    for (const rule of ['-j KUBE-POSTROUTING', '-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE']) this.add('nat', 'POSTROUTING', rule);
    for (const rule of ['-m mark ! --mark 0x4000/0x4000 -j RETURN', '-j MARK --set-xmark 0x4000/0x0', '-j MASQUERADE --random-fully']) this.add('nat', 'KUBE-POSTROUTING', rule);
    this.add('nat', 'KUBE-MARK-MASQ', '-j MARK --set-xmark 0x4000/0x4000');
  }

  /** Addresses that are shut out, in chains of 500 for a first byte each, of which most packets never get to most rules. */
  private blocks(count: number): void {
    let chain = 'BLOCKLIST';
    for (let made = 0; made < count; made++) {
      if (made % 500 === 0 && count > 600) {
        chain = this.chain('filter', `BL-${made / 500}`);
        this.add('filter', 'BLOCKLIST', `-s ${this.pick(FIRST_BYTES)}.0.0.0/8 -j ${chain}`);
        made++;
      }
      const kind = this.next();
      if (kind < 0.9) this.add('filter', chain, `-s ${this.net()} -j DROP`);
      else if (kind < 0.97) this.add('filter', chain, `-s ${this.net()} -m comment --comment "abuse, seen ${this.below(99)}x" -j LOGDROP`);
      else this.add('filter', chain, `-d ${this.net()} -j REJECT --reject-with icmp-admin-prohibited`);
    }
  }

  /** Services of a cluster: a chain for each, and one for each place where it runs. */
  private cluster(count: number): void {
    for (let made = 0; made < count;) {
      const [protocol, port, address] = [this.pick(['tcp', 'tcp', 'tcp', 'udp']), this.pick(PORTS), `10.${96 + this.below(16)}.${this.below(256)}.${1 + this.below(254)}`];
      const service = this.chain('nat', `KUBE-SVC-${this.id()}`);
      const asks = `-d ${address}/32 -p ${protocol} -m comment --comment "prod/web-${this.below(100)} cluster IP" -m ${protocol} --dport ${port}`;
      this.add('nat', 'KUBE-SERVICES', `${asks} -j ${service}`);
      this.add('nat', service, `! -s 10.244.0.0/16 ${asks} -j KUBE-MARK-MASQ`);
      const places = this.pick([1, 1, 2, 2, 3, 3, 5, 10, 25]);
      for (let place = 0; place < places; place++) {
        const [endpoint, inner] = [this.chain('nat', `KUBE-SEP-${this.id()}`), this.inner()];
        this.add('nat', service, `${place < places - 1 ? `-m statistic --mode random --probability ${(1 / (places - place)).toFixed(11)} ` : ''}-j ${endpoint}`);
        this.add('nat', endpoint, `-s ${inner}/32 -j KUBE-MARK-MASQ`);
        this.add('nat', endpoint, `-p ${protocol} -m ${protocol} -j DNAT --to-destination ${inner}:${this.pick(PORTS)}`);
      }
      made += 2 + 3 * places;
    }
  }

  private id(): string {
    return Array.from({ length: 16 }, () => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[this.below(32)]).join('');
  }

  private marks(count: number): void {
    let chain = '';
    for (let made = 0; made < count; made++) {
      if (made % 40 === 0) this.add('mangle', 'PREROUTING', `-i ${this.pick(INTERFACES)} -j ${chain = this.chain('mangle', `QOS-${made / 40}`)}`);
      this.add('mangle', chain, this.pick([
        () => `-s ${this.net()} -j MARK --set-xmark 0x${(1 + this.below(65535)).toString(16)}/0xffffffff`,
        () => `-p tcp -m multiport --sports ${this.ports(4)} -j DSCP --set-dscp 0x${this.pick(['08', '0a', '12', '2e'])}`,
        () => `-p udp -m udp --dport ${10_000 + this.below(10_000)}:${20_001 + this.below(10_000)} -j TOS --set-tos 0x${this.pick(['04', '08', '10'])}/0xff`,
        () => `-m connmark --mark 0x${(1 + this.below(254)).toString(16)}/0xff -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff`,
        () => `-m length --length ${40 + this.below(60)}:${101 + this.below(1400)} -j MARK --set-xmark 0x${(1 + this.below(254)).toString(16)}/0xff`,
      ])());
    }
  }

  private raw(count: number): void {
    for (let made = 0; made < count; made++) {
      const [chain, side] = this.pick([['PREROUTING', '-i'], ['OUTPUT', '-o']] as const);
      this.add('raw', chain, this.pick([
        () => `-s ${this.net()} -j DROP`, () => `-p udp -m udp --dport ${this.pick(PORTS)} -j CT --notrack`,
        () => `${side} ${this.pick(INTERFACES)} -s ${this.net()} -p tcp -m tcp --dport ${this.pick(PORTS)} -j CT --zone ${1 + this.below(4000)}`,
      ])());
    }
  }

  /** Services in chains of 25 rules of every kind. */
  private services(count: number): void {
    let chain = '';
    for (let made = 0; made < count; made++) {
      if (made % 25 === 0) {
        chain = this.chain('filter', `${this.pick(['web', 'api', 'db', 'mail', 'dns', 'vpn'])}-${made / 25}`);
        this.add('filter', this.pick(['SERVICES', 'FWD-SVC']), this.pick([`-i ${this.pick(INTERFACES)} -j ${chain}`, `-d ${this.net()} -g ${chain}`, `-p tcp -m conntrack --ctstate NEW -j ${chain}`, `-d ${this.inner()}/32 -j ${chain}`]));
      }
      if (this.below(12) === 0) this.add('nat', 'PREROUTING', `-d ${this.host()}/32 -i ${this.pick(INTERFACES.slice(0, 6))} -p tcp -m tcp --dport ${1024 + this.below(60_000)} -j DNAT --to-destination ${this.inner()}:${this.pick(PORTS)}`);
      else this.add('filter', chain, this.service());
    }
  }

  private service(): string {
    const protocol = this.pick(['tcp', 'tcp', 'udp']);
    const port = `-p ${protocol} -m ${protocol} --dport ${this.pick(PORTS)}`;
    const plain = (): string => `-s ${this.net()} ${port} -j ACCEPT`;
    return this.pick([
      plain, plain, plain,
      () => `-p ${protocol} -m multiport --dports ${this.ports(2 + this.below(5))} -m conntrack --ctstate NEW -j ACCEPT`,
      () => `! -s ${this.net()} ${port} -m comment --comment "not from the office" -j LOGDROP`,
      () => `-p tcp -m tcp --dport ${this.pick(PORTS)} --tcp-flags FIN,SYN,RST,ACK SYN -m connlimit --connlimit-above ${5 + this.below(195)} --connlimit-mask 32 --connlimit-saddr -j REJECT --reject-with tcp-reset`,
      () => `-p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -m recent --update --seconds 60 --hitcount 4 --name SSH${this.below(5)} --mask 255.255.255.255 --rsource -j DROP`,
      () => `${port} -m hashlimit --hashlimit-upto ${5 + this.below(95)}/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name hl${this.below(50)} -j ACCEPT`,
      () => `-m iprange --src-range 192.168.${this.below(100)}.1-192.168.${100 + this.below(155)}.250 -j ACCEPT`,
      () => `-s ${this.inner()}/32 -d ${this.inner()}/32 -p ${protocol} -m ${protocol} --sport 1024:65535 --dport ${this.pick(PORTS)} -m mac --mac-source 52:54:00:00:00:${(16 + this.below(200)).toString(16)} -j ACCEPT`,
      () => `-m mark --mark 0x${(1 + this.below(254)).toString(16)}/0xff -j RETURN`,
    ])();
  }
}
