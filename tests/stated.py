"""stated.py TOOL_PARSE CORPUS - what others state about the artefacts of the corpus: how many records there are, exactly; and what they state that is not there.

COUNTS: file, parser, what is counted ("records": different offsets; else events of that meaning), number, who states it. ABSENT: facts of facts.tsv that no
parser can find, each with its proof: the bytes of the value, in ASCII and in UTF-16, stand nowhere in the file. Prints TAP.
"""
import collections, gzip, json, lzma, os, re, struct, subprocess, sys, tempfile

tool, corpus = sys.argv[1:3]
number = failed = 0

COUNTS = [
    ("browser/chrome_History", "browser_sqlite.visit", "visited", 69, "sqlite: rows of visits"),
    ("browser/chrome_History", "browser_sqlite.search", "last searched", 3, "sqlite: rows of keyword_search_terms"),
    ("browser/chrome_History", "browser_sqlite.download", "download started", 2, "sqlite: rows of downloads"),
    ("browser/chrome_Cookies-68.0.3440.106", "browser_sqlite.cookie", "cookie created", 5, "sqlite: rows of cookies"),
    ("browser/chrome_Web_Data", "browser_sqlite.form", "first entered", 3, "plaso"),
    ("browser/firefox_places.sqlite", "browser_sqlite.bookmark", "bookmark added", 101, "sqlite: rows of moz_bookmarks"),
    ("browser/firefox_places.sqlite", "browser_sqlite.annotation", "annotation added", 8, "sqlite: rows of moz_items_annos"),
    ("browser/firefox_downloads.sqlite", "browser_sqlite.download", "download started", 1, "plaso"),
    ("browser/msiecf_History.IE5_index.dat", "msiecf", "records", 17, "plaso"),
    ("browser/safari_History.db", "browser_sqlite.visit", "visited", 25, "plaso"),
    ("browser/windows_ActivitiesCache.db", "browser_sqlite.activity", "activity started", 112, "plaso"),
    ("browser/windows_wpndatabase.db", "browser_sqlite.handler", "handler created", 68, "sqlite: 68 of plaso's 74"),
    ("browser/windows_wpndatabase.db", "browser_sqlite.notification", "notification arrived", 6, "sqlite: 6 of plaso's 74"),
    ("ese/dissect/SRUDB.dat.gz", "ese.application", "usage recorded", 203, "libesedb: rows of {D10CA2FE...}"),
    ("ese/dissect/SRUDB.dat.gz", "ese.volume", "usage recorded", 6, "libesedb: rows of {17F4D97B...}"),
    ("ese/dissect/SRUDB.dat.gz", "ese.disk", "usage recorded", 3, "libesedb: rows of {841A7317...}"),
    ("ese/dissect/SRUDB.dat.gz", "ese.processor", "usage recorded", 3, "libesedb: rows of {DC3D3B50...}"),
    ("ese/dissect/Current.mdb.gz", "ese.client", "last access", 19, "libesedb: rows of CLIENTS"),
    ("ese/dissect/Current.mdb.gz", "ese.dns", "last seen", 12, "libesedb: rows of DNS"),
    ("ese/dissect/Current.mdb.gz", "ese.role", "records", 3, "libesedb: rows of ROLE_ACCESS"),
    ("ese/plaso/SystemIdentity.mdb", "ese.identity", "system recorded", 2, "libesedb: rows of SYSTEM_IDENTITY"),
    ("logs/EVTXAS_Tunna_rdp_tunnel_IIS.log", "iis", "records", 4298, "its 4,308 lines without those that begin with #"),
    ("logs/PcaAppLaunchDic.txt", "pca", "records", 4, "plaso"), ("logs/PcaGeneralDb0.txt", "pca", "records", 3, "plaso"),
    ("logs/apache_access.log", "web_access", "records", 15, "its 15 lines; plaso leaves out the one whose last text is not closed"),
    ("logs/velociraptor_access.log", "web_access", "records", 28, "its lines"), ("logs/apt_history.log", "package", "records", 10, "plaso"),
    ("logs/audit_enriched.log", "audit", "joined", 29, "plaso, one a line; we join those of one serial number"),
    ("logs/selinux.log", "audit", "joined", 7, "plaso"), ("logs/bash_history", "shell_history", "records", 4, "plaso"),
    ("logs/bash_history_desync", "shell_history", "records", 5, "plaso"), ("logs/zsh_extended_history.txt", "shell_history", "records", 4, "plaso"),
    ("logs/dpkg.log", "package", "records", 4, "plaso"), ("logs/iis_iis10.log", "iis", "records", 1, "plaso"), ("logs/iis_iis10_edge_cases.log", "iis", "records", 15, "plaso"),
    ("logs/iis_iis10_cookies.log", "iis", "records", 3, "plaso"), ("logs/iis_iis6.log", "iis", "records", 12, "plaso"), ("logs/iis_iis7_owa.log", "iis", "records", 3, "plaso"),
    ("logs/iis_iis7_sqli.log", "iis", "records", 2, "plaso"), ("logs/iis_iis_without_date.log", "iis", "records", 11, "plaso"),
    ("logs/mlocate.db", "mlocate", "records", 6, "plaso"), ("logs/sccm_various.log", "sccm", "records", 10, "plaso"), ("logs/security.log", "syslog", "records", 9, "plaso"),
    ("logs/setupapi.dev.log", "setupapi", "records", 194, "plaso"), ("logs/syslog_syslog", "syslog", "records", 16, "plaso"), ("logs/syslog_syslog_cron.log", "syslog", "records", 9, "plaso"),
    ("logs/syslog_syslog_osx", "syslog", "records", 2, "plaso"), ("logs/syslog_syslog_rsyslog", "syslog", "records", 5, "plaso"),
    ("logs/syslog_syslog_rsyslog_SyslogProtocol23Format", "syslog", "records", 9, "plaso"), ("logs/syslog_syslog_rsyslog_traditional", "syslog", "records", 8, "plaso"),
    ("logs/syslog_syslog_ssh.log", "syslog", "records", 9, "plaso"), ("logs/vsftpd.log", "ftp_log", "records", 25, "plaso"),
    ("logs/teamviewer_Connections.txt", "teamviewer", "records", 1, "plaso"), ("logs/teamviewer_connections_incoming.txt", "teamviewer", "records", 1, "plaso"),
    ("logs/windows_firewall.log", "firewall_log", "records", 15, "plaso"), ("logs/utmp_utmp_corrupted", "utmp", "records", 2, "plaso"),
    ("mft/EZ_NIST_DFR-16_$MFT", "mft", "records", 117, "INDEX.tsv: records with the mark FILE"), ("mft/dfir_ntfs_deleted.mft", "mft", "records", 41, "INDEX.tsv"),
    ("mft/dfir_ntfs_compressed_sparse.mft", "mft", "records", 36, "INDEX.tsv"), ("usn/plaso_UsnJrnl.raw", "usn", "records", 19, "INDEX.tsv"), ("usn/EZ_record.usn", "usn", "records", 1, "INDEX.tsv"),
    ("recycle/plaso/INFO2", "recyclebin", "records", 4, "plaso, rifiuti2"), ("tasks/wintask.job", "task.job", "records", 2, "plaso"),
    ("defender/6AFE33A0-19BA-4FFF-892F-B700539D7D63", "defender_detection", "records", 1, "plaso"),
    ("jumplist/plaso/1b4dd67f29cb1962.automaticDestinations-ms", "jumplist.entry", "last opened", 7, "olefile: entries of DestList"),
    ("jumplist/plaso/9d1f905ce5044aee.automaticDestinations-ms", "jumplist.entry", "last opened", 2, "olefile: entries of DestList"),
    ("jumplist/EZ/Win10_f01b4d95cf55d32a.automaticDestinations-ms", "jumplist.entry", "last opened", 9, "olefile: entries of DestList"),
]

NAMED = "the words are the other tool's name for a kind of shell item; the item holds a number, which we name in our own words"
OTHER_FILE = "plaso's test of another file: the line is in iis10.log, this file begins in 2022"
NO_HOST = "the record has no host: plaso writes localhost, and 0.0.0.0 for no address"
IDENTITY = "of SystemIdentity.mdb, which has it; plaso's test names the database beside it"
# file, value, where it is instead (None: nowhere), why
ABSENT = [
    ("ese/plaso/UAL_{C519A76A}.mdb", "WORKGROUP", "ese/plaso/SystemIdentity.mdb", IDENTITY),
    ("ese/plaso/UAL_{C519A76A}.mdb", 133024563725700000, "ese/plaso/SystemIdentity.mdb", IDENTITY),
    ("jumplist/plaso/1b4dd67f29cb1962.automaticDestinations-ms", "Users property view", None, NAMED),
    ("jumplist/plaso/9d1f905ce5044aee.automaticDestinations-ms", "Internet Folder", None, NAMED),
    ("registry/regipy/NTUSER_BAGMRU.DAT.xz", "Search Folder", None, NAMED),
    ("lnk/plaso/unpaired_surrogate.lnk", "U0000d800", None, "plaso's way to write the one code unit D800; ours is \\xed\\xa0\\x80"),
    ("lnk/plaso/unpaired_surrogate.lnk", "_\ufffdexe", None, "liblnk takes the point behind the lone surrogate for its other half"),
    ("logs/iis_iis10_edge_cases.log", "111.111.111.111", "logs/iis_iis10.log", OTHER_FILE), ("logs/iis_iis10_edge_cases.log", "222.222.222.222", "logs/iis_iis10.log", OTHER_FILE),
    ("logs/iis_iis10_edge_cases.log", "/foo/bar/baz.asp", "logs/iis_iis10.log", OTHER_FILE), ("logs/iis_iis10_edge_cases.log", "Chrome/35.0.2309.372", "logs/iis_iis10.log", OTHER_FILE),
    ("logs/iis_iis10_edge_cases.log", "2021-04-01", "logs/iis_iis10.log", OTHER_FILE),
    ("logs/utmp_utmp", "localhost", None, NO_HOST), ("logs/utmp_utmp", "0.0.0.0", None, NO_HOST), ("logs/utmp_utmp_aarch64", "localhost", None, NO_HOST),
    ("logs/utmp_utmp_s390", "localhost", None, NO_HOST), ("logs/utmp_utmp_x86_64", "localhost", None, NO_HOST),
]
# what is there in the place of it: text of our events
INSTEAD = [
    ("ese/plaso/SystemIdentity.mdb", "WORKGROUP"), ("ese/plaso/SystemIdentity.mdb", "2022-07-16T14:46:12.57"),
    ("jumplist/plaso/1b4dd67f29cb1962.automaticDestinations-ms", "<Users Libraries> <Pictures Library>"),
    ("registry/regipy/NTUSER_BAGMRU.DAT.xz", "\\\\tmp\\\\rekall"), ("lnk/plaso/unpaired_surrogate.lnk", "C:\\\\test\\\\unicode_U+0000d800_\\\\xed\\\\xa0\\\\x80.exe"),
    ("logs/iis_iis10.log", "/foo/bar/baz.asp"), ("logs/iis_iis10.log", "2021-04-01T00:00:21"),
]


def tell(right, what, detail=""):
    global number, failed
    number += 1
    failed += not right
    print("%s %d - %s%s" % ("ok" if right else "not ok", number, what, "" if right else ": " + detail))


def content(path):
    opener = gzip.open if path.endswith(".gz") else lzma.open if path.endswith(".xz") else open
    with opener(os.path.join(corpus, path), "rb") as f:
        return f.read()


told = {}


def output(path):
    if path not in told:
        with tempfile.TemporaryDirectory() as folder:
            place = os.path.join(folder, re.sub(r"\.(gz|xz)$", "", os.path.basename(path)))
            with open(place, "wb") as f:
                f.write(content(path))
            told[path] = subprocess.run([tool, place], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode("utf-8", "replace")
    return told[path]


def count(path, parser, what):
    rows = [e for e in map(json.loads, output(path).splitlines()) if e.get("parser") == parser]
    if what == "records":
        return len({e.get("offset") for e in rows})
    if what == "joined":
        return sum(len(e["data"]["records"]) for e in rows)
    return sum(e["meaning"] == what for e in rows)


def stands(path, value):
    data = content(path)
    if isinstance(value, int):
        return struct.pack("<Q", value) in data
    return any(value.lower().encode(code) in data.lower() for code in ("utf-8", "utf-16-le"))


if not os.path.exists(os.path.join(corpus, "facts.tsv")):
    print("ok 1 - no corpus at %s: nothing to count\n1..1" % corpus)
    sys.exit(0)
for path, parser, what, want, source in COUNTS:
    got = count(path, parser, what)
    tell(got == want, "%s: %d %s of %s (%s)" % (path, want, what, parser, source), "%d" % got)
for path, value, elsewhere, why in ABSENT:
    tell(not stands(path, value), "%s does not hold %s: %s" % (path, value, why), "it does")
    if elsewhere is not None:
        tell(stands(elsewhere, value), "%s holds it" % elsewhere, "it does not")
# the lone surrogate and the point behind it, which liblnk loses
tell(b"_\0\x00\xd8.\0e\0x\0e\0" in content("lnk/plaso/unpaired_surrogate.lnk"), "the link has a point behind the lone surrogate", "it has not")
for path, text in INSTEAD:
    tell(text in output(path), "%s: we tell %s" % (path, text), "we do not")
print("1..%d" % number)
sys.exit(failed > 0)
