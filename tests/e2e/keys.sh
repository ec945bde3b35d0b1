#!/bin/sh
# keys.sh - keys of locks and the choice of shadow copies: clear refusals, no trace of a key in the bundle, the same files as unlocked.
. "$(dirname "$0")/common.sh.inc"
make_image ext4_basic; image=$tmp/ext4_basic.img
secret='Zomer-in-Damme-1973!'
printf '%s\n' "$secret" > "$tmp/key"
printf 'another one' > "$tmp/wrong"
: > "$tmp/empty"
# refused NAME STATUS PATTERN ARGUMENTS...
refused() {
	name=$1 want=$2 pattern=$3; shift 3
	rm -rf "$tmp/out"
	"$TRIAGE" run --progress none -o "$tmp/out" "$@" "$image" > "$tmp/stdout" 2> "$tmp/stderr" < /dev/null
	status=$?
	if [ $status -ne "$want" ] || ! grep -q "$pattern" "$tmp/stderr"; then bad "$name" "exit $status" "$(cat "$tmp/stderr")"; return; fi
	if [ -e "$tmp/out" ]; then bad "$name" "left $tmp/out behind"; else ok "$name"; fi
}
refused "a key file that is not there" 1 "cannot open the key file $tmp/none" --key "$tmp/none"
refused "an empty key file" 2 "the key file $tmp/empty is empty" --key "$tmp/empty"
refused "nothing on standard input" 2 "is empty" --key -
refused "shadow copies in the wrong order" 2 "does not take this" --vss 3..2
refused "shadow copies counted from 0" 2 "does not take this" --vss 0
refused "shadow copies by name" 2 "does not take this" --vss some

"$TRIAGE" run -q -o "$tmp/case" --vss 2..3 --key "$tmp/key" "$image" > /dev/null 2>&1
same "the custody text has the number of keys and the shadow copies asked for" \
	"$(sql "$tmp/case" "SELECT json_extract(detail, '\$.keys') || ' ' || json_extract(detail, '\$.vss') FROM custody WHERE action = 'options'")" "1 2..3"
same "no file of the bundle has the key" "$(grep -rlF "$secret" "$tmp/case" | wc -l)" 0

# an interrupted run: the path is kept, the key is not
make_image town
"$TRIAGE" run -q -o "$tmp/cut" --status-file "$tmp/status" --key "$tmp/key" "$tmp/town.img" > /dev/null 2>&1 &
pid=$!
for i in $(seq 1 500); do
	[ -s "$tmp/status" ] && break	# begun: the journal knows the evidence
	sleep 0.01
done
same "the key's pages are locked and left out of core dumps" "$(grep '^VmFlags' /proc/$pid/smaps | grep ' lo ' | grep -c ' dd ')" 1
kill -9 $pid
wait $pid 2> /dev/null
check "an interrupted run keeps the path of the key file" grep -aqF "$tmp/key" "$tmp/cut/work/arguments"
same "and not the key" "$(grep -rlF "$secret" "$tmp/cut" | wc -l)" 0
mv "$tmp/key" "$tmp/away"
"$TRIAGE" run -q --resume "$tmp/cut" > /dev/null 2> "$tmp/stderr"
check "to resume it the key file must be there" grep -q "cannot open the key file $tmp/key" "$tmp/stderr"
mv "$tmp/away" "$tmp/key"
check "with it the run is resumed" "$TRIAGE" run -q --resume "$tmp/cut"

# a real lock, once there is a reader of it
grep -q 'LAYER(luks)' triage/evidence/layers.def || exit 0
cp "$image" "$tmp/luks.img"
truncate -s +16M "$tmp/luks.img"
printf '%s' "$secret" | cryptsetup reencrypt --encrypt -q --reduce-device-size 16M --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 \
	--key-file - "$tmp/luks.img" 2> "$tmp/make.log" || { bad "make a LUKS volume" "$(cat "$tmp/make.log")"; exit 1; }
rows() { sql "$1" "SELECT path, kind, state, size, sha256, content FROM files ORDER BY path, inode"; }
"$TRIAGE" run -q -o "$tmp/plain" "$image" > /dev/null 2>&1
for jobs in 1 3; do
	"$TRIAGE" run -q -j $jobs -o "$tmp/unlocked$jobs" --key "$tmp/wrong" --key "$tmp/key" "$tmp/luks.img" > /dev/null 2>&1
	same "the files in the lock are those without it, with $jobs workers" "$(rows "$tmp/unlocked$jobs")" "$(rows "$tmp/plain")"
done
same "the lock and what it holds are two volumes" "$(sql "$tmp/unlocked1" "SELECT group_concat(kind || ' ' || state || ' ' || ifnull(parent_id, '-'), ', ') FROM volumes")" \
	"luks examined -, luks examined 1"
"$TRIAGE" run -q -o "$tmp/named" --partitions 1 --key "$tmp/key" "$tmp/luks.img" > /dev/null 2>&1
same "--partitions with the lock's number means what lies in it" "$(rows "$tmp/named")" "$(rows "$tmp/plain")"
"$TRIAGE" info --key "$tmp/key" "$tmp/luks.img" > "$tmp/info" 2>&1
check "info shows the tree" grep -q '^      filesystem 1 in volume 2: ext4' "$tmp/info"
same "encrypted bytes have no place in the image, and it is said" \
	"$(sql "$tmp/unlocked1" "SELECT (SELECT count(*) FROM extents) || ' ' || (SELECT count(*) FROM problems WHERE code = 'no-plain-place')")" "0 1"
same "no file of that bundle has the key" "$(grep -rlF "$secret" "$tmp/unlocked1" "$tmp/unlocked3" | wc -l)" 0
"$TRIAGE" run -q -o "$tmp/locked" --key "$tmp/wrong" "$tmp/luks.img" > /dev/null 2>&1
same "with a wrong key it stays one locked volume, said once" \
	"$(sql "$tmp/locked" "SELECT (SELECT group_concat(state) FROM volumes) || ' ' || (SELECT count(*) FROM problems WHERE code = 'volume-locked')")" "locked 1"
"$TRIAGE" run -q -o "$tmp/piped" --key - "$tmp/luks.img" < "$tmp/key" > /dev/null 2>&1
same "a key on standard input opens it as well" "$(rows "$tmp/piped")" "$(rows "$tmp/plain")"
