"""Rules and counters of iptables-nft, read over netlink."""
import struct

from netlink import NETLINK_NETFILTER, Netlink, attributes, netfilter_header
from packets import AF

GET_RULE = 10 << 8 | 7
NATIVE_TARGETS = {"masq": "MASQUERADE", "redir": "REDIRECT", "nat": "NAT", "reject": "REJECT", "log": "LOG", "tproxy": "TPROXY"}
VERDICTS = {0: "DROP", 1: "ACCEPT", -3: "(jump)", -4: "(jump)", -5: "RETURN"}


class NftRules:
    def __init__(self):
        self.netlink = Netlink(NETLINK_NETFILTER, 8 << 20)

    def dump(self, family):
        """table, chain, handle, packets counted, target of each rule."""
        for body in self.netlink.dump(GET_RULE, netfilter_header(AF[family])):
            rule = attributes(body, 4, len(body))
            table, chain = _text(rule[1]), _text(rule[2])
            if table == "oracle":
                continue
            count, target = None, None
            for name, data in _expressions(rule.get(4, b"")):
                if name == "counter":
                    count = struct.unpack("!Q", data[2])[0]
                else:
                    target = _target(name, data) or target
            yield table, chain, struct.unpack("!Q", rule[3])[0], count, target

    def by_handle(self, family):
        """(table, handle) -> chain, number from 1, target."""
        numbers, found = {}, {}
        for table, chain, handle, _, target in self.dump(family):
            numbers[table, chain] = numbers.get((table, chain), 0) + 1
            found[table, handle] = chain, numbers[table, chain], target
        return found

    def counters(self, family, by_handle):
        """(table, chain, number) -> packets."""
        return {(table, chain, str(by_handle[table, handle][1])): count for table, chain, handle, count, _ in self.dump(family)
                if (table, handle) in by_handle and count is not None}


def _text(data):
    return data.rstrip(b"\0").decode()


def _expressions(data):
    offset = 0
    while offset + 4 <= len(data):
        length = struct.unpack_from("=H", data, offset)[0]
        expression = attributes(data, offset + 4, offset + length)
        inner = expression.get(2, b"")
        yield _text(expression[1]), attributes(inner, 0, len(inner))
        offset += (length + 3) & ~3


def _target(name, data):
    if name == "target":
        return _text(data[1])
    if name == "immediate" and 2 in data:
        value = attributes(data[2], 0, len(data[2]))
        if 2 in value:
            code = struct.unpack("!i", attributes(value[2], 0, len(value[2]))[1])[0]
            return VERDICTS.get(code, code)
    return NATIVE_TARGETS.get(name)
