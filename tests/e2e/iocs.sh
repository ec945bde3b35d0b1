#!/bin/sh
# iocs.sh - lists of indicators against files, events and text; what is not understood is told.
. "$(dirname "$0")/common.sh.inc"
mkdir -p "$tmp/ev/home/jan" "$tmp/ev/Temp"
printf 'evil bytes\n' > "$tmp/ev/Temp/loader.bin"
printf 'Ask boss@mail.example, or see http://c2.example/gate.php?id=2\n' > "$tmp/ev/note.txt"
printf 'beacon to cdn.wide.example now' | iconv -t utf-16le > "$tmp/ev/wide.txt"
printf 'curl http://198.51.100.7/a\nls\nping notwide.example\n' > "$tmp/ev/home/jan/.bash_history"
printf 'x' > "$tmp/ev/Temp/svch0st.exe"
printf '%s;the loader TLP:AMBER;90\n198.51.100.0/24\nwide[.]example\nboss[@]mail.example\nhxxp://c2[.]example/gate.php\nsvch0st.exe\nwhat is this\n' \
	"$(sha256sum < "$tmp/ev/Temp/loader.bin" | cut -d' ' -f1)" > "$tmp/list.txt"
"$TRIAGE" run -q --ioc "$tmp/list.txt" -o "$tmp/case" "$tmp/ev" > /dev/null 2> "$tmp/stderr"
same "a list is taken" "$?" 0
same "each indicator is found where it is" "$(sql "$tmp/case" "SELECT group_concat(r, ' ') FROM (SELECT severity || ':' || rule || ':' || path r FROM findings WHERE kind = 'ioc' ORDER BY rule)")" \
	"medium:ioc:address:/home/jan/.bash_history medium:ioc:domain:/wide.txt medium:ioc:file-name:/Temp/svch0st.exe high:ioc:hash:/Temp/loader.bin medium:ioc:mail:/note.txt medium:ioc:url:/note.txt"
same "the place in the content is exact" "$(sql "$tmp/case" "SELECT path || ' ' || offset || ' ' || length FROM matches WHERE namespace = 'ioc' AND rule = 'domain'")" "/wide.txt 20 32"
same "an event is an example too" "$(sql "$tmp/case" "SELECT count(*) FROM findings WHERE rule = 'ioc:address' AND detail LIKE '%\"event_id\":%'")" 1
same "a line that is not understood is named" "$(sql "$tmp/case" "SELECT count(*) FROM problems WHERE code = 'indicator-not-taken' AND message LIKE '%list.txt, line 7 %what is this%'")" 1
same "custody counts them" "$(sql "$tmp/case" "SELECT count(*) FROM custody WHERE action = 'indicators-loaded' AND detail LIKE '%\"not_taken\":1%\"taken\":6%'")" 1
printf 'nothing of use\n' > "$tmp/none.txt"
"$TRIAGE" run -q --ioc "$tmp/none.txt" -o "$tmp/case2" "$tmp/ev" > /dev/null 2> "$tmp/stderr"
same "a list without an indicator ends the run before it begins" "$? $(ls -d "$tmp/case2" 2>/dev/null)" "1 "
"$TRIAGE" run -q -j1 --ioc "$tmp/list.txt" -o "$tmp/one" "$tmp/ev" > /dev/null 2>&1
same "the number of workers changes nothing" "$(sql "$tmp/one" "SELECT count(*), sum(count) FROM findings WHERE kind = 'ioc'")" "$(sql "$tmp/case" "SELECT count(*), sum(count) FROM findings WHERE kind = 'ioc'")"
