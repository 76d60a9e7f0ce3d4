"""Reads packets back into objects."""
import socket
import struct

from packets import ICMP, ICMP_ERRORS, INNER_TAG, TCP_FLAGS

NAMES = {1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 33: "dccp", 47: "gre", 50: "esp", 51: "ah", 58: "icmpv6", 132: "sctp", 136: "udplite"}
WITH_PORTS = (6, 17, 33, 132, 136)
EXTENSION_HEADERS = (0, 43, 44, 60)
FRAGMENT_HEADER = 44
ICMP_ERROR = "icmp error"


def decode(data):
    """A packet from its IP header on, as an object with the keys of a request."""
    if len(data) < 20:
        return {"short": data.hex()}
    found, protocol, transport, is_later = (_header4 if data[0] >> 4 == 4 else _header6)(data)
    if is_later:
        return found
    if protocol in WITH_PORTS and len(transport) >= 4:
        found["sport"], found["dport"] = struct.unpack_from("!HH", transport)
        if protocol == 6 and len(transport) >= 20:
            found["flags"] = ",".join(name for name, bit in TCP_FLAGS.items() if transport[13] & bit)
            mss = _mss(transport)
            if mss is not None:
                found["mss"] = mss
    elif protocol in (1, 58) and len(transport) >= 8:
        found["type"], found["code"] = transport[0], transport[1]
        if transport[0] in (0, 8, 13, 14, 128, 129):
            found["icmp_id"] = struct.unpack_from("!H", transport, 4)[0]
    elif protocol == 50 and len(transport) >= 4:
        found["spi"] = struct.unpack_from("!I", transport)[0]
    return found


def _header4(data):
    length = (data[0] & 15) * 4
    total, identity, fragment = struct.unpack_from("!HHH", data, 2)
    found = {
        "src": socket.inet_ntop(socket.AF_INET, data[12:16]), "dst": socket.inet_ntop(socket.AF_INET, data[16:20]),
        "proto": NAMES.get(data[9], data[9]), "ttl": data[8], "tos": data[1], "id": identity, "len": total}
    if fragment & 0x3fff:
        found["frag"] = {"off": (fragment & 0x1fff) * 8, "mf": bool(fragment & 0x2000)}
    if length > 20:
        found["ipopts"] = data[20:length].hex()
    return found, data[9], data[length:], bool(fragment & 0x1fff)


def _header6(data):
    protocol, transport, fragment = data[6], data[40:], None
    while protocol in EXTENSION_HEADERS and len(transport) >= 8:
        if protocol == FRAGMENT_HEADER:
            fragment = struct.unpack_from("!H", transport, 2)[0]
        length = 8 if protocol == FRAGMENT_HEADER else (transport[1] + 1) * 8
        protocol, transport = transport[0], transport[length:]
    word = struct.unpack_from("!I", data)[0]
    found = {
        "src": socket.inet_ntop(socket.AF_INET6, data[8:24]), "dst": socket.inet_ntop(socket.AF_INET6, data[24:40]),
        "proto": NAMES.get(protocol, protocol), "ttl": data[7], "tos": (word >> 20) & 255, "flowlabel": word & 0xfffff,
        "len": 40 + struct.unpack_from("!H", data, 4)[0]}
    if fragment is not None:
        found["frag"] = {"off": fragment & ~7, "mf": bool(fragment & 1)}
    return found, protocol, transport, fragment is not None and bool(fragment & ~7)


def _is_from_kernel(data):
    """Whether an IPv4 packet is an ICMP error that quotes one with an id of its own: those sent here quote ids of INNER_TAG."""
    start = (data[0] & 15) * 4
    if data[9] != ICMP or len(data) < start + 14 or data[start] not in ICMP_ERRORS[4]:
        return False
    return struct.unpack_from("!H", data, start + 12)[0] != INNER_TAG


def _mss(transport):
    end, offset = (transport[12] >> 4) * 4, 20
    while offset + 1 < min(end, len(transport)):
        if transport[offset] == 1:
            offset += 1
            continue
        if transport[offset] == 0 or transport[offset + 1] < 2:
            return None
        if transport[offset] == 2 and transport[offset + 1] == 4:
            return struct.unpack_from("!H", transport, offset + 2)[0]
        offset += transport[offset + 1]
    return None


def tag_of(data):
    """What a packet is known by across NAT: its IP id or flow label. An ICMP error of the kernel has an id by chance, which may be any."""
    if len(data) < 20:
        return None
    if data[0] >> 4 == 4:
        identity = struct.unpack_from("!H", data, 4)[0]
        return (identity, ICMP_ERROR) if _is_from_kernel(data) else identity
    return struct.unpack_from("!I", data)[0] & 0xfffff
