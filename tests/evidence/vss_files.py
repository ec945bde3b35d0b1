#!/usr/bin/env python3
"""An NTFS volume with files that change between three shadow copies: vss_files.py IMAGE MIB FILES.

The volume is made by mkntfs and filled through ntfs-3g; between its states about one file in twenty is written anew, some are deleted and
some added. What a copy-on-write provider would keep of each state is then written beside it (see vss.py). The states themselves stay as
IMAGE.0 to IMAGE.2: what each copy must show. Without FUSE it says so and ends with status 77.
"""
import os
import random
import subprocess
import sys
import tempfile

import vss
from vss import BLOCK, Store, Volume

COPIES, RATE = 3, 20


class Mounted:
    def __init__(self, image):
        self.image, self.folder = image, tempfile.mkdtemp(prefix="vss-files.")

    def __enter__(self):
        done = subprocess.run(["ntfs-3g", "-o", "big_writes", self.image, self.folder], capture_output=True)
        if done.returncode != 0:
            os.rmdir(self.folder)
            print("no FUSE:", done.stderr.decode().strip())
            sys.exit(77)
        return self.folder

    def __exit__(self, *_):
        for tool in ("fusermount3", "fusermount", "umount"):
            try:
                if subprocess.run([tool] + (["-u"] if tool != "umount" else []) + [self.folder], capture_output=True).returncode == 0:
                    break
            except FileNotFoundError:
                continue
        # the process that served the mount writes its last bytes after the call returned
        while subprocess.run(["fuser", "-s", self.image], capture_output=True).returncode == 0:
            pass
        os.rmdir(self.folder)


class Town:
    """The files: a path and what size it has."""

    def __init__(self, count, seed, room):
        self.random, self.count, self.serial = random.Random(seed), count, 0
        self.paths = []
        # three sizes: resident, small and large; together about the room
        self.large = max(20000, 2 * room // count)

    def body(self):
        kind = self.random.random()
        size = self.random.randrange(20, 500) if kind < 0.15 else self.random.randrange(1000, 30000) if kind < 0.6 else self.random.randrange(20000, self.large)
        if kind < 0.5:
            line = b"%08x council meeting minutes, item %d\r\n"
            return b"".join(line % (self.random.getrandbits(32), i) for i in range(size // 40 + 1))
        return b"%PDF-1.4\n" * (kind < 0.7) + self.random.randbytes(size)

    def put(self, root, path):
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        with open(root + path, "wb") as f:
            f.write(self.body())

    def add(self, root):
        self.serial += 1
        path = f"/Departments/D{self.serial % 37}/S{self.serial % 11}/file{self.serial}.{('txt', 'pdf', 'doc', 'bin')[self.serial % 4]}"
        self.put(root, path)
        self.paths.append(path)

    def fill(self, root):
        with open(root + "/marker.txt", "wb") as f:
            f.write(b"VSS-FILES-MARKER\n" + b"The same at all times, and not resident. " * 100)
        for _ in range(self.count):
            self.add(root)

    def change(self, root):
        for path in self.random.sample(self.paths, len(self.paths) // RATE):
            self.put(root, path)
        for path in self.random.sample(self.paths, len(self.paths) // 200 + 1):
            os.unlink(root + path)
            self.paths.remove(path)
        for _ in range(self.count // 200 + 1):
            self.add(root)


class Raw(Volume):
    """The volume's own bytes, without the random ones of vss.py."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.raw = bytearray(f.read())
        self.path, self.stores = path, []


def set_layout(blocks):
    vss.VOLUME_BLOCKS = blocks
    vss.CATALOGUE_AT = blocks * 5 // 8
    vss.STORES_AT = vss.CATALOGUE_AT + 4
    vss.STORE_BLOCKS = (blocks - 8 - vss.STORES_AT) // COPIES & ~1


def prepare(image, mib):
    set_layout(mib * (1 << 20) // BLOCK)
    with open(image, "wb") as f:
        f.truncate(mib << 20)
    subprocess.run(["/usr/sbin/mkntfs", "-F", "-Q", "-q", "-c", "4096", image], check=True, capture_output=True)
    volume = Raw(image)
    volume.put_header(vss.CATALOGUE_AT * BLOCK)
    volume.set_used(range(vss.CATALOGUE_AT, vss.STORES_AT + vss.STORE_BLOCKS * COPIES), True)
    volume.save()


def main():
    image, mib, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    prepare(image, mib)
    town = Town(count, 7, mib * (1 << 20) * 2 // 5)
    for step in range(COPIES + 1):
        with Mounted(image) as root:
            town.change(root) if step > 0 else town.fill(root)
        if step < COPIES:
            subprocess.run(["cp", "--sparse=always", image, f"{image}.{step}"], check=True)
    volume = Raw(image)
    states = [Raw(f"{image}.{step}") for step in range(COPIES)] + [volume]
    for number in range(COPIES):
        old, new = states[number], states[number + 1]
        store = Store(old, number, set(), None if number == 0 else set())
        changed = [b for b in range(vss.VOLUME_BLOCKS) if old.raw[b * BLOCK:(b + 1) * BLOCK] != new.raw[b * BLOCK:(b + 1) * BLOCK]]
        kept = [(b, old.get(b)) for b in changed]
        # what is kept is read from the state, and written to the volume
        store.volume = type("Both", (), {"get": staticmethod(old.get), "put": staticmethod(volume.put)})
        for block, _ in kept:
            store.keep(block, 0)
        store.write()
        volume.stores.append(store)
        print(f"copy {number}: {len(changed)} blocks of {vss.VOLUME_BLOCKS} differ from the state after it")
    volume.catalogue(volume.stores)
    volume.save()


if __name__ == "__main__":
    main()
