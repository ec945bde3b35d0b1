#!/usr/bin/env python3
"""database_equality.py - what tool_parse says of databases against what esedbexport (libesedb-utils) and Python's sqlite3 say.

    tests/database_equality.py TOOL_PARSE FILE...

ESE: each row of the SRUM and UAL tables, by number, times and counts. SQLite: each row of the tables that are told, by row number, each
value of a time. Prints what differs; exit 1 when anything does. A database that esedbexport cannot open is named and passed over.
"""
import collections, datetime, glob, json, os, re, shutil, sqlite3, subprocess, sys, tempfile

tool = sys.argv[1]
bad = 0


def events(path):
    out = subprocess.run([tool, path], capture_output=True, text=True).stdout
    return [e for e in map(json.loads, out.splitlines()) if "meaning" in e]


def differ(path, what, theirs, ours):
    global bad
    missing, extra = theirs - ours, ours - theirs
    print("%s: %s: %d rows%s" % (path, what, sum(theirs.values()), "" if not missing and not extra else
                                 ", %d missing, %d extra" % (sum(missing.values()), sum(extra.values()))))
    for title, rows in (("missing", missing), ("extra", extra)):
        for row in list(rows)[:3]:
            print("    %s %s" % (title, row))
    bad |= bool(missing or extra)


# --- ESE ---

def ese_time(text):
    """"Jul 16, 2022 15:02:52.742475800" to seconds, cut."""
    return datetime.datetime.strptime(text.split(".")[0], "%b %d, %Y %H:%M:%S").strftime("%Y-%m-%dT%H:%M:%S") if text else ""


def rows_of(file):
    lines = [l.rstrip("\n").split("\t") for l in open(file, errors="replace")]
    return [dict(zip(lines[0], l)) for l in lines[1:] if len(l) > 1]


def ese(path):
    with tempfile.TemporaryDirectory() as work:
        try:
            done = subprocess.run(["esedbexport", "-t", work + "/x", path], capture_output=True, timeout=60).returncode == 0
        except subprocess.TimeoutExpired:
            done = False
        if not done or not glob.glob(work + "/x.export/*"):
            print("%s: esedbexport cannot read it, or takes more than a minute" % path)
            return
        tables = {os.path.basename(f).rsplit(".", 1)[0]: rows_of(f) for f in glob.glob(work + "/x.export/*")}
    ours = events(path)
    for name, rows in tables.items():
        if name.startswith("{") and rows and "AutoIncId" in rows[0]:
            columns = [c for c in rows[0] if re.fullmatch("AutoIncId|AppId|UserId|(Foreground|Background|Bytes|Num|Face|Connected).*", c)]
            keys = {c: re.sub(r"(?<=[a-z0-9])([A-Z])|(?<=[A-Z])([A-Z])(?=[a-z])", lambda m: "_" + m.group(0), c).lower() for c in columns}
            theirs = collections.Counter(tuple(r.get(c, "") for c in columns) for r in rows)
            mine = collections.Counter(tuple(str(e["data"].get(keys[c], "")) for c in columns) for e in ours
                                       if e["meaning"] == "usage recorded" and e["data"].get("table") == name)
            differ(path, name, theirs, mine)
    if "CLIENTS" in tables:
        theirs = collections.Counter((r["TotalAccesses"], ese_time(r["LastAccess"])) for r in tables["CLIENTS"])
        differ(path, "CLIENTS", theirs, collections.Counter((str(e["data"]["total_accesses"]), e["time"][:19]) for e in ours if e["meaning"] == "last access"))
    if "DNS" in tables:
        theirs = collections.Counter((r["HostName"], r["Address"], ese_time(r["LastSeen"])) for r in tables["DNS"])
        mine = collections.Counter((e["data"].get("host_name", ""), e["data"].get("address", ""), e["time"][:19]) for e in ours if e["meaning"] == "last seen")
        differ(path, "DNS", theirs, mine)
    if "namespace" in tables:
        theirs = collections.Counter(r["id"] for r in tables["namespace"] if int(r["fileModified"]) > 0 and r["fileModified"] != "9223372036854775807")
        differ(path, "namespace", theirs, collections.Counter(str(e["data"]["id"]) for e in ours if e["meaning"] == "file last modified"))


# --- SQLite ---

CLOCKS = {
    "webkit": lambda v: v - 11644473600000000, "micro": lambda v: v, "seconds": lambda v: v * 1000000,
    "mac": lambda v: round(v * 1000000) + 978307200000000, "filetime": lambda v: v // 10 - 11644473600000000,
}
TABLES = [
    ("visits", "visit_time", "webkit", "visited"), ("cookies", "creation_utc", "webkit", "cookie created"), ("cookies", "last_access_utc", "webkit", "cookie last accessed"),
    ("autofill", "date_created", "seconds", "first entered"), ("moz_historyvisits", "visit_date", "micro", "visited"),
    ("moz_bookmarks", "dateAdded", "micro", "bookmark added"), ("moz_cookies", "lastAccessed", "micro", "cookie last accessed"),
    ("moz_downloads", "startTime", "micro", "download started"), ("history_visits", "visit_time", "mac", "visited"),
    ("Activity", "StartTime", "seconds", "activity started"), ("Notification", "ArrivalTime", "filetime", "notification arrived"),
]


def sqlite(path):
    with tempfile.TemporaryDirectory() as work:
        # a copy, as sqlite3 writes beside a database that has a log
        for ending in ("", "-wal", "-journal"):
            if os.path.exists(path + ending):
                shutil.copyfile(path + ending, work + "/db" + ending)
        db = sqlite3.connect(work + "/db")
        try:
            compare(path, db)
        except sqlite3.DatabaseError as e:
            print("%s: sqlite3 cannot read it: %s" % (path, e))
        db.close()


def compare(path, db):
    there = {r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    ours = events(path)
    for table, column, clock, meaning in TABLES:
        if table not in there or column not in [c[1] for c in db.execute("PRAGMA table_info(%s)" % table)]:
            continue
        theirs = collections.Counter()
        for row, value in db.execute("SELECT rowid, %s FROM %s WHERE %s > 0" % (column, table, column)):
            us = CLOCKS[clock](value) if isinstance(value, (int, float)) else 0
            if not 0 < us < 9 * 10 ** 15:
                continue
            theirs[(row, (datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=us)).strftime("%Y-%m-%dT%H:%M:%S.%f"))] += 1
        differ(path, "%s.%s" % (table, column), theirs, collections.Counter(
            (e["data"]["row"], e["time"][:26]) for e in ours if e["meaning"] == meaning and not e["data"].get("recovered")))


for file in sys.argv[2:]:
    if not os.path.isfile(file):
        continue
    head = open(file, "rb").read(16)
    if head[4:8] == b"\xef\xcd\xab\x89":
        ese(file)
    elif head == b"SQLite format 3\0":
        sqlite(file)
sys.exit(1 if bad else 0)
