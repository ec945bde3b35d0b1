"""The NTFS images. Each maker takes the path without suffix and writes PATH.img and the truth."""
import random
import struct

from ntfs import (ATTR_ENCRYPTED, DOS, ENCRYPTED, HIDDEN, POSIX, WIN32, Volume)
from ntfs_attr import LOGGED, filetime, to_ns
from truth import sha256

MB = 1 << 20
SYMLINK, JUNCTION, WOF, DEDUP, CLOUD = 0xA000000C, 0xA0000003, 0x80000017, 0x80000013, 0x9000101A
TEXT = b"The council met in the old town hall and the clerk wrote it all down. "


def noise(seed, size):
    return random.Random(seed).randbytes(size)


def symlink_data(substitute, shown, relative, junction=False):
    a, b = substitute.encode("utf-16-le"), shown.encode("utf-16-le")
    head = struct.pack("<HHHH", 0, len(a), len(a) + 2 * junction, len(b))
    end = b"\0\0" if junction else b""
    return head + (b"" if junction else struct.pack("<I", relative)) + a + end + b + end


def basic(stem):
    v = Volume(stem + ".img", 24 * MB, label="NTFS basic")
    root = v.root
    v.file(root, "plain.txt", b"resident, inside its MFT record\n")
    v.file(root, "empty.bin", b"")
    v.file(root, "no_data_attribute.bin").expected = dict(size="*", content="*")
    v.file(root, "nonresident.bin", noise(1, 100_000))
    v.file(root, "one_cluster.bin", noise(2, 4096))
    v.file(root, "résumé – ěščř – 日本語 😀.txt", "Unicode name\n".encode())
    long = v.file(root, "Readable name with spaces.txt", b"has an 8.3 name too\n", space=WIN32)
    long.name(root, "READAB~1.TXT", DOS)
    v.file(root, "hidden.sys", b"hidden\n", attributes=HIDDEN)
    v.file(root, "other_fn_times.txt", b"$FILE_NAME keeps older times\n",
           fn_times=tuple(filetime(1_400_000_000_123_456_700 + n * 10**9) for n in range(4)))
    v.file(root, "fragmented.bin", noise(3, 50_000), data=dict(fragments=4))
    v.file(root, "backwards.bin", noise(4, 40_960), data=dict(fragments=5, backwards=True))
    _valid_data_length(v)
    _streams_and_links(v)
    _sparse_and_packed(v)
    _attribute_lists(v)
    _reparse(v)
    _deleted(v)
    v.finish().write(stem)


def _valid_data_length(v):
    """Bytes behind the initialised size are on disk, yet read as zeros."""
    stored = noise(5, 20_000)
    node = v.file(v.root, "initialised.bin", stored, data=dict(initialised=10_000))
    seen = stored[:10_000] + bytes(10_000)
    node.streams[""] = dict(size=20_000, sha256=sha256(seen), content="complete")


def _streams_and_links(v):
    folder = v.directory(v.root, "folder")
    folder.data(b"a stream on a directory\n", name="note")
    sub = v.directory(folder, "sub")
    v.file(sub, "deep.txt", b"two levels down\n")
    ads = v.file(v.root, "ads.txt", b"the default stream\n")
    ads.data(b"[ZoneTransfer]\r\nZoneId=3\r\n", name="Zone.Identifier")
    ads.data(noise(6, 30_000), name="big stream é")
    linked = v.file(v.root, "linked_a.txt", b"one file, two names\n")
    linked.name(folder, "linked_b.txt")
    index = v.directory(v.root, "many")
    for n in range(150):
        v.file(index, "an entry of some length, number %03d.txt" % n, b"%d\n" % n)


def _sparse_and_packed(v):
    v.node(v.root, "sparse.bin").sparse([noise(7, 65_536), MB, noise(8, 65_536)])
    v.node(v.root, "only_a_hole.bin").sparse([3 * 65_536])
    text = b"".join(TEXT + b"%d\n" % n for n in range(4000))
    v.file(v.root, "packed_text.txt", text, data=dict(compressed=True))
    v.file(v.root, "packed_noise.bin", noise(9, 9 * 16_384), data=dict(compressed=True))
    mixed = text[:70_000] + bytes(200_000) + noise(10, 70_000) + text[:5_000]
    v.file(v.root, "packed_mixed.bin", mixed, data=dict(compressed=True))


def _attribute_lists(v):
    scattered = v.file(v.root, "scattered.bin", noise(11, 150 * 4096), data=dict(fragments=150))
    scattered.pieces = 60
    popular = v.file(v.root, "popular_00.txt", b"thirty names\n")
    for n in range(1, 30):
        popular.name(v.root, "popular_%02d.txt" % n)


def _reparse(v):
    relative = v.file(v.root, "symlink.txt", b"")
    relative.reparse(SYMLINK, symlink_data("folder\\sub\\deep.txt", "folder\\sub\\deep.txt", 1))
    relative.expected = dict(kind="link", link_target="folder\\sub\\deep.txt", size="*",
                             sha256="-", content="*")
    junction = v.directory(v.root, "junction")
    junction.reparse(JUNCTION, symlink_data("\\??\\C:\\Windows", "C:\\Windows", 0, True))
    junction.expected = dict(kind="*", link_target="*", content="*")
    packed = v.node(v.root, "wof.exe")
    packed.sparse([300_000])
    packed.data(noise(12, 90_000), name="WofCompressedData")
    packed.reparse(WOF, struct.pack("<IIII", 1, 2, 1, 0))
    packed.expected = dict(size=300_000, sha256="!" + sha256(bytes(300_000)), content="!complete")
    for name, tag in (("dedup.docx", DEDUP), ("cloud.xlsx", CLOUD)):
        stub = v.node(v.root, name)
        stub.sparse([200_000])
        stub.reparse(tag, noise(13, 64))
        stub.expected = dict(sha256="!" + sha256(bytes(200_000)), content="!complete")
    secret = v.file(v.root, "efs.docx", noise(14, 8192),
                    data=dict(resident=False, flags=ATTR_ENCRYPTED))
    secret.flags |= ENCRYPTED
    secret.attr(LOGGED, "$EFS", noise(15, 200))
    secret.expected = dict(content="*", sha256="*")


def _deleted(v):
    v.file(v.root, "deleted_resident.txt", b"deleted, content in the record\n").delete()
    v.file(v.root, "deleted_clusters.bin", noise(16, 30_000)).delete()
    lost = v.file(v.root, "deleted_overwritten.bin", noise(17, 12_288))
    place = lost.attrs[0].runs[0][0]
    lost.delete()
    lost.expected = dict(sha256="!" + sha256(noise(18, 12_288)), content="!complete")
    v.file(v.root, "overwriter.bin", noise(18, 12_288), data=dict(at=place))
    busy = v.directory(v.root, "busy")
    for n in range(20):
        v.file(busy, "neighbour %02d.txt" % n, b"x")
    v.file(busy, "deleted_in_slack.txt", b"its index entry is still in the slack\n").delete(slack=True)
    gone = v.directory(v.root, "deleted_dir")
    inner = v.file(gone, "deleted_child.txt", b"parent deleted as well\n")
    inner.delete()
    gone.delete()
    reused = v.directory(v.root, "reused_record", seq=5)
    orphan = v.file(reused, "orphan.txt", b"my parent's record has a new owner\n",
                    indexed=False, parent_seq=2)
    orphan.delete()
    orphan.expected = dict(path=(b"$OrphanFiles", b"orphan.txt"), state="orphan")
    live = v.file(reused, "live_orphan.txt", b"in use, yet no directory lists me\n",
                  indexed=False, parent_seq=3)
    live.expected = dict(path=(b"$OrphanFiles", b"live_orphan.txt"), state="nameless")


def times(stem):
    v = Volume(stem + ".img", 8 * MB, label="times")
    second = 10**9
    moments = {
        "zero_1601": 0, "one_tick_1601": 1, "year_1650": 15_463_872_000_000_000,
        "int64_first_1677": filetime(-(1 << 63)) + 1, "year_1700": filetime(-8_520_336_000 * second),
        "1969_last_tick": filetime(-100), "1970": filetime(0), "1970_tick": filetime(100),
        "2022": filetime(1_670_289_240 * second + 123_456_700), "2038_edge": filetime((1 << 31) * second),
        "2040": filetime(2_208_988_800 * second + 700), "2106_edge": filetime((1 << 32) * second),
        "2107": filetime(4_323_283_200 * second), "2200": filetime(7_258_118_400 * second + 100),
        "2262_last": filetime((1 << 63) - 1), "2262_beyond": filetime((1 << 63) - 1) + 1,
        "year_2300": filetime(10_413_792_000 * second), "year_9999": 2_650_467_743_999_999_999,
        "int64_max": (1 << 63) - 1, "int64_negative": 1 << 63, "all_ones": (1 << 64) - 1}
    for name, value in moments.items():
        other = filetime(1_600_000_000 * second + 300)
        v.file(v.root, name + ".all", b"x", times=(value,) * 4)
        v.file(v.root, name + ".si", b"x", times=(value,) * 4, fn_times=(other,) * 4)
        v.file(v.root, name + ".fn", b"x", times=(other,) * 4, fn_times=(value,) * 4)
    v.file(v.root, "four_moments.txt", b"x", times=tuple(moments[k] for k in ("1970", "2022", "2040", "2200")))
    v.finish()
    beyond = sum(to_ns(value) is not None and not -(1 << 63) <= to_ns(value) < 1 << 63
                 for value in moments.values())
    v.truth.expect("problem", "time")
    v.truth.expect("note", "%d moments do not fit in int64 nanoseconds" % beyond)
    v.truth.write(stem)


def sparse_hide(stem):
    v = Volume(stem + ".img", 16 * MB, label="T12")
    v.file(v.root, "before.txt", b"listed by every tool\n")
    node = v.node(v.root, "hidden_payload.exe")
    node.sparse([b"MZ" + noise(20, 16_382), 1], size=100 << 30, unit=0)
    head, hole = node.attrs[0].runs[0], (100 << 30) // 4096 - 4
    node.attrs[0].runs = [head, (None, hole)]
    node.expected = dict(content="*")
    twin = v.file(v.root, "carrier.txt", b"small default stream\n")
    twin.sparse([noise(21, 16_384), 1], name="hidden stream", size=50 << 30, unit=0)
    attr = twin.attrs[-1]
    attr.runs = [attr.runs[0], (None, (50 << 30) // 4096 - 4)]
    twin.streams["hidden stream"]["content"] = "*"
    v.file(v.root, "after.txt", b"listed by every tool\n")
    v.truth.expect("finding", "hidden-data", "/hidden_payload.exe")
    v.truth.expect("finding", "hidden-data", "/carrier.txt")
    v.finish().write(stem)


def filler(stem):
    v = Volume(stem + ".img", 16 * MB, label="T3")
    size = 90 * 4096
    for name, options in (("gap_middle.bin", dict(drop_piece=1)), ("gap_end.bin", dict(drop_piece=2)),
                          ("gap_wiped_record.bin", dict(wipe_piece=1))):
        content = noise(name, size)
        node = v.file(v.root, name, content, data=dict(fragments=90))
        node.pieces = 30
        for option, value in options.items():
            setattr(node, option, value)
        gap = 2 if options.get("drop_piece") == 2 else 1
        part = size // 3
        zeros = content[:gap * part] + bytes(part) + content[(gap + 1) * part:]
        node.expected = dict(sha256="!" + sha256(zeros), content="!complete")
        v.truth.expect("problem", name)
    v.file(v.root, "whole.bin", noise(22, size), data=dict(fragments=90)).pieces = 30
    v.finish().write(stem)


def index_zeroed(stem):
    """All index blocks of one directory zeroed: names live on in the $FILE_NAMEs only."""
    v = Volume(stem + ".img", 16 * MB, label="W5")
    folder = v.directory(v.root, "damaged")
    for n in range(100):
        v.file(folder, "a file whose index entry is gone %03d.txt" % n, b"%d\n" % n)
    v.file(v.root, "control.txt", b"directory beside the damage\n")
    v.finish()
    start, count = next(a.runs[0] for a in folder.attrs if a.runs)
    with open(stem + ".img", "r+b") as image:
        image.seek(start * v.cluster)
        image.write(bytes(count * v.cluster))
    for row in v.truth.rows:
        if row["path"][0] == b"damaged" and len(row["path"]) > 1:
            row["state"] = "*"
    v.truth.expect("problem", "/damaged")
    v.truth.write(stem)


def ads_hardlink(stem):
    """Every stream under every name, each content once (W7)."""
    v = Volume(stem + ".img", 8 * MB, label="W7")
    folders = [v.directory(v.root, "d%d" % n) for n in range(3)]
    for n in range(4):
        node = v.file(folders[0], "file%d.bin" % n, noise(30 + n, 2000 * (n + 1)))
        node.data(b"first stream %d\n" % n, name="one")
        node.data(noise(40 + n, 5000), name="two")
        for folder in folders[1:1 + n % 3]:
            node.name(folder, "link%d.bin" % n)
        node.name(v.root, "at_root%d.bin" % n)
    v.finish().write(stem)


def names(stem):
    v = Volume(stem + ".img", 16 * MB, label="names")
    hostile = [
        "control \x01\x02.txt", "escape \x1b[2J\x1b]0;x\x07.txt", "line\nfeed.txt", "tab\t.txt",
        "delete \x7f.txt", "c1 \x9b2J.txt", "caret ^.txt", "lone high \ud800.txt", "lone low \udfff.txt",
        "swapped \udc00\ud800.txt", "\ud83d", "pair \U0001f600.txt", "w" * 255, "日" * 255,
        "😀" * 127 + "x", "trailing space ", "trailing dot.", "two dots..", "...", " leading", "CON",
        "nul.txt", "aux.c", "invoice \u202egpj.exe", "zero\u200bwidth.txt", "line\u2028sep.txt",
        "bom\ufeff.txt", "e\u0301.txt", "\u00e9.txt", "Case.txt", "case.txt", "a:b.txt", "back\\slash.txt",
        "sl/ash.txt", "what?.txt", "star*.txt", "<script>alert(1)</script>", "=HYPERLINK(\"x\")",
        "@SUM(1)", "+1", "-1", "|pipe|", "%0A%00", "quote\"'`", "\\x41.txt", "$MFT", "$OrphanFiles"]
    where = v.directory(v.root, "names")
    for n, name in enumerate(hostile):
        v.file(where, name, b"%d\n" % n, space=POSIX)
    odd = v.file(where, "host.txt", b"host of odd streams\n")
    for stream in ("esc\x1b[1m", "lone \ud801", "s" * 255, "sp ace ", "=1+1"):
        odd.data(stream.encode("utf-8", "surrogatepass")[:20], name=stream)
    v.finish().write(stem)


def long_path(stem):
    """The NTFS twin of W1: directories with names of 255 units inside each other."""
    v = Volume(stem + ".img", 8 * MB, label="W1")
    level = v.root
    for depth in range(20):
        level = v.directory(level, "%02d" % depth + "n" * 253)
        v.file(level, "marker.txt", b"level %d\n" % depth)
    v.finish().write(stem)


def big_cluster(stem):
    v = Volume(stem + ".img", 48 * MB, cluster=128 << 10, label="T7")
    folder = v.directory(v.root, "folder")
    v.file(v.root, "resident.txt", b"small\n")
    v.file(folder, "large.bin", noise(50, 300_000))
    v.file(v.root, "deleted.bin", noise(51, 200_000)).delete()
    for n in range(60):
        v.file(folder, "some longer names for the index %02d.txt" % n, b"%d" % n)
    v.finish().write(stem)


IMAGES = dict(ntfs_basic=basic, ntfs_times=times, ntfs_sparse_hide=sparse_hide, ntfs_filler=filler,
              ntfs_indx_zeroed=index_zeroed, ntfs_ads_hardlink=ads_hardlink, ntfs_names=names,
              ntfs_long_path=long_path,
              ntfs_big_cluster=big_cluster)
