#!/bin/sh
# corpus.sh - real evidence with known facts, where such a collection is there (TRIAGE_CORPUS); says so when it is not.
. "$(dirname "$0")/common.sh.inc"
if [ ! -f "${TRIAGE_CORPUS:-../shared/corpus}/facts.tsv" ]; then
	ok "no collection of real evidence at TRIAGE_CORPUS=${TRIAGE_CORPUS:-../shared/corpus}: nothing checked against it"
	exit 0
fi
python3 tests/corpus.py "$TRIAGE" "${TRIAGE_CORPUS:-../shared/corpus}"
