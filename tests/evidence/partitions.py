"""Disks with GPT and MBR partition tables around the filesystem images.

Sources: UEFI specification chapter 5 (GPT), and for the MBR's extended chain the common
description (each EBR holds one logical partition and a link relative to the extended one).
"""
import os
import struct
import tempfile
import uuid
import zlib

import fat
import ext_images
import ntfs_images
import truth as truth_table

LINUX = uuid.UUID("0fc63daf-8483-4772-8e79-3d69d8477de4")
BASIC_DATA = uuid.UUID("ebd0a0a2-b9e5-4433-87c0-68b6b72699c7")
DISK = uuid.UUID("5eed5eed-0000-4000-8000-00000000d15c")
ALIGN = 1 << 20
BLOCK = 4096


def embed(disk, at, path):
    """Copy an image into the disk, leaving holes where it is zero."""
    with open(path, "rb") as source:
        while True:
            block = source.read(BLOCK)
            if not block:
                return
            if any(block):
                disk.seek(at)
                disk.write(block)
            at += len(block)


def gpt_header(sector, own, other, first, last, table_at, table):
    head = struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, own, other, first, last,
                       DISK.bytes_le, table_at, 128, 128, zlib.crc32(table))
    return (head[:16] + struct.pack("<I", zlib.crc32(head)) + head[20:]).ljust(sector, b"\0")


def gpt(disk, size, sector, parts):
    """parts: (type, name, start, length) in bytes. Writes the protective MBR and both tables."""
    sectors = size // sector
    table = b""
    for n, (kind, name, start, length) in enumerate(parts):
        own = uuid.UUID(int=DISK.int + n + 1)
        table += struct.pack("<16s16sQQQ72s", kind.bytes_le, own.bytes_le, start // sector,
                             (start + length) // sector - 1, 0, name.encode("utf-16-le"))
    table = table.ljust(128 * 128, b"\0")
    span = len(table) // sector
    limits = (2 + span, sectors - span - 2)
    protective = struct.pack("<B3sB3sII", 0, b"\0\2\0", 0xEE, b"\xff\xff\xff", 1, min(sectors - 1, 0xFFFFFFFF))
    disk.seek(0)
    disk.write((bytes(446) + protective).ljust(510, b"\0") + b"\x55\xaa")
    disk.seek(sector)
    disk.write(gpt_header(sector, 1, sectors - 1, *limits, 2, table) + table)
    disk.seek((sectors - span - 1) * sector)
    disk.write(table + gpt_header(sector, sectors - 1, 1, *limits, sectors - span - 1, table))


class Disk:
    """Lay images one after the other on 1 MiB boundaries; the caller writes the table."""

    def __init__(self, stem, scheme):
        self.stem, self.path, self.scheme = stem, stem + ".img", scheme
        self.truth, self.parts, self.at, self.filesystems = truth_table.Truth(), [], ALIGN, 0
        self.disk = open(self.path, "w+b")

    def add(self, name, kind, maker, room=0):
        """One partition. maker None: nothing in it. room: bytes left free in front of it."""
        self.at += room
        with tempfile.TemporaryDirectory() as folder:
            inner = os.path.join(folder, "part")
            length, state = ALIGN, "empty"
            if maker:
                maker(inner)
                length, state = os.path.getsize(inner + ".img"), "examined"
                embed(self.disk, self.at, inner + ".img")
                self.truth.take(inner, self.filesystems)
                self.filesystems += 1
        length = -(-length // BLOCK) * BLOCK
        self.parts.append((kind, name, self.at, length))
        self.truth.expect("volume", self.scheme, self.at, length, state)
        self.at = -(-(self.at + length) // ALIGN) * ALIGN

    def finish(self, sector=None):
        if sector:
            size = self.at + ALIGN
            self.disk.truncate(size)
            gpt(self.disk, size, sector, self.parts)
        self.disk.close()
        self.truth.write(self.stem)


def many(stem):
    disk = Disk(stem, "gpt")
    disk.add("linux", LINUX, ext_images.IMAGES["ext4_basic"])
    disk.add("windows", BASIC_DATA, ntfs_images.basic)
    disk.add("stick", BASIC_DATA, fat.IMAGES["fat32"])
    disk.add("nothing", LINUX, None)
    disk.finish(512)


def four_k(stem):
    disk = Disk(stem, "gpt")
    disk.add("linux", LINUX, ext_images.IMAGES["ext4_basic"])
    disk.add("fat", BASIC_DATA, fat.basic_of(16, 20 << 20, 1, sector=4096))
    disk.finish(4096)


def primary_damaged(stem):
    """The primary header and table are overwritten: only the backup at the end tells."""
    disk = Disk(stem, "gpt")
    disk.add("linux", LINUX, ext_images.IMAGES["ext4_basic"])
    disk.add("windows", BASIC_DATA, ntfs_images.ads_hardlink)
    disk.truth.expect("problem", "gpt")
    disk.finish(512)
    with open(disk.path, "r+b") as raw:
        raw.seek(512)
        raw.write(b"\xde\xad" * 256 + bytes(32 * 512))


def mbr_entry(kind, start, length, active=0):
    return struct.pack("<B3sB3sII", active, b"\xfe\xff\xff", kind, b"\xfe\xff\xff", start, length)


def boot_record(*entries):
    return (bytes(440) + struct.pack("<IH", 0x5EED0001, 0) + b"".join(entries)).ljust(510, b"\0") + b"\x55\xaa"


def mbr_extended(stem):
    """A primary FAT partition, and ext2 and NTFS as logical ones in an extended partition."""
    disk = Disk(stem, "mbr")
    disk.add("fat", 0x06, fat.IMAGES["fat16"])
    disk.add("ext2", 0x83, ext_images.IMAGES["ext2_basic"], room=ALIGN)
    disk.add("ntfs", 0x07, ntfs_images.ads_hardlink, room=ALIGN)
    first, *logical = [(kind, start // 512, length // 512) for kind, _, start, length in disk.parts]
    base = logical[0][1] - 2048
    end = disk.at // 512
    disk.disk.truncate(disk.at)
    records = [(0, boot_record(mbr_entry(first[0], first[1], first[2], 0x80),
                               mbr_entry(0x0F, base, end - base)))]
    for n, (kind, start, length) in enumerate(logical):
        own = start - 2048
        entries = [mbr_entry(kind, 2048, length)]
        if n + 1 < len(logical):
            following = logical[n + 1]
            entries.append(mbr_entry(0x05, following[1] - 2048 - base, following[2] + 2048))
        records.append((own, boot_record(*entries)))
    for sector, raw in records:
        disk.disk.seek(sector * 512)
        disk.disk.write(raw)
    disk.finish()


IMAGES = dict(gpt_many=many, gpt_4k=four_k, gpt_primary_damaged=primary_damaged, mbr_extended=mbr_extended)
