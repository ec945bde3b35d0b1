"""regions.py - where things lie in an image: what the bundle of its undamaged run says, and what its structures say of themselves."""
import collections
import re
import sqlite3
import struct
import subprocess

# what: kind of damage. inode: whose record this is (None: nobody's). Only bytes within start..start+length are changed.
Region = collections.namedtuple("Region", "what filesystem start length inode")
File = collections.namedtuple("File", "path kind state size mtime sha256 content inode filesystem file_id")
KEEP = ("allocated",)


class Bundle:
    """What a run said: files, extents, filesystems, volumes. each: of every evidence for itself, in `of`; workers lost by evidence, in `lost`."""

    def __init__(self, folder, each=False):
        db = sqlite3.connect("file:%s/data/case.db?immutable=1" % folder, uri=True)
        db.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")
        self.of, self.lost = collections.defaultdict(list), collections.Counter()
        columns = "f.path, f.kind, f.state, f.size, f.mtime, f.sha256, f.content, f.inode, f.filesystem_id, f.file_id"
        self.files = []
        for row in db.execute("SELECT s.evidence_id, %s FROM t_file f JOIN t_filesystem s USING(filesystem_id)" % columns):
            f = File(*row[1:])
            (self.of[row[0]] if each else self.files).append(f)
        for evidence, in db.execute("SELECT evidence_id FROM problems WHERE code LIKE 'worker-%'"):
            self.lost[evidence] += 1
        if not each:
            self.extents = collections.defaultdict(list)
            for file_id, start, length in db.execute("SELECT file_id, image_offset, length FROM extents WHERE image_offset IS NOT NULL"):
                self.extents[file_id].append((start, length))
            self.filesystems = list(db.execute("SELECT filesystem_id, type, start, length FROM t_filesystem"))
            self.volumes = list(db.execute("SELECT kind, start, length FROM volumes"))
        db.close()

    def kept(self):
        return [f for f in self.files if f.state in KEEP and f.sha256 and f.size]


def ext_regions(image, fs, start, length):
    sb = image[start + 1024:start + 2048]
    inodes, = struct.unpack_from("<I", sb, 0)
    first, log, per_group, inodes_per_group = (struct.unpack_from("<I", sb, at)[0] for at in (20, 24, 32, 40))
    if sb[56:58] != b"\x53\xef" or log > 6 or not inodes_per_group or not per_group:
        return
    block, size = 1024 << log, struct.unpack_from("<H", sb, 88)[0] or 128
    incompat, = struct.unpack_from("<I", sb, 96)
    desc = struct.unpack_from("<H", sb, 254)[0] if incompat & 0x80 else 32
    table = start + (first + 1) * block
    used = set()
    for n in range(inodes):
        group, index = divmod(n, inodes_per_group)
        low, = struct.unpack_from("<I", image, table + group * desc + 8)
        at = start + low * block + index * size
        if n + 1 >= 11 and at + size <= start + length and any(image[at:at + 2]):
            used.add(n + 1)
            yield Region("inode", fs, at, size, n + 1)
    yield Region("superblock", fs, start + 1024, 1024, None)
    yield Region("descriptors", fs, table, max(desc, 32), None)


def ext_folders(path, image, bundle, fs, start):
    sb = image[start + 1024:start + 2048]
    block = 1024 << struct.unpack_from("<I", sb, 24)[0]
    for f in bundle.files:
        if f.filesystem == fs and f.kind == "directory" and f.state in KEEP and f.inode:
            said = subprocess.run(["debugfs", "-R", "blocks <%d>" % f.inode, "%s?offset=%d" % (path, start) if start else path],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
            for word in said.split():
                if word.isdigit() and int(word):
                    yield Region("folder", fs, start + int(word) * block, block, f.inode)


def runs_of(record):
    """Data runs of the first unnamed $DATA of a record: (cluster, clusters)."""
    at = struct.unpack_from("<H", record, 20)[0]
    while at + 64 <= len(record):
        kind, length = struct.unpack_from("<II", record, at)
        if kind == 0x80 and record[at + 8] == 1:
            p, lcn = at + struct.unpack_from("<H", record, at + 32)[0], 0
            while p < len(record) and record[p]:
                a, b = record[p] & 15, record[p] >> 4
                count = int.from_bytes(record[p + 1:p + 1 + a], "little")
                lcn += int.from_bytes(record[p + 1 + a:p + 1 + a + b], "little", signed=True)
                yield lcn, count
                p += 1 + a + b
            return
        if kind == 0xffffffff or length < 24:
            return
        at += length


def ntfs_regions(image, fs, start, length):
    boot = image[start:start + 512]
    if boot[3:7] != b"NTFS":
        return
    sector, per = struct.unpack_from("<HB", boot, 11)
    cluster = sector * per
    mft, = struct.unpack_from("<Q", boot, 48)
    raw, = struct.unpack_from("<b", boot, 64)
    size = raw * cluster if raw > 0 else 1 << -raw
    n = 0
    for lcn, count in runs_of(image[start + mft * cluster:start + mft * cluster + size]):
        for at in range(start + lcn * cluster, start + (lcn + count) * cluster, size):
            if image[at:at + 4] == b"FILE" and n >= 24:
                base = int.from_bytes(image[at + 32:at + 38], "little")
                yield Region("record", fs, at, size, base or n)
            n += 1
    for at in range(start, min(start + length, len(image)) - 4096, cluster):
        if image[at:at + 4] == b"INDX":
            yield Region("folder", fs, at, 4096, None)
    yield Region("superblock", fs, start, 512, None)


def table_regions(image):
    if image[510:512] == b"\x55\xaa" and image[512:520] == b"EFI PART":
        yield Region("gpt", None, 512, 512, None)
        yield Region("gpt", None, 1024, 4096, None)
    elif image[510:512] == b"\x55\xaa" and not re.match(rb"NTFS|EXFAT|MSDOS|mkfs|MSWIN", image[3:11]):
        yield Region("mbr", None, 446, 66, None)


def regions(path, image, bundle):
    """Every region of a raw image that a kind of damage knows."""
    out = list(table_regions(image))
    for fs, kind, start, length in bundle.filesystems:
        if kind.startswith("ext"):
            out += ext_regions(image, fs, start, length)
            out += ext_folders(path, image, bundle, fs, start)
        elif kind == "ntfs":
            out += ntfs_regions(image, fs, start, length)
        else:
            out.append(Region("superblock", fs, start, 512, None))
    records = [(r.start, r.start + r.length) for r in out]
    for f in bundle.kept():
        for start, length in bundle.extents[f.file_id]:
            if f.kind == "file" and length >= 16 and not any(a < start + length and start < b for a, b in records):
                out.append(Region("content", f.filesystem, start, length, f.inode))
    out.append(Region("anywhere", None, 0, len(image), None))
    return out
