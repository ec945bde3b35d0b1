# extremes.py TRIAGE MAKER IMAGE FOLDER ROUNDS [SEED] - numbers at the end of their range in every column that evidence fills, of the journal and of the case.
#
# The parts of a run (--shard) hold its journal. In copies of them numbers are replaced, the bags made anew, and the parts merged: that builds, judges, reports and seals.
# Then each verb that reads a case reads it. The same is done to the tables of a sealed case.db. No verb may end otherwise than it says in its manual, none may
# say a sanitizer's word, and what was sealed verifies. MAKER makes the parts, TRIAGE (the program with the sanitizers) does the rest. Prints TAP.
import hashlib, os, random, shutil, sqlite3, subprocess, sys

triage, maker, image, folder, rounds = *sys.argv[1:5], int(sys.argv[5])
seed = int(sys.argv[6]) if len(sys.argv) > 6 else 1
ENV = dict(os.environ, SOURCE_DATE_EPOCH="1795000000", ASAN_OPTIONS="detect_leaks=1:exitcode=99:allocator_may_return_null=1")
I = 1 << 63
NUMBERS = (0, 1, -1, -2, -I, 1 - I, I - 1, I - 2, 1 << 31, -(1 << 31), (1 << 32) - 1, 1 << 32, 1 << 53, -(1 << 53), I // 2, -(I // 2), 10 ** 18, -(10 ** 18), 253402300800 * 10 ** 9 % I)
REALS = (0.0, -0.0, 1e-308, 1e18, -1e18, 8.000001, -1.0, 0.5)		# what the border lets through
WILD = REALS + (1e308, -1e308, float("inf"), float("-inf"), None)
# what no worker says: ids of ours, references, words by number, which the border holds in range
OURS = {"fact": None, "rule": None, "custody": None, "evidence": {"evidence_id", "kind", "bad_sectors"}, "volume": {"volume_id", "evidence_id", "position", "parent", "state"},
        "filesystem": {"filesystem_id", "evidence_id", "position", "volume"}, "entry": {"entry_id", "parent", "inode", "attr_type", "attr_id", "kind", "state", "flags"},
        "unit": {"unit_id", "filesystem_id", "inode", "attr_type", "attr_id", "entry_id", "rank", "attempts"},
        "result": {"result_id", "unit_id", "state", "hashed", "judged", "windowed", "scan_incomplete", "text", "twin"}, "match": {"match_id", "unit_id", "rule", "by_name"},
        "extent": {"extent_id", "unit_id"}, "event_batch": None, "told": {"told_id", "unit_id", "weight"},
        "artefact": {"artefact_id", "unit_id", "whole"}, "problem": {"evidence_id", "filesystem_id", "severity"}}
# of a case: ids by which rows are numbered without gaps
OURS_CASE = {"t_meta": None, "t_custody": None, "t_meaning": None, "t_moment": {"file_id"}, "t_event": {"event_id", "file_id", "kind_id"}, "t_event_kind": None, "t_file": {"file_id", "filesystem_id"},
             "t_volume": {"volume_id", "evidence_id", "parent_id"}, "t_filesystem": {"filesystem_id", "volume_id", "evidence_id"}, "t_evidence": {"evidence_id"},
             "t_rule": {"rule_index"}, "t_damage": {"file_id"}, "t_package_file": {"file_id"}, "t_finding": {"finding_id"}, "t_host": {"host_id", "filesystem_id"},
             "t_account": {"account_id", "host_id"}, "t_problem": {"problem_id"}, "t_coverage": {"coverage_id"}, "t_contact": {"contact_id"}, "t_story": {"story_id"},
             "t_damage_sum": {"sum_id"}, "t_damage_filesystem": None, "t_match": {"bytes", "rule_index"}, "t_name_match": {"filesystem_id", "inode", "attr_type", "attr_id"},
             "t_extent": {"filesystem_id", "inode", "attr_type", "attr_id"}}
faults, changed, ran = [], 0, 0


def pick(key, values):
    return values[int.from_bytes(hashlib.sha256(repr(key).encode()).digest()[:8], "big") % len(values)]


def hits(key, share):
    return pick(key, range(1000)) < share * 1000


def change(path, ours, reals, turn, share):
    """Numbers of a database; what is picked depends on turn, table, row and column alone, so that the parts of a run stay parts of one run."""
    global changed
    db = sqlite3.connect(path)
    for table, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'").fetchall():
        kept = ours.get(table, set())
        if kept is None:
            continue
        info = db.execute("PRAGMA table_info('%s')" % table).fetchall()
        keys = [c[1] for c in info if c[5]] or ["rowid"]
        columns = [(c[1], c[2]) for c in info if c[2] in ("INTEGER", "REAL") and c[1] not in kept]
        rows = db.execute("SELECT %s FROM '%s'" % (", ".join('"%s"' % k for k in keys), table)).fetchall()
        for row in rows:
            news = [(c, pick((turn, table, row, c), NUMBERS if kind == "INTEGER" else reals)) for c, kind in columns if hits((turn, "?", table, row, c), share)]
            if news:
                db.execute("UPDATE OR IGNORE '%s' SET %s WHERE %s" % (table, ", ".join('"%s" = ?' % c for c, _ in news), " AND ".join('"%s" IS ?' % k for k in keys)), [v for _, v in news] + list(row))
                changed += len(news)
    # inodes and attributes name a stream in two tables
    if "entry" in ours:
        streams = db.execute("SELECT DISTINCT inode FROM unit WHERE inode >= 0 ORDER BY 1").fetchall()
        for n, (inode,) in enumerate(streams):
            if hits((turn, "inode", inode), share / 4):
                new = (-1 - 2 * n, -I + n, I - 1 - n, (1 << 53) + n)[n % 4]
                for table in ("entry", "unit"):
                    db.execute("UPDATE OR IGNORE %s SET inode = ? WHERE inode = ?" % table, (new, inode))
                changed += 1
    db.commit()
    db.close()


def sha(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def reseal(d):
    names = sorted(os.path.relpath(os.path.join(b, n), d) for b, _, fs in os.walk(d + "/data") for n in fs)
    with open(d + "/manifest-sha256.txt", "w") as f:
        f.writelines("%s  %s\n" % (sha(d + "/" + n), n) for n in names)
    with open(d + "/bag-info.txt") as f:
        info = f.read().splitlines()
    oxum = "Payload-Oxum: %d.%d" % (sum(os.path.getsize(d + "/" + n) for n in names), len(names))
    with open(d + "/bag-info.txt", "w") as f:
        f.writelines((oxum if l.startswith("Payload-Oxum:") else l) + "\n" for l in info)
    with open(d + "/tagmanifest-sha256.txt", "w") as f:
        f.writelines("%s  %s\n" % (sha(d + "/" + n), n) for n in ("HOW-TO-VERIFY.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt"))


def run(what, fine, *args, seconds=300):
    global ran
    ran += 1
    try:
        p = subprocess.run([triage, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=ENV, timeout=seconds, cwd=folder)
    except subprocess.TimeoutExpired:
        faults.append("%s: no end" % what)
        return False
    said = p.stdout.decode("utf-8", "replace")
    if p.returncode not in fine or "Sanitizer" in said or "runtime error" in said:
        faults.append("%s: exit %d: %s" % (what, p.returncode, said.strip()[-1200:]))
        return False
    return True


def read_all(what, case):
    """Each verb over a case."""
    out = os.path.join(folder, "out")
    shutil.rmtree(out, ignore_errors=True)
    os.mkdir(out)
    run(what + ", verify", (0,), "verify", "-q", case)
    for lang in ("nl", "en"):
        run("%s, report %s" % (what, lang), (0,), "report", "--lang", lang, "-o", "%s/report-%s.html" % (out, lang), case)
    run(what + ", print", (0,), "report", "--print", "-o", out + "/print.html", case)
    for name in ("findings", "timesketch-csv", "timesketch-jsonl", "bodyfile", "stix", "case-uco", "l2tcsv", "dfxml", "misp"):
        run("%s, export %s" % (what, name), (0,), "export", "--format", name, "-o", out + "/" + name, case)
    run(what + ", share", (0, 3), "share", "-o", out + "/shared", case)
    run(what + ", judge", (0, 3), "judge", "-o", out + "/judged", case)
    for made in ("shared", "judged"):
        if os.path.isdir(out + "/" + made):
            run("%s, %s verifies" % (what, made), (0,), "verify", "-q", out + "/" + made)
    run(what + ", fleet", (0, 3), "fleet", case, out + "/judged", folder + "/whole", "-o", out + "/fleet")


def copies(names):
    for n in names:
        shutil.rmtree(folder + "/" + n, ignore_errors=True)
        shutil.copytree(folder + "/whole" if n == "forged" else folder + "/kept" + n[-1], folder + "/" + n)


for k in "12":
    subprocess.run([maker, "run", "-q", "--shard", k + "/2", "-o", folder + "/kept" + k, image], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENV)
subprocess.run([maker, "merge", "-q", folder + "/kept1", folder + "/kept2", "-o", folder + "/whole"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENV)
if not os.path.isdir(folder + "/whole"):
    print("not ok - the parts can be made")
    sys.exit(1)
for turn in range(seed, seed + rounds):
    share = (0.05, 0.5, 1.0)[turn % 3]
    copies(("part1", "part2", "forged"))
    for k in "12":
        change(folder + "/part" + k + "/data/shard/journal.db", OURS, REALS, turn, share)
        reseal(folder + "/part" + k)
    for leftover in ("merged", "merged.merge.json"):
        shutil.rmtree(folder + "/" + leftover, ignore_errors=True)
        if os.path.exists(folder + "/" + leftover):
            os.unlink(folder + "/" + leftover)
    if run("journal %d, merge" % turn, (0, 3), "merge", "-q", "part1", "part2", "-o", "merged"):
        read_all("journal %d" % turn, folder + "/merged")
    change(folder + "/forged/data/case.db", OURS_CASE, WILD, turn, share)
    reseal(folder + "/forged")
    read_all("case %d" % turn, folder + "/forged")
for f in faults:
    print("not ok - " + f.replace("\n", "\n# "))
print("%s - %d numbers at the end of their range in %d journals and %d cases, %d runs of a verb: each ends as it should" % ("not ok" if faults else "ok", changed, rounds, rounds, ran))
sys.exit(1 if faults else 0)
