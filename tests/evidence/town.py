"""The file server of a town after a ransomware attack, for demonstrations and end-to-end tests.

Everything is invented and inert: the notes are our own words with public, cut-off tokens, the
tools are headers that cannot run, the web page is one comment. The trailer of the encrypted
files follows the published description of the Play format, with random bytes for the keys.
"""
import random
import struct

import documents
from ntfs import Volume
from ntfs_attr import filetime

SECOND = 10**9
FOOTHOLD = 1_668_048_060            # 2022-11-10 02:41:00 UTC
THEFT = 1_670_108_400               # 2022-12-03 23:00:00 UTC
FIRST, LAST = 1_670_289_240, 1_670_292_120      # 2022-12-06 01:14:00 to 02:02:00 UTC
BLOCK = 0x100000
MARKER = bytes.fromhex("9c41e07bd2156fa83360c8f5174bae92")
RSA = 1024

# folder, file name pattern, maker, count
SHARES = {
    "Burgerzaken": (("Reispassen", "Aanvraag reispas %03d.docx", documents.docx, 24),
                    ("Rijbewijzen", "Rijbewijs dossier %03d.pdf", documents.pdf, 22),
                    ("Plechtigheden", "Foto huwelijk %03d.jpg", documents.jpg, 18)),
    "Financien": (("Begroting", "Begroting dienst %03d.xlsx", documents.xlsx, 22),
                  ("Facturen", "Factuur %03d.pdf", documents.pdf, 30),
                  ("Nota's", "Nota financiën %03d.docx", documents.docx, 14)),
    "OCMW": (("Dossiers", "Sociaal dossier %03d.docx", documents.docx, 34),
             ("Steun", "Steunaanvraag %03d.pdf", documents.pdf, 20),
             ("Lijsten", "Wachtlijst %03d.xlsx", documents.xlsx, 8)),
    "Personeel": (("Lonen", "Loonfiche %03d.xlsx", documents.xlsx, 24),
                  ("Verlof", "Verlofaanvraag %03d.txt", documents.text, 24),
                  ("Contracten", "Contract %03d.docx", documents.docx, 16)),
    "Archief": (("Gemeenteraad", "Verslag gemeenteraad %03d.pdf", documents.pdf, 40),
                ("Foto's", "Oude foto %03d.jpg", documents.jpg, 24),
                ("Brieven", "Brief %03d.txt", documents.text, 30))}
SPARED = {"Archief": 0, "Personeel": 40}        # per cent of the files that were encrypted; others 75


def xxhash32(data, seed):
    """xxHash32 of 16 bytes, which is all that the trailer needs."""
    primes = (2654435761, 2246822519, 3266489917, 668265263)
    lanes = (seed + primes[0] + primes[1], seed + primes[1], seed, seed - primes[0])
    total = 0
    for lane, word, turn in zip(lanes, struct.unpack("<4I", data), (1, 7, 12, 18)):
        value = rotate((lane + word * primes[1]) & 0xFFFFFFFF, 13) * primes[0] & 0xFFFFFFFF
        total += rotate(value, turn)
    total = total + len(data) & 0xFFFFFFFF
    total = (total ^ total >> 15) * primes[1] & 0xFFFFFFFF
    total = (total ^ total >> 13) * primes[2] & 0xFFFFFFFF
    return total ^ total >> 16


def rotate(value, bits):
    return (value << bits | value >> 32 - bits) & 0xFFFFFFFF


def encrypt(content, rng):
    """Every second block of 1 MiB becomes random bytes; the trailer says which."""
    padding = -len(content) % 16
    out, blocks = bytearray(content + bytes(padding)), 0
    for at in range(0, len(out), 2 * BLOCK):
        size = min(BLOCK, len(out) - at)
        out[at:at + size] = rng.randbytes(size)
        blocks += 1
    seed = sum(byte + n for n, byte in enumerate(MARKER)) % 65536
    return bytes(out) + MARKER + struct.pack("<HHHHIIQ", padding, 2, 0, 1, BLOCK, xxhash32(MARKER, seed),
                                             blocks) + rng.randbytes(RSA)


def moments(created, modified, changed, accessed, digits=1_234_500):
    return tuple(filetime(t * SECOND + digits * (n + 1)) for n, t in enumerate((created, modified, changed, accessed)))


def note():
    lines = ["PLAY", "", "This note is part of a test image; nobody wrote it to you.",
             "The files of this network were encrypted and copies were taken away.",
             "News portal, cut off on purpose: mbrlkbtq5jonaqkurjwm / k7kg3jqxang3wh7hnmai",
             "Contact, name removed on purpose: [removed]@gmx.de", ""]
    return "\r\n".join(lines).encode()


def program(name, company, strings, seed):
    """MZ and PE headers without any section, then version strings: found by scanners, runs nowhere."""
    stub = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x80) + b"!This program cannot be run in DOS mode.\r\r\n$"
    raw = stub.ljust(0x80, b"\0") + struct.pack("<4sHHIIIHH", b"PE\0\0", 0x8664, 0, 0x61000000, 0, 0, 0, 0x22)
    wide = "".join("%s\0%s\0" % pair for pair in (
        ("CompanyName", company), ("FileDescription", name), ("OriginalFilename", name + ".exe"),
        ("ProductName", name))).encode("utf-16-le")
    body = wide + b"\0".join(s.encode() for s in strings) + b"\0"
    return raw.ljust(0x200, b"\0") + body + random.Random(seed).randbytes(20_000)


def web_page():
    """The words of a web shell inside a server-side comment: no statement of it can run."""
    words = ["ev" + "al(Request." + "Item[\"cmd\"],\"unsafe\")",
             "Process" + "StartInfo(\"cmd" + ".exe\", \"/c \" + Request[\"c\"])"]
    return ("<%@ Page Language=\"Jscript\" %>\r\n<%-- test image, inert\r\n" + "\r\n".join(words)
            + "\r\n--%>\r\n<html><body>Beheer</body></html>\r\n").encode()


def eicar():
    """The antivirus test file, in pieces so that this source is not taken for it."""
    return b"".join((b"X5O!P%@AP[4\\PZX54(P^)7CC)7}", b"$EICAR-STANDARD-", b"ANTIVIRUS-TEST-", b"FILE!$H+H*"))


def shares(v, rng):
    """The five shares. Returns (share, moment) of each encrypted file, and the share folders."""
    planned, tops = [], {}
    for share, folders in SHARES.items():
        top = v.directory(v.root, share, times=moments(1_420_070_400, FIRST - 86_400, FIRST - 86_400, LAST))
        tops[share] = top
        for folder, pattern, maker, count in folders:
            inside = v.directory(top, folder, times=moments(1_420_156_800, FIRST - 90_000, FIRST - 90_000, LAST))
            for n in range(1, count + 1):
                created = rng.randrange(1_546_300_800, FOOTHOLD - 86_400)
                modified = min(created + rng.randrange(60, 40_000_000), FOOTHOLD - 3600)
                hit = rng.randrange(100) < SPARED.get(share, 75)
                planned.append((inside, share, pattern % n, maker, created, modified, hit))
    big = next(row[0] for row in planned if row[1] == "Financien")
    for n in range(3):
        planned.append((big, "Financien", "Scan kadaster %d.pdf" % n,
                        lambda seed: documents.pdf(seed, 2_600_000), 1_600_000_000 + n, 1_610_000_000 + n, True))
    total, order, encrypted = sum(row[6] for row in planned), 0, []
    for inside, share, name, maker, created, modified, hit in planned:
        content = maker(share + name)
        before = moments(created, modified, modified, modified)
        if not hit:
            v.file(inside, name, content, times=before)
            continue
        when = FIRST + order * (LAST - FIRST) // (total - 1)
        order += 1
        after = moments(created, when, when, when)
        v.file(inside, name + ".play", encrypt(content, rng), times=after, fn_times=before)
        encrypted.append((share, when))
    return encrypted, tops


def intruder(v, tops):
    """What the attackers left, and what they removed again."""
    def at(moment):
        return moments(moment, moment + 2, moment + 2, moment + 2)

    web = v.root
    for name in ("Intranet", "wwwroot", "upload"):
        web = v.directory(web, name, times=at(1_500_000_000))
    v.file(web, "beheer.aspx", web_page(), times=at(FOOTHOLD))
    logs = v.directory(v.root, "PerfLogs", times=at(1_490_000_000))
    remote = v.file(logs, "AnyDesk.exe", program("AnyDesk", "AnyDesk Software GmbH", (
        "AnyDesk.exe", "ad_svc.trace", "--install", "--start-with-win", "--silent", "relay.invalid"), 1),
        times=at(FOOTHOLD + 1_500))
    remote.data(b"[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=http://download.invalid/AnyDesk.exe\r\n", name="Zone.Identifier")
    stomped = moments(1_247_529_600, 1_247_529_600, 1_247_529_600, 1_247_529_600, 0)
    v.file(logs, "GMER.exe", program("GMER", "GMER", ("gmer.exe", "PowerTool64.exe", "IObitUnlocker.exe"), 2),
           times=stomped, fn_times=at(FIRST - 7_200))
    v.file(logs, "hosts.csv", b"name;address\r\nSRV-FILE01;10.20.1.11\r\nSRV-DC01;10.20.1.10\r\n",
           times=at(FOOTHOLD + 90_000))
    for n in range(1, 4):
        v.file(logs, "data.part%d.rar" % n, b"Rar!\x1a\x07\x01\0" + random.Random(n).randbytes(400_000),
               times=at(THEFT + 600 * n)).delete()
    v.file(logs, "run.bat", b"@echo off\r\nrem removed after use\r\nvssadmin delete shadows /all /quiet\r\n",
           times=at(FIRST - 300)).delete()
    mail = v.directory(tops["Personeel"], "Downloads", times=at(1_600_000_000))
    letter = v.file(mail, "factuur_november.docx", documents.docx("lure"), times=at(FOOTHOLD - 4_000))
    letter.data(b"[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://mail.invalid/\r\n", name="Zone.Identifier")
    v.file(mail, "eicar.com", eicar(), times=at(FOOTHOLD - 3_000))


def town(stem, more=None):
    """more: what else lies on the volume (server.py)."""
    rng = random.Random(20221206)
    v = Volume(stem + ".img", 64 << 20, label="DATA", records=640)
    encrypted, tops = shares(v, rng)
    struck = [share for share in SHARES if any(s == share for s, _ in encrypted)]
    for share, folder in [("", v.root)] + [(share, tops[share]) for share in struck]:
        when = FIRST - 1 if not share else min(t for s, t in encrypted if s == share)
        v.file(folder, "ReadMe.txt", note(), times=moments(when, when, when, when))
    intruder(v, tops)
    if more is not None:
        more(v)
    v.finish()
    expectations(v.truth, encrypted, struck)
    v.truth.write(stem)


def expectations(truth, encrypted, struck):
    for kind, path in (("encrypted", ""), ("ransom-note", "/ReadMe.txt"), ("webshell", "/beheer.aspx"),
                       ("remote-access", "/PerfLogs/AnyDesk.exe")):
        truth.expect("finding", kind, path)
    times = [when for _, when in encrypted]
    truth.expect("summary", "ransomware.family", "Play")
    truth.expect("summary", "ransomware.encrypted_files", len(encrypted))
    truth.expect("summary", "ransomware.first_encrypted", (min(times) * SECOND + 2_469_000) // 100 * 100)
    truth.expect("summary", "ransomware.last_encrypted", (max(times) * SECOND + 2_469_000) // 100 * 100)
    truth.expect("summary", "ransomware.notes", 1 + len(struck))
    truth.expect("summary", "ransomware.untouched_shares", "Archief")
    truth.expect("min_files", 380)


IMAGES = dict(town=town)
