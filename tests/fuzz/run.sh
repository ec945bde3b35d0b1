#!/bin/sh
# run.sh [SECONDS [TARGET...]] - build the fuzz targets (those of targets.def and every artefact parser by its name) and run each for SECONDS (30) from its seeds, two at a time; exit 1 when one finds a crash.
# What is found stays in build/fuzz/crash/TARGET, new corpus in build/fuzz/corpus/TARGET (FUZZ_KEEP=1 goes on from the last run's).
cd "$(dirname "$0")/../.." || exit 2
seconds=${1:-30}
[ $# -eq 0 ] || shift
B=build/fuzz
rows=$(sed -n 's/^PARSER(\(.*\))$/\1/p' triage/artefact/parsers.def)
targets=${*:-$(sed -n 's/^TARGET(\(.*\))$/\1/p' tests/fuzz/targets.def) $rows}
make --no-print-directory -s -j2 FLAVOUR=fuzz B=$B $B/libtriage.a > /dev/null || exit 2
for t in $targets; do
	[ -f "tests/fuzz/fuzz_$t.c" ] || echo "$rows" | grep -qx "$t" || { echo "run.sh: no target $t" >&2; exit 2; }
	echo "build/fuzz/fuzz_$t"
done > $B/targets
flags="-std=gnu17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Iinclude -I. -Wall -Wextra -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -DTRIAGE_ASAN"
libs="$(pkg-config --libs libdeflate yara libseccomp sqlite3 libcrypto libargon2 zlib libzstd libarchive libpff libbfio yaml-0.1 libpcre2-8 libqrencode liblz4 liblzma) -ltsk -lmagic -lm"
# shellcheck disable=SC2016
xargs -P 2 -n 1 sh -c 'c=tests/fuzz/$(basename "$3").c; row=; [ -f "$c" ] || { row=-DARTEFACT_ROW=${3##*/fuzz_}; c=tests/fuzz/fuzz_artefact.c; }
	clang $1 $row -o "$3" "$c" build/fuzz/libtriage.a $2' sh "$flags" "$libs" < $B/targets || exit 2
cat > $B/one.sh <<'ONE'
t=${1##*/fuzz_} B=build/fuzz
[ -n "${FUZZ_KEEP:-}" ] || rm -rf "$B/corpus/$t"
mkdir -p "$B/corpus/$t" "$B/crash/$t"
set -- "fixtures/seed/$t"
[ -d "$1" ] || set -- "fixtures/artefact/$t"
[ -d "fixtures/crash/$t" ] && set -- "$@" "fixtures/crash/$t"
start=$(date +%s)
ASAN_OPTIONS=allocator_may_return_null=1 "$B/fuzz_$t" -max_total_time="$SECONDS_EACH" -max_len=65536 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
	-seed=1 -artifact_prefix="$B/crash/$t/" "$B/corpus/$t" "$@" > "$B/$t.log" 2>&1
status=$?
runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$B/$t.log")
cover=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$B/$t.log" | tail -n 1)
printf '%-10s %9s executions  coverage %5s  %4s s  %s\n' "$t" "${runs:-?}" "${cover:-?}" "$(($(date +%s) - start))" \
	"$([ $status -eq 0 ] && echo "no crash" || echo "CRASH: $(sed -n 's/.*\(ERROR: .*\|runtime error: .*\|does not hold: .*\)/\1/p' "$B/$t.log" | head -n 1), see $B/$t.log")"
[ $status -eq 0 ]
ONE
SECONDS_EACH=$seconds xargs -P 2 -n 1 sh $B/one.sh < $B/targets || exit 1
