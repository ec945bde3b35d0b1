#!/bin/sh
# every.sh - the n-th call of a small run fails (tests/every.py): a spread of all n in EVERY seconds (6), EVERY=all: each. EVERY_RAN=FILE: points that went well, which are not tried again.
# FIGURES=FILE keeps the sum. EVERY_OF="CLASS...": these alone.
. "$(dirname "$0")/common.sh.inc"
gcc -std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -shared -fPIC -fno-builtin -o "$tmp/shim.so" tests/shim.c -ldl || { bad "the shim compiles"; exit 1; }
make_image ext2_basic || exit 1
echo 'rule marker { meta: severity = "high" description = "test" strings: $a = "a marker of the test" condition: $a }' > "$tmp/marker.yar"
case ${EVERY:=6} in all) each=1000000000 ;; *) each=$(awk -v s="$EVERY" 'BEGIN { print s / 3 }') ;; esac
for of in "${EVERY_OF:-write sync rename open fork socket}" read\ sqlite memory; do
	[ -z "${EVERY_OF:-}" ] || [ "$of" = "$EVERY_OF" ] || continue
	python3 tests/every.py "$TRIAGE" "$tmp/shim.so" "$tmp/ext2_basic.img" "$tmp/marker.yar" "${EVERY_RAN:-$tmp/ran}" "$each" $of > "$tmp/said" 2>&1
	status=$?
	tail -n 1 "$tmp/said" | sed 's/^\(the n-th call fails\) (\(.*\)): /\1, \2: /' >> "${FIGURES:-/dev/null}"
	if [ $status -eq 0 ]; then ok "$(tail -n 1 "$tmp/said")"; else bad "$(tail -n 1 "$tmp/said")" "$(grep '^not ok' "$tmp/said" | head -n 12)"; fi
done
