#!/bin/sh
# soak.sh - a slice of the long run (tests/soak.py): runs one after the other over an image and mutants of it. Each bundle verifies, memory and descriptors stay
# flat, no process is left. SOAK: seconds.
. "$(dirname "$0")/common.sh.inc"
make_image ext2_basic || exit 1
check "runs one after the other: flat, whole, nothing left" python3 tests/soak.py "${SOAK:-4}" "$TRIAGE" "$tmp/ext2_basic.img"
