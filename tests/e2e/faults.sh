#!/bin/sh
# faults.sh - the n-th read, write, fsync, rename, open, fork, socket, allocation, SQLite step of a small run fails; the disk is full, its files are bounded, the
# power is cut at each sync point, the process is killed at each write; the clock goes back. Afterwards the bundle is sealed and right, or resumable
# to the same, or absent; never half; and the message names the cause. A spread of points; FAULTS=N: N of each kind, FAULTS=all: each
# (memory, reads, SQLite: 400). FIGURES=FILE keeps the counts; FAULTS_RAN=FILE the points that went well, which are not tried again. FAULTS_OF="CLASS...": these alone.
. "$(dirname "$0")/common.sh.inc"
gcc -std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -shared -fPIC -fno-builtin -o "$tmp/shim.so" tests/shim.c -ldl || { bad "the shim compiles"; exit 1; }
make_image ext2_basic || exit 1
SOURCE_DATE_EPOCH=1670378400
export SOURCE_DATE_EPOCH
picture() { (cd "$1/data" && for v in evidence volumes filesystems files timeline matches extents findings coverage; do sqlite3 -batch case.db "SELECT * FROM $v"; done; cat timeline.csv bodyfile.txt findings.jsonl) | sha256sum; }
# shimmed VARIABLE=VALUE...: one run with them
shimmed() { timeout 60 env "$@" LD_PRELOAD="$tmp/shim.so" "$TRIAGE" run -q -j 1 -o "$tmp/case" "$tmp/ext2_basic.img" > /dev/null 2> "$tmp/stderr"; }
"$TRIAGE" run -q -j 1 -o "$tmp/whole" "$tmp/ext2_basic.img" > /dev/null 2>&1
want=$(picture "$tmp/whole")
shimmed SHIM_COUNT="$tmp/count" SHIM_FAIL="memory 12 999999999 once"
resumed=0 absent=0 sealed=0
# judged NAME STATUS CAUSE: what the run left behind is right
judged() {
	if [ -f "$tmp/case/manifest-sha256.txt" ]; then
		# what could not be removed after the seal is cleared away by --resume
		[ ! -d "$tmp/case/work" ] || "$TRIAGE" run -q --resume "$tmp/case" > /dev/null 2>&1
		"$TRIAGE" verify -q "$tmp/case" > /dev/null 2>&1 || { echo "$1: sealed and not whole (exit $2)"; return; }
		[ "$(picture "$tmp/case")" = "$want" ] || [ "$2" -eq 3 ] || echo "$1: sealed as another case (exit $2)"
		sealed=$((sealed + 1))
	elif [ -d "$tmp/case/work" ]; then
		if "$TRIAGE" run -q --resume "$tmp/case" > /dev/null 2> "$tmp/resume"; then
			[ "$(picture "$tmp/case")" = "$want" ] || echo "$1: another case after --resume"
			resumed=$((resumed + 1))
		else
			grep -q "begin a new run\|nothing to resume" "$tmp/resume" || echo "$1: not resumable: $(cat "$tmp/resume")"
			absent=$((absent + 1))
		fi
	else
		absent=$((absent + 1))
	fi
	[ "$2" -lt 124 ] || [ -z "$3" ] || echo "$1: exit $2: $(head -c 300 "$tmp/stderr")"
	[ "$2" -ne 1 ] || [ -z "$3" ] || grep -qi "$3" "$tmp/stderr" || echo "$1: the message does not name the cause: $(head -c 300 "$tmp/stderr")"
}
# points CLASS COUNT: the n-th calls that are tried, at most COUNT unless FAULTS=all
points() {
	n=$(awk -v c="$1" '$1 == c { print $2 }' "$tmp/count") most=$2
	case ${FAULTS:-} in all) case $1 in memory | read | sqlite) most=400 ;; *) most=100000 ;; esac ;; [0-9]*) most=$FAULTS ;; esac
	case " ${FAULTS_OF:-$1} " in *" $1 "*) ;; *) n=0 ;; esac
	awk -v n="$n" -v most="$most" 'BEGIN { step = n > most ? n / most : 1; for (i = 1; i <= n; i += step) print int(i) }'
}
tried=0
ran=${FAULTS_RAN:-$tmp/ran}
touch "$ran"
# point NAME CAUSE VARIABLE=VALUE...: one point
point() {
	name=$1 cause=$2
	shift 2
	tried=$((tried + 1))
	! grep -qxF "$name" "$ran" || return 0
	rm -rf "$tmp/case" "$tmp/power"
	mkdir "$tmp/power"
	shimmed "$@"
	judged "$name" $? "$cause" > "$tmp/judged"
	cat "$tmp/judged" >> "$tmp/wrong"
	[ -s "$tmp/judged" ] || echo "$name" >> "$ran"
}
# class NAME ERRNO HOW COUNT CAUSE: a class of calls fails with an error
class() {
	for n in $(points "$1" "$4"); do point "$1 $n of errno $2, $3" "$5" SHIM_FAIL="$1 $2 $n $3"; done
}
# done_with WHAT: the points since the last one
done_with() {
	echo "$1: $tried points, $(wc -l < "$tmp/wrong") wrong" >> "${FIGURES:-/dev/null}"
	if [ -s "$tmp/wrong" ]; then bad "$1" "$(wc -l < "$tmp/wrong") of $tried" "$(head -n 12 "$tmp/wrong")"; else ok "$1: $tried points"; fi
	: > "$tmp/wrong"
	tried=0
}
: > "$tmp/wrong"
class write 28 from 4 "no space left"
class write 5 once 4 "input/output error"
class write 122 from 2 "disk quota exceeded\|input/output error"
done_with "a write that fails (full, over quota, I/O error)"
class sync 5 once 4 "input/output error"
class rename 5 once 3 "input/output error"
class open 30 from 3 "read-only file system"
done_with "an fsync, rename or open for writing that fails"
class read 5 once 4 ""
class fork 11 from 3 "temporarily unavailable\|cannot start"
class socket 24 from 3 "too many open files\|cannot start"
done_with "a read, fork or socket that fails"
class sqlite 5 once 4 ""
class sqlite 12 once 2 ""
class memory 12 once 6 ""
class memory 12 from 3 ""
done_with "a step of SQLite or an allocation that fails"
for bytes in 1 5000 50000 200000 400000 600000 800000 1200000; do point "a disk with room for $bytes bytes" "no space left" SHIM_SPACE=$bytes; done
point "no file above 100000 bytes" "file too large\|input/output error" SHIM_FILE_MAX=100000
done_with "a disk that is full, or holds no large files"
for class in sync rename write; do
	for n in $(points $class 5); do point "power cut at $class $n" "" SHIM_FAIL="$class 0 $n once" SHIM_POWER="$tmp/power" SHIM_BUNDLE="$tmp/case"; done
done
done_with "power cut, what was not synced is gone"
unset SOURCE_DATE_EPOCH
for n in 2 5 20; do
	rm -rf "$tmp/case"
	shimmed SHIM_CLOCK=$n
	status=$?
	{ [ $status -eq 0 ] && "$TRIAGE" verify -q "$tmp/case" > /dev/null 2>&1; } || echo "clock back at question $n: exit $status" >> "$tmp/wrong"
	tried=$((tried + 1))
done
done_with "the clock goes back by a day"
echo "# $sealed sealed, $resumed resumed, $absent absent"
