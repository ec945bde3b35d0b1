#!/bin/sh
# vss.sh - shadow copies, there and deleted, against made volumes of known content and pyvshadow; and the published image.
. "$(dirname "$0")/common.sh.inc"
tool=build/asan/tests/tool_vss
make -s -j1 FLAVOUR=asan $tool > "$tmp/make.log" 2>&1 || { bad "build $tool" "$(tail -n 3 "$tmp/make.log")"; exit 1; }
/usr/bin/python3 "$EVIDENCE/vss_check.py" $tool "$tmp" || bad "vss_check.py ended with status $?"
published=${TRIAGE_CORPUS:-}/images/plaso/vsstest.qcow2
if [ -f "$published" ]; then
	qemu-img convert -O raw "$published" "$tmp/published.raw"
	same "the published image has its two copies" "$($tool "$tmp/published.raw" | cut -f 1,3,5,7)" "$(printf '%s\t%s\t%s\t%s\n' \
		volume examined 4e3c03c2-7bc6-4288-ad96-c1eac1a55f71 1386052509736378700 \
		volume examined 18f1ac6e-959d-436f-bdcc-e797a729e290 1386052668919058300)"
	check "its first copy lists the file of that day" sh -c "$tool '$tmp/published.raw' 0 > '$tmp/copy.raw' && fls -r -p '$tmp/copy.raw' | grep -q 'syslog$'"
	same "with its content" "$(icat "$tmp/copy.raw" 35 | md5sum | cut -d ' ' -f 1)" 8b32710e60ce9f650b8b4dcc2b3ee927
fi
