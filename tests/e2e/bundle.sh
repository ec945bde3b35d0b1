#!/bin/sh
# bundle.sh - the sealed bundle, checked with other people's tools; every change to it is found; the same bytes for any number of workers.
. "$(dirname "$0")/common.sh.inc"
make_image town || exit 1
SOURCE_DATE_EPOCH=1670378400
export SOURCE_DATE_EPOCH
"$TRIAGE" run -q -j 1 --case A1 --examiner "J. Peeters" -o "$tmp/one" "$tmp/town.img" > "$tmp/result" 2> "$tmp/log"
same "an intact image with content is examined without gaps" "$?" 0
same "the last line on stdout is the bundle's path" "$(tail -n 1 "$tmp/result")" "$tmp/one"
mkdir "$tmp/elsewhere"
"$TRIAGE" run -q -j 8 --case A1 --examiner "J. Peeters" -o "$tmp/elsewhere/one" "$tmp/town.img" > /dev/null 2>&1
check "the same bytes for one worker and for eight" diff -r "$tmp/one" "$tmp/elsewhere/one"

cd "$tmp/one" || exit 1
check "sha256sum -c manifest-sha256.txt" sha256sum -c --quiet manifest-sha256.txt
check "sha256sum -c tagmanifest-sha256.txt" sha256sum -c --quiet tagmanifest-sha256.txt
same "bagit.txt is that of BagIt 1.0" "$(head -n 1 bagit.txt)" "BagIt-Version: 1.0"
oxum=$(find data -type f -printf '%s\n' | awk '{ s += $1; n++ } END { printf "%d.%d", s, n }')
same "Payload-Oxum counts the payload" "$(sed -n 's/^Payload-Oxum: //p' bag-info.txt)" "$oxum"
check "mactime reads bodyfile.txt" sh -c 'mactime -b data/bodyfile.txt -d > "$1" && [ "$(wc -l < "$1")" -gt 100 ]' - "$tmp/mactime.out"
check "the database is whole" sh -c '[ "$(sqlite3 data/case.db "PRAGMA integrity_check")" = ok ]'
check "timeline, findings, custody and summary are what their readers expect" python3 - <<'P'
import csv, json, datetime
previous = "0" * 64
rows = list(csv.DictReader(open("data/timeline.csv", newline="", encoding="utf-8")))
assert rows and list(rows[0])[:4] == ["message", "datetime", "timestamp", "timestamp_desc"], list(rows[0])
for r in rows:
    t = datetime.datetime.fromisoformat(r["datetime"])
    assert t.tzinfo is not None and t.year > 1601
    whole = (t - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc))
    assert whole // datetime.timedelta(microseconds=1) == int(r["timestamp"]), r
    assert r["message"] and r["timestamp_desc"]
lines = [json.loads(l) for l in open("data/timeline.jsonl", encoding="utf-8")]
assert len(lines) == len(rows) and all(l["message"] and l["datetime"] and l["timestamp_desc"] for l in lines)
findings = [json.loads(l) for l in open("data/findings.jsonl", encoding="utf-8")]
assert findings and all(f["rule"] and f["title"] and f["kind"] for f in findings)
summary = json.load(open("data/summary.json", encoding="utf-8"))
assert summary["verdict"] == "compromised", summary["verdict"]
assert summary["ransomware"]["encrypted_files"] > 20
stix = json.load(open("data/iocs.stix.json", encoding="utf-8"))
assert stix["type"] == "bundle"
json.load(open("data/case.jsonld", encoding="utf-8"))
import hashlib
for line in open("data/custody.jsonl", encoding="utf-8"):
    entry = json.loads(line)
    assert entry["previous_hash"] == previous
    body = line.rstrip("\n").replace('"hash":"%s",' % entry["hash"], "")
    assert hashlib.sha256(body.encode()).hexdigest() == entry["hash"], entry["seq"]
    previous = entry["hash"]
P
for view in evidence volumes filesystems hosts accounts files timeline matches extents findings problems coverage custody; do
	sqlite3 data/case.db "SELECT count(*) FROM $view" > /dev/null 2>> "$tmp/views" || echo "$view" >> "$tmp/views"
done
same "every view of the contract is there" "$(cat "$tmp/views")" ""
check "an extent fetches the bytes of its file with dd alone" python3 - "$tmp/town.img" <<'P'
import hashlib, sqlite3, sys
db = sqlite3.connect("data/case.db")
image = open(sys.argv[1], "rb")
done = 0
for file_id, size, digest in db.execute("SELECT file_id, size, sha256 FROM files WHERE content = 'complete' AND state = 'allocated' AND stream = '' AND size > 0 AND size < 1000000 AND path NOT LIKE '/$%'"):
    data = bytearray(size)
    covered = 0
    for at, where, length in db.execute("SELECT file_offset, image_offset, length FROM extents WHERE file_id = ?", (file_id,)):
        image.seek(where)
        piece = image.read(length)[:size - at]
        data[at:at + len(piece)] = piece
        covered += len(piece)
    if covered == size:
        assert hashlib.sha256(data).hexdigest() == digest, file_id
        done += 1
assert done > 100, done
P
cd "$TRIAGE_ROOT" || exit 1

check "verify accepts the bundle" "$TRIAGE" verify "$tmp/one"
broken() { # description, shell that changes the copy
	rm -rf "$tmp/copy"; cp -r "$tmp/one" "$tmp/copy"; chmod -R u+w "$tmp/copy"
	(cd "$tmp/copy" && sh -c "$2")
	"$TRIAGE" verify "$tmp/copy" > "$tmp/verify.out" 2>&1
	if [ $? -eq 1 ]; then ok "verify finds $1"; else bad "verify finds $1" "$(cat "$tmp/verify.out")"; fi
}
for f in $(cd "$tmp/one" && find . -type f | sort); do
	broken "one flipped bit in $f" "python3 -c \"
import sys
p = '$f'
b = bytearray(open(p, 'rb').read())
b[len(b) // 2] ^= 1
open(p, 'wb').write(b)\""
done
broken "an added file" "echo x > data/extra.txt"
broken "a removed file" "rm data/bodyfile.txt"
broken "a renamed file" "mv data/bodyfile.txt data/bodyfile2.txt"
broken "a missing manifest" "rm manifest-sha256.txt"

report=$("$TRIAGE" report --lang fr "$tmp/one" -o "$tmp/fr.html")
same "report writes beside the bundle" "$report" "$tmp/fr.html"
check "the report in French begins in French" grep -q '<html lang="fr"' "$tmp/fr.html"
"$TRIAGE" report "$tmp/one" -o "$tmp/one/data/x.html" > /dev/null 2>&1
same "report refuses to write inside the bundle" "$?" 2
"$TRIAGE" run -q --fail-on high -o "$tmp/failon" "$tmp/town.img" > /dev/null 2>&1
same "--fail-on gives 10" "$?" 10
"$TRIAGE" run -q --json -o "$tmp/json" "$tmp/town.img" 2> /dev/null | python3 -c 'import json, sys; r = json.loads(sys.stdin.read()); assert r["verdict"] == "compromised" and r["exit"] == 0, r'
same "--json prints one object" "$?" 0
