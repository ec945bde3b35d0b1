#!/bin/sh
# cluster.sh - the scripts of docs/cluster, one after another as a scheduler would call them: begun twice, cut off, a part that comes late, one whose budget ended. The same under
# Slurm, and by GNU parallel over ssh: tests/cluster.
. "$(dirname "$0")/common.sh.inc"
SOURCE_DATE_EPOCH=1670378400
TRIAGE_OPTIONS=--no-builtin-rules
export SOURCE_DATE_EPOCH TRIAGE TRIAGE_OPTIONS
out=$tmp/out
mkdir -p "$tmp/evidence/m1" "$tmp/evidence/m 2" "$tmp/images"
for m in m1 "m 2"; do cp -r fixtures/artefact/lnk "$tmp/evidence/$m/"; for i in $(seq 200); do echo "$m $i" > "$tmp/evidence/$m/$i.txt"; done; done
task() { sh docs/cluster/task.sh "$out/list" "$out" 2 "$1" > "$tmp/said" 2>&1; }
join() { sh docs/cluster/join.sh "$out/list" "$out" 2 "$1" > "$tmp/said" 2>&1; }

# what is to be examined
same "a folder: each folder in it" "$(sh docs/cluster/list.sh "$tmp/evidence" "$out"; cat "$out/list")" "2
$tmp/evidence/m 2
$tmp/evidence/m1"
for f in a.E01 a.E02 b.001 b.002 c.vmdk c-flat.vmdk d.doc e.sha256 f.raw.gz g.E02; do echo x > "$tmp/images/$f"; done
same "of images in pieces the first" "$(sh docs/cluster/list.sh "$tmp/images" "$tmp/other" 2> "$tmp/said"; sed 's/.*\///' "$tmp/other/list" | tr '\n' ' ')" "3
a.E01 b.001 c.vmdk "
same "what is taken for no image is said, a piece without its first too" "$(grep -o 'not taken for an image: .*' "$tmp/said" | sed 's/ (.*//; s/.*\///' | tr '\n' ' ')" "d.doc f.raw.gz g.E02 "
same "one image" "$(sh docs/cluster/list.sh "$tmp/images/a.E01" "$tmp/one"; cat "$tmp/one/list")" "1
$tmp/images/a.E01"
printf '%s\r\n\r\n%s' "$tmp/evidence/m 2" "$tmp/evidence/m1" > "$tmp/windows.txt"
same "a list from Windows, with an empty line" "$(sh docs/cluster/list.sh "$tmp/windows.txt" "$out"; grep -c . "$out/list")" "2
2"
sh docs/cluster/list.sh "$tmp/images" "$out" > /dev/null 2> "$tmp/said"
same "not another list into the same folder" "$?$(grep -c 'belongs to another list' "$tmp/said")" 21
printf '%s\n/not/there\n' "$tmp/evidence/m1" > "$tmp/bad.txt"
sh docs/cluster/list.sh "$tmp/bad.txt" "$tmp/bad" > /dev/null 2> "$tmp/said"
same "a path that is not there is said at once" "$?$(grep -c 'not there: /not/there' "$tmp/said")" 21

# a part is not made: joined with a gap; it comes late: joined anew
for i in 0 1 2; do task $i || bad "task $i" "$(cat "$tmp/said")"; done
join 0; join 1
"$TRIAGE" run -q --no-builtin-rules -o "$tmp/serial-2" "$tmp/evidence/m 2" > /dev/null 2>&1
"$TRIAGE" run -q --no-builtin-rules -o "$tmp/serial-1" "$tmp/evidence/m1" > /dev/null 2>&1
check "a folder with a blank in its name has the bytes of one run" diff -rq "$tmp/serial-2" "$out/bundles/001-m_2"
check "a part that is missing is named" grep -q 'missing: 2/2' "$tmp/said"
same "and is a problem in the bundle" "$(sql "$out/bundles/002-m1" "SELECT count(*) FROM problems WHERE code = 'part-missing'")" 1
sealed=$(stat -c %Y "$out/parts/002-m1.1-of-2/tagmanifest-sha256.txt")
task 2
same "a task that is begun again leaves what is sealed" "$? $(stat -c %Y "$out/parts/002-m1.1-of-2/tagmanifest-sha256.txt")" "0 $sealed"
sleep 1
task 3; join 1
check "the part that came late is joined" diff -rq "$tmp/serial-1" "$out/bundles/002-m1"
same "the bundle with the gap is kept" "$(ls "$out/before" | wc -l)" 1

# cut off in the middle; changed behind our back
rm -rf "$out/parts/002-m1.2-of-2"
"$TRIAGE" run -q --no-builtin-rules -j 1 --shard 2/2 -o "$out/parts/002-m1.2-of-2" "$tmp/evidence/m1" > /dev/null 2>&1 & pid=$!
for i in $(seq 200); do [ -s "$out/parts/002-m1.2-of-2/work/journal.db" ] && break; sleep 0.02; done
kill -9 $pid 2> /dev/null; wait $pid 2> /dev/null
task 3
check "a task that was killed resumes, and is sealed" "$TRIAGE" verify -q "$out/parts/002-m1.2-of-2"
chmod u+w "$out/parts/002-m1.2-of-2/bag-info.txt"; echo x >> "$out/parts/002-m1.2-of-2/bag-info.txt"
task 3
same "a bundle that does not verify is put aside, and made anew" "$? $(ls "$out/parts" | grep -c does-not-verify) $("$TRIAGE" verify -q "$out/parts/002-m1.2-of-2" > /dev/null 2>&1; echo $?)" "0 1 0"

# the budget of each task ends; a later turn goes on
out=$tmp/night
echo "$tmp/evidence/m1" > "$tmp/m1.txt"
sh docs/cluster/list.sh "$tmp/m1.txt" "$out" > /dev/null
TRIAGE_OPTIONS="--no-builtin-rules --budget 0.01s -j 1"
task 0; task 1; join 0
check "parts whose budget ended are named" grep -q 'missing: 1/2 (its budget ended), 2/2 (its budget ended)' "$tmp/said"
task 0
check "and stay so" test -d "$out/parts/001-m1.1-of-2/data/unfinished"
sleep 1
GO_ON=yes
export GO_ON
# one was cut off before its journal was whole
mkdir -p "$out/more/001-m1.1-of-2/data" "$out/more/001-m1.1-of-2/work"
echo x > "$out/more/001-m1.1-of-2/work/journal.part"
task 0; one=$?; task 1
same "GO_ON: each goes on to its end" "$one$? $(ls -d "$out"/parts/*/data/unfinished 2> /dev/null | wc -l) $(ls "$out/more" | wc -l)" "00 0 0"
task 1; join 0
rows() { for t in files timeline findings problems; do sql "$1" "SELECT * FROM $t"; done | sha256sum; }
same "and together they are one run's" "$(rows "$out/bundles/001-m1")" "$(rows "$tmp/serial-1")"
same "with what each was before beside it" "$(ls "$out/before" | wc -l)" 3
sh docs/cluster/fleet.sh "$out" > "$tmp/said" 2>&1
same "the fleet takes the last of them alone" "$(sqlite3 "$out/fleet/fleet.db" "SELECT state, count(*) FROM bundles GROUP BY state")" "taken|1"
