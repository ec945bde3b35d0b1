#!/bin/sh
# run.sh [PATTERN] - every test: checks of the tree, unit tests, end-to-end tests. All speak TAP; the last line is "N passed, N failed".
cd "$(dirname "$0")/.." || exit 2
TRIAGE_ROOT=$(pwd)
TRIAGE=${TRIAGE:-$TRIAGE_ROOT/build/triage}
TRIAGE_CORPUS=${TRIAGE_CORPUS:-$TRIAGE_ROOT/../shared/corpus}
PATH=$PATH:/usr/sbin:/sbin
export TRIAGE_ROOT TRIAGE TRIAGE_CORPUS PATH CMOCKA_MESSAGE_OUTPUT=TAP
out=$(mktemp -d "${TMPDIR:-/tmp}/triage-check.XXXXXX") || exit 2
trap 'rm -rf "$out"' EXIT

for t in build/asan/tests/test_* tests/tree.sh tests/e2e/*.sh; do
	case $t in *.d) continue ;; *"${1:-}"*) printf '%s\n' "$t" ;; esac
done > "$out/all"
# those that take longest first, so that none is left alone at the end; some of them wait more than they work, so there is one more than there are processors
long='/\(images\|guided\|corpus\|resume\|workers\|test_replay\|locks\|timeline\|torture\|faults\|mutate\)'
{ grep "$long" "$out/all"; grep -v "$long" "$out/all"; } > "$out/list"

# one test: its output to a file; a program that dies without counting is one failure
cat > "$out/one" <<'ONE'
name=$(printf '%s' "$1" | tr / _)
begun=$(date +%s)
case $1 in *.sh) sh "$1" ;; *) "./$1" ;; esac > "$OUT/$name.tap" 2>&1
status=$?
if [ $status -ne 0 ] && ! grep -q '^not ok' "$OUT/$name.tap"; then
	echo "not ok - $1 ended with status $status" >> "$OUT/$name.tap"
fi
grep -q '^\(not \)\{0,1\}ok' "$OUT/$name.tap" || echo "not ok - $1 ran no test" >> "$OUT/$name.tap"
printf '%s: %s passed, %s failed, %s s\n' "$1" "$(grep -c '^ok' "$OUT/$name.tap")" "$(grep -c '^not ok' "$OUT/$name.tap")" "$(($(date +%s) - begun))"
ONE
OUT=$out xargs -P 3 -n 1 sh "$out/one" < "$out/list"

for f in "$out"/*.tap; do
	if grep -q '^not ok' "$f"; then
		printf '\n--- %s\n' "$(basename "$f" .tap)"
		grep -v '^ok' "$f" | tail -n 60
	fi
done
passed=$(cat "$out"/*.tap | grep -c '^ok')
failed=$(cat "$out"/*.tap | grep -c '^not ok')
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
