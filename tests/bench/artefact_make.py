"""artefact_make.py KIND PATH SIZE [SOURCE] - a large artefact for measuring: evtx (the chunks of SOURCE again and again, with record numbers that go on and checksums
that hold), usn (a change journal, records of version 2 of about 100 bytes, at the offsets that they name), hive (a SOFTWARE hive of many keys and values)."""
import struct, sys, zlib


def own_number(chunk, at, end, number):
    """Where EventRecordID stands: the eleventh value of the template that frames each event."""
    p = at + 24 + 4
    if chunk[p] != 0x0c:
        return []
    definition = struct.unpack_from("<I", chunk, p + 6)[0]
    p += 10
    if definition == p:
        p += 24 + struct.unpack_from("<I", chunk, p + 20)[0]
    values = struct.unpack_from("<I", chunk, p)[0]
    if not 11 <= values < 64:
        return []
    where = p + 4 + 4 * values + sum(struct.unpack_from("<H", chunk, p + 4 + 4 * i)[0] for i in range(10))
    return [where] if where + 8 <= end and struct.unpack_from("<Q", chunk, where)[0] == number else []


def evtx(path, size, source):
    log = open(source, "rb").read()
    count = struct.unpack_from("<H", log, 42)[0]
    chunks = []
    for n in range(count):
        chunk = bytearray(log[4096 + 65536 * n:4096 + 65536 * (n + 1)])
        if chunk[:8] != b"ElfChnk\0":
            continue
        places, at, end = [], 512, struct.unpack_from("<I", chunk, 48)[0]
        while at + 24 <= end and chunk[at:at + 4] == b"**\0\0":
            length, number = struct.unpack_from("<IQ", chunk, at + 4)
            if length < 28 or at + length > end:
                break
            # its number stands in the record's front, and once more among the event's own values
            places.append([at + 8] + own_number(chunk, at, at + length, number))
            at += length
        chunks.append((chunk, places, end))
    next_number, total = 1, max(1, min(size, 65535 * 65536) // 65536)
    with open(path, "wb") as f:
        head = bytearray(log[:4096])
        f.write(head)
        for n in range(total):
            chunk, places, end = chunks[n % len(chunks)]
            for i, here in enumerate(places):
                for at in here:
                    struct.pack_into("<Q", chunk, at, next_number + i)
            last = next_number + len(places) - 1
            struct.pack_into("<QQQQ", chunk, 8, next_number, last, next_number, last)
            next_number = last + 1
            struct.pack_into("<I", chunk, 52, zlib.crc32(chunk[512:end]))
            struct.pack_into("<I", chunk, 124, zlib.crc32(chunk[:120] + chunk[128:512]))
            f.write(chunk)
        struct.pack_into("<QQQ", head, 8, 0, total - 1, next_number)
        struct.pack_into("<H", head, 42, total)
        struct.pack_into("<I", head, 124, zlib.crc32(bytes(head[:120])))
        f.seek(0)
        f.write(head)
    print("%d records" % (next_number - 1))


def usn(path, size):
    # a page of records that is written again and again; what differs is number and time
    reasons, records, page = (0x100, 0x102, 0x80000102, 0x1000, 0x2000, 0x80002000, 0x200), [], bytearray()
    while True:
        i = len(records)
        name = ("document-%05d.docx" % i if i % 3 else "~$%d.tmp" % i).encode("utf-16-le")
        length = (60 + len(name) + 7) // 8 * 8
        if len(page) + length > 65536:
            break
        records.append(len(page))
        page += struct.pack("<IHHQQQQIIIIHH", length, 2, 0, (3 << 48) | (1000 + i), (1 << 48) | (50 + i % 40), 0, 0, reasons[i % 7], 0, 0, 32, len(name), 60) + name
        page += bytes(length - 60 - len(name))
    page += bytes(65536 - len(page))
    time, count = (1700000000 + 11644473600) * 10000000, 0
    with open(path, "wb") as f:
        for n in range(size // 65536):
            base = n * 65536
            for at in records:
                time += 31000
                struct.pack_into("<QQ", page, at + 24, base + at, time)
            f.write(page)
            count += len(records)
    print("%d records" % count)


def hive(path, size):
    data, bin_at = bytearray(), [0]
    BIN = 65536

    def cell(length):
        """Room for a cell of so many bytes of content; the offset of the cell."""
        need = (length + 4 + 7) // 8 * 8
        if not data or len(data) - bin_at[0] + need > BIN:
            if data and len(data) - bin_at[0] < BIN:
                rest = BIN - (len(data) - bin_at[0])
                data.extend(struct.pack("<i", rest) + bytes(rest - 4))
            bin_at[0] = len(data)
            data.extend(b"hbin" + struct.pack("<IIQQI", len(data), BIN, 0, 0, 0))
        at = len(data)
        data.extend(struct.pack("<i", -need) + bytes(need - 4))
        return at

    def put(at, content):
        data[at + 4:at + 4 + len(content)] = content

    def lh(entries):
        at = cell(4 + 8 * len(entries))
        out = b"lh" + struct.pack("<H", len(entries))
        for offset, name in entries:
            total = 0
            for c in name.upper():
                total = (37 * total + ord(c)) & 0xffffffff
            out += struct.pack("<II", offset, total)
        put(at, out)
        return at

    def key(parent, name):
        return cell(76 + len(name)), parent, name

    def finish(k, children, values, stamp, root=False):
        at, parent, name = k
        subkeys = lh(children) if children else 0xffffffff
        listed = 0xffffffff
        if values:
            listed = cell(4 * len(values))
            put(listed, struct.pack("<%dI" % len(values), *values))
        put(at, b"nk" + struct.pack("<HQ15IHH", 0x2c if root else 0x20, stamp, 0, parent, len(children), 0, subkeys, 0xffffffff, len(values), listed, sk, 0xffffffff, 0, 0, 0, 0, 0,
                                    len(name), 0) + name.encode())

    def value(name, text):
        content = text.encode("utf-16-le") + b"\0\0"
        held = cell(len(content))
        put(held, content)
        at = cell(20 + len(name))
        put(at, b"vk" + struct.pack("<HIIIHH", len(name), len(content), held, 1, 1, 0) + name.encode())
        return at

    root, now = key(0xffffffff, "ROOT"), (1700000000 + 11644473600) * 10000000
    sk = cell(20 + 20)
    put(sk, b"sk" + struct.pack("<HIIII", 0, sk, sk, 1, 20) + struct.pack("<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0))
    top, groups, count = key(root[0], "Microsoft"), [], 0
    while len(data) < size:
        group, leaves = key(top[0], "Group%05d" % len(groups)), []
        for i in range(250):
            leaf = key(group[0], "{%08X-1234-4321-ABCD-%012X}" % (count, i))
            values = [value("DisplayName", "Component number %d of a program" % count), value("InstallLocation", "C:\\Program Files\\Vendor\\Program\\%d\\" % count),
                      value("Version", "10.%d.%d" % (count % 100, i))]
            count += 1
            finish(leaf, [], values, now + count * 10000)
            leaves.append((leaf[0], leaf[2]))
        finish(group, leaves, [], now)
        groups.append((group[0], group[2]))
    finish(top, groups, [], now)
    finish(root, [(top[0], top[2])], [], now, True)
    if len(data) - bin_at[0] < BIN:
        rest = BIN - (len(data) - bin_at[0])
        data.extend(struct.pack("<i", rest) + bytes(rest - 4))
    head = bytearray(4096)
    struct.pack_into("<4sIIQIIIIIII", head, 0, b"regf", 1, 1, now, 1, 5, 0, 1, root[0], len(data), 1)
    head[48:48 + 18] = "SOFTWARE\0".encode("utf-16-le")
    total = 0
    for (n,) in struct.iter_unpack("<I", bytes(head[:508])):
        total ^= n
    struct.pack_into("<I", head, 508, total if total not in (0, 0xffffffff) else 1)
    with open(path, "wb") as f:
        f.write(head)
        f.write(data)
    print("%d keys, %d values" % (count + len(groups) + 2, 3 * count))


kind, path, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
{"evtx": lambda: evtx(path, size, sys.argv[4]), "usn": lambda: usn(path, size), "hive": lambda: hive(path, size)}[kind]()
