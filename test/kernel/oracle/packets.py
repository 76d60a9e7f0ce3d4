"""Builds packets from request objects."""
import re
import socket
import struct

AF = {4: socket.AF_INET, 6: socket.AF_INET6}
PROTOCOLS = {
    "icmp": 1, "igmp": 2, "ipencap": 4, "ipip": 4, "tcp": 6, "egp": 8, "udp": 17, "dccp": 33, "ipv6": 41, "rsvp": 46, "gre": 47,
    "esp": 50, "ipv6-crypt": 50, "ah": 51, "ipv6-auth": 51, "icmpv6": 58, "ipv6-icmp": 58, "none": 59, "eigrp": 88, "ospf": 89,
    "pim": 103, "ipcomp": 108, "vrrp": 112, "l2tp": 115, "sctp": 132, "udplite": 136, "hopopt": 0,
}
TCP, UDP, ICMP, ICMPV6, DCCP, GRE, ESP, AH, IGMP, SCTP, UDPLITE = 6, 17, 1, 58, 33, 47, 50, 51, 2, 132, 136
TCP_FLAGS = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16, "URG": 32, "ECE": 64, "CWR": 128}
FLAG_LETTERS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32, "E": 64, "C": 128}
ICMP_TYPES = {
    4: {"echo-reply": 0, "pong": 0, "destination-unreachable": 3, "source-quench": 4, "redirect": 5, "echo-request": 8, "ping": 8,
        "router-advertisement": 9, "router-solicitation": 10, "time-exceeded": 11, "parameter-problem": 12, "timestamp-request": 13,
        "timestamp-reply": 14, "address-mask-request": 17, "address-mask-reply": 18},
    6: {"destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4, "echo-request": 128,
        "echo-reply": 129, "router-solicitation": 133, "router-advertisement": 134, "neighbour-solicitation": 135,
        "neighbor-solicitation": 135, "neighbour-advertisement": 136, "neighbor-advertisement": 136, "redirect": 137},
}
ICMP_ERRORS = {4: (3, 4, 5, 11, 12), 6: (1, 2, 3, 4)}
ICMP_WITH_ID = (0, 8, 13, 14, 15, 16, 17, 18, 128, 129)
# An ICMP error quotes the header and eight bytes.
QUOTED = {4: 28, 6: 48}
INNER_TAG = 0x7777

_addresses = {}


def packed(family, text):
    """An address in network order."""
    known = _addresses.get((family, text))
    if known is None:
        known = _addresses[family, text] = socket.inet_pton(AF[family], text)
    return known


def checksum(data):
    if len(data) & 1:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xffff)
    total += total >> 16
    return ~total & 0xffff


def tcp_flags(given):
    """Flags by name, by letters (`SA`), as a number, `NONE` or `ALL`; SYN where nothing is said."""
    if given is None:
        return TCP_FLAGS["SYN"]
    if isinstance(given, int):
        return given
    if isinstance(given, str):
        given = given.strip()
        if given.upper() in ("NONE", ""):
            return 0
        if given.upper() == "ALL":
            return 63
        if re.fullmatch(r"[FSRPAUEC]+", given) and given.upper() not in TCP_FLAGS:
            given = list(given)
        else:
            given = re.split(r"[ ,|+]+", given)
    value = 0
    for name in given:
        value |= TCP_FLAGS.get(name.upper()) or FLAG_LETTERS[name.upper()]
    return value


def payload_of(packet):
    given = packet.get("payload", packet.get("data"))
    if given is None:
        return b""
    if isinstance(given, int):
        return bytes((index & 0xff) for index in range(given))
    if isinstance(given, str) and given.startswith("hex:"):
        return bytes.fromhex(given[4:])
    return given.encode("latin1")


def protocol_of(packet, family):
    given = packet.get("proto", "tcp")
    if isinstance(given, int):
        return given
    given = str(given).lower()
    if given.isdigit():
        return int(given)
    if given in ("icmp", "ipv6-icmp", "icmpv6"):
        return ICMP if family == 4 else ICMPV6
    return PROTOCOLS[given] if given in PROTOCOLS else socket.getprotobyname(given)


def build(packet, tag):
    """The packet from its IP header on. `tag` goes into the IP id or flow label, by which it is known again."""
    if "raw" in packet:
        return _raw(bytes.fromhex(packet["raw"]))
    family = packet["family"]
    protocol = protocol_of(packet, family)
    transport = _transport(packet, family, protocol)
    fragment = packet.get("frag")
    if fragment:
        transport = _slice(transport, fragment)
    header = _header4 if family == 4 else _header6
    return header(packet, protocol, transport, fragment, tag)


def _raw(data):
    """A zero IPv4 header checksum is filled in."""
    if data and data[0] >> 4 == 4 and data[10:12] == b"\0\0":
        length = (data[0] & 15) * 4
        return data[:10] + struct.pack("!H", checksum(data[:length])) + data[12:]
    return data


def _traffic_class(packet):
    return int(packet.get("tos", int(packet.get("dscp", 0)) << 2 | int(packet.get("ecn", 0))))


def _header4(packet, protocol, transport, fragment, tag):
    options = bytes.fromhex(packet.get("ipopts", ""))
    options += b"\0" * (-len(options) % 4)
    flags = 0x4000 if packet.get("df") else 0
    if fragment:
        flags = (int(fragment.get("off", 0)) >> 3) | (0x2000 if fragment.get("mf") else 0)
    words = 5 + len(options) // 4
    header = struct.pack(
        "!BBHHHBBH4s4s", 0x40 | words, _traffic_class(packet), words * 4 + len(transport), packet.get("id", tag) & 0xffff, flags,
        int(packet.get("ttl", 64)), protocol, 0, packed(4, packet["src"]), packed(4, packet["dst"])) + options
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + transport


def _header6(packet, protocol, transport, fragment, tag):
    following, extensions = protocol, b""
    if fragment:
        extensions = struct.pack("!BBHI", following, 0, int(fragment.get("off", 0)) | (1 if fragment.get("mf") else 0), packet.get("id", tag))
        following = 44
    for extension in reversed(packet.get("exthdrs", [])):
        body = bytes.fromhex(extension.get("hex", "010400000000"))
        body += b"\0" * (-(len(body) + 2) % 8)
        extensions = struct.pack("!BB", following, (len(body) + 2) // 8 - 1) + body + extensions
        following = int(extension["type"])
    label = packet.get("flowlabel", 0x50000 | (tag & 0xffff))
    header = struct.pack("!IHBB", 6 << 28 | _traffic_class(packet) << 20 | label, len(extensions) + len(transport), following, int(packet.get("ttl", 64)))
    return header + packed(6, packet["src"]) + packed(6, packet["dst"]) + extensions + transport


def _slice(transport, fragment):
    """`frag`: {"off": bytes, "mf": bool, "len": bytes} cuts a piece out of the whole datagram."""
    offset = int(fragment.get("off", 0))
    piece = transport[offset:offset + int(fragment["len"])] if "len" in fragment else transport[offset:]
    if fragment.get("mf") and len(piece) % 8:
        piece = piece[:len(piece) & ~7]
    return piece or b"\0" * 16


def _transport(packet, family, protocol):
    payload = payload_of(packet)
    source, destination = packed(family, packet["src"]), packed(family, packet["dst"])

    def pseudo(length):
        tail = struct.pack("!BBH", 0, protocol, length) if family == 4 else struct.pack("!IHBB", length, 0, 0, protocol)
        return source + destination + tail

    def damaged(value):
        return value ^ 0x5555 if packet.get("_badsum") else value

    ports = int(packet.get("sport", 40000)), int(packet.get("dport", 80))
    if protocol == TCP:
        return _tcp(packet, ports, payload, pseudo, damaged)
    if protocol in (UDP, UDPLITE):
        length = 8 + len(payload)
        data = struct.pack("!HHHH", *ports, length, 0) + payload
        return data[:6] + struct.pack("!H", damaged(checksum(pseudo(length) + data) or 0xffff)) + data[8:]
    if protocol in (ICMP, ICMPV6):
        return _icmp(packet, family, protocol, payload, pseudo, damaged)
    return _other(packet, protocol, ports, payload, pseudo)


def _tcp(packet, ports, payload, pseudo, damaged):
    options = b""
    if "mss" in packet:
        options += struct.pack("!BBH", 2, 4, int(packet["mss"]))
    if "tcpopts" in packet:
        options += bytes.fromhex(packet["tcpopts"])
    options += b"\0" * (-len(options) % 4)
    flags = tcp_flags(packet.get("flags", packet.get("tcpflags")))
    acknowledged = int(packet.get("ack", 1000 if flags & 16 else 0))
    data = struct.pack("!HHIIBBHHH", *ports, int(packet.get("seq", 1000)), acknowledged, (5 + len(options) // 4) << 4, flags, 64240, 0, 0) + options + payload
    return data[:16] + struct.pack("!H", damaged(checksum(pseudo(len(data)) + data))) + data[18:]


def icmp_type(packet, family):
    """Type and code."""
    kind = packet.get("icmp_type", packet.get("type", 8 if family == 4 else 128))
    code = int(packet.get("icmp_code", packet.get("code", 0)))
    if isinstance(kind, str):
        if "/" in kind:
            kind, text = kind.split("/")
            code = int(text)
        kind = int(kind) if kind.isdigit() else ICMP_TYPES[family][kind]
    return kind, code


def _icmp(packet, family, protocol, payload, pseudo, damaged):
    kind, code = icmp_type(packet, family)
    is_error = kind in ICMP_ERRORS[family]
    if is_error and not payload:
        inner = dict(packet.get("inner") or {})
        inner.setdefault("src", packet["dst"])
        inner.setdefault("dst", packet["src"])
        inner.setdefault("proto", "udp")
        inner["family"] = family
        payload = build(inner, INNER_TAG)[:QUOTED[family]]
    if protocol == ICMPV6 and kind in (135, 136) and not payload:
        data = struct.pack("!BBHI", kind, code, 0, 0) + packed(6, packet["src"] if kind == 136 else packet["dst"])
    elif is_error or kind not in ICMP_WITH_ID:
        data = struct.pack("!BBHI", kind, code, 0, int(packet.get("rest", 0))) + payload
    else:
        data = struct.pack("!BBHHH", kind, code, 0, int(packet.get("icmp_id", packet.get("sport", 0x1234))), int(packet.get("icmp_seq", 1))) + payload
        if kind in (13, 14) and family == 4:
            data += b"\0" * 12
    covered = (pseudo(len(data)) if family == 6 else b"") + data
    return data[:2] + struct.pack("!H", damaged(checksum(covered))) + data[4:]


def _other(packet, protocol, ports, payload, pseudo):
    if protocol == SCTP:
        data = struct.pack("!HHII", *ports, int(packet.get("vtag", 0)), 0)
        data += payload or struct.pack("!BBHIIHHI", int(packet.get("chunk", 1)), 0, 20, 7, 65535, 1, 1, 1)
        return data[:8] + struct.pack("<I", _crc32c(data)) + data[12:]
    if protocol == DCCP:
        data = struct.pack("!HHBBHBBHI", *ports, 5, 0, 0, (int(packet.get("dccp_type", 0)) << 1) | 1, 0, 0, 1) + struct.pack("!I", 1)
        return data[:6] + struct.pack("!H", checksum(pseudo(len(data)) + data)) + data[8:]
    if protocol == ESP:
        return struct.pack("!II", int(packet.get("spi", 1)), 1) + (payload or b"\0" * 16)
    if protocol == AH:
        return struct.pack("!BBHII", 6, 4, 0, int(packet.get("spi", 1)), 1) + b"\0" * 12 + payload
    if protocol == GRE:
        return struct.pack("!HH", 0, 0x0800) + payload
    if protocol == IGMP:
        data = struct.pack("!BBHI", 0x16, 0, 0, 0) + payload
        return data[:2] + struct.pack("!H", checksum(data)) + data[4:]
    return payload or b"\0" * 8


_crc_table = []


def _crc32c(data):
    if not _crc_table:
        for value in range(256):
            for _ in range(8):
                value = (value >> 1) ^ 0x82f63b78 if value & 1 else value >> 1
            _crc_table.append(value)
    crc = 0xffffffff
    for byte in data:
        crc = _crc_table[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc ^ 0xffffffff
