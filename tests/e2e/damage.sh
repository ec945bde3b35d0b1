#!/bin/sh
# damage.sh - each container and each kind of volume, cut at 20 places and changed at random 200 times: no run ends other than well, each
# bundle is sealed, and what is wrong is among its problems. Many small images are one case, so that a run costs seconds.
. "$(dirname "$0")/common.sh.inc"
SEEDS=$(pwd)/fixtures/seed
PIECES=$(pwd)/fixtures/pieces.py
cd "$tmp" || exit 2
mkdir -p in whole
for i in 1 2 3 4 5 6 7 8; do
	echo "minutes of meeting $i of the council" > "in/minutes$i.txt"
done
truncate -s 300K part.img
# the same volume each time: what is changed by chance is then the same too
export E2FSPROGS_FAKE_TIME=1790000000
mke2fs -q -t ext4 -b 1024 -O ^resize_inode -U 6a2f3f0c-0000-4000-8000-000000000001 -E hash_seed=6a2f3f0c-0000-4000-8000-000000000002 -F part.img > make.log 2>&1 || bad "mke2fs" "$(cat make.log)"
for f in in/*; do
	echo "write $f ${f#in/}"
done | debugfs -w -f - part.img > make.log 2>&1 || bad "debugfs" "$(cat make.log)"
quiet() { "$@" > quiet.out 2>&1 || bad "$*" "$(tail -n 2 quiet.out)"; }
cp part.img whole/ext.raw
quiet qemu-img convert -O qcow2 -o cluster_size=4k -c part.img whole/a.qcow2
quiet qemu-img convert -O vmdk part.img whole/a.vmdk
quiet qemu-img convert -O vpc part.img whole/a.vhd
quiet qemu-img convert -O vhdx -o block_size=1M part.img whole/a.vhdx
quiet qemu-img convert -O vdi part.img whole/a.vdi
quiet ewfacquire -u -t whole/e part.img
# the first of so many disks: the others are missing
for s in layers/luks2:1 layers/bitlocker:1 layers/vss:1 layers/md:4 layers/lvm:3 layers/ldm:3 xfs/xfs_v5:1 apfs/container:1 fat/fat16:1 fat/exfat_basic:1 probe/mbr_extended:1; do
	name=${s#*/}
	python3 "$PIECES" unpack "$SEEDS/${s%:*}.pieces" "whole/${name%:*}.raw" || bad "seed $s"
	truncate -s "$(($(stat -c %s "whole/${name%:*}.raw") / ${s##*:}))" "whole/${name%:*}.raw"
done
for f in "$SEEDS"/ntfs/*.pieces; do
	python3 "$PIECES" unpack "$f" whole/ntfs.raw && break
done
python3 - << 'MAKE'
import os, random
os.makedirs("hurt")
ZEROS = bytes(65536)
def put(path, data, size):
    with open(path, "wb") as out:
        for at in range(0, len(data), 65536):
            part = data[at:at + 65536]
            if part != ZEROS[:len(part)]:
                out.seek(at)
                out.write(part)
        out.truncate(size)
for name in sorted(os.listdir("whole")):
    data = open(os.path.join("whole", name), "rb").read()
    stem, ending = name.rsplit(".", 1)
    os.makedirs("hurt/%s-cut" % name)
    os.makedirs("hurt/%s-change" % name)
    chance = random.Random(name)
    size, data = len(data), data.rstrip(b"\0")
    used = [i for i in range(0, len(data), 512) if data[i:i + 512] != ZEROS[:len(data[i:i + 512])]]
    for n in range(20):
        # where there is something: a cut in the zeros at the end says nothing
        at = used[len(used) * n // 20] + chance.randrange(512)
        put("hurt/%s-cut/%s%d.%s" % (name, stem, n, ending), data[:at], at)
        # ten of the 200 changes
        changed = bytearray(data)
        for _ in range(10):
            at = min(chance.choice(used) + chance.randrange(512), len(changed) - 1)
            changed[at] ^= 1 << chance.randrange(8) if chance.random() < .5 else chance.randrange(1, 256)
        put("hurt/%s-change/%s%d.%s" % (name, stem, n, ending), changed, size)
MAKE
state() { find hurt -type f -printf '%p %s %T@\n' | sort; }
state > before
start=$(date +%s)
: > ended
: > sealed
: > counted
: > lost
: > silent
for d in hurt/*; do
	name=$(basename "$d")
	timeout 100 "$TRIAGE" run -q --no-archives --no-builtin-rules --no-image-hash -j 2 -o "case-$name" "$d"/* > "$name.out" 2> "$name.err"
	status=$?
	case $status in 0 | 3 | 4) ;; *) echo "$name: exit $status: $(tail -n 1 "$name.err")" >> ended; continue ;; esac
	(cd "case-$name" && sha256sum --quiet -c manifest-sha256.txt && sha256sum --quiet -c tagmanifest-sha256.txt) > "$name.bag" 2>&1 || echo "$name" >> sealed
	sql "case-$name" "SELECT '$name: ' || count(*) FROM evidence HAVING count(*) <> 20" >> counted
	sql "case-$name" "SELECT '$name: ' || path || ' ' || message FROM problems WHERE code LIKE 'worker-%'" >> lost
	case $name in *-cut) sql "case-$name" "SELECT '$name ' || count(*) FROM evidence e WHERE NOT EXISTS (SELECT 1 FROM problems p WHERE p.evidence_id = e.evidence_id
	    AND p.severity <> 'info') HAVING count(*) > 2" >> silent ;; esac
	rm -rf "case-$name"
done
kinds=$(find whole -type f | wc -l)
same "$kinds kinds, 20 cuts and 200 changes each: every run ends well" "$(cat ended)" ""
same "every bag holds" "$(cat sealed)" ""
same "every image is in its case" "$(cat counted)" ""
same "no worker dies or hangs" "$(cat lost)" ""
same "what is cut is told" "$(cat silent)" ""
state > after
check "the evidence is as it was" cmp before after
echo "# took $(($(date +%s) - start)) s"
