"""Turns the kernel's records into what happened to each packet."""
import errno
import struct

from decode import decode, tag_of
from device import HOOKS
from netlink import NETLINK_NETFILTER, Netlink, attributes, messages

# Fields of an nfnetlink_log record.
PACKET_HEADER, MARK, IN_INDEX, OUT_INDEX, PAYLOAD, PREFIX, UID = 1, 2, 4, 5, 9, 10, 11
NFNLGRP_NFTRACE = 9
NFT_TRACE = 10 << 8 | 17
TRACE_TABLE, TRACE_CHAIN, TRACE_RULE, TRACE_TYPE, TRACE_VERDICT, TRACE_ID, TRACE_NETWORK, TRACE_TRANSPORT, TRACE_POLICY = 1, 2, 3, 4, 5, 6, 8, 9, 16
TYPE_POLICY, TYPE_RETURN, TYPE_RULE = 1, 2, 3
# Targets behind which a packet goes on.
PASSING = ("ACCEPT", "(jump)", "RETURN", "LOG", "MARK")
GENERATED = "generated"


class Story:
    """What happened to one packet: the rules it met, and what it was like at the end of each hook."""

    def __init__(self):
        self.trace, self.hooks, self.first = [], [], None

    def fate(self):
        """The packet's end as an object of the reply."""
        last = self.hooks[-1] if self.hooks else None
        met = self.trace[-1] if self.trace else None
        ends = [image for image in self.hooks if image["hook"] == "INPUT" or (image["hook"] == "POSTROUTING" and image.get("out") != "lo")]
        # What leaves by a link and comes back by it is a copy, which has lost its socket.
        if self.hooks and "uid" in self.hooks[0]:
            copies = [image for image in ends if "uid" not in image and "lo" not in (image.get("in"), image.get("out"))]
            ends = [image for image in ends if image not in copies]
        told = {"trace": self.trace, "hooks": self.hooks}
        if ends:
            told.update(verdict="ACCEPT", fate="delivered" if ends[-1]["hook"] == "INPUT" else "sent",
                        egress={key: value for key, value in ends[-1].items() if key != "hook"})
            if len(ends) > 1:
                told["copies"] = ends[:-1]
            return told
        told.update(fate="dropped", verdict="REJECT" if met and met.get("target") == "REJECT" else "DROP")
        # A rule met after the last report is what ended it.
        is_newer = met and (not last or met["hook"] != last["hook"])
        if is_newer and met.get("target") not in PASSING:
            told["dropped_by"] = dict(met)
        elif is_newer:
            told["dropped_by"] = {"kernel": "in hook %s after the last traced rule (match hotdrop, NAT failure, or a target without a traced verdict)" % met["hook"], "last": dict(met)}
        else:
            told["dropped_by"] = {"kernel": "after hook %s" % (last["hook"] if last else "none (never reached netfilter, or a fragment held for reassembly)")}
        return told


class Stories:
    """The stories of all packets seen since one was sent; the sent one first."""

    def __init__(self, tag, family):
        self.tag, self.family = tag, family
        self.by_tag = {tag: Story()}

    def of(self, tag):
        """A packet with another tag is one that the kernel made; in IPv6 these can't be told apart. An event without a tag
        is about the packet itself."""
        if tag is not None and tag != self.tag:
            tag = GENERATED if self.family == 6 else (GENERATED, tag)
        return self.by_tag.setdefault(self.tag if tag is None else tag, Story())

    @property
    def own(self):
        return self.by_tag[self.tag]

    @property
    def generated(self):
        return [story for tag, story in self.by_tag.items() if tag != self.tag]


def _add_legacy_step(stories, record, prefix, hook, rules):
    """iptables-legacy traces through the same log as our reports, so the order is the kernel's."""
    table, rest = prefix[len("TRACE: "):].split(":", 1)
    chain, _, number = rest.rstrip().rsplit(":", 2)
    if table not in rules.tables:
        return  # an empty table left from an earlier ruleset
    payload = record.get(PAYLOAD, b"")
    story = stories.of(tag_of(payload))
    step = dict({"hook": HOOKS[hook], "table": table, "chain": chain}, **rules.legacy(table, chain, int(number)))
    mark = struct.unpack("!I", record[MARK])[0] if MARK in record else 0
    if mark:
        step["mark"] = mark
    story.trace.append(step)
    story.first = story.first or payload


def read_reports(stories, records, device, rules):
    """Adds log records: rules met under iptables-legacy, and the packets at the end of hooks."""
    for record in records:
        hook = record[PACKET_HEADER][2] if PACKET_HEADER in record else 0
        prefix = record.get(PREFIX, b"").rstrip(b"\0").decode("latin1")
        if prefix.startswith("TRACE: "):
            _add_legacy_step(stories, record, prefix, hook, rules)
        elif prefix.startswith("O:"):
            _add_image(stories, record, prefix.rsplit(":", 1)[1], hook, device)


def _add_image(stories, record, state, hook, device):
    payload = record.get(PAYLOAD, b"")
    story = stories.of(tag_of(payload))
    image = dict(hook=HOOKS[hook], **decode(payload))
    for key, attribute in (("in", IN_INDEX), ("out", OUT_INDEX)):
        if attribute in record:
            image[key] = device.by_index.get(struct.unpack("!I", record[attribute])[0])
    image["mark"] = struct.unpack("!I", record[MARK])[0] if MARK in record else 0
    if UID in record:
        image["uid"] = struct.unpack("!I", record[UID])[0]
    if state:
        image["ct"] = state
        for step in story.trace:
            if step["hook"] == image["hook"]:
                step.setdefault("ct", state)
    story.hooks.append(image)


class NftTrace:
    """iptables-nft traces through nftables' own events, which name a packet by an id for each hook."""

    def __init__(self, device):
        self.device = device
        # The last steps of all packets, copies and answers of the stories added last.
        self.ends = []
        self.netlink = Netlink(NETLINK_NETFILTER, 8 << 20)
        self.netlink.join(NFNLGRP_NFTRACE)
        self.netlink.socket.setblocking(False)

    def drain(self):
        events = []
        while True:
            try:
                data = self.netlink.socket.recv(262144)
            except BlockingIOError:
                return events
            except OSError as error:
                if error.errno == errno.ENOBUFS:
                    self.device.warnings.append("nft trace events were lost")
                    continue
                raise
            for kind, _, start, end in messages(data):
                if kind == NFT_TRACE:
                    events.append(attributes(data, start + 4, end))

    def add(self, stories, rules):
        tags, hooks, images, last = {}, {}, {}, {}
        for event in self.drain():
            identity = event.get(TRACE_ID)
            if TRACE_NETWORK in event:
                images[identity] = event[TRACE_NETWORK] + event.get(TRACE_TRANSPORT, b"")
                tags[identity] = tag_of(images[identity])
            table, chain = (event[key].rstrip(b"\0").decode() if key in event else None for key in (TRACE_TABLE, TRACE_CHAIN))
            if table not in rules.tables:
                continue
            if chain in HOOKS:
                hooks[identity] = chain
            step = _step(event, table, chain, rules)
            if step is None:
                continue
            story = stories.of(tags.get(identity))
            last[identity] = dict({"hook": hooks.get(identity, chain), "table": table}, **step)
            story.trace.append(last[identity])
            story.first = story.first or images.get(identity)
        self.ends = list(last.values())


def _step(event, table, chain, rules):
    kind = struct.unpack("!I", event[TRACE_TYPE])[0]
    if kind in (TYPE_RULE, TYPE_RETURN) and TRACE_RULE not in event:
        return None if chain in HOOKS else {"chain": chain, "rule": "return", "target": "RETURN"}  # ran off the chain's end
    if kind in (TYPE_RULE, TYPE_RETURN):
        return dict({"chain": chain}, **rules.nft(table, chain, struct.unpack("!Q", event[TRACE_RULE])[0]))
    step = {"chain": chain, "rule": "policy"}
    if TRACE_POLICY in event:
        step["target"] = {0: "DROP", 1: "ACCEPT"}.get(struct.unpack("!I", event[TRACE_POLICY])[0])
    return step
