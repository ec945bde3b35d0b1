#!/bin/sh
# report_rows.sh - the rows of a large case lie beside the report, sealed with it, and come into the page from file:// when they are wanted; those of a small one are in it.
. "$(dirname "$0")/common.sh.inc"
d=$tmp/volume
python3 - "$d" <<'P'
import os, sys
d = sys.argv[1]
for i in range(9000):
    folder = "%s/map %d" % (d, i // 300)
    os.makedirs(folder, exist_ok=True)
    path = "%s/%s_%05d.txt" % (folder, "Zebravink" if i == 7777 else "brief", i)
    open(path, "w").close()
    os.utime(path, (1.6e9 + i * 3600, 1.5e9 + i * 60))
open(d + "/<script>document.title='x'<!--\"\\'", "w").close()
P
"$TRIAGE" run -q --no-builtin-rules -o "$tmp/big" "$d" > /dev/null 2> "$tmp/run.err"
check "the bundle with its rows is intact" "$TRIAGE" verify "$tmp/big"
same "every piece is in the manifest" "$(grep -c ' data/report/.*\.js$' "$tmp/big/manifest-sha256.txt")" "$(find "$tmp/big/data/report" -type f | wc -l)"
cat > "$tmp/rows.py" <<'P'
import json, re, sqlite3, sys
folder, database = sys.argv[1:3]
def piece(name):
    text = open("%s/%s.js" % (folder, name), encoding="utf-8").read()
    return json.loads(re.fullmatch(r'triageChunk\("%s",(".*")\);\n' % name, text).group(1))
index = json.loads(piece("index"))
db = sqlite3.connect(database)
for letter, cells, query in (("t", 5, "SELECT time / 1000000 - (time % 1000000 < 0), message FROM timeline WHERE time IS NOT NULL ORDER BY time"),
                             ("f", 8, "SELECT file_id, path || iif(stream = '', '', ':' || stream) FROM files ORDER BY file_id")):
    got, part = [], index[letter]
    for i in range(part["pieces"]):
        before, time = "", 0
        for line in piece(letter + str(i)).split("\n"):
            cell = line.split("\t")
            before = before[:int(cell[cells])] + cell[cells + 1]
            time = time + int(cell[0]) if letter == "t" else int(cell[0])
            got.append((time, before))
    want = db.execute(query).fetchall()
    assert len(got) == len(want) == part["rows"], (letter, len(got), len(want))
    assert sorted(got) == sorted(want), [p for p in zip(sorted(got), sorted(want)) if p[0] != p[1]][:3]
P
check "timeline and files stand in the pieces, row for row" python3 "$tmp/rows.py" "$tmp/big/data/report" "$tmp/big/data/case.db"
# dom FILE FRAGMENT: what the page is after its script ran, from file://
dom() { timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$tmp/profile" --enable-logging=stderr --virtual-time-budget=6000 --dump-dom "file://$1#$2" 2> "$tmp/browser.log"; }
dom "$tmp/big/data/report.html" rows-timeline > "$tmp/dom.html"
shown() { tr -d '\n' < "$tmp/dom.html" | sed 's/.*id="rows-timeline"//;s/<\/table>.*//' | grep -o '<tr><td class="num">' | wc -l; }
same "a page of the timeline is shown" "$(shown)" 100
same "the page does not complain" "$(grep CONSOLE "$tmp/browser.log")" ""
dom "$tmp/big/data/report.html" rows-files > "$tmp/dom.html"
check "so are files" test "$(grep -o 'scope="row"><code>/map [0-9]' "$tmp/dom.html" | wc -l)" -ge 50
cp "$tmp/big/data/report.html" "$tmp/alone.html"
dom "$tmp/alone.html" rows-files > "$tmp/dom.html"
check "without its folder the page says what is missing" grep -q 'data-m="explore.missing"' "$tmp/dom.html"
(trap '' XFSZ; ulimit -f 64; "$TRIAGE" report -o "$tmp/none.html" "$tmp/big" > /dev/null 2> "$tmp/err")
same "a report for which there is no room leaves nothing" "$?$(ls -d "$tmp"/none* 2> /dev/null)" 1
"$TRIAGE" report --lang fr -o "$tmp/again.html" "$tmp/big" > /dev/null
check "the report written again has its rows beside it" python3 "$tmp/rows.py" "$tmp/again-rows" "$tmp/big/data/case.db"
check "and names that folder" grep -q 'data-rows="again-rows"' "$tmp/again.html"
policy() { grep -o "script-src [^;]*" "$1"; }
nonce=$(policy "$tmp/big/data/report.html" | grep -o "nonce-[0-9a-f]*" | cut -d- -f2)
same "the one word that loads scripts is new with each case" "${#nonce} $(grep -c "$nonce" "$tmp/big/data/custody.jsonl")" "64 0"
sed -i '$s/brief/Brief/' "$tmp/big/data/report/f0.js"
"$TRIAGE" verify "$tmp/big" > "$tmp/verify.out" 2>&1
check "a piece that was changed is told" grep -q 'data/report/f0.js' "$tmp/verify.out"
mkdir "$tmp/few"
printf 'x' > "$tmp/few/<script>document.title='x'<!--"
long=$(printf '%0110d' 0)
mkdir -p "$tmp/few/$long/$long/$long/$long"
"$TRIAGE" run -q --no-builtin-rules -o "$tmp/small" "$tmp/few" > /dev/null 2>&1
check "a small case has no folder" test ! -e "$tmp/small/data/report"
same "nor a word that loads scripts" "$(policy "$tmp/small/data/report.html" | grep -c nonce)" 0
dom "$tmp/small/data/report.html" rows-files > "$tmp/dom.html"
check "its rows are in the page, names inert" grep -q "<code>/&lt;script&gt;document.title='x'&lt;!--</code><br>" "$tmp/dom.html"
check "and it says that a search does not find the end of a long path" grep -q 'data-m="explore.cut" data-a="\[&quot;n:1&quot;\]"' "$tmp/dom.html"
same "that page does not complain" "$(grep CONSOLE "$tmp/browser.log")" ""
