"""ext2/3/4 images: mke2fs and debugfs build them, own code then sets what those cannot.

Sources: kernel Documentation/filesystems/ext4 (inodes, directory entries, checksums),
mke2fs(8), debugfs(8). debugfs works on a plain file and as any user; its order of
allocation does not depend on the host, unlike that of `mke2fs -d`.
"""
import os
import shutil
import struct
import subprocess
import tempfile

import truth as truth_table

EPOCH = 1_649_139_695              # 2022-04-05 06:21:35 UTC
FEATURES = {
    "ext2": "none,ext_attr,dir_index,filetype,sparse_super,large_file",
    "ext3": "none,has_journal,ext_attr,resize_inode,dir_index,filetype,sparse_super,large_file",
    "ext4": "none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,"
            "sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum"}
UUID = "6f0a2c1e-5eed-4bad-8a11-0123456789ab"
MODES = dict(file=0o100644, directory=0o40755, link=0o120777, fifo=0o10644, socket=0o140755,
             chardev=0o20600, blockdev=0o60600)
EXTENTS_FLAG = 0x80000
SOCKET_TYPE = 6


def crc_table():
    table = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
        table.append(n)
    return table


CRC_TABLE = crc_table()


def crc32c(crc, data):
    table = CRC_TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc


def command(*words, stdin=None):
    env = dict(os.environ, E2FSPROGS_FAKE_TIME=str(EPOCH), E2FSCK_TIME=str(EPOCH), TZ="UTC",
               DEBUGFS_PAGER="cat")
    done = subprocess.run(words, env=env, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


class Image:
    """Build phase: add entries, then populate(). After it: inodes and blocks by number."""

    def __init__(self, stem, kind="ext4", megabytes=8, inode_size=256, block=4096, label="EVIDENCE",
                 inodes=None, extra=()):
        self.path, self.stem, self.kind = stem + ".img", stem, kind
        self.entries, self.script, self.truth = [], [], truth_table.Truth()
        self.temporary = tempfile.mkdtemp(prefix="evidence-")
        if os.path.exists(self.path):
            os.unlink(self.path)
        words = ["mke2fs", "-q", "-F", "-t", kind, "-O", FEATURES[kind], "-b", str(block), "-I",
                 str(inode_size), "-U", UUID, "-L", label, "-M", "/", "-E",
                 "hash_seed=%s,root_owner=0:0,lazy_itable_init=0,nodiscard" % UUID,
                 "-N", str(inodes or 512), *extra, self.path, "%dM" % megabytes]
        code, said = command(*words)
        if code:
            raise RuntimeError("mke2fs: " + said.decode(errors="replace"))

    # -- build ------------------------------------------------------------------------
    def add(self, path, kind="file", data=b"", target=None, device=(1, 3), times=None, **expected):
        """path: bytes, or a tuple of names. Printable names only: others by rename()."""
        names = truth_table.components(path)
        here, name = quoted((b"",) + names[:-1]), '"%s"' % names[-1].decode()
        number = len(self.entries)
        self.script.append("cd " + (here if len(names) > 1 else "/"))
        if kind == "directory":
            self.script.append("mkdir " + name)
        elif kind == "link":
            self.script.append('symlink %s "%s"' % (name, target.decode()))
        elif kind in ("chardev", "blockdev"):
            self.script.append("mknod %s %s %d %d" % (name, kind[0], *device))
        elif kind in ("fifo", "socket"):
            self.script.append("mknod %s p" % name)
        else:
            source = os.path.join(self.temporary, "%d" % number)
            with open(source, "wb") as out:
                write_parts(out, data)
            self.script.append("write %s %s" % (source, name))
        self.entries.append(dict(names=names, kind=kind, data=data, target=target, times=times,
                                 number=number, expected=expected))
        return self.entries[-1]

    def link(self, new, old, count=2):
        """One more name. debugfs leaves the link count alone: count is what it becomes."""
        self.script.append("cd /")
        self.script.append("ln %s %s" % (quoted((b"",) + truth_table.components(old)),
                                         quoted((b"",) + truth_table.components(new))))
        self.script.append("sif %s links_count %d" % (quoted((b"",) + truth_table.components(old)), count))

    def run(self, lines):
        """debugfs commands; it ends with 0 whatever happens, so its words are read."""
        text = "\n".join(lines) + "\n"
        code, said = command("debugfs", "-w", "-f", "-", self.path, stdin=text.encode())
        wrong = [line for line in said.split(b"\n") if line and not line.startswith(
            (b"debugfs", b"Allocated inode", b"Setting current time"))]
        if code or wrong:
            raise RuntimeError("debugfs: %r" % wrong[:5])

    def populate(self):
        """Run the script, then give every inode its exact times and plain ownership."""
        self.run(self.script)
        self.script = []
        self.file = open(self.path, "r+b")
        self._superblock()
        cache = {(): 2}
        for entry in self.entries:
            parent = self.resolve(entry["names"][:-1], cache)
            entry["inode"] = self.lookup(parent, entry["names"][-1])
            if entry["kind"] == "directory":
                cache[entry["names"]] = entry["inode"]
            entry["times"] = self.stamp(entry)
            if entry["kind"] == "socket":
                self.rename(parent, entry["names"][-1], entry["names"][-1], SOCKET_TYPE)
        shutil.rmtree(self.temporary)

    def resolve(self, names, cache):
        if names not in cache:
            cache[names] = self.lookup(self.resolve(names[:-1], cache), names[-1])
        return cache[names]

    def stamp(self, entry):
        """times: mtime, atime, ctime, btime in ns. Returns them as this inode can hold them."""
        base = (EPOCH + 3600 * entry["number"]) * 10**9
        times = entry["times"] or tuple(base + n * 86_400_000_000_000 + 123_456_789 * (n + 1) for n in range(4))
        raw = self.inode(entry["inode"])
        mode = MODES[entry["kind"]]
        struct.pack_into("<HH", raw, 0, mode, 0)
        struct.pack_into("<H", raw, 24, 0)
        return self.put_times(entry["inode"], raw, times)

    def put_times(self, number, raw, times):
        held = list(times)
        places = ((16, 0x88), (8, 0x8C), (12, 0x84), (0x90, 0x94))
        large = self.inode_size > 128
        for n, (low, high) in enumerate(places):
            seconds, rest = divmod(times[n], 10**9)
            if n == 3 and not large:
                held[n] = None
                continue
            struct.pack_into("<I", raw, low, seconds & 0xFFFFFFFF)
            if large:
                short = (seconds + (1 << 31)) % (1 << 32) - (1 << 31)
                struct.pack_into("<I", raw, high, (seconds - short) >> 32 & 3 | rest << 2)
            else:
                held[n] = seconds * 10**9
        if large:
            struct.pack_into("<H", raw, 0x80, 32)
        self.put_inode(number, raw)
        return held

    def rows(self, entries=None, **more):
        """Truth rows of what add() made."""
        for entry in self.entries if entries is None else entries:
            self.row(entry, **more)

    def row(self, entry, **more):
        kind, data = entry["kind"], entry["data"]
        columns = dict(zip(("mtime", "atime", "ctime", "btime"), entry["times"]))
        columns.update(fn_mtime=None, fn_atime=None, fn_ctime=None, fn_btime=None)
        columns.update(kind=kind, inode=entry["inode"])
        if kind == "file":
            whole = joined(data)
            columns.update(size=len(whole), sha256=truth_table.sha256(whole))
        elif kind == "link":
            columns.update(size=len(entry["target"]), link_target=entry["target"], content="*")
        else:
            columns.update(content="*")
        columns.update(entry["expected"])
        columns.update(more)
        return self.truth.add(columns.pop("path", entry["names"]), **columns)

    def finish(self):
        self.file.close()
        self.truth.write(self.stem)

    # -- bytes ------------------------------------------------------------------------
    def _superblock(self):
        self.file.seek(1024)
        raw = self.file.read(1024)
        self.block = 1024 << struct.unpack_from("<I", raw, 24)[0]
        self.first = struct.unpack_from("<I", raw, 20)[0]
        self.per_group = struct.unpack_from("<I", raw, 40)[0]
        self.inode_size = struct.unpack_from("<H", raw, 88)[0]
        self.seed = crc32c(0xFFFFFFFF, raw[104:120])
        self.checksums = bool(struct.unpack_from("<I", raw, 100)[0] & 0x400)
        wide = struct.unpack_from("<I", raw, 96)[0] & 0x80
        self.group_size = struct.unpack_from("<H", raw, 254)[0] if wide else 32

    def inode_at(self, number):
        group, index = divmod(number - 1, self.per_group)
        self.file.seek((self.first + 1) * self.block + group * self.group_size + 8)
        table, = struct.unpack("<I", self.file.read(4))
        return table * self.block + index * self.inode_size

    def inode(self, number):
        self.file.seek(self.inode_at(number))
        return bytearray(self.file.read(self.inode_size))

    def inode_seed(self, number, raw):
        return crc32c(crc32c(self.seed, struct.pack("<I", number)), bytes(raw[100:104]))

    def put_inode(self, number, raw):
        if self.checksums:
            raw[124:126] = raw[130:132] = b"\0\0"
            crc = crc32c(self.inode_seed(number, raw), raw)
            struct.pack_into("<H", raw, 124, crc & 0xFFFF)
            struct.pack_into("<H", raw, 130, crc >> 16)
        self.file.seek(self.inode_at(number))
        self.file.write(raw)
        self.file.flush()

    def blocks(self, number):
        """Data blocks of a directory, in order: extents of any depth, or direct blocks + one indirect."""
        raw = self.inode(number)
        if struct.unpack_from("<I", raw, 32)[0] & EXTENTS_FLAG:
            return self._extents(raw[40:100])
        count = -(-struct.unpack_from("<I", raw, 4)[0] // self.block)
        direct = list(struct.unpack_from("<12I", raw, 40))
        indirect, = struct.unpack_from("<I", raw, 88)
        if indirect:
            direct += struct.unpack("<%dI" % (self.block // 4), self.get(indirect))
        return direct[:count]

    def _extents(self, node):
        count, depth = struct.unpack_from("<H", node, 2)[0], struct.unpack_from("<H", node, 6)[0]
        out = []
        for n in range(count):
            _, a, b, c = struct.unpack_from("<IHHI", node, 12 + 12 * n)
            if depth:
                leaf = struct.unpack_from("<I", node, 16 + 12 * n)[0]
                out += self._extents(self.get(leaf))
            else:
                out += range(c, c + a)
        return out

    def get(self, block):
        self.file.seek(block * self.block)
        return bytearray(self.file.read(self.block))

    def put(self, block, raw):
        self.file.seek(block * self.block)
        self.file.write(raw)
        self.file.flush()

    def names(self, number):
        """(block, offset, inode, name) of every live entry of a directory."""
        for block in self.blocks(number):
            raw, at = self.get(block), 0
            while at + 8 <= len(raw):
                inode, size, length = struct.unpack_from("<IHB", raw, at)
                if inode:
                    yield block, at, inode, bytes(raw[at + 8:at + 8 + length])
                at += max(size, 8)

    def lookup(self, number, name):
        return next(inode for _, _, inode, other in self.names(number) if other == name)

    def put_directory_block(self, number, block, raw):
        if self.checksums and raw[-5] == 0xDE:
            crc = crc32c(self.inode_seed(number, self.inode(number)), raw[:-12])
            struct.pack_into("<I", raw, self.block - 4, crc)
        self.put(block, raw)

    def rename(self, number, old, new, kind=None):
        """Any bytes as a name, as long as the old one has the same length; kind: its type byte."""
        for block, at, _, name in self.names(number):
            if name == old and len(new) == len(old):
                raw = self.get(block)
                raw[at + 8:at + 8 + len(new)] = new
                raw[at + 7] = raw[at + 7] if kind is None else kind
                return self.put_directory_block(number, block, raw)
        raise KeyError(old)


def quoted(names):
    return '"' + b"/".join(names).decode() + '"'


def write_parts(out, data):
    for part in [data] if isinstance(data, bytes) else data:
        if isinstance(part, bytes):
            out.write(part)
        else:
            out.seek(part, 1)
    out.truncate(out.tell())


def joined(data):
    return data if isinstance(data, bytes) else b"".join(p if isinstance(p, bytes) else bytes(p) for p in data)
