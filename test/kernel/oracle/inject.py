"""Puts packets on their way."""
import errno
import ipaddress
import socket
import struct

from decode import decode
from packets import AF
from system import libc

SO_MARK, SO_BINDTODEVICE = 36, 25
IP_TRANSPARENT = 19
IPV6_HDRINCL, IPV6_TRANSPARENT, IPV6_FREEBIND = 36, 75, 78
MOST_SOCKETS = 200


class Injector:
    def __init__(self, device, backend):
        self.device, self.backend = device, backend
        self.sockets = {}

    def send(self, packet, is_local, family, data):
        """None, or the name of the error with which the kernel refused it. Returns when it has been dealt with."""
        return self._locally(packet, family, data) if is_local else self._from_the_wire(packet, family, data)

    def _locally(self, packet, family, data):
        try:
            self._socket(packet, family).sendto(data, (decode(data)["dst"], 0))
        except OSError as error:
            if error.errno != errno.EPERM:  # which is netfilter's verdict
                return errno.errorcode.get(error.errno, str(error.errno))
        interface = self.device.interfaces["eth0"]
        for _ in (1, 2):
            self.device.fence(interface, interface.far_mac)
        return None

    def _socket(self, packet, family):
        """A raw socket of the packet's user, group and mark."""
        key = family, packet.get("uid", 0), packet.get("gid", 0), packet.get("mark", 0), packet.get("bind"), packet.get("bound") and packet["src"]
        if key in self.sockets:
            return self.sockets[key]
        if packet.get("gid"):
            libc.setfsgid(int(packet["gid"]))
        if packet.get("uid"):
            libc.setfsuid(int(packet["uid"]))
        made = socket.socket(AF[family], socket.SOCK_RAW, 255)
        libc.setfsuid(0)
        libc.setfsgid(0)
        if family == 6:
            made.setsockopt(socket.IPPROTO_IPV6, IPV6_HDRINCL, 1)
            made.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        mark = int(packet.get("mark", 0)) & 0xffffffff
        if mark:
            made.setsockopt(socket.SOL_SOCKET, SO_MARK, struct.pack("=I", mark))
        if packet.get("bound"):  # which may be an address that is not the host's own
            made.setsockopt(*((socket.IPPROTO_IPV6, IPV6_TRANSPARENT) if family == 6 else (socket.SOL_IP, IP_TRANSPARENT)), 1)
            made.bind((packet["src"], 0))
        if packet.get("bind"):
            made.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, packet["bind"].encode() + b"\0")
        if len(self.sockets) > MOST_SOCKETS:
            for old in self.sockets.values():
                old.close()
            self.sockets.clear()
        self.sockets[key] = made
        return made

    def _from_the_wire(self, packet, family, data):
        interface = self.device.interface(packet.get("in_iface") or "eth0")
        sender, receiver = self._addresses(packet, interface, family, data)
        try:
            interface.far.send(receiver + sender + (b"\x08\0" if family == 4 else b"\x86\xdd") + data)
        except OSError as error:
            return errno.errorcode.get(error.errno, str(error.errno))
        for _ in range(2 if self.backend == "nft" or interface.name == "lo" else 1):
            self.device.fence(interface, sender)
        return None

    def _addresses(self, packet, interface, family, data):
        """Hardware addresses; the sender's carries the mark, which the device takes from there."""
        sender = _bytes(packet["smac"]) if "smac" in packet else interface.far_mac
        if packet.get("mark"):
            sender = b"\x02\xfe" + struct.pack("=I", int(packet["mark"]))
        if interface.name == "lo":
            return sender, b"\0" * 6
        target = data[16:20] if family == 4 else data[24:40]
        if "dmac" in packet:
            return sender, _bytes(packet["dmac"])
        if ipaddress.ip_address(target).is_multicast:
            return sender, b"\x01\0\x5e" + bytes([data[17] & 127]) + data[18:20] if family == 4 else b"\x33\x33" + data[36:40]
        if family == 4 and (target == b"\xff" * 4 or packet.get("dst_type") == "broadcast"):
            return sender, b"\xff" * 6
        return sender, interface.mac


def _bytes(mac):
    return bytes.fromhex(mac.replace(":", ""))
