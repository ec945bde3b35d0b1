#!/bin/sh
# fleet.sh - many bundles, one picture: the incident that was made is found again; bad bundles are named and the others go on; hostile text is inert; the same bytes in any order.
. "$(dirname "$0")/common.sh.inc"
SOURCE_DATE_EPOCH=1670378400
export SOURCE_DATE_EPOCH
mkdir "$tmp/tree"; echo hello > "$tmp/tree/a.txt"; echo tool > "$tmp/tree/b.exe"
"$TRIAGE" run -q --no-builtin-rules -o "$tmp/template" "$tmp/tree" > /dev/null 2>&1
python3 tests/fleet_make.py "$tmp/template" "$tmp/b" 12 || exit 1
reseal() { python3 -c 'import sys; sys.path.insert(0, "tests"); import fleet_make; fleet_make.seal(sys.argv[1])' "$1"; }
edit() { sqlite3 -batch "$1/data/case.db" "$2" > /dev/null && reseal "$1"; }
rows() { sqlite3 -batch "$1/fleet.db" "$2"; }

check "twelve bundles" "$TRIAGE" fleet "$tmp/b" -o "$tmp/one"
same "every one is a machine with its verdict" "$(rows "$tmp/one" "SELECT verdict, count(*) FROM machines GROUP BY verdict")" "compromised|11
nothing-found|1"
same "the machine where it began" "$(jq -r '[.spread[] | select(.came_from == null)][0].name' "$tmp/one/fleet.json")" PC-000
same "who went where, told by both sides where both tell" "$(rows "$tmp/one" "SELECT f.name || '>' || t.name || ' ' || seen_by FROM movements m JOIN machines f ON f.machine_id = from_machine JOIN machines t ON t.machine_id = to_machine ORDER BY t.name LIMIT 3" | tr '\n' ' ')" \
	"PC-000>PC-001 both PC-000>PC-002 both PC-000>PC-003 both "
same "clocks that are 37 s apart for each number, modulo 5" "$(rows "$tmp/one" "SELECT DISTINCT c.offset_ns / 1000000000 = ((substr(t.name, 4) + 0) % 5 - (substr(f.name, 4) + 0) % 5) * 37 FROM clocks c JOIN machines f ON f.machine_id = from_machine JOIN machines t ON t.machine_id = to_machine")" 1
same "seen by one clock, they fell in the order in which they were entered" "$(rows "$tmp/one" "SELECT count(*) FROM machines a JOIN machines b ON a.clock_reference = b.clock_reference AND a.machine_id < b.machine_id AND substr(a.first_what, 1, 3) = substr(b.first_what, 1, 3) WHERE a.first_sign_fleet >= b.first_sign_fleet")" 0
same "the same content is found where no rule told of it" "$(rows "$tmp/one" "SELECT machines FROM items WHERE kind = 'sha256'")" 12
same "the same account, address, tool and rule" "$(rows "$tmp/one" "SELECT kind, value, machines FROM items WHERE kind IN ('account', 'address', 'tool') ORDER BY kind")" "account|svc-backup|11
address|203.0.113.9|3
tool|Mimikatz|5"
"$TRIAGE" fleet -q "$tmp"/b/bundle-011 "$tmp"/b/bundle-00? "$tmp"/b/bundle-010 -o "$tmp/two" > /dev/null
check "the same bytes in any order" diff -r "$tmp/one" "$tmp/two"
"$TRIAGE" fleet -q "$tmp/b" -o "$tmp/b/bundle-002/data/picture" > /dev/null 2>&1
same "nothing is written into a bundle of the folder given" "$?$(test -e "$tmp/b/bundle-002/data/picture" && echo ", it is there")" 2
check "the page forbids what is not in it" grep -q "default-src 'none'" "$tmp/one/fleet.html"
same "no address of a network in it" "$(grep -c 'src="\|href="http\|@import' "$tmp/one/fleet.html")" 0
check "the database is sound" sh -c '[ "$(sqlite3 "$1/fleet.db" "PRAGMA integrity_check")" = ok ]' - "$tmp/one"

# what is bad is named, the rest goes on
mkdir "$tmp/bad"
for n in tampered truncated newer loop half same judged other hostile vast; do cp -r "$tmp/b/bundle-002" "$tmp/bad/$n"; done
printf x >> "$tmp/bad/tampered/data/report.html"
head -c 20000 "$tmp/b/bundle-002/data/case.db" > "$tmp/bad/truncated/data/case.db"; reseal "$tmp/bad/truncated"
edit "$tmp/bad/newer" "PRAGMA user_version = 99"
edit "$tmp/bad/loop" "DROP VIEW findings; CREATE VIEW findings AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n AS finding_id FROM r WHERE n < 0"
rm "$tmp/bad/half/tagmanifest-sha256.txt" "$tmp/bad/half/manifest-sha256.txt"
mkdir "$tmp/bad/foreign"; echo hello > "$tmp/bad/foreign/bagit.txt"
edit "$tmp/bad/other" "UPDATE t_meta SET value = 'elsewhere' WHERE key = 'case_id'; UPDATE t_meta SET value = '9.9' WHERE key = 'version'; UPDATE t_host SET hostname = 'OTHER', installed = 5"
edit "$tmp/bad/vast" "UPDATE t_contact SET count = 9223372036854775807, failed = 9223372036854775807, first_time = -9223372036854775807"
rm -r "$tmp/bad/judged"; "$TRIAGE" judge -o "$tmp/bad/judged" "$tmp/b/bundle-002" > /dev/null 2>&1
evil='<script>alert(1)</script>"&=cmd|x'; rtl=$(printf '\342\200\256gpj.\033[31m')
edit "$tmp/bad/hostile" "UPDATE t_meta SET value = '$evil$rtl' WHERE key IN ('case_id', 'hostname', 'verdict', 'ransomware.family', 'started', 'version'); UPDATE t_host SET hostname = '$evil$rtl', os = '$evil', addresses = '$evil';
	UPDATE t_finding SET title = '$evil$rtl', rule = '$evil', kind = '$evil', path = '$evil', severity = 'high', detail = '{\"family\":\"<b>\",\"accounts\":[\"<i>\"]}'; UPDATE t_contact SET account = '$evil$rtl', protocol = '$evil', peer = hex(zeroblob(40000)); UPDATE t_evidence SET name = '$evil'"
mv "$tmp/bad/hostile" "$tmp/bad/<img src=x onerror=alert(1)>"
"$TRIAGE" fleet "$tmp/b" "$tmp/bad" "$tmp/no-such" -o "$tmp/three" > /dev/null 2> "$tmp/told"
same "the exit says that some are missing" $? 3
for n in "tampered: changed: data/report.html" "truncated: .*database disk image is malformed" "newer: .*newer version" "half: not sealed" "foreign: not sealed" "same: it is the same bundle as" "no-such:" "loop: "; do
	check "said: $n" grep -q "not taken: $n" "$tmp/told"
done
same "and in the database, with no other row of them" "$(rows "$tmp/three" "SELECT count(*) FROM bundles WHERE state = 'refused' AND reason <> '' AND bundle_id NOT IN (SELECT bundle_id FROM machines)")" 8
same "all others are taken" "$(rows "$tmp/three" "SELECT count(*) FROM bundles WHERE state = 'taken'")" 16
same "counts that no sum holds end nothing" "$(rows "$tmp/three" "SELECT max(count) FROM movements")" 9223372036854775807
for code in same-machine judged-again several-cases several-versions; do
	check "remarked: $code" sh -c '[ "$(sqlite3 "$1/fleet.db" "SELECT count(*) > 0 FROM remarks WHERE code = '"'$code'"'")" = 1 ]' - "$tmp/three"
done
same "a machine that lies in two bundles counts once" "$(jq .totals.machines "$tmp/three/fleet.json")" 14
same "markup in names stays text" "$(grep -c '<script>alert\|<img src=x\|<b>"\|<i>"' "$tmp/three/fleet.html")" 0
check "and is seen" grep -q '&lt;script&gt;alert' "$tmp/three/fleet.html"
same "no character that turns text around or drives a terminal" "$(LC_ALL=C grep -c "$(printf '\342\200\256\|\033')" "$tmp/three/fleet.html" "$tmp/three/fleet.json" "$tmp/told" | grep -vc ':0$')" 0
check "fleet.json is JSON" jq -e '.schema == "triage-fleet-1" and (.bundles | length) == 24' "$tmp/three/fleet.json"
check "not into a folder that is there" sh -c '! "$1" fleet "$2/b" -o "$2/one"' - "$TRIAGE" "$tmp"
check "nor into a bundle" sh -c '! "$1" fleet "$2/b/bundle-000" -o "$2/b/bundle-000/x" && [ ! -e "$2/b/bundle-000/x" ]' - "$TRIAGE" "$tmp"
"$TRIAGE" fleet "$tmp/bad/half" "$tmp/bad/foreign" -o "$tmp/none" > /dev/null 2>&1
same "when none can be taken it says so and leaves nothing" "$?$(ls "$tmp/none" 2> /dev/null)" 1
"$TRIAGE" fleet "$tmp/tree" -o "$tmp/none" > /dev/null 2>&1
same "a folder without bundles is a mistake" $? 2
