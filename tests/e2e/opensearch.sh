#!/bin/sh
# opensearch.sh - docs/import-opensearch.sh against a stand-in that holds requests to the form of a bulk request: all rows, answers are read, what is refused is counted.
. "$(dirname "$0")/common.sh.inc"
for i in $(seq 2300); do printf '{"message":"row %s","datetime":"2022-12-06T01:14:00.000000+00:00","timestamp":1670289240000000,"data":{"n":%s,"path":"C:\\\\x\\"y"}}\n' "$i" "$i"; done > "$tmp/timeline.jsonl"
server() { python3 tests/bulk_server.py "$@" > "$tmp/took" & pid=$!; for i in $(seq 100); do [ -s "$tmp/took" ] && break; sleep 0.1; done; url=http://127.0.0.1:$(head -n 1 "$tmp/took"); }
trap 'kill "$pid" 2> /dev/null; rm -rf "$tmp"' EXIT
server
ROWS=1000 sh docs/import-opensearch.sh "$url" case-1 "$tmp/timeline.jsonl" > "$tmp/said" 2>&1
same "all rows, in requests of as many as was said; fields of records not indexed" "$? $(sed 1d "$tmp/took" | tr '\n' ' ')" "0 index /case-1 False rows 1000 0 rows 1000 0 rows 300 0 "
kill "$pid"; wait "$pid" 2> /dev/null
sh docs/import-opensearch.sh "$url" case-1 "$tmp/timeline.jsonl" > "$tmp/said" 2>&1
same "nobody there: said" "$?$(grep -c 'cannot be made' "$tmp/said")" 11
server 'row 77'
ROWS=500 sh docs/import-opensearch.sh "$url/" case-1 < "$tmp/timeline.jsonl" > "$tmp/said" 2>&1
same "rows that are refused are counted, with the reason; the others go on" "$? $(cat "$tmp/said") $(grep -c ^rows "$tmp/took")" '1 11 rows were refused; the first: "reason":"failed to parse" 5'
