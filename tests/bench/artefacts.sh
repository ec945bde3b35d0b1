#!/bin/sh
# artefacts.sh [DIR] - artefacts by processor time: event logs against evtxexport, a hive and a change journal alone, and what they cost through the program. LONG=yes: a log of
# 3 GB and a timeline of ten million events too, which take an hour on a busy machine.
cd "$(dirname "$0")/../.." || exit 2
bench=${1:-${BENCH:-/var/tmp/triage-bench}}
mkdir -p "$bench" || exit 2
make --no-print-directory -s build/triage build/release/tests/tool_parse || exit 1
sh tests/bench/evtx.sh "$bench"
python3 tests/bench/artefacts.py build/triage build/release/tests/tool_parse "$bench" "${TRIAGE_CORPUS:-../shared/corpus}/evtx/plaso/System.evtx"
