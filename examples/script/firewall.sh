#!/bin/sh
# A firewall script: the rules that accept come before the policy that drops, so that the session which runs it survives.
set -e

iptables -t filter -F
iptables -t filter -X

iptables -A INPUT -i lo -j ACCEPT
iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A INPUT -p tcp --dport 22 \
    -m conntrack --ctstate NEW \
    -m comment --comment 'ssh from anywhere' \
    -j ACCEPT
iptables -I INPUT 1 -s 192.0.2.66 -j DROP   # goes before everything else

iptables -P INPUT DROP
iptables -P FORWARD DROP
iptables -P OUTPUT ACCEPT

ip6tables -A INPUT -i lo -j ACCEPT
ip6tables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
ip6tables -A INPUT -p ipv6-icmp -j ACCEPT
ip6tables -P INPUT DROP

# expect ACCEPT: tcp 203.0.113.9:40000 -> 198.51.100.7:22 in=eth0
# expect DROP:   tcp 192.0.2.66:40000 -> 198.51.100.7:22 in=eth0
# expect DROP:   tcp 203.0.113.9:40000 -> 198.51.100.7:80 in=eth0
# expect ACCEPT: icmpv6 2001:db8::9 -> 2001:db8::1 type=echo-request in=eth0
# expect DROP:   tcp [2001:db8::9]:40000 -> [2001:db8::1]:22 in=eth0
