#!/bin/sh
# sigma.sh [RULES EVENTS [PACK [CASE]]] - processor time of judging 1,000,000 made events by 4,000 made Sigma rules (or a pack; "" for none), on one core. CASE: a bundle
# whose events of Windows logs are repeated in place of the made ones. The aim is 20 s.
cd "$(dirname "$0")/../.." || exit 2
make --no-print-directory -s build/release/tests/tool_sigma || exit 2
[ -n "${4:-}" ] || exec build/release/tests/tool_sigma "${1:-4000}" "${2:-1000000}" ${3:+"$3"}
log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT
sqlite3 -batch -separator "$(printf '\t')" "$4/data/case.db" "SELECT parser, meaning, host, user, replace(replace(message, char(9), ' '), char(10), ' '), replace(data, char(9), ' ') FROM timeline WHERE source = 'evtx' LIMIT 20000" > "$log"
build/release/tests/tool_sigma "${1:-4000}" "${2:-1000000}" "${3:-}" "$log"
