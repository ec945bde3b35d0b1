"""make_shadows.py NTFS-IMAGE OUT - an NTFS volume with three shadow copies, between each of which and the next 5 % of its bytes changed.

Files are changed through ntfs-3g (some written anew, some deleted, some new), the volume before and after is compared block by block,
and the blocks that changed are written to stores as Windows keeps them. Stores, bitmaps and catalogue lie in the last part of the
volume, which is marked as used before anything is written to it.
"""
import os, random, shutil, struct, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "evidence"))
from vss import BLOCK, FILETIME, HEAD, IDENTIFIER, guid, header

source, out = sys.argv[1:3]
COPIES, SHARE, PER_LIST, PER_BITMAP = 3, 0.05, (BLOCK - HEAD) // 32, (BLOCK - HEAD) * 8
size = os.path.getsize(source) // BLOCK * BLOCK
blocks, room = size // BLOCK, size // BLOCK // 6
chance = random.Random(1)
work, mount = out + ".work", out + ".mount"


def runs_of_bitmap(f):
    """Places of $Bitmap: record 6 of the $MFT; clusters are of 4096 bytes."""
    f.seek(48)
    f.seek(struct.unpack("<Q", f.read(8))[0] * 4096 + 6 * 1024)
    record = f.read(1024)
    at = struct.unpack_from("<H", record, 20)[0]
    while struct.unpack_from("<I", record, at)[0] != 0x80:
        at += struct.unpack_from("<I", record, at + 4)[0]
    at += struct.unpack_from("<H", record, at + 32)[0]
    runs, last = [], 0
    while record[at]:
        n, m = record[at] & 15, record[at] >> 4
        count = int.from_bytes(record[at + 1:at + 1 + n], "little")
        last += int.from_bytes(record[at + 1 + n:at + 1 + n + m], "little", signed=True)
        runs.append((last * 4096, count * 4096))
        at += 1 + n + m
    return runs


def used_blocks(path):
    """One bit a cluster, so half a byte a block."""
    with open(path, "rb") as f:
        raw = b""
        for at, length in runs_of_bitmap(f):
            f.seek(at)
            raw += f.read(length)
    return [raw[b // 2] >> b % 2 * 4 & 15 for b in range(blocks)]


def reserve(path, first):
    with open(path, "r+b") as f:
        skip = first // 2
        for at, length in runs_of_bitmap(f):
            begin = min(skip, length)
            f.seek(at + begin)
            f.write(b"\xff" * min(length - begin, max(0, (blocks - first) // 2)))
            skip -= begin


def change(path, number):
    """Until 5 % of the bytes in files changed."""
    subprocess.run(["ntfs-3g", "-o", "noatime", path, mount], check=True)
    try:
        names, total = [], 0
        for base, dirs, files in os.walk(mount):
            dirs.sort()
            for name in sorted(files):
                names.append(os.path.join(base, name))
                total += os.path.getsize(names[-1])
        chance.shuffle(names)
        left = total * SHARE
        for i, name in enumerate(names):
            with open(name, "rb") as f:
                data = f.read()
            left -= len(data)
            if left < 0:
                break
            if i % 4 == 0:
                os.unlink(name)
            with open(name + ".new" if i % 4 == 1 else name, "wb") as f:
                f.write(data + b"changed before copy %d\n" % number)
    finally:
        subprocess.run(["umount", mount], check=True)


def chain(f, kind, places, bodies):
    for i, (at, body) in enumerate(zip(places, bodies)):
        f.seek(at * BLOCK)
        f.write((header(kind, i * BLOCK, at * BLOCK, places[i + 1] * BLOCK if i + 1 < len(places) else 0) + body).ljust(BLOCK, b"\0"))


def bitmap_bodies(unused):
    raw = bytearray(blocks // 8 + 1)
    for b in unused:
        raw[b // 8] |= 1 << b % 8
    return [bytes(raw[i:i + PER_BITMAP // 8]) for i in range(0, len(raw), PER_BITMAP // 8)]


os.makedirs(mount, exist_ok=True)
shutil.copyfile(source, out)
next_block = blocks - room
reserve(out, next_block)


def take(count):
    global next_block
    next_block += count
    if next_block > blocks:
        sys.exit("make_shadows: the stores are full")
    return list(range(next_block - count, next_block))


entries, before, last_unused, stores = b"", None, None, []
for number in range(COPIES):
    unused = {b for b, bits in enumerate(used_blocks(out)) if bits == 0}
    shutil.copyfile(out, work)
    change(out, number)
    needless = unused if last_unused is None else unused & last_unused
    kept = []
    with open(work, "rb") as old, open(out, "rb") as new:
        for b in range(blocks - room):
            was = old.read(BLOCK)
            if was != new.read(BLOCK) and b not in needless:
                kept.append((b, was))
    stores.append((kept, unused, last_unused))
    last_unused = unused
    print("copy %d: %d blocks of 16 KiB kept, %.1f %% of those in use" % (number, len(kept), 100 * len(kept) / (blocks - room - len(unused))))
with open(out, "r+b") as f:
    for number, (kept, unused, previous) in enumerate(stores):
        base, ranges = take(1)[0], take(1)[0]
        data = take(len(kept))
        lists = [struct.pack("<QQQII", b * BLOCK, 0, at * BLOCK, 0, 0) for at, (b, _) in zip(data, kept)]
        lists = [b"".join(lists[i:i + PER_LIST]) for i in range(0, len(lists), PER_LIST)] or [b""]
        list_at = take(len(lists))
        bitmap = bitmap_bodies(unused)
        bitmap_at = take(len(bitmap))
        previous_at = take(len(bitmap)) if previous is not None else [0]
        info = guid(50) + guid(100 + number) + guid(200) + struct.pack("<IIIIHH", 9, 1, 0x00420009, 0, 0, 0)
        chain(f, 4, [base], [info])
        f.seek(base * BLOCK)
        f.write(header(4, 0, base * BLOCK, 0, len(info)))
        chain(f, 5, [ranges], [b""])
        for at, (_, was) in zip(data, kept):
            f.seek(at * BLOCK)
            f.write(was)
        chain(f, 3, list_at, lists)
        chain(f, 6, bitmap_at, bitmap)
        if previous is not None:
            chain(f, 6, previous_at, bitmap_bodies(previous))
        entries += struct.pack("<QQ16sQQQ", 2, size, guid(number), number + 1, 0x40, FILETIME + number * 36000000000).ljust(128, b"\0")
        entries += struct.pack("<QQ16sQQQQQQ", 3, list_at[0] * BLOCK, guid(number), base * BLOCK, ranges * BLOCK, bitmap_at[0] * BLOCK,
                               0x1000000000025, 0, previous_at[0] * BLOCK).ljust(128, b"\0")
    catalogue = take(1)
    chain(f, 2, catalogue, [entries])
    f.seek(0x1E00)
    f.write((IDENTIFIER + struct.pack("<IIQQQQQ", 2, 1, 0x1E00, 0x1E00, 0, catalogue[0] * BLOCK, 0) + guid(60) + guid(60)).ljust(512, b"\0"))
os.unlink(work)
os.rmdir(mount)
