#!/bin/sh
# demo.sh - makes a small compromised file server, examines it, checks the bundle, says where the report is.
cd "$(dirname "$0")/.." || exit 2
dir=${TRIAGE_DEMO:-build/demo}
rm -rf "$dir"
mkdir -p "$dir"
echo "making a small compromised file server ..."
python3 tests/evidence/make.py server -o "$dir" > "$dir/make.log" 2>&1 || { cat "$dir/make.log"; exit 1; }
build/triage run --case 2022-1206 --evidence-id GEM-FS01 --examiner "J. Peeters" --organisation "Gemeente Voorbeeld" --hostname GEM-FS01 \
	--lang "${TRIAGE_LANG:-nl}" --timezone Europe/Brussels -o "$dir/case" "$dir/server.img"
status=$?
[ $status -eq 0 ] || [ $status -eq 3 ] || exit $status
build/triage verify "$dir/case" || exit 1
echo "report: $(pwd)/$dir/case/data/report.html"
