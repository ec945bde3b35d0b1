"""
bombs_make.py FOLDER IMAGE ENTRIES - an ext4 image of evidence that wants to cost more than it is: FOLDER is for what is made on the way.

/expand.evtx: each value of its event is the same template again, 16 times, 9 deep. /own.evtx: a template that holds itself. /rings.dat: a hive whose keys are
their own children. /ring.dat: an ESE database whose pages lead back to the root and to themselves. /zips.zip: 40 archives one in the other. /wide.zip: 16 in
each of 5 levels. /loop: a file whose extent tree is its own child. /folder: a directory of ENTRIES names. /sparse: a file of
16 TiB less a block, of which one block is stored.
"""
import io
import os
import runpy
import struct
import subprocess
import sys
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
folder, image, entries = sys.argv[1], sys.argv[2], int(sys.argv[3])
src, scratch = os.path.join(folder, "src"), os.path.join(folder, "scratch")
os.makedirs(src), os.makedirs(scratch)


def put(name, data):
    with open(os.path.join(src, name), "wb") as f:
        f.write(data)


def evtx():
    sys.argv = ["evtx.py", scratch]
    w = runpy.run_path(os.path.join(ROOT, "fixtures", "artefacts", "evtx.py"))
    BINXML = 0x21
    c = w["Chunk"]()
    many = ("E", [], [w["Sub"](0, BINXML)] * 16)

    def inside(level):
        return lambda base: c.instance(base, "many", many, [(BINXML, inside(level - 1)) if level else (1, "end".encode("utf-16-le"))])
    c.record(1, "2024-03-05T06:00:01", "many", many, [(BINXML, inside(9))])
    put("expand.evtx", w["header"](1, 2) + c.finish())
    c = w["Chunk"]()
    one = ("E", [], [w["Sub"](0, BINXML)])
    c.record(1, "2024-03-05T06:00:01", "one", one, [(BINXML, bytes(40))])
    at = c.templates["one"]
    # its value is an instance of the template that it stands in, whose value lies where the first began
    body = b"\x0f\x01\x01\x00\x0c\x01" + bytes(4) + struct.pack("<IIHBBI", at, 1, 30, BINXML, 0, 0)
    place = c.data.rindex(bytes(40))
    c.data[place:place + len(body)] = body
    # the template itself: an instance of itself in place of its element
    start = at + 24 + 4
    c.data[start:start + 14] = b"\x0c\x01" + bytes(4) + struct.pack("<II", at, 0)
    put("own.evtx", w["header"](1, 2) + c.finish())


def ese():
    with open(os.path.join(ROOT, "fixtures", "artefact", "ese", "SRUDB.dat"), "rb") as f:
        data = bytearray(f.read())
    page, = struct.unpack_from("<I", data, 236)
    for at in range(2 * page, len(data), page):
        number, flags = at // page - 1, struct.unpack_from("<I", data, at + 36)[0]
        struct.pack_into("<I", data, at + 20, number)           # what follows it: itself
        if flags & 4:
            for tag in range(1, struct.unpack_from("<H", data, at + 34)[0]):
                size, place = struct.unpack_from("<HH", data, at + page - 4 * (tag + 1))
                struct.pack_into("<I", data, at + 40 + (place & 0x1fff) + (size & 0x1fff) - 4, number)
    put("ring.dat", bytes(data))


def zipped(names_data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in names_data:
            z.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def archives():
    data = b"end of the way\n"
    for i in range(40):
        data = zipped([("%d.zip" % i if i else "end.txt", data)])
    put("zips.zip", data)
    data = bytes(1 << 20)
    for _ in range(5):
        data = zipped([("%x.zip" % i, data) for i in range(16)])
    put("wide.zip", data)


def directory():
    """Blocks of a directory whose names all lead to inode 11 (lost+found's)."""
    blocks, block = [], bytearray()
    for i in range(entries):
        name = b"n%07d" % i
        if len(block) + 32 > 4096:
            last = len(block) - 16
            struct.pack_into("<H", block, last + 4, 4096 - last)
            blocks.append(bytes(block.ljust(4096, b"\0")))
            block = bytearray()
        block += struct.pack("<IHH", 12, 16, 8) + name
    struct.pack_into("<H", block, len(block) - 12, 4096 - len(block) + 16)
    blocks.append(bytes(block.ljust(4096, b"\0")))
    put("folder", b"".join(blocks))


def debugfs(*requests):
    return subprocess.run(["debugfs", "-w", "-f", "-", image], input="\n".join(requests).encode(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout.decode()


def loop():
    """/loop: the root of its tree says depth 3 and leads to a block that says depth 2 and leads, 84 times, to itself."""
    said = debugfs("blocks /loop", "imap /loop")
    block = int(next(w for w in said.split() if w.isdigit()))
    place = said.rsplit("block ", 1)[1].split(",")
    at = int(place[0]) * 4096 + int(place[1].split("0x")[1].split()[0].rstrip("."), 16)
    node = lambda count, depth: struct.pack("<HHHHI", 0xf30a, count, 340 if count > 4 else 4, depth, 0) + b"".join(  # noqa: E731
        struct.pack("<IIHH", i, block, 0, 0) for i in range(count))
    with open(image, "r+b") as f:
        f.seek(at + 40)
        f.write(node(4, 3))
        f.seek(block * 4096)
        f.write(node(84, 2))


evtx(), ese(), archives(), directory()
with open(os.path.join(ROOT, "fixtures", "artefact", "registry", "rings.dat"), "rb") as f:
    put("rings.dat", f.read())
put("loop", b"x" * 8192)
put("sparse", b"all that is stored of 16 TiB\n")
put("plain.txt", b"found all the same\n")
size = os.path.getsize(os.path.join(src, "folder")) // 1024 + 24000
subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-O", "^metadata_csum,^has_journal,^filetype,^dir_index", "-d", src, image, "%dk" % size], check=True,
               stdout=subprocess.DEVNULL)
debugfs("set_inode_field /folder mode 040755", "set_inode_field /sparse size %d" % ((16 << 40) - 4096))
loop()
