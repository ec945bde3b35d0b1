"""Disks for the machine: the stick, victims, places for the result, and one that any careless system would write to."""
import glob
import os
import re
import shutil
import struct
import subprocess
import sys
import zlib

from machine import TOP, WORK, Lost, note, run

CORPUS = os.environ.get("TRIAGE_CORPUS", os.path.join(TOP, "../shared/corpus"))
MIB = 1 << 20


def image():
    if os.environ.get("LIVE_IMAGE"):
        return os.path.realpath(os.environ["LIVE_IMAGE"])
    found = sorted(glob.glob(os.path.join(TOP, "build/live/triage-live-*.iso")))
    if not found:
        sys.exit("no image: make live first")
    return found[-1]


def blank(path, size):
    if os.path.exists(path):
        os.unlink(path)
    with open(path, "wb") as f:
        f.truncate(size)
    return path


def put(path, part, offset):
    """The bytes of PART into PATH; PART goes."""
    run("dd", "if=" + part, "of=" + path, "bs=1M", "seek=%d" % offset, "oflag=seek_bytes", "conv=notrunc,sparse", "status=none")
    os.unlink(part)


def stick(name, size=3072):
    """The image on a stick, as it is written to one."""
    path = os.path.join(WORK, name + ".stick")
    run("cp", "--sparse=always", image(), path)
    os.truncate(path, size * MIB)
    return path


def victim(name):
    """A file server that was encrypted (tests/evidence/make.py town)."""
    path, town = os.path.join(WORK, name + ".img"), os.path.join(WORK, "town.img")
    if not os.path.exists(town):
        run(sys.executable, os.path.join(TOP, "tests/evidence/make.py"), "town", "-o", WORK)
    run("cp", "--sparse=always", town, path)
    return path


def sectors_of(path, count):
    """Where files of this NTFS volume have their content: (path of the file, first sector), COUNT of them."""
    found = []
    for line in run("fls", "-r", "-p", "-F", "-u", path).splitlines():
        kind = re.match(r"r/r (\d+)-128-\d+:\t(.*)", line)
        told = run("istat", path, kind.group(1)) if kind else ""
        runs = re.search(r"\$DATA \(\S+\)\s+Name: N/A\s+Non-Resident.*\n([1-9]\d*)", told)
        if runs and not kind.group(2).startswith("$"):
            cluster = int(re.search(r"Cluster Size: (\d+)", run("fsstat", path)).group(1))
            found.append((kind.group(2), int(runs.group(1)) * cluster // 512))
            if len(found) == count:
                return found
    raise Lost("no file with content of its own in " + path)


def data_disk(name, size, fat=False):
    """A place for the result, in a partition, made on another computer."""
    path = blank(os.path.join(WORK, name + ".data"), size * MIB)
    run("sfdisk", "-q", path, input=b"label: dos\nstart=2048, type=%s\n" % (b"c" if fat else b"7"))
    part = blank(path + ".part", size * MIB - MIB)
    run(*(["mkfs.vfat", "-F", "32", "-n", "TRIAGE-DATA", part] if fat else ["mkfs.exfat", "-L", "TRIAGE-DATA", part]))
    put(path, part, MIB)
    return path


def bundles_of(path, name):
    """What lies on the data partition of a stick or disk, read without mounting it: folders of bundles."""
    table = run("sfdisk", "-q", "-l", "-o", "Device,Start,Type", path)
    start = [line.split()[1] for line in table.splitlines() if re.search(r"HPFS|NTFS|exFAT|W95 FAT32", line)]
    if not start:
        raise Lost("no data partition on " + path + ":\n" + table)
    out = os.path.join(WORK, name + ".out")
    shutil.rmtree(out, ignore_errors=True)
    run("tsk_recover", "-a", "-o", start[-1], path, out)
    return sorted(os.path.dirname(p) for p in glob.glob(out + "/**/bagit.txt", recursive=True))


def lvm_label():
    """The label of a physical volume (LVM2), as pvcreate writes it: four sectors."""
    header = b"LVM2 001" + b"triage0live0check0trap0volume000" + struct.pack("<Q", 8 * MIB) + struct.pack("<QQ", MIB, 0) + bytes(16) + struct.pack("<QQ", 4096, MIB - 4096) + bytes(16)
    rest = struct.pack("<I", 32) + header
    rest += bytes(512 - 20 - len(rest))
    crc = zlib.crc32(rest, 0xf597a6cf ^ 0xffffffff) ^ 0xffffffff
    return bytes(512) + b"LABELONE" + struct.pack("<QI", 1, crc) + rest + bytes(1024)


def array_member():
    """The superblock (version 1.2, at 4 KiB) of the only member of a mirror that is whole."""
    block = struct.pack("<IIII16s32sQIIQIIII", 0xa92b4efc, 1, 0, 0, b"triage-live-trap", b"trap:0", 0, 1, 0, 14336, 0, 1, 0, 0)
    block += bytes(128 - len(block)) + struct.pack("<QQQQI", 2048, 14336, 8, 0, 0) + bytes(16 + 8 + 4)
    block += bytes(192 - len(block)) + struct.pack("<QQQII", 0, 1, 0xffffffffffffffff, 0, 1) + bytes(32) + struct.pack("<H", 0)
    total = sum(struct.unpack("<%dI" % (len(block) // 4), block[:len(block) // 4 * 4])) + struct.unpack("<H", block[-2:])[0]
    total = (total & 0xffffffff) + (total >> 32)
    return bytes(4096) + block[:216] + struct.pack("<I", total & 0xffffffff) + block[220:]


def trap(name):
    """Swap, a journal that wants to be replayed, a physical volume, a member of an array, each in a partition of a GPT that says so."""
    path = blank(os.path.join(WORK, name + ".trap"), 48 * MIB)
    run("sfdisk", "-q", path, input=b"label: gpt\n" + b"".join(b"size=8M, type=%s\n" % t for t in (b"swap", b"linux", b"lvm", b"raid")))
    part = path + ".part"
    run("mkswap", "-q", blank(part, 8 * MIB))
    put(path, part, MIB)
    run("mke2fs", "-q", "-t", "ext4", "-O", "has_journal", "-L", "DIRTY", blank(part, 8 * MIB))
    run("debugfs", "-w", "-R", "feature needs_recovery", part)
    put(path, part, 9 * MIB)
    for at, what in ((17, lvm_label()), (25, array_member())):
        with open(path, "r+b") as f:
            f.seek(at * MIB)
            f.write(what)
    kinds = [run("blkid", "-p", "-o", "value", "-s", "TYPE", "--offset", str(at * MIB), path).strip() for at in (1, 9, 17, 25)]
    if kinds != ["swap", "ext4", "LVM2_member", "linux_raid_member"]:
        raise Lost("the trap is not what it should be: %s" % kinds)
    return path


def bitlocker():
    """A volume and its recovery password: a published one, else one made by the unit test."""
    path, archive = os.path.join(WORK, "bitlocker.img"), os.path.join(CORPUS, "images/cryptsetup/bitlk-images.tar.xz")
    if os.path.exists(archive):
        with open(path, "wb") as f:
            subprocess.run(["tar", "-xJOf", archive, "bitlk-images/bitlk-aes-xts-128.img"], check=True, stdout=f)
        conf = run("tar", "-xJOf", archive, "bitlk-images/images.conf")
        key = re.search(r"\[bitlk-aes-xts-128\][^\[]*?\nRP=(\S+)", conf).group(1)
    else:
        note("no corpus: a BitLocker volume is made instead")
        run("sh", os.path.join(TOP, "debian/live/check/bitlocker.sh"), path)
        key = "000011-000022-000033-000044-000055-000066-000077-720885"
    os.truncate(path, (os.path.getsize(path) + 511) // 512 * 512)
    return path, key
