"""The ext2, ext3 and ext4 images. Each maker takes the path without suffix."""
import os
import random
import struct

from ext import EPOCH, Image, command, quoted
from truth import sha256

NS = 10**9


def noise(seed, size):
    return random.Random(seed).randbytes(size)


def tree(image):
    """The common content of the three basic images."""
    image.add(b"/plain.txt", data=b"a plain file\n")
    image.add(b"/empty", data=b"")
    image.add(b"/one_block.bin", data=noise(1, 4096))
    image.add(b"/large.bin", data=noise(2, 700_001))
    image.add(b"/sparse.bin", data=[noise(3, 8192), 1 << 20, noise(4, 8192), 4096 * 30])
    image.add(b"/folder", "directory")
    image.add(b"/folder/inner", "directory")
    image.add(b"/folder/inner/deep.txt", data=b"two levels down\n")
    image.add("/folder/résumé – 日本語 😀.txt".encode(), data=b"Unicode name\n")
    image.add(b"/folder/back\\x41slash.txt", data=b"a literal backslash\n")
    image.add(b"/short_link", "link", target=b"folder/inner/deep.txt")
    image.add(b"/long_link", "link", target=b"folder/" + b"x" * 200)
    image.add(b"/fifo", "fifo")
    image.add(b"/socket", "socket")
    image.add(b"/null", "chardev", device=(1, 3))
    image.add(b"/disk", "blockdev", device=(8, 0))
    image.add(b"/linked_a", data=b"one inode, two names\n")
    image.link(b"/folder/linked_b", b"/linked_a")
    image.add(b"/with_attributes.txt", data=b"see my extended attributes\n")
    image.script.append('ea_set /with_attributes.txt user.note "hello there"')


def basic_of(kind, **options):
    def make(stem):
        image = Image(stem, kind, **options)
        tree(image)
        image.populate()
        image.rows()
        linked = next(e for e in image.entries if e["names"] == (b"linked_a",))
        image.row(linked, path=(b"folder", b"linked_b"))
        image.finish()
    return make


def times(stem):
    image = Image(stem, megabytes=4, label="times")
    seconds = {
        "1901_first": -(1 << 31), "1901_late": -2_145_916_801, "1965": -157_766_400,
        "1969_last": -1, "1970": 0, "1970_one": 1, "2022": 1_670_289_240, "2037": 2_145_916_799,
        "2038_edge": 1 << 31, "2039": 2_177_452_800, "2050": 2_524_608_000, "2106_edge": 1 << 32,
        "2107": 4_323_283_200, "2242": (1 << 33) + 5, "2262_last": 9_223_372_036,
        "2262_beyond": 9_223_372_037, "2300": 10_413_792_000, "2446_last": 15_032_385_535}
    for n, (name, value) in enumerate(seconds.items()):
        moment = value * NS + 123_456_789
        image.add(b"/%s.all" % name.encode(), data=b"x", times=(moment,) * 4)
        image.add(b"/%s.zero_ns" % name.encode(), data=b"x", times=(value * NS,) * 4)
        image.add(b"/%s.mtime" % name.encode(), data=b"x",
                  times=(moment,) + tuple((EPOCH + n + k) * NS + 999_999_999 for k in range(3)))
    image.populate()
    image.rows()
    image.truth.expect("problem", "time")
    image.finish()


def stand_ins(image, folder, names):
    """Files in one folder under placeholders of equal length; give_names() renames them."""
    image.add(folder, "directory")
    for n, name in enumerate(names):
        stand_in = (b"%02d" % n if len(name) == 2 else b"%03d" % n).ljust(len(name), b"_")[:len(name)]
        image.add(folder + b"/" + stand_in, data=b"%d\n" % n)["name"] = name


def give_names(image, folder):
    where = next(e["inode"] for e in image.entries if e["names"] == (folder[1:],))
    for entry in image.entries:
        if "name" in entry:
            image.rename(where, entry["names"][-1], entry["name"])
            entry["names"] = (folder[1:], entry["name"])


def dot_nul(stem):
    image = Image(stem, megabytes=4, label="T1")
    stand_ins(image, b"/names", [
        b"..\0", b".\0", b"..\0evil", b"before\0after", b"../evil", b"/etc/passwd", b"sl/ash.txt",
        b"line\nfeed", b"car\rriage", b"\x1b[2J\x1b[H", b"<b onclick=x>", b"=cmd|' /C calc'!A0",
        b"\xff\xfe\x80", b"half \xc3", b"overlong \xc0\xaf", b"...", b".. ", b"~~"])
    image.populate()
    give_names(image, b"/names")
    image.rows()
    image.finish()


def hostile(stem):
    image = Image(stem, megabytes=8, label="hostile")
    stand_ins(image, b"/names", [
        b"line\nfeed.txt", b"\x1b[2J\x1b]0;title\x07.txt", b"<script>alert(1)<!--.html", b"<img src=x onerror=y>",
        b'=HYPERLINK("x","y").csv', b"+1+1.csv", b"-1.csv", b"@SUM(1).csv", b"pipe|pipe.txt",
        b"%0A%0D.txt", b"invalid \xff\xfe.txt", b"c1 \xc2\x9b31m.txt", b"raw c1 \x9b31m.txt",
        b"n" * 255, "日".encode() * 85, "invoice \u202egpj.exe".encode(), "zero\u200bwidth".encode(),
        "sep\u2028arator".encode(), "bom\ufeff".encode(), b"surrogate \xed\xa0\x80.txt", b"a\\x0ab.txt",
        b"back\\slash", b"'quote\"`", b"$(id)", b"* ? [x]", b"CON", b"nul.txt", b"trailing ", b"dot.",
        b"ABC", b"abc", b"tab\ttab", b"del\x7f", b"comma,semicolon;", b"&amp;<!--", b"{{7*7}}",
        b"--option", b"C:\\Windows", "ｆｕｌｌ＝width".encode(), b"\xf4\x90\x80\x80 beyond"])
    path = ()
    for level in range(19):
        path += (b"%02d" % level + b"p" * 207,)
        image.add(path, "directory")
        image.add(path + (b"marker",), data=b"%d\n" % level)
    image.populate()
    give_names(image, b"/names")
    image.rows()
    image.finish()


def long_names(stem):
    image = Image(stem, megabytes=4, label="W1")
    path = ()
    for level in range(20):
        path += (b"%02d" % level + b"L" * 253,)
        image.add(path, "directory")
        image.add(path + (b"file.txt",), data=b"level %d\n" % level)
    image.add(b"/after.txt", data=b"listed after the long chain\n")
    image.populate()
    image.rows()
    image.finish()


def deep(stem):
    image = Image(stem, megabytes=8, label="W2", inodes=1024)
    path = ()
    for level in range(140):
        image.add(path + (b"a_before",), data=b"before %d\n" % level)
        image.add(path + (b"d",), "directory")
        image.add(path + (b"z_after",), "directory")
        path += (b"d",)
        image.add(path + (b"marker",), data=b"level %d\n" % level)
    image.populate()
    image.rows()
    image.finish()


def bomb(stem):
    """Each directory linked twice from its predecessor: 2^24 paths, 24 directories (W4)."""
    image = Image(stem, megabytes=4, label="W4")
    path = ()
    for _ in range(24):
        path += (b"a",)
        image.add(path, "directory")
        image.script.append("ln %s %s" % (quoted((b"",) + path), quoted((b"",) + path[:-1] + (b"b",))))
    image.add(path + (b"marker.txt",), data=b"the only file\n")
    image.populate()
    image.rows()
    for entry in image.entries[:-1]:
        image.row(entry, path=entry["names"][:-1] + (b"b",))
    image.truth.expect("min_files", 49)
    image.finish()


def cycle(stem):
    image = Image(stem, megabytes=4, label="cycle")
    image.add(b"/up", "directory")
    image.add(b"/up/middle", "directory")
    image.add(b"/up/middle/low", "directory")
    image.add(b"/up/middle/low/file.txt", data=b"inside the loop\n")
    image.script += ['ln /up /up/middle/low/back', 'ln / /up/root_again']
    image.populate()
    image.rows()
    image.row(image.entries[0], path=b"/up/middle/low/back")
    image.truth.add(b"/up/root_again", kind="directory", inode=2)
    image.finish()


def nameless(stem):
    image = Image(stem, megabytes=4, label="W5", inodes=1024)
    image.add(b"/victim", "directory")
    for n in range(300):
        image.add(b"/victim/file number %03d with padding.txt" % n, data=b"%d\n" % n)
    image.add(b"/control.txt", data=b"beside the damage\n")
    image.populate()
    victim = image.entries[0]["inode"]
    block = image.blocks(victim)[1]
    lost = {inode for at, _, inode, _ in image.names(victim) if at == block}
    image.put(block, bytes(image.block))
    for entry in image.entries:
        if entry["inode"] in lost:
            entry["expected"] = unnamed(entry["inode"])
    image.rows()
    image.truth.expect("problem", "/victim")
    image.truth.expect("note", "%d nameless files" % len(lost))
    image.finish()


def unnamed(inode, state="nameless"):
    return dict(path=(b"$OrphanFiles", b"OrphanFile-%d" % inode), state=state)


def deleted(stem):
    """Names left in slack, with and without the inode's extents, and one inode taken again (W6)."""
    image = Image(stem, megabytes=8, label="W6")
    image.add(b"/folder", "directory")
    for name in ("first", "removed_by_debugfs", "removed_by_kernel", "unlinked", "reused", "last"):
        image.add(b"/folder/%s.bin" % name.encode(), data=noise(name, 10_000))
    image.add(b"/removed_directory", "directory")
    image.add(b"/removed_directory/child.txt", data=b"its parent is gone too\n")
    image.add(b"/other", "directory")
    image.populate()
    by_name = {e["names"][-1].decode(): e for e in image.entries}
    fresh = reuse(image, by_name["reused.bin"], by_name["other"])
    image.file.close()
    image.run(["set_current_time %d" % (EPOCH + 5_000_000), "rm /folder/removed_by_debugfs.bin",
               "unlink /folder/unlinked.bin", "rm /removed_directory/child.txt",
               "rmdir /removed_directory", "rm /folder/removed_by_kernel.bin"])
    image.file = open(image.path, "r+b")
    for name in ("removed_by_debugfs.bin", "child.txt", "removed_directory"):
        by_name[name]["expected"] = dict(state="deleted", ctime="*")
    by_name["unlinked.bin"]["expected"] = dict(state="*")
    gone = by_name["removed_by_kernel.bin"]
    like_kernel(image, by_name["folder"]["inode"], gone)
    gone["expected"] = dict(unnamed(gone["inode"], "orphan"), size=0, sha256="*", content="*", ctime="*")
    by_name["reused.bin"]["expected"] = dict(state="deleted", size="*", sha256="!" + sha256(fresh),
                                             content="!complete", mtime="*", atime="*", ctime="*", btime="*")
    image.rows()
    image.finish()


def like_kernel(image, folder, entry):
    """What rm leaves behind since Linux 5.13: no name, size 0, no extents, times."""
    for block in image.blocks(folder):
        raw = image.get(block)
        at = raw.find(entry["names"][-1])
        if at > 0:
            raw[at - 8:at + len(entry["names"][-1])] = bytes(8 + len(entry["names"][-1]))
            image.put_directory_block(folder, block, raw)
    raw = image.inode(entry["inode"])
    struct.pack_into("<I", raw, 4, 0)
    struct.pack_into("<I", raw, 28, 0)
    raw[40:100] = struct.pack("<HHHHI", 0xF30A, 0, 4, 0, 0).ljust(60, b"\0")
    image.put_inode(entry["inode"], raw)


def reuse(image, old, folder):
    """A new file takes the inode of a deleted one, whose name is still in the slack."""
    fresh = noise("fresh", 3000)
    source = image.path + ".tmp"
    with open(source, "wb") as out:
        out.write(fresh)
    image.file.close()
    image.run(["rm /folder/reused.bin", "cd /other", "write %s taker.bin" % source])
    os.unlink(source)
    image.file = open(image.path, "r+b")
    if image.lookup(folder["inode"], b"taker.bin") != old["inode"]:
        raise RuntimeError("debugfs chose another inode")
    image.truth.add(b"/other/taker.bin", inode=old["inode"], data=fresh)
    return fresh


def big_directory(stem):
    """20,000 names in one directory, indexed by e2fsck -D (W10).

    debugfs compares each new name with all before it, so the files are made in small
    directories first, their entries written into the big one by own code, and every trace
    of the small ones wiped.
    """
    image = Image(stem, megabytes=16, label="W10", inodes=20_200)
    image.add(b"/big", "directory")
    image.add(b"/big/first.txt", data=b"")
    empty = os.path.join(image.temporary, "empty")
    open(empty, "wb").close()
    names = [b"file%06d.txt" % n for n in range(20_000)]
    stages = [names[at:at + 200] for at in range(0, len(names), 200)]
    for n, stage in enumerate(stages):
        image.script += ["cd /", "mkdir stage%d" % n, "cd /stage%d" % n]
        image.script += ["write %s %s" % (empty, name.decode()) for name in stage]
    image.populate()
    numbers, left = {}, []
    for n in range(len(stages)):
        stage = image.lookup(2, b"stage%d" % n)
        left.append((stage, image.blocks(stage)))
        found = image.names(stage)
        numbers.update((name, inode) for _, _, inode, name in found if name.startswith(b"file"))
    image.file.close()
    away = ["expand_dir /big"] * 120
    for n, stage in enumerate(stages):
        away += ["cd /stage%d" % n] + ["unlink " + name.decode() for name in stage] + ["cd /", "rmdir /stage%d" % n]
    image.run(away)
    image.file = open(image.path, "r+b")
    fill_directory(image, image.entries[0]["inode"], numbers)
    for inode, blocks in left:
        image.file.seek(image.inode_at(inode))
        image.file.write(bytes(image.inode_size))
        for block in blocks:
            image.put(block, bytes(image.block))
    image.file.close()
    code, said = command("e2fsck", "-fyD", image.path)
    if code > 1:
        raise RuntimeError("e2fsck: %r" % said)
    image.file = open(image.path, "r+b")
    image.rows()
    for name in names:
        image.truth.add((b"big", name), inode=numbers[name], data=b"")
    image.truth.expect("min_files", 20_001)
    image.finish()


def fill_directory(image, directory, numbers):
    """Write entries into the empty blocks of a directory, front to back."""
    waiting = sorted(numbers.items())
    for block in image.blocks(directory)[1:]:
        raw, at, last = image.get(block), 0, 0
        end = image.block - 12
        while waiting and at + 8 + (len(waiting[0][0]) + 3 & ~3) <= end:
            name, inode = waiting.pop(0)
            size = 8 + (len(name) + 3 & ~3)
            raw[at:at + size] = (struct.pack("<IHBB", inode, size, len(name), 1) + name).ljust(size, b"\0")
            at, last = at + size, at
        if at:
            struct.pack_into("<H", raw, last + 4, end - last)
            image.put_directory_block(directory, block, raw)


def damaged_directory(stem):
    image = Image(stem, megabytes=4, label="damaged")
    image.add(b"/broken", "directory")
    for n in range(5):
        image.add(b"/broken/child%d.txt" % n, data=b"%d\n" % n)
    image.add(b"/sound", "directory")
    image.add(b"/sound/child.txt", data=b"still here\n")
    image.populate()
    number = image.entries[0]["inode"]
    raw = image.inode(number)
    struct.pack_into("<I", raw, 40 + 12 + 8, 0x00FFFFFF)
    image.put_inode(number, raw)
    for entry in image.entries[1:6]:
        entry["expected"] = unnamed(entry["inode"])
    image.entries[0]["expected"] = dict(content="*", size="*")
    image.rows()
    image.truth.expect("problem", "/broken")
    image.finish()


IMAGES = dict(
    ext4_basic=basic_of("ext4", megabytes=8),
    ext2_basic=basic_of("ext2", megabytes=4, inode_size=128, block=1024),
    ext3_basic=basic_of("ext3", megabytes=8, inode_size=128, block=1024),
    ext4_times=times, ext4_dotnul=dot_nul, ext4_longnames=long_names, ext4_deep=deep, ext4_bomb=bomb,
    ext4_cycle=cycle, ext4_nameless=nameless, ext4_deleted=deleted, ext4_bigdir=big_directory,
    ext4_damaged_dir=damaged_directory, names_hostile=hostile)
