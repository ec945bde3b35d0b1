#!/usr/bin/env python3
"""compare.py against itself: a database written from the truth agrees, a changed one does not.

test_compare.py DIR: uses every NAME.truth.tsv in DIR (made by make.py).
"""
import contextlib
import glob
import io
import os
import shutil
import sqlite3
import sys
import tempfile

import compare
import truth


def value(column, text):
    if text in ("*", "-", "NULL"):
        return {"sha256": None, "size": 0, "content": "complete", "kind": "file", "state": "allocated"}.get(column)
    if text.startswith("!"):
        return None if column == "sha256" else "partial"
    return int(text) if column in truth.TIMES + ["size", "inode"] else text


def database(path, rows):
    link = sqlite3.connect(path)
    link.execute("CREATE TABLE filesystems (filesystem_id)")
    numbers = sorted({int(row["filesystem"]) + 7 for row in rows})
    link.executemany("INSERT INTO filesystems VALUES (?)", [(number,) for number in numbers])
    link.execute("CREATE TABLE files (%s)" % ",".join(compare.COLUMNS))
    for row in rows:
        names = compare.components(row["path"])
        shown = compare.escape_display(b"/" + b"/".join(names), True)
        out = {column: value(column, row.get(column, "*")) for column in compare.COLUMNS}
        out.update(filesystem_id=int(row["filesystem"]) + 7, path=shown, name_raw=names[-1] if names else b"",
                   stream=compare.escape_display(truth.unescape(row["stream"]), True))
        if row["link_target"] not in "*-":
            out["link_target"] = truth.unescape(row["link_target"]).decode()
        link.execute("INSERT INTO files VALUES (%s)" % ",".join("?" * len(compare.COLUMNS)),
                     [out[column] for column in compare.COLUMNS])
    link.commit()
    return link


def verdict(table, path):
    sys.argv = ["compare.py", "--strict", table, path]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = compare.main()
    return code, said.getvalue()


def main():
    failed = 0
    for source in sorted(glob.glob(os.path.join(sys.argv[1], "*.truth.tsv"))):
        rows = truth.read(source)
        with tempfile.TemporaryDirectory() as folder:
            table, path = os.path.join(folder, "x.truth.tsv"), os.path.join(folder, "case.db")
            with open(source, "rb") as old, open(table, "wb") as new:
                new.write(old.read())
            link = database(path, rows)
            code, said = verdict(table, path)
            if code:
                failed += 1
                print("%s: should agree\n%s" % (source, said[:600]))
            changes = ["DELETE FROM files WHERE rowid = 1",
                       "INSERT INTO files (filesystem_id, path, state, inode) "
                       "SELECT filesystem_id, '/extra', 'allocated', 999999 FROM files LIMIT 1"]
            link.close()
            for change in changes if rows else []:
                other = shutil.copy(path, os.path.join(folder, "changed.db"))
                with contextlib.closing(sqlite3.connect(other)) as link:
                    link.execute(change)
                    link.commit()
                if not verdict(table, other)[0]:
                    failed += 1
                    print("%s: not noticed: %s" % (source, change))
    print("failed: %d" % failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
