#!/bin/sh
# rules.sh - rule packs: what loads and what does not; matches are those of the yara program.
. "$(dirname "$0")/common.sh.inc"
check "the built-in pack loads whole" sh -c '"$1" rules check rules/yara > "$2" && ! grep -q "^error" "$2"' - "$TRIAGE" "$tmp/rules.out"
n=$(sed -n 's/^.* files, \([0-9]*\) rules load.*/\1/p' "$tmp/rules.out")
if [ "${n:-0}" -ge 40 ]; then ok "it has at least 40 rules ($n)"; else bad "it has at least 40 rules" "$n"; fi
printf 'rule a { condition: true }\nrule b {\n  condition: undefined_thing\n}\n' > "$tmp/bad.yar"
printf 'import "cuckoo"\nrule c { condition: cuckoo.sync.mutex(/x/) }\n' > "$tmp/import.yar"
printf 'include "/etc/passwd"\nrule d { condition: true }\n' > "$tmp/include.yar"
printf 'rule public : pack { meta: author = "x" score = 85 condition: filename matches /docx$/ and extension == ".docx" and filepath contains "/" }\n' > "$tmp/public.yar"
"$TRIAGE" rules check "$tmp" > "$tmp/check.txt"; same "a pack with errors gives exit 1" "$?" 1
check "the line of the error is named" grep -q "line 3 .*bad.yar.*undefined_thing" "$tmp/check.txt"
check "a forbidden import is named" grep -q "import.yar.*cuckoo" "$tmp/check.txt"
check "include is refused" grep -q "^error.*include.yar" "$tmp/check.txt"
check "externals of public packs are known" grep -q "^ok .*public.yar" "$tmp/check.txt"
mkdir "$tmp/ev"; printf 'x' > "$tmp/ev/letter.docx"; printf 'x' > "$tmp/ev/letter.txt"
"$TRIAGE" run -q -r "$tmp/public.yar" -o "$tmp/case" "$tmp/ev" > /dev/null 2>&1
same "a rule on names holds for the name alone, not for equal content" "$(sql "$tmp/case" "SELECT group_concat(path) FROM matches")" /letter.docx
TRIAGE=$TRIAGE sh tests/yara_equality.sh build/asan/tests/tool_scan
