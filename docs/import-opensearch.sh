#!/bin/sh
# import-opensearch.sh URL INDEX [TIMELINE.jsonl] - a timeline into OpenSearch or Elasticsearch, some thousand rows a request (ROWS). Without a file: from stdin.
#
# CURL: options of yours for each request (-u NAME:PASSWORD --cacert CA.pem). Every answer is read: rows that were refused are counted and the first reason is said; then the
# exit is 1. A row's "data" has the record's own fields, of thousands of names and types: it is kept and shown, but not indexed, or the index would refuse rows beyond
# 1,000 fields. What is in it and worth a search stands in "message".
set -eu
[ $# -ge 2 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
TARGET=${1%/}/$2 CURL=${CURL:-} ANSWERS=$(mktemp)
export TARGET CURL ANSWERS
trap 'rm -f "$ANSWERS" "$ANSWERS".*' EXIT
# shellcheck disable=SC2086
curl -sS --fail-with-body $CURL -X PUT -H 'Content-Type: application/json' "$TARGET" -d '{"settings":{"index":{"refresh_interval":"60s","number_of_replicas":0}},"mappings":{"properties":{
"datetime":{"type":"date"},"timestamp":{"type":"long"},"inode":{"type":"keyword"},"file_id":{"type":"keyword"},"data":{"type":"object","enabled":false}}}}' > "$ANSWERS" ||
	{ echo "the index $2 cannot be made: $(head -c 500 "$ANSWERS")" >&2; exit 1; }
: > "$ANSWERS"
# shellcheck disable=SC2016
split -l "${ROWS:-5000}" --filter='sed "s/^/{\"index\":{}}\n/" | curl -sS --fail-with-body $CURL -H "Content-Type: application/x-ndjson" --data-binary @- "$TARGET/_bulk?filter_path=errors,items.*.error" > "$ANSWERS.one" ||
	{ echo "a request failed: $(head -c 500 "$ANSWERS.one")" >&2; exit 1; }
	grep -q "\"errors\":false" "$ANSWERS.one" || { cat "$ANSWERS.one"; echo; } >> "$ANSWERS"' -- "${3:--}"
[ -s "$ANSWERS" ] || exit 0
echo "$(grep -o '"error":' "$ANSWERS" | wc -l) rows were refused; the first: $(grep -o '"reason":"[^"]*"' "$ANSWERS" | head -n 1)" >&2
exit 1
