"""The device under test: a namespace with interfaces whose other ends lie in a second namespace.

An nft table of our own at priority -2000 makes every packet traced and takes the mark from the frame's sender; at the
highest priority it reports the packet as it leaves the hook, and swallows what is delivered, so that no answer of the
host's stack disturbs what is counted. What leaves by a link ends in the second namespace, which listens to nobody; no link
asks for neighbours.
"""
import errno
import os
import re
import socket
import struct
import time

from netlink import NETLINK_NETFILTER, NETLINK_ROUTE, Netlink, attribute, attributes, messages, netfilter_header
from system import enter_namespace, new_namespace, run, set_sysctl

HOOKS = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]
# Chains at the highest priority, by hook, and what they do with a packet when they report it.
REPORTERS = {"PREROUTING": ("pre1", ""), "INPUT": ("in1", "drop"), "FORWARD": ("fwd1", ""), "OUTPUT": ("out1", ""), "POSTROUTING": ("post1", "")}
REPORT_GROUP = 60001
# Frames of this type pass through the device and back, to know that all before them has been dealt with.
FENCE_TYPE = 0x88b5
NFULNL_CONFIG = 4 << 8 | 1
NFULNL_PACKET = 4 << 8

_STATES = ["new", "established ct direction original", "established ct direction reply", "related ct direction original",
           "related ct direction reply", "invalid", "untracked"]

_WIRE_SYSCTLS = {"net/ipv6/conf/all/disable_ipv6": 1, "net/ipv6/conf/default/disable_ipv6": 1, "net/ipv4/ip_forward": 0}
_SYSCTLS = {
    "net/ipv4/ip_forward": 1, "net/ipv4/conf/all/forwarding": 1, "net/ipv4/conf/default/forwarding": 1, "net/ipv6/conf/all/forwarding": 1,
    "net/ipv4/conf/all/rp_filter": 0, "net/ipv4/conf/default/rp_filter": 0, "net/ipv4/conf/all/accept_local": 1,
    "net/ipv4/conf/all/send_redirects": 0, "net/ipv4/conf/default/send_redirects": 0, "net/ipv4/conf/all/accept_source_route": 1,
    "net/ipv4/conf/default/accept_source_route": 1, "net/ipv4/conf/all/arp_ignore": 8, "net/ipv4/icmp_ratelimit": 0, "net/ipv4/icmp_ratemask": 0,
    "net/ipv4/icmp_msgs_per_sec": 100000000, "net/ipv4/icmp_msgs_burst": 100000000, "net/ipv6/icmp/ratelimit": 0,
    "net/ipv4/conf/lo/route_localnet": 1, "net/ipv4/igmp_max_memberships": 4096,
    "net/ipv6/conf/all/accept_ra": 0, "net/ipv6/conf/default/accept_ra": 0, "net/ipv6/conf/default/router_solicitations": 0,
    "net/ipv6/conf/default/dad_transmits": 0, "net/ipv6/conf/default/accept_dad": 0, "net/ipv6/conf/all/accept_dad": 0,
    "net/ipv6/conf/default/addr_gen_mode": 1, "net/ipv6/conf/all/addr_gen_mode": 1, "net/ipv6/conf/default/mldv1_unsolicited_report_interval": 0,
    "net/netfilter/nf_log/2": "nfnetlink_log", "net/netfilter/nf_log/10": "nfnetlink_log",
}


class Interface:
    """A link of the device; `far` sends frames into it from the other side (lo sends to itself)."""

    def __init__(self, name, number, mac, far_mac, far):
        self.name, self.number, self.mac, self.far_mac, self.far = name, number, mac, far_mac, far
        self.index = socket.if_nametoindex(name)


class Device:
    def __init__(self, cpu=None):
        processors = sorted(os.sched_getaffinity(0))
        # One processor keeps the packets in order; several oracles at once take different ones.
        os.sched_setaffinity(0, {processors[os.getpid() % len(processors)] if cpu is None else cpu})
        self.name, self.wire = "kot%d" % os.getpid(), "kow%d" % os.getpid()
        self.warnings = []
        new_namespace(self.name)
        new_namespace(self.wire)
        enter_namespace(self.wire)
        for path, value in _WIRE_SYSCTLS.items():
            set_sysctl(path, value)
        run(["ip", "link", "set", "lo", "up"])
        # The main thread stays in the device from here on.
        enter_namespace(self.name)
        for path, value in _SYSCTLS.items():
            set_sysctl(path, value)
        run(["ip", "link", "set", "lo", "up"])
        self.rtnetlink = Netlink(NETLINK_ROUTE)
        self.tells_state = False
        run(["nft", "-f", "-"], _own_tables())
        self._open_log()
        self.fences = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(FENCE_TYPE))
        self.fences.settimeout(3)
        self.interfaces, self.by_index, self.groups = {}, {}, {}
        self._add_loopback()
        for name in ("eth0", "eth1"):
            self.interface(name)

    def _open_log(self):
        self.log = Netlink(NETLINK_NETFILTER, 8 << 20)
        self.log.socket.settimeout(2)
        for family in (socket.AF_INET, socket.AF_INET6):
            for command in (b"\4", b"\3"):
                self.log.request(NFULNL_CONFIG, 0, netfilter_header(family) + attribute(1, command))
        for group in (0, REPORT_GROUP):
            for setting in (attribute(1, b"\1"), attribute(2, struct.pack("!IBB", 300, 2, 0)), attribute(5, struct.pack("!I", 1))):
                error = self.log.request(NFULNL_CONFIG, 0, netfilter_header(socket.AF_UNSPEC, group) + setting)
                if error:
                    raise RuntimeError("nfnetlink_log: errno %d" % error)
        self.log.socket.setblocking(False)

    def _add_loopback(self):
        far = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        far.bind(("lo", 0))
        loopback = Interface("lo", 0, b"\0" * 6, b"\0" * 6, far)
        self.interfaces["lo"], self.by_index[loopback.index] = loopback, "lo"

    def interface(self, name):
        """The interface of this name, made when it is asked for first."""
        if name in self.interfaces:
            return self.interfaces[name]
        if not re.fullmatch(r"[^\s/]{1,15}", name) or name in (".", ".."):
            raise ValueError("bad interface name %r" % name)
        number = len(self.interfaces)
        far = "p%d" % number
        mac, far_mac = ("02:00:00:00:%02x:%02x" % (number, side) for side in (1, 2))
        run(["ip", "link", "add", "name", name, "address", mac, "type", "veth", "peer", "name", far, "address", far_mac, "netns", self.wire])
        run(["ip", "-batch", "-"], "link set dev %s addrgenmode none\nlink set dev %s arp off multicast on up\n%s" % (
            name, name, "".join("addr add %s\n" % address for address in usual_addresses(name, number))))
        for key in ("rp_filter", "send_redirects"):
            set_sysctl("net/ipv4/conf/%s/%s" % (name, key), 0)
        made = Interface(name, number, _bytes_of(mac), _bytes_of(far_mac), self._far_socket(far))
        self.interfaces[name], self.by_index[made.index] = made, name
        _wait_for_carrier(name)
        return made

    def _far_socket(self, name):
        enter_namespace(self.wire)
        try:
            run(["ip", "link", "set", name, "arp", "off", "up"])
            far = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            far.bind((name, 0))
            return far
        finally:
            enter_namespace(self.name)

    def tell_state(self, on):
        """Lets the reports tell each packet's conntrack state, which switches conntrack on in the namespace."""
        if on == self.tells_state:
            return
        lines = []
        for family in ("ip", "ip6"):
            for hook, (chain, end) in REPORTERS.items():
                lines.append("flush chain %s oracle %s" % (family, chain))
                for state in _STATES if on else [None]:
                    lines.append("add rule %s oracle %s %s" % (family, chain, _report(hook, state, end)))
        run(["nft", "-f", "-"], "\n".join(lines) + "\n")
        self.tells_state = on

    def fence(self, interface, sender):
        """Returns when everything that was sent into the interface before has been dealt with."""
        interface.far.send(interface.mac + sender + struct.pack("!H", FENCE_TYPE) + b"\0" * 46)
        self.fences.recv(2048)

    def reports(self):
        """The log records since the last call, in the kernel's order."""
        records = []
        while True:
            try:
                data = self.log.socket.recv(262144)
            except BlockingIOError:
                return records
            except OSError as error:
                if error.errno == errno.ENOBUFS:
                    self.warnings.append("trace records were lost")
                    continue
                raise
            for kind, _, start, end in messages(data):
                if kind == NFULNL_PACKET:
                    records.append(attributes(data, start + 4, end))

    def join_group(self, family, group, name):
        """Makes the host a member of a multicast group, so that packets to it are delivered."""
        key = (family, group, name)
        if key in self.groups:
            return
        member = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6, socket.SOCK_DGRAM)
        index = self.interface(name).index
        try:
            if family == 4:
                member.setsockopt(socket.IPPROTO_IP, 35, socket.inet_pton(socket.AF_INET, group) + b"\0\0\0\0" + struct.pack("=i", index))
            else:
                member.setsockopt(socket.IPPROTO_IPV6, 20, socket.inet_pton(socket.AF_INET6, group) + struct.pack("=i", index))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:  # a member already
                raise
        self.groups[key] = member

    def leave_groups(self):
        for member in self.groups.values():
            member.close()
        self.groups = {}


def usual_addresses(name, number):
    """What an interface has unless a topology gives it others, as arguments of `ip addr add`."""
    return ["198.18.%d.1/32 dev %s noprefixroute" % (number, name), "2001:2:0:%x::1/128 dev %s nodad noprefixroute" % (number, name)]


def _bytes_of(mac):
    return bytes.fromhex(mac.replace(":", ""))


def _wait_for_carrier(name):
    for _ in range(100):
        if "LOWER_UP" in run(["ip", "-o", "link", "show", name]).stdout:
            return
        time.sleep(0.01)


def _report(hook, state, end):
    text = 'log prefix "O:%s:%s" group %d queue-threshold 1 %s'
    if state is None:
        return text % (hook, "", REPORT_GROUP, end)
    words = state.split()
    name = words[0].upper() + (" reply" if words[-1] == "reply" else "")
    return "ct state %s %s" % (state, text % (hook, name, REPORT_GROUP, end))


def _own_tables():
    """Must be loaded before conntrack: of two hooks at one priority the newer is in front, and ours has to be behind."""
    text = ""
    for family, noise in (("ip", "ip protocol igmp ip id != 0xbee1 drop"),
                          ("ip6", "icmpv6 type { 130, 131, 132, 133, 134, 135, 136, 143 } ip6 flowlabel < 0x50000 drop")):
        text += "table %s oracle {\n" % family
        text += " chain pre0 { type filter hook prerouting priority -2000; meta nftrace set 1; @ll,48,16 0x02fe meta mark set @ll,64,32; }\n"
        text += " chain out0 { type filter hook output priority -2000; %s; meta nftrace set 1; }\n" % noise
        for hook, (chain, end) in REPORTERS.items():
            text += " chain %s { type filter hook %s priority 2147483647; %s; }\n" % (chain, hook.lower(), _report(hook, None, end))
        text += "}\n"
    return text
