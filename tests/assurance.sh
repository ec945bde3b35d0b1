#!/bin/sh
# assurance.sh - the long form of the proofs that `make check` runs a slice of; figures go into the section of docs/assurance.md that is between its marks.
# KILLS (1000), FAULTS (all; N: N of each kind) and EVERY (all; seconds) go on where they were cut off, in build/assurance; EXTREMES rounds (30), PULLED points (25), SOAK seconds (3600), COVERAGE=no leaves coverage out, REPRODUCE (all), ONLY: the tests that run. Whatever ran, ran at the commit that is named.
cd "$(dirname "$0")/.." || exit 2
TRIAGE_ROOT=$(pwd) TRIAGE=${TRIAGE:-$(pwd)/build/triage} KILLS=${KILLS:-1000} FAULTS=${FAULTS:-all} REPRODUCE=${REPRODUCE:-all} EXTREMES=${EXTREMES:-30} PULLED=${PULLED:-25}
mkdir -p build/assurance
commit=$(git rev-parse --short=12 HEAD 2> /dev/null || echo unknown)
KILLS_RAN=${KILLS_RAN:-$(pwd)/build/assurance/kills.$commit} FAULTS_RAN=${FAULTS_RAN:-$(pwd)/build/assurance/faults.$commit}
EVERY=${EVERY:-all} EVERY_RAN=${EVERY_RAN:-$(pwd)/build/assurance/every.$commit} WORKERS=${WORKERS:-all}
export KILLS_RAN FAULTS_RAN EVERY EVERY_RAN WORKERS
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
FIGURES=$tmp/figures SEALS_TO=$tmp/seals
export TRIAGE_ROOT TRIAGE KILLS FAULTS REPRODUCE EXTREMES PULLED FIGURES SEALS_TO
: > "$FIGURES"
for t in ${ONLY:-sandbox workers silence faults every resume evidence_unwritten tamper supply extremes pulled}; do
	sh "tests/e2e/$t.sh" > "$tmp/$t.tap" 2>&1
	echo "$t: $(grep -c '^ok' "$tmp/$t.tap") passed, $(grep -c '^not ok' "$tmp/$t.tap") failed"
	grep -A3 '^not ok' "$tmp/$t.tap"
done
mkdir "$tmp/images"
python3 tests/evidence/make.py town ext2_basic fat16 ntfs_basic ext4_basic -o "$tmp/images" > /dev/null 2>&1 || python3 tests/evidence/make.py town -o "$tmp/images" > /dev/null 2>&1
python3 tests/evidence/make.py ext2_basic -o "$tmp/images" > /dev/null 2>&1
[ "${SOAK:-3600}" = 0 ] || python3 tests/soak.py "${SOAK:-3600}" "$TRIAGE" "$tmp"/images/*.img > "$tmp/soak"
[ "${COVERAGE:-yes}" = no ] || sh tests/coverage.sh "$tmp/coverage"
result() { [ -s "$tmp/$1.tap" ] || { echo "did not run"; return; }; echo "$(grep -c '^ok' "$tmp/$1.tap") of $(grep -c '^\(not \)\{0,1\}ok' "$tmp/$1.tap")"; }
{
	echo "<!-- isolation: begin -->"
	echo "## Isolation, faults and interruption"
	echo
	echo "Made by \`make assurance\` on $(date -u +%F) at commit $commit, $(uname -m), Linux $(uname -r | cut -d- -f1)."
	echo
	echo "| what | figure |"
	echo "| --- | --- |"
	echo "| system calls and escapes tried in the seals (as root; again as a user without Landlock) | $(awk '{ print $1 " tried, " $2 " denied, the others are those of docs/sandbox.md" }' "$tmp/seals") |"
	echo "| a worker that crashes, hangs, floods or lies: what it costs | $(result workers) as should be |"
	echo "| a worker that dies or is silent at each thing that it does, each time: the run ends and tells | $(result silence) as should be |"
	sed 's/^\(.*\): \([^:]*\)$/| \1 | \2 |/' "$FIGURES" | grep '^|'
	grep -v ': ' "$FIGURES" | sed 's/.*/| evidence under watch | & |/'
	echo "| ways to tamper with a bundle, each told by verify | $(result tamper) |"
	echo "| hardening, reproducible build, bill of materials | $(result supply) |"
	[ ! -s "$tmp/soak" ] || echo "| long run | $(tail -n 1 "$tmp/soak") |"
	if [ -s "$tmp/coverage" ]; then
		echo
		echo "Coverage by the unit tests and those of the end-to-end tests that tests/coverage.sh names; workers, openers and other children count too:"
		echo
		cat "$tmp/coverage"
	fi
	echo "<!-- isolation: end -->"
} > "$tmp/section"
[ -f docs/assurance.md ] || printf '# What was tried, with figures\n\n<!-- isolation: begin -->\n<!-- isolation: end -->\n' > docs/assurance.md
grep -q 'isolation: begin' docs/assurance.md || printf '\n<!-- isolation: begin -->\n<!-- isolation: end -->\n' >> docs/assurance.md
awk -v section="$tmp/section" '/isolation: begin/ { while ((getline line < section) > 0) print line; skip = 1 } !skip { print } /isolation: end/ { skip = 0 }' docs/assurance.md > "$tmp/new" && cp "$tmp/new" docs/assurance.md
cat "$tmp/section"
