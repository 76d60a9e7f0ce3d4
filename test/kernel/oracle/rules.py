"""The rules that are loaded, as traces and counters name them."""
from ruleset import rule_texts, tables_of


class LoadedRules:
    """Of one request: for each rule its target and text; and the counters, by (table, chain, rule)."""

    def __init__(self, loader, legacy_tables, nft_rules, family, text):
        self.family, self.tables = family, set(tables_of(text))
        self.legacy_tables, self.nft_rules = legacy_tables, nft_rules
        self.entries, self.by_handle = {}, {}
        if loader.backend == "legacy":
            for table in tables_of(text):
                entries = legacy_tables.entries(family, table)
                if entries is not None:
                    self.entries[table] = entries
            self.known = {(table, entry.chain, entry.number): entry for table, entries in self.entries.items() for entry in entries}
        else:
            self.by_handle = nft_rules.by_handle(family)
        self.texts = rule_texts(text)
        if self._lengths() != {(table, chain): len(lines) for table, chains in self.texts.items() for chain, lines in chains.items()}:
            # The text does not map one to one (-s a,b or -I): the tool says how its rules are numbered.
            self.texts = rule_texts(loader.saved(family))

    def _lengths(self):
        lengths = {}
        for table, entries in self.entries.items():
            for entry in entries:
                if not entry.is_last:
                    lengths[table, entry.chain] = entry.number
        for (table, _), (chain, number, _) in self.by_handle.items():
            lengths[table, chain] = max(number, lengths.get((table, chain), 0))
        return lengths

    def _text(self, table, chain, number):
        lines = self.texts.get(table, {}).get(chain, [])
        return {"text": lines[number - 1]} if 0 < number <= len(lines) else {}

    def legacy(self, table, chain, number):
        entry = self.known.get((table, chain, number))
        if entry is None:
            return dict({"rule": number}, **self._text(table, chain, number))
        return dict({"rule": entry.label, "target": entry.target_name}, **({} if entry.is_last else self._text(table, chain, number)))

    def nft(self, table, chain, handle):
        _, number, target = self.by_handle.get((table, handle), (chain, 0, None))
        return dict({"rule": number, "target": target}, **self._text(table, chain, number))

    def counters(self):
        if self.entries or not self.by_handle:
            return self.legacy_tables.counters(self.family, self.entries)
        return self.nft_rules.counters(self.family, self.by_handle)


def growth(before, after):
    """What was counted in between: {table: {chain: {rule: packets}}}."""
    found = {}
    for (table, chain, label), value in after.items():
        difference = value - before.get((table, chain, label), 0)
        if difference:
            found.setdefault(table, {}).setdefault(chain, {})[label] = difference
    return found


def _place(step):
    return step["table"], step["chain"], str(step["rule"])


def _traced(reply):
    """How often each rule stands in the trace of the packet and of those that the kernel made."""
    traced = {}
    for story in [reply] + reply.get("generated", []):
        for step in story.get("trace", []):
            traced[_place(step)] = traced.get(_place(step), 0) + 1
    return traced


def take_back_hotdrops(reply, ends):
    """nftables traces the rule in which a match drops the packet, or a copy of it, which has not met the rule then and is not
    counted; `ends` are the last steps of each."""
    surplus = _traced(reply)
    for table, chains in reply["counters"].items():
        for chain, labels in chains.items():
            for label, value in labels.items():
                if (table, chain, label) in surplus:
                    surplus[table, chain, label] -= value
    for story in [reply] + reply.get("generated", []):
        trace = story["trace"]
        for step in reversed(list(trace)):
            if surplus[_place(step)] <= 0 or not isinstance(step["rule"], int) or not any(step is end for end in ends):
                continue
            surplus[_place(step)] -= 1
            is_last = step is trace[-1]
            trace[:] = [other for other in trace if other is not step]
            if is_last and story["verdict"] == "DROP":
                story["dropped_by"] = {"kernel": "in hook %s by a match" % step["hook"], "last": dict(trace[-1]) if trace else {}}


def contradictions(reply, backend):
    """Trace and counters must tell the same; iptables-nft counts neither policies nor returns."""
    def counts(label):
        return backend == "legacy" or label not in ("return", "policy")

    traced = {place: times for place, times in _traced(reply).items() if counts(place[2])}
    counted = {(table, chain, label): value for table, chains in reply["counters"].items() for chain, labels in chains.items()
               for label, value in labels.items() if counts(label)}
    return sorted("%s:%s:%s trace %s counter %s" % (key + (traced.get(key, 0), counted.get(key, 0)))
                  for key in set(traced) | set(counted) if traced.get(key, 0) != counted.get(key, 0))
