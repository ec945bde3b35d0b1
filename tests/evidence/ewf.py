"""E01 images, written here so that every byte and every stored hash is ours to choose.

Source: "Expert Witness Compression Format" by the libewf project (EWF-E01, EnCase 6 layout).
One image, ewf_acquired, is made by ewfacquire itself; its header holds the clock's time.
"""
import hashlib
import os
import random
import struct
import subprocess
import tempfile
import zlib

import ext
import ext_images
import truth as truth_table

SIGNATURE = b"EVF\x09\x0d\x0a\xff\x00"
SECTORS, SECTOR = 64, 512
CHUNK = SECTORS * SECTOR
DESCRIPTOR = 76
COMPRESSED = 0x80000000


def descriptor(kind, at, size, following=None):
    head = struct.pack("<16sQQ40x", kind, at + size if following is None else following, size)
    return head + struct.pack("<I", zlib.adler32(head))


def checked(data):
    return data + struct.pack("<I", zlib.adler32(data))


def volume_data(chunks, sectors):
    return checked(struct.pack("<B3xIIIQ12xB3xIIIB3xII16s963x5x", 1, chunks, SECTORS, SECTOR, sectors, 1,
                               0, 0, 0, 1, SECTORS, 0, bytes(range(16))))


def header_text(wide):
    keys = "a\tc\tn\te\tt\tav\tov\tm\tu\tp"
    values = "test image\tcase 1\tevidence 1\tnobody\tmade by a script\t6\tnone\t1670289240\t1670289240\t0"
    if wide:
        return zlib.compress(("\ufeff1\nmain\n%s\n%s\n\n" % (keys, values)).encode("utf-16-le"))
    values = values.replace("1670289240", "2022 12 6 1 14 0")
    return zlib.compress(("1\r\nmain\r\n%s\r\n%s\r\n\r\n" % (keys, values)).encode())


class Writer:
    """One segment file at a time; sections are linked by the offset of the next one."""

    def __init__(self, stem, number):
        self.file = open("%s.E%02d" % (stem, number), "wb")
        self.file.write(SIGNATURE + struct.pack("<BHH", 1, number, 0))

    def section(self, kind, data):
        at = self.file.tell()
        self.file.write(descriptor(kind, at, DESCRIPTOR + len(data)) + data)

    def end(self, kind):
        at = self.file.tell()
        self.file.write(descriptor(kind, at, DESCRIPTOR, at))
        self.file.close()

    def sectors(self, chunks):
        """The chunks and the two tables over them. Returns where each chunk lies."""
        start = self.file.tell() + DESCRIPTOR
        places, body = [], bytearray()
        for chunk in chunks:
            packed = zlib.compress(chunk, 6)
            small = len(packed) < len(chunk)
            raw = packed if small else checked(chunk)
            places.append((start + len(body), len(raw), small))
            body += raw
        self.section(b"sectors", bytes(body))
        head = checked(struct.pack("<I4xQ4x", len(places), 0))
        entries = b"".join(struct.pack("<I", at | (COMPRESSED if small else 0)) for at, _, small in places)
        for kind in (b"table", b"table2"):
            self.section(kind, head + checked(entries))
        return places


def write(stem, source, splits=(), md5=True, sha1=True, wrong=False):
    """source: bytes. splits: chunk numbers at which a new segment begins."""
    sectors = len(source) // SECTOR
    media = source[:sectors * SECTOR]
    chunks = [media[at:at + CHUNK] for at in range(0, len(media), CHUNK)]
    bounds = [0, *splits, len(chunks)]
    places = []
    for n, (first, last) in enumerate(zip(bounds, bounds[1:])):
        out = Writer(stem, n + 1)
        if n == 0:
            for wide in (True, True, False):
                out.section(b"header2" if wide else b"header", header_text(wide))
            out.section(b"volume", volume_data(len(chunks), sectors))
        else:
            out.section(b"data", volume_data(len(chunks), sectors))
        places += [(n + 1,) + place for place in out.sectors(chunks[first:last])]
        if last < len(chunks):
            out.end(b"next")
            continue
        hashed = source[::-1] if wrong else source
        if sha1:
            out.section(b"digest", checked(hashlib.md5(hashed).digest() + hashlib.sha1(hashed).digest() + bytes(40)))
        if md5:
            out.section(b"hash", checked(hashlib.md5(hashed).digest() + bytes(16)))
        out.end(b"done")
    return places


def source_of(maker):
    """(bytes, Truth with its rows, stem in a folder that lives on) of another image."""
    folder = tempfile.TemporaryDirectory()
    stem = os.path.join(folder.name, "source")
    maker(stem)
    with open(stem + ".img", "rb") as image:
        return image.read(), stem, folder


def small_source(stem):
    """Folders and small files first, one large file behind them."""
    image = ext.Image(stem, megabytes=8, label="EWF")
    image.add(b"/folder", "directory")
    for n in range(5):
        image.add(b"/folder/small%d.txt" % n, data=b"small file %d\n" % n)
    lines = b"".join(b"line %d of a large text\n" % n for n in range(60_000))
    image.add(b"/large.txt", data=lines)
    image.populate()
    image.rows()
    image.finish()


def large_range(data):
    """Where large.txt lies in the image, in whole chunks inside it."""
    start = data.index(b"line 0 of a large text\n")
    end = data.index(b"line 59999 of a large text\n")
    return -(-start // CHUNK), end // CHUNK


def make(stem, maker=small_source, change=None, verdict="match", splits=None, **options):
    data, inner, folder = source_of(maker)
    truth = truth_table.Truth()
    truth.take(inner, change=change)
    truth.expect("hash_verdict", verdict)
    if verdict == "mismatch":
        truth.expect("exit", 4)
    first, last = large_range(data) if maker is small_source else (0, 0)
    places = write(stem, data, splits(first, last) if splits else (), **options)
    folder.cleanup()
    return data, truth, places, first


def plain(**options):
    def maker(stem):
        make(stem, **options)[1].write(stem)
    return maker


def partial(row):
    if row["path"] == "/large.txt":
        row.update(content="partial", sha256="*")


def thirds(first, last):
    return [first + (last - first) // 3, first + 2 * (last - first) // 3]


def damaged(stem):
    """300 bytes overwritten inside one compressed chunk of large.txt (L1)."""
    data, truth, places, first = make(stem, change=partial, verdict="mismatch")
    _, at, size, small = places[first + 3]
    assert small and size > 400
    with open(stem + ".E01", "r+b") as out:
        out.seek(at + 50)
        out.write(random.Random(1).randbytes(min(300, size - 60)))
    truth.expect("problem", "chunk")
    truth.write(stem)


def missing(number):
    def maker(stem):
        _, truth, _, _ = make(stem, change=partial, verdict="*", splits=thirds)
        os.unlink("%s.E%02d" % (stem, number))
        # the stored hash lies in the last segment
        truth.expectations = [("problem", "segment"), ("exit", 3 if number == 3 else 4)]
        truth.write(stem)
    return maker


def table_damaged(stem):
    """The first table is broken, the second is whole."""
    _, truth, places, _ = make(stem)
    _, at, size, _ = places[-1]
    with open(stem + ".E01", "r+b") as out:
        out.seek(at + size + DESCRIPTOR + 24 + 40)
        out.write(b"\xff" * 16)
    truth.write(stem)


def odd(stem):
    """Source of 20,000,000 - 7 bytes: media in whole sectors, the stored hash over everything (L4)."""
    data, inner, folder = source_of(small_source)
    truth = truth_table.Truth()
    truth.take(inner)
    write(stem, data + b"odd tail" * 25)
    truth.expect("hash_verdict", "mismatch")
    truth.expect("exit", 4)
    truth.write(stem)
    folder.cleanup()


def acquired(stem):
    data, inner, folder = source_of(ext_images.IMAGES["ext4_basic"])
    subprocess.run(["ewfacquire", "-u", "-q", "-t", stem, "-f", "encase6", "-c", "deflate:fast", "-d", "sha1",
                    "-C", "case 1", "-E", "evidence 1", "-e", "nobody", "-N", "none", "-D", "test image",
                    "-m", "fixed", "-M", "logical", "-b", "64", "-S", "2000000", inner + ".img"], check=True,
                   stdout=subprocess.DEVNULL)
    truth = truth_table.Truth()
    truth.take(inner)
    truth.expect("hash_verdict", "match")
    truth.write(stem)
    folder.cleanup()


IMAGES = dict(
    ewf_basic=plain(maker=ext_images.IMAGES["ext4_basic"]), ewf_split=plain(splits=thirds),
    ewf_acquired=acquired, ewf_damaged=damaged, ewf_missing_last=missing(3), ewf_missing_middle=missing(2),
    ewf_table_damaged=table_damaged, ewf_odd=odd,
    ewf_hash_none=plain(md5=False, sha1=False, verdict="none-stored"), ewf_hash_md5=plain(sha1=False),
    ewf_hash_sha1=plain(md5=False), ewf_hash_wrong=plain(wrong=True, verdict="mismatch"))
