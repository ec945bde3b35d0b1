#!/bin/sh
# torture.sh - the n-th allocation, write, fsync or open fails: the run ends with a clear line, and the bundle is sealed and whole, or
# resumable to the same case, or absent; never half. A spread of points; TORTURE=all tries each.
. "$(dirname "$0")/common.sh.inc"
FAULT=$(pwd)/build/fault/bin/triage
make_image ext2_basic || exit 1
SOURCE_DATE_EPOCH=1670378400
export SOURCE_DATE_EPOCH
picture() { for v in evidence volumes filesystems files timeline matches extents findings coverage; do sql "$1" "SELECT * FROM $v"; done | sha256sum; }
"$TRIAGE" run -q -j 1 -o "$tmp/whole" "$tmp/ext2_basic.img" > /dev/null 2>&1
want=$(picture "$tmp/whole")
TRIAGE_FAULT_COUNT=$tmp/count "$FAULT" run -q -j 1 -o "$tmp/counted" "$tmp/ext2_basic.img" > /dev/null 2>&1
points=$(cat "$tmp/count")
step=$(((points + 39) / 40))
[ "${TORTURE:-}" = all ] && step=1
failures=0 tried=0
for n in $(seq 1 "$step" "$points"); do
	rm -rf "$tmp/case"
	tried=$((tried + 1))
	TRIAGE_FAULT_AT=$n timeout 60 "$FAULT" run -q -j 1 -o "$tmp/case" "$tmp/ext2_basic.img" > /dev/null 2> "$tmp/stderr"
	status=$?
	if [ -f "$tmp/case/manifest-sha256.txt" ]; then
		"$TRIAGE" verify -q "$tmp/case" || { failures=$((failures + 1)); echo "# point $n: sealed and not whole (exit $status)"; }
	elif [ -f "$tmp/case/work/journal.db" ]; then
		if ! "$TRIAGE" run -q --resume "$tmp/case" > /dev/null 2> "$tmp/resume" && ! grep -q "begin a new run\|nothing to resume" "$tmp/resume"; then
			failures=$((failures + 1)); echo "# point $n: not resumable: $(cat "$tmp/resume")"
		elif [ -f "$tmp/case/manifest-sha256.txt" ] && [ "$(picture "$tmp/case")" != "$want" ]; then
			failures=$((failures + 1)); echo "# point $n: another case after --resume"
		fi
	fi
	if [ $status -ge 124 ] || { [ $status -eq 1 ] && [ ! -s "$tmp/stderr" ]; }; then
		failures=$((failures + 1)); echo "# point $n: exit $status, said: $(cat "$tmp/stderr")"
	fi
done
if [ "$failures" -eq 0 ]; then ok "$tried of $points fault points: sealed and whole, resumable, or absent with a reason"; else bad "$failures of $tried fault points"; fi
