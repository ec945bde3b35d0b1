#!/bin/sh
# known.sh - lists of known hashes: good ones are marked and not searched, bad ones are a finding, in every common form of list.
. "$(dirname "$0")/common.sh.inc"
mkdir "$tmp/ev"
printf 'needle in a haystack\n' > "$tmp/ev/good.txt"
printf 'needle in a haystack too\n' > "$tmp/ev/other.txt"
printf 'evil bytes\n' > "$tmp/ev/evil.txt"
printf 'rule needle { strings: $a = "needle" condition: $a }\n' > "$tmp/n.yar"
sha256sum "$tmp/ev/good.txt" > "$tmp/good.lst"
printf '"name","MD5"\r\n"evil.txt","%s"\r\n' "$(md5sum < "$tmp/ev/evil.txt" | cut -d' ' -f1 | tr a-f A-F)" > "$tmp/bad.csv"
"$TRIAGE" run -q -r "$tmp/n.yar" --known-good "$tmp/good.lst" --known-bad "$tmp/bad.csv" -o "$tmp/case" "$tmp/ev" > /dev/null 2> "$tmp/stderr"
same "lists are read" "$?" 0
same "known files are marked" "$(sql "$tmp/case" "SELECT group_concat(known) FROM (SELECT path, known FROM files WHERE known NOT NULL ORDER BY path)")" bad,good
same "known-good content is not searched" "$(sql "$tmp/case" "SELECT group_concat(path) FROM matches")" /other.txt
same "known-bad content is a finding" "$(sql "$tmp/case" "SELECT severity || ' ' || path FROM findings WHERE kind = 'known-bad'")" "critical /evil.txt"
# sets: made from a list, a folder, an NSRL database; a damaged one is refused
"$TRIAGE" hashset build -o "$tmp/good.set" "$tmp/good.lst" > "$tmp/said"
same "a set says what is in it" "$(cat "$tmp/said")" "$tmp/good.set: 0 MD5, 0 SHA-1, 1 SHA-256 from 1 digests; 0 files or rows were passed over"
sqlite3 "$tmp/rds.db" "CREATE TABLE METADATA (sha256, sha1, md5); INSERT INTO METADATA VALUES (NULL, '$(sha1sum < "$tmp/ev/other.txt" | cut -d' ' -f1 | tr a-f A-F)', NULL), ('', '', '')"
"$TRIAGE" hashset info "$tmp/good.set" "$tmp/rds.db" > "$tmp/said"
same "info tells sets and databases apart" "$(grep -c 'sorted set, 0 MD5, 0 SHA-1, 1 SHA-256\|NSRL RDS database, 1 rows with a digest, 1 without' "$tmp/said")" 2
"$TRIAGE" run -q -r "$tmp/n.yar" --known-good "$tmp/good.set" --known-good "$tmp/rds.db" -o "$tmp/case2" "$tmp/ev" > /dev/null 2> "$tmp/stderr"
same "sets and databases are taken" "$?" 0
same "both hold" "$(sql "$tmp/case2" "SELECT group_concat(path) FROM (SELECT path FROM files WHERE known = 'good' ORDER BY path)")" /good.txt,/other.txt
same "coverage counts what was not searched" "$(sql "$tmp/case2" "SELECT count(*) FROM coverage WHERE what = 'streams' AND reason LIKE '%known good and so not searched 2'")" 1
"$TRIAGE" hashset build -o "$tmp/folder.set" "$tmp/ev" "$tmp/case2" > /dev/null
same "folder and bundle of one machine are one set" "$("$TRIAGE" hashset info "$tmp/folder.set" | head -n 1)" "$tmp/folder.set: sorted set, 0 MD5, 0 SHA-1, 3 SHA-256, no false positives"
"$TRIAGE" hashset build -o "$tmp/folder.set" "$tmp/ev" > /dev/null 2>&1
same "a set is never written over" "$?" 2
printf x | dd of="$tmp/folder.set" bs=1 seek=140 conv=notrunc 2> /dev/null
"$TRIAGE" run -q --known-good "$tmp/folder.set" -o "$tmp/case3" "$tmp/ev" > /dev/null 2> "$tmp/stderr"
same "a damaged set ends the run before it begins" "$? $(grep -c 'its own digest does not fit' "$tmp/stderr")" "1 1"
