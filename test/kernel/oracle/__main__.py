"""Asks the real Linux kernel what happens to packets under an iptables ruleset.

    python3 test/kernel/oracle FILE.json …      an object or a list of objects in each file; replies on standard output
    python3 test/kernel/oracle --server         one request a line in, one reply a line out
    options: --backend legacy|nft   --text   --pretty   --no-hooks   --cpu K

Needs root, iptables, ipset, nftables and iproute2. It makes the namespaces kotPID and kowPID, keeps all traffic in
them, and removes them at its end; nothing is loaded outside them.

Request: {id?, ruleset, family: 4|6, packets: […], topology?, conntrack: "auto"|"on"|"off", isolate?: bool, save?: bool,
    ipset?: "ipset restore text", nfacct?: ["name of an accounting object"],
    timeouts?: [{name, proto, seconds: {"1": 5}}] (timeout policies)}
topology: {ifaces: […], addrs: {eth0: ["10.0.0.1/24"]}, local: ["1.2.3.4"], broadcast: […], routes: ["10.0.0.0/8 dev eth1"],
    connected: bool (install the routes that addresses bring), default_out: "eth1", sysctl: {"net.ipv4.conf.all.rp_filter": 1},
    ip: ["rule add fwmark 5 lookup 105"]}
    Addresses to which packets of path "in" go on belong on lo in `addrs`: the route that such a packet gets of its own is
    removed after it.
packet: {path: "in"|"forward"|"out"|"auto", local?: true (auto from a local process), in_iface, out_iface, src, dst,
    proto (name or number), sport, dport, flags: "SYN,ACK"|"SA"|"NONE"|"ALL", seq, ack, mss, tcpopts: hex, type, code, icmp_id,
    inner: {packet inside an ICMP error}, ttl, tos | dscp + ecn, id, df, ipopts: hex, frag: {off, mf, len},
    exthdrs: [{type, hex}], flowlabel, payload: n | "text" | "hex:…", spi, chunk, dccp_type, raw: hex from the IP header on,
    mark, uid, gid, bound: true (the local socket speaks from src), smac, dmac, dst_type: "broadcast", src_route: false,
    ctstate: "NEW"|"ESTABLISHED"|"RELATED"|"INVALID", ctdir: "reply", connmark, ct: {src, dst, proto, sport, dport, mark},
    flush: true, keep: true, reload: true, at: seconds, repeat: n}

Reply: {ok, error?, warnings?, packets: [{n, at (seconds since the first), verdict: ACCEPT|DROP|REJECT, fate: delivered|sent|dropped, dropped_by, reject_with,
    egress: {src, dst, sport, dport, ttl, tos, mark, in, out, ct …},
    trace: [{hook, table, chain, rule: N|"policy"|"return", target, text, ct}], hooks: [the packet at the end of each hook],
    generated: [RST, ICMP … of the same shape], copies (TEE), counters: {table: {chain: {rule: packets}}},
    counter_mismatch (only where trace and counters disagree), notes}], ms: {load, packets, end}}
"""
import argparse
import json
import signal
import sys

from oracle import Oracle
from text import lines


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*")
    parser.add_argument("--server", action="store_true", help="one request a line in, one reply a line out")
    parser.add_argument("--backend", default="legacy", choices=["legacy", "nft"])
    parser.add_argument("--text", action="store_true", help="lines for people instead of JSON")
    parser.add_argument("--pretty", action="store_true")
    parser.add_argument("--no-hooks", action="store_true", help="leave out the packet at the end of each hook")
    parser.add_argument("--cpu", type=int)
    return parser.parse_args()


def serve(oracle):
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            reply = oracle.answer(json.loads(line))
        except Exception as error:  # one bad request must not end the server; the caller gets to see it
            reply = {"ok": False, "error": "oracle: %s: %s" % (type(error).__name__, error)}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


def main():
    arguments = read_arguments()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    oracle = Oracle(arguments.backend, arguments.cpu, not arguments.no_hooks)
    if arguments.server:
        serve(oracle)
        return
    requests = []
    for name in arguments.files or ["-"]:
        with (sys.stdin if name == "-" else open(name)) as file:
            given = json.load(file)
        requests += given if isinstance(given, list) else [given]
    replies = [oracle.answer(request) for request in requests]
    if arguments.text:
        for number, reply in enumerate(replies):
            print("\n".join(lines(reply, number)))
    else:
        print(json.dumps(replies[0] if len(replies) == 1 else replies, indent=1 if arguments.pretty else None))


main()
