#!/bin/sh
# bad_input.sh - each kind of bad input: one clear line, its exit status, and nothing half-written that looks sealed.
. "$(dirname "$0")/common.sh.inc"
# refused NAME STATUS PATTERN ARGUMENTS...: no bundle, one line on stderr that has PATTERN
refused() {
	name=$1 want=$2 pattern=$3; shift 3
	rm -rf "$tmp/out"
	"$TRIAGE" run --progress none -o "$tmp/out" "$@" > "$tmp/stdout" 2> "$tmp/stderr"
	status=$?
	if [ $status -ne "$want" ]; then bad "$name" "exit $status, should be $want" "$(cat "$tmp/stderr")"; return; fi
	if [ "$(wc -l < "$tmp/stderr")" -ne 1 ] || ! grep -qi "$pattern" "$tmp/stderr"; then bad "$name" "stderr: $(cat "$tmp/stderr")"; return; fi
	if [ -e "$tmp/out" ]; then bad "$name" "left $tmp/out behind"; return; fi
	ok "$name"
}
# sealed NAME STATUS SQL WANT ARGUMENTS...: a bundle that verifies, and SQL on it gives WANT
sealed() {
	name=$1 want=$2 query=$3 answer=$4; shift 4
	rm -rf "$tmp/out"
	"$TRIAGE" run -q -o "$tmp/out" "$@" > "$tmp/stdout" 2> "$tmp/stderr"
	status=$?
	if [ $status -ne "$want" ]; then bad "$name" "exit $status, should be $want" "$(cat "$tmp/stderr")"; return; fi
	"$TRIAGE" verify -q "$tmp/out" || { bad "$name" "bundle does not verify"; return; }
	same "$name" "$(sql "$tmp/out" "$query")" "$answer"
}
make_image ext4_basic; image=$tmp/ext4_basic.img
refused "no such file" 1 "cannot find" "$tmp/none.img"
refused "no evidence given is a usage error" 2 "missing" --
refused "unknown option" 2 "unknown option" --frobnicate "$image"
refused "a value out of range" 2 "does not take" -j 0 "$image"
refused "a bad time" 2 "does not take" --from yesterday "$image"
refused "a character device is no evidence" 2 "neither" /dev/null
mkdir "$tmp/dir"; echo x > "$tmp/dir/a"
rm -rf "$tmp/dir/out"
"$TRIAGE" run -q -o "$tmp/dir/out" "$tmp/dir" 2> "$tmp/stderr"; same "output inside the evidence is refused" "$?" 2
same "and nothing was made there" "$(ls "$tmp/dir")" "a"
mkdir "$tmp/exists"
"$TRIAGE" run -q -o "$tmp/exists" "$image" 2> "$tmp/stderr"; same "an output that exists is refused" "$?" 2
check "and the line says what to do" grep -q "another place" "$tmp/stderr"
printf 'rule broken { strings: $a = "x" condition: $a and }\n' > "$tmp/broken.yar"
printf 'rule fine { strings: $a = "needle in the hay" condition: $a }\n' > "$tmp/fine.yar"
sealed "a rule file with an error is named, the others go on" 3 \
	"SELECT count(*) FROM problems WHERE code = 'rule-file-error' AND message LIKE '%broken.yar%line 1%'" 1 -r "$tmp/broken.yar" -r "$tmp/fine.yar" "$image"
refused "a rule path that is not there" 1 "none.yar" -r "$tmp/none.yar" "$image"
refused "an unreadable hash list" 1 "none.txt" --known-bad "$tmp/none.txt" "$image"
echo "no hash at all" > "$tmp/words.txt"
refused "a hash list without a hash" 1 "words.txt" --known-bad "$tmp/words.txt" "$image"
: > "$tmp/empty.img"
sealed "an empty file" 3 "SELECT state FROM volumes" empty "$tmp/empty.img"
seq 1 5000 > "$tmp/text.txt"
sealed "text instead of an image" 3 "SELECT count(*) FROM problems WHERE code = 'no-filesystem'" 1 "$tmp/text.txt"
head -c 300000 "$image" > "$tmp/cut.img"
sealed "a truncated image is examined as far as it goes" 3 "SELECT count(*) > 0 FROM files WHERE path = '/'" 1 "$tmp/cut.img"
for kind in btrfs refs; do
	make_image sig_$kind
	sealed "$kind is named as unsupported" 3 "SELECT group_concat(DISTINCT state) FROM volumes" unsupported "$tmp/sig_$kind.img"
done
for kind in luks1 luks2 bitlocker; do
	make_image sig_$kind
	sealed "$kind is named as locked" 3 "SELECT group_concat(DISTINCT state) FROM volumes" locked "$tmp/sig_$kind.img"
done
make_image ewf_missing_last
sealed "an E01 without its last segment is examined, the gap is a problem" 3 "SELECT count(*) > 0 FROM problems WHERE message LIKE '%E0%' OR code LIKE '%segment%'" 1 "$tmp/ewf_missing_last.E01"
make_image ewf_damaged
sealed "a damaged E01 chunk: the digest differs, sectors are named" 4 "SELECT hash_verdict || (bad_sectors > 0) FROM evidence" mismatch1 "$tmp/ewf_damaged.E01"
make_image split_gap
sealed "a gap in a split image is named" 3 "SELECT count(*) FROM problems WHERE code = 'segment-missing' AND message LIKE '%.002%'" 1 "$tmp/split_gap.001"
printf 'QFI\373\000\000\000\003' > "$tmp/a.qcow2"; head -c 4096 /dev/zero >> "$tmp/a.qcow2"
refused "a container of which nothing can be read is named" 1 "qcow" "$tmp/a.qcow2"
if [ "$(id -u)" -eq 0 ]; then
	mkdir "$tmp/secret"; chmod 700 "$tmp/secret" "$tmp"; chmod 711 "$tmp"
	printf x > "$tmp/secret.img"; chmod 600 "$tmp/secret.img"
	cp "$(readlink -f "$TRIAGE")" "$tmp/triage"; cp -r rules "$tmp/rules"; chmod -R a+rX "$tmp/rules" "$tmp/triage"
	mkdir -m 777 "$tmp/their"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$tmp/triage" run -q -o "$tmp/their/out" "$tmp/secret.img" 2> "$tmp/stderr"
	same "a file that may not be read" "$?" 1
	check "and the line says so" grep -q "may read it" "$tmp/stderr"
	make_image ext2_basic; chmod a+r "$tmp/ext2_basic.img"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$tmp/triage" run -q -o "$tmp/their/case" "$tmp/ext2_basic.img" > /dev/null 2> "$tmp/stderr"
	same "an ordinary user examines an image" "$?" 0
	if mkdir "$tmp/full" && mount -t tmpfs -o size=80m tmpfs "$tmp/full" 2> /dev/null; then
		dd if=/dev/zero of="$tmp/full/fill" bs=1M count=30 2> /dev/null
		"$TRIAGE" run -q -o "$tmp/full/case" "$image" > /dev/null 2> "$tmp/stderr"
		same "an output place that is nearly full is refused" "$?" 2
		rm "$tmp/full/fill"; umount "$tmp/full"
	fi
fi
