"""Requests in, replies out."""
import time

from connections import Connections
from decode import decode, tag_of
from device import Device
from inject import Injector
from legacy_tables import LegacyTables
from nft_rules import NftRules
from packets import PROTOCOLS, build, protocol_of
from rules import LoadedRules, contradictions, growth, take_back_hotdrops
from ruleset import TRACKING, Loader
from system import run, set_sysctl
from topology import Topology
from trace import NftTrace, Stories, read_reports

PATHS = {"input": "in", "output": "out", "fwd": "forward"}
LOOSE = "net/netfilter/nf_conntrack_tcp_loose"
LAST_TAG = 0xfff0
LONGEST_WAIT = 300
MOST_REPEATS = 100000


class Oracle:
    def __init__(self, backend="legacy", cpu=None, hooks=True):
        self.backend, self.hooks = backend, hooks
        self.device = Device(cpu)
        self.topology = Topology(self.device)
        self.loader = Loader(self.device, backend)
        self.connections = Connections()
        self.injector = Injector(self.device, backend)
        self.legacy_tables, self.nft_rules = LegacyTables(), NftRules()
        self.nft_trace = NftTrace(self.device) if backend == "nft" else None
        self.tag = 0

    def answer(self, request):
        """Loads the request's ruleset into a fresh state and sends its packets."""
        started = time.perf_counter()
        family = int(request.get("family", 4))
        reply = {"id": request["id"]} if "id" in request else {}
        self.device.warnings.clear()
        self.connections.start()
        error = self._set_up(request, family)
        if error:
            self._tear_down(request, family)
            self.loader.unload(family)
            return dict(reply, ok=False, error=error)
        loaded = time.perf_counter()
        packets = self._send_all(request, family)
        reply.update(ok=True, packets=packets)
        if self.device.warnings:
            reply["warnings"] = list(self.device.warnings)
        if request.get("save"):
            reply["save"] = self.loader.saved(family, "-c")
        sent = time.perf_counter()
        self._tear_down(request, family)
        reply["ms"] = {"load": round((loaded - started) * 1e3, 2), "packets": round((sent - loaded) * 1e3, 2), "end": round((time.perf_counter() - sent) * 1e3, 2)}
        return reply

    def _set_up(self, request, family):
        """None, or why it can't be done."""
        text = request["ruleset"]
        try:
            for packet in request.get("packets", []):
                for key in ("in_iface", "out_iface"):
                    if packet.get(key):
                        self.device.interface(packet[key])
            self.loader.unload(10 - family)
            self.topology.apply(request.get("topology") or {})
            if request.get("ipset"):
                run(["ipset", "restore", "-exist"], request["ipset"])
            for name in request.get("nfacct", []):
                self.connections.account(name)
            for policy in request.get("timeouts", []):
                self.connections.timeout(family, policy["name"], policy["proto"], policy["seconds"])
            error = self.loader.load(family, text)
        except (RuntimeError, ValueError) as caught:
            return str(caught)
        if error:
            return error
        mode = request.get("conntrack", "auto")
        self.device.tell_state(mode == "on" or (mode == "auto" and bool(TRACKING.search(text))))
        self.rules = LoadedRules(self.loader, self.legacy_tables, self.nft_rules, family, text)
        return None

    def _tear_down(self, request, family):
        self.connections.flush()
        if request.get("ipset"):
            self.loader.unload(family)
            run(["ipset", "flush"], check=False)  # what a list holds can't be destroyed
            run(["ipset", "destroy"], check=False)
        self.device.leave_groups()

    def _drain(self):
        self.device.reports()
        if self.nft_trace:
            self.nft_trace.drain()

    def _send_all(self, request, family):
        replies = []
        self._drain()
        counters = self.rules.counters()
        start = time.monotonic()
        for number, packet in enumerate(request.get("packets", [])):
            for _ in range(max(1, min(int(packet.get("repeat", 1)), MOST_REPEATS))):
                _wait_until(start, packet.get("at"))
                if packet.get("reload"):
                    self.loader.load(family, request["ruleset"])
                    counters = self.rules.counters()
                at = time.monotonic() - start
                try:
                    reply = self._send(request, packet, family)
                except (ValueError, KeyError, OSError, RuntimeError) as error:
                    reply = {"error": "%s: %s" % (type(error).__name__, error)}
                after = self.rules.counters()
                reply["counters"] = growth(counters, after)
                counters = after
                if self.nft_trace:
                    take_back_hotdrops(reply, self.nft_trace.ends)
                wrong = contradictions(reply, self.backend)
                if wrong:
                    reply["counter_mismatch"] = wrong
                replies.append(dict(reply, n=number, at=round(at, 4)))
        return replies

    def _send(self, request, given, family):
        packet = dict(given, family=family)
        path = packet.get("path", packet.get("hook", "auto"))
        path = "auto-out" if path == "auto" and packet.get("local") else PATHS.get(path, path)
        if path not in ("in", "forward", "out", "auto", "auto-out"):
            raise ValueError("path must be in, forward, out or auto")
        is_local = path in ("out", "auto-out")
        is_invalid = packet.get("ctstate", "").upper() == "INVALID"
        if is_invalid:
            # A wrong checksum does it, which conntrack checks only for what comes from outside.
            packet["_badsum"] = not is_local
            set_sysctl(LOOSE, 0)
        self.tag = self.tag % LAST_TAG + 1
        data = build(packet, self.tag)
        seen = decode(data)
        packet.update(src=seen["src"], dst=seen["dst"])
        self.topology.prepare(packet, path, family, request.get("topology") or {})
        notes = self._set_up_connection(request, packet, family, data)
        error = self.injector.send(packet, is_local, family, data)
        if error:
            notes.append("send: " + error)
        if is_invalid:
            set_sysctl(LOOSE, 1)
        if self.device.tells_state:
            self.connections.note(family, data[9] if family == 4 else PROTOCOLS.get(seen["proto"], seen["proto"]), seen)
        reply = self._read(tag_of(data), family)
        return dict(reply, notes=notes) if notes else reply

    def _set_up_connection(self, request, packet, family, data):
        notes = []
        if packet.get("flush") or (request.get("isolate") and not packet.get("keep")):
            self.connections.flush_known()
        self.connections.prepare(packet, family, data, notes)
        entry = packet.get("ct")
        if entry:
            self.connections.add(family, entry["src"], entry["dst"], protocol_of(entry, family), entry.get("sport", 0), entry.get("dport", 0), mark=entry.get("mark", 0))
        return notes

    def _read(self, tag, family):
        """What the kernel has reported about the packet with this tag, and about those that it made because of it."""
        stories = Stories(tag, family)
        read_reports(stories, self.device.reports(), self.device, self.rules)
        if self.nft_trace:
            self.nft_trace.add(stories, self.rules)
        reply = stories.own.fate()
        generated = [_made(story) for story in stories.generated]
        if generated:
            reply["generated"] = generated
            if reply["fate"] == "dropped" and reply["dropped_by"].get("target") == "REJECT":
                first = generated[0]["packet"]
                reply["reject_with"] = "tcp-reset" if first.get("proto") == "tcp" else "%s type %s code %s" % (first.get("proto"), first.get("type"), first.get("code"))
        if not self.hooks:
            for story in [reply] + generated:
                del story["hooks"]
        return reply


def _made(story):
    """A packet that the kernel made, with its own fate."""
    image = story.hooks[0] if story.hooks else decode(story.first) if story.first else {}
    return dict(story.fate(), packet={key: image[key] for key in ("src", "dst", "proto", "type", "code", "sport", "dport", "flags") if key in image})


def _wait_until(start, at):
    if at is not None:
        left = start + float(at) - time.monotonic()
        if left > 0:
            time.sleep(min(left, LONGEST_WAIT))
