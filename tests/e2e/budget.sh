#!/bin/sh
# budget.sh - a run whose time is up is sealed and valid; --resume goes on in a new bundle, which ends as a run without a budget does.
. "$(dirname "$0")/common.sh.inc"
make_image town || exit 1
SOURCE_DATE_EPOCH=$(date +%s)
export SOURCE_DATE_EPOCH
# everything but the chain of custody, and what the options say
picture() { (cd "$1/data" && for v in evidence volumes filesystems files timeline matches extents findings problems coverage; do sqlite3 -batch case.db "SELECT * FROM $v"; done; cat timeline.csv bodyfile.txt findings.jsonl summary.json) | sha256sum; }
"$TRIAGE" run -q -o "$tmp/whole" "$tmp/town.img" > /dev/null 2>&1
"$TRIAGE" run -q --budget 0.01s -o "$tmp/first" "$tmp/town.img" > /dev/null 2>&1
same "a budget that ends: sealed with gaps" "$?" 3
check "it verifies" "$TRIAGE" verify -q "$tmp/first"
check "and by sha256sum alone" sh -c "cd '$tmp/first' && sha256sum -c --quiet manifest-sha256.txt tagmanifest-sha256.txt"
left=$(sql "$tmp/first" "SELECT value FROM meta WHERE key = 'budget.streams'")
same "what is left is counted" "$left" "$(sql "$tmp/first" "SELECT skipped FROM coverage WHERE what = 'streams'")"
check "page 1 says how much is missing" sh -c "tr '\n' ' ' < '$tmp/first/data/report.html' | grep -q 'data-m=.coverage.budget\"[^>]*>[^<]*[0-9]'"
check "its journal is in the bag" grep -q ' data/unfinished/journal.db$' "$tmp/first/manifest-sha256.txt"
check "and no work folder is left" test ! -e "$tmp/first/work"
before=$(sha256sum "$tmp/first/tagmanifest-sha256.txt")

"$TRIAGE" run -q --resume "$tmp/first" > "$tmp/out" 2> "$tmp/err"
same "--resume goes on to the end" "$?" "$("$TRIAGE" verify -q "$tmp/whole" > /dev/null 2>&1 && sqlite3 "$tmp/whole/data/case.db" "SELECT CASE WHEN EXISTS (SELECT 1 FROM problems WHERE severity NOT IN ('info')) THEN 3 ELSE 0 END")"
check "in a new bundle" test -s "$tmp/first-more/manifest-sha256.txt"
same "with all that a run without a budget has" "$(picture "$tmp/first-more")" "$(picture "$tmp/whole")"
check "it verifies" "$TRIAGE" verify -q "$tmp/first-more"
same "the sealed one is as it was" "$(sha256sum "$tmp/first/tagmanifest-sha256.txt")" "$before"
check "and still verifies" "$TRIAGE" verify -q "$tmp/first"
seal=$(sha256sum < "$tmp/first/tagmanifest-sha256.txt" | cut -d' ' -f1)
check "the chain of custody names the bundle that it was taken up from" grep -q "\"action\":\"taken-up\".*$seal" "$tmp/first-more/data/custody.jsonl"
check "nothing says that time was up" sh -c "! tr '\n' ' ' < '$tmp/first-more/data/report.html' | grep -q 'data-m=.coverage.budget\"[^>]*>[^<]*[0-9]'"
check "no journal is left in it" test ! -e "$tmp/first-more/data/unfinished" -a ! -e "$tmp/first-more/work"

"$TRIAGE" run -q --resume "$tmp/first" > /dev/null 2> "$tmp/err"
same "a place that is taken is refused" "$?" 2
check "in words" grep -q 'exists already; give another place with -o' "$tmp/err"
"$TRIAGE" run -q --resume "$tmp/first" --budget 0.01s -o "$tmp/second" > /dev/null 2>&1
same "with another budget it is sealed with gaps again" "$?" 3
"$TRIAGE" run -q --resume "$tmp/second" -o "$tmp/third" > /dev/null 2>&1
same "and goes on from there" "$(picture "$tmp/third")" "$(picture "$tmp/whole")"

# cut off between the move of the journal and the seal
cp -a "$tmp/first" "$tmp/cut"
rm "$tmp/cut/tagmanifest-sha256.txt"
"$TRIAGE" run -q --resume "$tmp/cut" -o "$tmp/elsewhere" > /dev/null 2> "$tmp/err"
check "a bundle that was not sealed yet goes on where it is" "$TRIAGE" verify -q "$tmp/cut"
check "and says that -o is not used" grep -q "goes on in its own folder: -o is not used" "$tmp/err"
same "to the end of a run without a budget" "$(picture "$tmp/cut")" "$(picture "$tmp/whole")"
same "nothing in it says that time was up" "$(sql "$tmp/cut" "SELECT count(*) FROM meta WHERE key GLOB 'budget.*'")" 0
# what SQLite left of a commit over two files that was cut off is not sealed with the journal
cp -a "$tmp/first" "$tmp/left"
rm "$tmp/left/tagmanifest-sha256.txt"
printf x > "$tmp/left/data/unfinished/journal.db-mj65107E936"
"$TRIAGE" run -q --resume "$tmp/left" --budget 0.01s > /dev/null 2>&1
same "a super-journal that was left is not sealed" "$? $(ls "$tmp/left/data/unfinished" | tr '\n' ' ')" "3 arguments journal.db "
# changed after the seal
cp -a "$tmp/first" "$tmp/changed"
printf x >> "$tmp/changed/data/unfinished/arguments"
"$TRIAGE" run -q --resume "$tmp/changed" > /dev/null 2> "$tmp/err"
same "a bundle that does not verify is not taken up" "$?" 1
check "and it says what differs" grep -q 'data/unfinished/arguments' "$tmp/err"
check "nothing is left of the attempt" test ! -e "$tmp/changed-more"
# the new bundle is not written into the evidence
mkdir "$tmp/folder"
for i in $(seq 300); do echo "letter $i" > "$tmp/folder/letter$i.txt"; done
"$TRIAGE" run -q --budget 0.01s -o "$tmp/of_folder" "$tmp/folder" > /dev/null 2>&1
check "a folder's examination ends with its budget" test -e "$tmp/of_folder/data/unfinished"
(cd "$tmp/folder" && "$TRIAGE" run -q --resume "$tmp/of_folder" -o more > /dev/null 2> "$tmp/err")
same "a place inside the evidence is refused" "$?" 2
check "in words" grep -q 'would lie inside the evidence; give another place with -o' "$tmp/err"
check "nothing was written there" test ! -e "$tmp/folder/more"
(cd "$tmp" && "$TRIAGE" run -q --resume of_folder -o of_more > /dev/null 2>&1)
check "a place beside it is taken, as seen from where it is said" "$TRIAGE" verify -q "$tmp/of_more"
