#!/bin/sh
# tree.sh - checks of the source tree itself: arrows between rooms, banned words, headers that stand alone, size of files.
cd "$(dirname "$0")/.." || exit 2
say() {
	if [ "$1" -eq 0 ]; then echo "ok - $2"; else echo "not ok - $2"; fi
}
bad=0
for f in triage/*/*.[ch]; do awk -f tests/layers.awk "$f" || bad=1; done
say $bad "includes follow the arrows between rooms"
sh tests/banned.sh
say $? "no banned function, no goto, no printing in the library"
flags=$(pkg-config --cflags libdeflate yara libseccomp sqlite3 libcrypto)
bad=0
for h in include/triage/*.h triage/*/*.h; do
	# shellcheck disable=SC2086
	gcc -std=gnu17 -D_GNU_SOURCE -Iinclude -I. $flags -fsyntax-only -x c "$h" 2>/dev/null || { echo "# $h does not compile alone"; bad=1; }
done
say $bad "every header compiles alone"
bad=0
for f in triage/*/*.[ch] include/triage/*.h; do
	n=$(wc -l < "$f")
	[ "$n" -le 440 ] || { echo "# $f has $n lines"; bad=1; }
done
say $bad "no source file is much over 400 lines"
bad=0
for key in $(grep -v '^#' rules/scores.tsv | sed 1d | cut -f1); do
	grep -rqF "\"$key\"" triage/detect || { echo "# nobody reads $key of rules/scores.tsv"; bad=1; }
done
say $bad "every row of scores.tsv is read"
bad=0
claims=$(cat triage/detect/*.c | tr '\n' ' ' | grep -o 'judge_detection(j, [^)]*)' | grep -o '"[^"]*"' | tr -d '"'
    sed -n 's/^	{ "\([a-z-]*\)", "\*\{0,1\}\/.*/\1/p' triage/detect/odd_files.c)
rows=$(grep -v '^#' rules/detections.tsv | sed 1d | cut -f1)
supported=$(cut -f1 rules/signs.tsv rules/commands.tsv rules/persistence.tsv)
for id in $claims; do
	echo "$rows" | grep -qx "$id" || { echo "# no row of rules/detections.tsv for $id"; bad=1; }
done
for id in $rows; do
	printf '%s\n%s\n' "$claims" "$supported" | grep -qx "$id" || { echo "# nobody makes the claim $id of rules/detections.tsv"; bad=1; }
done
say $bad "every claim of a detector has its row in detections.tsv, and every row a detector"
bad=0
git ls-files 2>/dev/null | grep -Ei '\.(o|a|so|exe|raw|pyc)$' && bad=1
say $bad "no build product is in the repository"
bad=0
for top in $(git ls-files 2>/dev/null | cut -d/ -f1 | sort -u); do
	case $top in .ci | .clang-format | .editorconfig | .gitignore | LICENSE | Makefile | README.md | debian | docs | fixtures | include | rules | tests | triage) ;;
	*) echo "# $top"; bad=1 ;; esac
done
say $bad "nothing lies at the top but what a project has"
