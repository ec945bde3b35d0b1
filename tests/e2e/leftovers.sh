#!/bin/sh
# leftovers.sh - files that SQLite leaves when a run is killed in the midst of a commit: no later step stumbles over them, none is sealed, none of a sealed bundle is played back.
. "$(dirname "$0")/common.sh.inc"
make_image town || exit 1
# a journal that SQLite takes for one of a commit that did not end, which names a super-journal; a super-journal; temporary files
plant() { # FOLDER DATABASE
	printf '\331\325\005\371 \241c\327%0500d%s-mj65107E936' 0 "$2" > "$1/$2-journal"
	printf '%s/%s-journal\0' "$1" "$2" > "$1/$2-mj65107E936"
	printf x > "$1/etilqs_8f6f1ae3c5b2d4e7"
}
left() { find "$1" -name '*-mj*' -o -name 'etilqs_*' -o -name '.hashset-*' -o -name '*-journal' | sed "s|$1/||" | sort | tr '\n' ' '; }
# put into the manifest what lies in the bundle, and seal it anew: a forger does that
seal_anew() {
	(cd "$1" && find data -type f | LC_ALL=C sort | xargs -d '\n' sha256sum > manifest-sha256.txt &&
	    sed -i "s/^Payload-Oxum: .*/Payload-Oxum: $(find data -type f -printf '%s\n' | awk '{ b += $1 } END { print b "." NR }')/" bag-info.txt &&
	    sha256sum HOW-TO-VERIFY.txt bag-info.txt bagit.txt manifest-sha256.txt > tagmanifest-sha256.txt)
}
bytes() { find "$1" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum; }

# a part whose time was up, cut off before the seal
for k in 1 2; do "$TRIAGE" run -q --budget 0.01s --shard $k/2 -o "$tmp/part$k" "$tmp/town.img" > /dev/null 2>&1; done
rm "$tmp/part1/tagmanifest-sha256.txt"
plant "$tmp/part1/data/shard" journal.db
mv "$tmp/part1/data/unfinished" "$tmp/part1/work"
printf x > "$tmp/part1/work/.hashset-aB3dE5"
printf x > "$tmp/part1/work/etilqs_8f6f1ae3c5b2d4e7"
printf x > "$tmp/part1/work/journal.db-mj65107E936"
cp -a "$tmp/part1" "$tmp/again"
"$TRIAGE" run -q --resume "$tmp/part1" > /dev/null 2>&1
check "a part that is resumed beside leftovers is sealed" "$TRIAGE" verify -q "$tmp/part1"
same "without them, and without a work folder" "$(left "$tmp/part1") $(ls "$tmp/part1/data/shard" | tr '\n' ' ') $(ls -d "$tmp/part1/work" 2> /dev/null)" " arguments journal.db  "
"$TRIAGE" run -q --resume "$tmp/again" --budget 0.01s > /dev/null 2>&1
check "so is one whose time is up again" "$TRIAGE" verify -q "$tmp/again"
same "without them" "$(left "$tmp/again") $(ls "$tmp/again/data/unfinished" | tr '\n' ' ')" " arguments journal.db "
"$TRIAGE" run -q --resume "$tmp/part2" -o "$tmp/second" > /dev/null 2>&1
"$TRIAGE" merge -q "$tmp/part1" "$tmp/second" -o "$tmp/merged" > /dev/null 2>&1
check "the parts can be put together" "$TRIAGE" verify -q "$tmp/merged"
same "nothing of SQLite's is in what they make" "$(left "$tmp/merged") $(ls -d "$tmp/merged/work" 2> /dev/null)" " "

# parts that somebody sealed with such files: SQLite would undo a commit in them, or remove the journal
cp -a "$tmp/part1" "$tmp/forged"
plant "$tmp/forged/data/shard" journal.db
seal_anew "$tmp/forged"
bytes "$tmp/forged" > "$tmp/before"
"$TRIAGE" merge -q "$tmp/forged" "$tmp/second" -o "$tmp/of_forged" > /dev/null 2>&1
same "a part is not written, whatever lies beside its journal" "$(bytes "$tmp/forged" | cmp - "$tmp/before" && "$TRIAGE" verify -q "$tmp/of_forged" && echo "fine$(left "$tmp/of_forged")")" fine

# sealed bundles with such files beside the case: each verb reads, none plays back, none takes them along
"$TRIAGE" run -q -o "$tmp/case" "$tmp/town.img" > /dev/null 2>&1
plant "$tmp/case/data" case.db
seal_anew "$tmp/case"
bytes "$tmp/case" > "$tmp/before"
"$TRIAGE" judge "$tmp/case" -o "$tmp/judged" > /dev/null 2>&1
same "judge" "$(bytes "$tmp/case" | cmp - "$tmp/before" && "$TRIAGE" verify -q "$tmp/judged" && echo "fine$(left "$tmp/judged")")" fine
"$TRIAGE" share "$tmp/case" -o "$tmp/shared" > /dev/null 2>&1
same "share" "$(bytes "$tmp/case" | cmp - "$tmp/before" && "$TRIAGE" verify -q "$tmp/shared" && echo "fine$(left "$tmp/shared")")" fine
"$TRIAGE" fleet -q "$tmp/case" "$tmp/judged" -o "$tmp/fleet" > /dev/null 2>&1
same "fleet" "$(bytes "$tmp/case" | cmp - "$tmp/before" && ls "$tmp/fleet"/fleet.db | wc -l; left "$tmp/fleet")" 1
"$TRIAGE" hashset build -o "$tmp/set" "$tmp/case" > /dev/null 2>&1
same "hashset build" "$(bytes "$tmp/case" | cmp - "$tmp/before" && "$TRIAGE" hashset info "$tmp/set" | grep -c 'MD5.*SHA-256')" 1
