"""big_case.py BUNDLE OUT.db [FILES [ROWS]] - the database of a small sealed bundle, grown to FILES files and ROWS rows of the timeline.

Files lie in the folders of a town's file server, events are alike to those of event logs; all is made by SQL over numbers, so it is the same
each time. What the small case found stays as it is.
"""
import shutil, sqlite3, sys

source, out = sys.argv[1:3]
files = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000
rows = int(sys.argv[4]) if len(sys.argv) > 4 else 5_000_000
shutil.copyfile(source + "/data/case.db", out)
db = sqlite3.connect(out)
db.execute("PRAGMA journal_mode = OFF")
db.execute("PRAGMA synchronous = OFF")
db.execute("PRAGMA cache_size = -200000")
columns = [r[1] for r in db.execute("PRAGMA table_info(t_file)")]
last, = db.execute("SELECT max(file_id) FROM t_file").fetchone()
model, = db.execute("SELECT file_id FROM t_file WHERE kind = 'file' AND sha256 IS NOT NULL AND path LIKE '/%/%' ORDER BY size DESC LIMIT 1").fetchone()
departments = ["Bevolking", "Burgerlijke stand", "Financien", "Personeel", "Sociale dienst", "Ruimtelijke ordening", "Archief", "Bibliotheek", "Politie", "Onderwijs"]
subjects = ["aanvraag", "besluit", "factuur", "verslag", "loonstaat", "dossier", "brief", "foto", "plan", "register", "offerte", "agenda"]
db.execute("CREATE TEMP TABLE department(n INTEGER PRIMARY KEY, word TEXT)")
db.execute("CREATE TEMP TABLE subject(n INTEGER PRIMARY KEY, word TEXT)")
db.execute("CREATE TEMP TABLE ending(n INTEGER PRIMARY KEY, word TEXT)")
db.executemany("INSERT INTO department VALUES(?, ?)", enumerate(departments))
db.executemany("INSERT INTO subject VALUES(?, ?)", enumerate(subjects))
db.executemany("INSERT INTO ending VALUES(?, ?)", enumerate(["docx", "xlsx", "pdf", "jpg", "msg"]))
DAY = 86_400_000_000_000
made = 1_400_000_000_000_000_000
more = files - last
value = {"file_id": "%d + i" % last, "inode": "%d + i" % (1 << 20), "path":
         "'/Shares/' || d.word || '/' || (2008 + i % 14) || '/' || s.word || '-' || (i / 900) || '/' || s.word || '_' || printf('%07d', i * 7919 % 9999991) || '.' || e.word",
         "name_raw": "NULL", "size": "1000 + i * 7907 % 2000000", "mtime": "m + i * 1237 % 97 * 3600000000000", "atime": "m + 300 * %d" % DAY, "ctime": "m + i * 1237 % 97 * 3600000000000",
         "btime": "m", "fn_mtime": "m", "fn_atime": "m", "fn_ctime": "m", "fn_btime": "m", "md5": "printf('%032x', i * 2654435761)", "sha1": "printf('%040x', i * 2654435761)",
         "sha256": "printf('%064x', i * 2654435761)", "matched": "0", "content_key": "NULL", "extension_mismatch": "0", "known": "NULL"}
select = ", ".join(value.get(c, "f." + c) for c in columns)
numbers = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i, %d + i / 40 * %d %% (8 * 365 * %d) + i * 61000000 AS m FROM n)" % (more, made, 11 * DAY // 10, DAY)
db.execute("INSERT INTO t_file SELECT %s FROM %s n JOIN t_file f ON f.file_id = %d JOIN department d ON d.n = i / 900 %% 10 JOIN subject s ON s.n = i / 90 %% 12"
           " JOIN ending e ON e.n = i %% 5 ORDER BY i" % (select, numbers, model))
db.execute("INSERT INTO t_extent SELECT filesystem_id, inode, attr_type, attr_id, 0, file_id * 4096, size FROM t_file WHERE file_id > %d" % last)
db.execute("INSERT OR IGNORE INTO t_moment SELECT time, file_id, sum(mask) FROM (SELECT mtime AS time, file_id, 5 AS mask FROM t_file WHERE file_id > %d UNION ALL"
           " SELECT btime, file_id, 8 FROM t_file WHERE file_id > %d UNION ALL SELECT atime, file_id, 2 FROM t_file WHERE file_id > %d)"
           " GROUP BY time, file_id ORDER BY time, file_id" % (last, last, last))
moments, = db.execute("SELECT count(*) FROM t_moment").fetchone()
first_kind, = db.execute("SELECT coalesce(max(kind_id), 0) + 1 FROM t_event_kind").fetchone()
kinds = [("1ms", "Event Logged", "evtx", "evtx", None), ("1ms", "Event Logged", "evtx", "evtx", "T1078"), ("1s", "Program Run", "prefetch", "prefetch", None),
         ("100ns", "Content Modified", "registry", "registry.run_keys", "T1547.001"), ("100ns", "Change Journal", "usn", "usn", None), ("1us", "Page Visited", "browser", "browser.history", None)]
db.executemany("INSERT INTO t_event_kind VALUES(?, ?, ?, ?, ?, ?)", [(first_kind + i,) + k for i, k in enumerate(kinds)])
first_event, = db.execute("SELECT coalesce(max(event_id), 0) FROM t_event").fetchone()
db.execute("INSERT INTO t_event SELECT %d + i, 1500000000000000000 + i * 85000000000, %d + i %% 6, 1 + i %% %d, i * 512, 'GEM-' || printf('FS%%02d', i %% 7),"
           " iif(i %% 4 = 0, NULL, 'GEMEENTE\\user' || (i * 31 %% 400)), 'Logon of user' || (i * 31 %% 400) || ' from 10.' || (i %% 16) || '.' || (i * 7 %% 250) || '.' || (i * 13 %% 250)"
           " || ' with the number ' || printf('%%x', i * 2654435761 %% 4294967296), '{\"event_id\":' || (4600 + i %% 60) || ',\"record_id\":' || i || ',\"channel\":\"Security\",\"computer\":\"GEM-FS01\"}'"
           " FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i FROM n)" % (first_event, first_kind, last, rows - moments))
# one that is looked for
db.execute("UPDATE t_event SET message = 'A service was installed: zebrafinch.exe by GEMEENTE\\backupadmin' WHERE event_id = %d" % (first_event + (rows - moments) * 3 // 4))
db.commit()
print(db.execute("SELECT (SELECT count(*) FROM t_file), (SELECT count(*) FROM t_moment) + (SELECT count(*) FROM t_event)").fetchone())
