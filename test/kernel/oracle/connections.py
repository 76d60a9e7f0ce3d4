"""Entries of the connection tracking table."""
import errno
import struct

from decode import decode
from netlink import NETLINK_NETFILTER, Netlink, attribute, nested, netfilter_header
from packets import AF, PROTOCOLS, packed, protocol_of

NEW_ENTRY, DELETE_ENTRY, NEW_EXPECTATION, NEW_ACCOUNT, NEW_TIMEOUT = 1 << 8, 1 << 8 | 2, 2 << 8, 7 << 8, 8 << 8
SEEN_REPLY_ASSURED_CONFIRMED = 0xe
CREATE_EXCLUSIVE = 0x400 | 0x200
ANSWERS = {8: 0, 0: 8, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17, 128: 129, 129: 128}
ICMP_ANSWERS = {4: (0, 14, 16, 18), 6: (129,)}
ICMP_ERRORS = {4: (3, 4, 5, 11, 12), 6: (1, 2, 3, 4)}
LIFE = 600


class Connections:
    def __init__(self):
        self.netlink = Netlink(NETLINK_NETFILTER)
        self.start()

    def start(self):
        """Forgets which connections the packets of the last request made."""
        self.known, self.seeded = set(), False

    def flush(self):
        self.netlink.request(DELETE_ENTRY, 0, netfilter_header(0))

    def flush_known(self):
        """Removes what the packets so far have made; all entries once some were put in by hand."""
        if self.seeded:
            self.flush()
        else:
            for family, key in self.known:
                self.netlink.request(DELETE_ENTRY, 0, netfilter_header(AF[family]) + nested(1, key))
        self.start()

    def note(self, family, protocol, packet):
        """Remembers the entry that a packet may have made."""
        if "sport" in packet or protocol in (1, 58):
            self.known.add((family, _tuple(1, family, packet["src"], packet["dst"], protocol, packet.get("sport", 0), packet.get("dport", 0), _icmp_of(packet))[4:]))
        else:
            self.seeded = True

    def add(self, family, source, destination, protocol, sport, dport, mark=0, helper=None, icmp=None):
        """An established connection; 0 or an errno."""
        reply = (icmp[0], ANSWERS.get(icmp[1], icmp[1]), icmp[2]) if icmp else None
        body = netfilter_header(AF[family])
        body += _tuple(1, family, source, destination, protocol, sport, dport, icmp)
        body += _tuple(2, family, destination, source, protocol, dport, sport, reply)
        body += attribute(3, struct.pack("!I", SEEN_REPLY_ASSURED_CONFIRMED)) + attribute(7, struct.pack("!I", LIFE))
        if protocol == 6:
            body += nested(4, nested(1, attribute(1, b"\3") + attribute(4, b"\x0a\x0a") + attribute(5, b"\x0a\x0a")))
        if helper:
            body += nested(5, attribute(1, helper.encode() + b"\0"))
        if mark:
            body += attribute(8, struct.pack("!I", mark))
        self.seeded = True
        return self.netlink.request(NEW_ENTRY, CREATE_EXCLUSIVE, body)

    def account(self, name):
        """Makes an accounting object, unless there is one of that name."""
        self.netlink.request(NEW_ACCOUNT, CREATE_EXCLUSIVE, netfilter_header(0) + attribute(1, name.encode() + b"\0"))

    def timeout(self, family, name, protocol, seconds):
        """Makes a timeout policy, unless there is one of that name; `seconds` by the kernel's numbers of the protocol's states."""
        data = b"".join(attribute(int(state), struct.pack("!I", value)) for state, value in seconds.items())
        what = attribute(1, name.encode() + b"\0") + attribute(2, struct.pack("!H", AF[family])) + attribute(3, bytes([PROTOCOLS[protocol]])) + nested(4, data)
        self.netlink.request(NEW_TIMEOUT, CREATE_EXCLUSIVE, netfilter_header(0) + what)

    def prepare(self, packet, family, data, notes):
        """Brings about the state that the packet asks to be met in."""
        state = packet.get("ctstate", "").upper()
        if not state:
            return
        found = decode(data)
        protocol = protocol_of(packet, family) if "raw" not in packet else data[9 if family == 4 else 6]
        self.flush_known()
        if state == "ESTABLISHED":
            self._establish(packet, family, protocol, found, notes)
        elif state == "RELATED":
            is_error = protocol in (1, 58) and found.get("type") in ICMP_ERRORS[family]
            (self._quote if is_error else self._expect)(packet, family, protocol, found, data, notes)

    def _establish(self, packet, family, protocol, found, notes):
        ends = found["src"], found["dst"], protocol, found.get("sport", 0), found.get("dport", 0)
        icmp = _icmp_of(found) if protocol in (1, 58) else None
        if packet.get("ctdir") == "reply" or (icmp and icmp[1] in ICMP_ANSWERS[family]):
            ends = ends[1], ends[0], protocol, ends[4], ends[3]
            icmp = (icmp[0], ANSWERS.get(icmp[1], 8 if family == 4 else 128), 0) if icmp else None
        _complain(notes, "connection", self.add(family, *ends, mark=int(packet.get("connmark", 0)), icmp=icmp))

    def _quote(self, packet, family, protocol, found, data, notes):
        inner = decode(data[(data[0] & 15) * 4 + 8:] if family == 4 else data[48:])
        name = inner["proto"]
        error = self.add(family, inner["src"], inner["dst"], PROTOCOLS.get(name, name), inner.get("sport", 0), inner.get("dport", 0),
                         mark=int(packet.get("connmark", 0)), icmp=_icmp_of(inner) if name in ("icmp", "icmpv6") else None)
        _complain(notes, "connection", error)

    def _expect(self, packet, family, protocol, found, data, notes):
        """An FTP connection of the same hosts, which expects exactly this packet."""
        source, destination = found["src"], found["dst"]
        _complain(notes, "connection", self.add(family, source, destination, 6, 1021, 21, mark=int(packet.get("connmark", 0)), helper="ftp"))
        body = netfilter_header(AF[family]) + nested(1, _tuple(2, family, source, destination, 6, 1021, 21)[4:])
        body += _tuple(2, family, source, destination, protocol, found.get("sport", 0), found.get("dport", 0)) + _whole_mask(family, protocol)
        body += attribute(4, struct.pack("!I", 300)) + attribute(8, struct.pack("!I", 0))
        _complain(notes, "expectation", self.netlink.request(NEW_EXPECTATION, CREATE_EXCLUSIVE, body))


def _complain(notes, what, error):
    if error:
        notes.append("%s: %s" % (what, errno.errorcode.get(error, error)))


def _icmp_of(packet):
    return packet.get("icmp_id", 0), packet.get("type", 0), packet.get("code", 0)


def _tuple(kind, family, source, destination, protocol, sport, dport, icmp=None):
    first, second = (1, 2) if family == 4 else (3, 4)
    transport = attribute(1, bytes([protocol]))
    if protocol in (1, 58):
        keys = (4, 5, 6) if protocol == 1 else (7, 8, 9)
        transport += attribute(keys[0], struct.pack("!H", icmp[0])) + attribute(keys[1], bytes([icmp[1]])) + attribute(keys[2], bytes([icmp[2]]))
    else:
        transport += attribute(2, struct.pack("!H", sport)) + attribute(3, struct.pack("!H", dport))
    return nested(kind, nested(1, attribute(first, packed(family, source)) + attribute(second, packed(family, destination))) + nested(2, transport))


def _whole_mask(family, protocol):
    ones = b"\xff" * (4 if family == 4 else 16)
    first, second = (1, 2) if family == 4 else (3, 4)
    return nested(3, nested(1, attribute(first, ones) + attribute(second, ones)) + nested(2, attribute(1, bytes([protocol])) + attribute(2, b"\xff\xff") + attribute(3, b"\xff\xff")))
