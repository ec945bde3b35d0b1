#!/bin/sh
# silence.sh - workers that die, or are not heard of again, at each thing that they do, however often it is tried: the run ends, says what it cost, and leaves no process. Uses the fault build.
# WORKERS=all: silence at each stage too, not at some.
. "$(dirname "$0")/common.sh.inc"
FAULT=$(pwd)/build/fault/bin/triage
SOURCE_DATE_EPOCH=1670378400
export SOURCE_DATE_EPOCH
make_image ext2_basic || exit 1
mkdir "$tmp/folder"
cp fixtures/artefact/lnk/local.lnk "$tmp/folder/"
printf 'a marker of the test\n' > "$tmp/folder/marked.txt"
(cd "$tmp/folder" && zip -qj letters.zip marked.txt)
qemu-img convert -O qcow2 "$tmp/ext2_basic.img" "$tmp/folder/disk.qcow2" || bad "qemu-img"
echo 'rule marker { meta: severity = "high" description = "test" strings: $a = "a marker of the test" condition: $a }' > "$tmp/marker.yar"
[ "${WORKERS:-}" != all ] || /usr/bin/python3 "$EVIDENCE/vss_files.py" "$tmp/vss.raw" 96 40 > "$tmp/make.log" 2>&1 || rm -f "$tmp/vss.raw"

# ends ACT STAGE STATUS EVIDENCE: the run ends with STATUS in time; what it cost is a problem, unless it could not begin, or nothing is lost (streams of shadow copies are then read)
ends() {
	rm -rf "$tmp/case"
	TRIAGE_FAULT_WORKER="$1 $2 -" timeout -s KILL 100 "$FAULT" run --progress none -j 2 --nested --unit-timeout 1 --no-builtin-rules -r "$tmp/marker.yar" -o "$tmp/case" "$tmp/$4" > /dev/null 2> "$tmp/stderr"
	status=$? left=$(pgrep -f "$tmp/case" | wc -l)
	case $status in
	3) told=$(sql "$tmp/case" "SELECT count(*) > 0 FROM problems WHERE $cost")$("$TRIAGE" verify -q "$tmp/case" && echo fine) ;;
	0) told=1$("$TRIAGE" verify -q "$tmp/case" && echo fine) ;;
	*) told=$(grep -c '^triage: ' "$tmp/stderr" | sed 's/^[1-9].*/1/')$([ -e "$tmp/case" ] && [ ! -e "$tmp/case/work/journal.db" ] || echo fine) ;;
	esac
	same "a worker that does $1 at $2 over $4, each time: the run ends" "$status $told $left" "$3 1fine 0"
}
cost="code LIKE 'worker-%' OR code IN ('not-extracted', 'artefact-not-parsed', 'archive-closed')"
some=" crash:start crash:lister crash:opener crash:idle crash:nested crash:member crash:bytes crash:image hang:lister hang:opener hang:nested "
for at in "start 1 folder" "lister 3 folder" "opener 3 folder" "idle 3 folder" "open 3 folder" "list 3 folder" "content 3 folder" "magic 3 folder" "yara 3 folder" "artefact 3 folder" \
    "archive 3 folder" "member 3 folder" "nested 3 folder" "probe 3 folder" "bytes 3 folder" "places 0 vss.raw" "probe 1 ext2_basic.img" "told 1 ext2_basic.img" "list 3 ext2_basic.img" "image 3 ext2_basic.img"; do
	for act in crash hang; do
		case ${WORKERS:-}$some in all* | *" $act:${at%% *} "*) ends $act $at ;; esac
	done
done
