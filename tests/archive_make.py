#!/usr/bin/env python3
"""archive_make.py FILE FOLDER: x.cab, x.rar (version 4) and y.rar (version 5) with FILE stored in them, byte by byte after the
descriptions of the formats: no free program writes rar, and few write cab. FILE has less than 128 bytes."""
import os
import struct
import sys
import zlib

text = open(sys.argv[1], "rb").read()
name = os.path.basename(sys.argv[1]).encode()
folder = sys.argv[2]
crc = zlib.crc32(text)
when = 0x526428C4  # 2021-03-04 05:06:08 as DOS writes it
assert len(text) < 128 and len(name) < 64


def cab():
    entry = struct.pack("<IIHHHH", len(text), 0, 0, when >> 16, when & 0xFFFF, 0x20) + name + b"\0"
    data = struct.pack("<IHH", 0, len(text), len(text)) + text
    start = 36 + 8
    head = struct.pack("<IIIIIBBHHHHH", 0, start + len(entry) + len(data), 0, start, 0, 3, 1, 1, 1, 0, 1, 0)
    return b"MSCF" + head + struct.pack("<IHH", start + len(entry), 1, 0) + entry + data


def rar4():
    def block(kind, flags, rest, body=b""):
        head = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + body

    entry = struct.pack("<IIBIIBBHI", len(text), len(text), 3, crc, when, 20, 0x30, len(name), 0o100644) + name
    return b"Rar!\x1a\x07\0" + block(0x73, 0, bytes(6)) + block(0x74, 0x8000, entry, text) + block(0x7B, 0x4000, b"")


def rar5():
    def block(fields, body=b""):
        head = bytes([len(fields)]) + fields
        return struct.pack("<I", zlib.crc32(head)) + head + body

    entry = bytes([2, 2, len(text), 4, len(text), 0]) + struct.pack("<I", crc) + bytes([0, 1, len(name)]) + name
    return b"Rar!\x1a\x07\1\0" + block(bytes([1, 0, 0])) + block(entry, text) + block(bytes([5, 0, 0]))


for path, data in (("x.cab", cab()), ("x.rar", rar4()), ("y.rar", rar5())):
    with open(os.path.join(folder, path), "wb") as f:
        f.write(data)
