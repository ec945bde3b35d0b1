#!/bin/sh
# guides.sh - what the guides tell their reader to type is typed, in their order; their pictures are there, and each command in both languages.
. "$(dirname "$0")/common.sh.inc"
make_image town || exit 1
(cd "$tmp" && ewfacquire -u -q -t copy -C 1 -D d -e e -E 1 -f encase6 town.img > ewf.log 2>&1) || { bad "a copy as E01" "$(tail -n 2 "$tmp/ewf.log")"; exit 1; }
lines() { sed -n 's/^    \(triage [^ ].*\)/\1/p' "docs/guide-$1.md" | sed 's/   *.*//'; grep -o '`triage [a-z]* [^`]*`' "docs/guide-$1.md" | tr -d '`'; }
words() { lines "$1" | sed 's/zaak/case/g; s/kopie/copy/g; s/voor-cert/for-cert/g; s/-o beeld/-o picture/; s/Politie/Police/; s/Gemeentehuis/Town hall/; s/ --lang nl//'; }
same "both tell the same commands" "$(words nl)" "$(words en)"
for l in nl en; do
	same "$l: each picture is there" "$(grep -o '](\([^)]*\.png\))' "docs/guide-$l.md" | tr -d '()]' | while read -r p; do [ -s "docs/$p" ] || echo "$p"; done)" ""
done
cd "$tmp" || exit 1
# the program as the guide calls it
mkdir bin && ln -s "$TRIAGE" bin/triage && PATH=$tmp/bin:$PATH
typed=0
lines() { (cd "$TRIAGE_ROOT" && sed -n 's/^    \(triage [^ ].*\)/\1/p' docs/guide-en.md | sed 's/   *.*//'; grep -o '`triage [a-z]* [^`]*`' "$TRIAGE_ROOT/docs/guide-en.md" | tr -d '`'); }
lines > lines
while read -r line; do
	# what asks on a terminal, and what is for a run that was cut off, have tests of their own
	case $line in *--ask-key* | *--resume* | "triage sign"*) continue ;; esac
	if sh -c "$line" > said 2>&1; then typed=$((typed + 1)); else bad "$line" "$(tail -n 3 said)"; fi
done < lines
same "what is to be typed does what the guide says" "$typed" 5
check "the document for the signatures lies where the guide says" test -s case-print-en.html
check "so does the secret of the share" test -s for-cert.secret
seal=$(sha256sum < case/tagmanifest-sha256.txt | cut -c1-64 | sed 's/..../& /g')
check "the seal from the paper, in groups" triage verify --seal "$seal" case
same "without the program: nothing is said when all is right" "$(cd case && sha256sum -c --quiet manifest-sha256.txt tagmanifest-sha256.txt 2>&1)" ""
chmod -R u+w case; printf x >> case/data/report.html; rm case/data/bodyfile.txt; : > case/data/new
triage verify --seal "${seal}0" case > said 2>&1
same "the words that the guide explains are those that are said" "$(grep -o '^changed: data/report\|^missing\|^added\|^signature: none\|^not found: --seal' said | tr '\n' ' ')" "missing changed: data/report added signature: none not found: --seal "
