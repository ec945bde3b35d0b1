"""corpus.py TRIAGE CORPUS [PART] - the images of a collection of real evidence against the facts that other projects state about them.

Reads, for paths with PART in them, CORPUS/facts.tsv (class images), INDEX.tsv and FACTS/ (corpus_images.py). Prints TAP: one line a kind of fact, and one for each image that
could not be examined and was not named. A fact that we do not have is a miss, unless the evidence itself shows that it is not the file's: REASONS.
"""
import collections, csv, gzip, lzma, os, re, shutil, sqlite3, subprocess, sys, tempfile

import corpus_images

triage, corpus = sys.argv[1:3]
only = sys.argv[3] if len(sys.argv) > 3 else ""
tmp = tempfile.mkdtemp(prefix="triage-corpus-", dir=os.environ.get("TMPDIR", "/var/tmp"))
SAME = {"vfat": ("fat12", "fat16", "fat32"), "crypto_luks": ("luks",), "lvm2_member": ("lvm",), "linux_raid_member": ("md",),
        "hfsplus": ("hfs+",), "ext4": ("ext4", "ext3")}
# facts of formats that this version names but does not read inside
LATER = (".dmg",)

# texts, further segments, and archives of several images (LOCKS has those that can be opened, ARCHIVES the rest)
NO_IMAGE = (".txt", ".001", ".E02", "-images.tar.xz", "luks2_mda_images.tar.xz")
# why a fact is not the file's
REASONS = {"slack": "are digests of the file and the slack behind it (icat -s gives them, icat gives ours)",
           "lossy": "are names in which libblkid put _ for a byte or a blank (ours has what it encodes without loss)",
           "named": "are of a partition table that is named, not read", "whole": "are the header or the whole of the disk",
           "joliet": "are of the first descriptor of a disc that has another name in its second, which blkid and we show",
           "elsewhere": "are told at another path (a folder whose clusters another took)",
           "unread": "are of a filesystem that is named, not read"}
# member-uuid: the single device of an array or pool; partition: of an Atari table; block-size: exFAT by its clusters
MISSED = {"member-uuid": 7, "partition": 3, "block-size": 1}

# what the makers of the test images say about them, beyond digests: SQL, answer
ANSWERS = {
    "images/dftt/1-extend-part.zip": [
        ("all six logical and primary partitions, each with its file",
         "SELECT group_concat((v.start / 512) || ' ' || f.path, ', ') FROM (SELECT * FROM files ORDER BY path) f JOIN filesystems USING (filesystem_id) "
         "JOIN volumes v USING (volume_id) WHERE f.kind = 'file'",
         "63 /primary-1.txt, 52416 /primary-2.txt, 104832 /primary-3.txt, 157311 /second-1.txt, 209727 /second-2.txt, 262143 /second-3.txt")],
    "images/dftt/5-fat-daylight.zip": [
        ("2 PM in winter and 3 PM in summer, as they are written",
         "SELECT group_concat(strftime('%Y-%m-%d %H:%M', btime / 1000000000, 'unixepoch'), ', ') FROM (SELECT * FROM files ORDER BY path) WHERE kind = 'file'",
         "2004-06-01 15:00, 2004-01-01 14:00")],
    "images/dftt/6-undel-fat.zip": [
        ("the names of all deleted files and folders",
         "SELECT count(*) FROM files WHERE state = 'deleted' AND (path LIKE '/_rag1.dat' OR path LIKE '/_rag2.dat' OR path LIKE '/_ing.dat' OR path LIKE "
         "'/_ult1.dat' OR path LIKE '/_ir1' OR path LIKE '/_ir1/mult2.dat' OR path LIKE '/_ir1/dir2' OR path LIKE '/_ir1/dir2/frag3.dat')", 8)],
    "images/dftt/9-fat-label.zip": [
        ("its label, and its author's digests of both label entries that hide something",
         "SELECT (SELECT count(DISTINCT md5) FROM files WHERE md5 IN ('8071eeaa52cd372a9bbb093e348e605c', '8aeca328aa6fbb7d2ec01f8c2f3e4bbd')) || ' ' || label "
         "FROM filesystems", "2 LABEL2")],
    "images/dftt/14-iso9660-1.zip": [
        ("the files of both trees of folders, and of a tree behind an empty one", "SELECT group_concat(size, ' ') FROM (SELECT size FROM files JOIN filesystems "
         "USING (filesystem_id) WHERE kind = 'file' ORDER BY label, size)", "31 21 24 21 24")],
    "images/dftt/8-jpeg-search.zip": [
        ("its author's digests of all pictures, also those in archives and in a second stream", "SELECT count(DISTINCT md5) FROM files WHERE md5 IN ('%s')" % "', '".join((
            "75b8d00568815a36c3809b46fc84ba6d", "de5d83153339931371719f4e5c924eba", "1ba4e91591f0541eda255ee26f7533bc", "c8de721102617158e8492121bdad3711",
            "86f14fc525648c39d878829f288c0543", "afd55222024a4e22f7f5a3a665320763", "0c452c5800fcfa7c66027ae89c4f068a", "d41b56e0a9f84eb2825e73c24cedd963",
            "f9956284a89156ef6967b49eced9d1b1", "73c3029066aee9416a5aeb98a5c55321", "c5a6917669c77d20f30ecb39d389eb7d", "d4f8cf643141f0c2911c539750e18ef2",
            "c476a66ccdc2796b4f6f8e27273dd788", "f407ab92da959c7ab03292cfe596a99d", "61c0b55639e52d1ce82aba834ada2bab", "9b787e63e3b64562730c5aecaab1e1f8")), 16),
        ("both deleted pictures by record", "SELECT group_concat(inode, ' ') FROM (SELECT DISTINCT inode FROM files WHERE state = 'deleted' AND size > 0 "
         "AND (path LIKE '%file6.jpg' OR path LIKE '%file7.hmm') ORDER BY inode)", "31 32")],
}
# what lies in containers of several layers: SQL, answer
ANSWERS.update({
    "images/plaso/vsstest.qcow2": [
        ("two shadow copies, each with its own files", "SELECT group_concat(files, ' ') FROM (SELECT v.label || ':' || count(*) AS files FROM files f JOIN filesystems s "
         "USING (filesystem_id) JOIN volumes v USING (volume_id) WHERE v.kind = 'vss' AND f.md5 IN ('8b32710e60ce9f650b8b4dcc2b3ee927', "
         "'d54ff73404ed6041a3bd66850b061bff', '69075a6252d60c09086e2f247aa07203') AND f.state = 'allocated' GROUP BY v.volume_id ORDER BY v.volume_id)",
         "shadow copy of 2013-12-03T06:35:09Z:1 shadow copy of 2013-12-03T06:37:48Z:2"),
        ("the newest state has its password file", "SELECT count(*) FROM files f JOIN filesystems s USING (filesystem_id) JOIN volumes v USING (volume_id) "
         "WHERE v.kind <> 'vss' AND f.path = '/password.txt' AND f.md5 = '39cb097008d17660abd0539891a672af'", 1)],
    "images/dfvfs/fat-differential.vhd": [
        ("its missing parent is named", "SELECT count(*) > 0 FROM problems WHERE message LIKE '%fat-parent.vhd%'", 1)],
    "images/velociraptor/test.vhdx.zip": [
        ("its filesystem is read", "SELECT count(*) > 0 FROM files WHERE content = 'complete'", 1)],
})
for kind in ("qcow2", "vmdk", "vhd", "E01", "splitraw.000"):
    ANSWERS["images/dfvfs/ext2." + kind] = [("its files", "SELECT count(*) FROM files WHERE path IN ('/passwords.txt', '/a_directory/a_file', "
                                                          "'/a_directory/another_file') AND md5 NOT NULL", 3)]

# Locks with published keys: archive, then image, file of the key or its text, type and identifier of the filesystem inside. A sample: each
# cipher and each kind of protector once. LOCKED: nothing opens it.
LOCKED = "locked"
LOCKS = {
    "images/cryptsetup/bitlk-images.tar.xz": [
        ("bitlk-aes-cbc-128.img", "anaconda", "ntfs F2D4F156D4F11E13"),
        ("bitlk-aes-cbc-256.img", "616319-601744-502117-534017-367994-176748-607299-663201", "ntfs 9AC00310C002F275"),
        ("bitlk-aes-xts-128.img", "235818-357951-253979-013365-241120-245575-342914-591910", "ntfs 68844E71844E41B4"),
        ("bitlk-aes-xts-256.img", "anaconda", "ntfs DC7E07307E0702CE"),
        ("bitlk-aes-cbc-elephant-128.img", "anaconda", "ntfs 3ECCF65ACCF60BC1"),
        ("bitlk-aes-cbc-elephant-256.img", "618871-562507-462814-555324-264660-562727-105171-668195", "ntfs 36B4D244B4D20671"),
        ("bitlk-togo-aes-xts-128.img", "anaconda", "fat16 162D-C4FE"),
        ("bitlk-aes-xts-128.img", "not the key", LOCKED)],
    "images/cryptsetup/luks1-images.tar.xz": [("luks1_aes-xts-plain64-sha256.img", "keyfile1", "fat12 DEAD-BABE"),
                                               ("luks1_aes-cbc-essiv-sha256-sha1.img", "keyfile1", "fat12 DEAD-BABE")],
}

def locks(archive):
    """Each image, with its key, shows the filesystem that its makers state; with a wrong one it stays locked and says so."""
    folder = tempfile.mkdtemp(dir=tmp)
    shutil.unpack_archive(os.path.join(corpus, archive), folder)
    at = {f: os.path.join(b, f) for b, _, fs in os.walk(folder) for f in fs}
    for name, key, want in LOCKS[archive]:
        key_file, bundle = at.get(key, os.path.join(tmp, "key")), os.path.join(tmp, "unlocked")
        if key not in at:
            with open(key_file, "w") as f:
                f.write(key)
        shutil.rmtree(bundle, ignore_errors=True)
        subprocess.run([triage, "run", "-q", "--no-image-hash", "--no-builtin-rules", "--key", key_file, "-o", bundle, at[name]], stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=300)
        got = "no bundle"
        if os.path.exists(bundle + "/data/case.db"):
            db = sqlite3.connect("file:%s/data/case.db?mode=ro" % bundle, uri=True)
            got = db.execute("SELECT coalesce((SELECT type || ' ' || uuid FROM filesystems), (SELECT state FROM volumes))").fetchone()[0]
        yield got == want, "%s with %s: %s%s" % (name, "its key" if want != LOCKED else "a wrong key", want, "" if got == want else ", not %s" % got)
    shutil.rmtree(folder, ignore_errors=True)

# keyword -> sector and offset of the image where it is to be found, with --profile full. Words that lie across file slack are not searched;
# the published table has 500 for the second fragment, the bytes are at 502.
KEYWORDS = ("images/dftt/2-kwsrch-fat.zip", {"first": (271, 167), "SECOND": (272, 288), "2cross2": (273, 508), "3cross3": (283, 508),
                                             "1fragment1": (275, 507), "2fragment sentence2": (278, 502), "deleted": (276, 230)})

def keywords(image):
    """Every keyword in a file, a deleted file or unallocated space is matched at its place."""
    rules, bundle = os.path.join(tmp, "words.yar"), os.path.join(tmp, "words")
    with open(rules, "w") as f:
        for i, word in enumerate(KEYWORDS[1]):
            f.write('rule w%d { strings: $a = "%s" condition: $a }\n' % (i, word))
    subprocess.run([triage, "run", "-q", "--profile", "full", "--no-builtin-rules", "-r", rules, "-o", bundle, image], stdout=subprocess.PIPE, timeout=300)
    db, wrong = sqlite3.connect("file:%s/data/case.db?mode=ro" % bundle, uri=True), []
    for i, (word, (sector, offset)) in enumerate(KEYWORDS[1].items()):
        places = [m[0] for m in db.execute("SELECT x.image_offset + m.offset - x.file_offset FROM matches m JOIN extents x USING (file_id) WHERE m.rule = ? "
                                           "AND m.offset >= x.file_offset AND m.offset < x.file_offset + x.length", ("w%d" % i,))]
        if sector * 512 + offset not in places:
            wrong.append("%s: %s" % (word, places))
    return wrong

def unpacked(path):
    """The images of a file of the corpus: one, or all discs of an archive."""
    source = os.path.join(corpus, path)
    if path.endswith((".zip", ".tgz", ".tar.gz", ".tar.xz")):
        folder = tempfile.mkdtemp(dir=tmp)
        shutil.unpack_archive(source, folder)
        files = sorted(os.path.join(b, f) for b, _, fs in os.walk(folder) for f in fs)
        return [f for f in files if f.endswith(".iso")] or [max(files, key=os.path.getsize)]
    for suffix, opener in ((".gz", gzip.open), (".xz", lzma.open)):
        if path.endswith(suffix):
            target = os.path.join(tmp, os.path.basename(path)[:-len(suffix)])
            with opener(source) as i, open(target, "wb") as o:
                shutil.copyfileobj(i, o)
            return [target]
    return [source]

def with_slack(case, name, want):
    """Some file of that name whose stream and slack have that digest, and whose stream has ours. A volume label is a name of eight and three."""
    label = name.endswith("(Volume Label Entry)")
    rows = case.db.execute("SELECT f.inode, f.md5, v.start FROM files f JOIN filesystems s USING (filesystem_id) JOIN volumes v USING (volume_id) "
                           "WHERE (?2 OR substr(f.path, -length(?1)) = ?1) AND f.stream = '' AND f.md5 NOT NULL", (name, label)).fetchall()
    return any(corpus_images.with_slack(image, inode, start, md5, want) for inode, md5, start in rows for image in case.images)

def judged(check, value, case, words):
    """True: found. A word: proved not to be the file's. False: missed."""
    if check == "fs_type":
        return any(str(n[0]).lower() in SAME.get(value.lower(), (value.lower(),)) for n in case.named)
    if check == "fs_label":
        if any((n[1] or "") in (value, value.replace("_", " ").strip()) for n in case.named):
            return True
        return "lossy" if corpus_images.lossy_name(words, "ID_FS_LABEL", case.named) else False
    if check == "fs_uuid":
        if any(value.replace("-", "").lower() in (n[2] or "").replace("-", "").lower() for n in case.named):
            return True
        return "lossy" if corpus_images.lossy_name(words, "ID_FS_UUID", case.named) else False
    if check in ("md5", "md5_deleted"):
        md5, _, name = value.partition(" ")
        state = "AND state IN ('deleted', 'orphan', 'carved')" if check == "md5_deleted" else ""
        if case.db.execute("SELECT count(*) FROM files WHERE md5 = ? " + state, (md5,)).fetchone()[0] > 0:
            return True
        return "slack" if check == "md5" and with_slack(case, name, md5) else False
    return case.holds(value)

facts, words = collections.defaultdict(list), corpus_images.index(corpus)
with open(corpus + "/facts.tsv", encoding="utf-8") as f:
    for row in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["class"] == "images":
            facts[row["path"]].append((row["check"], row["value"]))
for path in words:
    if not path.endswith(NO_IMAGE):
        facts.setdefault(path, [])
total, found, proved, misses = collections.Counter(), collections.Counter(), collections.Counter(), []
for path, wanted in sorted(facts.items()):
    if only not in path:
        continue
    images, bundle = unpacked(path), os.path.join(tmp, "bundle")
    shutil.rmtree(bundle, ignore_errors=True)
    run = subprocess.run([triage, "run", "-q", "--no-image-hash", "--no-builtin-rules", "-o", bundle, *images], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    if not os.path.exists(bundle + "/data/case.db"):
        named = run.stderr.decode("utf-8", "replace")
        later = path.endswith(LATER) and re.search("this is an? ", named)
        print("%s - %s is examined or named%s" % ("ok" if later else "not ok", path, "" if later else ": " + named.strip()))
        continue
    db = sqlite3.connect("file:%s/data/case.db?mode=ro" % bundle, uri=True)
    db.text_factory = lambda b: b.decode("utf-8", "replace")
    if not db.execute("SELECT 1 FROM filesystems UNION ALL SELECT 1 FROM problems").fetchall():
        print("not ok - %s is examined or named: neither a filesystem nor a problem" % path)
    case = corpus_images.Case(db, images)
    wanted += [(fact[0], fact) for fact in corpus_images.expected(corpus, path, words.get(path, ""), set(map(os.path.basename, images)))]
    for check, value in wanted:
        total[check] += 1
        verdict = judged(check, value, case, words.get(path, ""))
        if verdict is True:
            found[check] += 1
        elif verdict:
            proved[check, verdict] += 1
        else:
            misses.append((path, check, value))
    for what, sql, want in ANSWERS.get(path, ()):
        got = db.execute(sql).fetchone()[0]
        print("%s - %s: %s%s" % ("ok" if got == want else "not ok", path, what, "" if got == want else ": %r" % (got,)))
    if path == KEYWORDS[0]:
        wrong = keywords(images[0])
        print("%s - %s: keywords at their places%s" % ("not ok" if wrong else "ok", path, "; ".join([""] + wrong)))
    for image in images:
        if image.startswith(tmp):
            os.unlink(image)
for archive in LOCKS if only == "" else ():
    for right, what in locks(archive):
        total["locks"] += 1
        found["locks"] += right
        if not right:
            print("not ok - " + what)
shutil.rmtree(tmp, ignore_errors=True)
# a fact is found, or shown not to be the file's; what is neither is in the README's table of limits, and its number stands here
for check in sorted(total):
    wrong = sum(n for (kind, _), n in proved.items() if kind == check)
    missed = total[check] - found[check] - wrong
    reasons = ", ".join("%d %s" % (n, REASONS[reason]) for (kind, reason), n in sorted(proved.items()) if kind == check)
    print("%s - corpus: %s: %d of %d%s%s" % ("ok" if missed <= MISSED.get(check, 0) else "not ok", check, found[check], total[check],
                                             "; " + reasons if reasons else "", "; %d missed" % missed if missed else ""))
print("# corpus: %d of %d facts found, %d shown not to be the file's, %d missed" % (sum(found.values()), sum(total.values()), sum(proved.values()), len(misses)))
for miss in misses:
    print("# missed: %s %s %s" % miss)
