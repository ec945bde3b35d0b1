#!/bin/sh
# ssh.sh - GNU parallel over ssh for real, on this machine alone: three sshd with addresses of their own in a network and mount namespace of their own, one account on all of them, a
# shared folder; 8 machines in 2 parts each, one sshd killed in the middle. The bundles must be those of a serial run, byte for byte. Not in make check: wants root, GNU
# parallel, ssh, and sshd (SSHD=PATH: one that was only unpacked will do). Nothing of it is left: accounts and network go with the namespace.
set -u
cd "$(dirname "$0")/../.." || exit 2
SSHD=${SSHD:-$(command -v sshd || echo /usr/sbin/sshd)}
for p in "$SSHD" parallel ssh unshare; do command -v "$p" > /dev/null || { echo "no $p: apt-get install openssh-server openssh-client parallel util-linux"; exit 2; }; done
TRIAGE=${TRIAGE:-$(pwd)/build/triage}
export TRIAGE SSHD
if [ -z "${INSIDE:-}" ]; then INSIDE=yes exec unshare -m -n -p -f --mount-proc --propagation private sh "$0"; fi
tmp=$(mktemp -d "${TMPDIR:-/tmp}/triage-ssh.XXXXXX") || exit 2
chmod 755 "$tmp"
trap '[ -n "${KEEP:-}" ] || rm -rf "$tmp"' EXIT
ok() { echo "ok - $1"; }
bad() { echo "not ok - $1"; failed=1; }
failed=0

# --- the accounts and hosts ---
mkdir -p "$tmp/home/.ssh" "$tmp/run" /run/sshd 2> /dev/null
cp /etc/passwd /etc/group /etc/shadow "$tmp/"
echo "examiner:x:30001:30001::$tmp/home:/bin/sh" >> "$tmp/passwd"
grep -q '^sshd:' "$tmp/passwd" || echo "sshd:x:30002:65534::/run/sshd:/usr/sbin/nologin" >> "$tmp/passwd"
echo "examiner:x:30001:" >> "$tmp/group"
echo "examiner:*:19000:0:99999:7:::" >> "$tmp/shadow"
for f in passwd group shadow; do mount --bind "$tmp/$f" /etc/$f || exit 2; done
ip link set lo up
ssh-keygen -q -t ed25519 -N '' -f "$tmp/key"
ssh-keygen -q -t ed25519 -N '' -f "$tmp/host"
cp "$tmp/key.pub" "$tmp/home/.ssh/authorized_keys"
chown -R 30001:30001 "$tmp/home"; chmod 700 "$tmp/home" "$tmp/home/.ssh"
for n in 2 3 4; do
	printf 'ListenAddress 127.0.0.%s\nPort 22\nHostKey %s/host\nPidFile %s/run/%s\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nMaxStartups 50\n' $n "$tmp" "$tmp" $n > "$tmp/sshd$n"
	"$SSHD" -D -e -f "$tmp/sshd$n" 2> "$tmp/log$n" &
	eval "host$n=$!"
	echo "1/ssh -i $tmp/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR examiner@127.0.0.$n" >> "$tmp/hosts"
done
up() { for i in $(seq 50); do ssh -i "$tmp/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "examiner@127.0.0.$1" true 2> "$tmp/why" && return 0; sleep 0.2; done; return 1; }
if up 2 && up 3 && up 4; then ok "three hosts answer by ssh"; else bad "three hosts answer by ssh"; cat "$tmp/why" "$tmp"/log?; exit 1; fi

# --- eight machines ---
for n in 1 2 3 4 5 6 7 8; do
	mkdir -p "$tmp/evidence/m$n/etc"
	cp -r fixtures/artefact/evtx fixtures/artefact/lnk "$tmp/evidence/m$n/"
	echo "machine-$n" > "$tmp/evidence/m$n/etc/hostname"
	for i in $(seq 200); do echo "file $i of $n" > "$tmp/evidence/m$n/$i.txt"; done
done
# the account owns it: reading then leaves the times of access as they were
mkdir "$tmp/out"; chown -R 30001:30001 "$tmp/out" "$tmp/evidence"
SOURCE_DATE_EPOCH=1670378400
TRIAGE_OPTIONS="-j 1"
export SOURCE_DATE_EPOCH TRIAGE_OPTIONS
sh docs/cluster/parallel.sh "$tmp/evidence" "$tmp/out" 2 --sshloginfile "$tmp/hosts" > "$tmp/said" 2>&1 & lot=$!
# one host goes, with all that runs for it, in the middle of a part
children() { for c in $(cat /proc/"$1"/task/*/children 2> /dev/null); do echo "$c"; children "$c"; done; }
works() { gone=$(children "$host4"); for p in $gone; do [ "$(cat /proc/"$p"/comm 2> /dev/null)" = triage ] && return 0; done; return 1; }
for i in $(seq 600); do works && break; sleep 0.1; done
for p in $host4 $gone; do kill -9 "$p" 2> /dev/null; done
if [ -n "$gone" ]; then ok "a host was killed, and what ran on it ($(echo "$gone" | grep -c .) processes)"; else bad "nothing ran on the host that was to be killed"; fi
wait $lot
same=$?
[ $same -eq 0 ] && ok "the lot ends, all the same" || { bad "the lot ends, all the same"; tail -n 5 "$tmp/said"; }

# by the same account: the chain of custody tells under which seals a run was, and root has more of them
same=0
mkdir "$tmp/serial"; chown 30001:30001 "$tmp/serial"
for n in 1 2 3 4 5 6 7 8; do
	setpriv --reuid 30001 --regid 30001 --clear-groups "$TRIAGE" run -q -o "$tmp/serial/$n" "$tmp/evidence/m$n" > /dev/null 2>&1
	diff -rq "$tmp/serial/$n" "$tmp/out/bundles/00$n-m$n" && same=$((same + 1))
done
[ $same -eq 8 ] && ok "eight bundles with the bytes of a serial run" || bad "$same of eight bundles have the bytes of a serial run"
[ "$(sqlite3 "$tmp/out/fleet/fleet.db" "SELECT count(*) FROM bundles WHERE state = 'taken'")" = 8 ] && ok "all eight are in the fleet" || bad "not all are in the fleet"
exit $failed
