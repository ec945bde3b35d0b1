#!/bin/sh
# nested.sh - disk images that lie in a filesystem of the evidence: each is examined as evidence of its own, with the files that belong
# to it; what misses a parent, is no disk, or lies too deep is said.
. "$(dirname "$0")/common.sh.inc"
cd "$tmp" || exit 2
mkdir -p in host/vm host/elsewhere outer
echo "council minutes" > in/minutes.txt
head -c 300000 /dev/urandom > in/random.bin
python3 -c 'print("ledger row\n" * 20000)' > in/ledger.csv
quiet() { "$@" > quiet.out 2>&1 || bad "$*" "$(tail -n 2 quiet.out)"; }
truncate -s 8M part.raw
quiet mke2fs -q -t ext4 -d in -F part.raw
python3 - << 'MAKE'
import struct
part = open("part.raw", "rb").read()
mbr = bytearray(512)
mbr[446:462] = struct.pack("<B3sB3sII", 0, b"\0\2\0", 0x83, b"\0\0\0", 2048, len(part) // 512)
mbr[510:] = b"\x55\xaa"
open("disk.raw", "wb").write(bytes(mbr) + bytes(2047 * 512) + part + bytes(1 << 20))
MAKE
vm=host/vm
quiet qemu-img convert -O vhdx disk.raw $vm/a.vhdx
quiet qemu-img convert -O vpc disk.raw $vm/b.vhd
quiet qemu-img convert -O vdi disk.raw $vm/c.vdi
quiet qemu-img convert -O vmdk -o subformat=monolithicFlat disk.raw $vm/d.vmdk
quiet qemu-img convert -O vmdk -o subformat=twoGbMaxExtentSparse disk.raw $vm/e.vmdk
quiet qemu-img convert -O qcow2 -c disk.raw host/elsewhere/base.qcow2
(cd $vm && quiet qemu-img create -q -f qcow2 -b ../elsewhere/base.qcow2 -F qcow2 f.qcow2)
(cd $vm && quiet qemu-img create -q -f qcow2 -u -b gone.qcow2 -F qcow2 g.qcow2 10M)
quiet ewfacquire -u -t $vm/h -f encase6 -S 1048576 disk.raw
cp disk.raw $vm/j.img
ln $vm/j.img $vm/k.img
head -c 2000000 /dev/urandom > $vm/noise.img
echo "named like a disk, but a text: minutes of the meeting of the council, and longer than sixty-four bytes" > $vm/text.vhd
truncate -s 100M host.img
quiet mke2fs -q -t ext4 -d host -F host.img
# run NAME EVIDENCE OPTION...: a case of that name; exit status in $status
run() { name=$1; evidence=$2; shift 2; timeout 120 "$TRIAGE" run -q -o "$name" "$@" "$evidence" > "$name.out" 2>&1; status=$?; }
# what each evidence holds: name, kind, files below /, and whether the two files are as they were put in
held() {
	sqlite3 "$1/data/case.db" "SELECT e.name, e.kind, count(*), sum(f.path = '/minutes.txt' AND f.sha256 = '$minutes') + sum(f.path = '/ledger.csv' AND f.sha256 = '$ledger')
	    FROM evidence e JOIN volumes v ON v.evidence_id = e.evidence_id JOIN filesystems s ON s.volume_id = v.volume_id
	    JOIN files f ON f.filesystem_id = s.filesystem_id WHERE e.evidence_id > 1 AND f.path NOT LIKE '%!/%' GROUP BY e.evidence_id ORDER BY e.evidence_id"
}
minutes=$(sha256sum < in/minutes.txt | cut -d' ' -f1)
ledger=$(sha256sum < in/ledger.csv | cut -d' ' -f1)
before=$(sha256sum host.img)
SOURCE_DATE_EPOCH=1700000000
export SOURCE_DATE_EPOCH

run case host.img --nested -j 2
same "a run that finds gaps says so" "$status" 3
q() { sql "$tmp/case" "$1"; }
same "each disk image is evidence and its files are read" "$(held case | cut -d'|' -f1,2,4)" "/elsewhere/base.qcow2 in host.img|qcow2|2
/vm/a.vhdx in host.img|vhd|2
/vm/b.vhd in host.img|vhd|2
/vm/c.vdi in host.img|vdi|2
/vm/d.vmdk in host.img|vmdk|2
/vm/e.vmdk in host.img|vmdk|2
/vm/f.qcow2 in host.img|qcow2|2
/vm/h.E01 in host.img|ewf|2
/vm/j.img in host.img|raw|2"
same "all hold the same names" "$(held case | cut -d'|' -f3 | sort -u | wc -l)" 1
same "a parent that is nowhere is named" "$(q "SELECT e.name FROM problems p JOIN evidence e USING (evidence_id) WHERE p.code = 'parent-missing' AND p.message LIKE '%gone.qcow2%'")" "/vm/g.qcow2 in host.img"
same "a text named like a disk is told, noise named so is a file" "$(q "SELECT group_concat(path) FROM problems WHERE code = 'container-unreadable'")" "/vm/text.vhd"
same "the digest that an E01 stores is checked" "$(q "SELECT hash_verdict FROM evidence WHERE kind = 'ewf'")" match
same "the others are covered by the digest of what they lie in" "$(q "SELECT group_concat(DISTINCT hash_verdict) FROM evidence WHERE evidence_id > 1 AND kind <> 'ewf'")" not-checked
same "coverage counts them" "$(q "SELECT total, examined, skipped, failed FROM coverage WHERE what = 'disk-images-inside'")" "12|10|1|1"
same "where each lies is in the database" "$(q "SELECT json_extract(value, '\$.path') || json_extract(value, '\$.inside_evidence_id') FROM meta WHERE key = 'inside.3'")" "/vm/a.vhdx1"
same "and in the custody log" "$(q "SELECT count(*) FROM custody WHERE action = 'container-opened'")" 10
same "the bag names what was given, not what was found" "$(grep -c 'Triage-Evidence: host.img$' case/bag-info.txt)" 1
check "the bundle verifies" "$TRIAGE" verify case
run again host.img --nested -j 1
same "one worker gives the same database" "$(sha256sum < again/data/case.db)" "$(sha256sum < case/data/case.db)"
same "the evidence is as it was" "$(sha256sum host.img)" "$before"

run off host.img
same "without --nested: told, not opened" "$(sql "$tmp/off" "SELECT (SELECT count(*) FROM evidence), (SELECT count(*) FROM problems WHERE code = 'container-not-opened'), skipped FROM coverage WHERE what = 'disk-images-inside'")" "1|10|12"
same "that alone is no gap" "$status" 0
run full host.img --profile full --no-archives
same "--profile full opens them" "$(sql "$tmp/full" "SELECT count(*) > 9 FROM evidence")" 1
run fullno host.img --profile full --no-nested --no-archives
same "--no-nested does not, whatever the profile" "$(sql "$tmp/fullno" "SELECT count(*) FROM evidence")" 1

# a mounted volume, or a folder of images
run folder host --nested -j 2
same "disk images in a folder" "$(held folder | cut -d'|' -f1,4 | sed 's/ in host|/ /')" "/elsewhere/base.qcow2 2
/vm/a.vhdx 2
/vm/b.vhd 2
/vm/c.vdi 2
/vm/d.vmdk 2
/vm/e.vmdk 2
/vm/f.qcow2 2
/vm/h.E01 2
/vm/j.img 2"

# one in another in another: two are opened, the third is told
mkdir third second
cp $vm/a.vhdx third/inner.vhdx
truncate -s 20M third.raw && quiet mke2fs -q -t ext4 -d third -F third.raw
quiet qemu-img convert -O vhdx third.raw second/middle.vhdx
truncate -s 40M second.raw && quiet mke2fs -q -t ext4 -d second -F second.raw
quiet qemu-img convert -O qcow2 second.raw outer/outer.qcow2
truncate -s 60M outer.raw && quiet mke2fs -q -t ext4 -d outer -F outer.raw
run deep outer.raw --nested
same "two deep" "$(sql "$tmp/deep" 'SELECT name FROM evidence')" "outer.raw
/outer.qcow2 in outer.raw
/middle.vhdx in /outer.qcow2 in outer.raw"
same "deeper is told with its path" "$(sql "$tmp/deep" "SELECT path, evidence_id FROM problems WHERE code = 'container-too-deep'")" "/inner.vhdx|3"

# a disk that lies to its reader costs itself alone
mkdir bent.d
cp $vm/c.vdi bent.d
python3 - << 'MAKE'
data = bytearray(open("host/vm/a.vhdx", "rb").read())
for i in range(0x10000, 0x400000, 997):
    data[i] ^= 0x5a
open("bent.d/a.vhdx", "wb").write(data)
MAKE
run bent bent.d --nested --no-archives
check "a damaged one leaves a bundle" "$TRIAGE" verify bent
same "and the other is read" "$(held bent | grep -c 'c.vdi in bent.d|vdi|.*|2$')" 1
same "what is wrong with it is told" "$(sql "$tmp/bent" "SELECT count(*) > 0 FROM problems p LEFT JOIN evidence e USING (evidence_id) WHERE e.name LIKE '%a.vhdx%' OR p.path LIKE '%a.vhdx%'")" 1

# killed while it works, and resumed: the same case
timeout -s KILL 1.2 "$TRIAGE" run -q -o killed --nested host.img > /dev/null 2>&1
[ ! -f killed/work/journal.db ] || "$TRIAGE" run -q --resume killed > /dev/null 2>&1
if [ -f killed/data/case.db ]; then
	for c in case killed; do sqlite3 $c/data/case.db .dump | grep -v t_custody > $c.dump; done
	check "killed and resumed: the same case" cmp case.dump killed.dump
fi
