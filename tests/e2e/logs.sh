#!/bin/sh
# logs.sh - systemd journals, wtmp and btmp against journalctl, utmpdump, last and lastb: real ones, fixtures, and journals that systemd itself writes in each form.
cd "$TRIAGE_ROOT" || exit 2
tool=build/asan/tests/tool_parse
[ -x "$tool" ] || { echo "not ok - $tool is not built"; exit 1; }
python3 tests/logs_twins.py "$tool" "${TRIAGE_CORPUS:-../shared/corpus}"
