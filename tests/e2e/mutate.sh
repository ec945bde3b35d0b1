#!/bin/sh
# mutate.sh - a slice (300) of `make mutate`: damaged images end in time and memory, bundles verify, what lies outside the damage is found as before.
. "$(dirname "$0")/common.sh.inc"
asan=$(pwd)/build/asan/bin/triage
[ -x "$asan" ] || asan=
python3 tests/mutate/mutate.py "$tmp/work" --triage "$TRIAGE" --asan "$asan" --mutants "${MUTANTS:-300}" --seconds "${MUTATE_SECONDS:-60}"
