#!/bin/sh
# bombs.sh - evidence that wants to cost more than it is (tests/bombs_make.py): the run ends, each bomb is named, the rest is found. BOMB_ENTRIES: names in one directory.
. "$(dirname "$0")/common.sh.inc"
entries=${BOMB_ENTRIES:-100000}
PYTHONDONTWRITEBYTECODE=1 python3 tests/bombs_make.py "$tmp" "$tmp/bombs.img" "$entries" > "$tmp/make.log" 2>&1 || { bad "make the bombs" "$(tail -n 3 "$tmp/make.log")"; exit 1; }
case=$tmp/case
timeout "${BOMB_SECONDS:-300}" "$TRIAGE" run -q -j 2 --memory 512M --no-builtin-rules --no-image-hash -o "$case" "$tmp/bombs.img" > /dev/null 2> "$tmp/stderr"
same "the run ends, and says that not all could be examined" "$?" 3
check "the bundle verifies" "$TRIAGE" verify -q "$case"
codes() { sql "$case" "SELECT DISTINCT code FROM problems WHERE path = '$1' ORDER BY code"; }
same "EVTX: a template that holds itself 16 times, 9 deep, is cut" "$(codes /expand.evtx)" record-incomplete
check "and what came of it is small" test "$(sql "$case" "SELECT coalesce(sum(length(data)), 0) FROM timeline WHERE path = '/expand.evtx'")" -lt 1000000
same "EVTX: a template that is an instance of itself is cut" "$(codes /own.evtx)" record-incomplete
same "registry: keys that are their own children are told" "$(codes /rings.dat)" subkey-damaged
same "ESE: pages that lead back are told" "$(codes /ring.dat)" page-damaged
same "archives: 40 one in the other are opened so far and no further, and told" "$(codes /zips.zip)" archive-nested
same "archives: 16 in each of 5 levels likewise" "$(codes /wide.zip)" archive-nested
check "and no member is met without end" test "$(sql "$case" "SELECT count(*) FROM files WHERE path LIKE '/wide.zip!%'")" -le 10000
same "an extent tree that is its own child: told" "$(codes /loop)" content-missing
same "and the file is partial" "$(sql "$case" "SELECT content FROM files WHERE path = '/loop'")" partial
same "a file of 16 TiB, of which one block is stored, is cut, and told" "$(codes /sparse) $(sql "$case" "SELECT size, content FROM files WHERE path = '/sparse'")" "sparse-cut 17592186040320|partial"
same "a directory of $entries names has each" "$(sql "$case" "SELECT count(*) FROM files WHERE path LIKE '/folder/%'")" "$entries"
same "what lies beside them is found" "$(sql "$case" "SELECT content, size FROM files WHERE path = '/plain.txt'")" "complete|19"
same "no worker was lost" "$(sql "$case" "SELECT count(*) FROM problems WHERE code LIKE 'worker-%'")" 0
