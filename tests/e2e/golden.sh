#!/bin/sh
# golden.sh - bodyfile.txt, timeline.csv and the list of files of two images, compared with tests/golden. UPDATE_GOLDEN=1 writes them again.
. "$(dirname "$0")/common.sh.inc"
GOLDEN=$(pwd)/tests/golden
SOURCE_DATE_EPOCH=1670378400
export SOURCE_DATE_EPOCH
# golden FILE: $tmp/golden/FILE is as it was
golden() {
	if [ -n "${UPDATE_GOLDEN:-}" ]; then cp "$tmp/golden/$1" "$GOLDEN/$1"; fi
	if diff -u "$GOLDEN/$1" "$tmp/golden/$1" > "$tmp/diff" 2>&1; then ok "golden $1"; else bad "golden $1" "$(head -n 20 "$tmp/diff" | cut -c 1-300)"; fi
}
mkdir -p "$tmp/golden" "$GOLDEN"
for name in names_hostile fat16; do
	make_image "$name" || continue
	# the name of the evidence, not where it was made, goes into what is compared
	if ! (cd "$tmp" && timeout 120 "$TRIAGE" run -q -o "case-$name" "$name.img" > run.out 2>&1) && [ ! -f "$tmp/case-$name/manifest-sha256.txt" ]; then
		bad "$name is examined" "$(tail -n 3 "$tmp/run.out")"
		continue
	fi
	data=$tmp/case-$name/data
	cp "$data/bodyfile.txt" "$tmp/golden/$name.bodyfile.txt"
	head -n 200 "$data/timeline.csv" > "$tmp/golden/$name.timeline.csv"
	sql "$tmp/case-$name" "SELECT path,kind,state,size,md5 FROM files" > "$tmp/golden/$name.files.txt"
	for kind in bodyfile.txt timeline.csv files.txt; do golden "$name.$kind"; done
done
