/** Makes large firewall scripts of the kinds that are met in the field: the same text for the same kind, size and seed. */
import { random } from './ruleset.ts';

/**
 * What most of a script is: commands one below the other, with variables; the same under `set -e`; functions that are called
 * with arguments, and loops over lists; functions of a service that `case "$1"` calls; a here-document.
 */
export const SCRIPT_KINDS = ['flat', 'strict', 'functions', 'service', 'restore'] as const;

export type ScriptKind = (typeof SCRIPT_KINDS)[number];

const PORTS = [22, 25, 53, 80, 110, 123, 143, 389, 443, 465, 587, 993, 995, 1194, 3306, 5060, 5432, 6379, 8080, 8443, 9100];
const TOPICS = ['mail', 'web', 'dns', 'vpn', 'voice', 'backup', 'monitoring', 'office', 'guests', 'printers'];

/** A script with about so many iptables commands, or lines that an iptables-restore reads. */
export function scriptOf(kind: ScriptKind, commands: number, seed: number): string {
  return new Maker(seed).make(kind, commands);
}

class Maker {
  private readonly next: () => number;
  private readonly lines: string[] = [];
  private made = 0;

  constructor(seed: number) {
    this.next = random(seed);
  }

  make(kind: ScriptKind, commands: number): string {
    this.lines.push('#!/bin/bash');
    if (kind === 'strict') this.lines.push('set -e');
    this.variables();
    switch (kind) {
      case 'flat': case 'strict': this.flat(commands); break;
      case 'functions': this.functions(commands); break;
      case 'service': this.service(commands); break;
      case 'restore': this.restore(commands); break;
    }
    return [...this.lines, ''].join('\n');
  }

  private below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  private pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  private net(): string {
    return `10.${this.below(256)}.${this.below(256)}.0/24`;
  }

  private host(): string {
    return `${1 + this.below(222)}.${this.below(256)}.${this.below(256)}.${1 + this.below(254)}`;
  }

  /** A line that runs iptables, `indent` deep. */
  private command(text: string, indent = ''): void {
    this.made++;
    this.lines.push(`${indent}$IPT ${text}`);
  }

  private variables(): void {
    this.lines.push(
      '# What the rules below speak of', 'IPT=/sbin/iptables', 'WAN=eth0', 'LAN=eth1', 'DMZ="eth2"', 'LAN_NET=192.168.1.0/24', 'DMZ_NET="192.168.2.0/24"', 'ADMIN=192.168.1.10',
      'SSH_PORT=22', 'WEB_PORTS="80 443 8080"', 'SERVERS=(10.0.0.11 10.0.0.12 10.0.0.13)', 'LIMIT="-m limit --limit 3/min"', '',
    );
  }

  private beginning(indent = ''): void {
    for (const table of ['filter', 'nat', 'mangle']) {
      this.command(`-t ${table} -F`, indent);
      this.command(`-t ${table} -X`, indent);
    }
    this.command('-P INPUT DROP', indent);
    this.command('-P FORWARD DROP', indent);
    this.command('-P OUTPUT ACCEPT', indent);
    this.command('-A INPUT -i lo -j ACCEPT', indent);
    for (const chain of ['INPUT', 'FORWARD']) this.command(`-A ${chain} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`, indent);
    this.command('-N LOGDROP', indent);
    this.command('-A LOGDROP $LIMIT -j LOG --log-prefix "dropped: "', indent);
    this.command('-A LOGDROP -j DROP', indent);
  }

  private end(indent = ''): void {
    this.command('-t nat -A POSTROUTING -o $WAN -s $LAN_NET -j MASQUERADE', indent);
    this.command('-A INPUT -j LOGDROP', indent);
    this.command('-A FORWARD -j LOGDROP', indent);
  }

  /** A command that puts one rule somewhere; most of them into `chain`. */
  private rule(chain: string): string {
    return this.pick([
      () => `-A ${chain} -s ${this.net()} -p tcp --dport ${this.pick(PORTS)} -m conntrack --ctstate NEW -j ACCEPT`,
      () => `-A ${chain} -i $LAN -s $LAN_NET -p udp --dport ${this.pick(PORTS)} -j ACCEPT`,
      () => `-A ${chain} -i "$WAN" -s ${this.host()} -j DROP`,
      () => `-A ${chain} -s $ADMIN -p tcp --dport $SSH_PORT -m comment --comment "${this.pick(TOPICS)} ${this.below(1000)}" -j ACCEPT`,
      () => `-A ${chain} -p tcp -m multiport --dports ${this.pick(PORTS)},${1024 + this.below(60_000)} -j ACCEPT`,
      () => `-A ${chain} -s ${this.net()} -j LOGDROP`,
      () => `-A ${chain} -p icmp --icmp-type echo-request $LIMIT -j ACCEPT`,
      () => `-t nat -A PREROUTING -i $WAN -p tcp --dport ${1024 + this.below(60_000)} -j DNAT --to-destination 192.168.2.${1 + this.below(254)}:${this.pick(PORTS)}`,
    ])();
  }

  /** Commands one below the other, in parts with a chain of their own each. */
  private flat(commands: number): void {
    this.beginning();
    for (let part = 0; this.made < commands - 3; part++) {
      const topic = `${this.pick(TOPICS)}-${part}`;
      this.lines.push('', `# ${topic}`);
      this.command(`-N ${topic}`);
      this.command(`-A ${this.pick(['INPUT', 'FORWARD'])} -d ${this.net()} -j ${topic}`);
      for (let rules = 20 + this.below(30); rules > 0 && this.made < commands - 3; rules--) {
        if (this.below(12) === 0) this.lines.push(`# ${this.pick(TOPICS)}, asked for by ${this.pick(TOPICS)}`);
        this.command(this.rule(topic));
      }
    }
    this.lines.push('');
    this.end();
  }

  /** Functions that put rules where their arguments say, and what calls them: loops over words and arrays, nested tests. */
  private functions(commands: number): void {
    this.lines.push(
      'allow() {', '  local proto=$1 port=$2', '  shift 2', '  for net in "$@"; do', '    $IPT -A INPUT -p $proto --dport $port -s $net -j ACCEPT', '  done', '}', '',
      'forward() {', '  $IPT -t nat -A PREROUTING -i $WAN -p $1 --dport $2 -j DNAT --to-destination $3', '  $IPT -A FORWARD -i $WAN -p $1 -d ${3%%:*} --dport ${3##*:} -j ACCEPT', '}', '',
      'block() {', '  if [ -n "$2" ]; then', '    $IPT -A INPUT -s $1 -p tcp --dport "$2" -j LOGDROP', '  else', '    $IPT -A INPUT -s $1 -j LOGDROP', '  fi', '}', '',
    );
    this.beginning();
    for (let part = 0; this.made < commands - 3; part++) {
      const topic = `${this.pick(TOPICS)}-${part}`;
      this.lines.push('', `# ${topic}`);
      this.command(`-N ${topic}`);
      this.command(`-A FORWARD -d ${this.net()} -j ${topic}`);
      for (let pieces = 8 + this.below(12); pieces > 0 && this.made < commands - 3; pieces--) this.piece(topic);
    }
    this.lines.push('');
    this.end();
  }

  private piece(chain: string): void {
    this.pick([
      () => this.command(this.rule(chain)), () => this.command(this.rule(chain)),
      () => this.calls(`allow ${this.pick(['tcp', 'udp'])} ${this.pick(PORTS)} ${this.net()} $LAN_NET`, 2),
      () => this.calls(`forward tcp ${1024 + this.below(60_000)} \${SERVERS[${this.below(3)}]}:${this.pick(PORTS)}`, 2),
      () => this.calls(`block ${this.host()}`, 1), () => this.calls(`block ${this.host()} ${this.pick(PORTS)}`, 1),
      () => this.loop(`for port in $WEB_PORTS; do`, `-A ${chain} -p tcp --dport $port -s ${this.net()} -j ACCEPT`, 3),
      () => this.loop(`for host in ${this.host()} ${this.host()} ${this.host()} ${this.host()}; do`, `-A ${chain} -s $host -j DROP`, 4),
      () => this.loop('for server in "${SERVERS[@]}"; do', `-A ${chain} -d $server -p tcp --dport ${this.pick(PORTS)} -j ACCEPT`, 3),
      () => this.test(chain),
    ])();
  }

  private calls(text: string, commands: number): void {
    this.made += commands;
    this.lines.push(text);
  }

  private loop(head: string, command: string, rounds: number): void {
    this.made += rounds;
    this.lines.push(head, `  $IPT ${command}`, 'done');
  }

  private test(chain: string): void {
    this.lines.push('if [ "$LAN" != "$WAN" ]; then', `  if [ -f /etc/firewall/${chain} ]; then`);
    this.command(this.rule(chain), '    ');
    this.lines.push('  else');
    this.command(this.rule(chain), '    ');
    this.lines.push('  fi', 'fi');
  }

  /** Functions without arguments, called by `start`, and what the first argument asks for. */
  private service(commands: number): void {
    this.lines.push('policies() {');
    this.beginning('  ');
    this.lines.push('}', '');
    const parts: string[] = [];
    while (this.made < commands - 12) {
      const topic = `${this.pick(TOPICS)}_${parts.length}`;
      parts.push(topic);
      this.lines.push(`# ${topic}`, `${topic}() {`);
      this.command(`-N ${topic}`, '  ');
      this.command(`-A ${this.pick(['INPUT', 'FORWARD'])} -d ${this.net()} -j ${topic}`, '  ');
      for (let rules = 20 + this.below(30); rules > 0 && this.made < commands - 12; rules--) {
        if (this.below(12) === 0) this.lines.push(`  # ${this.pick(TOPICS)}, asked for by ${this.pick(TOPICS)}`);
        if (this.below(10) === 0) {
          this.lines.push('  for port in $WEB_PORTS; do', `    $IPT -A ${topic} -p tcp --dport $port -s ${this.net()} -j ACCEPT`, '  done');
          this.made += 3;
        } else this.command(this.rule(topic), '  ');
      }
      this.lines.push('}', '');
    }
    this.lines.push('finish() {');
    this.end('  ');
    this.lines.push('}', '', 'start() {', '  policies', ...parts.map((part) => `  ${part}`), '  finish', '}', '', 'stop() {');
    for (const chain of ['INPUT', 'FORWARD', 'OUTPUT']) this.command(`-P ${chain} ACCEPT`, '  ');
    for (const table of ['filter', 'nat', 'mangle']) {
      this.command(`-t ${table} -F`, '  ');
      this.command(`-t ${table} -X`, '  ');
    }
    this.lines.push(
      '}', '', 'case "$1" in', '  start)', '    start', '    ;;', '  stop)', '    stop', '    ;;', '  restart|reload)', '    stop', '    start', '    ;;', '  *)', '    echo "usage: $0 start|stop|restart"', '    exit 1', '    ;;', 'esac',
    );
  }

  /** What an iptables-restore reads, with commands before and behind it. */
  private restore(commands: number): void {
    this.beginning();
    const chains: string[] = [];
    const rules: string[] = [];
    while (this.made < commands - 12) {
      const topic = `${this.pick(TOPICS)}-${chains.length}`;
      chains.push(topic);
      rules.push(`# ${topic}`, `-A ${this.pick(['INPUT', 'FORWARD'])} -d ${this.net()} -j ${topic}`);
      for (let left = 20 + this.below(30); left > 0 && this.made < commands - 12; left--) {
        const rule = this.rule(topic);
        if (rule.startsWith('-t ')) continue;
        rules.push(rule);
        this.made++;
      }
    }
    this.lines.push('', 'iptables-restore -n <<EOF', '*filter', ...chains.map((chain) => `:${chain} - [0:0]`), ...rules, 'COMMIT', 'EOF', '');
    this.end();
  }
}
