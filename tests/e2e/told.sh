#!/bin/sh
# told.sh - problem rows that the other tests do not meet: what a container says of its acquisition, bad ranges beyond those that are told one
# by one, content that is whole only by a guess.
. "$(dirname "$0")/common.sh.inc"
cd "$tmp" || exit 2
q() { sql "$tmp/$1" "$2"; }
head -c 16M /dev/urandom > noise.raw
ewfacquire -u -t noise -f encase6 -c none -b 64 -C 2024-007 -E item9 -e "A. Peeters" -D "server of the town hall" -S 100M noise.raw > make.log 2>&1 || bad "ewfacquire" "$(tail -n 2 make.log)"
timeout 100 "$TRIAGE" run -q -o says noise.E01 > /dev/null 2>&1
same "what the acquiring tool wrote is told" "$(q says "SELECT count(*) FROM problems WHERE code = 'container-says' AND severity = 'info' AND message LIKE '%2024-007%' AND message LIKE '%A. Peeters%'
    AND message LIKE '%server of the town hall%'")" 1
python3 - << 'MAKE'
data = bytearray(open("noise.E01", "rb").read())
source = open("noise.raw", "rb").read()
# every other chunk of 32 KiB: 256 ranges
for n in range(0, 512, 2):
    at = data.find(source[n * 32768:n * 32768 + 64])
    data[at + 1000] ^= 0xff
open("bad.E01", "wb").write(data)
MAKE
timeout 100 "$TRIAGE" run -q -o bad bad.E01 > /dev/null 2>&1
same "the first 200 bad ranges are told one by one, the others in one row" "$(q bad "SELECT count(*), sum(bytes), sum(message LIKE '56 more ranges that read as zeros, $((56 * 32768)) bytes%')
    FROM problems WHERE code = 'bad-sectors'")" "201|$((256 * 32768))|1"
same "and all count among the bad sectors" "$(q bad "SELECT bad_sectors FROM evidence")" $((256 * 64))
truncate -s 4M fat.img
mkfs.fat -F 16 -s 1 fat.img > make.log 2>&1
python3 -c 'print("minutes of the council\n" * 400)' > minutes.txt
mcopy -i fat.img minutes.txt ::minutes.txt
mdel -i fat.img ::minutes.txt
timeout 100 "$TRIAGE" run -q -o fat fat.img > /dev/null 2>&1
same "a deleted file on FAT: whole by a guess, and that is told" "$(q fat "SELECT f.state, f.content, f.sha256, p.severity FROM problems p JOIN files f USING (path) WHERE p.code = 'content-guessed'")" \
	"deleted|complete|$(sha256sum < minutes.txt | cut -d' ' -f1)|info"
