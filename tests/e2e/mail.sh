#!/bin/sh
# mail.sh - mail as evidence: a message, a Maildir, mailboxes that Python's own writer makes, an Outlook message, in a folder and in an
# archive: parts decoded, hashed, searched; headers in the timeline; bodies nowhere but in the members.
. "$(dirname "$0")/common.sh.inc"
cd "$tmp" || exit 2
cat > g.yar << 'RULE'
rule mark { strings: $a = "ATTACHED-MARK" condition: $a }
RULE
mkdir -p ev/Maildir/cur ev/Maildir/new
python3 - << 'MAKE'
import hashlib, io, mailbox, struct, zipfile
from email.message import EmailMessage
def message(i):
    m = EmailMessage(); m["From"] = "Anna Émile <anna@example.org>"; m["To"] = "bob@example.net"; m["Subject"] = "Factuur é %d" % i
    m["Date"] = "Tue, 05 Mar 2024 10:11:%02d +0100" % (i % 60); m["Message-ID"] = "<%d@example.org>" % i
    m.set_content("secret body\nFrom here on\n"); m.add_alternative("<p>secret body é</p>", subtype="html")
    z = io.BytesIO(); f = zipfile.ZipFile(z, "w"); f.writestr("inner.js", "ATTACHED-MARK %d" % i); f.close()
    m.add_attachment(z.getvalue(), maintype="application", subtype="zip", filename="Rechnung.zip")
    return m
a = message(1); a.add_attachment(message(2))
open("ev/a.eml", "wb").write(bytes(a)); open("ev/Maildir/cur/1709.M1.host:2,S", "wb").write(bytes(message(3)))
for n, kind in (("inbox", mailbox.mbox), ):
    box = kind("ev/" + n)
    for i in range(10, 15): box.add(message(i))
    box.flush()
zipfile.ZipFile("ev/saved.zip", "w").write("ev/a.eml", "mail/a.eml")

# an Outlook message: a compound file of version 3, all streams in the mini stream or in sectors of their own
class Ole:
    def __init__(self): self.e = [["Root Entry", 5, b"", []]]
    def add(self, parent, name, data=None):
        self.e.append([name, 1 if data is None else 2, data or b"", []]); self.e[parent][3].append(len(self.e) - 1); return len(self.e) - 1
    def write(self, path):
        mini, minifat, sectors, fat, place = b"", [], [], [], {}
        def chain(data):
            first = len(sectors); n = max(1, -(-len(data) // 512))
            for i in range(n): sectors.append(data[512 * i:512 * i + 512].ljust(512, b"\0")); fat.append(first + i + 1 if i + 1 < n else 0xfffffffe)
            return first
        for i, (name, kind, data, kids) in enumerate(self.e):
            if kind != 2: continue
            if len(data) >= 4096: place[i] = chain(data)
            else:
                first = len(minifat); n = -(-len(data) // 64)
                for k in range(n): minifat.append(first + k + 1 if k + 1 < n else 0xfffffffe)
                mini += data.ljust(64 * n, b"\0"); place[i] = first if n else 0xfffffffe
        place[0] = chain(mini); table = b"".join(struct.pack("<I", x) for x in minifat); mf = chain(table.ljust(-(-len(table) // 512) * 512, b"\xff"))
        links = {i: [0xffffffff] * 3 for i in range(len(self.e))}
        for i, x in enumerate(self.e):
            for k, kid in enumerate(x[3]):
                if k == 0: links[i][2] = kid
                else: links[x[3][k - 1]][1] = kid
        d = b""
        for i, (name, kind, data, kids) in enumerate(self.e):
            u = name.encode("utf-16-le"); size = len(mini) if i == 0 else len(data)
            d += u.ljust(64, b"\0") + struct.pack("<HBB3I", len(u) + 2, kind, 1, *links[i]) + bytes(36) + struct.pack("<IQ", place.get(i, 0), size if kind != 1 else 0)
        ds = chain(d.ljust(-(-len(d) // 512) * 512, b"\0"))
        n = 1
        while (len(fat) + n) * 4 > n * 512: n += 1
        first = len(sectors)
        for i in range(n): sectors.append(None); fat.append(0xfffffffd)
        t = b"".join(struct.pack("<I", x) for x in fat).ljust(512 * n, b"\xff")
        for i in range(n): sectors[first + i] = t[512 * i:512 * i + 512]
        h = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x4I4I", 0x3e, 3, 0xfffe, 9, 6, 0, n, ds, 0, 4096, mf, -(-len(table) // 512), 0xfffffffe)
        h += struct.pack("<I", 0) + b"".join(struct.pack("<I", first + i if i < n else 0xffffffff) for i in range(109))
        open(path, "wb").write(h[:512] + b"".join(sectors))
def w(s): return s.encode("utf-16-le")
def stamp(t): return (t + 11644473600) * 10**7
o = Ole()
rows = bytes(32) + struct.pack("<IIQ", 0x00390040, 6, stamp(1709629861)) + struct.pack("<IIQ", 0x0e060040, 6, stamp(1709629900))
o.add(0, "__nameid_version1.0"); o.add(0, "__properties_version1.0", rows)
for i, s in ((0x0037, "Betaling é"), (0x0c1a, "Anna"), (0x5d01, "anna@example.org"), (0x0e04, "Bob"), (0x1000, "secret body")): o.add(0, "__substg1.0_%04X001F" % i, w(s))
o.add(0, "__substg1.0_10090102", struct.pack("<IIII", 30, 12, 0x414c454d, 0) + b"{\\rtf1 hello}"[:12])
at = o.add(0, "__attach_version1.0_#00000000"); big = b"ATTACHED-MARK in msg " * 400
o.add(at, "__substg1.0_3707001F", w("a\\b/rekening.js")); o.add(at, "__substg1.0_37010102", big); o.add(at, "__properties_version1.0", bytes(8))
at = o.add(0, "__attach_version1.0_#00000001"); inner = o.add(at, "__substg1.0_3701000D")
o.add(inner, "__properties_version1.0", bytes(24) + struct.pack("<IIQ", 0x00390040, 6, stamp(1709629000))); o.add(inner, "__substg1.0_0037001F", w("inner")); o.add(inner, "__substg1.0_0C1A001F", w("Carl"))
o.add(inner, "__substg1.0_0E04001F", w("Dora"))
o.write("ev/saved.msg")
open("big", "w").write(hashlib.sha256(big).hexdigest())
MAKE
run() { out=$1; shift; timeout 120 "$TRIAGE" run -q -r g.yar --no-builtin-rules -o "$out" "$@" > run.out 2>&1; status=$?; [ -f "$out/manifest-sha256.txt" ] || bad "run $out: exit $status" "$(tail -n 2 run.out)"; }
run one -j 2 ev
q() { sql one "$1"; }
same "parts of a message are members, those of a message in it too" "$(q "SELECT substr(path, 9) FROM files WHERE path LIKE '/a.eml!%' ORDER BY 1" | tr '\n' ' ')" \
	"Rechnung.zip Rechnung.zip!/inner.js part-1.1.txt part-1.2.html part-3.eml part-3.eml!/Rechnung.zip part-3.eml!/Rechnung.zip!/inner.js part-3.eml!/part-1.1.txt part-3.eml!/part-1.2.html "
same "they are decoded: digests as the sender's" "$(q "SELECT count(*) FROM files WHERE path LIKE '/a.eml!%part-1.2.html' AND sha256 = '$(printf '<p>secret body é</p>\n' | sha256sum | cut -d' ' -f1)'")" 2
same "rules find what lies in attachments" "$(q "SELECT count(DISTINCT path) FROM matches WHERE rule = 'mark'")" 22
same "a mailbox is its messages" "$(q "SELECT count(*) FROM files WHERE path LIKE '/inbox!/message-%.eml'")" 5
same "Outlook message: members" "$(q "SELECT substr(path, 13) FROM files WHERE path LIKE '/saved.msg!%' ORDER BY 1" | tr '\n' ' ')" \
	"a_b_rekening.js attached-2/headers.txt body.rtf body.txt headers.txt "
same "Outlook message: the attachment's digest" "$(q "SELECT sha256 FROM files WHERE path LIKE '/saved.msg!%.js'")" "$(cat big)"
same "timeline: each message sent" "$(q "SELECT count(*), count(DISTINCT data->>'message_id') FROM timeline WHERE source = 'mail' AND meaning = 'sent'")" "12|8"
same "timeline: of Outlook" "$(q "SELECT datetime(time / 1000000000, 'unixepoch'), meaning, data->>'subject' FROM timeline WHERE source = 'mail' AND path LIKE '/saved.msg!%' ORDER BY 1, 2" | tr '\n' ' ')" \
	"2024-03-05 08:56:40|sent|inner 2024-03-05 09:11:01|sent|Betaling é 2024-03-05 09:11:40|delivered|Betaling é "
same "no body in a message of the timeline" "$(q "SELECT count(*) FROM timeline WHERE message LIKE '%secret body%' OR data LIKE '%secret body%'")" 0
run two -j 1 ev
same "whatever -j: the same members and events" "$(q "SELECT path, sha256 FROM files ORDER BY 1; SELECT time, message, path FROM timeline ORDER BY 1, 2, 3" | sha256sum)" \
	"$(sql two "SELECT path, sha256 FROM files ORDER BY 1; SELECT time, message, path FROM timeline ORDER BY 1, 2, 3" | sha256sum)"
printf '!BDN damaged beyond all' > ev/x.pst && truncate -s 300K ev/x.pst
python3 - << 'MAKE'
import struct
whole = open("ev/saved.msg", "rb").read(); size = struct.pack("<Q", 8400)
assert whole.count(size) == 1
open("ev/cut.msg", "wb").write(whole.replace(size, struct.pack("<Q", 16800)))
MAKE
run bad ev
same "a store that is none is told" "$(sql bad "SELECT code FROM problems WHERE path = '/x.pst'")" "archive-damaged"
same "an Outlook message whose attachment is cut: what is there, and that it is cut" "$(sql bad "SELECT count(*) FROM files WHERE path LIKE '/cut.msg!%'"; sql bad "SELECT code FROM problems WHERE path = '/cut.msg'")" "5
archive-damaged"
same "a whole one tells of no damage" "$(sql bad "SELECT count(*) FROM problems WHERE path = '/saved.msg'")" 0
