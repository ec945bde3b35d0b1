#!/bin/sh
# merge.sh - one machine's work in parts: together they are the bundle of one run, byte for byte; parts that are missing, doubled, changed or of another run are named.
. "$(dirname "$0")/common.sh.inc"
SOURCE_DATE_EPOCH=1670378400
export SOURCE_DATE_EPOCH
parts() { for k in 1 2 3; do "$TRIAGE" run -q --shard $k/3 -o "$tmp/$1$k" "$2" > /dev/null 2>&1; done; }
make_image town || exit 1
/usr/bin/python3 "$EVIDENCE/vss_files.py" "$tmp/vss.raw" 96 400 > "$tmp/make.log" 2>&1 || rm -f "$tmp/vss.raw"
mkdir "$tmp/loose"
cp -r fixtures/artefact "$tmp/loose/artefact"
(cd "$tmp/loose" && zip -qr a.zip artefact/evtx artefact/lnk && tar cf b.tar artefact/prefetch a.zip && cp a.zip c.zip)
for name in town.img vss.raw loose; do
	[ -e "$tmp/$name" ] || { echo "# $name could not be made"; continue; }
	"$TRIAGE" run -q -o "$tmp/whole-$name" "$tmp/$name" > /dev/null 2>&1
	parts "p-$name-" "$tmp/$name"
	"$TRIAGE" merge -q "$tmp/p-$name-3" "$tmp/p-$name-1" "$tmp/p-$name-2" -o "$tmp/merged-$name" > /dev/null 2> "$tmp/told"
	check "$name in three parts, together, is $name in one run" diff -rq "$tmp/whole-$name" "$tmp/merged-$name"
done
check "and is what was sealed" "$TRIAGE" verify -q "$tmp/merged-town.img"
check "beside it lies of which parts it was made" jq -e '.missing == "" and (.parts | length) == 3' "$tmp/merged-town.img.merge.json"
same "each part has examined some of it, none all" "$(for k in 1 2 3; do sql "$tmp/p-town.img-$k" "SELECT examined > 100 AND examined < total FROM coverage WHERE what = 'streams'"; done | tr -d '\n')" 111
kept() { sqlite3 -batch "$1/data/shard/journal.db" "SELECT u.filesystem_id, u.inode, u.attr_type, u.attr_id FROM result r JOIN unit u USING(unit_id)"; }
same "no stream in two of them" "$(for k in 1 2 3; do kept "$tmp/p-town.img-$k"; done | sort | uniq -d | wc -l)" 0
same "the image is hashed by the first" "$(for k in 1 2 3; do sql "$tmp/p-town.img-$k" "SELECT sha256 IS NOT NULL FROM evidence"; done | tr -d '\n')" 100
"$TRIAGE" run -q -j 1 --shard 2/3 -o "$tmp/alone" "$tmp/town.img" > /dev/null 2>&1
check "a part has the same bytes whatever the number of workers" diff -rq "$tmp/p-town.img-2" "$tmp/alone"

# a part that was killed in the middle and resumed
"$TRIAGE" run -q -j 1 --shard 1/3 -o "$tmp/killed" "$tmp/loose" > /dev/null 2>&1 & pid=$!
for i in $(seq 200); do [ "$(stat -c %s "$tmp/killed/work/journal.db" 2> /dev/null || echo 0)" -gt 500000 ] && break; sleep 0.02; done; kill -9 $pid 2> /dev/null; wait $pid 2> /dev/null
[ -e "$tmp/killed/manifest-sha256.txt" ] || { "$TRIAGE" run -q --resume "$tmp/killed" > /dev/null 2>&1; same "a part that was killed and resumed has gaps, as in one run" $? 3; }
"$TRIAGE" merge -q "$tmp/killed" "$tmp/p-loose-2" "$tmp/p-loose-3" -o "$tmp/merged-killed" > /dev/null 2>&1
check "with a part that was killed and resumed, the same bytes" diff -rq "$tmp/whole-loose" "$tmp/merged-killed"

# what does not belong together
"$TRIAGE" merge -q "$tmp/p-town.img-1" "$tmp/p-town.img-3" -o "$tmp/two" > /dev/null 2> "$tmp/told"
same "two of three: sealed with a gap" $? 3
check "which is named" grep -q "missing: 2/3" "$tmp/told"
same "and is a problem in the case" "$(sql "$tmp/two" "SELECT severity, code FROM problems WHERE code = 'part-missing' AND message LIKE '%2/3%'")" "high|part-missing"
check "it verifies" "$TRIAGE" verify -q "$tmp/two"
"$TRIAGE" merge -q "$tmp/p-town.img-2" "$tmp/p-town.img-3" -o "$tmp/unhashed" > /dev/null 2>&1
same "without the first the image is not hashed, and it is said" "$(sql "$tmp/unhashed" "SELECT examined, skipped FROM coverage WHERE what = 'image-hash'")" "0|1"
cp -r "$tmp/p-town.img-1" "$tmp/copy"
check "a copy of a part counts once" "$TRIAGE" merge -q "$tmp/p-town.img-1" "$tmp/copy" "$tmp/p-town.img-2" "$tmp/p-town.img-3" -o "$tmp/doubled"
check "and makes no difference" diff -rq "$tmp/whole-town.img" "$tmp/doubled"
SOURCE_DATE_EPOCH=1670378401 "$TRIAGE" run -q --shard 1/3 -o "$tmp/other1" "$tmp/town.img" > /dev/null 2>&1
refuse() { what=$1 says=$2; shift 2; "$TRIAGE" merge -q "$@" -o "$tmp/refused" > /dev/null 2> "$tmp/told"; same "$what: refused" "$([ $? -ne 0 ] && [ ! -e "$tmp/refused" ] && grep -c "$says" "$tmp/told")" 1; }
refuse "one part twice, and not the same" "part 1/3 is there twice" "$tmp/p-town.img-1" "$tmp/other1" "$tmp/p-town.img-2" "$tmp/p-town.img-3"
refuse "parts of other evidence" "other " "$tmp/p-town.img-1" "$tmp/p-loose-2"
"$TRIAGE" run -q --no-archives --shard 2/3 -o "$tmp/options" "$tmp/town.img" > /dev/null 2>&1
refuse "parts with other options" "other options" "$tmp/p-town.img-1" "$tmp/options"
"$TRIAGE" run -q --shard 2/2 -o "$tmp/of2" "$tmp/town.img" > /dev/null 2>&1
refuse "a copy of a part before one of another run" "other options" "$tmp/p-town.img-1" "$tmp/copy" "$tmp/options"
refuse "another number of parts" "not of as many parts" "$tmp/p-town.img-1" "$tmp/of2"
refuse "a whole bundle" "is no part" "$tmp/whole-town.img" "$tmp/p-town.img-1"
printf x >> "$tmp/copy/data/shard/journal.db"
refuse "a changed part" "changed: data/shard/journal.db" "$tmp/copy" "$tmp/p-town.img-2" "$tmp/p-town.img-3"
mv "$tmp/town.img" "$tmp/away"
refuse "without the evidence" "town.img" "$tmp/p-town.img-1" "$tmp/p-town.img-2" "$tmp/p-town.img-3"
mv "$tmp/away" "$tmp/town.img"
unset SOURCE_DATE_EPOCH
"$TRIAGE" merge -q "$tmp/p-town.img-1" "$tmp/p-town.img-2" "$tmp/p-town.img-3" -o "$tmp/today" > /dev/null 2>&1
check "with the clock of today the chain of custody tells of the parts" sh -c 'jq -se "map(select(.action == \"parts-merged\"))[0].detail.parts | length == 3" "$1/data/custody.jsonl" && "$2" verify -q "$1"' - "$tmp/today" "$TRIAGE"
