#!/bin/sh
# journal.sh TRIAGE - deleted files of ext3 and ext4 made by the kernel, against what they were. Needs root (loop mounts), so it is no part of
# the ordinary tests. Compares unallocated space with the free blocks that dumpe2fs counts as well.
triage=$1; tmp=$(mktemp -d) || exit 2
trap 'umount "$tmp/m" 2>/dev/null; rm -rf "$tmp"' EXIT
mkdir "$tmp/m"
try() {
	name=$1; shift
	rm -rf "$tmp/image" "$tmp/bundle"
	mke2fs -q -F "$@" "$tmp/image" 64M >/dev/null 2>&1 && mount -o loop "$tmp/image" "$tmp/m" || { echo "not ok - $name: cannot make it"; return; }
	mkdir "$tmp/m/docs" "$tmp/m/gone"
	for i in $(seq 1 30); do head -c $((i * 1000)) /dev/urandom > "$tmp/m/docs/file-$i"; done
	head -c 300000 /dev/urandom > "$tmp/m/gone/large"; echo secret > "$tmp/m/gone/note"
	sync -f "$tmp/m"
	(cd "$tmp/m" && sha256sum docs/file-1? gone/*) > "$tmp/truth"
	rm -r "$tmp"/m/docs/file-1? "$tmp/m/gone"
	sync -f "$tmp/m"; head -c 5000 /dev/urandom > "$tmp/m/new"
	umount "$tmp/m"
	"$triage" run -q --profile full -o "$tmp/bundle" "$tmp/image" > /dev/null
	want=$(wc -l < "$tmp/truth") got=0
	while read -r sum path; do
		n=$(sqlite3 "$tmp/bundle/data/case.db" "SELECT count(*) FROM files WHERE path = '/$path' AND sha256 = '$sum' AND state = 'deleted'")
		[ "$n" -gt 0 ] && got=$((got + 1))
	done < "$tmp/truth"
	[ "$got" -eq "$want" ] && echo "ok - $name: $got of $want deleted files" || echo "not ok - $name: $got of $want deleted files"
	free=$(dumpe2fs -h "$tmp/image" 2>/dev/null | awk '/^Free blocks:/ { n = $3 } /^Block size:/ { b = $3 } END { print n * b }')
	ours=$(sqlite3 "$tmp/bundle/data/case.db" "SELECT sum(size) FROM files WHERE path LIKE '/\$Unallocated/unallocated@%'")
	[ "$free" = "$ours" ] && echo "ok - $name: $free bytes are free" || echo "not ok - $name: $ours bytes free, dumpe2fs: $free"
}
try ext3 -t ext3
try ext4 -t ext4
try "ext4, blocks of 4 KiB" -t ext4 -b 4096
try "no checksums, 32 bits" -t ext4 -O ^metadata_csum,^64bit
try "checksums, 64 bits" -t ext4 -O metadata_csum,64bit -b 2048
try "fast commits" -t ext4 -O fast_commit -b 4096
try "small inodes, small journal" -t ext4 -I 128 -b 1024 -J size=1
try "meta block groups" -t ext4 -O meta_bg,^resize_inode
try bigalloc -t ext4 -O bigalloc -b 4096
