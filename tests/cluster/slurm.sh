#!/bin/sh
# slurm.sh - Slurm for real, on this machine alone: munged, slurmctld and four slurmd; 8 machines in 2 parts each, a task and a node daemon killed in the middle. The
# bundles must be those of a serial run, byte for byte. Not in make check: it wants root and apt-get install slurmctld slurmd slurm-client munge. Everything lies in a
# folder of its own; only processes that it has started are ended, by their numbers.
set -u
cd "$(dirname "$0")/../.." || exit 2
for p in munged slurmctld slurmd sbatch; do command -v $p > /dev/null || { echo "no $p: apt-get install slurmctld slurmd slurm-client munge"; exit 2; }; done
TRIAGE=${TRIAGE:-$(pwd)/build/triage}
SOURCE_DATE_EPOCH=1670378400
export TRIAGE SOURCE_DATE_EPOCH
tmp=$(mktemp -d "${TMPDIR:-/tmp}/triage-slurm.XXXXXX") || exit 2
chmod 755 "$tmp"
started=
stop() { for pid in $started; do kill -9 "$pid" 2> /dev/null; done; [ -n "${KEEP:-}" ] || rm -rf "$tmp"; }
trap stop EXIT
ok() { echo "ok - $1"; }
bad() { echo "not ok - $1"; failed=1; }
failed=0

# --- the cluster ---
mkdir -p "$tmp/munge" "$tmp/state" "$tmp/spool" "$tmp/log"
chmod 700 "$tmp/munge"
head -c 128 /dev/urandom > "$tmp/munge/key"; chmod 600 "$tmp/munge/key"
munged --foreground --force --key-file="$tmp/munge/key" --socket="$tmp/munge/socket" --pid-file="$tmp/munge/pid" --log-file="$tmp/log/munged" --seed-file="$tmp/munge/seed" > /dev/null 2>&1 &
started="$started $!"
host=$(hostname -s) port=$((20000 + $$ % 10000))
cat > "$tmp/slurm.conf" <<END
ClusterName=triage
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$tmp/munge/socket
CryptoType=crypto/munge
StateSaveLocation=$tmp/state
SlurmdSpoolDir=$tmp/spool/%n
SlurmctldPidFile=$tmp/slurmctld.pid
SlurmdPidFile=$tmp/slurmd.%n.pid
SlurmctldLogFile=$tmp/log/slurmctld
SlurmdLogFile=$tmp/log/slurmd.%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
SlurmdTimeout=10
ReturnToService=2
MessageTimeout=30
KillWait=5
MpiDefault=none
NodeName=n[1-4] NodeHostName=$host NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + 4))] CPUs=1 RealMemory=500 State=UNKNOWN
PartitionName=all Nodes=n[1-4] Default=YES MaxTime=INFINITE State=UP
END
SLURM_CONF=$tmp/slurm.conf
export SLURM_CONF
slurmctld -D -i -f "$SLURM_CONF" > "$tmp/log/slurmctld.out" 2>&1 &
started="$started $!"
for n in 1 2 3 4; do
	mkdir -p "$tmp/spool/n$n"
	slurmd -D -N n$n -f "$SLURM_CONF" > "$tmp/log/slurmd.n$n.out" 2>&1 &
	eval "node$n=$!"
	started="$started $!"
done
for i in $(seq 60); do [ "$(sinfo -h -N -t idle -o %N 2> /dev/null | wc -l)" -eq 4 ] && break; sleep 1; done
if [ "$(sinfo -h -N -t idle -o %N | wc -l)" -eq 4 ]; then ok "four node daemons are idle"; else bad "the cluster does not come up"; sinfo; tail -n 5 "$tmp"/log/*; exit 1; fi

# --- eight machines ---
for n in 1 2 3 4 5 6 7 8; do
	mkdir -p "$tmp/evidence/m$n/etc"
	cp -r fixtures/artefact "$tmp/evidence/m$n/"
	echo "machine-$n" > "$tmp/evidence/m$n/etc/hostname"
	for i in $(seq 400); do echo "file $i of $n" > "$tmp/evidence/m$n/$i.txt"; done
done
for n in 1 2 3 4 5 6 7 8; do echo "$tmp/evidence/m$n"; done > "$tmp/list"
TRIAGE_OPTIONS="-j 1"
SBATCH_OPTIONS="--cpus-per-task=1"
export TRIAGE_OPTIONS SBATCH_OPTIONS
last=$(sh docs/cluster/slurm.sh "$tmp/list" "$tmp/out" 2)

# a task in the middle of its work, and then a node with all that runs on it
children() { for c in $(cat /proc/"$1"/task/*/children 2> /dev/null); do echo "$c"; children "$c"; done; }
killed=
for i in $(seq 300); do
	for pid in $(pgrep -f "slurmstepd: \[" 2> /dev/null); do
		grep -qz "SLURM_CONF=$SLURM_CONF" "/proc/$pid/environ" 2> /dev/null || continue
		for c in $(children "$pid"); do
			[ "$(cat /proc/"$c"/comm 2> /dev/null)" = triage ] && kill -9 "$c" 2> /dev/null && killed=$c && break 3
		done
	done
	sleep 0.1
done
[ -n "$killed" ] && ok "a task was killed at its work" || bad "no task could be found to kill"
sleep 2
environment() { cat "/proc/$1/environ" 2> /dev/null | tr '\0' '\n'; }
for pid in $(pgrep -f "slurmstepd: \[" 2> /dev/null); do
	environment "$pid" | grep -q "^SLURM_CONF=$SLURM_CONF" || continue
	for c in $(children "$pid"); do environment "$c" | grep -qx "SLURMD_NODENAME=n3" && echo "$pid $(children "$pid" | tr '\n' ' ')"; done
done | tr ' ' '\n' | sort -u > "$tmp/on-n3"
kill -9 "$node3" 2> /dev/null
while read -r pid; do [ -n "$pid" ] && kill -9 "$pid" 2> /dev/null; done < "$tmp/on-n3"
ok "the daemon of a node was killed, and what ran on it ($(grep -c . "$tmp/on-n3") processes)"

for i in $(seq 600); do [ -z "$(squeue -h -j "$last" 2> /dev/null)" ] && break; sleep 1; done
[ -e "$tmp/out/fleet/fleet.html" ] && ok "the last job has made the page of the fleet" || { bad "the jobs did not come to their end"; squeue; sinfo; tail -n 3 "$tmp"/out/log/*; }
sed -n 's/.*error/# error/p' "$tmp"/out/log/*.log | head -n 5

# --- the same, one after another ---
same=0
for n in 1 2 3 4 5 6 7 8; do
	"$TRIAGE" run -q -o "$tmp/serial$n" "$tmp/evidence/m$n" > /dev/null 2>&1
	diff -rq "$tmp/serial$n" "$tmp/out/bundles/00$n-m$n" && same=$((same + 1))
done
[ $same -eq 8 ] && ok "eight bundles with the bytes of a serial run" || bad "$same of eight bundles have the bytes of a serial run"
[ "$(sqlite3 "$tmp/out/fleet/fleet.db" "SELECT count(*) FROM bundles WHERE state = 'taken'")" = 8 ] && ok "all eight are in the fleet" || bad "not all are in the fleet"
exit $failed
