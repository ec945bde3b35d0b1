#!/bin/sh
# workers.sh - a worker that crashes, hangs, floods or lies costs the object that it was at, and nothing else. Uses the fault build.
. "$(dirname "$0")/common.sh.inc"
FAULT=$(pwd)/build/fault/bin/triage
make_image town || exit 1
SOURCE_DATE_EPOCH=1670378400
export SOURCE_DATE_EPOCH
"$TRIAGE" run -q -o "$tmp/whole" "$tmp/town.img" > /dev/null 2>&1
victim=/PerfLogs/AnyDesk.exe
# the files of all other objects, as they should be
others() { sql "$1" "SELECT path, stream, state, size, sha256, mime, content FROM files WHERE path <> '$victim'" | sha256sum; }
want=$(others "$tmp/whole")
for act in crash hang flood lie stray; do
	# a crash at each stage; the other acts at one of them, WORKERS=all: at each
	case ${WORKERS:-}$act in all* | crash) stages="content magic yara" ;; hang) stages=content ;; flood) stages=magic ;; *) stages=yara ;; esac
	for stage in $stages; do
		rm -rf "$tmp/case"
		TRIAGE_FAULT_WORKER="$act $stage $victim" "$FAULT" run -q -j 2 --unit-timeout 3 -o "$tmp/case" "$tmp/town.img" > /dev/null 2> "$tmp/stderr"
		status=$?
		case $act in hang) state=timeout code=worker-timeout ;; crash) state=crashed code=worker-crashed ;; *) state=crashed code=worker-untrusted ;; esac
		name="a worker that does $act at stage $stage"
		same "$name: the run ends with gaps" "$status" 3
		same "$name: its object is $state" "$(sql "$tmp/case" "SELECT content FROM files WHERE path = '$victim' AND stream = ''")" $state
		# a lie is only met when it is read, and the worker may be at its next stage by then
		case $act in lie | stray) at=stage ;; *) at="stage $stage" ;; esac
		same "$name: problems names object and stage" \
			"$(sql "$tmp/case" "SELECT count(*) > 0 FROM problems WHERE path = '$victim' AND code = '$code' AND message LIKE '%$at%'")" 1
		same "$name: all others are as they should be" "$(others "$tmp/case")" "$want"
		"$TRIAGE" verify -q "$tmp/case" || bad "$name: the bundle verifies"
	done
done

# a worker that was taken over, and knows the protocol: it costs its own object, not the one that it points at
for act in next blame phase again long type half utf8 nul number short events facts problems beat empty mute; do
	rm -rf "$tmp/case"
	TRIAGE_FAULT_WORKER="$act content $victim" timeout 120 "$FAULT" run -q -j 1 --unit-timeout 1 -o "$tmp/case" "$tmp/town.img" > /dev/null 2> "$tmp/stderr"
	same "a worker that was taken over ($act) costs its own object and nothing else" \
		"$? $(sql "$tmp/case" "SELECT content IN ('crashed', 'timeout') FROM files WHERE path = '$victim' AND stream = ''") $(sql "$tmp/case" "SELECT count(*) FROM problems WHERE code LIKE 'worker-%' AND path <> '$victim'") $(others "$tmp/case")" \
		"3 1 0 $want"
done

# a worker that dies at what is done for an evidence as a whole, and again when it is tried once more: the run goes on without it, and says so
make_image ext2_basic && cp "$tmp/ext2_basic.img" "$tmp/second.img"
for at in "probe 1 0 none" "told 1 0 none" "list 3 2 list" "image 3 2 image"; do
	stage=${at%% *}
	rm -rf "$tmp/case"
	TRIAGE_FAULT_WORKER="crash $stage -" timeout 120 "$FAULT" run -q -j 2 -o "$tmp/case" "$tmp/ext2_basic.img" "$tmp/second.img" > /dev/null 2> "$tmp/stderr"
	same "workers that die at stage $stage: the run ends, and it is told of both evidences" \
		"$stage $? $(sql "$tmp/case" "SELECT count(DISTINCT evidence_id) FROM problems WHERE code = 'worker-crashed'" 2> /dev/null || echo 0) $(sql "$tmp/case" "SELECT DISTINCT stage FROM problems WHERE code = 'worker-crashed'" 2> /dev/null || echo none)" "$at"
	[ "$stage" = list ] || [ "$stage" = image ] || check "and why" grep -q "died of signal SIG[A-Z]* at stage probe" "$tmp/stderr"
done

# a worker that says for ever that it moves, at what may rightly take long: there is an end that follows the size
for stage in probe list image; do
	rm -rf "$tmp/case"
	start=$(date +%s)
	TRIAGE_FAULT_WORKER="beat $stage -" timeout 120 "$FAULT" run -q -j 2 --unit-timeout 1 -o "$tmp/case" "$tmp/town.img" > /dev/null 2> "$tmp/stderr"
	status=$?
	case $stage in
	probe) said=$(grep -c "did not come to an end" "$tmp/stderr") want="1 1" ;;
	*) said=$(sql "$tmp/case" "SELECT count(*) FROM problems WHERE stage = '$stage' AND code = 'worker-timeout' AND message LIKE '%come to an end%'") want="3 1" ;;
	esac
	same "a worker that makes progress for ever at stage $stage is stopped, and it is told" "$status $said" "$want"
	[ $(($(date +%s) - start)) -lt 60 ] || bad "stage $stage: the end comes in time" "$(($(date +%s) - start)) s"
done
check "without the image's digest the case is sealed" "$TRIAGE" verify -q "$tmp/case"

# a container that is opened between the seals and takes each worker down there costs itself; what was given beside it is examined
truncate -s 1M "$tmp/parent.raw"
qemu-img create -q -f qcow2 -b parent.raw -F raw "$tmp/child.qcow2" || bad "qemu-img"
rm -rf "$tmp/case"
TRIAGE_FAULT_WORKER="crash seal -" timeout 120 "$FAULT" run -q -j 2 -o "$tmp/case" "$tmp/town.img" "$tmp/child.qcow2" > /dev/null 2> "$tmp/stderr"
status=$?
same "workers that die before they are ready: the run goes on without what is opened there, and says so" \
	"$status $(sql "$tmp/case" "SELECT evidence_id, code, severity FROM problems WHERE message LIKE '%took workers down%'") $(sql "$tmp/case" "SELECT group_concat(DISTINCT v.evidence_id) FROM files f JOIN filesystems s USING(filesystem_id) JOIN volumes v USING(volume_id)")" \
	"3 2|evidence-unreadable|high 1"
same "workers that die before they are ready: the other evidence is as it should be" "$(others "$tmp/case")" "$(others "$tmp/whole")"
check "and the bundle verifies" "$TRIAGE" verify -q "$tmp/case"
