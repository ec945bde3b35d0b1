#!/bin/sh
# artefacts.sh - each fixture of each artefact parser, event by event: what is expected lies in tests/golden/artefact/ROW.txt. GOLDEN=write makes them anew.
cd "$TRIAGE_ROOT" || exit 2
tool=build/asan/tests/tool_parse
[ -x "$tool" ] || { echo "not ok - $tool is not built"; exit 1; }
got=$(mktemp "${TMPDIR:-/tmp}/triage-artefacts.XXXXXX") || exit 2
trap 'rm -f "$got"' EXIT
n=0
for folder in fixtures/artefact/*/; do
	row=$(basename "$folder")
	n=$((n + 1))
	for f in "$folder"*; do
		touch -d 2020-01-01T00:00:00Z "$f"
		echo "== $(basename "$f")"
		"$tool" "$f" 2>&1 || echo "exit $?"
	done > "$got"
	[ "${GOLDEN:-}" != write ] || { mkdir -p tests/golden/artefact; cp "$got" "tests/golden/artefact/$row.txt"; }
	if cmp -s "$got" "tests/golden/artefact/$row.txt"; then
		echo "ok $n - $row"
	else
		echo "not ok $n - $row differs from tests/golden/artefact/$row.txt"
		diff "tests/golden/artefact/$row.txt" "$got" | head -n 20 | sed 's/^/# /'
	fi
done
echo "1..$n"
