"""What an image really holds: the truth table written beside every generated image.

One row is one content stream under one name, as in the view `files` of case.db.
Times are nanoseconds since 1970-01-01 UTC. `*` in a column means "do not check".
"""
import hashlib

COLUMNS = ("filesystem path stream kind state inode size sha256 mtime atime ctime btime "
           "fn_mtime fn_atime fn_ctime fn_btime link_target content").split()
TIMES = COLUMNS[8:16]
ANY = "*"
INT64_MAX = (1 << 63) - 1


def escape(raw):
    """Raw bytes as printable ASCII: everything else, and the backslash, becomes \\xNN."""
    return "".join(chr(b) if 0x20 <= b < 0x7f and b != 0x5c else "\\x%02x" % b for b in raw)


def components(path):
    """A path as its names. Bytes are split at '/'; a name that holds '/' needs a tuple."""
    return tuple(path.strip(b"/").split(b"/")) if isinstance(path, bytes) else tuple(path)


def escape_path(path):
    """'/' between names, \\x2f within one."""
    return "/" + "/".join(escape(name).replace("/", "\\x2f") for name in components(path))


def unescape(text):
    out, at = bytearray(), 0
    while at < len(text):
        if text[at] == "\\":
            out.append(int(text[at + 2:at + 4], 16))
            at += 4
        else:
            out.append(ord(text[at]))
            at += 1
    return bytes(out)


def fits(ns):
    """A moment as the database can hold it: None when int64 nanoseconds cannot."""
    return ns if ns is not None and -INT64_MAX - 1 <= ns <= INT64_MAX else None


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Truth:
    def __init__(self):
        self.rows, self.taken = [], []
        self.expectations = []

    def add(self, path, filesystem=0, data=None, **values):
        """path: see components(). data: the whole content, gives size and sha256."""
        row = dict.fromkeys(COLUMNS, ANY)
        row.update(filesystem=filesystem, path=components(path), stream="", kind="file", state="allocated",
                   link_target="-", content="complete")
        if data is not None:
            row.update(size=len(data), sha256=sha256(data))
        for name, value in values.items():
            if name not in row:
                raise KeyError(name)
            row[name] = value
        if row["kind"] == "directory":
            row.update(content=values.get("content", ANY), size=values.get("size", ANY))
        self.rows.append(row)
        return row

    def expect(self, kind, *values):
        self.expectations.append((kind,) + values)

    def take(self, stem, filesystem=0, change=None):
        """Rows of another image that is embedded in this one; change(row): edit its text."""
        for row in read(stem + ".truth.tsv"):
            row["filesystem"] = str(filesystem)
            if change:
                change(row)
            self.taken.append(row)

    def write(self, stem):
        with open(stem + ".truth.tsv", "w", encoding="ascii") as out:
            out.write("\t".join(COLUMNS) + "\n")
            for row in sorted(self.rows, key=order):
                out.write("\t".join(field(c, row[c]) for c in COLUMNS) + "\n")
            for row in self.taken:
                out.write("\t".join(row[c] for c in COLUMNS) + "\n")
        if self.expectations:
            with open(stem + ".expect.tsv", "w", encoding="ascii") as out:
                out.write("kind\tvalue\n")
                for item in self.expectations:
                    out.write("\t".join(str(v) for v in item) + "\n")


def order(row):
    return (row["filesystem"], row["path"], str(row["stream"]), str(row["state"]), str(row["inode"]))


def field(column, value):
    if column == "path":
        return escape_path(value)
    if column in ("stream", "link_target") and isinstance(value, (bytes, str)):
        return escape(value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass"))
    if column in TIMES and value != ANY:
        return "NULL" if fits(value) is None else str(value)
    return "-" if value is None else str(value)


def read(path):
    """The rows of a truth file, every value still text."""
    with open(path, encoding="ascii") as lines:
        header = next(lines).rstrip("\n").split("\t")
        return [dict(zip(header, line.rstrip("\n").split("\t"))) for line in lines]
