/** A file that locks somebody out, with the code of the diagnostic that says so. */
export interface Lockout {
  readonly code: string;
  /** How the file is written. */
  readonly style: string;
  readonly name: string;
  readonly text: string;
  readonly management?: readonly string[];
  /** Of what is cut off between two commands: the line from which it must not be, from 0. */
  readonly from?: number;
}

const lines = (...texts: readonly string[]): string => `${texts.join('\n')}\n`;
const filter = (...rules: readonly string[]): string => lines('*filter', ...rules, 'COMMIT');
const ESTABLISHED = '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT';

const MANAGEMENT: readonly Omit<Lockout, 'code'>[] = [
  { style: 'saved', name: 'rules.v4', text: filter(':INPUT DROP [12:720]', ':FORWARD DROP [0:0]', ':OUTPUT ACCEPT [3:180]', '[4:240] -A INPUT -i lo -j ACCEPT', `[9:540] ${ESTABLISHED}`, '[0:0] -A INPUT -p tcp -m tcp --dport 80 -j ACCEPT') },
  { style: 'behind the rule that drops the rest', name: 'rules.v4', text: filter(':INPUT ACCEPT [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -j DROP', '-A INPUT -p tcp --dport 22 -j ACCEPT') },
  { style: 'in a chain of its own', name: 'rules.v4', text: filter(':INPUT ACCEPT [0:0]', ':RH-Firewall-1-INPUT - [0:0]', '-A INPUT -j RH-Firewall-1-INPUT', '-A RH-Firewall-1-INPUT -i lo -j ACCEPT', '-A RH-Firewall-1-INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT', '-A RH-Firewall-1-INPUT -j REJECT --reject-with icmp-host-prohibited') },
  { style: 'with long options', name: 'rules.v4', text: filter(':INPUT DROP [0:0]', '--append INPUT --in-interface lo --jump ACCEPT', '--append INPUT --protocol tcp --destination-port 443 --jump ACCEPT') },
  { style: 'stopped in another table', name: 'rules.v4', text: lines('*raw', ':PREROUTING ACCEPT [0:0]', '-A PREROUTING ! -i lo -p tcp -m tcp --dport 22 -j DROP', 'COMMIT') + filter(':INPUT ACCEPT [0:0]', '-A INPUT -p tcp --dport 22 -j ACCEPT') },
  { style: 'stopped by the policy of nat', name: 'rules.v4', text: lines('*nat', ':PREROUTING DROP [0:0]', 'COMMIT') + filter(':INPUT ACCEPT [0:0]', ESTABLISHED, '-A INPUT -p tcp --dport 22 -j ACCEPT') },
  { style: 'put in first', name: 'rules.v4', text: filter(':INPUT ACCEPT [0:0]', '-I INPUT -j DROP') },
  { style: 'named by the user', name: 'rules.v4', management: ['tcp 192.0.2.0/24 -> any:2222'], text: filter(':INPUT DROP [0:0]', ESTABLISHED, '-A INPUT -s 192.0.2.128/25 -j DROP', '-A INPUT -p tcp --dport 2222 -j ACCEPT') },
  { style: 'IPv6', name: 'rules.v6', text: filter(':INPUT DROP [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -p ipv6-icmp -j ACCEPT', '-A INPUT -j REJECT --reject-with icmp6-adm-prohibited', '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT') },
  { style: 'a script', name: 'fw.sh', text: lines('#!/bin/sh', 'set -e', 'iptables -w -F', 'iptables -w -P INPUT DROP', '  iptables -w -A INPUT -i lo -j ACCEPT', '  iptables -w -A INPUT -p tcp --dport 80 -j ACCEPT') },
];

const REPLIES: readonly Omit<Lockout, 'code'>[] = [
  { style: 'coming back', name: 'rules.v4', text: filter(':INPUT DROP [0:0]', ':OUTPUT ACCEPT [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -p tcp --dport 22 -j ACCEPT') },
  { style: 'coming back, by -m state', name: 'rules.v4', text: filter(':INPUT DROP [0:0]', ':OUTPUT ACCEPT [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT') },
  { style: 'going back', name: 'rules.v4', text: filter(':INPUT DROP [0:0]', ':OUTPUT DROP [0:0]', '-A INPUT -i lo -j ACCEPT', ESTABLISHED, '-A INPUT -p tcp --dport 22 -j ACCEPT', '-A OUTPUT -o lo -j ACCEPT', '-A OUTPUT -p udp --dport 53 -j ACCEPT') },
  { style: 'a script', name: 'fw.sh', text: lines('#!/bin/bash', '/sbin/iptables -F', '/sbin/iptables -A INPUT -i lo -j ACCEPT', '/sbin/iptables -A INPUT -p tcp --dport 22 -j ACCEPT', '/sbin/iptables -A INPUT -j DROP') },
];

const LOOPBACK: readonly Omit<Lockout, 'code'>[] = [
  { style: 'on the way in', name: 'rules.v4', text: filter(':INPUT DROP [0:0]', ':OUTPUT ACCEPT [0:0]', ESTABLISHED, '-A INPUT -s 192.0.2.0/24 -p tcp -m tcp --dport 22 -j ACCEPT') },
  { style: 'on the way out', name: 'rules.v4', text: filter(':INPUT ACCEPT [0:0]', ':OUTPUT DROP [0:0]', '-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-A OUTPUT -p udp -m udp --dport 53 -d 192.0.2.53 -j ACCEPT') },
  { style: 'IPv6', name: 'rules.v6', text: filter(':INPUT DROP [0:0]', ESTABLISHED, '-A INPUT -p ipv6-icmp -j ACCEPT', '-A INPUT -s 2001:db8::/32 -p tcp -m tcp --dport 22 -j ACCEPT') },
];

const NEIGHBOURS: readonly Omit<Lockout, 'code'>[] = [
  { style: 'coming in', name: 'rules.v6', text: filter(':INPUT DROP [0:0]', ':OUTPUT ACCEPT [0:0]', '-A INPUT -i lo -j ACCEPT', ESTABLISHED, '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT') },
  { style: 'a script', name: 'fw.sh', text: lines('#!/bin/sh', 'ip6tables -F', 'ip6tables -A INPUT -i lo -j ACCEPT', 'ip6tables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', 'ip6tables -A INPUT -p tcp --dport 22 -j ACCEPT', 'ip6tables -A INPUT -j DROP') },
];

const ACCEPTING = ['iptables -A INPUT -i lo -j ACCEPT', 'iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT'];

/** Commands as guides give them, to be typed one after the other. */
const TYPED: readonly string[] = [
  'iptables -P INPUT DROP', 'iptables -P FORWARD DROP', 'iptables -P OUTPUT DROP', 'iptables -F', 'iptables -A INPUT -p tcp -m tcp -j LOG --log-prefix "in "', 'iptables -N TRUSTED',
  'iptables -A TRUSTED -s 203.0.113.0/24 -m comment --comment "[where I am]" -j ACCEPT', 'iptables -N SERVICES', 'iptables -I INPUT 1 -j SERVICES', 'iptables -A SERVICES -p tcp -m tcp --dport 22 -j TRUSTED',
  'iptables -I OUTPUT 1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
];

const of = (code: string, cases: readonly Omit<Lockout, 'code'>[]): readonly Lockout[] => cases.map((each) => ({ code, ...each }));

/** Files of several styles for each kind of lockout. */
export const LOCKOUTS: readonly Lockout[] = [
  ...of('lockout-management', MANAGEMENT), ...of('lockout-replies', REPLIES), ...of('lockout-loopback', LOOPBACK), ...of('lockout-neighbour-discovery', NEIGHBOURS),
  ...of('lockout-early-drop', [
    { style: 'a policy', name: 'fw.sh', from: 1, text: lines('#!/bin/sh', 'iptables -F', 'iptables -P INPUT DROP', ...ACCEPTING) },
    { style: 'a policy, with sudo and the table', name: 'fw.sh', from: 0, text: lines('sudo iptables -t filter -F', 'sudo iptables -t filter -P INPUT DROP', 'sudo iptables -t filter -P FORWARD DROP', ...ACCEPTING.map((line) => line.replace('iptables', 'sudo iptables -t filter').replace('conntrack --ct', 'state --'))) },
    { style: 'a rule', name: 'fw.sh', from: 0, text: lines('iptables -F', 'iptables -A INPUT -j DROP', ...ACCEPTING.map((line) => line.replace('-A', '-I'))) },
  ]),
  ...of('lockout-flush', [
    { style: 'a script', name: 'fw.sh', from: 2, text: lines('#!/bin/sh', 'iptables -P INPUT DROP', 'iptables -F', ...ACCEPTING) },
    { style: 'typed, behind policies', name: 'fw.sh', from: 3, text: lines(...TYPED) },
  ]),
];
