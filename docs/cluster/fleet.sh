#!/bin/sh
# fleet.sh OUT - all bundles of OUT on one page, in OUT/fleet.
set -u
rm -rf "$1/fleet"
"${TRIAGE:-triage}" fleet -q "$1/bundles" -o "$1/fleet"
case $? in 0 | 3) exit 0 ;; esac
exit 1
