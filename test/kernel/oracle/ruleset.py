"""Loads rulesets, and knows the text of each rule."""
import re

from system import run

TABLES = {
    "filter": ["INPUT", "FORWARD", "OUTPUT"], "nat": ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"], "raw": ["PREROUTING", "OUTPUT"],
    "mangle": ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"], "security": ["INPUT", "FORWARD", "OUTPUT"],
}
# What in a ruleset makes the kernel track connections.
TRACKING = re.compile(
    r"(-m|--match)\s+(state|conntrack|connmark|connbytes|connlabel|connlimit|cluster|helper)\b"
    r"|-(j|-jump)\s+(CONNMARK|CONNSECMARK|CT|DNAT|SNAT|MASQUERADE|REDIRECT|NETMAP|SYNPROXY)\b")


def tables_of(text):
    return list(dict.fromkeys(re.findall(r"(?m)^\s*\*\s*(\S+)", text)))


def rule_texts(text):
    """table -> chain -> lines of its rules. A second block of a table starts it anew, as in *-restore."""
    found, table = {}, None
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("*"):
            table = found[line[1:].strip()] = {}
        elif table is not None and line and not line.startswith(("#", ":", "COMMIT")):
            rule = re.sub(r"^\[\d+:\d+\]\s+", "", line)
            match = re.match(r"(?:-A|--append)\s+(\"[^\"]+\"|\S+)", rule)
            if match:
                table.setdefault(match.group(1).strip('"'), []).append(rule)
    return found


class Loader:
    """Loads verbatim, into tables that are as in a fresh kernel: *-restore leaves tables alone that the text does not
    mention, and iptables-legacy keeps the old policy of built-in chains that it does not declare."""

    def __init__(self, device, backend):
        self.device, self.backend = device, backend
        self.loaded = {4: set(), 6: set()}

    def program(self, family, what):
        return ("iptables-" if family == 4 else "ip6tables-") + self.backend + "-" + what

    def load(self, family, text):
        """None, or what the tool said."""
        if not text.endswith("\n"):
            text += "\n"
        wanted, before = set(tables_of(text)), ""
        if self.backend == "legacy":
            before = _empty((self.loaded[family] | wanted) & set(TABLES))
            done = run([self.program(family, "restore"), "-w", "5"], before + text, check=False)
        else:
            self.unload(family)
            done = run([self.program(family, "restore")], text, check=False)
        if done.returncode:
            self.loaded[family] |= wanted
            return _located(done.stderr.strip() or "exit %d" % done.returncode, before.count("\n"), text)
        self.loaded[family] = wanted
        if done.stderr.strip():
            self.device.warnings.append(done.stderr.strip())
        return None

    def unload(self, family):
        """Empties what is loaded. The families share recent lists, hashlimit tables and sets."""
        if not self.loaded[family]:
            return
        if self.backend == "legacy":
            run([self.program(family, "restore")], _empty(self.loaded[family] & set(TABLES)), check=False)
        else:
            name = "ip" if family == 4 else "ip6"
            tables = [line.split()[2] for line in run(["nft", "list", "tables", name], check=False).stdout.splitlines()]
            doomed = "".join("delete table %s %s\n" % (name, table) for table in tables if table != "oracle")
            if doomed:
                run(["nft", "-f", "-"], doomed, check=False)
        self.loaded[family] = set()

    def saved(self, family, *options):
        return run([self.program(family, "save"), *options], check=False).stdout


def _empty(tables):
    return "".join("*%s\n%sCOMMIT\n" % (table, "".join(":%s ACCEPT [0:0]\n" % chain for chain in TABLES[table])) for table in sorted(tables))


def _located(error, offset, text):
    """The message with the line number of the text itself, and the line."""
    match = re.search(r"(line:? )(\d+)", error)
    if not match:
        return error
    number, lines = int(match.group(2)) - offset, text.split("\n")
    error = error[:match.start(2)] + str(number) + error[match.end(2):]
    return error + "  <<%s>>" % lines[number - 1] if 0 < number <= len(lines) else error
