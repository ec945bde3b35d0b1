#!/bin/sh
# space.sh - what lies outside the files: before, between and behind partitions, behind a filesystem in its volume, behind the ends of
# files; and volumes whose entry in the partition table is gone. Filesystems and tables are those that Debian's own tools make.
. "$(dirname "$0")/common.sh.inc"
cd "$tmp" || exit 2
PATH=$PATH:/usr/sbin:/sbin
quiet() { "$@" > quiet.out 2>&1 || bad "$*" "$(tail -n 2 quiet.out)"; }
cat > g.yar << 'RULE'
rule mark { strings: $a = /SPACE-MARK-[a-z]{4,12}/ condition: $a }
RULE
mkdir tree && printf 'a file that ends early\n' > tree/short.txt && printf 'ledger' > tree/other.txt
quiet mkfs.ext4 -q -F -b 4096 -d tree first.fs 14m
truncate -s 16M lost.fs && quiet mkntfs -q -Q -F -s 512 -p 0 lost.fs 32768 && quiet ntfscp -f lost.fs tree/short.txt within.txt
quiet mkfs.vfat -C -n LOSTFAT lostfat.fs 8192 && quiet mcopy -i lostfat.fs tree/short.txt ::fat.txt
quiet mkfs.vfat -C -n LAST -F 16 last.fs 18432 && quiet mcopy -i last.fs tree/other.txt ::last.txt
cp lost.fs wiped.fs && dd if=/dev/zero of=wiped.fs bs=512 count=16 conv=notrunc 2> /dev/null
python3 - << 'MAKE'
import struct, zlib
M = 1 << 20
def entry(kind, start, length): return bytes(4) + bytes([kind]) + bytes(3) + struct.pack("<II", start // 512, length // 512)
def put(f, at, data): f.seek(at); f.write(data)
ext = bytearray(open("first.fs", "rb").read())
at = ext.index(b"a file that ends early\n")
ext[at + 100:at + 100 + 16] = b"SPACE-MARK-slack"
with open("disk.img", "wb") as f:
    f.truncate(96 * M)
    put(f, 446, entry(0x83, M, 15 * M) + entry(0x06, 60 * M, 20 * M) + bytes(32) + b"\x55\xaa")
    put(f, 100 * 512, b"SPACE-MARK-before")
    put(f, M, bytes(ext))
    put(f, M + 14 * M + 5000, b"SPACE-MARK-behindfs")
    put(f, 20 * M, open("lost.fs", "rb").read())
    put(f, 37 * M + 17, b"SPACE-MARK-between")
    put(f, 5 * 16065 * 512 + 63 * 512, open("lostfat.fs", "rb").read())
    put(f, 60 * M, open("last.fs", "rb").read())
    put(f, 90 * M + 99, b"SPACE-MARK-last")
with open("wiped.img", "wb") as f:     # no table at all, and the second volume has lost its first sectors
    f.truncate(64 * M)
    put(f, M, open("lostfat.fs", "rb").read())
    put(f, 20 * M, open("wiped.fs", "rb").read())
    put(f, 40 * M, b"".join(b"%08d: nothing that is known to be a volume\n" % i for i in range(30000)) + b"SPACE-MARK-nowhere")
MAKE
before=$(cat disk.img wiped.img | sha256sum)
run() { out=$1; shift; timeout 120 "$TRIAGE" run -q -j 2 -r g.yar --no-builtin-rules -o "$out" "$@" > run.out 2>&1; status=$?; [ -f "$out/manifest-sha256.txt" ] || bad "run $out: exit $status" "$(tail -n 2 run.out)"; }
run full --profile full disk.img
q() { sql full "$1"; }
same "volumes: those of the table, those that lost their entry, and the space between" \
	"$(q "SELECT kind, start, length, state FROM volumes ORDER BY start" | tr '\n' ' ')" \
	"unallocated|0|1048576|examined mbr|1048576|15728640|examined unallocated|16777216|4194304|examined ntfs|20971520|16777216|examined unallocated|37748736|3409920|examined vfat|41158656|8388608|examined unallocated|49547264|13367296|examined mbr|62914560|20971520|examined unallocated|83886080|16777216|examined "
same "both are said to be in no table" "$(q "SELECT count(*) FROM problems WHERE code = 'volume-not-in-table' AND message LIKE '%not in the partition table%'")" 2
same "their files are examined" "$(q "SELECT f.path, lower(hex(f.sha256)) <> '' FROM files f WHERE f.path IN ('/within.txt', '/fat.txt', '/last.txt') ORDER BY 1" | tr '\n' ' ')" "/fat.txt|1 /last.txt|1 /within.txt|1 "
# hits: KIND OF PLACE, and the bytes at the image offset that the case names
q "SELECT m.path, x.image_offset + m.offset - x.file_offset, hex(m.sample) FROM matches m JOIN extents x ON x.file_id = m.file_id AND m.offset >= x.file_offset AND m.offset < x.file_offset + x.length" > hits
python3 - > told << 'CHECK'
d = open("disk.img", "rb").read()
names = {}
for line in open("hits"):
    path, at, sample = line.rstrip("\n").split("|")
    s = bytes.fromhex(sample)
    names[s.decode()] = (path, d[int(at):int(at) + len(s)] == s)
for n in sorted(names): print(n[11:], *names[n])
CHECK
same "each mark is found, with the image offset where it lies" "$(sed '/^behindfs/s/@[0-9]*/@FREE/' told | tr '\n' ';')" \
	"before /\$Unallocated/unallocated@0 True;behindfs /\$Unallocated/unallocated@FREE True;between /\$Unallocated/unallocated@37748736 True;last /\$Unallocated/unallocated@83886080 True;slack /short.txt-slack True;"
same "coverage states the share" "$(q "SELECT what, total > 0, total = examined, bytes_total > 0, bytes_total = bytes_examined FROM coverage WHERE what IN ('unallocated-space', 'space-outside-volumes', 'file-slack') ORDER BY 1" | tr '\n' ' ')" \
	"file-slack|1|1|1|1 space-outside-volumes|1|1|1|1 unallocated-space|1|1|1|1 "
same "slack in bytes" "$(q "SELECT count(*) FROM problems WHERE code = 'slack' AND message LIKE 'file slack: % bytes behind the ends of %'")" 4
run again --profile full disk.img
same "twice the same rows" "$(q "SELECT path, size, sha256 FROM files ORDER BY 1, 2, 3" | sha256sum)" "$(sql again "SELECT path, size, sha256 FROM files ORDER BY 1, 2, 3" | sha256sum)"
run standard disk.img
same "without profile full: the lost volumes all the same, the space is said to be unsearched" \
	"$(sql standard "SELECT (SELECT count(*) FROM volumes), (SELECT count(*) FROM problems WHERE code = 'volume-not-in-table'), (SELECT count(*) FROM coverage WHERE what = 'unallocated-space' AND total = 0)")" "4|2|1"
run none --profile full wiped.img
same "no table: both volumes, one of them by the copy of its boot sector" \
	"$(sql none "SELECT kind, start, length FROM volumes ORDER BY start" | tr '\n' ' ')$(sql none "SELECT count(*) FROM files WHERE path IN ('/within.txt', '/fat.txt') AND sha256 IS NOT NULL")" \
	"none|1048576|8388608 none|20971520|16777216 2"
same "the evidence is as it was" "$(cat disk.img wiped.img | sha256sum)" "$before"
