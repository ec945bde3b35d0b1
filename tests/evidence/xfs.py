"""XFS, made by mkfs.xfs from a prototype file; inode numbers and times as xfs_db reads them."""
import calendar
import os
import random
import re
import subprocess
import tempfile
import time

import truth as truth_table

SMALL = b"the content of a small file\n"
BIG = random.Random(7).randbytes(3_000_001)
SAMPLE = 150


class Prototype:
    """Lines for mkfs.xfs -p, and what they make."""

    def __init__(self, folder):
        self.folder, self.path, self.rows = folder, [], []
        self.lines = ["/none", "0 0", "d--755 0 0"]

    def put(self, name, line, kind, **values):
        self.lines.append(name + " " + line)
        self.rows.append((tuple(part.encode() for part in self.path + [name]), dict(values, kind=kind)))

    def file(self, name, data, owner="0 0", mode="--644"):
        source = os.path.join(self.folder, "%d" % len(data))
        if not os.path.exists(source):
            with open(source, "wb") as out:
                out.write(data)
        self.put(name, "-%s %s %s" % (mode, owner, source), "file", data=data, content="complete" if data else "*")

    def link(self, name, target):
        self.put(name, "l--777 0 0 " + target, "link", link_target=target, content="*")

    def enter(self, name):
        self.put(name, "d--755 5 6", "directory")
        self.path.append(name)

    def leave(self):
        self.path.pop()
        self.lines.append("$")


def fill(proto):
    proto.file("small", SMALL, "70000 3000000000", "u-711")
    proto.file("big", BIG)
    proto.file("empty", b"")
    proto.link("link", "some/where")
    proto.link("long-link", "t" * 900)
    proto.put("fifo", "p--600 1 2", "fifo", content="*")
    proto.put("null", "c--666 0 0 1 3", "chardev", content="*")
    proto.put("disk", "b--660 0 6 8 1", "blockdev", content="*")
    proto.enter("few")		# inside the inode
    proto.file("one", SMALL)
    proto.leave()
    proto.enter("some")		# one block
    for i in range(40):
        proto.file("name-%02d" % i, SMALL)
    proto.leave()
    proto.enter("many")		# many blocks with an index
    for i in range(2500):
        proto.file("a-name-that-is-not-so-short-%04d" % i, SMALL)
    proto.leave()
    for i in range(18):		# a path longer than PATH_MAX
        proto.enter("%02d%s" % (i, "d" * 240))
    proto.file("bottom", SMALL)
    for i in range(18):
        proto.leave()
    proto.lines.append("$")


def look_up(image, paths):
    """Inode number and times of each path, from xfs_db."""
    commands = []
    for path in paths:
        commands += ["path /" + b"/".join(path).decode(), "inode", "print core.mtime.sec core.mtime.nsec core.atime.sec "
                     "core.atime.nsec core.ctime.sec core.ctime.nsec"]
    done = subprocess.run(["xfs_db", "-r", "-f", image], input="\n".join(commands) + "\n", stdout=subprocess.PIPE, check=True,
                          text=True, env=dict(os.environ, TZ="UTC", LC_ALL="C"))
    found = re.findall(r"current inode number is (\d+)", done.stdout)
    seconds = [calendar.timegm(time.strptime(t)) for t in re.findall(r"time\.sec = (.*)", done.stdout)]
    rest = [int(n) for n in re.findall(r"time\.nsec = (\d+)", done.stdout)]
    if len(found) != len(paths) or len(seconds) != 3 * len(paths) or len(rest) != len(seconds):
        raise SystemExit("xfs_db told of %d of %d inodes" % (len(found), len(paths)))
    moments = [s * 10 ** 9 + n for s, n in zip(seconds, rest)]
    return [dict(inode=int(found[i]), mtime=moments[3 * i], atime=moments[3 * i + 1], ctime=moments[3 * i + 2])
            for i in range(len(paths))]


def maker_of(options):
    def maker(stem):
        truth, image = truth_table.Truth(), stem + ".img"
        with tempfile.TemporaryDirectory() as folder:
            proto = Prototype(folder)
            fill(proto)
            with open(os.path.join(folder, "proto"), "w", encoding="ascii") as out:
                out.write("\n".join(proto.lines) + "\n")
            with open(image, "wb") as out:
                out.truncate(320 << 20)
            subprocess.run(["mkfs.xfs", "-q", "-L", "evidence", "-m", "uuid=5eed5eed-1111-4222-8333-444455556666", "-p",
                            os.path.join(folder, "proto"), *options.split(), image], check=True, stderr=subprocess.DEVNULL)
        step = max(1, len(proto.rows) // SAMPLE)
        chosen = [row for row in proto.rows if len(row[0]) < 3][::step] + proto.rows[:12]
        for (path, values), known in zip(chosen, look_up(image, [path for path, _ in chosen])):
            values.update(known)
        for path, values in proto.rows:
            truth.add(path, **values)
        truth.expect("volume", "*", "*", "*", "examined")
        truth.expect("min_files", len(proto.rows))
        truth.write(stem)
    return maker


VARIANTS = {
    "v5": "-m bigtime=1", "v5_nrext64": "-i nrext64=1,size=1024 -m bigtime=0,inobtcount=0,finobt=0 -i sparse=0",
    "v5_block1k": "-b size=1024 -m rmapbt=1", "v5_block64k": "-b size=65536 -i size=2048 -s size=4096",
    "v5_dir8k": "-n size=8192 -m reflink=0", "v5_ci": "-n version=ci", "v4": "-m crc=0",
    "v4_old": "-m crc=0 -n ftype=0 -i projid32bit=0,attr=1 -l lazy-count=0", "v4_block512": "-b size=512 -m crc=0 -i size=256",
}
IMAGES = {"xfs_" + name: maker_of(options) for name, options in VARIANTS.items()}
