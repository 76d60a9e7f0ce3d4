"""What a ruleset costs the kernel: the same packets through it and through none, in namespaces of their own.

    python3 bench/kernel_cost.py < REQUEST

Request: {ruleset, backend: "legacy"|"nft", packets: [as test/kernel/oracle takes them, of IPv4, all to 10.0.0.1]}
Reply: {without, with: nanoseconds of processor time a packet}, or {error}

Frames go into one end of a veth pair; the kernel deals with each in the context of its sender, whose processor time is
what is measured, and a hook behind all tables swallows what survives, so that no answer is part of it. Of several runs,
each with an empty conntrack table, the fastest counts.
"""
import json
import os
import signal
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../test/kernel/oracle"))

from connections import Connections
from packets import build
from ruleset import Loader
from system import enter_namespace, new_namespace, run, set_sysctl

RUNS = 5
NEAR, FAR = "02:00:00:00:01:01", "02:00:00:00:01:02"
FENCE_TYPE = 0x88b5
# Loaded before conntrack, whose last hook has the same priority: of two such the newer comes first.
SWALLOW = "table ip oracle { chain end { type filter hook input priority 2147483647; drop; }; }"


class Link:
    """A host with the address 10.0.0.1 on eth0, and a socket at the other end of its wire."""

    def __init__(self):
        self.warnings = []
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})
        host, wire = "kch%d" % os.getpid(), "kcw%d" % os.getpid()
        new_namespace(host)
        new_namespace(wire)
        enter_namespace(host)
        run(["ip", "link", "add", "name", "eth0", "address", NEAR, "type", "veth", "peer", "name", "far", "address", FAR, "netns", wire])
        run(["ip", "-batch", "-"], "link set dev lo up\nlink set dev eth0 arp off up\naddr add 10.0.0.1/24 dev eth0\nroute add default dev eth0\n")
        for interface in ("all", "eth0"):
            set_sysctl("net/ipv4/conf/%s/rp_filter" % interface, 0)
        run(["nft", "-f", "-"], SWALLOW)
        self.fences = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(FENCE_TYPE))
        self.fences.settimeout(3)
        enter_namespace(wire)
        run(["ip", "link", "set", "far", "arp", "off", "up"])
        self.far = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.far.bind(("far", 0))
        enter_namespace(host)

    def cost(self, frames):
        """Nanoseconds of processor time that the frames take."""
        send = self.far.send
        start = time.thread_time_ns()
        for frame in frames:
            send(frame)
        self.far.send(_ethernet(FENCE_TYPE) + b"\0" * 46)
        self.fences.recv(2048)
        return time.thread_time_ns() - start


def _ethernet(kind):
    return b"".join(bytes.fromhex(mac.replace(":", "")) for mac in (NEAR, FAR)) + struct.pack("!H", kind)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    request = json.load(sys.stdin)
    frames = [_ethernet(0x0800) + build({**packet, "family": 4}, 1) for packet in request["packets"]]
    link = Link()
    connections = Connections()

    def fastest():
        costs = []
        for _ in range(RUNS):
            connections.flush()
            costs.append(link.cost(frames))
        return min(costs) / len(frames)

    without = fastest()
    error = Loader(link, request["backend"]).load(4, request["ruleset"])
    print(json.dumps({"error": error} if error else {"without": without, "with": fastest()}))


main()
