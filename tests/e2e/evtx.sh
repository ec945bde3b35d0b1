#!/bin/sh
# evtx.sh - event logs against libevtx and libevt (evtxexport, evtexport): the same records with the same numbers, times and values, of the corpus and of our fixtures.
. "$(dirname "$0")/common.sh.inc"
tool=build/asan/tests/tool_parse
for needed in evtxexport evtexport; do
	command -v $needed > /dev/null || { bad "$needed is not installed (libevtx-utils, libevt-utils)"; exit 1; }
done
# the fixture has an event with arrays of a type that libevtx gives up on: its chunk is only read
check "a log of ours opens in libevtx" sh -c "evtxexport fixtures/artefact/evtx/security.evtx | grep -q 'Event number.*: 41'"
logs=$(find "${TRIAGE_CORPUS:-/nonexistent}/evtx" -name '*.evtx' 2> /dev/null | sort)
# shellcheck disable=SC2086
if [ -n "$logs" ]; then
	python3 "$EVIDENCE/evtx_check.py" $tool $logs || bad "evtx_check.py ended with status $?"
else
	ok "no corpus: nothing to compare"
fi
for f in fixtures/artefact/evt/SecEvent.Evt "${TRIAGE_CORPUS:-}/evtx/plaso/SysEvent.Evt"; do
	[ -f "$f" ] || continue
	evtexport "$f" | sed -n 's/^Event number[^:]*: //p' | sort -n > "$tmp/theirs"
	$tool "$f" | grep '"recovered":false' | sed 's/.*"record_id":\([0-9]*\),.*/\1/' | sort -n > "$tmp/ours"
	check "$(basename "$f") has the records that libevt finds" cmp "$tmp/ours" "$tmp/theirs"
done
