#!/bin/sh
# exports.sh - each file for another tool is read by that tool, or by a checker of its rules; `triage export` writes beside the bundle alone.
. "$(dirname "$0")/common.sh.inc"
SOURCE_DATE_EPOCH=1670378400
export SOURCE_DATE_EPOCH
make_image town && make_image names_hostile && make_image fat16 || exit 1
examined() { "$TRIAGE" run -q --case A1 --evidence-id E1 --examiner "J. Peeters" -o "$tmp/$1" "$tmp/$1.img" > /dev/null 2>&1; }
obeys() { check "$1 of $2 keeps the rules of its readers" python3 tests/export_check.py "$1" "$3" ${4:+"$4"}; }
for name in town names_hostile fat16; do
	examined $name
	data=$tmp/$name/data
	obeys timesketch $name "$data/timeline.csv"
	obeys timesketch $name "$data/timeline.jsonl"
	obeys case $name "$data/case.jsonld"
	obeys stix $name "$data/iocs.stix.json"
	for format in l2tcsv dfxml misp; do
		check "$format of $name is written" "$TRIAGE" export --format $format -o "$tmp/$name.$format" "$tmp/$name"
	done
	obeys l2tcsv $name "$tmp/$name.l2tcsv"
	obeys misp $name "$tmp/$name.misp"
	check "xmllint reads the DFXML of $name" xmllint --noout --nonet "$tmp/$name.dfxml"
	if [ -n "${TRIAGE_DFXML_XSD:-}" ]; then check "the published schema accepts it" xmllint --noout --nonet --schema "$TRIAGE_DFXML_XSD" "$tmp/$name.dfxml"; fi
	same "the DFXML of $name has every file" "$(grep -c '^<fileobject>' "$tmp/$name.dfxml")" "$(sql "$tmp/$name" 'SELECT count(*) FROM files')"
	same "l2tcsv of $name has every row of the timeline" "$(sed 1d "$tmp/$name.l2tcsv" | wc -l)" "$(wc -l < "$data/timeline.jsonl" | tr -d ' ')"
	# mactime: one line for each set of equal times; names are as they were written
	mactime -b "$data/bodyfile.txt" -d > "$tmp/mactime" 2> "$tmp/mactime.err"
	same "mactime has nothing to complain of in $name" "$(cat "$tmp/mactime.err")" ""
	same "mactime sees every name of $name" "$(sed 1d "$tmp/mactime" | cut -d, -f8- | sort -u | wc -l)" \
	    "$(awk -F'|' '$8 != 0 || $9 != 0 || $10 != 0 || $11 != 0 { print $2 }' "$data/bodyfile.txt" | sort -u | wc -l)"
done
check "the byte runs of the DFXML fetch each file from the image" python3 tests/export_check.py dfxml "$tmp/town.dfxml" "$tmp/town.img"
check "verify accepts the bundle after the exports" "$TRIAGE" verify -q "$tmp/town"

"$TRIAGE" export --format misp --tlp amber+strict -o "$tmp/strict" "$tmp/town" > /dev/null
check "--tlp is the tag of the event" grep -q '"name":"tlp:amber+strict"' "$tmp/strict"
"$TRIAGE" export --format stix --tlp green -o "$tmp/green" "$tmp/town" > /dev/null
check "and the marking of STIX" grep -q 'bab4a63c-aed9-4cf5-a766-dfca5abac2bb' "$tmp/green"
"$TRIAGE" export --format l2tcsv --from 2022-12-06 --to 2022-12-06T01:30 -o "$tmp/window" "$tmp/town" > /dev/null
same "--from and --to are kept" "$(sed 1d "$tmp/window" | cut -d, -f1 | sort -u)" "12/06/2022"
same "with the rows of that window alone" "$(sed 1d "$tmp/window" | wc -l)" \
    "$(sql "$tmp/town" "SELECT count(*) FROM timeline WHERE time BETWEEN strftime('%s','2022-12-06') * 1000000000 AND strftime('%s','2022-12-06 01:30') * 1000000000")"
"$TRIAGE" export --format dfxml "$tmp/town" -o "$tmp/town/data/x" > /dev/null 2>&1
same "nothing is written into the bundle" "$?" 2
"$TRIAGE" export --format dfxml "$tmp/town" -o "$tmp/town.dfxml" > /dev/null 2>&1
same "nothing is overwritten" "$?" 1
"$TRIAGE" export --format nothing "$tmp/town" > /dev/null 2>&1
same "an unknown format is refused" "$?" 2
"$TRIAGE" export --format list > "$tmp/list"
check "--format list names them" grep -q '^dfxml ' "$tmp/list"
same "the same bytes each time" "$("$TRIAGE" export --format dfxml -o "$tmp/again" "$tmp/town" > /dev/null; cat "$tmp/again" | sha256sum)" "$(sha256sum < "$tmp/town.dfxml")"
printf 'no database' > "$tmp/not.db"; mkdir -p "$tmp/foreign/data"; cp "$tmp/not.db" "$tmp/foreign/data/case.db"
"$TRIAGE" export --format dfxml "$tmp/foreign" -o "$tmp/foreign.xml" > /dev/null 2>&1
same "a foreign bundle is refused" "$?" 1
check "and leaves no file behind" test ! -e "$tmp/foreign.xml"
