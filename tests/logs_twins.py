"""logs_twins.py TOOL_PARSE CORPUS - the logs of Linux as its own programs read them: journalctl --file, utmpdump, last -f. Prints TAP.

Journals: those of the corpus, and ones that systemd-journal-remote writes in each form (compact or not; packed by XZ, LZ4, ZSTD or not), with fields that come
twice, bytes that are no text, and values of 100 kB. Compared: each entry in its order, its times, its sequence number, each field. A journal that was cut is not
opened by journalctl at all: we must give the entries that lie before the cut, the same as of the whole file.
utmp: those of the corpus and the fixtures, and a made one of 300 sessions: each record of utmpdump, each line of `last` and `lastb`.
Not compared: utmp records of 400 bytes and of big-endian machines, which these programs cannot read; records without a time, which are no events.
"""
import collections, json, os, random, re, shutil, struct, subprocess, sys, tempfile, zipfile

tool, corpus = sys.argv[1:3]
tmp = tempfile.mkdtemp(prefix="triage-logs-")
REMOTE = "/usr/lib/systemd/systemd-journal-remote"
# a value beyond 32 KiB is cut, and its entry says so: what is compared of a value
LONGEST = 32000
OURS_ALONE = {"sequence", "monotonic_usec", "cut"}
TYPES = ("EMPTY", "RUN_LVL", "BOOT_TIME", "NEW_TIME", "OLD_TIME", "INIT_PROCESS", "LOGIN_PROCESS", "USER_PROCESS", "DEAD_PROCESS", "ACCOUNTING")
number = failed = 0


def tell(name, ours, theirs):
    global number, failed
    number += 1
    right = ours == theirs
    failed += not right
    print("%s %d - %s" % ("ok" if right else "not ok", number, name))
    if not right:
        at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
        print("# %d of ours, %d of theirs; the first that differs is %d" % (len(ours), len(theirs), at))
        print("#  ours   %.600r" % (ours[at:at + 1],))
        print("#  theirs %.600r" % (theirs[at:at + 1],))


def events(path):
    out = subprocess.run([tool, path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode("utf-8", "replace")
    return [e for e in map(json.loads, out.splitlines()) if "data" in e]


def micro(text):
    """Our time in microseconds since 1970, by its own digits."""
    days = days_since(text[:10])
    h, m, s = map(int, text[11:19].split(":"))
    return (days * 86400 + h * 3600 + m * 60 + s) * 1000000 + int(text[20:26])


def days_since(text):
    y, m, d = map(int, text.split("-"))
    y, m = (y - 1, m + 12) if m <= 2 else (y, m)
    return 365 * y + y // 4 - y // 100 + y // 400 + (153 * (m - 3) + 2) // 5 + d - 719469


# --- journals ---
def shown(value):
    """A value as journalctl gives it: a text, or numbers for bytes that are no text; as ours: bytes that are no UTF-8 and control characters are written out."""
    raw = bytes(value) if isinstance(value, list) else value.encode("utf-8", "surrogatepass")
    return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m.group(1), 16)]), raw)[:LONGEST]


def their_entries(path):
    out = subprocess.run(["journalctl", "--file", path, "-o", "json", "--all", "-q"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    found = []
    for line in out.decode("utf-8", "replace").splitlines():
        o, fields = json.loads(line), collections.Counter()
        for key, value in o.items():
            if not key.startswith("__"):
                # several values of one field, or the numbers of one value's bytes
                for v in value if isinstance(value, list) and not all(isinstance(x, int) for x in value) else [value]:
                    fields[key.lower(), shown(v)] += 1
        sequence = int(re.search(r";i=([0-9a-f]+);", o["__CURSOR"]).group(1), 16)
        found.append((int(o["__REALTIME_TIMESTAMP"]), int(o["__MONOTONIC_TIMESTAMP"]), sequence, sorted(fields.items())))
    return found


def our_entries(rows, known=None):
    """known: the keys that journalctl has for the entry in the same place; a number behind a key of ours says that the name comes again, or is one of ours."""
    found = []
    for i, e in enumerate(rows):
        keys = {k for (k, _), _ in known[i][3]} if known and i < len(known) else set()
        fields = collections.Counter()
        for key, value in e["data"].items():
            plain = re.sub(r"_\d+$", "", key)
            if key not in OURS_ALONE:
                fields[key if key in keys else plain, shown(value)] += 1
        found.append((micro(e["time"]), e["data"]["monotonic_usec"], e["data"]["sequence"], sorted(fields.items())))
    return found


def made_export(path):
    dice = random.Random(4)
    with open(path, "wb") as f:
        for i in range(400):
            entry = [b"__REALTIME_TIMESTAMP=%d" % (1700000000000000 + i * 1000003), b"__MONOTONIC_TIMESTAMP=%d" % (1000000 + i * 1000003),
                     b"_BOOT_ID=23a9ab0f82de434496c353945dcf5919", b"_HOSTNAME=files", b"_PID=%d" % dice.randrange(1, 99999),
                     b"MESSAGE=entry %d %s" % (i, b"x" * dice.choice((0, 20, 700, 5000)))]
            if i % 7 == 0:
                entry += [b"TAG=one", b"TAG=two"]
            if i % 11 == 0:
                blob = bytes(dice.randrange(128, 256) for _ in range(50))
                entry.append(b"BLOB\n" + struct.pack("<Q", len(blob)) + blob)
            if i % 50 == 0:
                entry.append(b"LONG=" + b"line of a dump; " * 6250)
            f.write(b"\n".join(entry) + b"\n\n")


def journals():
    packed = os.path.join(corpus, "logs/velociraptor_system.journal.zip")
    if os.path.exists(packed):
        zipfile.ZipFile(packed).extractall(tmp)
        for name in ("2004.journal", "2404.journal"):
            yield name, os.path.join(tmp, name)
    made_export(tmp + "/export")
    for compact in "01":
        for pack in ("0", "XZ", "LZ4", "ZSTD"):
            path = "%s/made-%s-%s.journal" % (tmp, compact, pack)
            subprocess.run([REMOTE, "-o", path, tmp + "/export"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                           env=dict(os.environ, SYSTEMD_JOURNAL_COMPACT=compact, SYSTEMD_JOURNAL_COMPRESS=pack))
            yield "made, compact=%s, packed=%s" % (compact, pack), path


def compare_journals():
    for name, path in journals():
        theirs, rows = their_entries(path), events(path)
        tell("%s: %d entries as journalctl has them" % (name, len(theirs)), our_entries(rows, theirs), theirs)
        if not name.startswith("made"):
            continue
        if len(theirs) != 400:
            tell("%s: all 400 were written" % name, [len(theirs)], [400])
        middle = rows[len(rows) // 2]["offset"]
        with open(path, "rb") as f, open(tmp + "/cut.journal", "wb") as out:
            out.write(f.read(middle))
        tell("%s: cut in the middle, all entries before the cut" % name, [e["offset"] for e in events(tmp + "/cut.journal")],
             [e["offset"] for e in rows if e["offset"] < middle])


# --- utmp ---
def dump(path):
    out = subprocess.run(["utmpdump", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(os.environ, TZ="UTC")).stdout.decode("utf-8", "replace")
    found = []
    for line in out.splitlines():
        kind, pid, _, user, terminal, host, address, when = [x.strip() for x in re.findall(r"\[(.*?)\](?= \[|$)", line)]
        us = micro(when.replace(",", "."))
        if int(kind) not in (0,) and us // 1000000 != 0:
            found.append((TYPES[int(kind)], int(pid), user, terminal, host, "" if address == "0.0.0.0" else address, us))
    return found


def our_records(rows):
    # utmpdump cuts texts to the width of its columns, as do we here
    return [(d["type"], d["pid"], d.get("user", ""), d.get("line", ""), d.get("remote", ""), d.get("address", ""), micro(e["time"]))
            for e in rows for d in [e["data"]]]


def made_wtmp(path):
    dice, at = random.Random(5), 1700000000
    pack = lambda kind, pid, line, user, host, address: struct.pack("<hxxi32s4s32s256shhiii4s12x20x", kind, pid, line, line[-4:], user, host, 0, 0, 0, at, dice.randrange(10**6), address)
    with open(path, "wb") as f:
        f.write(pack(2, 0, b"~", b"reboot", b"6.1.0-13-amd64", bytes(4)))
        for i in range(300):
            at += dice.randrange(1, 5000)
            line, user = b"pts/%d" % (i % 40), b"user%d" % dice.randrange(20)
            f.write(pack(7, 1000 + i, line, user, b"10.0.%d.%d" % (i % 7, i % 250), bytes((10, 0, i % 7, i % 250))))
            if dice.random() < 0.8:
                at += dice.randrange(1, 900)
                f.write(pack(8, 1000 + i, line, b"", b"", bytes(4)))


def compare_utmp():
    made_wtmp(tmp + "/wtmp")
    names = ["utmp_utmp", "utmp_wtmp.1", "utmp_utmp_x86_64", "velociraptor_wtmp.1"]
    files = [tmp + "/wtmp", "fixtures/artefact/utmp/btmp"] + [p for p in (os.path.join(corpus, "logs", n) for n in names) if os.path.exists(p)]
    for path in files:
        # what is cut at its end is read from the wrong place by last, and is a remark of ours
        whole = os.path.join(tmp, "whole_" + os.path.basename(path))
        with open(path, "rb") as f, open(whole, "wb") as out:
            data = f.read()
            out.write(data[:len(data) // 384 * 384])
        rows, name = events(whole), os.path.basename(path)
        theirs = dump(whole)
        cut = [t[:2] + (t[2][:32], t[3], t[4], t[5], t[6]) for t in our_records(rows)]
        tell("%s: %d records as utmpdump has them" % (name, len(theirs)), cut, theirs)
        program = "lastb" if "btmp" in name else "last"
        out = subprocess.run([program, "-w", "--time-format", "iso", "-f", whole], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             env=dict(os.environ, TZ="UTC")).stdout.decode("utf-8", "replace")
        theirs = sorted(m.groups() for m in (re.match(r"(\S+) +(\S.*?) +(\S*) +(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\+00:00 ", l) for l in out.splitlines()) if m and m.group(1) not in ("reboot", "shutdown", "date"))
        wanted = "failed logon" if program == "lastb" else "logon"
        ours = sorted((e["user"], e["data"].get("line", ""), e["data"].get("remote", ""), e["time"][:19]) for e in rows if e["meaning"] == wanted)
        tell("%s: %d logons as %s has them" % (name, len(theirs), program), ours, theirs)


missing = [p for p in ("journalctl", "utmpdump", "last", REMOTE) if shutil.which(p) is None]
if missing:
    print("# not installed: %s" % ", ".join(missing))
    tell("the programs to compare with are installed", missing, [])
else:
    compare_journals()
    compare_utmp()
shutil.rmtree(tmp, ignore_errors=True)
print("1..%d" % number)
sys.exit(failed > 0)
