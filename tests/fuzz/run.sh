#!/bin/sh
# run.sh [SECONDS [TARGET...]] - build the fuzz targets (those of targets.def and every artefact parser by its name, in one program) and run each for SECONDS (30) from its
# seeds, two at a time; exit 1 when one finds a crash. What is found stays in build/fuzz/crash/TARGET, new corpus in build/fuzz/corpus/TARGET (FUZZ_KEEP=1 goes on from
# the last run's). A line for each run is added to build/fuzz/ran.tsv: time, commit, target, executions, seconds, coverage, status; tests/fuzz/ran.sh sums them up.
cd "$(dirname "$0")/../.." || exit 2
seconds=${1:-30}
[ $# -eq 0 ] || shift
B=build/fuzz
rows=$(sed -n 's/^PARSER(\(.*\))$/\1/p' triage/artefact/parsers.def)
all=$(printf '%s\n%s\n' "$(sed -n 's/^TARGET(\(.*\))$/\1/p' tests/fuzz/targets.def)" "$rows")
for t in "$@"; do
	echo "$all" | grep -qx -- "$t" || { echo "run.sh: no target $t; there are:" $all >&2; exit 2; }
done
make --no-print-directory -s -j2 FLAVOUR=fuzz B=$B $B/libtriage.a > /dev/null || exit 2
flags="-std=gnu17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Iinclude -I. -Wall -Wextra -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -DTRIAGE_ASAN"
libs="$(pkg-config --libs libdeflate yara libseccomp sqlite3 libcrypto libargon2 zlib libzstd libarchive libpff libbfio yaml-0.1 libpcre2-8 libqrencode liblz4 liblzma) -ltsk -lmagic -lm"
if [ -z "$(find $B/fuzz_any -newer $B/libtriage.a 2>/dev/null)" ] || [ -n "$(find tests/fuzz -newer $B/fuzz_any)" ]; then
	# shellcheck disable=SC2086
	clang $flags -o $B/fuzz_any.new tests/fuzz/fuzz_any.c $B/libtriage.a $libs && mv $B/fuzz_any.new $B/fuzz_any || exit 2
fi
for t in ${*:-$all}; do
	ln -sfn fuzz_any "$B/fuzz_$t"
	echo "$B/fuzz_$t"
done > $B/targets.$$
cat > $B/one.$$ <<'ONE'
t=${1##*/fuzz_} B=build/fuzz
[ -n "${FUZZ_KEEP:-}" ] || rm -rf "$B/corpus/$t"
mkdir -p "$B/corpus/$t" "$B/crash/$t"
set -- "fixtures/seed/$t"
[ -d "$1" ] || set -- "fixtures/artefact/$t"
[ -d "fixtures/crash/$t" ] && set -- "$@" "fixtures/crash/$t"
start=$(date +%s)
TRIAGE_ROOT=$PWD ASAN_OPTIONS=allocator_may_return_null=1 "$B/fuzz_$t" -max_total_time="$SECONDS_EACH" -max_len=65536 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
	-seed="${FUZZ_SEED:-1}" -artifact_prefix="$B/crash/$t/" "$B/corpus/$t" "$@" > "$B/$t.log" 2>&1
status=$?
runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$B/$t.log")
cover=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$B/$t.log" | tail -n 1)
took=$(($(date +%s) - start))
printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$(date -u +%Y-%m-%dT%H:%MZ)" "$COMMIT" "$t" "${runs:-0}" "$took" "${cover:-0}" "$status" >> "$B/ran.tsv"
printf '%-24s %9s executions  coverage %5s  %4s s  %s\n' "$t" "${runs:-?}" "${cover:-?}" "$took" \
	"$([ $status -eq 0 ] && echo "no crash" || echo "CRASH: $(sed -n 's/.*\(ERROR: .*\|runtime error: .*\|does not hold: .*\)/\1/p' "$B/$t.log" | head -n 1), see $B/$t.log")"
[ $status -eq 0 ]
ONE
COMMIT=$(git rev-parse --short HEAD 2>/dev/null || echo none) SECONDS_EACH=$seconds xargs -P 2 -n 1 sh $B/one.$$ < $B/targets.$$
status=$?
rm -f $B/one.$$ $B/targets.$$
[ $status -eq 0 ]
