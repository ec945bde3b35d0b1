"""links_twins.py TOOL_PARSE FILE... - shell links, prefetch files and jump lists as others read them: lnkinfo, sccainfo, olefile. Prints TAP.

What is compared: times, paths, strings, volumes, object identifiers and file references of links; program, runs, files and volumes of
prefetch files; streams and entries of jump lists. Not compared, because lnkinfo is wrong: "Show Window" and "Hot Key" (both are read
from other places of the header), and a local or network path that holds a lone surrogate, which loses the character behind it.
"""
import datetime, json, os, re, struct, subprocess, sys, tempfile

import olefile

tool, files = sys.argv[1], sys.argv[2:]
MONTHS = {m: i + 1 for i, m in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())}
number = failed = 0


def tell(right, name, detail=""):
    global number, failed
    number += 1
    failed += not right
    print("%s %d - %s" % ("ok" if right else "not ok", number, name))
    for line in detail.splitlines() if not right else []:
        print("# " + line)


def events(path):
    out = subprocess.run([tool, path], capture_output=True).stdout.decode("utf-8", "replace")
    return [e for e in map(json.loads, out.splitlines()) if "data" in e]


def when(text):
    """Their time as ours: to 100 ns, UTC."""
    m = re.match(r"(\w{3}) (\d\d), (\d{4}) (\d\d:\d\d:\d\d)(?:\.(\d{9}))?", text)
    return "%s-%02d-%sT%s.%sZ" % (m.group(3), MONTHS[m.group(1)], m.group(2), m.group(4), m.group(5) or "0" * 9) if m else None


def info(program, path):
    done = subprocess.run([program, path], capture_output=True)
    rows = [line.split(":", 1) for line in done.stdout.decode("utf-8", "replace").splitlines() if ":" in line]
    return [(k.strip(), v.strip()) for k, v in rows]


def first(rows, key):
    return next((v for k, v in rows if k == key), None)


def compare_link(path, ours, name):
    rows, wrong = info("lnkinfo", path), []
    head = rows[:next((i for i, r in enumerate(rows) if r[0] == "Link target identifier"), len(rows))]
    main = [e for e in ours if e["parser"] in ("lnk", "jumplist")]
    if not head or not main:
        return ["no answer of lnkinfo" if not head else "no events"]
    data = main[0]["data"]
    for key, field in (("Creation time", "created"), ("Modification time", "modified"), ("Access time", "accessed")):
        theirs = when(first(head, key) or "")
        if theirs and (data.get(field) != theirs or not any(e["time"] == theirs for e in main)):
            wrong.append("%s %s, ours %s" % (key, theirs, data.get(field)))
    for key, field in (("Local path", "local_path"), ("Network path", "network_path"), ("Description", "description"), ("Relative path", "relative_path"),
                       ("Working directory", "working_directory"), ("Command line arguments", "arguments"), ("Volume label", "volume_label"),
                       ("Environment variables location", "environment_target"), ("Machine identifier", "machine_id")):
        theirs = first(rows if field == "machine_id" else head, key)
        if theirs and "\ufffd" not in theirs and theirs != "?" and data.get(field, "").strip() != theirs:
            wrong.append("%s %r, ours %r" % (key, theirs, data.get(field)))
    serial = first(head, "Drive serial number")
    if serial and serial != "0x00000000" and "0x" + data.get("drive_serial", "") != serial:
        wrong.append("serial %s, ours %s" % (serial, data.get("drive_serial")))
    if data["file_size"] != int(first(head, "File size").split()[0]) or data["file_attributes"] != int(first(head, "File attribute flags"), 16):
        wrong.append("size or attributes")
    for key, field in (("Droid volume identifier", "droid_volume"), ("Droid file identifier", "droid_file"), ("Birth droid file identifier", "birth_droid_file")):
        if first(rows, key) and data.get(field) != "{%s}" % first(rows, key):
            wrong.append(key)
    items = [e for e in ours if e["parser"].endswith(".shell_item")]
    for key, value in rows[len(head):]:
        if key in ("Creation time", "Modification time", "Access time") and when(value) and not any(e["time"] == when(value) for e in items):
            wrong.append("shell item: %s %s" % (key, value))
        m = re.match(r"MFT entry: (\d+), sequence: (\d+)", value)
        if key == "NTFS file reference" and m and items and not any(e["data"].get("file_reference") == "%s-%s" % m.groups() for e in items):
            wrong.append("file reference %s" % value)
    return wrong


def compare_prefetch(path, ours):
    rows = info("sccainfo", path)
    # "Last run time: 1 : Jan 01, ..." or "Last run time: : Jan 01, ..."
    runs = [w for w in (when(re.sub(r"^\d*\s*:\s*", "", v)) for k, v in rows if k == "Last run time") if w]
    data = next(e["data"] for e in ours if "files" in e["data"])
    wrong = []
    mine = [e["time"] for e in ours if e["meaning"] in ("last run", "earlier run")]
    if mine != runs:
        wrong.append("runs %s, ours %s" % (runs, mine))
    for key, value in (("Format version", str(data["version"])), ("Prefetch hash", "0x" + data["hash"].lower()), ("Executable filename", data["executable"]),
                       ("Run count", str(data["run_count"])), ("Number of filenames", str(data["file_count"]))):
        if first(rows, key) != value:
            wrong.append("%s %s, ours %s" % (key, first(rows, key), value))
    theirs = [re.sub(r"^\d+\s*: ", "", v) for k, v in rows if k == "Filename"]
    if theirs != data["files"][:len(theirs)] and not data.get("cut"):
        wrong.append("files: %s, ours %s" % (theirs[:2], data["files"][:2]))
    volumes = list(zip([v for k, v in rows if k == "Device path"], [when(v) for k, v in rows if k == "Creation time"], [v for k, v in rows if k == "Serial number"]))
    mine = [(e["data"]["device_path"], e["time"], "0x" + e["data"]["serial"].lower()) for e in ours if e["meaning"] == "volume created"]
    if mine != volumes:
        wrong.append("volumes %s, ours %s" % (volumes, mine))
    return wrong


def destinations(raw):
    """The entries of DestList: number, host, time, pin, path."""
    if len(raw) < 32:
        return []
    version, at, out = struct.unpack_from("<I", raw)[0], 32, []
    while at + 114 <= len(raw):
        head = 112 if version == 1 else 128
        stamp, pin = struct.unpack_from("<Qi", raw, at + 100)
        units = struct.unpack_from("<H", raw, at + head)[0]
        path = raw[at + head + 2:at + head + 2 + 2 * units].decode("utf-16-le", "replace").rstrip("\0")
        host = raw[at + 72:at + 88].split(b"\0")[0].decode("cp1252")
        t = datetime.datetime(1601, 1, 1) + datetime.timedelta(seconds=stamp // 10**7)
        out.append((struct.unpack_from("<I", raw, at + 88)[0], host, "%s.%07d00Z" % (t.isoformat(), stamp % 10**7), pin, path))
        at += head + 2 + 2 * units
        at += 4 + struct.unpack_from("<I", raw, at)[0] if version > 1 else 0
    return out


def compare_list(path, ours):
    wrong = []
    with olefile.OleFileIO(path) as ole, tempfile.TemporaryDirectory() as folder:
        streams = {"/".join(s): ole.openstream(s).read() for s in ole.listdir(streams=True, storages=False)}
        theirs = destinations(streams.pop("DestList", b""))
        mine = [(e["data"]["entry_number"], e["data"].get("machine_id", ""), e["time"], e["data"]["pin_status"], e["data"]["target"])
                for e in ours if e["parser"] == "jumplist.entry"]
        if theirs != mine:
            wrong.append("entries %s, ours %s" % (theirs, mine))
        for name, raw in streams.items():
            one = os.path.join(folder, "one.lnk")
            if not re.fullmatch("[0-9a-f]+", name):
                continue
            with open(one, "wb") as f:
                f.write(raw)
            # the stream alone is read as a loose link; then the list must have the same events of it
            loose = events(one)
            wrong += ["stream %s: %s" % (name, w) for w in compare_link(one, loose, name)]
            if any(e["meaning"] != "link written" and not any(e["time"] == o["time"] and e["meaning"] == o["meaning"] for o in ours) for e in loose):
                wrong.append("stream %s: an event of the link is missing" % name)
    return wrong


for path in files:
    name, ours = os.path.basename(path), events(path)
    kind = ours[0]["source"] if ours else ""
    if kind == "lnk":
        wrong = compare_link(path, ours, name)
    elif kind == "prefetch":
        # version 31 is newer than this sccainfo
        if ours[0]["data"].get("version", 0) > 30:
            continue
        wrong = compare_prefetch(path, ours)
    elif kind == "jumplist" and olefile.isOleFile(path):
        wrong = compare_list(path, ours)
    else:
        continue
    tell(not wrong, "%s is read as others read it" % name, "\n".join(wrong))
print("1..%d" % number)
sys.exit(failed > 0)
