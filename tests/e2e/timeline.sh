#!/bin/sh
# timeline.sh - what artefact parsers tell reaches the timeline from images and folders, once each, whatever the number of workers, a kill or a parser that crashes.
. "$(dirname "$0")/common.sh.inc"
FAULT=$(pwd)/build/fault/bin/triage
SOURCE_DATE_EPOCH=1795000000
export SOURCE_DATE_EPOCH
src=$tmp/src
mkdir -p "$src/var/log" "$src/etc" "$src/home/anna"
log=fixtures/artefact/utmp/wtmp
cp $log fixtures/artefact/utmp/btmp "$src/var/log/"
# rotated: an older part of the same log, which the current one still holds, and one packed
head -c 768 $log > "$src/var/log/wtmp.1"
gzip -nc "$src/var/log/wtmp.1" > "$src/var/log/wtmp.2.gz"
# a file of other things, and the same bytes under another name: another file
cp $log "$src/home/anna/loose"
head -c 300000 /dev/zero | tr '\0' x > "$src/home/anna/text"
find "$src" -exec touch -h -d '2023-11-15 08:00:00 UTC' {} +
# 5 records that are sound, 1 failed logon; the loose copy tells its own 5
want_events="/home/anna/loose 5
/var/log/btmp 1
/var/log/wtmp 5"

mke2fs -q -t ext4 -U 6c1b9a7e-0d6f-4f0e-9a7e-1f2e3d4c5b6a -E hash_seed=6c1b9a7e-0d6f-4f0e-9a7e-1f2e3d4c5b6a -d "$src" "$tmp/ext4.img" 16M > "$tmp/mke2fs.log" 2>&1 ||
	bad "make an ext4" "$(cat "$tmp/mke2fs.log")"
truncate -s 16M "$tmp/fat.img" && mkfs.fat -F 16 -i 12345678 "$tmp/fat.img" > /dev/null && mcopy -s -m -i "$tmp/fat.img" "$src/var" "$src/home" ::/ ||
	bad "make a FAT"
truncate -s 16M "$tmp/ntfs.img"
{ mkntfs -q -F -s 512 -p 0 -H 0 -S 0 "$tmp/ntfs.img" && for f in wtmp btmp wtmp.1 wtmp.2.gz; do ntfscp -q "$tmp/ntfs.img" "$src/var/log/$f" "/$f"; done; } > "$tmp/ntfs.log" 2>&1 ||
	bad "make an NTFS" "$(tail -n 3 "$tmp/ntfs.log")"

picture() { (cd "$1/data" && for v in evidence volumes filesystems hosts accounts files timeline event_sources matches extents findings problems coverage; do sqlite3 -batch case.db "SELECT * FROM $v"; done; cat timeline.csv timeline.jsonl bodyfile.txt findings.jsonl summary.json) | sha256sum; }
events() { sql "$1" "SELECT path || ' ' || count(*) FROM timeline WHERE source = 'utmp' GROUP BY path ORDER BY path"; }

for kind in ext4 fat folder; do
	evidence=$tmp/$kind.img
	[ $kind != folder ] || evidence=$src
	"$TRIAGE" run -q -j 1 --hostname srv1 -o "$tmp/$kind" "$evidence" > /dev/null 2> "$tmp/stderr"
	[ -d "$tmp/$kind/data" ] || { bad "$kind: a run" "$(cat "$tmp/stderr")"; continue; }
	same "$kind: each record is one event, of the file that is the log" "$(events "$tmp/$kind")" "$want_events"
	same "$kind: an event says when, where, who and what" "$(sql "$tmp/$kind" "SELECT datetime(time / 1000000000, 'unixepoch'), precision, meaning, parser, host, user, path, offset,
		json_extract(data, '$.remote') FROM timeline WHERE source = 'utmp' AND user = 'anna' AND path = '/var/log/wtmp'")" \
		"2023-11-14 22:14:30|us|logon|utmp|srv1|anna|/var/log/wtmp|768|2001:db8::5"
	same "$kind: every place of a rotated record is kept" "$(sql "$tmp/$kind" "SELECT s.path, s.offset FROM event_sources s JOIN timeline t USING(event_id) WHERE t.user = 'beheer'
		AND t.path = '/var/log/wtmp' ORDER BY s.path")" \
		"$(printf '/var/log/wtmp|384\n/var/log/wtmp.1|384\n/var/log/wtmp.2.gz!/wtmp.2|384')"
	same "$kind: and of no other record" "$(sql "$tmp/$kind" "SELECT count(*) FROM event_sources")" 6
	same "$kind: coverage counts streams and events" "$(sql "$tmp/$kind" "SELECT total, examined, failed, reason FROM coverage WHERE what = 'artefact utmp'")" "5|5|0|15 events"
	same "$kind: a damaged record is a problem row with its place" \
		"$(sql "$tmp/$kind" "SELECT count(*) FROM problems WHERE stage = 'artefact' AND code = 'record-damaged' AND path = '/var/log/wtmp' AND offset = 1152")" 1
	same "$kind: timeline.csv has the events" "$(grep -c ',utmp,' "$tmp/$kind/data/timeline.csv")" 11
	same "$kind: timeline.jsonl too" "$(python3 - "$tmp/$kind/data/timeline.jsonl" <<'P'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
times = [r["timestamp"] for r in rows]
events = [r for r in rows if r["source"] == "utmp"]
print(len(events), times == sorted(times), all(r["hostname"] == "srv1" for r in events), sorted({r["data"]["type"] for r in events})[0])
P
)" "11 True True BOOT_TIME"
	check "$kind: the bundle verifies" "$TRIAGE" verify -q "$tmp/$kind"
	"$TRIAGE" run -q -j 4 --hostname srv1 -o "$tmp/$kind.4" "$evidence" > /dev/null 2>&1
	same "$kind: four workers make the same case" "$(picture "$tmp/$kind.4")" "$(picture "$tmp/$kind")"
done
cp "$tmp/ext4/data/case.db" "$tmp/one.db" && cp "$tmp/ext4.4/data/case.db" "$tmp/four.db"
for db in one four; do sqlite3 "$tmp/$db.db" "DELETE FROM t_custody; DELETE FROM t_meta; VACUUM" 2> /dev/null; done
check "and the same bytes, custody apart" cmp "$tmp/one.db" "$tmp/four.db"

"$TRIAGE" run -q --hostname srv1 -o "$tmp/ntfs" "$tmp/ntfs.img" > /dev/null 2>&1
same "ntfs: each record is one event" "$(events "$tmp/ntfs")" "$(printf '/btmp 1\n/wtmp 5')"

# a budget that ends at once, shards: what has no result has no events
"$TRIAGE" run -q --budget 0.01s -o "$tmp/budget" "$tmp/ext4.img" > /dev/null 2>&1
same "a budget: events only of streams that have a result" "$(sql "$tmp/budget" "SELECT count(*) FROM timeline t JOIN files f USING(file_id) WHERE t.source = 'utmp' AND f.content = 'skipped'")" 0
for k in 1 2; do "$TRIAGE" run -q --shard $k/2 -o "$tmp/shard$k" "$tmp/ext4.img" > /dev/null 2>&1; done
same "two shards: together the events of all streams" \
	"$(for k in 1 2; do sql "$tmp/shard$k" "SELECT count(*) FROM timeline WHERE source = 'utmp' UNION ALL SELECT count(*) FROM event_sources s JOIN timeline t USING(event_id) WHERE t.file_id <> s.file_id"; done | awk '{ n += $1 } END { print n }')" 15

# a long log: killed in the middle of its events
python3 - "$tmp/long" <<'P'
import os, struct, sys
os.makedirs(sys.argv[1])
with open(sys.argv[1] + "/wtmp", "wb") as f:
    for i in range(60000):
        f.write(struct.pack("<i i 32s 4s 32s 256s h h i i i 16s 20x", 7, i, b"pts/%d" % (i % 50), b"ts", b"user%d" % (i % 7), b"10.0.0.%d" % (i % 250), 0, 0, 0, 1600000000 + i // 3, 0, b""))
P
touch -d '2023-11-15 08:00:00 UTC' "$tmp/long/wtmp" "$tmp/long"
start=$(date +%s%N)
"$TRIAGE" run -q -j 2 -o "$tmp/whole" "$tmp/long" > /dev/null 2>&1
took=$((($(date +%s%N) - start) / 1000))
same "60,000 events, three a second" "$(sql "$tmp/whole" "SELECT count(*), count(DISTINCT time), max(event_id) FROM timeline WHERE source = 'utmp'")" "60000|20000|60000"
want=$(picture "$tmp/whole")
failures=0 resumed=0
for i in $(seq 1 12); do
	rm -rf "$tmp/case"
	"$TRIAGE" run -q -j 2 -o "$tmp/case" "$tmp/long" > /dev/null 2>&1 &
	pid=$!
	sleep "$(awk "BEGIN { print $took * (0.1 + 0.9 * $i / 13) / 1000000 }")"
	kill -9 $pid 2> /dev/null
	wait $pid 2> /dev/null
	[ -f "$tmp/case/work/journal.db" ] && "$TRIAGE" run -q --resume "$tmp/case" > /dev/null 2>&1 && resumed=$((resumed + 1))
	[ -f "$tmp/case/manifest-sha256.txt" ] || continue
	[ "$(picture "$tmp/case")" = "$want" ] || { failures=$((failures + 1)); echo "# point $i differs"; }
done
same "after kill -9 in the middle of a log the resumed case is the same" "$failures" 0
if [ "$resumed" -ge 3 ]; then ok "some of the points were in the middle of the run"; else bad "some of the points were in the middle of the run" "$resumed"; fi

# a parser that takes workers down costs the events of its stream, and nothing else
others() { sql "$1" "SELECT path, stream, sha256, mime, content FROM files" | sha256sum; }
for act in crash hang lie; do
	rm -rf "$tmp/case"
	TRIAGE_FAULT_WORKER="$act artefact /var/log/wtmp.1" "$FAULT" run -q -j 2 --unit-timeout 3 --hostname srv1 -o "$tmp/case" "$tmp/ext4.img" > /dev/null 2> "$tmp/stderr"
	same "a parser that makes its worker $act: the run ends with gaps" "$?" 3
	same "a parser that makes its worker $act: all digests and types are there" "$(others "$tmp/case")" "$(others "$tmp/ext4")"
	same "a parser that makes its worker $act: a problem names stream and parser" \
		"$(sql "$tmp/case" "SELECT count(*), path, stage, severity FROM problems WHERE code = 'artefact-not-parsed' AND message LIKE '% as utmp:%'")" "1|/var/log/wtmp.1|artefact|medium"
	same "a parser that makes its worker $act: coverage counts it" "$(sql "$tmp/case" "SELECT total, examined, failed, reason FROM coverage WHERE what = 'artefact utmp'")" "5|4|1|13 events"
	same "a parser that makes its worker $act: all other events are there" "$(events "$tmp/case")" "$want_events"
	check "a parser that makes its worker $act: the bundle verifies" "$TRIAGE" verify -q "$tmp/case"
done

"$TRIAGE" info --parsers > "$tmp/parsers" 2> "$tmp/stderr"
same "info --parsers needs no evidence" "$?" 0
same "and lists each row of parsers.def" "$(grep -c '^[a-z0-9_]*: ' "$tmp/parsers")" "$(grep -c '^PARSER(' triage/artefact/parsers.def)"
check "a row has name and title" grep -qxF "utmp: logons of Linux (utmp, wtmp, btmp)" "$tmp/parsers"
for what in tells source format; do
	same "each row has a line: $what" "$(grep -c "^  $what: ." "$tmp/parsers")" "$(grep -c '^PARSER(' triage/artefact/parsers.def)"
done
check "--help knows it" sh -c '"$1" info --help | grep -q -- "--parsers"' - "$TRIAGE"
"$TRIAGE" info > /dev/null 2>&1
same "info without evidence is still a usage error" "$?" 2
