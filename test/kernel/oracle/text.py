"""Replies for people."""


def lines(reply, fallback):
    """A reply as lines of text."""
    yield "== %s %s" % (reply.get("id", fallback), "" if reply["ok"] else "is refused: " + reply["error"])
    for warning in reply.get("warnings", []):
        yield "   warning: " + warning
    for packet in reply.get("packets", []):
        yield "  #%d %s" % (packet["n"], _packet(packet))


def _packet(reply):
    if "error" in reply:
        return "ERROR " + reply["error"]
    text = "%-6s %-9s %s" % (reply["verdict"], reply["fate"], _egress(reply))
    if "kernel" in reply.get("dropped_by", {}):
        text += " [%s]" % reply["dropped_by"]["kernel"]
    if reply.get("reject_with"):
        text += " [reject %s]" % reply["reject_with"]
    text += "\n        " + _trace(reply)
    for made in reply.get("generated", []):
        packet = made["packet"]
        what = " ".join(str(packet[key]) for key in ("proto", "type", "code", "flags") if key in packet)
        text += "\n        generated %s %s -> %s: %s %s | %s" % (what, packet.get("src"), packet.get("dst"), made["fate"], made.get("egress", {}).get("ct", ""), _trace(made))
    for key in ("counter_mismatch", "notes", "copies"):
        if reply.get(key):
            text += "\n        %s: %s" % (key, reply[key])
    return text


def _trace(story):
    def step(entry):
        place = entry["table"] + (" " + entry["hook"] if entry["chain"] != entry["hook"] else "") + ":" + entry["chain"]
        target = entry.get("target")
        return "%s:%s%s" % (place, entry["rule"], "=" + str(target) if target and target != "(jump)" else "")
    return " > ".join(step(entry) for entry in story.get("trace", []))


def _egress(story):
    image = story.get("egress")
    if not image:
        return ""
    ends = "%s%s -> %s%s" % (image["src"], ":%d" % image["sport"] if "sport" in image else "", image["dst"], ":%d" % image["dport"] if "dport" in image else "")
    ways = "".join(" %s=%s" % (key, image[key]) for key in ("in", "out") if image.get(key))
    return "%s %s%s tos=%s ttl=%s mark=0x%x %s" % (image["proto"], ends, ways, image["tos"], image["ttl"], image["mark"], image.get("ct", ""))
