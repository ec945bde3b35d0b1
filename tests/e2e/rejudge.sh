#!/bin/sh
# rejudge.sh - the facts of a bundle judged again: the same findings with the same rules, others with others, without the evidence; linked to the first.
. "$(dirname "$0")/common.sh.inc"
SOURCE_DATE_EPOCH=1670378400
export SOURCE_DATE_EPOCH
make_image town || exit 1
/usr/bin/python3 "$EVIDENCE/vss_files.py" "$tmp/vss.raw" 96 400 > "$tmp/make.log" 2>&1 || rm -f "$tmp/vss.raw"
cp -r fixtures/artefact "$tmp/artefacts"
make_packages "$tmp/packages"
many_packages "$tmp/packages"
judged() { for v in findings stories contacts damage files coverage problems timeline; do sqlite3 -batch "$1/data/case.db" "SELECT * FROM $v"; done | sha256sum; }
for name in town.img vss.raw artefacts packages; do
	[ -e "$tmp/$name" ] || { echo "# $name could not be made"; continue; }
	"$TRIAGE" run -q --hostname GEM-FS01 --case A1 --examiner "J. Peeters" -o "$tmp/first-$name" "$tmp/$name" > /dev/null 2>&1
	mv "$tmp/$name" "$tmp/away"
	check "$name is judged again without the evidence" "$TRIAGE" judge --examiner "M. Claes" -o "$tmp/second-$name" "$tmp/first-$name"
	mv "$tmp/away" "$tmp/$name"
	same "with the same rules, $name has the same findings" "$(judged "$tmp/second-$name")" "$(judged "$tmp/first-$name")"
	same "and the same answers" "$(sql "$tmp/second-$name" "SELECT key, value FROM t_meta WHERE key LIKE 'answer.%' ORDER BY key" | sha256sum)" "$(sql "$tmp/first-$name" "SELECT key, value FROM t_meta WHERE key LIKE 'answer.%' ORDER BY key" | sha256sum)"
	check "and verifies" "$TRIAGE" verify -q "$tmp/second-$name"
done
same "what packages say is among them" "$(sql "$tmp/second-packages" "SELECT count(*) FROM findings WHERE rule LIKE 'detect:package-%'")" 3
one=$tmp/first-town.img two=$tmp/second-town.img
seal=$(sha256sum < "$one/tagmanifest-sha256.txt" | cut -d' ' -f1)
same "its chain of custody goes on from the first" "$(head -n "$(wc -l < "$one/data/custody.jsonl")" "$two/data/custody.jsonl" | sha256sum)" "$(sha256sum < "$one/data/custody.jsonl")"
check "with an act that names the first by its seal" sh -c 'tail -n 1 "$1" | jq -e ".action == \"judged-again\" and .actor == \"M. Claes\" and .detail.from == \"$2\""' - "$two/data/custody.jsonl" "$seal"
check "so does bag-info.txt" grep -qx "Triage-Judged-From: $seal" "$two/bag-info.txt"
check "the same case number stands in it" grep -qx "Triage-Case: A1" "$two/bag-info.txt"
check "the first is as it was" "$TRIAGE" verify -q "$one"
check "the same bytes each time" sh -c '"$1" judge --examiner "M. Claes" -o "$2" "$3" && diff -r "$2" "$4"' - "$TRIAGE" "$tmp/again" "$one" "$two"
check "it can be judged once more, and shared" sh -c '"$1" judge -o "$2/third" "$2/second-town.img" && "$1" share -o "$2/shared" "$2/third"' - "$TRIAGE" "$tmp"

# other rules: a table, the weight of a rule, a list of hashes
cp -r rules "$tmp/rules"
printf '%s  x\n' "$(sql "$one" "SELECT sha256 FROM files WHERE path = '/Financien/ReadMe.txt'")" > "$tmp/bad.lst"
"$TRIAGE" judge --known-bad "$tmp/bad.lst" -o "$tmp/bad" "$one" > /dev/null 2>&1
same "a list of hashes finds files that were there" "$(sql "$tmp/bad" "SELECT severity, count FROM findings WHERE kind = 'known-bad'")" "critical|5"
same "and marks them" "$(sql "$tmp/bad" "SELECT count(*) FROM files WHERE known = 'bad'")" 5
"$TRIAGE" judge -o "$tmp/badagain" "$tmp/bad" > /dev/null 2>&1
same "which stands when the list is not given again" "$(sql "$tmp/badagain" "SELECT count FROM findings WHERE kind = 'known-bad'")" 5
before=$(sql "$one" "SELECT severity FROM findings WHERE rule = 'yara:protection_off.yar.gmer'")
awk '/^rule gmer/ { seen = 1 } seen && /severity *=/ { sub(/"[a-z]*"/, "\"critical\""); seen = 0 } { print }' rules/yara/protection_off.yar > "$tmp/rules/yara/protection_off.yar"
"$TRIAGE" judge --tables "$tmp/rules" -o "$tmp/weight" "$one" > /dev/null 2> "$tmp/stderr"
same "a rule that weighs more today" "$before $(sql "$tmp/weight" "SELECT severity FROM findings WHERE rule = 'yara:protection_off.yar.gmer'")" "high critical"
grep -v -i 'play' rules/ransom_extensions.tsv > "$tmp/rules/ransom_extensions.tsv"
"$TRIAGE" judge --tables "$tmp/rules" -o "$tmp/table" "$one" > /dev/null 2>&1
check "a table that does not know the extension" sh -c '! sqlite3 "$1" "SELECT title FROM findings WHERE kind = \"encrypted\"" | grep -q "Encrypted files: Play (.play)" || [ "$(sqlite3 "$1" "SELECT * FROM findings" | sha256sum)" != "$(sqlite3 "$2" "SELECT * FROM findings" | sha256sum)" ]' - "$tmp/table/data/case.db" "$one/data/case.db"

# what the judge does not judge, and the rules that it leaves out, are problems both times
mkdir -p "$tmp/home/root" "$tmp/pack"
printf 'ls\n%s-\n' "$(printf '%080d' 0)" > "$tmp/home/root/.bash_history"
printf 'title: Slow\nlogsource: {product: linux, category: process_creation}\ndetection: {s: {CommandLine|re: "^(0+)+$"}, condition: s}\n---\ntitle: Bad\nlogsource: {product: linux}\ndetection: {s: {a: b}, condition: t}\n' > "$tmp/pack/slow.yml"
printf '192.0.2.300\n' > "$tmp/ioc.txt"; printf '192.0.2.3\n' >> "$tmp/ioc.txt"
"$TRIAGE" run -q --sigma "$tmp/pack" --ioc "$tmp/ioc.txt" -o "$tmp/slow" "$tmp/home" > /dev/null 2>&1
same "a rule that took too long is a problem" "$(sql "$tmp/slow" "SELECT severity, code FROM problems WHERE stage = 'judge' AND message LIKE '%\"Slow\" (1 events)%'")" "low|judge-limit"
"$TRIAGE" judge --sigma "$tmp/pack" --ioc "$tmp/ioc.txt" -o "$tmp/slow2" "$tmp/slow" > /dev/null 2>&1
same "and again" "$(judged "$tmp/slow2")" "$(judged "$tmp/slow")"
"$TRIAGE" judge -o "$tmp/slow3" "$tmp/slow2" > /dev/null 2>&1
check "the digest of a rule file stands in the chain of custody" sh -c 'tail -n 1 "$1" | jq -e --arg sum "$(sha256sum < "$2" | cut -d" " -f1)" "any(.detail.sigma[]; .sha256 == \$sum)"' - "$tmp/slow2/data/custody.jsonl" "$tmp/pack/slow.yml"
same "unless the rule is not there" "$(sql "$tmp/slow3" "SELECT count(*) FROM problems WHERE stage = 'judge'")" 0
"$TRIAGE" run -q -o "$tmp/plain" "$tmp/home" > /dev/null 2>&1
"$TRIAGE" judge --sigma "$tmp/pack" --ioc "$tmp/ioc.txt" -o "$tmp/plain2" "$tmp/plain" > /dev/null 2>&1
same "rules left out the second time are told" "$(sql "$tmp/plain2" "SELECT code FROM problems WHERE stage IN ('judge', 'rules') ORDER BY code" | tr '\n' ' ')" "$(sql "$tmp/slow" "SELECT code FROM problems WHERE stage IN ('judge', 'rules') ORDER BY code" | tr '\n' ' ')"

# what is not a case that was sealed
refused() { # description, what it says: of $tmp/copy
	"$TRIAGE" judge -o "$tmp/refused" "$tmp/copy" > /dev/null 2> "$tmp/stderr"
	same "$1 is refused" "$?" 1
	if grep -q "$2" "$tmp/stderr"; then ok "and says so"; else bad "and says so" "$(cat "$tmp/stderr")"; fi
	check "and nothing is left behind" test ! -e "$tmp/refused"
}
reseal() { (cd "$tmp/copy" && find data -type f | sort | xargs sha256sum > manifest-sha256.txt && sed -i "s/^Payload-Oxum:.*/Payload-Oxum: $(find data -type f -printf '%s\n' | awk '{ s += $1; n++ } END { printf "%d.%d", s, n }')/" bag-info.txt &&
	sha256sum HOW-TO-VERIFY.txt bag-info.txt bagit.txt manifest-sha256.txt > tagmanifest-sha256.txt); }
rm -rf "$tmp/copy"; cp -r "$one" "$tmp/copy"; chmod -R u+w "$tmp/copy"; printf x >> "$tmp/copy/data/case.db"
refused "a bundle that was changed" "changed: data/case.db"
for change in "CREATE TRIGGER t AFTER INSERT ON t_finding BEGIN DELETE FROM t_file; END" "DROP TABLE t_damage" "UPDATE t_filesystem SET filesystem_id = 7" "UPDATE t_rule SET rule_index = -5 - rule_index" \
    "PRAGMA user_version = 9"; do
	rm -rf "$tmp/copy"; cp -r "$one" "$tmp/copy"; chmod -R u+w "$tmp/copy"
	sqlite3 "$tmp/copy/data/case.db" "$change"
	reseal
	refused "a case in which somebody did $change" "triage: "
done
# a bundle of an older version: intact, its digests are of use, the rest wants the program that wrote it
rm -rf "$tmp/copy"; cp -r "$one" "$tmp/copy"; chmod -R u+w "$tmp/copy"
sqlite3 "$tmp/copy/data/case.db" "DROP VIEW stories; DROP VIEW contacts; DROP VIEW damage; PRAGMA user_version = 1"
reseal
refused "a bundle of an older version" "older version of this program (schema 1; .*use the version that wrote it"
for command in "report -o $tmp/old.html" "report --print -o $tmp/old.html" "export -f misp -o $tmp/old.json" "share -o $tmp/old"; do
	# shellcheck disable=SC2086
	"$TRIAGE" $command "$tmp/copy" > /dev/null 2> "$tmp/stderr"
	same "${command%% *} refuses it" "$?" 1
	check "and says what to do" grep -q "use the version that wrote it, or examine the evidence again" "$tmp/stderr"
	check "and leaves nothing behind" sh -c '! ls -d "$1"/old* > "$1/check.ls" 2>&1' - "$tmp"
done
check "verify finds it as it was sealed" "$TRIAGE" verify -q "$tmp/copy"
check "a set of its digests can be made" "$TRIAGE" hashset build -o "$tmp/old.set" "$tmp/copy"
"$TRIAGE" judge -o "$one/x" "$one" > /dev/null 2>&1
same "nothing is written into the bundle" "$?" 2
"$TRIAGE" judge -o "$two" "$one" > /dev/null 2>&1
same "nothing is overwritten" "$?" 1
