#!/usr/bin/env python3
"""Compare truth tables with what other tools see: fls and icat, and ntfscat on NTFS.

crosscheck.py STEM... [--offset SECTORS] [--sector N]; STEM.img and STEM.truth.tsv must exist.
A difference is not always a fault of the truth: README.md lists those that are wanted.
"""
import argparse
import re
import subprocess
import sys

import truth

LINE = re.compile(rb"^(\S)/(\S) (\* )?(\d+)(?:-(\d+)-(\d+))?(\(realloc\))?:\t(.*)$", re.S)


def run(*command, limit=120):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=limit)
    return done.returncode, done.stdout


class Sleuthkit:
    def __init__(self, image, options):
        self.image, self.options = image, options
        self.entries = {}
        code, listing = run("fls", "-r", "-p", *options, image)
        self.failed = code
        for line in listing.split(b"\n"):
            found = LINE.match(line)
            if not found:
                continue
            _, _, gone, inode, kind, ident, _, path = found.groups()
            stream = b""
            if kind == b"128" and b":" in path:
                path, _, stream = path.rpartition(b":")
            self.entries.setdefault((int(inode), stream), []).append(
                (b"/" + path, bool(gone), (kind, ident)))

    def content(self, inode, kind):
        address = "%d" % inode if kind[0] is None else "%d-%s-%s" % (inode, kind[0].decode(), kind[1].decode())
        return run("icat", *self.options, self.image, address)[1]


def plain(path):
    return all(0x20 <= b < 0x7f or b >= 0xc3 for b in path) and b":" not in path


def check(stem, image, filesystem, options, ntfs):
    rows = [row for row in truth.read(stem + ".truth.tsv") if row["filesystem"] == filesystem]
    kit = Sleuthkit(image, options)
    bad = 0

    def complain(row, what):
        nonlocal bad
        bad += 1
        print("%s: %s%s: %s" % (stem.rpartition("/")[2], row["path"][:80],
                                row["stream"] and ":" + row["stream"], what))

    if kit.failed:
        print("%s: fls ends with %d after %d entries" % (stem, kit.failed, len(kit.entries)))
        return
    for row in rows:
        path = truth.unescape(row["path"])
        stream = truth.unescape(row["stream"])
        entries = ([e for (i, s), e in kit.entries.items() if str(i) == row["inode"] and s == stream]
                   if row["inode"] not in "-*" else
                   [e for (i, s), e in kit.entries.items() if s == stream and any(x[0] == path for x in e)])
        entries = [x for e in entries for x in e]
        if not entries:
            complain(row, "fls does not list it")
            continue
        if plain(path) and row["state"] in ("allocated", "deleted"):
            same = [e for e in entries if e[0] == path]
            if not same:
                complain(row, "fls has it as %r" % entries[0][0][:80])
            elif same[0][1] != (row["state"] == "deleted"):
                complain(row, "fls has another state")
        if len(row["sha256"]) != 64 or row["kind"] not in ("file", "*"):
            continue
        content = kit.content(int(row["inode"]) if row["inode"].isdigit() else inode_of(kit, path),
                              entries[0][2])
        if truth.sha256(content) != row["sha256"]:
            complain(row, "icat gives other content (%d bytes, %s)" % (len(content), row["size"]))
        if ntfs and row["state"] == "allocated":
            command = ["ntfscat", "-f", "-i", row["inode"]]
            if stream:
                command += ["-n", stream.decode("utf-8", "surrogateescape")]
            code, content = run(*command, image)
            if truth.sha256(content) != row["sha256"]:
                complain(row, "ntfscat gives other content (%d bytes, %s)" % (len(content), row["size"]))
    print("%s: %d rows, %d remarks" % (stem.rpartition("/")[2], len(rows), bad))


def inode_of(kit, path):
    return next(i for (i, _), e in kit.entries.items() if any(x[0] == path for x in e))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stems", nargs="+")
    parser.add_argument("--offset")
    parser.add_argument("--sector")
    parser.add_argument("--filesystem", default="0", help="rows of this filesystem (default 0)")
    parser.add_argument("--image", help="instead of STEM.img, e.g. STEM.E01")
    args = parser.parse_args()
    options = (["-o", args.offset] if args.offset else []) + (["-b", args.sector] if args.sector else [])
    for stem in args.stems:
        ntfs = not args.offset and open(args.image or stem + ".img", "rb").read(7)[3:] == b"NTFS"
        check(stem, args.image or stem + ".img", args.filesystem, options, ntfs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
