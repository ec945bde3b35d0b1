#!/usr/bin/env python3
"""damage_make.py OUT: trees as twelve ways of encrypting leave them, and one of sound packed and owner-encrypted files.

OUT/STYLE/... with office files, photographs, archives, databases and disks of virtual machines, made here with the structure of
their formats; OUT/STYLE.truth has a line for each file: class, TAB, path; OUT/STYLE.window the first and last second of the attack.
The bytes that stand for ciphertext are random. Everything comes from one seed, so that a failure can be made again.
"""
import io
import os
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib

WORDS = ("de gemeente raad besluit college burgemeester schepen aanvraag vergunning dossier burger adres straat nummer datum budget "
         "rekening factuur bedrag leverancier contract personeel loon verlof school bibliotheek sport cultuur groen water afval "
         "politie brandweer zorg ocmw steun huur woning register geboorte huwelijk overlijden attest uittreksel").split()
START = 1765576800  # 2025-12-12 22:00 UTC, a Friday


def pool_of_text(r):
    words = [w + e for w in WORDS for e in (" ", " ", " ", ", ", ". ", ".\n")]
    return "".join(r.choices(words, k=300000)).encode()


def pool_of_numbers(r):
    return "".join("%d;%s;%.2f;2025-%02d-%02d\r\n" % (i, r.choice(WORDS), r.uniform(1, 9000), 1 + i % 12, 1 + i % 28) for i in range(60000)).encode()


def piece(r, pool, size):
    at = r.randrange(len(pool) // 2)
    out = pool[at:at + size]
    while len(out) < size:
        out += pool[:size - len(out)]
    return out


def text(r, size):
    return piece(r, TEXT, size)


def numbers(r, size):
    return piece(r, NUMBERS, size)


# what a coder of pictures leaves: nearly random bytes, some values more often than others
CODER = bytes(i if i % 16 != 5 else i & 0x3F for i in range(256))


def coded(r, size):
    return r.randbytes(size).translate(CODER)


def jpeg(r, size):
    tables = b"\xff\xdb\x00\x43\x00" + bytes(range(1, 65)) + b"\xff\xc4\x00\x1f\x00" + bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]) + bytes(range(12))
    frame = b"\xff\xc0\x00\x11\x08\x04\x00\x06\x00\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"
    scan = coded(r, size).replace(b"\xff", b"\xff\x00")
    return (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x48\x00\x48\x00\x00" + tables + frame + b"\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00" + scan + b"\xff\xd9")


SOFT = bytes(i & 31 for i in range(256))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(r, size):
    rows = b"".join(b"\x01" + piece(r, NUMBERS, 600).translate(SOFT) for _ in range(max(8, size // 300)))
    data = zlib.compress(rows)
    body = b"".join(chunk(b"IDAT", data[i:i + 8192]) for i in range(0, len(data), 8192))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 600, max(8, size // 300), 8, 0, 0, 0, 0)) + body + chunk(b"IEND", b"")


def pack(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in members:
            z.writestr(zipfile.ZipInfo(name, (2025, 3, 1, 9, 0, 0)), data, compress_type=method)
    return out.getvalue()


def office(r, size, kind):
    main = {"docx": "word/document.xml", "xlsx": "xl/worksheets/sheet1.xml", "pptx": "ppt/slides/slide1.xml"}[kind]
    members = [("[Content_Types].xml", b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"></Types>'),
               ("_rels/.rels", b'<?xml version="1.0"?><Relationships/>'), (main, b"<w>" + text(r, size * 2) + b"</w>"),
               (main.split("/")[0] + "/styles.xml", text(r, 4000))]
    if size > 100000:
        members.append((main.split("/")[0] + "/media/image1.jpeg", jpeg(r, size // 2)))
    return pack(members)


def odt(r, size):
    return pack([("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", text(r, size * 2)), ("styles.xml", text(r, 3000))])


def pdf(r, size):
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    while len(out) < size:
        places.append(len(out))
        data = zlib.compress(text(r, 9000))
        out += b"%d 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n" % (len(places), len(data)) + data + b"\nendstream\nendobj\n"
    places.append(len(out))
    out += b"%d 0 obj\n<< /Type /Catalog >>\nendobj\n" % len(places)
    at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    for p in places:
        out += b"%010d 00000 n \n" % p
    out += b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, len(places), at)
    return bytes(out)


def ole(r, size, streams=None):
    """A compound file: table of sectors, folder, streams."""
    streams = streams or [("WordDocument", text(r, size // 2).decode().encode("utf-16-le")), ("1Table", numbers(r, 6000))]
    sectors = []
    starts = []
    fat = []
    for _, data in streams:
        data = data.ljust(4096, b"\0")
        n = (len(data) + 511) // 512
        starts.append(len(sectors))
        for i in range(n):
            sectors.append(data[i * 512:(i + 1) * 512].ljust(512, b"\0"))
            fat.append(len(sectors) if i + 1 < n else 0xFFFFFFFE)

    def entry(name, kind, start, length, child=0xFFFFFFFF, right=0xFFFFFFFF):
        raw = name.encode("utf-16-le") + b"\0\0"
        return raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, 0xFFFFFFFF, right, child) + b"\0" * 36 + struct.pack("<IQ", start, length)
    folder = entry("Root Entry", 5, 0xFFFFFFFE, 0, 1)
    for i, (name, data) in enumerate(streams):
        folder += entry(name, 2, starts[i], len(data.ljust(4096, b"\0")), right=i + 2 if i + 1 < len(streams) else 0xFFFFFFFF)
    folder = folder.ljust((len(folder) + 511) // 512 * 512, b"\0")
    first = len(sectors)
    for i in range(0, len(folder), 512):
        sectors.append(folder[i:i + 512])
        fat.append(len(sectors) if i + 512 < len(folder) else 0xFFFFFFFE)
    tables = 1
    while tables * 128 < len(sectors) + tables:
        tables += 1
    where = [len(sectors) + i for i in range(tables)]
    fat += [0xFFFFFFFD] * tables
    fat += [0xFFFFFFFF] * (tables * 128 - len(fat))
    raw = struct.pack("<%dI" % len(fat), *fat)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6 + struct.pack(
        "<IIIIIIIII", 0, tables, first, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", *(where + [0xFFFFFFFF] * (109 - tables)))
    return head + b"".join(sectors) + raw


def database(r, size):
    path = os.path.join(TMP, "t.db")
    if os.path.exists(path):
        os.remove(path)
    c = sqlite3.connect(path)
    c.execute("PRAGMA page_size=4096")
    c.execute("CREATE TABLE inwoner(id INTEGER PRIMARY KEY, naam TEXT, adres TEXT, dossier TEXT)")
    while os.path.getsize(path) < size:
        c.executemany("INSERT INTO inwoner(naam, adres, dossier) VALUES(?,?,?)",
                      [(r.choice(WORDS), text(r, 30).decode(), text(r, r.randint(50, 600)).decode()) for _ in range(400)])
        c.commit()
    c.execute("CREATE INDEX n ON inwoner(naam)")
    c.commit()
    c.close()
    return open(path, "rb").read()


def tar(r, size, mode):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as t:
        for i in range(4):
            info = tarfile.TarInfo("map/stuk%d.txt" % i)
            data = text(r, size)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def seven(r, size, *options):
    folder = os.path.join(TMP, "seven")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for i in range(3):
        open(os.path.join(folder, "stuk%d.csv" % i), "wb").write(numbers(r, size))
    target = os.path.join(TMP, "x.7z")
    if os.path.exists(target):
        os.remove(target)
    subprocess.run(["7z", "a", "-bd", "-mx=3", *options, target, folder], check=True, stdout=subprocess.DEVNULL)
    return open(target, "rb").read()


def mp4(r, size):
    def box(kind, data):
        return struct.pack(">I", len(data) + 8) + kind + data
    return box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41") + box(b"moov", box(b"mvhd", b"\0" * 100) + text(r, 900)) + box(b"mdat", coded(r, size))


def disk(r, size):
    """A raw disk: boot sector, then text, tables, packed data and holes by turns, in runs of 64 KiB to 1 MiB."""
    boot = bytearray(512)
    boot[0:3] = b"\xfa\x33\xc0"
    boot[446:462] = struct.pack("<BBBBBBBBII", 0x80, 1, 1, 0, 7, 254, 255, 255, 2048, size // 512 - 2048)
    boot[510:512] = b"\x55\xaa"
    out = [bytes(boot), b"\0" * 65024]
    n = 65536
    while n < size:
        run = r.choice((65536, 131072, 262144, 1 << 20))
        kind = r.random()
        data = text(r, 32768) * (run // 32768) if kind < 0.35 else numbers(r, 32768).ljust(32768, b"\0") * (run // 32768) if kind < 0.6 else \
            zlib.compress(text(r, run * 3))[:run].ljust(run, b"\0") if kind < 0.7 else b"\0" * run
        out.append(data)
        n += run
    return b"".join(out)[:size]


def vhd(r, size):
    footer = (b"conectix" + struct.pack(">IIQ", 2, 0x10000, 0xFFFFFFFFFFFFFFFF)).ljust(512, b"\0")
    return disk(r, size) + footer


def vmdk(r, size):
    return struct.pack("<4sIIQQQ", b"KDMV", 1, 3, size // 512, 128, 1).ljust(512, b"\0") + b"# Disk DescriptorFile\nversion=1\n".ljust(65024, b"\0") + disk(r, size)[65536:]


def vhdx(r, size):
    out = bytearray(disk(r, size))
    out[0:1 << 20] = b"\0" * (1 << 20)
    out[0:8] = b"vhdxfile"
    for at, sign in ((65536, b"head"), (131072, b"head"), (196608, b"regi"), (262144, b"regi")):
        out[at:at + 4] = sign
    return bytes(out)


def eml(r, size):
    return b"From: loket@stad.example\r\nTo: burger@example.org\r\nSubject: dossier\r\nDate: Mon, 3 Mar 2025 09:00:00 +0100\r\nMIME-Version: 1.0\r\n\r\n" + text(r, size)


def xml(r, size):
    return b'<?xml version="1.0" encoding="UTF-8"?>\n<dossier>' + text(r, size) + b"</dossier>\n"


def rtf(r, size):
    return b"{\\rtf1\\ansi\\deff0 {\\fonttbl{\\f0 Arial;}}\\f0 " + text(r, size) + b"}"


MAKERS = [
    ("docx", lambda r, n: office(r, n, "docx"), 5), ("xlsx", lambda r, n: office(r, n, "xlsx"), 4), ("pptx", lambda r, n: office(r, n, "pptx"), 2),
    ("odt", odt, 2), ("pdf", pdf, 5), ("doc", ole, 3), ("xls", ole, 2), ("jpg", jpeg, 7), ("png", png, 3), ("mp4", mp4, 2), ("txt", text, 3),
    ("csv", numbers, 3), ("xml", xml, 2), ("rtf", rtf, 1), ("eml", eml, 1), ("zip", lambda r, n: pack([("a/%d.csv" % i, numbers(r, n)) for i in range(4)]), 3),
    ("7z", seven, 2), ("gz", lambda r, n: zlib_gzip(text(r, n * 3)), 2), ("tgz", lambda r, n: tar(r, n, "w:gz"), 1), ("tar", lambda r, n: tar(r, n // 3, "w:"), 1),
    ("xz", lambda r, n: __import__("lzma").compress(numbers(r, n * 4)), 1), ("sqlite", database, 2),
]
LARGE = [("vhd", vhd, 1), ("vmdk", vmdk, 1), ("vhdx", vhdx, 1), ("sqlite", database, 1), ("zip", lambda r, n: pack([("b%d.csv" % i, numbers(r, n)) for i in range(12)]), 1),
         ("mp4", mp4, 1)]


def zlib_gzip(data):
    c = zlib.compressobj(6, zlib.DEFLATED, 31)
    return c.compress(data) + c.flush()


def owned(r):
    """What the owner encrypted: random by right."""
    name = lambda: "eigen%05d" % r.randrange(100000)
    n = r.choice((5000, 20000, 90000))
    kind = r.randrange(7)
    if kind == 0:
        return name() + ".gpg", b"\x8c\x0d\x04\x09\x03\x08" + r.randbytes(8) + b"\xff" + b"\xd2" + b"\xff" + struct.pack(">I", n) + b"\x01" + r.randbytes(n - 1)
    if kind == 1:
        return name() + ".kdbx", b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5" + struct.pack("<I", 0x40000) + r.randbytes(n)
    if kind == 2:
        return name() + ".hc", r.randbytes(n // 4096 * 4096 + 4096)
    if kind == 3:
        return name() + ".docx", ole(r, n, [("EncryptionInfo", text(r, 800)), ("EncryptedPackage", r.randbytes(n))])
    if kind == 4:
        out = bytearray(pdf(r, n))
        out = out.replace(b"/Filter /FlateDecode", b"/Filter/FlateDecode ")
        at = 0
        while True:
            at = out.find(b"stream\n", at)
            if at < 0:
                break
            end = out.find(b"\nendstream", at)
            if end < 0:
                break
            out[at + 7:end] = r.randbytes(end - at - 7)
            at = end + 12
        return name() + ".pdf", bytes(out).replace(b"/Root", b"/Encrypt 9 0 R /Root")
    if kind == 5:
        members = pack([("a.csv", numbers(r, n)), ("b.csv", numbers(r, n))])
        out = bytearray(members)
        at = 0
        while out[at:at + 4] == b"PK\x03\x04":
            size, names, extra = struct.unpack_from("<I", out, at + 18)[0], *struct.unpack_from("<HH", out, at + 26)
            out[at + 6] |= 1
            data = at + 30 + names + extra
            out[data:data + size] = r.randbytes(size)
            at = data + size
        while out[at:at + 4] == b"PK\x01\x02":
            out[at + 8] |= 1
            at += 46 + sum(struct.unpack_from("<HHH", out, at + 28))
        return name() + ".zip", bytes(out)
    return name() + ".7z", OWN_SEVEN[r.randrange(len(OWN_SEVEN))] + bytes(r.randrange(1, 200))


def size_of(r):
    return int(2 ** r.uniform(12.5, 18.5))


# --- ways of encrypting: data in, (data, class) out ---
MIB = 1 << 20


def whole(r, d):
    return r.randbytes(len(d)), "whole"


def head(r, d):
    return r.randbytes(min(4096, len(d))) + d[4096:], "part" if len(d) > 4096 else "whole"


def turns(r, d):
    out = bytearray(d)
    for at in range(0, len(d), 2 * MIB):
        out[at:at + MIB] = r.randbytes(min(MIB, len(d) - at))
    return bytes(out), "part" if len(d) > MIB else "whole"


def slices(r, d):
    n = max(1024, len(d) // 10)
    out = bytearray(d)
    for at in (0, (len(d) - n) // 2, len(d) - n):
        at = max(0, at)
        out[at:at + n] = r.randbytes(min(n, len(d) - at))
    return bytes(out), "part" if n * 3 < len(d) else "whole"


def footer(r, d):
    return r.randbytes(len(d)) + b"\x01\x02\x10\x00" + struct.pack("<Q", len(d)) + b"LOCKMARK" * 8 + r.randbytes(256), "whole"


def twice(r, d):
    return r.randbytes(len(d) + 512), "whole"


def renamed(r, d):
    return d, "renamed"


def zeroed(r, d):
    if r.random() < 0.7:
        return b"\0" * len(d), "zeroed"
    n = max(4096, len(d) // 3) if len(d) > 8192 else len(d)
    return b"\0" * n + d[n:], "zeroed"


STYLES = {
    # name: way, ending, note name
    "whole": (whole, ".akira", "akira_readme.txt"),
    "head4k": (head, ".lockbit", "Restore-My-Files.txt"),
    "everysecond": (turns, ".play", "ReadMe.txt"),
    "slices": (slices, ".rhysida", "README.txt"),
    "footer": (footer, ".xyzq7", "README-xyzq7.txt"),
    "random-extension": (whole, None, "HOW_TO_RECOVER_FILES.txt"),
    "extension-kept": (whole, "", "!!readme!!!.txt"),
    "renamed-only": (renamed, ".blacksuit", "README.BlackSuit.txt"),
    "zeroed": (zeroed, "", None),
    "re-encrypted": (twice, ".lockbit.medusa", "!!!READ_ME_MEDUSA!!!.txt"),
    "interrupted": (whole, ".mallox", None),
    "over-smb": (turns, ".8jk2lq", "8jk2lq-README.txt"),
}
NOTE = ("Your network has been penetrated. All files on each host have been encrypted with a strong algorithm. Backups were encrypted. "
        "We exclusively have decryption software. To get your files back write to us with Tor browser, pay in bitcoin within 3 days, "
        "or your data will be published. Do not rename encrypted files.\n")


def make_tree(out, style, base, r):
    way, ending, note = STYLES[style]
    if ending is None:
        ending = "." + "".join(r.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(9))
        note = ending[1:] + "." + note
    root = os.path.join(out, style)
    truth = []
    hit = [n for n in base if r.random() < 0.75]
    hit_names = {n for n, _ in hit}
    when = START
    noted = set()
    for i, (name, data) in enumerate(base):
        folder = ("Burgerzaken", "Financien/2025", "Personeel", "Technische dienst/plannen")[i % 4]
        os.makedirs(os.path.join(root, "Data", folder), exist_ok=True)
        path = os.path.join("Data", folder, name)
        label = "intact"
        full = os.path.join(root, path)
        if name in hit_names and not (style == "interrupted" and i > len(base) // 2):
            data, label = way(r, data)
            path += ending
            when += r.uniform(0.5, 14)
            full = os.path.join(root, path)
        open(full, "wb").write(data)
        t = when if label != "intact" else START - r.randrange(86400 * 30, 86400 * 900)
        os.utime(full, (t, t))
        truth.append((label, path))
        if label != "intact" and note and folder not in noted:
            noted.add(folder)
            n = os.path.join(root, "Data", folder, note)
            open(n, "w").write(NOTE)
            os.utime(n, (t, t))
            truth.append(("intact", os.path.join("Data", folder, note)))
    for _ in range(12):
        name, data = owned(r)
        os.makedirs(os.path.join(root, "Data", "Eigen"), exist_ok=True)
        path = os.path.join("Data", "Eigen", name)
        open(os.path.join(root, path), "wb").write(data)
        os.utime(os.path.join(root, path), (START - 9000000, START - 9000000))
        truth.append(("owned", path))
    open(os.path.join(out, style + ".truth"), "w").write("".join("%s\t/%s\n" % t for t in truth))
    open(os.path.join(out, style + ".window"), "w").write("%d %d\n" % (START, int(when)))


def make_base(r):
    base = []
    for kind, maker, count in MAKERS:
        for _ in range(count):
            base.append(("stuk%04d.%s" % (len(base), kind), maker(r, size_of(r))))
    for kind, maker, count in LARGE:
        for _ in range(count):
            base.append(("groot%04d.%s" % (len(base), kind), maker(r, 4 * MIB + r.randrange(MIB) // 512 * 512)))
    r.shuffle(base)
    return base


def make_clean(out, r, count):
    """Sound packed files and files that their owner encrypted, alone: nothing may be called damaged."""
    truth = []
    makers = [m for m in MAKERS if m[0] in ("docx", "xlsx", "pdf", "jpg", "png", "zip", "gz", "xz", "mp4", "doc", "odt")]
    for i in range(count):
        folder = os.path.join(out, "clean", "map%02d" % (i % 20))
        os.makedirs(folder, exist_ok=True)
        if i % 3 == 0:
            name, data = owned(r)
        else:
            kind, maker, _ = makers[i % len(makers)]
            name, data = "stuk.%s" % kind, maker(r, int(2 ** r.uniform(12, 15.5)))
        name = "%04d%s" % (i, name)
        open(os.path.join(folder, name), "wb").write(data)
        truth.append(("owned" if i % 3 == 0 else "intact", "map%02d/%s" % (i % 20, name)))
    open(os.path.join(out, "clean.truth"), "w").write("".join("%s\t/%s\n" % t for t in truth))


def main():
    global TMP, OWN_SEVEN, TEXT, NUMBERS
    out = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
    os.makedirs(out, exist_ok=True)
    TMP = os.path.join(out, "tmp")
    os.makedirs(TMP, exist_ok=True)
    r = random.Random(seed)
    TEXT, NUMBERS = pool_of_text(r), pool_of_numbers(r)
    OWN_SEVEN = [seven(r, 40000 * (i + 1), "-pgeheim", "-mhe=on") for i in range(3)]
    base = make_base(r)
    for style in STYLES:
        r.shuffle(base)
        make_tree(out, style, base, r)
    make_clean(out, r, count)
    shutil.rmtree(TMP)


if __name__ == "__main__":
    main()
