"""Bytes of NTFS attributes, FILE records and index blocks (see ntfs.py for the sources)."""
import struct

STANDARD_INFORMATION, ATTRIBUTE_LIST, FILE_NAME, VOLUME_NAME, VOLUME_INFORMATION = 0x10, 0x20, 0x30, 0x60, 0x70
DATA, INDEX_ROOT, INDEX_ALLOCATION, BITMAP, REPARSE_POINT, LOGGED = 0x80, 0x90, 0xA0, 0xB0, 0xC0, 0x100
EPOCH = 116_444_736_000_000_000
RECORD, SECTOR = 1024, 512


def filetime(ns):
    return ns // 100 + EPOCH


def to_ns(value):
    """FILETIME to nanoseconds since 1970; 0 means absent. The truth table drops what overflows."""
    if value == 0:
        return None
    return (value - EPOCH) * 100


def upcase_table():
    """One upper case unit per unit: str.upper where that stays one unit."""
    out = []
    for code in range(0x10000):
        upper = chr(code).upper() if not 0xD800 <= code < 0xE000 else chr(code)
        out.append(ord(upper) if len(upper) == 1 and ord(upper) < 0x10000 else code)
    return out


UPCASE = upcase_table()


def upcase_key(units):
    return [UPCASE[u] for u in struct.unpack("<%dH" % (len(units) // 2), units)]


def align(data, unit=8):
    return data + bytes(-len(data) % unit)


def run_list(runs):
    """Mapping pairs: header nibbles, count, LCN relative to the run before; no LCN for a hole."""
    out, last = bytearray(), 0
    for lcn, count in runs:
        length = signed(count)
        delta = b"" if lcn is None else signed(lcn - last)
        if lcn is not None:
            last = lcn
        out += bytes([len(delta) << 4 | len(length)]) + length + delta
    return bytes(out) + b"\0"


def signed(value):
    size = 1
    while not -(1 << (8 * size - 1)) <= value < 1 << (8 * size - 1):
        size += 1
    return value.to_bytes(size, "little", signed=True)


class Attr:
    """One attribute, or one piece of one whose run list is split over records."""

    def __init__(self, kind, name="", value=None, id=0, runs=None, size=None, flags=0, unit=0,
                 initialised=None, indexed=0, first_vcn=0):
        self.kind, self.name, self.value, self.id = kind, name, value, id
        self.runs, self.flags, self.unit, self.indexed = runs, flags, unit, indexed
        self.size = len(value) if value is not None else size or 0
        self.initialised = self.size if initialised is None else initialised
        self.first_vcn = first_vcn
        self.units = name.encode("utf-16-le", "surrogatepass")
        self.total = None           # clusters of the whole attribute, when this is a piece

    def order(self):
        return (self.kind, upcase_key(self.units), self.id if self.kind != DATA else 0)

    def count(self):
        return sum(count for _, count in self.runs)

    def allocated(self, cluster):
        return -(-self.size // 8) * 8 if self.runs is None else self.count() * cluster

    def split(self, most):
        if self.runs is None or len(self.runs) <= most:
            return [self]
        pieces, vcn = [], 0
        for at in range(0, len(self.runs), most):
            piece = Attr(self.kind, self.name, None, self.id, self.runs[at:at + most], self.size,
                         self.flags, self.unit, self.initialised, 0, vcn)
            piece.total = self.count()
            vcn += piece.count()
            pieces.append(piece)
        return pieces

    def encode(self, cluster):
        count = len(self.units) // 2
        if self.runs is None:
            start = -(-(24 + len(self.units)) // 8) * 8
            body = align(self.units.ljust(start - 24, b"\0") + self.value)
            return struct.pack("<IIBBHHHIHBB", self.kind, 24 + len(body), 0, count, 24, self.flags,
                               self.id, len(self.value), start, self.indexed, 0) + body
        packed = bool(self.flags & 0x8001) and self.first_vcn == 0
        name_at = 0x48 if packed else 0x40
        runs_at = -(-(name_at + len(self.units)) // 8) * 8
        sizes = [self.allocated(cluster), self.size, self.initialised]
        if self.total is not None:
            sizes[0] = self.total * cluster
        if self.first_vcn:
            sizes = [0, 0, 0]
        body = struct.pack("<QQHHIQQQ", self.first_vcn, self.first_vcn + self.count() - 1 &
                           0xFFFFFFFFFFFFFFFF, runs_at, self.unit, 0, *sizes)
        if packed:
            body += struct.pack("<Q", sum(c for lcn, c in self.runs if lcn is not None) * cluster)
        body += self.units + bytes(runs_at - name_at - len(self.units))
        body = align(body + run_list(self.runs))
        return struct.pack("<IIBBHHH", self.kind, 16 + len(body), 1, count, name_at, self.flags,
                           self.id) + body

    def list_entry(self, reference):
        body = struct.pack("<BBQQH", len(self.units) // 2, 0x1A, self.first_vcn, reference, self.id)
        size = -(-(6 + len(body) + len(self.units)) // 8) * 8
        return (struct.pack("<IH", self.kind, size) + body + self.units).ljust(size, b"\0")


def fixup(raw, usa, number=1):
    """Put the update sequence number at the end of each sector, the old bytes in the array."""
    raw = bytearray(raw)
    struct.pack_into("<H", raw, usa, number)
    for n in range(len(raw) // SECTOR):
        end = (n + 1) * SECTOR - 2
        raw[usa + 2 + 2 * n:usa + 4 + 2 * n] = raw[end:end + 2]
        struct.pack_into("<H", raw, end, number)
    return bytes(raw)


def file_record(number, seq, links, flags, attrs, base, cluster):
    body = b"".join(a.encode(cluster) for a in attrs) + struct.pack("<II", 0xFFFFFFFF, 0)
    used = 0x38 + len(body)
    if used > RECORD:
        raise ValueError("MFT record %d: %d bytes do not fit" % (number, used))
    next_id = max([a.id for a in attrs], default=0) + 1
    header = struct.pack("<4sHHQHHHHIIQHHI", b"FILE", 0x30, 3, 0x100000 + number, seq, links, 0x38,
                         flags, used, RECORD, base, next_id, 0, number)
    return fixup((header.ljust(0x38, b"\0") + body).ljust(RECORD, b"\0"), 0x30, 1 + number % 7)


def blank_record(number):
    header = struct.pack("<4sHHQHHHHIIQHHI", b"FILE", 0x30, 3, 0, 1, 0, 0x38, 0, 0x40, RECORD, 0,
                         0, 0, number)
    return fixup((header.ljust(0x38, b"\0") + struct.pack("<II", 0xFFFFFFFF, 0)).ljust(RECORD, b"\0"), 0x30)


def file_name_value(parent, times, allocated, size, flags, space, units):
    return (struct.pack("<QQQQQQQIIBB", parent, *times, allocated, size, flags, 0,
                        len(units) // 2, space) + units)


def index_entry(reference, key):
    size = -(-(16 + len(key)) // 8) * 8
    return (struct.pack("<QHHHH", reference, size, len(key), 0, 0) + key).ljust(size, b"\0")


def index_end(child):
    if child is None:
        return struct.pack("<QHHHH", 0, 16, 0, 2, 0)
    return struct.pack("<QHHHHQ", 0, 24, 0, 3, 0, child)


def index_block(vcn, body, slack, inner, size=4096):
    head = struct.pack("<4sHHQQ", b"INDX", 0x28, size // SECTOR + 1, 0x200000, vcn)
    entries = 0x40 - 0x18
    head += struct.pack("<IIIB3x", entries, entries + len(body), size - 0x18, 1 if inner else 0)
    raw = (head.ljust(0x40, b"\0") + body + slack).ljust(size, b"\0")
    if len(raw) > size:
        raise ValueError("index block overflows")
    return fixup(raw, 0x28, 3)
