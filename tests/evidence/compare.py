#!/usr/bin/env python3
"""Compare the view `files` of a case database with a truth table.

compare.py TRUTH CASE_DB [--filesystem-offset N] [--strict]

Names: a row is found by its path, however it escapes (\\xNN, \\uNNNN, \\\\), as long as the
bytes behind it are those of the truth; nameless and orphan rows by inode and stream, because
nothing fixes the path of a file without a name. An .expect.tsv beside the truth is checked too,
except `exit` and `note`. Exit status: 0 all as expected, 1 differences (with --strict also rows
that the truth does not have), 2 usage.
"""
import argparse
import collections
import os
import re
import sqlite3
import sys
import urllib.parse

import truth

COLUMNS = ("filesystem_id inode stream path name_raw kind state size sha256 mtime atime ctime btime "
           "fn_mtime fn_atime fn_ctime fn_btime link_target content").split()
ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u\{([0-9A-Fa-f]+)\}|u([0-9A-Fa-f]{4})|(\\))")
NTFS_FILES = set("$MFT $MFTMirr $LogFile $Volume $AttrDef $Bitmap $Boot $BadClus $Secure $UpCase "
                 "$Extend . $OrphanFiles $MBR $FAT1 $FAT2 $BITMAP $ALLOC_BITMAP $UPCASE_TABLE "
                 "$UPCASE $VOLUME_LABEL $Unalloc lost+found".split())


def bytes_of(display):
    """A displayed path back to bytes: escapes undone, the rest UTF-8."""
    out, last = bytearray(), 0
    for found in ESCAPE.finditer(display):
        out += display[last:found.start()].encode("utf-8", "surrogatepass")
        byte, braced, four, backslash = found.groups()
        if byte:
            out.append(int(byte, 16))
        elif backslash:
            out += b"\\"
        else:
            out += chr(int(braced or four, 16)).encode("utf-8", "surrogatepass")
        last = found.end()
    return bytes(out + display[last:].encode("utf-8", "surrogatepass"))


def escape_display(raw, c1_as_code):
    """The contract's display form: valid UTF-8, the rest and C0/C1 controls as \\xNN."""
    out = []
    for char in raw.decode("utf-8", "surrogateescape"):
        code = ord(char)
        if 0xDC80 <= code <= 0xDCFF:
            out.append("\\x%02x" % (code - 0xDC00))
        elif code < 0x20 or code == 0x7F or (0x80 <= code < 0xA0 and c1_as_code):
            out.append("\\x%02x" % code)
        elif 0x80 <= code < 0xA0:
            out.append("".join("\\x%02x" % b for b in char.encode()))
        else:
            out.append(char)
    return "".join(out)


def lower_hex(display):
    return re.sub(r"\\x[0-9A-F]{2}", lambda m: m.group().lower(), display)


def components(text):
    return [truth.unescape(part) for part in text[1:].split("/")] if text != "/" else []


def keys_of_truth(text):
    raw = b"/" + b"/".join(components(text))
    return [raw] + [escape_display(raw, flag) for flag in (True, False)]


def keys_of_row(path):
    return [bytes_of(path), lower_hex(path)]


class Found:
    """The rows of the database, each to be claimed by at most one row of the truth."""

    def __init__(self, database):
        link = sqlite3.connect("file:%s?mode=ro" % urllib.parse.quote(database), uri=True)
        link.row_factory = sqlite3.Row
        self.link = link
        self.rows = [dict(row) for row in link.execute("SELECT %s FROM files" % ",".join(COLUMNS))]
        listed = [row[0] for row in link.execute("SELECT filesystem_id FROM filesystems ORDER BY 1")]
        self.number = {identity: n for n, identity in enumerate(listed)}
        self.claimed = set()
        self.by_path, self.by_inode = collections.defaultdict(list), collections.defaultdict(list)
        for n, row in enumerate(self.rows):
            row["filesystem"] = self.number.get(row["filesystem_id"])
            stream = bytes_of(row["stream"] or "")
            row["path"] = row["path"] or ""
            for key in set(keys_of_row(row["path"])):
                self.by_path[row["filesystem"], key, stream].append(n)
            self.by_inode[row["filesystem"], str(row["inode"]), stream].append(n)

    def candidates(self, want, offset):
        filesystem, stream = int(want["filesystem"]) + offset, truth.unescape(want["stream"])
        numbers = []
        if want["state"] not in ("nameless", "orphan"):
            for key in keys_of_truth(want["path"]):
                numbers += self.by_path.get((filesystem, key, stream), [])
        if want["state"] in ("nameless", "orphan", "*") and want["inode"].isdigit():
            numbers += self.by_inode.get((filesystem, want["inode"], stream), [])
        return [n for n in dict.fromkeys(numbers) if n not in self.claimed]


def same(expected, value):
    """One column: `*` and `-` always agree, `!x` is anything but x."""
    if expected in ("*", "-"):
        return True
    if expected.startswith("!"):
        return str(value) != expected[1:]
    return str(value) == expected


def name_differs(want, row):
    if want["state"] in ("nameless", "orphan") or want["path"] == "/":
        return None
    name, raw = components(want["path"])[-1], row["name_raw"]
    if raw is None:
        try:
            clean = all(ord(c) >= 0x20 and not 0x7F <= ord(c) < 0xA0 for c in name.decode())
        except UnicodeDecodeError:
            clean = False
        return None if clean else "name_raw is NULL"
    raw = raw.encode() if isinstance(raw, str) else bytes(raw)
    wide = name.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass") if valid_wtf8(name) else None
    return None if raw in (name, wide) else "name_raw is %r" % raw


def valid_wtf8(name):
    try:
        name.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def differences(want, row):
    out = []
    for column in ("kind", "state", "inode", "size", "sha256"):
        if not same(want[column], row[column]):
            out.append("%s is %s, not %s" % (column, row[column], want[column]))
    for column in truth.TIMES:
        value = "NULL" if row[column] is None else str(row[column])
        if want[column] not in ("*", value):
            out.append("%s is %s, not %s" % (column, value, want[column]))
    empty = want["size"] == "0" and row["content"] in ("complete", "none")
    if not empty and not same(want["content"], row["content"]):
        out.append("content is %s, not %s" % (row["content"], want["content"]))
    target = row["link_target"] or ""
    if want["link_target"] == "-" and target:
        out.append("link_target is %r" % target)
    elif want["link_target"] not in ("-", "*"):
        raw = truth.unescape(want["link_target"])
        if raw not in (bytes_of(target), target.encode("utf-8", "surrogatepass")):
            out.append("link_target is %r, not %r" % (target, raw))
    name = name_differs(want, row)
    return out + [name] if name else out


def internal(row):
    parts = [part for part in row["path"].split("/") if part]
    if not parts or parts == ["$OrphanFiles"]:
        return True
    if parts[0] in NTFS_FILES and parts[0] != "$OrphanFiles" or "Volume Label" in parts[0]:
        return True
    number = str(row["inode"])
    return row["state"] in ("nameless", "orphan") and number.isdigit() and int(number) < 24 and not row["sha256"]


def expectations(found, path):
    """Rows of .expect.tsv that the database can answer; yields (text, met)."""
    if not os.path.exists(path):
        return
    with open(path, encoding="ascii") as lines:
        wanted = [line.rstrip("\n").split("\t") for line in lines][1:]
    for kind, *values in wanted:
        text = " ".join([kind] + values)
        if kind == "problem":
            query = ("SELECT count(*) FROM problems WHERE instr(lower(coalesce(code,'') || ' ' || "
                     "coalesce(message,'') || ' ' || coalesce(path,'')), lower(?))")
            yield text, found.link.execute(query, values[:1]).fetchone()[0] > 0
        elif kind == "finding":
            query = ("SELECT count(*) FROM findings WHERE kind = ? AND (path LIKE '%' || ? || '%' OR "
                     "instr(detail, '\"path\":\"' || ?) > 0)")
            path = values[1] if len(values) > 1 else ""
            yield text, found.link.execute(query, (values[0], path, path)).fetchone()[0] > 0
        elif kind == "min_files":
            yield text, len(found.rows) >= int(values[0])
        elif kind == "max_files":
            yield text, len(found.rows) <= int(values[0])
        elif kind == "hash_verdict":
            rows = [row[0] for row in found.link.execute("SELECT hash_verdict FROM evidence")]
            yield text + " (is %s)" % rows, values[0] in rows
        elif kind == "volume":
            rows = [[str(v) for v in row] for row in found.link.execute(
                "SELECT kind, start, length, state FROM volumes")]
            yield text, any(all(w in ("*", v) for w, v in zip(values, row)) for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth")
    parser.add_argument("database")
    parser.add_argument("--filesystem-offset", type=int, default=0, metavar="N",
                        help="filesystem 0 of the truth is the N-th of the case")
    parser.add_argument("--strict", action="store_true", help="an unexpected row is a difference too")
    options = parser.parse_args()
    wanted, found = truth.read(options.truth), Found(options.database)
    good = 0
    # Rows with the most fixed columns first, so that a twin with `*` does not take their row.
    for want in sorted(wanted, key=lambda w: sum(v == "*" for v in w.values())):
        label = want["path"] + (":" + want["stream"] if want["stream"] else "")
        numbers = found.candidates(want, options.filesystem_offset)
        if not numbers:
            print("missing: %s (filesystem %s, inode %s, %s)" % (label, want["filesystem"], want["inode"], want["state"]))
            continue
        best = min(numbers, key=lambda n: len(differences(want, found.rows[n])))
        found.claimed.add(best)
        wrong = differences(want, found.rows[best])
        for line in wrong:
            print("different: %s: %s" % (label, line))
        good += not wrong
    used = {int(want["filesystem"]) + options.filesystem_offset for want in wanted}
    extra = [row for n, row in enumerate(found.rows) if n not in found.claimed and not internal(row)
             and row["filesystem"] in used]
    for row in extra:
        stream = ":" + row["stream"] if row["stream"] else ""
        print("unexpected: %s%s (inode %s, %s, %s)" % (row["path"], stream, row["inode"], row["kind"], row["state"]))
    unmet = 0
    for text, met in expectations(found, options.truth.replace(".truth.tsv", ".expect.tsv")):
        if not met:
            print("not met: " + text)
            unmet += 1
    print("%d of %d rows as expected, %d unexpected rows, %d expectations not met" %
          (good, len(wanted), len(extra), unmet))
    return 0 if good == len(wanted) and not unmet and not (extra and options.strict) else 1


if __name__ == "__main__":
    sys.exit(main())
