#!/bin/sh
# registry.sh - the hives of the corpus as libregf reads them: the same keys at the same places, the same times, the same values.
cd "$TRIAGE_ROOT" || exit 2
tool=build/asan/tests/tool_regf
[ -x "$tool" ] || { echo "not ok - $tool is not built"; exit 1; }
if [ ! -d "$TRIAGE_CORPUS/registry" ]; then
	echo "# no corpus at $TRIAGE_CORPUS: hives are not compared"
	echo "ok 1 - nothing to compare"
	echo 1..1
	exit 0
fi
# shellcheck disable=SC2046
/usr/bin/python3 tests/registry_libregf.py "$tool" $(find "$TRIAGE_CORPUS/registry" -type f ! -path '*/shimcache/*' ! -iname '*.log[12]*' | sort)
