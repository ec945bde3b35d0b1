#!/bin/sh
# task.sh LIST OUT PARTS INDEX - one task of many: part INDEX % PARTS + 1 of the evidence on line INDEX / PARTS + 1 of LIST (INDEX counts from 0).
#
# LIST: one evidence a line, by absolute paths that every node sees. OUT: a folder that every node sees. PARTS: 1, or into how many parts a large image is cut.
# It may be begun again at any time: what is sealed stays, what was cut off is resumed, what cannot be resumed is made anew. Options of `triage run` come in
# TRIAGE_OPTIONS (words, no quoting). Exit: 0 there is a sealed bundle (its own gaps are in it), else 1: try again.
#
# With --budget in TRIAGE_OPTIONS a task ends when its time is up. GO_ON=yes, in a later turn, goes on with each that ended so, now without a budget; the earlier bundle
# is kept in OUT/before.
set -u
list=$1 out=$2 parts=$3 index=$4
triage=${TRIAGE:-triage}
evidence=$(sed -n "$((index / parts + 1))p" "$list")
part=$((index % parts + 1))
[ -n "$evidence" ] || { echo "line $((index / parts + 1)) of $list is empty" >&2; exit 1; }
name=$(printf '%03d-%s' $((index / parts + 1)) "$(basename "$evidence" | tr -c 'A-Za-z0-9._\n-' _)")
if [ "$parts" -gt 1 ]; then bundle=$out/parts/$name.$part-of-$parts; else bundle=$out/bundles/$name; fi
mkdir -p "$(dirname "$bundle")"
# 0 sealed; 3 with gaps; 4 the image's digest differs; 5 unsigned; 10 --fail-on: all of them are sealed
sealed() { case $1 in 0 | 3 | 4 | 5 | 10) return 0 ;; esac; return 1; }
whole() { [ -e "$1/tagmanifest-sha256.txt" ] && "$triage" verify -q "$1" > /dev/null 2>&1; }
more=$out/more/$(basename "$bundle")
if whole "$bundle"; then
	[ -n "${GO_ON:-}" ] && [ -d "$bundle/data/unfinished" ] || exit 0
	mkdir -p "$out/more" "$out/before"
	[ ! -d "$more/work" ] || "$triage" run --progress none --resume "$more"
	# what cannot be resumed (cut off before its journal was whole) is made anew
	if ! whole "$more"; then
		rm -rf "$more"
		"$triage" run --progress none --resume "$bundle" -o "$more"
		sealed $? || exit 1
	fi
	mv "$bundle" "$out/before/$(basename "$bundle")-$(date -u +%Y%m%dT%H%M%SZ)" || exit 1
fi
# cut off between the two moves
if [ ! -e "$bundle" ] && whole "$more"; then mv "$more" "$bundle"; exit; fi
if [ -d "$bundle/work" ]; then
	"$triage" run --progress none --resume "$bundle"
	sealed $? && exit 0
fi
if [ -e "$bundle/tagmanifest-sha256.txt" ]; then
	# somebody's evidence of something: it is put aside, not thrown away
	aside=$bundle.does-not-verify-$(date -u +%Y%m%dT%H%M%SZ)
	echo "$bundle is sealed and does not verify: moved to $aside, the evidence is examined anew" >&2
	mv "$bundle" "$aside" || exit 1
fi
rm -rf "$bundle"
shard=; [ "$parts" -gt 1 ] && shard="--shard $part/$parts"
# shellcheck disable=SC2086
"$triage" run --progress none $shard ${TRIAGE_OPTIONS:-} -o "$bundle" -- "$evidence"
sealed $?
