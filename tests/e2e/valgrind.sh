#!/bin/sh
# valgrind.sh - the run of a small compromised volume under valgrind, supervisor and workers: no error. Uses the fault build, whose
# sandbox can be left out, because valgrind makes calls of its own.
. "$(dirname "$0")/common.sh.inc"
command -v valgrind > /dev/null || { bad "valgrind is installed"; exit 1; }
make_image ext2_basic || exit 1
TRIAGE_FAULT_NO_SANDBOX=1 valgrind -q --error-exitcode=99 --log-file="$tmp/vg.%p" --trace-children=no build/fault/bin/triage run -q -j 1 --memory 8G \
	-o "$tmp/case" "$tmp/ext2_basic.img" > /dev/null 2> "$tmp/stderr"
status=$?
if [ $status -ne 0 ] && [ $status -ne 3 ]; then bad "a run under valgrind" "exit $status" "$(tail -n 3 "$tmp/stderr")"; fi
if cat "$tmp"/vg.* | grep -q '=='; then bad "valgrind finds no error" "$(cat "$tmp"/vg.* | head -n 20)"; else ok "valgrind finds no error in supervisor and workers"; fi
same "and the case is sealed" "$(ls "$tmp/case/manifest-sha256.txt")" "$tmp/case/manifest-sha256.txt"
