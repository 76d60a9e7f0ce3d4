"""Addresses, routes and sysctls of a request, and the routes that single packets need."""
import errno
import ipaddress
import json
import re
import struct
import time

from device import usual_addresses
from netlink import attribute
from packets import AF, packed
from system import get_sysctl, run, set_sysctl

RTM_NEWROUTE, RTM_DELROUTE = 24, 25
UNICAST, LOCAL, BROADCAST = 1, 2, 3
MAIN, LOCAL_TABLE = 254, 255


class Topology:
    def __init__(self, device):
        self.device = device
        self.key = None
        self.undo = []
        self.sysctls = {}
        self.packet_routes = {}

    # ---- a request's own

    def apply(self, wanted):
        """Puts up the topology of a request; what the one before had put up is taken down first."""
        key = json.dumps(wanted, sort_keys=True)
        if key == self.key:
            return
        self.use_routes({})
        _run_all(reversed(self.undo))
        for path, value in self.sysctls.items():
            set_sysctl(path, value)
        self.undo, self.sysctls = [], {}
        for name in list(wanted.get("ifaces", [])) + list(wanted.get("addrs", {})):
            self.device.interface(name)
        self.device.warnings += ["topology: " + error for error in _run_all(self._commands(wanted))]
        for name, value in wanted.get("sysctl", {}).items():
            self._sysctl(name.replace(".", "/"), value)
        _wait_for_local_routes(wanted)
        self.key = key

    def _commands(self, wanted):
        for name, addresses in wanted.get("addrs", {}).items():
            yield from self._addresses(name, addresses, wanted.get("connected"))
        for address in wanted.get("local", []):
            self.undo.append("route del local %s dev lo table local" % address)
            yield "route replace local %s dev lo table local" % address
        for address in wanted.get("broadcast", []):
            self.undo.append("route del broadcast %s dev eth0 table local" % address)
            yield "route replace broadcast %s dev eth0 table local" % address
        for route in wanted.get("routes", []):
            text = route if isinstance(route, str) else "%s dev %s" % (route["to"], route["dev"])
            device = re.search(r"dev (\S+)", text)
            if device:
                self.device.interface(device.group(1))
            self.undo.append("route del " + text)
            yield "route replace " + text
        for command in wanted.get("ip", []):
            self.undo.append(re.sub(r"^(-6 )?(rule|route|addr|neigh) (add|replace|append|prepend) ", r"\1\2 del ", command))
            yield command

    def _addresses(self, name, addresses, connected):
        """REDIRECT and MASQUERADE take the first address, so the usual ones give way."""
        if name != "lo":
            usual4, usual6 = usual_addresses(name, self.device.interfaces[name].number)
            for usual in [usual4] + ([usual6] if any(":" in address for address in addresses) else []):
                self.undo.append("addr add " + usual)
                yield "addr del " + " ".join(usual.split()[:3])
        for address in addresses:
            if "/" not in address:
                address += "/128" if ":" in address else "/32"
            options = "" if connected or name == "lo" else " noprefixroute"
            options += " nodad" if ":" in address else " brd +" if int(address.split("/")[1]) < 31 else ""
            self.undo.append("addr del %s dev %s" % (address, name))
            yield "addr add %s dev %s%s" % (address, name, options)

    def _sysctl(self, path, value):
        before = get_sysctl(path)
        if before is not None:
            self.sysctls[path] = before
        if not set_sysctl(path, value):
            self.device.warnings.append("sysctl %s can't be set" % path)

    # ---- a packet's own

    def use_routes(self, wanted):
        """Makes the routes that the topology does not have exactly these: {(family, destination, length, type): device}."""
        for route in [route for route, device in self.packet_routes.items() if wanted.get(route) != device]:
            self._route(RTM_DELROUTE, route, self.packet_routes.pop(route))
        for route, device in wanted.items():
            if route in self.packet_routes:
                continue
            error = self._route(RTM_NEWROUTE, route, device)
            if error == 0:
                self.packet_routes[route] = device
            elif error != errno.EEXIST:
                raise RuntimeError("route %r %s: %s" % (route, device, errno.errorcode.get(error, error)))

    def _route(self, command, route, device):
        family, destination, length, kind = route
        table = MAIN if kind == UNICAST else LOCAL_TABLE
        scope = 0
        if family == 4:
            scope = 254 if kind != UNICAST else 253 if length == 32 else 0
        body = struct.pack("=BBBBBBBBI", AF[family], length, 0, 0, table, 4, scope, kind, 0)
        if length:
            body += attribute(1, packed(family, destination))
        body += attribute(4, struct.pack("=I", self.device.interfaces[device].index))
        if family == 6 and kind == UNICAST:
            body += attribute(6, struct.pack("=I", 50))
        flags = 0x400 | (0x100 if family == 4 else 0) if command == RTM_NEWROUTE else 0
        return self.device.rtnetlink.request(command, flags, body)

    def prepare(self, packet, path, family, wanted):
        """Sees to it that routing takes the packet where its path says."""
        arrives = packet.get("in_iface") or "eth0"
        leaves = packet.get("out_iface") or wanted.get("default_out") or ("eth1" if packet.get("in_iface", "eth0") != "eth1" else "eth0")
        source, destination = ipaddress.ip_address(packet["src"]), ipaddress.ip_address(packet["dst"])
        own = {ipaddress.ip_address(address.split("/")[0]) for addresses in wanted.get("addrs", {}).values() for address in addresses}
        whole = 32 if family == 4 else 128
        routes = {}
        if (path not in ("auto", "auto-out") or packet.get("out_iface")) and leaves != "lo":
            routes[family, "0.0.0.0" if family == 4 else "::", 0, UNICAST] = leaves
        if path == "in" and not destination.is_loopback:
            if destination.is_multicast:
                self.device.join_group(family, packet["dst"], arrives)
            elif packet.get("dst_type") == "broadcast" and family == 4:
                routes[family, packet["dst"], whole, BROADCAST] = arrives
            elif packet["dst"] != "255.255.255.255" and destination not in own:
                routes[family, packet["dst"], whole, LOCAL] = "lo"
        if path == "out" and leaves == "lo" and not destination.is_loopback and destination not in own:
            routes[family, packet["dst"], whole, LOCAL] = "lo"
        plain = not (source.is_multicast or source.is_loopback or source.is_unspecified or packet["src"] == "255.255.255.255")
        if path in ("in", "forward") and packet["src"] != packet["dst"] and plain and arrives != "lo" and source not in own and packet.get("src_route", True):
            routes[family, packet["src"], whole, UNICAST] = arrives
        self.use_routes(routes)


def _run_all(commands):
    """Runs the commands as arguments of `ip`, those that begin with -6 behind the others; returns what went wrong."""
    commands = list(commands)
    errors = []
    for options, batch in ([], [text for text in commands if not text.startswith("-6 ")]), (["-6"], [text[3:] for text in commands if text.startswith("-6 ")]):
        if batch:
            done = run(["ip"] + options + ["-force", "-batch", "-"], "\n".join(batch) + "\n", check=False)
            if done.returncode:
                errors.append(done.stderr.strip())
    return errors


def _wait_for_local_routes(wanted):
    """IPv6 adds the route to a new address of its own from a work queue."""
    own = [address.split("/")[0] for addresses in wanted.get("addrs", {}).values() for address in addresses if ":" in address]
    for _ in range(200 if own else 0):
        known = run(["ip", "-6", "route", "show", "table", "local"]).stdout.split()
        if all(address in known for address in own):
            return
        time.sleep(0.005)
