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
