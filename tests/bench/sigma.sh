#!/bin/sh
# sigma.sh [RULES EVENTS [PACK]] - processor time of judging 1,000,000 made events by 4,000 made Sigma rules (or a pack), on one core. The aim is 20 s.
cd "$(dirname "$0")/../.." || exit 2
make --no-print-directory -s build/release/tests/tool_sigma || exit 2
build/release/tests/tool_sigma "${1:-4000}" "${2:-1000000}" ${3:+"$3"}
