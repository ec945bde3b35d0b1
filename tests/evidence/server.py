"""The file server of town.py with its Windows: registry, event logs and the trace of the remote control program, so that it tells who came in, from where and with what.

Staff work from 10.20.1.x in office hours. In a night of November somebody guesses the password of the scanner's account over remote desktop, makes an account of his own
and installs AnyDesk; in December the account of the administrator is used, other servers are visited, the files are packed and encrypted and the logs cleared. All is
invented: names, keys and addresses (that of the stranger is of RFC 5737).
"""
import datetime
import os
import random
import struct
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "fixtures", *more) for more in ((), ("artefacts",), ("hives",))]

import evtx                             # noqa: E402
import hive                             # noqa: E402
from machine import user_f, user_v, utf16    # noqa: E402
from town import FIRST, FOOTHOLD, LAST, THEFT, moments, town    # noqa: E402

HOST, TOWN, STRANGER = "GEM-FS01", "GEMEENTE", "198.51.100.77"
DOMAIN, MACHINE = (1004336348, 1177238915, 682003330), (2025429265, 484763869, 1417001333)
SET, NT = "ControlSet001\\", "Microsoft\\Windows NT\\CurrentVersion\\"
STAFF = (("an.claes", "PC-BURG01", "10.20.1.31", 1121), ("bart.maes", "PC-FIN02", "10.20.1.42", 1122), ("els.wouters", "PC-OCMW03", "10.20.1.53", 1123),
         ("jan.devos", "PC-PERS01", "10.20.1.61", 1124), ("lien.baert", "PC-ARCH02", "10.20.1.72", 1125))
ADMIN, SCANNER, OWN = ("beheer.wd", 1108), ("scanner", 1131), ("svc_backup2", 1004)
SECURITY = ("Microsoft-Windows-Security-Auditing", "{54849625-5478-4994-a5ba-3e3b0328c30d}", "Security", HOST + ".gemeente.example")
NOBODY = evtx.sid(0, 0)


def iso(seconds):
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)).isoformat()


class Log:
    """Events in any order; chunks are begun as they fill."""

    def __init__(self):
        self.events = []

    def add(self, when, event, key, names, values, provider=SECURITY, level=0, keywords=0x8020000000000000):
        self.events.append((when, len(self.events), event, key, names, values, provider, level, keywords))

    def bytes(self):
        chunks, chunk = [], evtx.Chunk()
        for number, (when, _, event, key, names, values, provider, level, keywords) in enumerate(sorted(self.events), 1):
            if len(chunk.data) > 60_000:
                chunks.append(chunk.finish())
                chunk = evtx.Chunk()
            tree = evtx.system(*provider, names if isinstance(names, list) and names and isinstance(names[0], tuple) and len(names[0]) == 3 else evtx.named(names))
            chunk.record(number, iso(when), key, tree, evtx.head(event, number, iso(when), level, keywords) + values)
        chunks.append(chunk.finish())
        return evtx.header(len(chunks), len(self.events) + 1) + b"".join(chunks)


def text_fields(*names):
    return [(name, evtx.SID if name.endswith("Sid") else evtx.STRING) for name in names]


def domain_sid(rid, parts=DOMAIN):
    return evtx.sid(5, 21, *parts, rid)


LOGON = [("SubjectUserSid", evtx.SID), ("SubjectUserName", evtx.STRING), ("TargetUserSid", evtx.SID), ("TargetUserName", evtx.STRING), ("TargetDomainName", evtx.STRING),
         ("TargetLogonId", evtx.HEX64), ("LogonType", evtx.U32), ("WorkstationName", evtx.STRING), ("IpAddress", evtx.STRING), ("IpPort", evtx.STRING)]


def logon(log, when, user, rid, kind, station, address, event=4624):
    worked = event == 4624
    log.add(when, event, "logon %d" % event, LOGON, [
        (evtx.SID, NOBODY), evtx.text("-"), (evtx.SID, domain_sid(rid) if worked else NOBODY), evtx.text(user), evtx.text(TOWN),
        (evtx.HEX64, struct.pack("<Q", 0x100000 + when % 0xFFFFFF)), (evtx.U32, struct.pack("<I", kind)), evtx.text(station), evtx.text(address), evtx.text(str(49152 + when % 9999))],
        keywords=0x8020000000000000 if worked else 0x8010000000000000)


def security():
    log, rng = Log(), random.Random(1206)
    day = datetime.date(2022, 10, 24)
    while day < datetime.date(2022, 12, 6):         # staff: one logon a morning each, from the same desk
        if day.weekday() < 5:
            for user, station, address, rid in STAFF:
                clock = datetime.datetime.combine(day, datetime.time(7)) - datetime.datetime(1970, 1, 1)
                logon(log, int(clock.total_seconds()) + rng.randrange(4_500), user, rid, 3, station, address)
            if day.weekday() == 1:
                logon(log, int(clock.total_seconds()) + 9_000 + rng.randrange(900), ADMIN[0], ADMIN[1], 10, "PC-ICT01", "10.20.1.20")
        day += datetime.timedelta(days=1)
    guessed = ("administrator", "beheer", "admin", "scanner", "backup", "helpdesk")
    for n in range(58):
        logon(log, FOOTHOLD - 3_000 + 49 * n, guessed[n % len(guessed)], 500, 10, "WIN-7Q2K", STRANGER, 4625)
    logon(log, FOOTHOLD - 120, SCANNER[0], SCANNER[1], 10, "WIN-7Q2K", STRANGER)
    who = [(evtx.SID, domain_sid(SCANNER[1])), evtx.text(SCANNER[0]), evtx.text(TOWN)]
    log.add(FOOTHOLD + 600, 4720, "made", text_fields("TargetUserName", "TargetDomainName", "TargetSid", "SubjectUserSid", "SubjectUserName", "SubjectDomainName"),
            [evtx.text(OWN[0]), evtx.text(HOST), (evtx.SID, domain_sid(OWN[1], MACHINE))] + who)
    log.add(FOOTHOLD + 640, 4732, "member", text_fields("MemberName", "MemberSid", "TargetUserName", "TargetDomainName", "TargetSid", "SubjectUserSid", "SubjectUserName", "SubjectDomainName"),
            [evtx.text("-"), (evtx.SID, domain_sid(OWN[1], MACHINE)), evtx.text("Administrators"), evtx.text("Builtin"), (evtx.SID, evtx.sid(5, 32, 544))] + who)
    logon(log, THEFT - 1_800, ADMIN[0], ADMIN[1], 10, "WIN-7Q2K", "10.20.1.31")          # the administrator, from a desk of the counter, on a Saturday night
    for n, server in enumerate(("GEM-DC01", "GEM-SQL01", "GEM-BACKUP01", "GEM-MAIL01", "GEM-ARCHIEF01", "GEM-PRINT01")):
        log.add(THEFT + 300 + 90 * n, 4648, "explicit", text_fields("SubjectUserSid", "SubjectUserName", "SubjectDomainName", "TargetUserName", "TargetDomainName", "TargetServerName", "ProcessName"),
                [(evtx.SID, domain_sid(ADMIN[1])), evtx.text(ADMIN[0]), evtx.text(TOWN), evtx.text(ADMIN[0]), evtx.text(TOWN), evtx.text(server),
                 evtx.text("C:\\PerfLogs\\psexec.exe")])
    logon(log, FIRST - 7_500, OWN[0], OWN[1], 10, "WIN-7Q2K", STRANGER)
    return log.bytes()


def system():
    """Cleared before the files were encrypted: what is there is from then on."""
    log = Log()
    who = [("SubjectUserName", evtx.STRING), ("SubjectDomainName", evtx.STRING), ("Channel", evtx.STRING)]
    cleared = [("UserData", [], [("LogFileCleared", [("xmlns", ["http://manifests.microsoft.com/win/2004/08/windows/eventlog"])],
                                  [(name, [], [evtx.Sub(12 + n, evtx.STRING, False)]) for n, (name, _) in enumerate(who)])])]
    log.add(FIRST - 200, 104, "cleared", cleared, [evtx.text(OWN[0]), evtx.text(HOST), evtx.text("System")],
            ("Microsoft-Windows-Eventlog", "{fc65ddd8-d6ef-4962-83d5-6e5cfe9ce148}", "System", SECURITY[3]), 4, 0x8000000000000000)
    log.add(LAST + 1_500, 1074, "off", [("param%d" % n, evtx.STRING) for n in range(1, 8)],
            [evtx.text(t) for t in ("C:\\Windows\\system32\\shutdown.exe (GEM-FS01)", HOST, "No title for this reason could be found", "0x800000ff", "shutdown", "", "GEM-FS01\\" + OWN[0])],
            ("User32", "{b0aa8734-56f7-41cc-b2f4-de228e98b946}", "System", SECURITY[3]), 4, 0x8080000000000000)
    return log.bytes()


def registry():
    """(name, bytes) of SYSTEM, SOFTWARE and SAM."""
    at = lambda seconds: hive.when(iso(seconds))    # noqa: E731
    h = hive.Hive("SYSTEM", at(LAST + 1_600))
    h.put("Select", {"Current": 1, "Default": 1, "Failed": 0, "LastKnownGood": 1})
    h.put(SET + r"Control\ComputerName\ComputerName", {"ComputerName": HOST}, at(1_560_000_000))
    h.put(SET + r"Services\Tcpip\Parameters", {"NV Hostname": HOST, "Domain": "gemeente.example"}, at(1_560_000_000))
    h.put(SET + r"Control\TimeZoneInformation", {"TimeZoneKeyName": "Romance Standard Time", "StandardName": "@tzres.dll,-302", "Bias": 0xFFFFFFC4,
          "ActiveTimeBias": 0xFFFFFFC4, "DaylightBias": 0xFFFFFFC4}, at(1_560_000_000))
    h.put(SET + r"Control\Windows", {"ShutdownTime": hive.filetime(iso(LAST + 1_560))}, at(LAST + 1_560))
    h.put(SET + r"Services\LanmanServer\Shares", {share: ["CATimeout=0", "CSCFlags=0", "MaxUses=4294967295", "Path=C:\\" + share, "Permissions=0", "ShareName=" + share, "Type=0"]
          for share in ("Archief", "Burgerzaken", "Financien", "OCMW", "Personeel")}, at(1_560_000_000))
    h.put(SET + r"Services\AnyDesk", {"ImagePath": r'"C:\PerfLogs\AnyDesk.exe" --service', "DisplayName": "AnyDesk Service", "ObjectName": "LocalSystem", "Start": 2, "Type": 0x10},
          at(FOOTHOLD + 1_520))
    yield "SYSTEM", h.bytes()
    h = hive.Hive("SOFTWARE", at(LAST + 1_600))
    h.put(NT[:-1], {"ProductName": "Windows Server 2019 Standard", "CurrentBuildNumber": "17763", "CurrentMajorVersionNumber": 10, "CurrentMinorVersionNumber": 0, "UBR": 3650,
          "DisplayVersion": "1809", "InstallDate": 1_560_000_000, "RegisteredOwner": "Gemeente", "SystemRoot": "C:\\Windows"}, at(1_560_000_000))
    yield "SOFTWARE", h.bytes()
    h = hive.Hive("SAM", at(LAST + 1_600))
    account = r"SAM\Domains\Account"
    h.put(account, {"V": bytes(24) + struct.pack("<III", *MACHINE)}, at(1_560_000_000))
    for rid, name, used, made in ((500, "Administrator", 0, 1_560_000_000), (OWN[1], OWN[0], FIRST - 7_500, FOOTHOLD + 600)):
        last = hive.filetime(iso(used)) if used else bytes(8)
        h.put(account + r"\Users\%08X" % rid, {"F": user_f(last, hive.filetime(iso(made)), bytes(8), rid, 0x211 if rid == 500 else 0x210, 3), "V": user_v(name, "", "")}, at(max(used, made)))
        h.put(account + r"\Users\Names" + "\\" + name, {"": (rid, b"")}, at(made))
    name, members = utf16("Administrators"), domain_sid(500, MACHINE) + domain_sid(OWN[1], MACHINE)
    h.put(r"SAM\Domains\Builtin\Aliases\00000220", {"C": struct.pack("<13I", 544, 0, 0, 0, 0, len(name), 0, len(name), 0, 0, len(name), len(members), 2) + name + members},
          at(FOOTHOLD + 640))
    yield "SAM", h.bytes()


def trace():
    lines = ["* * * * * * * * * * * * * * * * * *"]
    for start in (FOOTHOLD + 1_530, FIRST - 7_400):
        say = lambda after, what: lines.append("   info %s.%03d       gsvc   3424   1304   68    %s" % (iso(start + after).replace("T", " "), after, what))    # noqa: E731
        say(0, "              main - * AnyDesk Windows Startup *")
        say(1, "anynet.any_socket - Client-ID: 417220981 (FPR: 3f0c1d5577aa).")
        say(2, "anynet.any_socket - Logged in from %s:51544 on relay 4d1f0a92." % STRANGER)
        say(9, "app.backend_session - Incoming session request: it-support (417220981)")
    return ("\r\n".join(lines) + "\r\n").encode()


def windows(v):
    def folder(path):
        here = v.root
        for name in path.split("/"):
            if (id(here), name) not in made:
                made[id(here), name] = v.directory(here, name, times=moments(1_560_000_000, 1_560_000_100, 1_560_000_100, LAST))
            here = made[id(here), name]
        return here

    made = {}
    logs = folder("Windows/System32/winevt/Logs")
    end = moments(1_560_000_000, LAST + 1_600, LAST + 1_600, LAST + 1_600)
    v.file(logs, "Security.evtx", security(), times=end)
    v.file(logs, "System.evtx", system(), times=end)
    for name, content in registry():
        v.file(folder("Windows/System32/config"), name, content, times=end)
    v.file(folder("ProgramData/AnyDesk"), "ad_svc.trace", trace(), times=moments(FOOTHOLD + 1_530, FIRST - 7_391, FIRST - 7_391, FIRST - 7_391))


def server(stem):
    town(stem, windows)


IMAGES = dict(server=server)
