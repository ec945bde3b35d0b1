"""Hives as libregf reads them against our walk: the same keys at the same places with the same times, the same values with the same data.

registry_libregf.py TOOL FILE...   Prints one line of TAP for each file. libregf gives up where it meets damage: such files are told apart.

Left out is the data of fewer than four bytes that stand in the place of their offset: libregf 20201007 takes them from the wrong end. Proof: the boot
entries of Windows that are switched on (a byte 01 and three others) read as 00 with it. A text that has no NUL is given with what follows it in its cell
by libregf, beyond the size that its record states: it is compared up to that size.
"""
import lzma, os, subprocess, sys, tempfile

import pyregf


def total(data):
    n = 14695981039346656037
    for b in data:
        n = ((n ^ b) * 1099511628211) & 0xFFFFFFFFFFFFFFFF
    return "%016x" % n


def text(name):
    return (name or "").encode("utf-8", "surrogatepass")


def key_lines(key):
    """The line of a key and its values as (line, data). None when libregf cannot read a part of it."""
    try:
        head = "K %d %d %d %d %s" % (key.offset, key.get_last_written_time_as_integer(), key.number_of_sub_keys, key.number_of_values, total(text(key.name)))
        values = []
        for v in key.values:
            data = v.data or b""
            if v.type in (1, 2):
                data = data[:next((i for i in range(0, len(data) - 1, 2) if data[i:i + 2] == b"\0\0"), len(data))]
            values.append((total(text(v.name)), v.type, data))
        return head, values
    except OSError:
        return None


def same(a, b):
    """a: of libregf; b: our lines."""
    if b is None or a[0] != b[0] or len(a[1]) != len(b) - 1:
        return False
    for (name, kind, data), line in zip(a[1], b[1:]):
        _, our_name, our_kind, size, our_sum = line.split()
        size = int(size)
        if name != our_name or kind != int(our_kind) or (len(data) != size and not (kind in (1, 2) and len(data) > size)):
            return False
        if size >= 4 and total(data[:size]) != our_sum:
            return False
    return True


def theirs(path):
    hive = pyregf.file()
    hive.open(path)
    stack, keys, failed = [hive.get_root_key()], {}, 0
    while stack:
        key = stack.pop()
        lines = key_lines(key)
        failed += lines is None
        keys[key.offset] = lines
        try:
            for i in range(key.number_of_sub_keys):
                try:
                    stack.append(key.get_sub_key(i))
                except OSError:
                    failed += 1
        except OSError:
            failed += 1
    return keys, failed


def ours(tool, path):
    keys, lines = {}, None
    for line in subprocess.run([tool, path], capture_output=True, text=True, check=True).stdout.splitlines():
        if line.startswith("K"):
            lines = keys[int(line.split()[1])] = []
        lines.append(line)
    return keys


tool, bad = sys.argv[1], 0
for number, source in enumerate(sys.argv[2:], 1):
    path = source
    if source.endswith(".xz"):
        path = os.path.join(tempfile.gettempdir(), "triage-hive-%d" % os.getpid())
        with open(path, "wb") as f:
            f.write(lzma.open(source).read())
    name = os.path.basename(source)
    try:
        a, failed = theirs(path)
    except OSError:
        print("ok %d - %s: libregf cannot open it" % (number, name))
        continue
    b = ours(tool, path)
    # where libregf met damage ours may have more, never less
    differ = [k for k in a if a[k] is not None and not same(a[k], b.get(k))] + ([k for k in b if k not in a] if not failed else [])
    for k in differ[:3]:
        print("# key at %d: libregf %s, ours %s" % (k, str(a.get(k))[:300], str(b.get(k))[:300]))
    bad += bool(differ)
    print("%sok %d - %s: %d keys, %d values%s" % ("not " if differ else "", number, name, len(a), sum(len(x[1]) for x in a.values() if x),
                                                 ", libregf gave up %d times" % failed if failed else ""))
    if path != source:
        os.unlink(path)
print("1..%d" % len(sys.argv[2:]))
sys.exit(bad > 0)
