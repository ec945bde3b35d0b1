#!/bin/sh
# lint.sh - static analysis with what is installed: gcc -fanalyzer, clang-tidy, cppcheck.
cd "$(dirname "$0")/.." || exit 2
flags="-std=gnu17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DTRIAGE_VERSION=\"x\" -DTRIAGE_LIBRARIES=\"x\" -Iinclude -I. $(pkg-config --cflags libdeflate yara libseccomp sqlite3 libcrypto)"
bad=0
for f in triage/*/*.c; do
	# shellcheck disable=SC2086
	gcc $flags -O1 -fanalyzer -fsyntax-only "$f" || bad=1
done
if command -v clang-tidy > /dev/null; then
	# shellcheck disable=SC2086
	clang-tidy --quiet --checks='-*,clang-analyzer-*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier' triage/*/*.c -- $flags 2> /dev/null || bad=1
fi
if command -v cppcheck > /dev/null; then
	cppcheck --quiet --enable=warning,portability --inline-suppr --suppress=missingIncludeSystem -Iinclude -I. triage || bad=1
fi
exit $bad
