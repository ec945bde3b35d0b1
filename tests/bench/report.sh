#!/bin/sh
# report.sh - report and all exports of a case of a million files and five million rows of the timeline: seconds by clock and processor, most memory; and, where
# NODE_PATH has puppeteer-core, the page in a browser. BUNDLE=case of `make demo`; WORK=DIR for 7 GB; FILES, ROWS.
cd "$(dirname "$0")/../.." || exit 2
work=${WORK:-/var/tmp/triage-bench}
bundle=${BUNDLE:-build/demo/case}
mkdir -p "$work" && make -s build/release/tests/tool_export || exit 1
[ -f "$work/big.db" ] || python3 tests/bench/big_case.py "$bundle" "$work/big.db" "${FILES:-1000000}" "${ROWS:-5000000}" || exit 1
rm -rf "$work/big" && mkdir "$work/big" "$work/big/a" "$work/big/b"
# two at a time, as `triage run` does it
start=$(date +%s.%N)
build/release/tests/tool_export "$work/big.db" "$work/big/a" summary.json timeline.csv timeline.jsonl iocs.stix.json case.jsonld sbom.spdx.json > "$work/big/a.txt" &
build/release/tests/tool_export "$work/big.db" "$work/big/b" findings.jsonl report.html report bodyfile.txt custody.jsonl > "$work/big/b.txt"
wait
end=$(date +%s.%N)
cat "$work/big/a.txt" "$work/big/b.txt"
echo "together: $(echo "$end - $start" | bc) s, $(cat "$work/big/a.txt" "$work/big/b.txt" | awk '{ c += $4 } END { print c }') s of processor, $(cat "$work/big"/?.txt | awk '{ if ($8 > m) m = $8 } END { print m }') MiB the larger of two"
[ -z "${NODE_PATH:-}" ] || node tests/bench/report_drive.js "$work/big/b/report.html" zebrafinch
