"""Images with only the signature of a filesystem or container that triage names but cannot read.

Sources: the on-disk headers as libblkid (util-linux 2.38) probes them, XFS and Btrfs kernel
documentation, LUKS1 and LUKS2 specifications, Apple File System Reference. `blkid -p` names
each of them; every image holds its UUID and label where the format has a place for them.
"""
import struct
import uuid

import truth as truth_table
from ext import crc32c

MB = 1 << 20
ID = uuid.UUID("5eed5eed-1111-4222-8333-444455556666")
LABEL = b"EVIDENCE"
LVM_SEED, LVM_POLYNOMIAL = 0xF597A6CF, 0xEDB88320


def xfs():
    raw = struct.pack(">4sIQQQ16sQQQQIIIIIHHHH12sBBBBBBBB", b"XFSB", 4096, 4096, 0, 0, ID.bytes, 2052, 128, 129,
                      130, 1, 1024, 4, 0, 853, 0xB4A4, 512, 256, 16, LABEL, 12, 9, 8, 4, 10, 0, 0, 25)
    return {0: raw}, 16 * MB


def btrfs():
    body = bytearray(4096)
    struct.pack_into("<16sQQ8sQ", body, 32, ID.bytes, 65536, 1, b"_BHRfS_M", 7)
    struct.pack_into("<QQQQ", body, 112, 16 * MB, 131072, 6, 1)
    struct.pack_into("<IIII", body, 144, 4096, 16384, 16384, 4096)
    body[299:299 + len(LABEL)] = LABEL
    struct.pack_into("<I", body, 0, crc32c(0xFFFFFFFF, body[32:]) ^ 0xFFFFFFFF)
    return {65536: bytes(body)}, 16 * MB


def refs():
    return {0: b"\0\0\0ReFS\0\0\0\0\0FSRS".ljust(512, b"\0")}, MB


def luks1():
    raw = struct.pack(">6sH32s32s32sII20s32sI40s", b"LUKS\xba\xbe", 1, b"aes", b"xts-plain64", b"sha256", 4096, 64,
                      bytes(20), bytes(32), 1000, str(ID).encode())
    return {0: raw}, 4 * MB


def luks2():
    raw = struct.pack(">6sHQQ48s32s64s40s48sQ", b"LUKS\xba\xbe", 2, 16384, 3, LABEL, b"sha256", bytes(64),
                      str(ID).encode(), b"", 0).ljust(4096, b"\0")
    return {0: raw + b"{}"}, 4 * MB


def bitlocker():
    boot = bytearray(512)
    boot[:11] = b"\xeb\x58\x90-FVE-FS-"
    struct.pack_into("<HB", boot, 11, 512, 8)
    boot[160:176] = uuid.UUID("4967d63b-2e29-4ad8-8399-f6a339e3d001").bytes_le
    struct.pack_into("<QQQ", boot, 176, MB, 2 * MB, 3 * MB)
    boot[510:] = b"\x55\xaa"
    head = struct.pack("<8sHH", b"-FVE-FS-", 64, 2).ljust(64, b"\0")
    return {0: bytes(boot), MB: head, 2 * MB: head, 3 * MB: head}, 4 * MB


def lvm2():
    identity = b"aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"
    body = (struct.pack("<I8s", 32, b"LVM2 001") + identity + struct.pack("<Q", 4 * MB)).ljust(492, b"\0")
    crc = LVM_SEED
    for byte in body:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (LVM_POLYNOMIAL if crc & 1 else 0)
    return {512: struct.pack("<8sQI", b"LABELONE", 1, crc) + body}, 4 * MB


def swap():
    head = struct.pack("<III", 1, 255, 0) + ID.bytes + LABEL.ljust(16, b"\0")
    return {1024: head, 4086: b"SWAPSPACE2"}, MB


def xdr_pair(name, kind, value):
    padded = struct.pack(">I", len(name)) + name + bytes(-len(name) % 4)
    size = 8 + len(padded) + 8 + len(value)
    return struct.pack(">II", size, size) + padded + struct.pack(">II", kind, 1) + value


def zfs():
    name = struct.pack(">I", len(LABEL)) + LABEL + bytes(-len(LABEL) % 4)
    pairs = xdr_pair(b"version", 8, struct.pack(">Q", 5000)) + xdr_pair(b"name", 9, name)
    pairs += xdr_pair(b"pool_guid", 8, struct.pack(">Q", 0x5EED5EED5EED5EED))
    pairs += xdr_pair(b"guid", 8, struct.pack(">Q", 0x5EED000000000001))
    table = b"\1\1\0\0" + struct.pack(">II", 0, 1) + pairs + bytes(8)
    uber = b"".join(struct.pack("<QQQQQ", 0x00BAB10C, 5000, n + 1, 1, 1_670_289_240).ljust(1024, b"\0")
                    for n in range(16))
    size = 64 * MB             # libblkid looks for ZFS on nothing smaller
    labels = (0, 256 << 10, size - (512 << 10), size - (256 << 10))
    return {at + offset: raw for at in labels for offset, raw in ((16 << 10, table), (128 << 10, uber))}, size


def f2fs():
    raw = bytearray(3072)
    struct.pack_into("<IHHIIIII", raw, 0, 0xF2F52010, 1, 15, 9, 3, 12, 9, 1)
    raw[108:124] = ID.bytes
    wide = LABEL.decode().encode("utf-16-le")
    raw[124:124 + len(wide)] = wide
    return {1024: bytes(raw)}, 4 * MB


def fletcher64(data):
    low = high = 0
    for word, in struct.iter_unpack("<I", data):
        low = (low + word) % 0xFFFFFFFF
        high = (high + low) % 0xFFFFFFFF
    first = 0xFFFFFFFF - (low + high) % 0xFFFFFFFF
    return struct.pack("<II", first, 0xFFFFFFFF - (low + first) % 0xFFFFFFFF)


def apfs():
    body = bytearray(4096)
    struct.pack_into("<QQII4sIQ", body, 8, 1, 1, 0x80000001, 0, b"NXSB", 4096, 1024)
    body[72:88] = ID.bytes
    body[:8] = fletcher64(body[8:])
    return {0: bytes(body)}, 4 * MB


def vmfs():
    member = bytearray(512)
    struct.pack_into("<II", member, 0, 0xC001D00D, 5)
    member[0x82:0x92] = ID.bytes
    volume = bytearray(512)
    struct.pack_into("<II", volume, 0, 0x2FABF15E, 5)
    volume[9:25] = ID.bytes
    volume[29:29 + len(LABEL)] = LABEL
    return {MB: bytes(member), 2 * MB: bytes(volume)}, 4 * MB


# name -> (maker, what blkid calls it, state of the volume)
KINDS = {
    "xfs": (xfs, "*", "examined"), "btrfs": (btrfs, "btrfs", "unsupported"),
    "refs": (refs, "ReFS", "unsupported"), "luks1": (luks1, "luks", "locked"),
    "luks2": (luks2, "luks", "locked"), "bitlocker": (bitlocker, "bitlocker", "locked"),
    "lvm2": (lvm2, "lvm", "*"), "swap": (swap, "swap", "*"), "zfs": (zfs, "zfs_member", "unsupported"),
    "f2fs": (f2fs, "f2fs", "unsupported"), "apfs": (apfs, "apfs", "examined"),
    "vmfs": (vmfs, "VMFS_volume_member", "unsupported")}


def maker_of(build, kind, state):
    def maker(stem):
        pieces, size = build()
        with open(stem + ".img", "wb") as out:
            for at, raw in pieces.items():
                out.seek(at)
                out.write(raw)
            out.truncate(size)
        truth = truth_table.Truth()
        truth.expect("volume", kind, "*", "*", state)
        truth.write(stem)
    return maker


IMAGES = {"sig_" + name: maker_of(*row) for name, row in KINDS.items()}
