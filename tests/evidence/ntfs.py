"""NTFS 3.1 writer: files, streams, runs and times exactly as asked, legal or not.

Sources: the NTFS documentation of the Linux-NTFS project (flatcap.github.io/linux-ntfs),
ntfs-3g's layout.h, [MS-FSCC] 2.1.2 for reparse points. System files: ntfs_system.py.
"""
import struct

import lznt1
import ntfs_system
import truth as truth_table
from ntfs_attr import (ATTRIBUTE_LIST, BITMAP, DATA, FILE_NAME, INDEX_ALLOCATION, INDEX_ROOT,
                       REPARSE_POINT, STANDARD_INFORMATION, Attr, blank_record, file_name_value, file_record,
                       index_block, index_end, index_entry, to_ns, upcase_key)

INDEX_BLOCK = 4096
RECORD = 1024
WIN32, DOS, POSIX, WIN32_AND_DOS = 1, 2, 0, 3
ROOT = 5
FIRST_USER = 64
STORY = 132_934_824_951_234_567         # 2022-04-05 06:21:35.1234567 UTC
READ_ONLY, HIDDEN, SYSTEM, ARCHIVE = 1, 2, 4, 0x20
SPARSE, REPARSE, COMPRESSED, ENCRYPTED = 0x200, 0x400, 0x800, 0x4000
ATTR_COMPRESSED, ATTR_ENCRYPTED, ATTR_SPARSE = 0x0001, 0x4000, 0x8000


class Name:
    def __init__(self, parent, units, space, times, parent_seq, indexed):
        self.parent, self.units, self.space, self.times = parent, units, space, times
        self.parent_seq, self.indexed = parent_seq, indexed
        self.slack = False


class Node:
    """A file or directory: one MFT record and its extensions."""

    def __init__(self, volume, number, directory, times, seq):
        self.volume, self.number, self.directory, self.times = volume, number, directory, times
        self.seq, self.flags, self.names, self.attrs = seq, 0, [], []
        self.deleted = False
        self.next_id = 1
        self.expected = {}          # columns of the truth row of the default stream
        self.streams = {}           # name -> columns of that stream's truth row
        self.security, self.record_flags = 0x100, 0
        self.drop_piece = None      # index of a run list piece to leave out of record and list
        self.wipe_piece = None      # index of a piece that stays listed, its record zeroed
        self.pieces = None          # runs per piece of a run list, to force extensions

    def ref(self):
        return self.number | self.seq << 48

    def attr(self, kind, name="", value=None, **more):
        new = Attr(kind, name, value, id=self.next_id, **more)
        self.next_id += 1
        self.attrs.append(new)
        return new

    def name(self, parent, name, space=WIN32_AND_DOS, times=None, indexed=True, parent_seq=None):
        """One more name: a hard link, or with space=DOS the 8.3 name of the link before."""
        units = name if isinstance(name, bytes) else name.encode("utf-16-le", "surrogatepass")
        seq = parent.seq if parent_seq is None else parent_seq
        link = Name(parent, units, space, times or self.times, seq, indexed)
        self.names.append(link)
        return link

    def data(self, content, name="", resident=None, fragments=1, compressed=False, at=None,
             flags=0, size=None, initialised=None, backwards=False):
        """A $DATA attribute holding content; resident when small unless told otherwise."""
        row = dict(size=len(content), sha256=truth_table.sha256(content), content="complete")
        self.streams[name] = row
        if resident is None:
            resident = len(content) <= 600 and not compressed and not flags
        if resident:
            return self.attr(DATA, name, content)
        if compressed:
            self.flags |= COMPRESSED
            runs = self.volume.store_compressed(content)
            return self.attr(DATA, name, runs=runs, size=len(content), flags=ATTR_COMPRESSED, unit=4)
        runs = self.volume.store(content, fragments, at, backwards)
        return self.attr(DATA, name, runs=runs, size=size or len(content), flags=flags,
                         initialised=initialised)

    def sparse(self, parts, name="", size=None, unit=4):
        """parts: bytes stored, or a number of bytes left as a hole."""
        runs, content = [], bytearray()
        for part in parts:
            if isinstance(part, bytes):
                runs += self.volume.store(part)
                content += part
            else:
                runs.append((None, -(-part // self.volume.cluster)))
                if size is None:
                    content += bytes(part)
        self.flags |= SPARSE
        self.streams[name] = (dict(size=size, sha256="-", content="complete") if size else
                              dict(size=len(content), sha256=truth_table.sha256(content),
                                   content="complete"))
        return self.attr(DATA, name, runs=runs, size=size or len(content), flags=ATTR_SPARSE,
                         unit=unit)

    def reparse(self, tag, data):
        self.flags |= REPARSE
        self.attr(REPARSE_POINT, "", struct.pack("<IHH", tag, len(data), 0) + data)

    def delete(self, slack=False, keep_index=False):
        """As Windows does: in-use bit off, sequence up, clusters freed, index entry removed."""
        self.deleted = True
        self.old_seq, self.seq = self.seq, self.seq + 1
        for link in self.names:
            link.indexed, link.slack = keep_index, slack
        for attr in self.attrs:
            for lcn, count in attr.runs or ():
                if lcn is not None:
                    self.volume.release(lcn, count)


class Volume:
    def __init__(self, path, size, cluster=4096, label="EVIDENCE", serial=0x5EED0123456789AB,
                 records=512, logfile=1 << 20):
        self.path, self.cluster, self.label, self.serial = path, cluster, label, serial
        self.sectors = size // 512
        self.clusters = (self.sectors - 1) * 512 // cluster
        self.bitmap = bytearray(-(-self.clusters // 64) * 8)
        self.capacity = records
        self.nodes, self.number = {}, FIRST_USER
        self.truth = truth_table.Truth()
        self.image = open(path, "w+b")
        self.image.truncate(size)
        self.next = 0
        self.system = ntfs_system.create(self, logfile)
        self.root = self.nodes[ROOT]

    # -- clusters ---------------------------------------------------------------------
    def mark(self, lcn, count, used=True):
        for c in range(lcn, lcn + count):
            if used:
                self.bitmap[c >> 3] |= 1 << (c & 7)
            else:
                self.bitmap[c >> 3] &= ~(1 << (c & 7)) & 0xFF

    def release(self, lcn, count):
        self.mark(lcn, count, False)

    def alloc(self, count, at=None):
        start = self.next if at is None else at
        if start + count > self.clusters:
            raise MemoryError("%s: volume full" % self.path)
        if at is None:
            self.next = start + count
        self.mark(start, count)
        return start

    def put(self, lcn, data):
        self.image.seek(lcn * self.cluster)
        self.image.write(data)

    def store(self, content, fragments=1, at=None, backwards=False):
        """Write content to new clusters; several fragments leave one cluster between them."""
        total = -(-len(content) // self.cluster)
        share = -(-total // fragments)
        counts = [min(share, total - n) for n in range(0, total, share)] if total else []
        starts = []
        for count in counts:
            starts.append(self.alloc(count, at))
            if fragments > 1:
                self.next += 1
        pieces = list(zip(starts, counts))
        if backwards:
            pieces.reverse()
        done = 0
        for start, count in pieces:
            self.put(start, content[done * self.cluster:(done + count) * self.cluster])
            done += count
        return pieces

    def store_compressed(self, content):
        unit = 16 * self.cluster
        runs = []
        for at in range(0, len(content), unit):
            part = content[at:at + unit]
            packed = lznt1.compress(part)
            need = -(-len(packed) // self.cluster)
            if not any(part):
                runs.append((None, 16))
            elif need < 16:
                runs += self.store(packed)
                runs.append((None, 16 - need))
            else:
                runs += self.store(part.ljust(unit, b"\0"))
        return merge(runs)

    # -- records ----------------------------------------------------------------------
    def new_number(self):
        number, self.number = self.number, self.number + 1
        if number >= self.capacity:
            raise MemoryError("%s: more MFT records than asked for" % self.path)
        return number

    def node(self, parent, name, directory=False, times=None, number=None, seq=1, space=None,
             fn_times=None, attributes=ARCHIVE, indexed=True, parent_seq=None):
        number = self.new_number() if number is None else number
        step = number * 36_000_000_123
        times = times or (STORY + step, STORY + step + 10_000_017, STORY + step + 20_000_029,
                          STORY + step + 30_000_031)
        new = Node(self, number, directory, times, seq)
        new.flags = attributes & ~ARCHIVE if directory else attributes
        self.nodes[number] = new
        if parent is not None:
            new.name(parent, name, WIN32_AND_DOS if space is None else space, fn_times, indexed,
                     parent_seq)
        return new

    def file(self, parent, name, content=None, data=None, **more):
        """node() plus its unnamed $DATA; data: further arguments of Node.data."""
        new = self.node(parent, name, **more)
        if content is not None:
            new.data(content, **(data or {}))
        return new

    def directory(self, parent, name, **more):
        return self.node(parent, name, directory=True, **more)

    # -- writing ----------------------------------------------------------------------
    def finish(self):
        """Indexes, record layout, system files; closes the image. Returns the truth."""
        for number in sorted(self.nodes):
            if self.nodes[number].directory:
                self._index(self.nodes[number])
        records = {}
        for number in sorted(self.nodes):
            records.update(self._layout(self.nodes[number]))
        ntfs_system.finish(self, records)
        self._truth()
        self.image.close()
        return self.truth

    def _index(self, node):
        """Build $I30: a resident root, or a B-tree of index blocks below it."""
        live, slack = [], []
        for child in self.nodes.values():
            for link in child.names:
                if link.parent is node and (link.indexed or link.slack):
                    seq = child.old_seq if child.deleted else child.seq
                    entry = index_entry(child.number | seq << 48, self._name_value(child, link))
                    (live if link.indexed else slack).append((upcase_key(link.units), entry))
        items = [(entry, None) for _, entry in sorted(live, key=lambda pair: pair[0])]
        per_block = 4072 - 40 - 24 - sum(len(e) for _, e in slack if len(slack) < 8)
        limit = 420
        blocks, tail = [], None
        stale = b"".join(entry for _, entry in slack)
        vcns = self.cluster if self.cluster <= INDEX_BLOCK else 512
        while sum(len(e) + 8 for e, _ in items) > limit or (stale and tail is None):
            items, tail, stale = self._pack(items, tail, blocks, per_block, stale, vcns)
        body = b"".join(index_entry_with(e, child) for e, child in items) + index_end(tail)
        unit = INDEX_BLOCK // vcns
        header = struct.pack("<IIIB3x", FILE_NAME, 1, INDEX_BLOCK, unit)
        header += struct.pack("<IIIB3x", 16, 16 + len(body), 16 + len(body), 1 if blocks else 0)
        node.attr(INDEX_ROOT, "$I30", header + body)
        if blocks:
            raw = b"".join(blocks)
            node.attr(INDEX_ALLOCATION, "$I30", runs=self.store(raw), size=len(raw))
            bits = (1 << len(blocks)) - 1
            node.attr(BITMAP, "$I30", bits.to_bytes(-(-len(blocks) // 64) * 8, "little"))
            node.index_blocks = len(blocks)

    def _pack(self, items, tail, blocks, room, stale, vcn_unit):
        """Fill blocks left to right; the entry between two blocks moves up."""
        upper, at = [], 0
        while True:
            used, taken = 0, []
            while at < len(items) and used + len(items[at][0]) + 8 <= room:
                used += len(items[at][0]) + 8
                taken.append(items[at])
                at += 1
            last = at >= len(items)
            end_child = tail if last else items[at][1]
            body = b"".join(index_entry_with(e, child) for e, child in taken) + index_end(end_child)
            vcn = len(blocks) * INDEX_BLOCK // vcn_unit
            blocks.append(index_block(vcn, body, stale if last else b"", end_child is not None))
            if last:
                return upper, vcn, b""
            upper.append((items[at][0], vcn))
            at += 1

    def _name_value(self, node, link):
        size = alloc = 0
        for attr in node.attrs:
            if attr.kind == DATA and not attr.name:
                size, alloc = attr.size, attr.allocated(self.cluster)
        flags = node.flags | (0x10000000 if node.directory else 0)
        return file_name_value(link.parent.number | link.parent_seq << 48, link.times, alloc, size,
                               flags, link.space, link.units)

    def _layout(self, node):
        """The record of a node, with extension records when it does not fit in one."""
        flags = node.record_flags | (0 if node.deleted else 1) | (2 if node.directory else 0)
        base = [Attr(STANDARD_INFORMATION, "", self._standard(node), id=0)]
        names = [Attr(FILE_NAME, "", self._name_value(node, link), id=100 + n, indexed=1)
                 for n, link in enumerate(node.names)]
        attrs = base + names + node.attrs
        links = len(node.names)
        plain = sorted(attrs, key=Attr.order)
        if not node.pieces and sum(len(a.encode(self.cluster)) for a in plain) <= RECORD - 64:
            return {node.number: file_record(node.number, node.seq, links, flags, plain, 0, self.cluster)}
        return self._spread(node, flags, links, base, plain[1:])

    def _spread(self, node, flags, links, base, others):
        """$ATTRIBUTE_LIST in the base record, everything but the names elsewhere."""
        pieces = []
        for attr in others:
            pieces += attr.split(node.pieces or 100)
        runs = [p for p in pieces if p.total is not None]
        if node.drop_piece is not None:
            pieces.remove(runs[node.drop_piece])
        wiped = None if node.wipe_piece is None else runs[node.wipe_piece]
        groups, room = [], 0
        home = [p for p in pieces if p.kind == FILE_NAME][:2]
        rest = [p for p in pieces if p not in home]
        for piece in rest:
            need = len(piece.encode(self.cluster))
            if not groups or need > room or piece.total is not None:
                groups.append((self.new_number(), []))
                room = RECORD - 64
            groups[-1][1].append(piece)
            room -= need
        listed = [(a, node.ref()) for a in base + home]
        out = {}
        for number, members in groups:
            listed += [(a, number | 1 << 48) for a in members]
            out[number] = file_record(number, 1, 0, flags & 1, members, node.ref(), self.cluster)
            if wiped in members:
                out[number] = blank_record(number)
        listed.sort(key=lambda pair: (pair[0].order(), pair[0].first_vcn))
        content = b"".join(a.list_entry(ref) for a, ref in listed)
        table = Attr(ATTRIBUTE_LIST, "", content, id=99)
        if len(content) > 400:
            table = Attr(ATTRIBUTE_LIST, "", id=99, runs=self.store(content), size=len(content))
        kept = sorted(base + [table] + home, key=Attr.order)
        out[node.number] = file_record(node.number, node.seq, links, flags, kept, 0, self.cluster)
        return out

    def _standard(self, node):
        return (struct.pack("<QQQQ", *node.times)
                + struct.pack("<IIIIIIQQ", node.flags, 0, 0, 0, 0, node.security, 0, 0))

    # -- truth ------------------------------------------------------------------------
    def path_of(self, node, link=None):
        """Components, UTF-16 turned into WTF-8: lone surrogates become three bytes."""
        link = link or node.names[0]
        head = () if link.parent.number == ROOT else self.path_of(link.parent)
        return head + (link.units.decode("utf-16-le", "surrogatepass").encode("utf-8", "surrogatepass"),)

    def _truth(self):
        for node in self.nodes.values():
            if node.number < FIRST_USER or node.expected is None:
                continue
            common = dict(zip(("btime", "mtime", "ctime", "atime"), map(to_ns, node.times)))
            common.update(inode=node.number, state="deleted" if node.deleted else "allocated",
                          kind="directory" if node.directory else "file")
            for link in node.names:
                if link.space == DOS:
                    continue
                row = dict(common, path=self.path_of(node, link))
                row.update(zip(("fn_btime", "fn_mtime", "fn_ctime", "fn_atime"), map(to_ns, link.times)))
                default = node.streams.get("", dict(size=0, content=truth_table.ANY))
                self.truth.add(**{**row, **(dict() if node.directory else default), **node.expected})
                for name, columns in node.streams.items():
                    if name:
                        self.truth.add(**{**row, "stream": name, "kind": truth_table.ANY, **columns})


def merge(runs):
    out = []
    for lcn, count in runs:
        if out and lcn is None and out[-1][0] is None:
            out[-1] = (None, out[-1][1] + count)
        elif out and lcn is not None and out[-1][0] is not None and sum(out[-1]) == lcn:
            out[-1] = (out[-1][0], out[-1][1] + count)
        else:
            out.append((lcn, count))
    return out


def index_entry_with(entry, child):
    if child is None:
        return entry
    entry = bytearray(entry)
    struct.pack_into("<H", entry, 8, len(entry) + 8)
    struct.pack_into("<H", entry, 12, 1)
    return bytes(entry) + struct.pack("<Q", child)
