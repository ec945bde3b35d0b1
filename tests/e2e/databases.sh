#!/bin/sh
# databases.sh - SQLite and ESE databases of the fixtures and the corpus: the same rows as Python's sqlite3 and esedbexport (libesedb-utils) give.
cd "$TRIAGE_ROOT" || exit 2
tool=build/asan/tests/tool_parse
work=$(mktemp -d "${TMPDIR:-/tmp}/triage-databases.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
command -v esedbexport > /dev/null || echo "# no esedbexport: ESE is not compared"
for f in "$TRIAGE_CORPUS"/ese/dissect/SRUDB.dat.gz "$TRIAGE_CORPUS"/ese/dissect/Current.mdb.gz; do
	[ ! -f "$f" ] || zcat "$f" > "$work/$(basename "$f" .gz)"
done
for f in "$TRIAGE_CORPUS"/ese/plaso/* "$work"/*; do
	if [ -f "$f" ] && command -v esedbexport > /dev/null; then printf '%s\n' "$f"; fi
done > "$work/list"
for f in fixtures/artefact/browser_sqlite/* "$TRIAGE_CORPUS"/browser/*; do
	[ ! -f "$f" ] || printf '%s\n' "$f"
done >> "$work/list"
if tr '\n' '\0' < "$work/list" | xargs -0 python3 tests/database_equality.py "$tool" > "$work/out" 2>&1; then
	echo "ok 1 - $(grep -c ' rows$' "$work/out") tables have the same rows"
else
	echo "not ok 1 - databases differ"
	sed 's/^/# /' "$work/out" | grep -v ' rows$'
fi
echo 1..1
