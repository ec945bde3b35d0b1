#!/bin/sh
# resume.sh - kill -9 of any process at 40 points (KILLS=N: at N), of workers at each stage, Ctrl-C: after --resume the same sealed case.
. "$(dirname "$0")/common.sh.inc"
make_image town || exit 1
SOURCE_DATE_EPOCH=$(($(date +%s) + 3600))	# the certificate below is valid then
export SOURCE_DATE_EPOCH
# everything but the custody chain, which tells of the interruption
picture() { (cd "$1/data" && for v in evidence volumes filesystems files timeline matches extents findings problems coverage; do sqlite3 -batch case.db "SELECT * FROM $v"; done; cat timeline.csv bodyfile.txt findings.jsonl summary.json) | sha256sum; }
# until a run is in the middle, by what its journal holds
until_half() { for _ in $(seq 1000); do [ "$(stat -c %s "$tmp/case/work/journal.db" 2> /dev/null || echo 0)" -gt 500000 ] && break; sleep 0.02; done; }
"$TRIAGE" run -q -j 2 -o "$tmp/whole" "$tmp/town.img" > /dev/null 2>&1
want=$(picture "$tmp/whole")
# the many kills; KILLS_RAN=FILE keeps what was done, so that a long run may be stopped
said=$(python3 tests/kills.py "${KILLS:-40}" "$TRIAGE" "$tmp/town.img" --ran "${KILLS_RAN:-}")
same "after kill -9 of any process the resumed case is the same: $(printf '%s\n' "$said" | tail -n 1)" "$(printf '%s\n' "$said" | grep 'not ok')" ""
echo "kill -9 of any process: $(printf '%s\n' "$said" | tail -n 1 | sed 's/ (.*//; s/: /, /')" >> "${FIGURES:-/dev/null}"
resumed=$(printf '%s\n' "$said" | grep -o 'supervisor: resumed[a-z ]* [0-9]*' | awk '{ n += $NF } END { print n + 0 }')
if [ "$resumed" -ge $((${KILLS:-40} / 5)) ]; then ok "many were supervisors in the middle of the run ($resumed)"; else bad "many were supervisors in the middle of the run" "$resumed"; fi
for _ in $(seq 100); do pgrep -f "$tmp/case" > /dev/null || break; sleep 0.1; done
same "no worker outlives its supervisor" "$(pgrep -c -f "$tmp/case" || true)" 0

rm -rf "$tmp/case"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tmp/key.pem" -out "$tmp/cert.pem" -days 30000 -set_serial 1 -subj "/CN=J. Peeters" -addext keyUsage=critical,digitalSignature > "$tmp/openssl.log" 2>&1
"$TRIAGE" run --progress none -j 1 --fail-on high --sign "$tmp/cert.pem" --sign-key "$tmp/key.pem" -o "$tmp/case" "$tmp/town.img" > /dev/null 2> "$tmp/stderr" &
pid=$!
until_half
kill -INT $pid
wait $pid
status=$?
if [ $status -eq 130 ]; then
	ok "Ctrl-C stops with 130"
	check "and says how to go on" grep -q -- "--resume" "$tmp/stderr"
	check "an interrupted bundle has no manifest" test ! -e "$tmp/case/manifest-sha256.txt"
	"$TRIAGE" run -q --resume "$tmp/case" > /dev/null 2>&1
	same "what --fail-on of the interrupted run says stands" "$?" 10
	same "and is the same after --resume" "$(picture "$tmp/case")" "$want"
	check "and signed, as was asked for at the beginning" test -s "$tmp/case/tagmanifest-sha256.txt.p7s"
else
	bad "Ctrl-C stops with 130" "exit $status"
fi
# what was not examined before the interruption is still a gap after it
rm -rf "$tmp/case"
echo 'rule broken {' > "$tmp/broken.yar"
"$TRIAGE" run -q -j 1 -r "$tmp/broken.yar" -o "$tmp/case" "$tmp/town.img" > /dev/null 2>&1 &
pid=$!
until_half
kill -9 $pid 2> /dev/null
wait $pid 2> /dev/null
if [ -e "$tmp/case/manifest-sha256.txt" ]; then
	echo "# the run was over before it was killed"
else
	"$TRIAGE" run -q --resume "$tmp/case" > /dev/null 2>&1
	same "a problem told before the run was killed makes the exit 3 after --resume" "$?" 3
fi
mkdir "$tmp/whole/work"
printf x > "$tmp/whole/work/arguments"
# SQLite's own, of a commit over two files that was cut off
printf x > "$tmp/whole/work/journal.db-mj65107E936"
"$TRIAGE" run -q --resume "$tmp/whole" > /dev/null 2> "$tmp/stderr"
same "a run cut off after the seal only wants its work folder cleared away" "$? $(ls -d "$tmp/whole/work" 2> /dev/null)$(grep -c "sealed already" "$tmp/stderr")" "0 1"
check "and the bundle verifies" "$TRIAGE" verify -q "$tmp/whole"
"$TRIAGE" run -q --resume "$tmp/whole" > /dev/null 2>&1
same "a sealed bundle has nothing to resume" "$?" 2

# workers: killed as soon as the status file shows one at the stage
for stage in reading "file type" rules listing probing "image hash" opening; do
	rm -rf "$tmp/case"
	"$TRIAGE" run -q -j 2 -o "$tmp/case" --status-file "$tmp/status" "$tmp/town.img" > /dev/null 2>&1 &
	pid=$!
	for _ in $(seq 1 100); do
		victim=$(python3 - "$tmp/status" "$stage" <<'P'
import json, sys
try:
    workers = json.load(open(sys.argv[1]))["workers"]
    print(next((w["pid"] for w in workers if w["stage"] == sys.argv[2]), ""))
except (OSError, ValueError):
    pass
P
		)
		[ -z "$victim" ] || { kill -9 "$victim" 2> /dev/null; break; }
		kill -0 $pid 2> /dev/null || break
	done
	wait $pid
	same "a worker killed at stage $stage costs nothing" "$(picture "$tmp/case")" "$want"
done

# a disk without a serial number, called otherwise after a restart; /dev/disk is our own, in a mount namespace
links=$tmp/links
mkdir -p "$links/by-id"
with_links() { exec unshare -m --propagation private sh -c 'mount --bind "$0" /dev/disk && exec "$@"' "$links" "$@"; }
if [ "$(id -u)" = 0 ] && [ -d /dev/disk ] && (with_links true) 2> /dev/null && one=$(losetup -f --show -r "$tmp/town.img" 2> /dev/null); then
	ln -s "$one" "$links/by-id/dm-uuid-town"
	rm -rf "$tmp/case"
	(with_links "$TRIAGE" run -q -j 1 -o "$tmp/case" "$one") > /dev/null 2>&1 &
	pid=$!
	until_half
	kill -9 $pid 2> /dev/null
	wait $pid 2> /dev/null
	over=$([ ! -e "$tmp/case/manifest-sha256.txt" ] || echo yes)
	two=$(losetup -f --show -r "$tmp/town.img") && losetup -d "$one"
	ln -sfn "$two" "$links/by-id/dm-uuid-town"
	(with_links "$TRIAGE" run -q --resume "$tmp/case") > /dev/null 2> "$tmp/stderr"
	status=$?
	if [ -n "$over" ]; then echo "# the run was over before it was killed"; else
		same "a disk that another name leads to is taken up by the name that stays" "$status $("$TRIAGE" verify -q "$tmp/case" && echo whole)$(cat "$tmp/stderr")" "0 whole"
	fi
	losetup -d "$two"
fi
