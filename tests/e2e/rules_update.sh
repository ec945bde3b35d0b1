#!/bin/sh
# rules_update.sh - rules from a signed pack, offline: OpenSSL signs, triage checks, and says no to all else.
. "$(dirname "$0")/common.sh.inc"
make --no-print-directory -s install DESTDIR="$tmp/root" PREFIX=/opt > "$tmp/make.log" 2>&1 || { bad "make install" "$(tail -n 3 "$tmp/make.log")"; exit 1; }
T=$tmp/root/opt/bin/triage
UP=$tmp/root/opt/share/triage/rules-updated
person() { openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tmp/$1.key" -out "$tmp/$1.pem" -days 3000 -subj "/CN=$1" -addext keyUsage=critical,digitalSignature > "$tmp/openssl.log" 2>&1; }
sign() { openssl cms -sign -binary -in "$1" -signer "$tmp/$2.pem" -inkey "$tmp/$2.key" -outform DER -out "$1.p7s"; }
# pack NAME VERSION: the folder $tmp/pack as an archive, signed by the town
pack() { echo "$2" > "$tmp/pack/VERSION"; tar -C "$tmp/pack" -czf "$tmp/$1" .; sign "$tmp/$1" town; }
update() { "$T" rules update "$@" > "$tmp/out" 2> "$tmp/err"; }
person town
person stranger
own=$(cat rules/VERSION)
same "the rules have a version" "$("$T" rules version)" "$own $tmp/root/opt/share/triage/rules"

cp -r rules "$tmp/pack"
cat > "$tmp/pack/yara/of_the_pack.yar" <<'E2'
rule of_the_pack
{
	meta:
		title = "Mark of the pack"
		severity = "high"
	strings:
		$a = "mark of the signed pack"
	condition:
		$a
}
E2
pack new.tar.gz 2099.1.2
same "a place whose folder is not there yet is made" "$(update "$tmp/new.tar.gz" --trust "$tmp/town.pem" -o "$tmp/lib/rules"; cat "$tmp/lib/rules/VERSION" 2> /dev/null)" 2099.1.2
update "$tmp/new.tar.gz" --trust "$tmp/town.pem"
same "a signed pack is taken" "$?" 0
check "it says of whom, and what it replaces" grep -q "rules 2099.1.2 take the place of $own: .*signed by .*town" "$tmp/out"
same "its rules are in use" "$("$T" rules version)" "2099.1.2 $UP"
mkdir "$tmp/home"
echo "here is the mark of the signed pack" > "$tmp/home/a.txt"
"$T" run -q -o "$tmp/case" "$tmp/home" > /dev/null 2>&1
same "they judge" "$(sql "$tmp/case" "SELECT count(*) FROM findings WHERE title = 'Mark of the pack'")" 1
same "the bundle says their version" "$(sql "$tmp/case" "SELECT value FROM meta WHERE key = 'rules.version'")" 2099.1.2
check "and so does its chain of custody" grep -q '"action":"rules-loaded".*2099.1.2' "$tmp/case/data/custody.jsonl"
same "what came with the program is as it was" "$(cat "$tmp/root/opt/share/triage/rules/VERSION")" "$own"
update "$tmp/new.tar.gz" --trust "$tmp/town.pem"
check "the same pack once more: said, nothing done" grep -q "2099.1.2 are in use already" "$tmp/out"
same "elsewhere it is made all the same" "$(update "$tmp/new.tar.gz" --trust "$tmp/town.pem" -o "$tmp/lib/more/"; cat "$tmp/lib/more/VERSION" 2> /dev/null)" 2099.1.2

# what is not taken. Nothing changes.
before=$(find "$UP" -type f -exec sha256sum {} + | sort | sha256sum)
refused() { # WHAT STATUS WORDS: of the last update
	status=$?
	same "$1: refused" "$status" "$2"
	check "and it says why" grep -q "$3" "$tmp/err"
	same "nothing changed" "$(find "$UP" -type f -exec sha256sum {} + | sort | sha256sum)" "$before"
}
update "$tmp/new.tar.gz"; refused "nobody is trusted" 2 "whose packs are taken"
update "$tmp/new.tar.gz" --trust "$tmp/stranger.pem"; refused "signed by somebody else" 1 "not trusted"
pack old.tar.gz 2098.12.31
update "$tmp/old.tar.gz" --trust "$tmp/town.pem"; refused "an older version" 2 "the pack is of version 2098.12.31, the rules that it would replace of 2099.1.2"
cp "$tmp/new.tar.gz" "$tmp/changed.tar.gz"
printf x >> "$tmp/changed.tar.gz"
cp "$tmp/new.tar.gz.p7s" "$tmp/changed.tar.gz.p7s"
update "$tmp/changed.tar.gz" --trust "$tmp/town.pem"; refused "changed after it was signed" 1 "."
update "$tmp/home/a.txt" --trust "$tmp/town.pem"; refused "no signature" 1 "a.txt.p7s"
cp "$tmp/home/a.txt" "$tmp/no_pack"
sign "$tmp/no_pack" town
update "$tmp/no_pack" --trust "$tmp/town.pem"; refused "no archive" 1 "no archive that is read here"
echo 'rule broken {' > "$tmp/pack/yara/broken.yar"
pack broken.tar.gz 2099.2.1
rm "$tmp/pack/yara/broken.yar"
update "$tmp/broken.tar.gz" --trust "$tmp/town.pem"; refused "a rule that does not load" 2 "broken.yar of the pack does not load"
ln -s /etc/passwd "$tmp/pack/yara/link.yar"
pack link.tar.gz 2099.2.1
rm "$tmp/pack/yara/link.yar"
update "$tmp/link.tar.gz" --trust "$tmp/town.pem"; refused "a link" 1 "no plain file: ./yara/link.yar"
echo x > "$tmp/pack/yara/x.sh"
pack name.tar.gz 2099.2.1
rm "$tmp/pack/yara/x.sh"
update "$tmp/name.tar.gz" --trust "$tmp/town.pem"; refused "a name that rules do not have" 1 "a name that rules do not have: ./yara/x.sh"
python3 - "$tmp/out_of.tar" "$tmp/pack/VERSION" <<'E2'
import sys, tarfile
with tarfile.open(sys.argv[1], "w") as t:
    t.add(sys.argv[2], arcname="../../VERSION")
E2
sign "$tmp/out_of.tar" town
update "$tmp/out_of.tar" --trust "$tmp/town.pem"; refused "a name that leads out of the folder" 1 "a name that rules do not have"
rm "$tmp/pack/VERSION"
tar -C "$tmp/pack" -cf "$tmp/none.tar" .
sign "$tmp/none.tar" town
update "$tmp/none.tar" --trust "$tmp/town.pem"; refused "no version" 1 "the pack has no version"
mkdir "$tmp/lib/letters" "$tmp/lib/more.old"
for folder in letters more.old; do
	echo "dear mayor" > "$tmp/lib/$folder/letter"
	update "$tmp/new.tar.gz" --trust "$tmp/town.pem" -o "$tmp/lib/${folder%.old}" --older; refused "a folder that is none of rules ($folder)" 2 "lib/$folder exists and is no folder of rules"
	check "and it is as it was" grep -q "dear mayor" "$tmp/lib/$folder/letter"
done
same "nothing half-made lies beside" "$(find "$tmp/lib" "${UP%/*}" -name '*.new*')" ""

# with a word they go back, until the program brings others
update "$tmp/old.tar.gz" --trust "$tmp/town.pem" --older
same "--older takes an older pack" "$?" 0
same "and it is used" "$("$T" rules version)" "2098.12.31 $UP"
same "the one before it is kept" "$(cat "$UP.old/VERSION")" 2099.1.2
pack ancient.zip.tar 2001.1.1
(cd "$tmp/pack" && zip -q -r "$tmp/ancient.zip" .)
sign "$tmp/ancient.zip" town
update "$tmp/ancient.zip" --trust "$tmp/town.pem" --older
same "a zip, older than the built-in rules: used where it was asked for" "$("$T" rules version)" "2001.1.1 $UP"
echo 2026.12.31 > "$tmp/root/opt/share/triage/rules/VERSION"
same "until the built-in rules are others" "$("$T" rules version)" "2026.12.31 $tmp/root/opt/share/triage/rules"
