#!/bin/sh
# differential.sh - containers, locks, shadow copies and volume groups against the programs that others read them with: ewfexport, vshadowmount, bdemount,
# dislocker-file, lvm. The long form of what make check runs with made images; needs those programs, FUSE, loop devices (root) and TRIAGE_CORPUS. What is
# not there is skipped by name. apt-get install ewf-tools libvshadow-utils libbde-utils dislocker lvm2 fuse
. "$(dirname "$0")/e2e/common.sh.inc"
PATH=$PATH:/usr/sbin:/sbin
corpus=${TRIAGE_CORPUS:-../shared/corpus}/images
make -s -j2 build/triage build/release/tests/tool_lock build/release/tests/tool_vss > "$tmp/make.log" 2>&1 || { bad "build" "$(tail -n 3 "$tmp/make.log")"; exit 1; }
mount=$tmp/mount
mkdir "$mount"
needs() { for t in "$@"; do command -v "$t" > /dev/null || { echo "ok - # SKIP $t is not installed"; return 1; }; done; }
sum() { sha256sum < "$1" | cut -d' ' -f1; }

# --- E01: the medium as ewfexport writes it has the digest of the run ---
if needs ewfexport ewfacquire; then
	make_image ext2_basic
	for format in encase1 encase4 encase6 ftk smart linen5; do
		ewfacquire -u -q -t "$tmp/made-$format" -f $format -c fast -S 1048576 "$tmp/ext2_basic.img" > /dev/null 2>&1
	done
	for image in "$tmp"/made-*.?01 "$corpus"/*/*.E01; do
		[ -f "$image" ] || continue
		rm -f "$tmp"/export*
		ewfexport -u -q -f raw -S 0 -t "$tmp/export" "$image" > /dev/null 2>&1
		rm -rf "$tmp/case"
		"$TRIAGE" run -q --no-builtin-rules -o "$tmp/case" "$image" > /dev/null 2>&1
		same "$(basename "$image") as ewfexport reads it" "$(sql "$tmp/case" "SELECT sha256 FROM evidence")" "$(sum "$tmp/export.raw")"
	done
fi

# --- shadow copies: every byte of each as vshadowmount shows it ---
if [ -f "$corpus/plaso/vsstest.qcow2" ] && needs vshadowmount qemu-img fusermount; then
	qemu-img convert -O raw "$corpus/plaso/vsstest.qcow2" "$tmp/shadows.raw"
	vshadowmount "$tmp/shadows.raw" "$mount" > /dev/null 2>&1
	for n in 1 2; do
		if [ -f "$mount/vss$n" ]; then
			build/release/tests/tool_vss "$tmp/shadows.raw" $((n - 1)) > "$tmp/copy"
			same "shadow copy $n as vshadowmount shows it" "$(sum "$tmp/copy")" "$(sum "$mount/vss$n")"
		else
			bad "vshadowmount shows copy $n"
		fi
	done
	fusermount -u "$mount"
	rm -f "$tmp/shadows.raw" "$tmp/copy"
fi

# --- BitLocker: the volume inside as bdemount and dislocker show it. Those that neither opens are said ---
if [ -f "$corpus/cryptsetup/bitlk-images.tar.xz" ] && needs bdemount dislocker-file fusermount; then
	tar -xJf "$corpus/cryptsetup/bitlk-images.tar.xz" -C "$tmp"
	printf anaconda > "$tmp/password"
	for image in "$tmp"/bitlk-images/*.img; do
		name=$(basename "$image" .img) opened=
		grep -A9 "^\[$name\]" "$tmp/bitlk-images/images.conf" | sed '1d;/^\[/,$d' | grep -qx PW=anaconda || continue
		case $name in *-4k) sector=4096 ;; *) sector=512 ;; esac
		ours=$(build/release/tests/tool_lock -s $sector bitlocker "$image" "$tmp/password" 2> /dev/null | sed -n 's/^sha256 //p')
		if bdemount -p anaconda "$image" "$mount" > /dev/null 2>&1 && [ -f "$mount/bde1" ]; then
			theirs=$(sum "$mount/bde1")
			[ "$ours" = "$theirs" ] && opened="$opened bdemount" || opened="$opened bdemount(differs)"
		fi
		fusermount -u "$mount" 2> /dev/null
		rm -f "$tmp/inside"
		if dislocker-file -q -V "$image" -uanaconda -- "$tmp/inside" > /dev/null 2>&1 && [ -s "$tmp/inside" ]; then
			theirs=$(sum "$tmp/inside")
			[ "$ours" = "$theirs" ] && opened="$opened dislocker" || opened="$opened dislocker(differs)"
		fi
		case $opened:$ours in
		"":*) echo "ok - # SKIP $name is opened by neither of them" ;;
		*:"") bad "$name is opened" "by:$opened" ;;
		*) published=$(grep -A9 "^\[$name\]" "$tmp/bitlk-images/images.conf" | sed '1d;/^\[/,$d' | sed -n 's/^SHA256SUM=//p')
			# where they differ from each other, the digest that its makers published decides
			case $opened in
			*differs*) same "$name: ours is the published one; read by:$opened" "$ours" "$published" ;;
			*) ok "$name as shown by:$opened" ;;
			esac ;;
		esac
	done
	rm -rf "$tmp/bitlk-images" "$tmp/inside"
fi

# --- LVM2: metadata written by lvm itself, data put where lvs says that it lies ---
[ "$(id -u)" = 0 ] || { echo "ok - # SKIP volume groups need loop devices, and those root"; exit 0; }
if needs lvm losetup mke2fs; then
	truncate -s 64M "$tmp/pv0" "$tmp/pv1"
	zero=$(losetup -f --show "$tmp/pv0") one=$(losetup -f --show "$tmp/pv1")
	if [ -z "$zero" ] || [ -z "$one" ]; then echo "ok - # SKIP no loop devices here"; exit 0; fi
	LVM_SYSTEM_DIR=$tmp/lvm LVM_SUPPRESS_FD_WARNINGS=1
	export LVM_SYSTEM_DIR LVM_SUPPRESS_FD_WARNINGS
	mkdir "$tmp/lvm"
	printf 'devices { scan=["/dev"] filter=["a|^%s$|","a|^%s$|","r|.*|"] use_devicesfile=0 }\nactivation { udev_sync=0 udev_rules=0 }\nglobal { event_activation=0 }\n' \
		"$zero" "$one" > "$tmp/lvm/lvm.conf"
	{ pvcreate -y "$zero" "$one" && vgcreate town "$zero" "$one" && vgcfgbackup -f "$tmp/group" town; } > "$tmp/lvm.log" 2>&1
	# without a device mapper lvcreate does nothing; restoring a group with volumes does
	python3 - "$tmp/group" <<'PY'
import sys
text = open(sys.argv[1]).read()
def volume(name, number, segments):
    body = "".join("segment%d { start_extent = %d extent_count = %d type = \"striped\" stripe_count = %d %s stripes = [ %s ] }\n" % (
        i + 1, start, count, len(parts), "stripe_size = 128" if len(parts) > 1 else "", ", ".join('"%s", %d' % p for p in parts))
        for i, (start, count, parts) in enumerate(segments))
    return '%s { id = "%s" status = ["READ", "WRITE", "VISIBLE"] flags = [] segment_count = %d\n%s}\n' % (
        name, "000000-0000-0000-0000-0000-0000-00000" + str(number), len(segments), body)
volumes = volume("linear", 1, [(0, 4, [("pv1", 5)]), (4, 3, [("pv0", 8)])]) + volume("striped", 2, [(0, 8, [("pv0", 0), ("pv1", 0)])])
end = text.index("\n}\n", text.index("physical_volumes"))
open(sys.argv[1], "w").write(text[:end] + "\nlogical_volumes {\n" + volumes + "}\n" + text[end:])
PY
	vgcfgrestore -f "$tmp/group" town >> "$tmp/lvm.log" 2>&1
	lvs --noheadings --units b --nosuffix --separator '|' --segments -o lv_name,seg_start_pe,seg_size_pe,seg_pe_ranges,stripe_size,vg_extent_size town 2>> "$tmp/lvm.log" > "$tmp/segments"
	pvs --noheadings --units b --nosuffix --separator '|' -o pv_name,pe_start 2>> "$tmp/lvm.log" | sed 's/ //g' > "$tmp/pvs"
	losetup -d "$zero" "$one"
	same "lvm has both volumes with their segments" "$(wc -l < "$tmp/segments")" 3
	mkdir "$tmp/tree"
	head -c 9000000 /dev/urandom > "$tmp/tree/noise.bin"
	seq 1 400000 > "$tmp/tree/ledger.txt"
	mke2fs -q -t ext4 -F -d "$tmp/tree" "$tmp/linear.img" 28M > /dev/null 2>&1
	mke2fs -q -t ext4 -F -d "$tmp/tree" "$tmp/striped.img" 32M > /dev/null 2>&1
	python3 - "$tmp" "$zero" "$one" <<'PY'
import sys
folder, *devices = sys.argv[1:]
pe_start = {name: int(start) for name, start in (line.strip().split("|") for line in open(folder + "/pvs"))}
disks = {d: open("%s/pv%d" % (folder, i), "r+b") for i, d in enumerate(devices)}
for line in open(folder + "/segments"):
    name, start, size, ranges, stripe, extent = line.strip().split("|")
    start, size, stripe, extent = int(start), int(size), int(stripe), int(extent)
    parts = [(r.split(":")[0], int(r.split(":")[1].split("-")[0])) for r in ranges.split(" ")]
    data = open("%s/%s.img" % (folder, name), "rb").read()[start * extent:(start + size) * extent]
    step = stripe if len(parts) > 1 else len(data)
    for i, at in enumerate(range(0, len(data), step)):
        device, first = parts[i % len(parts)]
        disks[device].seek(pe_start[device] + first * extent + i // len(parts) * step)
        disks[device].write(data[at:at + step])
PY
	rm -rf "$tmp/case"
	"$TRIAGE" run -q --no-builtin-rules -o "$tmp/case" "$tmp/pv0" "$tmp/pv1" > /dev/null 2>&1
	same "both volumes hold both files" "$(sql "$tmp/case" "SELECT f.path || ' ' || f.sha256 FROM files f JOIN filesystems s USING (filesystem_id) JOIN volumes v USING (volume_id)
		WHERE f.path IN ('/noise.bin', '/ledger.txt') AND v.kind = 'lvm' ORDER BY 1")" \
		"$(for i in 1 2; do echo "/ledger.txt $(sum "$tmp/tree/ledger.txt")"; echo "/noise.bin $(sum "$tmp/tree/noise.bin")"; done | sort)"
fi
