#!/bin/sh
# disks.sh - virtual disks of every kind that qemu-img writes: each reads as the bytes that went in, and a run gives the digest that
# qemu-img's own conversion has. The reader's answers come from tool_disk (whole, and at random places), the digest from a sealed case.
. "$(dirname "$0")/common.sh.inc"
TOOL=$(pwd)/build/asan/tests/tool_disk
cd "$tmp" || exit 2
python3 - << 'MAKE'
import random
random.seed(5)
size = (12 << 20) + 4096 * 3
with open("full.raw", "wb") as f:
    at = 0
    while at < size:
        kind, n = random.choice("dhthz"), min(random.choice([512, 4096, 65536, 199680, 1 << 20, 3 << 20]), size - at)
        f.seek(at)
        line = b"ledger of the town, row %08d\n" % at
        f.write({"d": random.randbytes(n), "t": (line * (n // len(line) + 1))[:n], "z": bytes(n), "h": b""}[kind])
        at += n
    f.truncate(size)
MAKE
# reads NAME RAW: what tool_disk says of it
reads() { ASAN_OPTIONS=detect_leaks=1 timeout 120 "$TOOL" "$1" "$2" > tool.out 2>&1 && grep -q ' bad 0 ranges 0 same$' tool.out && ! grep -q '^problem\|^size' tool.out; }
# made DESCRIPTION FILE [RAW]: the file holds those bytes
made() { if reads "$2" "${3:-full.raw}"; then ok "$1"; else bad "$1" "$(tail -n 4 tool.out)"; fi; }
quiet() { "$@" > quiet.out 2>&1 || { status=$?; case $*:$status in *" run "*:3) ;; *) bad "$*" "$(tail -n 2 quiet.out)" ;; esac; }; }

for options in compat=0.10 compat=0.10,cluster_size=512 cluster_size=4k cluster_size=2M extended_l2=on,cluster_size=128k preallocation=metadata; do
	quiet qemu-img convert -f raw -O qcow2 -o "$options" full.raw a.qcow2
	made "qcow2 $options" a.qcow2
done
for options in compat=1.1 cluster_size=2M compression_type=zstd extended_l2=on; do
	quiet qemu-img convert -c -f raw -O qcow2 -o "$options" full.raw a.qcow2
	made "qcow2, compressed, $options" a.qcow2
done
quiet qemu-img create -q -f qcow2 -b full.raw -F raw b1.qcow2
quiet qemu-io -c "write -P 1 100k 33k" -c "write -z 2M 1M" -c "write -P 7 10M 100k" b1.qcow2
quiet qemu-img create -q -f qcow2 -o extended_l2=on -b b1.qcow2 -F qcow2 b2.qcow2 50M
quiet qemu-io -c "write -P 9 110k 4k" -c "write -z 3M 12k" -c "write -P 3 10M 10k" -c "write -P 5 48M 100k" -c "discard 7M 1M" b2.qcow2
quiet qemu-img convert -O raw b2.qcow2 b2.raw
made "qcow2 over qcow2 over raw, of different sizes" b2.qcow2 b2.raw
for format in monolithicSparse monolithicFlat twoGbMaxExtentSparse twoGbMaxExtentFlat streamOptimized; do
	rm -f a*.vmdk
	quiet qemu-img convert -f raw -O vmdk -o subformat=$format full.raw a.vmdk
	made "vmdk $format" a.vmdk
done
quiet qemu-img convert -f raw -O vmdk -o zeroed_grain=on full.raw v0.vmdk
quiet qemu-io -c "write -z 1M 1M" v0.vmdk
quiet qemu-img create -q -f vmdk -b v0.vmdk -F vmdk v1.vmdk
quiet qemu-io -c "write -P 4 3M 70k" v1.vmdk
quiet qemu-img create -q -f vmdk -b v1.vmdk -F vmdk v2.vmdk
quiet qemu-io -c "write -P 5 3100k 70k" v2.vmdk
quiet qemu-img convert -O raw v2.vmdk v2.raw
made "vmdk, two snapshots over zero grains" v2.vmdk v2.raw
for options in subformat=dynamic subformat=fixed subformat=dynamic,force_size=on subformat=fixed,force_size=on; do
	quiet qemu-img convert -f raw -O vpc -o "$options" full.raw a.vhd
	quiet qemu-img convert -f vpc -O raw a.vhd a.raw
	made "vhd $options" a.vhd a.raw
done
for options in subformat=dynamic subformat=fixed subformat=dynamic,block_size=1M subformat=dynamic,block_size=32M; do
	quiet qemu-img convert -f raw -O vhdx -o "$options" full.raw a.vhdx
	made "vhdx $options" a.vhdx
done
for options in static=off static=on; do
	quiet qemu-img convert -f raw -O vdi -o "$options" full.raw a.vdi
	made "vdi $options" a.vdi
done

# through the whole program: companions are opened inside the sandbox, and nothing is written
for disk in b2.qcow2 v2.vmdk a.vhdx a.vhd; do
	before=$(openssl sha256 ./*.qcow2 ./*.vmdk ./*.vhd ./*.vhdx full.raw)
	case $disk in a.vhdx) raw=full.raw ;; *) raw=${disk%.*}.raw ;; esac
	quiet timeout 120 "$TRIAGE" run -q -j 2 -o "out-${disk%.*}-${disk#*.}" "$disk"
	same "$disk: the digest of the medium" "$(sql "$tmp/out-${disk%.*}-${disk#*.}" 'SELECT sha256 FROM evidence')" "$(sha256sum < "$raw" | cut -d' ' -f1)"
	same "$disk: no file is changed" "$(openssl sha256 ./*.qcow2 ./*.vmdk ./*.vhd ./*.vhdx full.raw)" "$before"
done
mv v0.vmdk elsewhere
quiet timeout 120 "$TRIAGE" run -q -j 2 -o out-gone v2.vmdk
same "a missing parent is one problem that names it" "$(sql "$tmp/out-gone" "SELECT count(*), message LIKE '%v0.vmdk%' FROM problems WHERE code = 'parent-missing'")" "1|1"
same "what lies there counts as unreadable" "$(sql "$tmp/out-gone" 'SELECT bad_sectors > 0 FROM evidence')" 1
