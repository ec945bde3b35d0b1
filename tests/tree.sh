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
git ls-files 2>/dev/null | grep -Ei '\.(o|a|so|exe|raw|pyc)$' && bad=1
say $bad "no build product is in the repository"
