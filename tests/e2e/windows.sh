#!/bin/sh
# windows.sh - a Windows volume read as an analyst would: the queries of the README, as they stand there, show the first logon, the tool that was brought and run, and
# the service and task that stayed.
. "$(dirname "$0")/common.sh.inc"
w=$tmp/windows
a=fixtures/artefact
mkdir -p "$w/Windows/System32/winevt/Logs" "$w/Windows/System32/config" "$w/Windows/System32/Tasks/Vendor" "$w/Windows/Prefetch" "$w/Users/anna/Downloads" "$w/Users/anna/AppData/Local/Google/Chrome/User Data/Default"
cp $a/evtx/security.evtx "$w/Windows/System32/winevt/Logs/Security.evtx"
cp $a/registry/SYSTEM $a/registry/SOFTWARE $a/registry/SAM "$w/Windows/System32/config/"
cp $a/task/Update "$w/Windows/System32/Tasks/Vendor/Update"
cp $a/prefetch/RCLONE.EXE-5E8F77CD.pf "$w/Windows/Prefetch/"
cp $a/browser_sqlite/History "$w/Users/anna/AppData/Local/Google/Chrome/User Data/Default/History"
cp "$a/zone_identifier/rclone.zip_Zone.Identifier" "$w/Users/anna/Downloads/"
printf 'MZ no program' > "$w/Users/anna/Downloads/rclone.exe"
"$TRIAGE" run -q -o "$tmp/case" "$w" > /dev/null 2> "$tmp/stderr"
[ -f "$tmp/case/data/case.db" ] || { bad "a run" "$(cat "$tmp/stderr")"; exit 1; }
# each query of the README: indented lines, a comment in front, a semicolon at the end
python3 - README.md "$tmp" <<'P'
import sys
text = open(sys.argv[1], encoding="utf-8").read()
text = text[text.index("How an analyst reads it"):]
n, query = 0, []
for line in text[:text.index("On an NTFS image")].splitlines():
    if line.startswith("    ") and not line.lstrip().startswith("--"):
        query.append(line)
        if line.endswith(";"):
            n += 1
            open("%s/query%d.sql" % (sys.argv[2], n), "w").write("\n".join(query))
            query = []
P
same "the README has five queries" "$(find "$tmp" -name 'query*.sql' | wc -l)" 5
for n in 1 2 3 4 5; do
	sqlite3 -batch "$tmp/case/data/case.db" < "$tmp/query$n.sql" > "$tmp/answer$n" 2> "$tmp/stderr"
	same "query $n is taken" "$?$(cat "$tmp/stderr")" 0
done
same "the first logon, from where" "$(head -n 1 "$tmp/answer1" | cut -d'|' -f2,3)" "$(sql "$tmp/case" "SELECT user || '|' || message FROM timeline WHERE source = 'evtx' AND meaning = 'logon' ORDER BY time LIMIT 1")"
check "it is told in words" grep -q 'Logon of STADHUIS\\jdevries, type 10 (remote desktop) from 203.0.113.7' "$tmp/answer1"
check "what ran: the tool's prefetch file" grep -qi 'rclone.exe' "$tmp/answer2"
check "what was brought: the mark of the web, with its address" grep -q 'came from https://files.example/rclone.zip' "$tmp/answer3"
check "what was brought: the program on the disk" grep -q '/Users/anna/Downloads/rclone.exe' "$tmp/answer3"
check "what stayed: the service" grep -q 'T1543.003.*Service winupd was installed' "$tmp/answer4"
check "what stayed: the task" grep -q 'T1053.005.*Vendor.Update runs powershell.exe' "$tmp/answer4"
