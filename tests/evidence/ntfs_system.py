"""The system files of an NTFS volume: $MFT to $Extend (see ntfs.py for the sources)."""
import struct

from ntfs_attr import (BITMAP, DATA, INDEX_ROOT, RECORD, VOLUME_INFORMATION, VOLUME_NAME, UPCASE,
                       blank_record, index_end)

NAMES = ("$MFT", "$MFTMirr", "$LogFile", "$Volume", "$AttrDef", ".", "$Bitmap", "$Boot", "$BadClus",
         "$Secure", "$UpCase", "$Extend")
BORN = 132_850_000_001_234_567         # 2021-12-27
SDS_MIRROR = 0x40000
VIEW_INDEX = 8

# name, type, collation, flags, minimum, maximum
DEFINED = (
    ("$STANDARD_INFORMATION", 0x10, 0, 0x40, 48, 72), ("$ATTRIBUTE_LIST", 0x20, 0, 0x80, 0, -1),
    ("$FILE_NAME", 0x30, 1, 0x42, 68, 578), ("$OBJECT_ID", 0x40, 0, 0x40, 0, 256),
    ("$SECURITY_DESCRIPTOR", 0x50, 0, 0x80, 0, -1), ("$VOLUME_NAME", 0x60, 0, 0x40, 2, 256),
    ("$VOLUME_INFORMATION", 0x70, 0, 0x40, 12, 12), ("$DATA", 0x80, 0, 0, 0, -1),
    ("$INDEX_ROOT", 0x90, 0, 0x40, 0, -1), ("$INDEX_ALLOCATION", 0xA0, 0, 0x80, 0, -1),
    ("$BITMAP", 0xB0, 0, 0x80, 0, -1), ("$REPARSE_POINT", 0xC0, 0, 0x80, 0, 16384),
    ("$EA_INFORMATION", 0xD0, 0, 0x40, 8, 8), ("$EA", 0xE0, 0, 0, 0, 65536),
    ("$LOGGED_UTILITY_STREAM", 0x100, 0, 0x80, 0, 65536))


def create(volume, logfile):
    """Reserve the fixed places and make the nodes; contents that change wait for finish()."""
    cluster = volume.cluster
    times = (BORN,) * 4
    nodes = {}
    root = volume.node(None, "", directory=True, times=times, number=5, seq=5)
    root.flags = 0x06
    root.name(root, ".")
    nodes["."] = root

    def system(number):
        new = volume.node(root, NAMES[number], times=times, number=number, seq=max(number, 1),
                          directory=NAMES[number] == "$Extend")
        new.flags = 0x06
        nodes[NAMES[number]] = new
        return new

    def place(node, size, name="", data=None):
        start = volume.alloc(-(-size // cluster))
        if data:
            volume.put(start, data)
        return node.attr(DATA, name, runs=[(start, -(-size // cluster))], size=size)

    place(system(7), 8192)
    mft = place(system(0), volume.capacity * RECORD)
    mirror_size = max(4 * RECORD, cluster)
    place(system(1), mirror_size)
    place(system(2), logfile, data=b"\xff" * logfile)
    label = system(3)
    label.attr(VOLUME_NAME, "", volume.label.encode("utf-16-le"))
    label.attr(VOLUME_INFORMATION, "", struct.pack("<QBBH", 0, 3, 1, 0))
    label.attr(DATA, "", b"")
    table = b"".join(attribute_definition(*row) for row in DEFINED) + bytes(160)
    place(system(4), len(table), data=table)
    place(system(6), len(volume.bitmap))
    bad = system(8)
    bad.attr(DATA, "", b"")
    bad.attr(DATA, "$Bad", runs=[(None, volume.clusters)], size=volume.clusters * cluster,
             initialised=0)
    secure(system(9), place)
    upcase = struct.pack("<65536H", *UPCASE)
    place(system(10), len(upcase), data=upcase)
    system(11)
    for number in range(12, 16):
        spare = volume.node(None, "", times=times, number=number, seq=number)
        spare.flags = 0x06
        spare.attr(DATA, "", b"")
    return nodes


def attribute_definition(name, kind, collation, flags, least, most):
    return name.encode("utf-16-le").ljust(128, b"\0") + struct.pack(
        "<IIIIqq", kind, 0, collation, flags, least, most)


def descriptor():
    """Self-relative: Administrators own it, Everyone may do everything."""
    admins = bytes.fromhex("01020000000000052000000020020000")
    everyone = bytes.fromhex("010100000000000100000000")
    entry = struct.pack("<BBHI", 0, 3, 8 + len(everyone), 0x1F01FF) + everyone
    acl = struct.pack("<BBHHH", 2, 0, 8 + len(entry), 1, 0) + entry
    at = 20 + 2 * len(admins)
    return struct.pack("<BBHIIII", 1, 0, 0x8004, 20, 20 + len(admins), 0, at) + admins * 2 + acl


def secure(node, place):
    """$SDS with one descriptor (id 0x100) and its mirror, and the two indexes over it."""
    node.record_flags = VIEW_INDEX
    raw = descriptor()
    key = 0
    for word, in struct.iter_unpack("<I", raw):
        key = (word + (key >> 29 | key << 3)) & 0xFFFFFFFF
    size = 20 + len(raw)
    header = struct.pack("<IIQI", key, 0x100, 0, size)
    entry = header + raw
    stream = entry.ljust(SDS_MIRROR, b"\0") + entry
    place(node, len(stream), "$SDS", stream)
    by_hash = struct.pack("<HHIHHHH", 0x18, 0x14, 0, 0x30, 8, 0, 0) + struct.pack("<II", key, 0x100) + header + b"I\0I\0"
    by_id = struct.pack("<HHIHHHH", 0x14, 0x14, 0, 0x28, 4, 0, 0) + struct.pack("<I", 0x100) + header
    for name, collation, body in (("$SDH", 18, by_hash), ("$SII", 16, by_id)):
        body += index_end(None)
        unit = 4096 // node.volume.cluster if node.volume.cluster <= 4096 else 8
        node.attr(INDEX_ROOT, name, struct.pack("<IIIB3xIIIB3x", 0, collation, 4096, unit, 16,
                                                16 + len(body), 16 + len(body), 0) + body)


def finish(volume, records):
    """Write the MFT, its mirror, both bitmaps and both boot sectors."""
    cluster = volume.cluster
    system = volume.system
    used = max(records) + 1
    per = max(cluster // RECORD, 1)
    total = min(-(-used // per) * per, volume.capacity)
    mft = [a for a in system["$MFT"].attrs if a.kind == DATA][0]
    start, reserved = mft.runs[0]
    needed = -(-total * RECORD // cluster)
    volume.release(start + needed, reserved - needed)
    mft.runs, mft.size, mft.initialised = [(start, needed)], total * RECORD, total * RECORD
    bits = bytearray(-(-total // 64) * 8)
    for number in range(16, FIRST_OF_EXTEND):
        bits[number >> 3] |= 1 << (number & 7)
    for number, raw in records.items():
        if raw[22] & 1:
            bits[number >> 3] |= 1 << (number & 7)
    system["$MFT"].attr(BITMAP, "", bytes(bits))
    for name in ("$MFT",):
        records.update(volume._layout(system[name]))
    table = b"".join(records.get(n) or blank_record(n) for n in range(total))
    volume.put(start, table)
    mirror = [a for a in system["$MFTMirr"].attrs if a.kind == DATA][0].runs[0][0]
    volume.put(mirror, table[:max(4 * RECORD, cluster)])
    for n in range(volume.clusters, len(volume.bitmap) * 8):
        volume.bitmap[n >> 3] |= 1 << (n & 7)
    volume.put([a for a in system["$Bitmap"].attrs if a.kind == DATA][0].runs[0][0], bytes(volume.bitmap))
    boot = boot_sector(volume, start, mirror)
    volume.put(0, boot.ljust(8192, b"\0"))
    volume.image.seek((volume.sectors - 1) * 512)
    volume.image.write(boot)


FIRST_OF_EXTEND = 16


def boot_sector(volume, mft, mirror):
    def record_size(size):
        count = size // volume.cluster
        return count if count >= 1 else 256 - (size.bit_length() - 1)

    per = volume.cluster // 512
    per = per if per <= 128 else 256 - (per.bit_length() - 1)
    raw = b"\xeb\x52\x90NTFS    " + struct.pack("<HBH", 512, per, 0)
    raw += struct.pack("<BHHBHHHII", 0, 0, 0, 0xF8, 0, 63, 255, 0, 0)
    raw += struct.pack("<IQQQBxxxBxxxQI", 0x00800080, volume.sectors - 1, mft, mirror,
                       record_size(RECORD), record_size(4096), volume.serial, 0)
    return raw.ljust(510, b"\0") + b"\x55\xaa"
