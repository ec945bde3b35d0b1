#!/bin/sh
# extremes.sh - numbers at the end of their range in every column that evidence fills: each verb ends as it should. EXTREMES=N rounds (1) over EXTREMES_OF (a folder of artefacts).
. "$(dirname "$0")/common.sh.inc"
asan=$(pwd)/build/asan/bin/triage
[ -x "$asan" ] || asan=$TRIAGE
mkdir "$tmp/work"
python3 tests/extremes.py "$asan" "$TRIAGE" "${EXTREMES_OF:-$(pwd)/fixtures/artefact}" "$tmp/work" "${EXTREMES:-1}" > "$tmp/said"
cat "$tmp/said"
tail -n 1 "$tmp/said" | sed -n 's/^\(not \)\{0,1\}ok - \(.*\): each ends.*/numbers at the end of their range: \2/p' >> "${FIGURES:-/dev/null}"
