"""A small netlink: attributes, requests with acknowledgement, dumps."""
import socket
import struct

SOL_NETLINK = 270
SO_RCVBUFFORCE = 33
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
NETLINK_ROUTE, NETLINK_NETFILTER = 0, 12


def attribute(kind, data):
    length = 4 + len(data)
    return struct.pack("=HH", length, kind) + data + b"\0" * (-length % 4)


def nested(kind, data):
    return attribute(kind | 0x8000, data)


def attributes(data, offset, end):
    """The attributes between two offsets, by kind."""
    found = {}
    while offset + 4 <= end:
        length, kind = struct.unpack_from("=HH", data, offset)
        if length < 4:
            break
        found[kind & 0x3fff] = data[offset + 4:offset + length]
        offset += (length + 3) & ~3
    return found


def messages(data):
    """Type, sequence number and (start, end) of the body of each message in a datagram."""
    offset = 0
    while offset + 16 <= len(data):
        length, kind, _, sequence, _ = struct.unpack_from("=IHHII", data, offset)
        yield kind, sequence, offset + 16, offset + length
        offset += (length + 3) & ~3


def netfilter_header(family, resource=0):
    return struct.pack("=BBH", family, 0, socket.htons(resource))


class Netlink:
    """One netlink socket in the namespace that it was opened in."""

    def __init__(self, protocol, buffer=None):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        self.socket.bind((0, 0))
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, buffer)
        self.sequence = 1

    def join(self, group):
        self.socket.setsockopt(SOL_NETLINK, 1, group)

    def _send(self, kind, flags, body):
        self.sequence += 1
        self.socket.send(struct.pack("=IHHII", 16 + len(body), kind, flags, self.sequence, 0) + body)

    def request(self, kind, flags, body):
        """Sends a request and waits for its acknowledgement: the errno, 0 when all is well."""
        self._send(kind, flags | NLM_F_REQUEST | NLM_F_ACK, body)
        while True:
            data = self.socket.recv(65536)
            for answer, sequence, start, _ in messages(data):
                if answer == NLMSG_ERROR and sequence == self.sequence:
                    return -struct.unpack_from("=i", data, start)[0]

    def dump(self, kind, body):
        """The bodies of a dump."""
        self._send(kind, NLM_F_REQUEST | NLM_F_DUMP, body)
        bodies = []
        while True:
            data = self.socket.recv(1 << 20)
            for answer, sequence, start, end in messages(data):
                if sequence != self.sequence:
                    continue
                if answer in (NLMSG_DONE, NLMSG_ERROR):
                    return bodies
                bodies.append(data[start:end])
