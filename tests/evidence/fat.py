"""FAT12, FAT16 and FAT32: mkfs.fat makes the volume, own code every entry and chain.

Source: Microsoft FAT specification (2005), [MS-FAT] long names. Times are local to whoever
wrote them; the truth takes them as UTC.
"""
import random
import struct
import subprocess

import truth as truth_table

EPOCH = 1_649_139_694
READ_ONLY, HIDDEN, SYSTEM, LABEL, DIRECTORY, ARCHIVE = 1, 2, 4, 8, 0x10, 0x20
LOWER_BASE, LOWER_EXTENSION = 8, 0x10
DAYS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


def dos(seconds):
    """Seconds since 1970 to a DOS date and time."""
    days, rest = divmod(seconds, 86400)
    year = 1970
    while days >= 365 + leap(year):
        days -= 365 + leap(year)
        year += 1
    month = 12
    while days < DAYS[month - 1] + (leap(year) and month > 2):
        month -= 1
    day = days - DAYS[month - 1] - (leap(year) and month > 2) + 1
    return ((year - 1980) << 9 | month << 5 | day,
            rest // 3600 << 11 | rest // 60 % 60 << 5 | rest % 60 // 2)


def leap(year):
    return int(year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))


def short_checksum(short):
    total = 0
    for byte in short:
        total = ((total & 1) << 7 | total >> 1) + byte & 0xFF
    return total


def split_short(name):
    base, _, extension = name.rpartition(".") if "." in name.strip(".") else (name, "", "")
    return base.encode("cp437").ljust(8)[:8] + extension.encode("cp437").ljust(3)[:3]


class Folder:
    def __init__(self, fat, cluster, names, room=None):
        self.fat, self.cluster, self.names, self.room = fat, cluster, names, room
        self.raw = bytearray()

    def append(self, raw):
        self.raw += raw
        if self.room is not None and len(self.raw) > self.room:
            raise ValueError("root directory is full")


class Fat:
    def __init__(self, stem, bits, size, sectors_per_cluster=1, label="EVIDENCE", serial="5EED1234",
                 sector=512):
        self.stem, self.path, self.bits = stem, stem + ".img", bits
        with open(self.path, "wb") as out:
            out.truncate(size)
        subprocess.run(["mkfs.fat", "-F", str(bits), "-i", serial, "-n", label, "-s",
                        str(sectors_per_cluster), "-S", str(sector), "--invariant", self.path],
                       check=True, stdout=subprocess.DEVNULL)
        self.image = open(self.path, "r+b")
        boot = self.image.read(512)
        self.spc = boot[13]
        reserved, fats, entries = struct.unpack_from("<HBH", boot, 14)
        per_fat = struct.unpack_from("<H", boot, 22)[0] or struct.unpack_from("<I", boot, 36)[0]
        self.fat_at = [(reserved + n * per_fat) * sector for n in range(fats)]
        self.fat_size = per_fat * sector
        self.root_at = (reserved + fats * per_fat) * sector
        self.data_at = self.root_at + entries * 32
        self.cluster = self.spc * sector
        self.count = (size - self.data_at) // self.cluster
        self.image.seek(self.fat_at[0])
        self.table = bytearray(self.image.read(self.fat_size))
        self.next = 3 if bits == 32 else 2
        self.end = {12: 0xFFF, 16: 0xFFFF, 32: 0x0FFFFFFF}[bits]
        self.truth, self.number = truth_table.Truth(), 0
        self.root = Folder(self, 2 if bits == 32 else 0, (), entries * 32 or None)
        self.image.seek(self.at(2) if bits == 32 else self.root_at)
        self.root.append(self.image.read(32))
        self.folders = [self.root]

    # -- clusters ---------------------------------------------------------------------
    def at(self, cluster):
        return self.data_at + (cluster - 2) * self.cluster

    def set(self, cluster, value):
        if self.bits == 32:
            struct.pack_into("<I", self.table, cluster * 4, value)
        elif self.bits == 16:
            struct.pack_into("<H", self.table, cluster * 2, value)
        else:
            at = cluster * 3 // 2
            old, = struct.unpack_from("<H", self.table, at)
            new = old & 0x000F | value << 4 if cluster & 1 else old & 0xF000 | value
            struct.pack_into("<H", self.table, at, new)

    def chain(self, clusters):
        for here, following in zip(clusters, list(clusters[1:]) + [self.end]):
            self.set(here, following)

    def take(self, count, gap=0):
        """Clusters in rising order; gap: clusters left free after each."""
        out = [self.next + n * (1 + gap) for n in range(count)]
        self.next += count * (1 + gap)
        if self.next > self.count + 2:
            raise MemoryError("volume full")
        return out

    def write(self, clusters, data):
        for n, cluster in enumerate(clusters):
            self.image.seek(self.at(cluster))
            self.image.write(data[n * self.cluster:(n + 1) * self.cluster])

    # -- entries ----------------------------------------------------------------------
    def entry(self, folder, name, attributes, cluster, size, short=None, seconds=None, hundredths=0,
              deleted=False, case=0):
        """Long name entries and the short one; returns the truth's path and times."""
        seconds = EPOCH + 7200 * self.number if seconds is None else seconds
        raw_short = split_short(short or name.upper())
        entries = []
        long = short is not None or (name.upper() != name and not case)
        if long:
            units = name.encode("utf-16-le", "surrogatepass")
            padded = units if len(units) % 26 == 0 else (units + b"\0\0").ljust(-(-len(units) // 26) * 26, b"\xff")
            total, check = len(padded) // 26, short_checksum(raw_short)
            for n in range(total, 0, -1):
                part = padded[26 * n - 26:26 * n]
                entries.append(bytes([n | (0x40 if n == total else 0)]) + part[:10] + b"\x0f\0" + bytes([check])
                               + part[10:22] + b"\0\0" + part[22:])
        date, time = dos(seconds)
        created_date, created_time = dos(seconds - 86400 + 1)
        accessed, _ = dos(seconds + 86400)
        odd = (seconds - 86400 + 1) % 2 * 100 + hundredths
        entries.append(raw_short + struct.pack("<BBBHHHHHHHI", attributes, case, odd, created_time, created_date,
                                               accessed, cluster >> 16, time, date, cluster & 0xFFFF, size))
        if deleted:
            entries = [b"\xe5" + e[1:] for e in entries]
        folder.append(b"".join(entries))
        self.number += 1
        shown = name if long or not deleted else "_" + name[1:]
        return folder.names + (shown.encode("utf-8", "surrogatepass"),), dict(
            mtime=seconds // 2 * 2 * 10**9, atime=(seconds + 86400) // 86400 * 86400 * 10**9, ctime=None,
            btime=(seconds - 86400 + 1) * 10**9 + hundredths * 10**7,
            fn_mtime=None, fn_atime=None, fn_ctime=None, fn_btime=None)

    def file(self, folder, name, data=b"", gap=0, clusters=None, attributes=ARCHIVE, expected=None, **entry):
        need = -(-len(data) // self.cluster)
        clusters = self.take(need, gap) if clusters is None else clusters
        self.write(clusters, data)
        deleted = entry.get("deleted")
        if not deleted:
            self.chain(clusters)
        path, times = self.entry(folder, name, attributes, clusters[0] if clusters else 0, len(data), **entry)
        row = dict(times, state="deleted" if deleted else "allocated", data=data)
        row.update(expected or {})
        data = row.pop("data")
        self.truth.add(path, data=data, **row)
        return clusters

    def directory(self, parent, name, cluster=None, listed=True, **entry):
        """A new directory; with cluster, one more entry for an existing one."""
        new = cluster is None
        first = self.take(1)[0] if new else cluster
        path, times = self.entry(parent, name, DIRECTORY, first, 0, **entry)
        deleted = entry.get("deleted")
        if listed:
            self.truth.add(path, kind="directory", state="deleted" if deleted else "allocated", **times)
        if not new:
            return None
        folder = Folder(self, first, path)
        if not deleted:
            self.chain([first])
        date, time = dos(EPOCH)
        for dots, target in ((b".", first), (b"..", parent.cluster if parent is not self.root else 0)):
            folder.append(dots.ljust(11) + struct.pack("<BBBHHHHHHHI", DIRECTORY, 0, 0, time, date, date,
                                                       target >> 16, time, date, target & 0xFFFF, 0))
        folder.deleted = deleted
        self.folders.append(folder)
        return folder

    def finish(self):
        for folder in self.folders:
            if folder.room is not None:
                self.image.seek(self.root_at)
                self.image.write(folder.raw)
                continue
            more = -(-len(folder.raw) // self.cluster) - 1
            clusters = [folder.cluster] + self.take(max(more, 0))
            self.write(clusters, bytes(folder.raw).ljust(len(clusters) * self.cluster, b"\0"))
            if not getattr(folder, "deleted", False):
                self.chain(clusters)
        if self.bits == 32:
            self._count_free()
        for at in self.fat_at:
            self.image.seek(at)
            self.image.write(self.table)
        self.image.close()
        self.truth.write(self.stem)

    def _count_free(self):
        used = sum(1 for n in range(2, self.count + 2) if self.table[4 * n:4 * n + 4] != bytes(4))
        self.image.seek(512 + 488)
        self.image.write(struct.pack("<II", self.count - used, self.next))


def noise(seed, size):
    return random.Random(seed).randbytes(size)


def basic_of(bits, size, spc, sector=512):
    def make(stem):
        fat = Fat(stem, bits, size, spc, label="FAT%d" % bits, sector=sector)
        unit = fat.cluster
        fat.file(fat.root, "README.TXT", b"short name only\n")
        fat.file(fat.root, "lower.txt", b"case bits, no long name\n", case=LOWER_BASE | LOWER_EXTENSION)
        fat.file(fat.root, "EMPTY.BIN")
        fat.file(fat.root, "Readable long name.document.txt", b"long name\n", short="READAB~1.TXT")
        fat.file(fat.root, "résumé – ěščř 日本語 😀.txt", b"Unicode long name\n", short="RSUM~1.TXT")
        fat.file(fat.root, "n" * 255, b"255 units\n", short="NNNNNN~1")
        fat.file(fat.root, "exactly13char", b"no terminator\n", short="EXACTL~1")
        fat.file(fat.root, "HIDDEN.SYS", b"hidden\n", attributes=HIDDEN | SYSTEM)
        fat.file(fat.root, "OLD.TXT", b"1980\n", seconds=315_705_600, hundredths=99)
        fat.file(fat.root, "NEW.TXT", b"2107\n", seconds=4_354_732_798 - 86_400 * 2)
        fat.file(fat.root, "LEAP.TXT", b"29 February\n", seconds=1_582_934_400 + 43_210, hundredths=37)
        fat.file(fat.root, "LARGE.BIN", noise(1, 20 * unit + 7))
        fat.file(fat.root, "FRAGMENT.BIN", noise(2, 9 * unit), gap=1)
        folder = fat.directory(fat.root, "FOLDER")
        inner = fat.directory(folder, "A directory with a long name", short="ADIREC~1")
        fat.file(inner, "deep.txt", b"two levels down\n", short="DEEP.TXT")
        for n in range(40):
            fat.file(folder, "entry number %02d.txt" % n, b"%d\n" % n, short="ENTRY~%02d.TXT" % n)
        deleted_files(fat)
        fat.finish()
    return make


def deleted_files(fat):
    unit = fat.cluster
    fat.file(fat.root, "Deleted and contiguous.bin", noise(3, 5 * unit - 3), short="DELETE~1.BIN",
             deleted=True, expected=dict(content="*"))
    fat.file(fat.root, "GONE.TXT", b"first letter lost\n", deleted=True, expected=dict(content="*"))
    lost, fresh = noise(4, 4 * unit), noise(5, 4 * unit)
    where = fat.file(fat.root, "Deleted and overwritten.bin", lost, short="DELETE~2.BIN", deleted=True,
                     expected=dict(data=None, size=len(lost), content="!complete",
                                   sha256="!" + truth_table.sha256(fresh)))
    fat.file(fat.root, "OVERWRIT.BIN", fresh, clusters=where)
    gone = fat.directory(fat.root, "deleted folder", short="DELETE~3", deleted=True)
    fat.file(gone, "child of deleted.txt", b"parent deleted as well\n", short="CHILDO~1.TXT", deleted=True,
             expected=dict(content="*"))


def crossed(stem):
    """20 x 20 sub-directory entries lead to one cluster, whose ten entries lead back (W9)."""
    fat = Fat(stem, 32, 36 << 20, 1, label="W9")
    upper = [fat.directory(fat.root, "D%02d" % n) for n in range(20)]
    shared = fat.directory(upper[0], "S00")
    for n, folder in enumerate(upper):
        for k in range(20):
            if (n, k) != (0, 0):
                fat.directory(folder, "S%02d" % k, cluster=shared.cluster)
    for n in range(10):
        fat.directory(shared, "T%d" % n, cluster=upper[n].cluster)
    fat.file(shared, "FILE.TXT", b"one file behind factorially many paths\n")
    fat.truth.expect("min_files", 431)
    fat.truth.expect("max_files", 2000)
    fat.finish()


IMAGES = dict(fat12=basic_of(12, 1_474_560, 1), fat16=basic_of(16, 6 << 20, 1),
              fat32=basic_of(32, 36 << 20, 1), fat32_crossed=crossed)
