"""evtx_check.py TOOL FILE...: event logs as tool_parse and as evtxexport (libevtx) read them. One line of TAP a file; the same records in the same order,
with the same number, time, event id and system fields, and every value of the event."""
import datetime, json, re, subprocess, sys, xml.etree.ElementTree as ET

SPACE = {"System": {"EventID": "event_id", "Level": "level", "Task": "task", "Opcode": "opcode", "Channel": "channel", "Computer": "computer"}}
BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\u200b-\u200f\u202a-\u202e\ufffe\uffff\ud800-\udfff]")


def plain(text):
    """How a value compares: no case, no space, numbers by their value."""
    text = re.sub(r"\s+|\\x[0-9a-f]{2}", "", BAD.sub("", text)).casefold()
    if re.fullmatch(r"0x[0-9a-f]+", text):
        return str(int(text, 16))
    m = re.fullmatch(r"(\d{4}-\d\d-\d\dt\d\d:\d\d:\d\d)(\.\d+)?z", text)
    return m.group(1) + "." + ((m.group(2) or ".")[1:] + "0" * 9)[:9] + "z" if m else text


def values(data):
    for key, value in data.items():
        for v in value if isinstance(value, list) else [value]:
            yield plain(str(v).lower() if isinstance(v, bool) else str(v))


def ours(tool, path):
    out = subprocess.run([tool, path], capture_output=True).stdout.decode("utf-8", "replace").splitlines()
    return [e for e in map(json.loads, out) if "data" in e and not e["data"]["recovered"]]


def theirs(path):
    out = subprocess.run(["evtxexport", "-f", "xml", path], capture_output=True).stdout.decode("utf-8", "replace")
    return re.findall(r"<Event [^>]*>.*?</Event>", out, re.S)


def ns(text):
    m = re.fullmatch(r"(.{19})(?:\.(\d+))?Z", text)
    when = datetime.datetime.strptime(m.group(1), "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
    return int(when.timestamp()) * 10**9 + int(((m.group(2) or "") + "0" * 9)[:9])


def local(tag):
    return tag.rsplit("}", 1)[-1]


def leaves(node):
    for n in node.iter():
        if n.text and n.text.strip():
            yield local(n.tag), n.text
        for k, v in n.attrib.items():
            if k != "Name" or n is node:	# that of a Data is its key
                yield local(n.tag) + "@" + k, v


def differences(event, text):
    try:
        root = ET.fromstring(BAD.sub("", text))
    except ET.ParseError:
        return
    data, have = event["data"], set(values(event["data"]))
    for part in root:
        if local(part.tag) == "System":
            fields = {local(n.tag): n for n in part}
            for tag, key in SPACE["System"].items():
                want = (fields[tag].text or "") if tag in fields else ""
                got = data.get("system_" + key, data.get(key, ""))
                if want and plain(want) != plain(str(got)):
                    yield "%s: %r, libevtx %r" % (key, got, want)
            want = fields["EventRecordID"].text
            if str(data.get("event_record_id", data["record_id"])) != want:
                yield "record id %s, libevtx %s" % (data["record_id"], want)
            if ns(event["time"]) != ns(fields["TimeCreated"].get("SystemTime")):
                yield "time %s, libevtx %s" % (event["time"], fields["TimeCreated"].get("SystemTime"))
        else:
            for tag, want in leaves(part):
                if "cut" not in data and plain(want) not in have and plain(want) not in ("", "0", "-"):
                    yield "%s: %r is not there" % (tag, want[:80])


def main():
    tool, count, events = sys.argv[1], 0, 0
    for path in sys.argv[2:]:
        a, b = ours(tool, path), theirs(path)
        bad = ["%d records, libevtx %d" % (len(a), len(b))] if len(a) != len(b) else []
        for event, text in zip(a, b):
            events += 1
            for d in differences(event, text):
                bad.append("record %s: %s" % (event["data"]["record_id"], d))
        print("%s - %s reads as libevtx reads it" % ("not ok" if bad else "ok", path.rsplit("/", 1)[-1]))
        for line in bad[:6]:
            print("# " + line)
        count += 1
    print("# %d logs, %d events compared" % (count, events))


main()
