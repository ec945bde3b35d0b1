#!/bin/sh
# stated.sh - the artefacts of the corpus against the counts that others state of them; facts that no parser can find, each with its proof.
cd "$TRIAGE_ROOT" || exit 2
tool=build/asan/tests/tool_parse
[ -x "$tool" ] || { echo "not ok - $tool is not built"; exit 1; }
python3 tests/stated.py "$tool" "${TRIAGE_CORPUS:-../shared/corpus}"
