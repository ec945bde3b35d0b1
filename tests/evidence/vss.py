#!/usr/bin/env python3
"""Volumes with shadow copies of known content: vss.py TOOL_VSS DIR checks the reader against them, and against pyvshadow.

An NTFS volume is made by mkntfs; blocks of it are then written and moved at random, and what a copy-on-write provider would keep is
written beside it as the format has it. What each shadow copy must show is remembered when it is made, never read back from the
structures, so that writer and reader cannot share one mistake; pyvshadow reads the same volumes for a third opinion.
"""
import os
import random
import struct
import subprocess
import sys

BLOCK, SECTOR, HEAD = 16384, 512, 128
IDENTIFIER = bytes.fromhex("6b87083876c1484eb7ae04046e6cc752")
VOLUME_BLOCKS, FIRST_FREE, STORES_AT, STORE_BLOCKS = 8192, 1024, 4608, 1100
CATALOGUE_AT = 900
BITMAP_RECORD, SPARE_RECORD = 6, 16
PER_LIST = (BLOCK - HEAD) // 32
FILETIME = 133100000000000000


def header(kind, relative, current, following=0, info=0, version=1):
    return (IDENTIFIER + struct.pack("<IIQQQQ", version, kind, relative, current, following, info)).ljust(HEAD, b"\0")


def guid(n):
    return struct.pack("<IHH8s", 0x600F0000 + n, 0x5BDF, 0x11E3, bytes.fromhex("9d6c005056c00008"))


def guid_text(raw):
    a, b, c, d = struct.unpack("<IHH8s", raw)
    return f"{a:08x}-{b:04x}-{c:04x}-{d[:2].hex()}-{d[2:].hex()}"


class Store:
    """One store while it grows: two pieces of the volume, the second before the first."""

    def __init__(self, volume, number, unused, previous):
        self.volume, self.number = volume, number
        start = STORES_AT + number * STORE_BLOCKS
        half = STORE_BLOCKS // 2
        self.pieces = [(0, start + half, half), (half, start, STORE_BLOCKS - half)]
        self.used = 3
        self.lists, self.descriptors, self.list_places = [], [], [1]
        self.kept, self.forward, self.at_home = set(), {}, set()
        self.unused, self.previous_unused = unused, previous
        # what no copy needs: older ones read through this store
        self.needless = unused if previous is None else unused & previous
        self.bitmap_at = self.take()
        self.previous_at = self.take() if previous is not None else 0
        self.sequence, self.created = number + 1, FILETIME + number * 36000000000
        self.overlays = {}
        self.data_blocks = []

    def place(self, relative):
        for first, at, count in self.pieces:
            if first <= relative < first + count:
                return at + relative - first
        raise IndexError("the store is full")

    def take(self):
        self.used += 1
        return self.used - 1

    def add(self, original, relative, stored, flags, sectors=0):
        if len(self.descriptors) == len(self.list_places) * PER_LIST:
            self.list_places.append(self.take())
        self.descriptors.append(struct.pack("<QQQII", original, relative, stored, flags, sectors))

    def keep(self, block, flags):
        relative = self.take()
        at = self.place(relative)
        self.volume.put(at, self.volume.get(block))
        self.data_blocks.append(at)
        self.add(block * BLOCK, relative * BLOCK, at * BLOCK, flags)

    def bits(self, unused):
        raw = bytearray((VOLUME_BLOCKS + 7) // 8)
        for block in unused:
            raw[block // 8] |= 1 << block % 8
        return bytes(raw).ljust(BLOCK - HEAD, b"\xff")

    def write(self):
        base = self.place(0) * BLOCK
        text = "SRV-TOWN".encode("utf-16-le")
        info = guid(50) + guid(100 + self.number) + guid(200) + struct.pack("<IIII", 9, 1, 0x00420009, 0)
        info += struct.pack("<H", len(text)) + text + struct.pack("<H", len(text)) + text
        self.volume.put(base // BLOCK, (header(4, 0, base, 0, len(info)) + info).ljust(BLOCK, b"\0"))
        for i, relative in enumerate(self.list_places):
            at = self.place(relative) * BLOCK
            following = self.place(self.list_places[i + 1]) * BLOCK if i + 1 < len(self.list_places) else 0
            body = b"".join(self.descriptors[i * PER_LIST:(i + 1) * PER_LIST])
            self.volume.put(at // BLOCK, (header(3, relative * BLOCK, at, following) + body).ljust(BLOCK, b"\0"))
        ranges = b"".join(struct.pack("<QQQ", at * BLOCK, first * BLOCK, count * BLOCK) for first, at, count in self.pieces)
        at = self.place(2) * BLOCK
        self.volume.put(at // BLOCK, (header(5, 2 * BLOCK, at) + ranges).ljust(BLOCK, b"\0"))
        for relative, unused in ((self.bitmap_at, self.unused), (self.previous_at, self.previous_unused)):
            if relative:
                at = self.place(relative) * BLOCK
                self.volume.put(at // BLOCK, header(6, relative * BLOCK, at) + self.bits(unused))

    def entries(self):
        def at(relative):
            return self.place(relative) * BLOCK if relative else 0
        copy = struct.pack("<QQ16sQQQ", 2, VOLUME_BLOCKS * BLOCK, guid(self.number), self.sequence, 0x40, self.created)
        store = struct.pack("<QQ16sQQQQQQ", 3, at(1), guid(self.number), self.place(0) * BLOCK, at(2), at(self.bitmap_at),
                            0x1000000000025, 0, at(self.previous_at))
        return copy.ljust(128, b"\0"), store.ljust(128, b"\0")


class Volume:
    def __init__(self, path, seed, home):
        self.path, self.random, self.home = path, random.Random(seed), home
        with open(path, "wb") as f:
            f.truncate(VOLUME_BLOCKS * BLOCK)
        subprocess.run(["/usr/sbin/mkntfs", "-F", "-Q", "-q", "-c", "4096", path], check=True, capture_output=True)
        with open(path, "rb") as f:
            self.raw = bytearray(f.read())
        # the file system's own are in use, but not changed, except where the test does so
        at = self.bitmap_place()
        self.system = {b for b in range(VOLUME_BLOCKS) if (self.raw[at + b // 2] >> b % 2 * 4) & 15}
        self.in_use = set(self.system)
        self.free = set(range(FIRST_FREE, STORES_AT)) - self.system
        self.stores, self.truths = [], []
        self.put_header(CATALOGUE_AT * BLOCK)
        for _ in range(900):
            self.write(self.allocate())

    def get(self, block):
        return bytes(self.raw[block * BLOCK:(block + 1) * BLOCK])

    def put(self, block, data):
        assert len(data) == BLOCK
        self.raw[block * BLOCK:(block + 1) * BLOCK] = data

    def put_header(self, catalogue):
        raw = IDENTIFIER + struct.pack("<IIQQQQQ", 2, 1, 0x1E00, 0x1E00, 0, catalogue, 0) + guid(60) + guid(60)
        self.raw[0x1E00:0x2000] = raw.ljust(512, b"\0")

    def noise(self):
        return self.random.randbytes(64) * (BLOCK // 64)

    def allocate(self):
        block = self.random.choice(sorted(self.free))
        self.free.discard(block)
        self.in_use.add(block)
        return block

    # what the provider does before a block of the volume changes
    def protect(self, block):
        if not self.stores:
            return
        store = self.stores[-1]
        flags = self.random.choice((0, 0x88, 0x08, 0x28, 0x48))
        owner = [o for o, r in store.forward.items() if r == block]
        if owner:
            del store.forward[owner[0]]
            store.keep(block, flags)
        elif block not in store.kept and block not in store.needless:
            store.kept.add(block)
            store.at_home.discard(block)
            store.keep(block, flags)

    def write(self, block):
        self.protect(block)
        self.put(block, self.noise())

    def move(self, block, to):
        """A file's block moves, as when a disk is defragmented: what a copy needs of it moves with it."""
        store = self.stores[-1]
        owner = [o for o, r in store.forward.items() if r == block]
        fresh = block not in store.kept and block not in store.needless
        if not owner and not fresh:
            self.protect(to)
            self.put(to, self.get(block))
        else:
            origin = owner[0] if owner else block
            if to != origin:
                self.protect(to)
            store.add(block * BLOCK, to * BLOCK, 0, 1)
            self.put(to, self.get(block))
            if to == origin:
                del store.forward[origin]
                store.kept.discard(origin)
                store.at_home.add(origin)
            else:
                store.forward[origin] = to
                store.kept.add(origin)
        self.free.discard(to)
        self.in_use.add(to)
        self.in_use.discard(block)
        self.free.add(block)

    def move_home(self):
        store = self.stores[-1]
        for origin, at in list(store.forward.items()):
            if origin in self.free:
                self.move(at, origin)
                return

    def snapshot(self):
        outside = set(range(VOLUME_BLOCKS)) - self.in_use
        # what the copy before needs: also where its blocks went to
        last = self.stores[-1] if self.stores else None
        previous = last.needless - set(last.forward.values()) if last else None
        self.stores.append(Store(self, len(self.stores), outside, previous))
        truth = {b: self.get(b) for b in self.in_use - self.system}
        # recovery writes sectors to the copy itself, in pieces
        for block in self.random.sample(sorted(self.in_use - self.system), 12):
            self.overlay(block, truth)
        self.truths.append(truth)

    def overlay(self, block, truth):
        store = self.stores[-1]
        relative = store.take()
        at = store.place(relative)
        data, shown, first = bytearray(self.noise()), bytearray(truth[block]), True
        for _ in range(self.random.randrange(1, 4)):
            sectors = self.random.getrandbits(32) & self.random.getrandbits(32) or 1
            for s in range(32):
                if sectors >> s & 1:
                    shown[s * SECTOR:(s + 1) * SECTOR] = data[s * SECTOR:(s + 1) * SECTOR]
            store.add(block * BLOCK, relative * BLOCK if first else 1, at * BLOCK, 2, sectors)
            first = False
        self.put(at, bytes(data))
        store.data_blocks.append(at)
        truth[block] = bytes(shown)

    def live(self, count):
        """Changes between two copies."""
        for _ in range(count):
            step = self.random.random()
            used = sorted(self.in_use - self.system)
            if step < 0.55:
                self.write(self.random.choice(used))
            elif step < 0.65:
                self.write(self.allocate())
            elif step < 0.72:
                block = self.random.choice(used)
                self.in_use.discard(block)
                self.free.add(block)
            elif step < 0.95:
                self.move(self.random.choice(used), self.random.choice(sorted(self.free - set(self.stores[-1].forward))))
            elif self.home:
                self.move_home()
        self.stores[-1].add(5 * BLOCK, 7 * BLOCK, 9 * BLOCK, 4)	# not used: to be passed over

    # --- what NTFS knows of the clusters; records are read without their fix-ups, no byte used lies at the end of a sector
    def record_at(self, number):
        cluster = 4096
        return struct.unpack_from("<Q", self.raw, 48)[0] * cluster + number * 1024

    def bitmap_place(self):
        record = self.record_at(BITMAP_RECORD)
        at = record + struct.unpack_from("<H", self.raw, record + 20)[0]
        while struct.unpack_from("<I", self.raw, at)[0] != 0x80:
            at += struct.unpack_from("<I", self.raw, at + 4)[0]
        runs = at + struct.unpack_from("<H", self.raw, at + 32)[0]
        lengths, offsets = self.raw[runs] & 15, self.raw[runs] >> 4
        return int.from_bytes(self.raw[runs + 1 + lengths:runs + 1 + lengths + offsets], "little") * 4096

    def set_used(self, blocks, used):
        at = self.bitmap_place()
        for block in blocks:
            for cluster in range(block * 4, block * 4 + 4):
                if used:
                    self.raw[at + cluster // 8] |= 1 << cluster % 8
                else:
                    self.raw[at + cluster // 8] &= ~(1 << cluster % 8)

    def file_record(self, number, store, in_use):
        """The record of a store's file."""
        name = "{%s}{3808876b-c176-4e48-b7ae-04046e6cc752}" % guid_text(guid(store.number))
        times = struct.pack("<QQQQ", store.created, *[store.created + 5] * 3)
        value = struct.pack("<Q", 36 | 1 << 48) + times + struct.pack("<QQIIBB", 0, 0, 6, 0, len(name), 0) + name.encode("utf-16-le")
        value = struct.pack("<IIBBHHHIHBB", 0x30, (24 + len(value) + 7) & ~7, 0, 0, 24, 0, 2, len(value), 24, 1, 0) + value
        runs, last = b"", 0
        for _, at, count in store.pieces:
            runs += b"\x43" + (count * 4).to_bytes(3, "little") + (at * 4 - last).to_bytes(4, "little", signed=True)
            last = at * 4
        runs += b"\0"
        size = STORE_BLOCKS * BLOCK
        data = struct.pack("<QQHHIQQQ", 0, STORE_BLOCKS * 4 - 1, 64, 0, 0, size, size, size) + runs
        data = struct.pack("<IIBBHHH", 0x80, (16 + len(data) + 7) & ~7, 1, 0, 64, 0, 3) + data
        body = b"".join(a.ljust((len(a) + 7) & ~7, b"\0") for a in (value, data)) + struct.pack("<II", 0xFFFFFFFF, 0)
        record = bytearray(struct.pack("<4sHHQHHHHIIQHHI", b"FILE", 48, 3, 0, 1, 1, 56, 1 if in_use else 0, 56 + len(body), 1024, 0, 4, 0,
                                       number) + b"\x07\0\0\0\0\0\0\0" + body).ljust(1024, b"\0")
        for i in (1, 2):
            record[48 + 2 * i:50 + 2 * i] = record[i * 512 - 2:i * 512]
            record[i * 512 - 2:i * 512] = b"\x07\0"
        at = self.record_at(number)
        self.raw[at:at + 1024] = record

    def catalogue(self, stores, freed=0):
        entries = [struct.pack("<Q", 1).ljust(128, b"\0")] * freed
        for store in stores:
            entries += store.entries()
        body = b"".join(entries)
        first = CATALOGUE_AT * BLOCK
        self.put(CATALOGUE_AT, (header(2, 0, first, first + BLOCK) + body[:256]).ljust(BLOCK, b"\0"))
        self.put(CATALOGUE_AT + 1, (header(2, BLOCK, first + BLOCK) + body[256:]).ljust(BLOCK, b"\0"))

    def save(self):
        with open(self.path, "wb") as f:
            f.write(self.raw)

    def store_blocks(self):
        return {b for s in self.stores for _, at, count in s.pieces for b in range(at, at + count)}


def make(path, seed, home=True):
    """home: blocks that moved move back, too."""
    v = Volume(path, seed, home)
    for _ in range(3):
        v.snapshot()
        v.live(900)
    for store in v.stores:
        store.write()
    v.catalogue([v.stores[1], v.stores[0], v.stores[2]])
    v.set_used(v.store_blocks() | v.in_use | {CATALOGUE_AT, CATALOGUE_AT + 1}, True)
    v.save()
    return v
