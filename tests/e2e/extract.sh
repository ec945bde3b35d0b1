#!/bin/sh
# extract.sh - flagged files in the bundle: which, locked how, within which bounds; from images, folders, archives and locked volumes; workers that misbehave.
. "$(dirname "$0")/common.sh.inc"
FAULT=$(pwd)/build/fault/bin/triage
SOURCE_DATE_EPOCH=1670378400
export SOURCE_DATE_EPOCH
make_image town || exit 1
# whole BUNDLE: each archive holds the content that it is named by, has its description, and the index says so
whole() { python3 - "$1" <<'P'
import glob, hashlib, json, os, subprocess, sys
folder = sys.argv[1] + "/data/extracted"
index = [json.loads(l) for l in open(folder + "/index.jsonl")]
archives = {os.path.basename(p) for p in glob.glob(folder + "/*.zip")}
assert archives and archives == {i["archive"] for i in index if i["archive"]}, archives
assert all((i["archive"] is None) == (i["left_out"] is not None) for i in index)
assert len(os.listdir(folder)) == 2 * len(archives) + 1
for name in archives:
    content = subprocess.run(["7z", "x", "-so", "-pinfected", f"{folder}/{name}"], capture_output=True, check=True).stdout
    digest = hashlib.sha256(content).hexdigest()
    said = json.load(open(f"{folder}/{digest}.json"))
    assert name == digest + ".zip" and said["sha256"] == digest and said["size"] == len(content) and said["archive"] == name
    assert said["files"] and said["findings"] and said["password"] == "infected"
    assert subprocess.run(["7z", "t", "-pclean", f"{folder}/{name}"], capture_output=True).returncode != 0
P
}
extracted() { python3 -c 'import json, sys
for l in open(sys.argv[1] + "/data/extracted/index.jsonl"):
    l = json.loads(l)
    if l["archive"]: print(l["path"])' "$1" | sort; }

"$TRIAGE" run -q -j 1 -o "$tmp/one" "$tmp/town.img" > /dev/null 2>&1
check "archives, descriptions and index agree" whole "$tmp/one"
same "notes and programs are there" "$(extracted "$tmp/one" | grep -c '/ReadMe.txt$\|/PerfLogs/GMER.exe$')" 6
same "and three encrypted files of the victim as samples" "$(extracted "$tmp/one" | grep -c '\.play$')" 3
same "the summary says how many contents" "$(jq .extracted.files "$tmp/one/data/summary.json")" "$(find "$tmp/one/data/extracted" -name '*.zip' | wc -l)"
same "and how many files are left out" "$(jq .extracted.left_out "$tmp/one/data/summary.json")" "$(jq 'select(.archive == null)' "$tmp/one/data/extracted/index.jsonl" | jq -s length)"
check "the chain of custody names it" grep -q '"action":"flagged-files-extracted"' "$tmp/one/data/custody.jsonl"
check "verify accepts it" "$TRIAGE" verify -q "$tmp/one"

"$TRIAGE" run -q --no-extract -o "$tmp/none" "$tmp/town.img" > /dev/null 2>&1
check "--no-extract leaves the folder out" test ! -e "$tmp/none/data/extracted"
"$TRIAGE" run -q --extract-max 6000 -o "$tmp/small" "$tmp/town.img" > /dev/null 2>&1
check "--extract-max bounds all together" sh -c '[ "$(jq .extracted.bytes "$1")" -le 6000 ]' - "$tmp/small/data/summary.json"
check "what is left out says why" grep -q 'GMER.exe.*"archive":null,"left_out":"beyond how many bytes' "$tmp/small/data/extracted/index.jsonl"
check "smaller ones still come in" whole "$tmp/small"

# a folder with a member of an archive, one of an archive in it, an empty file, the same content twice
mkdir -p "$tmp/ev/sub" "$tmp/in"
printf 'evil one\n' > "$tmp/ev/a"; cp "$tmp/ev/a" "$tmp/ev/sub/b"; : > "$tmp/ev/empty"
head -c 3000000 /dev/urandom > "$tmp/in/big"; printf 'evil three\n' > "$tmp/in/deep"; printf 'good\n' > "$tmp/in/good"
(cd "$tmp/in" && tar -cf ../inner.tar good deep && mv ../inner.tar . && zip -q "$tmp/ev/pack.zip" good big inner.tar)
sha256sum "$tmp/ev/a" "$tmp/ev/empty" "$tmp/in/big" "$tmp/in/deep" > "$tmp/bad.lst"
"$TRIAGE" run -q --known-bad "$tmp/bad.lst" -o "$tmp/folder" "$tmp/ev" > /dev/null 2> "$tmp/stderr"
check "from a folder and from archives in it" whole "$tmp/folder"
same "members are extracted as themselves" "$(extracted "$tmp/folder" | tr '\n' ' ')" "/a /pack.zip!/big /pack.zip!/inner.tar!/deep /sub/b "
same "equal contents are one archive" "$(find "$tmp/folder/data/extracted" -name '*.zip' | wc -l)" 3
check "with both places in its description" sh -c 'jq -e ".files | length == 2" "$1"/data/extracted/"$(sha256sum < "$2" | cut -d" " -f1)".json' - "$tmp/folder" "$tmp/ev/a"
(cd "$tmp" && zip -q -r given.zip ev)
"$TRIAGE" run -q --known-bad "$tmp/bad.lst" -o "$tmp/given" "$tmp/given.zip" > /dev/null 2>&1
if [ -s "$tmp/given/data/extracted/index.jsonl" ]; then check "from an archive that is given" whole "$tmp/given"; fi

# a locked volume: its key is still needed at the end
if command -v cryptsetup > /dev/null && qemu-img convert --object "secret,id=s,data=open sesame" -O luks -o key-secret=s,iter-time=10 "$tmp/town.img" "$tmp/town.luks" 2> /dev/null; then
	printf 'open sesame' > "$tmp/key"
	"$TRIAGE" run -q --key "$tmp/key" -o "$tmp/locked" "$tmp/town.luks" > /dev/null 2>&1
	check "from a locked volume" whole "$tmp/locked"
	same "the same files as from the open one" "$(extracted "$tmp/locked")" "$(extracted "$tmp/one")"
else
	echo "# no qemu-img: the locked volume is not tested"
fi

# workers that misbehave cost their file
for act in crash hang flood lie; do
	rm -rf "$tmp/case"
	TRIAGE_FAULT_WORKER="$act extract GMER" "$FAULT" run -q -j 2 --unit-timeout 1 -o "$tmp/case" "$tmp/town.img" > /dev/null 2> "$tmp/stderr"
	same "a worker that does $act: sealed with a gap" "$?" 3
	same "a worker that does $act: problems names the file" "$(sql "$tmp/case" "SELECT path FROM problems WHERE code = 'not-extracted'")" /PerfLogs/GMER.exe
	same "a worker that does $act: the others are there" "$(extracted "$tmp/case")" "$(extracted "$tmp/one" | grep -v GMER)"
	check "a worker that does $act: the bundle verifies" "$TRIAGE" verify -q "$tmp/case"
done

# killed while it extracts, and resumed
rm -rf "$tmp/case"
TRIAGE_FAULT_WORKER="hang extract GMER" "$FAULT" run -q -j 2 --unit-timeout 60 -o "$tmp/case" "$tmp/town.img" > /dev/null 2>&1 &
pid=$!
for _ in $(seq 1 100); do [ -d "$tmp/case/data/extracted" ] && break; sleep 0.1; done
kill -9 $pid; wait $pid 2> /dev/null
check "killed in the middle it is not sealed" test ! -e "$tmp/case/manifest-sha256.txt" -a -d "$tmp/case/data/extracted"
"$TRIAGE" run -q --resume "$tmp/case" > /dev/null 2> "$tmp/stderr"
check "resumed it has the same files" diff -r "$tmp/one/data/extracted" "$tmp/case/data/extracted"
same "and one act for them" "$(grep -c flagged-files-extracted "$tmp/case/data/custody.jsonl")" 1
