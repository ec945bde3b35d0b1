#!/bin/sh
# damage_map.sh - trees as twelve ways of encrypting leave them (tests/damage_make.py), each a case of its own: the class of each file, the window,
# what sound packed and owner-encrypted files are called; then the sums, and a window out of a change journal.
. "$(dirname "$0")/common.sh.inc"
python3 tests/damage_make.py "$tmp/trees" 7 800 > "$tmp/make.log" 2>&1 || bad "trees made" "$(tail -n 3 "$tmp/make.log")"
mkdir "$tmp/cases"
for style in "$tmp"/trees/*.truth; do
	style=$(basename "$style" .truth)
	"$TRIAGE" run -q --progress none -j2 -o "$tmp/cases/$style" "$tmp/trees/$style" > /dev/null 2> "$tmp/run.log"
	# 3: members of archives that cannot be unpacked any more
	case $? in 0 | 3) ;; *) bad "run $style" "$(tail -n 3 "$tmp/run.log")" ;; esac
done
python3 tests/damage_score.py "$tmp/trees" "$tmp/cases"
clean=$tmp/cases/clean whole=$tmp/cases/whole
same "nothing is found in the sound tree" "$(sql "$clean" "SELECT count(*) FROM findings WHERE severity IN ('medium', 'high', 'critical')")" 0
same "the sum over the case is that over its files" \
	"$(sql "$whole" "SELECT files, damaged_files, encrypted_whole FROM damage WHERE scope = 'case'")" \
	"$(sql "$whole" "SELECT count(*), sum(damage LIKE 'encrypted-%'), sum(damage = 'encrypted-whole') FROM files WHERE kind = 'file' AND attr_id < 4294967296")"
same "departments add up" "$(sql "$whole" "SELECT sum(damaged_files) FROM damage WHERE scope = 'department' AND depth = 2")" \
	"$(sql "$whole" "SELECT damaged_files FROM damage WHERE scope = 'case'")"
same "what the owner encrypted is shown as untouched" "$(sql "$whole" "SELECT damaged_files FROM damage WHERE scope = 'department' AND name = '/Data/Eigen'")" 0
same "the folder is named so in the summary" "$(python3 -c "
import json
print('/Data/Eigen' in json.load(open('$whole/data/summary.json'))['ransomware']['untouched_folders'])")" True
same "files renamed alone are a finding, and say so" "$(sql "$tmp/cases/renamed-only" "SELECT count(*) FROM findings WHERE rule = 'detect:renamed-files' AND title LIKE 'Files renamed but not encrypted%'")" 1
same "the same bytes for the same evidence, whatever the workers" "$(
	SOURCE_DATE_EPOCH=1765600000 "$TRIAGE" run -q --progress none -j1 -o "$tmp/one" "$tmp/trees/slices" > /dev/null 2>&1
	sql "$tmp/one" "SELECT path, damage, damage_share, original_path, damage_reason, shape FROM files ORDER BY path" | sha256sum)" \
	"$(sql "$tmp/cases/slices" "SELECT path, damage, damage_share, original_path, damage_reason, shape FROM files ORDER BY path" | sha256sum)"
same "the report shows each folder of the map in the drawing and in its table" \
	"$(grep -o 'href="#damage-[0-9]*"' "$whole/data/report.html" | sort -u | wc -l)" "$(grep -o '<tr id="damage-[0-9]*"' "$whole/data/report.html" | sort -u | wc -l)"
same "and a case without damage has no map" "$(grep -c '<section id="damage"' "$clean/data/report.html")$(grep -c '<section id="damage"' "$whole/data/report.html")" 01
