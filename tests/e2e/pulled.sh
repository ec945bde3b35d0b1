#!/bin/sh
# pulled.sh - a medium that is pulled out in the middle of a run: reads of the evidence begin to fail, writes of the bundle, or all of it is gone. The bundle is sealed
# and says what it lacks, or is resumed to the same on a medium that works, or there is none; the message names the cause. PULLED=N points of each kind (3).
. "$(dirname "$0")/common.sh.inc"
[ "$(id -u)" = 0 ] && [ -c /dev/fuse ] || { ok "a pulled medium: needs root and /dev/fuse, not tried"; exit 0; }
gcc -std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -o "$tmp/pulled" tests/pulled.c || { bad "the filesystem compiles"; exit 1; }
mkdir "$tmp/medium" "$tmp/stick" "$tmp/there"
trap 'umount -l "$tmp/medium" 2> /dev/null; [ -n "${KEEP:-}" ] || rm -rf "$tmp"' EXIT
"$tmp/pulled" "$tmp/there" "$tmp/medium" 0 0 5 > "$tmp/server" 2>&1 || { ok "a pulled medium: this system mounts none, not tried"; exit 0; }
umount -l "$tmp/medium"
make_image ext2_basic || exit 1
mv "$tmp/ext2_basic.img" "$tmp/there/disk.img"
cp "$tmp/there/disk.img" "$tmp/disk.img"
SOURCE_DATE_EPOCH=1670378400
export SOURCE_DATE_EPOCH
picture() { (cd "$1/data" && for v in evidence volumes filesystems files timeline matches extents findings coverage; do sqlite3 -batch case.db "SELECT * FROM $v"; done; cat timeline.csv bodyfile.txt findings.jsonl) | sha256sum; }
"$TRIAGE" run -q -j 1 -o "$tmp/whole" "$tmp/disk.img" > /dev/null 2>&1
want=$(picture "$tmp/whole")
before=$(sha256sum < "$tmp/there/disk.img")
files=$(sql "$tmp/whole" "SELECT count(*) FROM files WHERE content = 'complete'")
# medium FOLDER READS WRITES ERRNO: it is at $tmp/medium; back: it is taken away
medium() { server=$("$tmp/pulled" "$1" "$tmp/medium" "$2" "$3" "$4") || bad "the medium is there"; }
back() { umount -l "$tmp/medium" 2> /dev/null; }
: > "$tmp/wrong"
done_with() { if [ -s "$tmp/wrong" ]; then bad "$1" "$(head -n 8 "$tmp/wrong")"; else ok "$1: $tried points"; fi; echo "$1: $tried points, $(wc -l < "$tmp/wrong") wrong" >> "${FIGURES:-/dev/null}"; : > "$tmp/wrong"; tried=0; }
tried=0 gaps=0

# counted FOLDER CASE IMAGE: "READS WRITES" that a run asks for which nothing disturbs; the points lie within them
counted() {
	rm -f "$tmp/counts"
	PULLED_COUNTS=$tmp/counts "$tmp/pulled" "$1" "$tmp/medium" 0 0 5 > /dev/null
	"$TRIAGE" run -q -j 1 -o "$2" "$3" > /dev/null 2>&1
	back
	for _ in $(seq 100); do [ -s "$tmp/counts" ] && break; sleep 0.1; done
	cat "$tmp/counts"
}

# the evidence: sealed with what was read, or a word why not
for n in $(counted "$tmp/there" "$tmp/case" "$tmp/medium/disk.img" | awk -v n="${PULLED:-3}" '{ for (i = 0; i < n; i++) print int((0.9 * $1) ^ (i / (n - 1))) }'); do
	rm -rf "$tmp/case"
	medium "$tmp/there" "$n" 0 5
	timeout 100 "$TRIAGE" run -q -j 1 -o "$tmp/case" "$tmp/medium/disk.img" > /dev/null 2> "$tmp/stderr"
	status=$?
	back
	tried=$((tried + 1))
	case $status in
	1) [ ! -e "$tmp/case/manifest-sha256.txt" ] && [ -s "$tmp/stderr" ] || echo "read $n: exit 1 without a word" >> "$tmp/wrong" ;;
	0 | 3)
		"$TRIAGE" verify -q "$tmp/case" > /dev/null 2>&1 || echo "read $n: the bundle is not whole" >> "$tmp/wrong"
		found=$(sql "$tmp/case" "SELECT count(*) FROM files WHERE content = 'complete'")
		told=$(sql "$tmp/case" "SELECT count(*) FROM problems WHERE severity IN ('medium', 'high', 'critical')")
		{ [ "$status" -eq 3 ] && [ "$told" -gt 0 ]; } || [ "$(picture "$tmp/case")" = "$want" ] || echo "read $n: exit $status, $found of $files files, $told problems" >> "$tmp/wrong"
		gaps=$((gaps + (status == 3)))
		;;
	*) echo "read $n: exit $status: $(head -c 200 "$tmp/stderr")" >> "$tmp/wrong" ;;
	esac
done
done_with "reads of the evidence that begin to fail"
if [ "$gaps" -gt 1 ]; then ok "some in the middle: $gaps bundles were sealed with gaps"; else bad "some in the middle" "$gaps"; fi

# judged NAME STATUS CAUSE: the medium works again; what the run left on it is right
judged() {
	if [ -f "$tmp/stick/case/manifest-sha256.txt" ] && [ ! -d "$tmp/stick/case/work" ]; then
		"$TRIAGE" verify -q "$tmp/stick/case" > /dev/null 2>&1 && [ "$(picture "$tmp/stick/case")" = "$want" ] || echo "$1: sealed and not whole (exit $2)"
	elif [ -d "$tmp/stick/case/work" ]; then
		if "$TRIAGE" run -q --resume "$tmp/stick/case" > /dev/null 2> "$tmp/resume"; then
			[ "$(picture "$tmp/stick/case")" = "$want" ] || echo "$1: another case after --resume"
			resumed=$((resumed + 1))
		else
			grep -q "begin a new run\|nothing to resume\|no saved arguments" "$tmp/resume" || echo "$1: not resumable: $(head -c 300 "$tmp/resume")"
		fi
	fi
	[ "$2" -ne 1 ] || grep -qi "$3" "$tmp/stderr" || echo "$1: the message does not name the cause: $(head -c 300 "$tmp/stderr")"
	case $2 in 0 | 1 | 3) ;; *) echo "$1: exit $2" ;; esac
}
resumed=0
for n in $(counted "$tmp/stick" "$tmp/medium/case" "$tmp/disk.img" | awk -v n="${PULLED:-3}" '{ for (i = 0; i < n; i++) print int(2 * (0.45 * $2) ^ (i / (n - 1))) }'); do
	for cause in "5 input/output error" "30 read-only"; do
		rm -rf "$tmp/stick/case"
		medium "$tmp/stick" 0 "$n" "${cause%% *}"
		timeout 100 "$TRIAGE" run -q -j 1 -o "$tmp/medium/case" "$tmp/disk.img" > /dev/null 2> "$tmp/stderr"
		status=$?
		back
		judged "write $n, ${cause#* }" $status "${cause#* }" >> "$tmp/wrong"
		tried=$((tried + 1))
	done
done
done_with "writes of the bundle that begin to fail"
for delay in ${DELAYS:-0.1 0.3}; do
	rm -rf "$tmp/stick/case"
	medium "$tmp/stick" 0 0 5
	timeout 100 "$TRIAGE" run -q -j 1 -o "$tmp/medium/case" "$tmp/disk.img" > /dev/null 2> "$tmp/stderr" &
	pid=$!
	sleep "$delay"
	kill -9 "$server"
	wait $pid
	status=$?
	back
	judged "gone after $delay s" $status "not connected\|input/output error\|connection abort" >> "$tmp/wrong"
	tried=$((tried + 1))
done
done_with "a medium of the bundle that is gone"
if [ "$resumed" -gt 1 ]; then ok "some in the middle: $resumed were resumed to the same"; else bad "some in the middle" "$resumed"; fi
same "the evidence is as it was" "$(sha256sum < "$tmp/there/disk.img")" "$before"
