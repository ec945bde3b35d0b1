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
# Sigma: our own rules, a pack with errors, a run with it
check "the built-in Sigma rules load whole" sh -c '"$1" rules check rules/sigma > "$2" && ! grep -q "^error" "$2"' - "$TRIAGE" "$tmp/sigma.out"
mkdir "$tmp/sigma"
printf 'title: Good\nid: good\nlevel: medium\nlogsource: {product: linux, category: process_creation}\ndetection: {s: {CommandLine|contains: zz-marker}, condition: s}\n---\ntitle: Bad\nlogsource: {product: linux}\ndetection:\n  s: {a: b}\n  condition: s and t\n' > "$tmp/sigma/pack.yml"
"$TRIAGE" rules check "$tmp/sigma" > "$tmp/check.txt"; same "a Sigma rule with an error gives exit 1" "$?" 1
check "its line and its reason are named" grep -q "line 11 .*pack.yml.*Bad.*no such selection" "$tmp/check.txt"
check "the rule beside it loads" grep -q "^part .* 1 rules" "$tmp/check.txt"
mkdir -p "$tmp/home/root"; printf 'ls\nzz-marker --now\nunset HISTFILE\n' > "$tmp/home/root/.bash_history"
"$TRIAGE" run -q --sigma "$tmp/sigma" -o "$tmp/sigma-case" "$tmp/home" > /dev/null 2>&1; same "a rule left out makes the run one with gaps" "$?" 3
same "the pack and the built-in rules judge" "$(sql "$tmp/sigma-case" "SELECT group_concat(title, '; ') FROM (SELECT title FROM findings WHERE kind = 'sigma' ORDER BY title)")" "Good; The record of commands was switched off or deleted"
same "what was left out is a problem" "$(sql "$tmp/sigma-case" "SELECT count(*) FROM problems WHERE code = 'sigma-rule-left-out' AND message LIKE '%Bad%pack.yml%line 11%'")" 1
check "its digest is in the custody log" grep -q "$(sha256sum "$tmp/sigma/pack.yml" | cut -d ' ' -f 1)" "$tmp/sigma-case/data/custody.jsonl"
"$TRIAGE" run -q --no-builtin-rules -o "$tmp/no-sigma" "$tmp/home" > /dev/null 2>&1
same "--no-builtin-rules leaves them out" "$(sql "$tmp/no-sigma" "SELECT count(*) FROM findings WHERE kind = 'sigma'")" 0
# a trailer whose numbers fit by chance is no mark: before them a wrapped key must stand
mkdir "$tmp/marks"
python3 - "$tmp/marks" <<'P'
import hashlib, struct, sys
noise = lambda n: b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(n // 32 + 1))[:n]
for name, key in (("sealed.bin", noise(512)), ("small.class", bytes(i % 7 * 16 for i in range(512)))):
    open(sys.argv[1] + "/" + name, "wb").write(noise(512) + key + bytes(12) + bytes([1, 50]) + struct.pack("<Q", 512))
P
"$TRIAGE" run -q -o "$tmp/marks-case" "$tmp/marks" > /dev/null 2>&1
same "the mark of Akira is a key and numbers that fit, not numbers alone" "$(sql "$tmp/marks-case" "SELECT path, rule, (SELECT shape LIKE '%mark=Akira%' FROM files f WHERE f.file_id = m.file_id) FROM matches m WHERE rule = 'mark_akira'") $(sql "$tmp/marks-case" "SELECT count(*) FROM files WHERE shape LIKE '%mark=%'")" "/sealed.bin|mark_akira|1 1"
# each rule of the pack hits samples made from its own condition, one for each branch of it, and misses the same without its strings; no rule is without. What is about the rules is none
mkdir "$tmp/samples"
check "each rule of the pack has a sample" sh -c 'python3 tests/yara_samples.py rules/yara/*.yar "$1"' - "$tmp/samples"
cut -f 1 "$tmp/samples/want.tsv" > "$tmp/samples.list"
build/asan/tests/tool_scan -f rules/yara/*.yar < "$tmp/samples.list" > "$tmp/samples.got"
same "each hits its samples and misses what lacks its strings" "$(awk -F '\t' 'NR == FNR { hit[$3, $2] = 1; next } (($1, $2) in hit) != $3 { print ($3 ? "missed " : "hit ") $1 }' "$tmp/samples.got" "$tmp/samples/want.tsv")" ""
same "rules with samples are those that load" "$(cut -f 2 "$tmp/samples/want.tsv" | sort -u | wc -l)" "$n"
find rules docs triage README.md -type f ! -path rules/commands.tsv > "$tmp/own.list"
same "texts about attacks, the rules themselves among them, are no hit" "$(build/asan/tests/tool_scan -f rules/yara/*.yar < "$tmp/own.list" | cut -f 2,3 | sort -u)" ""
TRIAGE=$TRIAGE sh tests/yara_equality.sh build/asan/tests/tool_scan
