"""exFAT: mkfs.exfat makes the empty volume, own code every entry set, chain and bitmap bit.

Source: Microsoft exFAT file system specification (2019). Times with a valid offset from UTC
are turned into UTC by the truth; the others are taken as UTC.
"""
import random
import struct
import subprocess

import truth as truth_table
from fat import EPOCH, dos

DIRECTORY, ARCHIVE = 0x10, 0x20
POSSIBLE, NO_CHAIN = 1, 2
UTC, PLUS_TWO, NO_OFFSET = 0x80, 0x88, 0x00
END = 0xFFFFFFFF
SERIAL = 0x5EED5678


def rotate16(total, data, skip=()):
    for n, byte in enumerate(data):
        if n not in skip:
            total = ((total & 1) << 15 | total >> 1) + byte & 0xFFFF
    return total


def rotate32(data, skip):
    total = 0
    for n, byte in enumerate(data):
        if n not in skip:
            total = ((total & 1) << 31 | total >> 1) + byte & 0xFFFFFFFF
    return total


class Folder:
    def __init__(self, cluster, names, capacity):
        self.cluster, self.names, self.capacity, self.raw = cluster, names, capacity, bytearray()


class Exfat:
    def __init__(self, stem, size, label="EXFAT"):
        self.stem, self.path = stem, stem + ".img"
        with open(self.path, "wb") as out:
            out.truncate(size)
        subprocess.run(["mkfs.exfat", "-L", label, "-c", "4K", self.path], check=True,
                       stdout=subprocess.DEVNULL)
        self.image = open(self.path, "r+b")
        self._fix_serial()
        boot = self.get(0, 512)
        fat, fat_size, heap, self.count, root = struct.unpack_from("<IIIII", boot, 80)
        self.fat_at, self.heap, self.cluster = fat * 512, heap * 512, 512 << boot[109]
        self.table = bytearray(self.get(self.fat_at, fat_size * 512))
        raw = self.get(self.at(root), self.cluster)
        self.root = Folder(root, (), self.cluster)
        at = 0
        while raw[at]:
            if raw[at] == 0x81:
                self.bitmap_at = self.at(struct.unpack_from("<I", raw, at + 20)[0])
            at += 32
        self.root.raw += raw[:at]
        self.bitmap = bytearray(self.get(self.bitmap_at, -(-self.count // 8)))
        self.upcase = [ord(c) if len(c) == 1 and ord(c) < 0x10000 else n
                       for n, c in enumerate(map(self._upper, range(0x10000)))]
        self.next, self.folders, self.number = root + 1, [self.root], 0
        self.truth = truth_table.Truth()

    @staticmethod
    def _upper(code):
        return chr(code) if 0xD800 <= code < 0xE000 else chr(code).upper()

    def _fix_serial(self):
        """mkfs.exfat takes the serial number from the clock."""
        for start in (0, 12 * 512):
            self.put(start + 100, struct.pack("<I", SERIAL))
            total = rotate32(self.get(start, 11 * 512), (106, 107, 112))
            self.put(start + 11 * 512, struct.pack("<I", total) * 128)

    def get(self, at, size):
        self.image.seek(at)
        return self.image.read(size)

    def put(self, at, data):
        self.image.seek(at)
        self.image.write(data)

    def at(self, cluster):
        return self.heap + (cluster - 2) * self.cluster

    def mark(self, cluster):
        self.bitmap[cluster - 2 >> 3] |= 1 << (cluster - 2 & 7)

    def chain(self, clusters):
        for here, following in zip(clusters, list(clusters[1:]) + [END]):
            struct.pack_into("<I", self.table, here * 4, following)

    def store(self, data, gap=0, clusters=None, deleted=False, chained=False):
        count = -(-len(data) // self.cluster)
        if clusters is None:
            clusters = [self.next + n * (gap + 1) for n in range(count)]
            self.next += count * (gap + 1)
        for n, cluster in enumerate(clusters):
            self.put(self.at(cluster), data[n * self.cluster:(n + 1) * self.cluster])
            if not deleted:
                self.mark(cluster)
        if chained and not deleted:
            self.chain(clusters)
        return clusters

    def entry(self, folder, name, attributes, flags, cluster, size, valid=None, deleted=False,
              seconds=None, zone=UTC, hundredths=0):
        seconds = EPOCH + 7200 * self.number if seconds is None else seconds
        self.number += 1
        shift = 7200 if zone == PLUS_TWO else 0
        moments = [seconds - 86400 + 1, seconds, (seconds + 3600) // 2 * 2]
        stamps = b""
        for moment in moments:
            date, time = dos(moment + shift)
            stamps += struct.pack("<HH", time, date)
        tens = [moments[0] % 2 * 100 + hundredths, moments[1] % 2 * 100 + hundredths]
        units = name.encode("utf-16-le", "surrogatepass")
        upper = struct.pack("<%dH" % (len(units) // 2),
                            *(self.upcase[u] for u in struct.unpack("<%dH" % (len(units) // 2), units)))
        pieces = -(-len(units) // 30)
        raw = bytearray(struct.pack("<BBHHH", 0x85, 1 + pieces, 0, attributes, 0) + stamps
                        + bytes(tens) + bytes([zone] * 3)).ljust(32, b"\0")
        raw += struct.pack("<BBBBHHQIIQ", 0xC0, flags, 0, len(units) // 2, rotate16(0, upper), 0,
                           size if valid is None else valid, 0, cluster, size)
        for n in range(pieces):
            raw += b"\xc1\0" + units[30 * n:30 * n + 30].ljust(30, b"\0")
        struct.pack_into("<H", raw, 2, rotate16(0, raw, (2, 3)))
        if deleted:
            for at in range(0, len(raw), 32):
                raw[at] &= 0x7F
        folder.raw += raw
        ns = [m * 10**9 for m in moments]
        return folder.names + (name.encode("utf-8", "surrogatepass"),), dict(
            btime=ns[0] + hundredths * 10**7, mtime=ns[1] + hundredths * 10**7, atime=ns[2], ctime=None,
            fn_mtime=None, fn_atime=None, fn_ctime=None, fn_btime=None,
            state="deleted" if deleted else "allocated")

    def file(self, folder, name, data=b"", gap=0, chained=None, clusters=None, expected=None, valid=None,
             **entry):
        chained = bool(gap) if chained is None else chained
        clusters = self.store(data, gap, clusters, entry.get("deleted"), chained)
        flags = POSSIBLE | (0 if chained else NO_CHAIN) if clusters else POSSIBLE
        path, row = self.entry(folder, name, ARCHIVE, flags, clusters[0] if clusters else 0, len(data),
                               valid, **entry)
        row["data"] = data if valid is None else data[:valid] + bytes(len(data) - valid)
        row.update(expected or {})
        self.truth.add(path, **row)
        return clusters

    def directory(self, folder, name, clusters=1, chained=True, **entry):
        size = clusters * self.cluster
        taken = self.store(bytes(size), deleted=entry.get("deleted"), chained=chained)
        path, row = self.entry(folder, name, DIRECTORY, POSSIBLE | (0 if chained else NO_CHAIN), taken[0],
                               size, **entry)
        self.truth.add(path, kind="directory", **row)
        new = Folder(taken[0], path, size)
        self.folders.append(new)
        return new

    def finish(self):
        for folder in self.folders:
            if len(folder.raw) > folder.capacity:
                raise ValueError("directory is full")
            self.put(self.at(folder.cluster), folder.raw)
        self.put(self.bitmap_at, self.bitmap)
        self.put(self.fat_at, self.table)
        self.image.close()
        self.truth.write(self.stem)


def noise(seed, size):
    return random.Random(seed).randbytes(size)


def basic(stem):
    fs = Exfat(stem, 8 << 20)
    fs.file(fs.root, "readme.txt", b"contiguous, no FAT chain\n")
    fs.file(fs.root, "empty.bin")
    fs.file(fs.root, "no_chain.bin", noise(1, 30_001))
    fs.file(fs.root, "chained_contiguous.bin", noise(2, 20_000), chained=True)
    fs.file(fs.root, "chained_fragments.bin", noise(3, 40_000), gap=1)
    fs.file(fs.root, "résumé – 日本語 😀.txt", b"Unicode name\n")
    fs.file(fs.root, "n" * 255, b"255 units\n")
    fs.file(fs.root, "plus_two_hours.txt", b"written at UTC+2\n", zone=PLUS_TWO)
    fs.file(fs.root, "no_offset.txt", b"no offset recorded\n", zone=NO_OFFSET)
    fs.file(fs.root, "hundredths.txt", b"0.37 s\n", hundredths=37)
    fs.file(fs.root, "valid_length.bin", noise(4, 20_000), valid=9_000)
    folder = fs.directory(fs.root, "folder", clusters=2)
    inner = fs.directory(folder, "directory without a chain", clusters=2, chained=False)
    fs.file(inner, "deep.txt", b"two levels down\n")
    for n in range(30):
        fs.file(folder, "entry number %02d.txt" % n, b"%d\n" % n)
    fs.file(fs.root, "deleted_contiguous.bin", noise(5, 17_000), deleted=True)
    fresh = noise(7, 12_000)
    where = fs.file(fs.root, "deleted_overwritten.bin", noise(6, 12_000), deleted=True,
                    expected=dict(data=None, size=12_000, content="!complete",
                                  sha256="!" + truth_table.sha256(fresh)))
    fs.file(fs.root, "overwriter.bin", fresh, clusters=where)
    gone = fs.directory(fs.root, "deleted folder", deleted=True)
    fs.file(gone, "child.txt", b"parent deleted as well\n", deleted=True, expected=dict(content="*"))
    fs.finish()


IMAGES = dict(exfat_basic=basic)
