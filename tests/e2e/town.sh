#!/bin/sh
# town.sh - what the town says of itself lowers findings, hides none, and stands in custody and report.
. "$(dirname "$0")/common.sh.inc"
mkdir -p "$tmp/ev/AnyDesk"
printf 'remote tool\n' > "$tmp/ev/AnyDesk/AnyDesk.exe"
printf 'rule tool { meta: severity = "high" kind = "remote-access" strings: $a = "remote tool" condition: $a }\n' > "$tmp/r.yar"
printf 'country: be\ntools: [AnyDesk]\n' > "$tmp/town.yml"
"$TRIAGE" run -q --no-builtin-rules -r "$tmp/r.yar" -o "$tmp/plain" "$tmp/ev" > /dev/null 2>&1
"$TRIAGE" run -q --no-builtin-rules -r "$tmp/r.yar" --town "$tmp/town.yml" -o "$tmp/case" "$tmp/ev" > /dev/null 2> "$tmp/stderr"
same "the file is taken" "$?" 0
same "without it the finding is high" "$(sql "$tmp/plain" "SELECT severity FROM findings WHERE rule LIKE 'yara:%'")" high
same "with it the finding is lower, and says why" "$(sql "$tmp/case" "SELECT severity FROM findings WHERE rule LIKE 'yara:%' AND detail LIKE '%On the town''s list: tool AnyDesk%'")" medium
same "custody has what the town said" "$(sql "$tmp/case" "SELECT count(*) FROM custody WHERE action = 'town-list-loaded' AND detail LIKE '%\"tools\":[\"AnyDesk\"]%'")" 1
same "the report names the file" "$(grep -c 'town.yml' "$tmp/case/data/report.html")" 1
"$TRIAGE" judge --town "$tmp/town.yml" -r "$tmp/r.yar" -o "$tmp/again" "$tmp/plain" > /dev/null 2> "$tmp/stderr"
same "judged again with the file, the finding is lower" "$(sql "$tmp/again" "SELECT severity FROM findings WHERE rule LIKE 'yara:%' AND detail LIKE '%On the town''s list: tool AnyDesk%'")" medium
same "and custody has what the town said" "$(sql "$tmp/again" "SELECT count(*) FROM custody WHERE action = 'town-list-loaded' AND detail LIKE '%\"tools\":[\"AnyDesk\"]%'")" 1
printf 'tols: [AnyDesk]\n' > "$tmp/bad.yml"
"$TRIAGE" run -q --town "$tmp/bad.yml" -o "$tmp/case2" "$tmp/ev" > /dev/null 2> "$tmp/stderr"
same "a key that is not known ends the run before it begins" "$? $(grep -c 'line 1: a key that is not known: tols' "$tmp/stderr")" "1 1"
