"""Rules and counters of iptables-legacy, read with getsockopt: no process is started."""
import ctypes
import socket
import struct

from device import HOOKS
from system import libc

GET_INFO, GET_ENTRIES = 64, 65
# Offsets of target and counters in an entry.
LAYOUT = {4: (88, 96), 6: (140, 152)}
VERDICTS = {-1: "DROP", -2: "ACCEPT", -4: "QUEUE", -5: "RETURN"}


class Entry:
    """One rule of a table; the last of a chain is its policy or its implicit return."""

    def __init__(self, chain, number, offset, target, verdict, is_last):
        self.chain, self.number, self.offset = chain, number, offset
        self.target, self.verdict, self.is_last = target, verdict, is_last

    @property
    def label(self):
        if not self.is_last:
            return self.number
        return "policy" if self.chain in HOOKS else "return"

    @property
    def target_name(self):
        if self.is_last:
            return VERDICTS.get(self.verdict, self.verdict)
        if self.verdict is not None and self.verdict >= 0:
            return "(jump)"
        return self.target or VERDICTS.get(self.verdict) or "(jump)"


class LegacyTables:
    def __init__(self):
        self.sockets = {4: socket.socket(socket.AF_INET, socket.SOCK_RAW, 255), 6: socket.socket(socket.AF_INET6, socket.SOCK_RAW, 255)}

    def _blob(self, family, table):
        level, descriptor = (0 if family == 4 else 41), self.sockets[family].fileno()
        info, length = ctypes.create_string_buffer(table.encode(), 84), ctypes.c_uint(84)
        if libc.getsockopt(descriptor, level, GET_INFO, info, ctypes.byref(length)):
            return None
        size = struct.unpack_from("=I", info.raw, 80)[0]
        entries = ctypes.create_string_buffer(40 + size)
        struct.pack_into("=32sI", entries, 0, table.encode(), size)
        length = ctypes.c_uint(40 + size)
        if libc.getsockopt(descriptor, level, GET_ENTRIES, entries, ctypes.byref(length)):
            return None
        return info.raw, memoryview(entries).cast("B")[40:]

    def entries(self, family, table):
        """The table's entries in order; None when it is not there."""
        blob = self._blob(family, table)
        if blob is None:
            return None
        info, data = blob
        valid = struct.unpack_from("=I", info, 32)[0]
        starts = {offset: HOOKS[hook] for hook, offset in enumerate(struct.unpack_from("=5I", info, 36)) if valid >> hook & 1}
        ends = {offset for hook, offset in enumerate(struct.unpack_from("=5I", info, 56)) if valid >> hook & 1}
        raw = list(_raw_entries(data, family))
        found, chain, number = [], None, 0
        for index, (offset, target_at, target, verdict) in enumerate(raw):
            if target == "ERROR":
                chain, number = bytes(data[target_at + 32:target_at + 62]).split(b"\0")[0].decode(), 0
                continue
            if offset in starts:
                chain, number = starts[offset], 0
            number += 1
            is_last = offset in ends or (chain not in starts.values() and index + 1 < len(raw) and raw[index + 1][2] == "ERROR")
            found.append(Entry(chain, number, offset, target, verdict, is_last))
        return found

    def counters(self, family, entries):
        """(table, chain, label) -> packets, for {table: entries}."""
        counted = {}
        for table, known in entries.items():
            data = self._blob(family, table)[1]
            at = LAYOUT[family][1]
            for entry in known:
                counted[table, entry.chain, str(entry.label)] = struct.unpack_from("=Q", data, entry.offset + at)[0]
        return counted


def _raw_entries(data, family):
    offset = 0
    while offset < len(data):
        target, length = struct.unpack_from("=HH", data, offset + LAYOUT[family][0])
        name = bytes(data[offset + target + 2:offset + target + 31]).split(b"\0")[0].decode()
        verdict = struct.unpack_from("=i", data, offset + target + 32)[0] if name == "" else None
        yield offset, offset + target, name, verdict
        offset += length
