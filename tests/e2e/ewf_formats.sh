#!/bin/sh
# ewf_formats.sh - what ewfacquire writes, in each of its formats, is read byte for byte; missing segments shift nothing.
. "$(dirname "$0")/common.sh.inc"
make_image ext2_basic || exit 1
python3 - "$tmp/ext2_basic.img" "$tmp/raw.img" <<'PY'
import random, sys
data = open(sys.argv[1], "rb").read()
# an odd number of sectors: the last chunk is short; noise that no compression shrinks
open(sys.argv[2], "wb").write(data + random.Random(1).randbytes(3 << 20) + bytes(700 * 512) + b"end".ljust(512, b"."))
PY
want=$(sha256sum < "$tmp/raw.img" | cut -d ' ' -f 1)
# acquire STEM OPTION...: an image of raw.img
acquire() {
	stem=$1; shift
	ewfacquire -u -q -t "$tmp/$stem" -C "case 1" -E "evidence 1" -e nobody -N none -D "test image" "$@" > "$tmp/acquire.log" 2>&1 ||
		bad "ewfacquire $*" "$(tail -n 2 "$tmp/acquire.log")"
}
# read_as DESCRIPTION FIRST-SEGMENT WANT: sha256 and verdict of the whole medium
read_as() {
	rm -rf "$tmp/case"
	"$TRIAGE" run -q -o "$tmp/case" "$2" > "$tmp/run.out" 2>&1
	same "$1" "$(sql "$tmp/case" "SELECT sha256, hash_verdict FROM evidence")" "$3"
}
for format in encase1 encase2 encase3 encase4 encase5 encase6 encase7 smart ftk linen5 linen6 linen7 ewf ewfx; do
	acquire "$format" -f "$format" -c fast -S 1048576 "$tmp/raw.img"
	read_as "$format, several segments" "$(ls "$tmp/$format".?01)" "$want|match"
done
for options in "-c none -b 16" "-c best -b 128" "-c empty-block -b 64" "-c none -b 32768" "-c fast -b 4096 -g 1" "-c none -b 64 -f smart"; do
	# shellcheck disable=SC2086
	acquire plain -f encase6 $options -S 100000000 "$tmp/raw.img"
	read_as "options $options" "$(ls "$tmp"/plain.?01)" "$want|match"
	rm -f "$tmp"/plain.*
done
for number in 1 2 3; do
	mv "$tmp/encase6.E0$number" "$tmp/kept"
	rm -rf "$tmp/case"
	first=$tmp/encase6.E01; [ -f "$first" ] || first=$tmp/encase6.E02
	"$TRIAGE" run -q -o "$tmp/case" "$first" > "$tmp/run.out" 2>&1
	same "without segment $number: told, and only its bytes are bad" "$(sql "$tmp/case" "SELECT code, bytes > 0 AND bytes < (SELECT size FROM evidence) FROM problems
		WHERE code IN ('chunks-missing', 'chunks-unplaced')")" "chunks-missing|1"
	mv "$tmp/kept" "$tmp/encase6.E0$number"
done
head -c 104000000 /dev/urandom > "$tmp/long.img"
want=$(head -c 103999488 "$tmp/long.img" | sha256sum | cut -d ' ' -f 1)
truncate -s 103999488 "$tmp/long.img"
acquire long -f encase6 -c none -S 1048576 "$tmp/long.img"
[ -f "$tmp/long.EAA" ] || bad "more than 99 segments"
read_as "segments beyond E99" "$tmp/long.E01" "$want|match"
acquire twin -f encase6 -c none -S 1048576 "$tmp/raw.img"
cp "$tmp/twin.E02" "$tmp/long.E02"
rm -rf "$tmp/case"
"$TRIAGE" run -q -o "$tmp/case" "$tmp/long.E01" > "$tmp/run.out" 2>&1
same "a segment of another image is noticed" "$(sql "$tmp/case" "SELECT code FROM problems WHERE code IN ('segment-foreign', 'chunks-missing') ORDER BY 1")" \
	"chunks-missing
segment-foreign"
