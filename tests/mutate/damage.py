"""damage.py - ways to change an image, what a change can have touched, and what must be found in spite of it."""
ODD = (0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
# how much of a filesystem a change leaves: every other row as it was; every other content, under whatever name; nothing is known
ROWS, CONTENTS, NOTHING = range(3)
OF_ONE = {"inode": CONTENTS, "record": CONTENTS, "folder": CONTENTS}
# volumes whose bytes lie in the image where they say; layers (arrays, groups, locks) give their filesystems places of their own
PLAIN = {"mbr", "gpt", "none", "bsd", "apple", "sun", "sgi", "gap", "ntfs", "ext2", "ext3", "ext4", "fat12", "fat16", "fat32", "exfat", "iso9660", "hfs+", "xfs", "ufs1", "ufs2", "vss"}


def change(rng, data, region):
    """Changes within a region: list of (offset, new bytes)."""
    if rng.random() < 0.25:
        size = min(region.length, 512 << rng.randrange(5))
        at = region.start + (rng.randrange(region.length - size + 1) & ~511)
        other = rng.randrange(max(1, len(data) - size)) & ~511
        fill = rng.randrange(4)
        return [(at, (bytes(size), b"\xff" * size, rng.randbytes(size), data[other:other + size])[fill])]
    out = []
    for _ in range(1 + rng.randrange(6)):
        at = region.start + rng.randrange(region.length)
        room = region.start + region.length - at
        how = rng.randrange(4)
        if how == 0:
            new = bytes([data[at] ^ 1 << rng.randrange(8)])
        elif how == 1:
            new = rng.randbytes(1)
        else:
            width = 1 << rng.randrange(4)
            at -= (at - region.start) % width
            new = (rng.choice(ODD) & (1 << 8 * width) - 1).to_bytes(width, rng.choice(("little", "little", "big")))
        out.append((at, new[:room]))
    return out


def overlap(at, size, start, length):
    return max(0, min(at + size, start + length) - max(at, start))


def touched(changes, start, length):
    return any(overlap(at, len(new), start, length) for at, new in changes)


class Reach:
    """What changes to a source can have touched. level: of each filesystem; spared: inodes of filesystems that may be lost with their record."""

    def __init__(self, source, changes):
        self.source, self.changes = source, changes
        self.level = {fs: ROWS for fs, _, _, _ in source.before.filesystems}
        self.spared = set()
        self.hit = {f for f, xs in source.before.extents.items() if any(touched(changes, *x) for x in xs)}
        for at, new in changes:
            self.one(at, len(new))

    def lower(self, filesystems, level):
        for fs in filesystems:
            self.level[fs] = max(self.level[fs], level)

    def one(self, at, size):
        regions = [r for r in self.source.regions if r.what != "anywhere" and overlap(at, size, r.start, r.length)]
        inside = lambda *kinds: sum(overlap(at, size, r.start, r.length) for r in regions if r.what in kinds) >= size
        if inside("content") or inside("gpt"):
            return
        if inside("mbr"):
            self.lower(self.level, CONTENTS)
            return
        home = [fs for fs, _, start, length in self.source.before.filesystems if start <= at and at + size <= start + length]
        if len(home) != 1 or not self.source.plain:
            self.lower(self.level, NOTHING)
            return
        of_one = [r for r in regions if r.what in OF_ONE]
        if inside(*OF_ONE, "content"):
            self.spared |= {(r.filesystem, r.inode) for r in of_one if r.inode}
            self.lower(home, CONTENTS)
        else:
            self.lower(home, NOTHING)

    def wanted(self):
        """Files that must still be found: (file, level)."""
        roots = tuple(f.path + "!" for f in self.source.before.files if f.file_id in self.hit)
        for f in self.source.before.kept():
            level = self.level.get(f.filesystem, NOTHING)
            if level == NOTHING or f.file_id in self.hit or (f.filesystem, f.inode) in self.spared or (roots and f.path.startswith(roots)):
                continue
            yield f, level


def lost(source, after, changes):
    """(paths that should have been found and were not, how many were looked for)"""
    if not source.raw:
        return [], 0
    rows = {(f.path, f.size, f.mtime, f.sha256, f.state) for f in after}
    contents = {(f.size, f.sha256) for f in after}
    gone, looked = [], 0
    for f, level in Reach(source, changes).wanted():
        looked += 1
        there = (f.path, f.size, f.mtime, f.sha256, f.state) in rows if level == ROWS else (f.size, f.sha256) in contents
        if not there:
            gone.append(f.path)
    return gone, looked
