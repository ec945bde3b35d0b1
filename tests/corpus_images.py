"""corpus_images.py - what a collection of real evidence says of its images beyond facts.tsv: INDEX.tsv and FACTS/, and why a stated digest or
name can differ from ours. Used by corpus.py.

Kinds of fact: entry (a path of fls), entry-deleted, size, digest (icat), volume-name, serial, partition (mmls, blkid), block-size, member-uuid,
stored-md5, media-size, shadow-copy.
"""
import codecs, csv, hashlib, os, re, subprocess

# what libtsk lists beside what lies in a filesystem
VIRTUAL = re.compile(r"^(\$MBR|\$FAT\d|\$OrphanFiles(/OrphanFile-\d+)?|\$ALLOC_BITMAP|\$UPCASE_TABLE)$|\(Volume Label Entry\)$")


def index(corpus):
    """path -> what INDEX.tsv expects, in words."""
    with open(corpus + "/INDEX.tsv", encoding="utf-8") as f:
        return {row[0]: row[-1] for row in csv.reader(f, delimiter="\t", quoting=csv.QUOTE_NONE) if row and row[0].startswith("images/")}


def expected(corpus, path, words, names):
    """(kind, value...) of one image, or of several of one archive."""
    facts = list(from_blkid(words)) + list(from_partitions(words)) + list(from_tools(words))
    listing = "%s/FACTS/%s.txt" % (corpus, path.replace("/", "__"))
    if os.path.exists(listing):
        with open(listing, encoding="utf-8", errors="replace") as f:
            facts += from_listing(f.read(), names)
    return facts


def from_blkid(words):
    for name, kind in (("ID_FS_FSBLOCKSIZE", "block-size"), ("ID_FS_UUID_SUB_ENC", "member-uuid")):
        value = re.search(r" %s=(\S+)" % name, words)
        if value:
            yield kind, value.group(1)


def from_partitions(words):
    table = re.search(r"PT: (\w+),", words)
    for number, start, length in re.findall(r"#(\d+): +(\d+) +(\d+) ", words) if table else ():
        yield "partition", table.group(1), int(start) * 512, int(length) * 512


def from_tools(words):
    for name, kind in (("MD5: ([0-9a-f]{32})", "stored-md5"), (r"Media size: [^(]*\((\d+) bytes\)", "media-size")):
        value = re.search(name, words)
        if value and "[lib" in words:
            yield kind, value.group(1)


def from_listing(text, names):
    """What fsstat, mmls and fls said, as FACTS keeps it; of several images in one archive, that of those examined."""
    facts, part, inside = [], "", True
    for line in text.split("\n"):
        heading = re.match(r"=== (.*)", line)
        if heading and "DESCRIPTOR" not in line:
            of = re.search(r"TSK \S+( on (\S+))?$", heading.group(1))
            part, inside = "", of and (not of.group(2) or os.path.basename(of.group(2)) in names)
            continue
        if line.startswith("--- "):
            part = line[4:].split(" ")[0]
            if part.startswith("store") or part == "current":
                inside = True
            continue
        if not inside:
            continue
        if part == "mmls" and re.match(r"\d{3}:  \d", line):
            start, end = line.split()[2:4]
            facts.append(("partition", "mmls", int(start) * 512, (int(end) - int(start) + 1) * 512))
        elif part == "fsstat":
            facts += from_fsstat(line)
        elif part in ("fls", "current", "store1", "store2"):
            facts += from_fls(line, part)
    return facts


def from_fsstat(line):
    for pattern, kind in ((r"Volume Name: (.*\S)", "volume-name"), (r"Volume Label \(Root Directory\): ?(.*\S)", "volume-name"),
                          (r"Volume Serial Number: (\S+)", "serial"), (r"Volume ID: (?:0x)?(\S+)", "serial")):
        value = re.match(pattern + r"\s*$", line)
        if value:
            yield kind, value.group(1)


def from_fls(line, part):
    entry = re.match(r"(\S)/(\S) (\* )?(\d+)(-\d+-\d+)?:\t(.+?)(?:(?:\tsize=| )(\d+)(?:\tmd5=| )([0-9a-f]{32}))?$", line)
    if not entry:
        return
    deleted, inode, name, size, md5 = bool(entry.group(3)), entry.group(4), entry.group(6), entry.group(7), entry.group(8)
    if VIRTUAL.search(name) or entry.group(2) in "vV" or inode == "0":
        return
    address = inode + (entry.group(5) or "")
    path, _, stream = name.partition(":")
    copy = {"store1": 1, "store2": 2}.get(part, 0)
    if not stream.startswith("$") and not name.startswith("$"):
        yield ("shadow-copy" if copy else "entry-deleted" if deleted else "entry"), path, stream, copy, inode
    if md5 and size != "0" and not deleted and not name.startswith("$") and not stream.startswith("$"):
        yield "digest", path, stream, copy, md5, address


class Case:
    """One sealed case of one image, or several of one archive, asked for facts. holds() gives True, False, or the reason why the fact is not the file's."""

    def __init__(self, db, images):
        self.db, self.images, self.end = db, images, max(map(os.path.getsize, images))
        self.named = db.execute("SELECT kind, label, uuid, start, length FROM volumes").fetchall()
        self.named += db.execute("SELECT type, f.label, f.uuid, v.start, v.length FROM filesystems f JOIN volumes v USING (volume_id)").fetchall()
        self.blocks = [row[0] for row in db.execute("SELECT block_size FROM filesystems")]
        self.copies = [row[0] for row in db.execute("SELECT filesystem_id FROM filesystems JOIN volumes USING (volume_id) WHERE kind = 'vss' ORDER BY 1")]

    def holds(self, fact):
        return getattr(self, "has_" + fact[0].replace("-", "_"))(*fact[1:])

    def rows(self, path, stream, copy, columns="file_id"):
        where = "= %d" % self.copies[copy - 1] if copy else "NOT IN (%s)" % ", ".join(map(str, self.copies))
        return self.db.execute("SELECT %s FROM files JOIN filesystems USING (filesystem_id) JOIN volumes v USING (volume_id) WHERE files.path = ? AND stream = ? "
                               "AND files.filesystem_id %s" % (columns, where), ("/" + path, stream)).fetchall()

    def has_entry(self, path, stream, copy, _inode):
        return bool(self.rows(path, stream, copy))

    has_shadow_copy = has_entry

    def has_entry_deleted(self, path, stream, copy, inode):
        """By its path, or by its record: a deleted folder of which another took the clusters shows the files of that one under its own name too."""
        if self.db.execute("SELECT 1 FROM files WHERE state <> 'allocated' AND (path = ? OR path LIKE ?)", ("/" + path, "%/" + path)).fetchall():
            return True
        same = self.db.execute("SELECT 1 FROM files WHERE state <> 'allocated' AND inode = ? AND path LIKE ?", (int(inode), "%/" + os.path.basename(path)))
        return "elsewhere" if same.fetchall() else False

    def has_digest(self, path, stream, copy, want, address):
        for md5, number, start in self.rows(path, stream, copy, "files.md5, files.inode, v.start"):
            if md5 == want:
                return True
            if number == int(address.split("-")[0]) and not copy and any(with_slack(image, address, start, md5, want) for image in self.images):
                return "slack"
        return False

    def has_volume_name(self, name):
        if any((row[1] or "").strip() == name.strip() for row in self.named):
            return True
        labels = [subprocess.run(["blkid", "-p", "-o", "value", "-s", "LABEL", image], stdout=subprocess.PIPE, text=True,
                                 env=dict(os.environ, PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")).stdout.strip() for image in self.images]
        joliet = {row[0] for row in self.named} & {"iso9660"}
        return "joliet" if joliet and sorted(labels) == sorted(row[1] for row in self.named if row[0] == "iso9660") else False

    def has_serial(self, value):
        """FAT's is shown with a hyphen and leading zeros; an ext UUID is printed by fsstat from its last byte to its first."""
        want = value.replace("-", "").lower()
        uuids = [(row[2] or "").replace("-", "").lower() for row in self.named]
        backward = "".join(reversed(re.findall("..", want)))
        return any(u and u in (want, want.zfill(8), backward) for u in uuids)

    def has_partition(self, table, start, length):
        """One at its place, or the table is named as one that is not read. What reaches beyond the image is cut at its end."""
        if any(row[3] == start and (row[4] == length or start + length > self.end) for row in self.named):
            return True
        if table == "sgi" and start == 0:
            return "whole"
        return "named" if table == "dasd" and any(row[0] == "dasd" for row in self.named) else False

    def has_block_size(self, value):
        return int(value) in self.blocks or ("unread" if not self.blocks else False)

    def has_member_uuid(self, value):
        return True if any(value in (row[2] or "") for row in self.named) else False

    def has_stored_md5(self, value):
        return self.db.execute("SELECT count(*) FROM evidence WHERE stored_md5 = ?", (value,)).fetchone()[0] > 0

    def has_media_size(self, value):
        return self.db.execute("SELECT count(*) FROM evidence WHERE size = ?", (int(value),)).fetchone()[0] > 0


def digest(command):
    data = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return hashlib.md5(data).hexdigest()


def with_slack(image, inode, start, ours, want):
    """The fact is of the stream and the slack behind it: icat -s gives it, icat gives what we say."""
    where = ["-o", str(start // 512)] if start else []
    return digest(["icat", "-s"] + where + [image, str(inode)]) == want and digest(["icat"] + where + [image, str(inode)]) == ours


def lossy_name(words, key, named):
    """
    libblkid prints a name twice: for people with '_' for what is no UTF-8 and for each blank, and encoded without loss. The fact took the first.
    True when ours has all bytes of the second: as text with \\xNN, or in hex (identifiers that are no text).
    """
    encoded = re.search(r" %s_ENC=(\S+)" % key, words)
    plain = re.search(r" %s=(\S+)" % key, words)
    if not encoded or not plain:
        return False
    raw = re.sub(rb"\\x([0-9a-f]{2})", lambda m: codecs.decode(m.group(1), "hex"), encoded.group(1).encode())
    if re.sub(r"[^\w.:-]", "_", raw.decode("utf-8", "replace")) != re.sub(r"[^\w.:-]", "_", plain.group(1)):
        return False
    text = raw.decode("utf-8", "backslashreplace")
    return any(value == text or value.replace(":", "").lower().startswith(raw.hex()) for row in named for value in (row[1], row[2]) if value)
