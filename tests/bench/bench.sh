#!/bin/sh
# bench.sh - triage against the tools that people run today one after another, on the same image, in the same run. Ratios only.
# BENCH=DIR keeps the images (default /var/tmp/triage-bench, about 13 GB); RULES=DIR adds a large public rule pack; needs root for
# the read-only mounts of the peers. NTFS=no leaves the NTFS twin out. RUNS=N repeats each figure and takes the smallest.
cd "$(dirname "$0")/../.." || exit 2
bench=${BENCH:-/var/tmp/triage-bench}
runs=${RUNS:-1}
mkdir -p "$bench" || exit 2
for tool in sha256sum fls mactime hashdeep file yara mke2fs python3; do
	command -v $tool > /dev/null || { echo "bench: needs $tool (apt-get install sleuthkit hashdeep yara file e2fsprogs python3)"; exit 2; }
done
[ -f "$bench/ext4.img" ] || python3 tests/bench/make_image.py "$bench" || exit 1

# seconds TIME-FILE, kilobytes of the largest process
timed() { # name command...
	name=$1; shift
	best=
	for _ in $(seq "$runs"); do
		start=$(date +%s.%N)
		"$@" > "$bench/$name.out" 2> "$bench/$name.err"
		status=$?
		end=$(date +%s.%N)
		took=$(echo "$end - $start" | bc)
		[ -n "$best" ] && [ "$(echo "$best <= $took" | bc)" = 1 ] || best=$took
	done
	echo "$best" > "$bench/$name.time"
	printf '  %-34s %8.1f s   (status %d)\n' "$name" "$best" "$status"
}

triage_run() { # name image extra...
	name=$1 image=$2; shift 2
	rm -rf "$bench/$name.case"
	timed "$name" python3 tests/bench/peak.py "$bench/$name.peak" build/triage run -q -o "$bench/$name.case" "$@" "$image"
}

ratio() { echo "scale=2; $(cat "$bench/$1.time") / $(cat "$bench/$2.time")" | bc; }

mnt=$bench/mnt
mkdir -p "$mnt"
mount -o ro,noload,loop "$bench/ext4.img" "$mnt" || { echo "bench: cannot mount $bench/ext4.img read-only (needs root and a loop device)"; exit 2; }
trap 'umount "$mnt"' EXIT
cat "$bench/ext4.img" > /dev/null	# the same page cache for all
files=$(find "$mnt" -xdev -type f | wc -l)
bytes=$(du -sb "$mnt" | cut -f1)
echo "image: $(stat -c %s "$bench/ext4.img") bytes, $files files, $bytes bytes of content, $(nproc) processors"
find rules/yara -name '*.yar' | sort > "$bench/rules.txt"

echo "peers:"
timed sha256sum sha256sum "$bench/ext4.img"
timed fls-mactime sh -c "fls -r -m / '$bench/ext4.img' | mactime -b - > /dev/null"
timed hashdeep hashdeep -c md5,sha256 -r -j2 "$mnt"
timed file sh -c "find '$mnt' -xdev -type f -print0 | xargs -0 -P 2 -n 500 file > /dev/null"
pack=$(tr '\n' ' ' < "$bench/rules.txt")
# shellcheck disable=SC2086
timed yara-builtin yara -w -N -r -p 2 $pack "$mnt"
if [ -n "${RULES:-}" ]; then
	find "$RULES" -name '*.yar' | sort > "$bench/large.txt"
	# files that yara itself refuses cannot be compared
	: > "$bench/good.txt"
	while read -r f; do
		yara -w -d filename=x -d filepath=x -d extension=x -d filetype=x -d owner=x "$f" /dev/null > /dev/null 2>&1 && echo "$f" >> "$bench/good.txt"
	done < "$bench/large.txt"
	# shellcheck disable=SC2046
	timed yara-large yara -w -N -r -p 2 -d filename=x -d filepath=x -d extension=x -d filetype=x -d owner=x $(cat "$bench/good.txt") "$mnt"
fi

echo "triage:"
# the peers look into no archive: the same work first, then what is done without being asked
triage_run triage-builtin "$bench/ext4.img" --no-archives
[ -z "${RULES:-}" ] || triage_run triage-large "$bench/ext4.img" --no-archives -r "$RULES"
triage_run triage-archives "$bench/ext4.img"
if [ "${NTFS:-yes}" != no ] && [ -f "$bench/ntfs.img" ]; then
	cat "$bench/ntfs.img" > /dev/null
	triage_run triage-ntfs "$bench/ntfs.img" --no-archives
fi

echo
echo "| what | ratio |"
echo "| --- | --- |"
echo "| triage, built-in rules, to sha256sum of the image | $(ratio triage-builtin sha256sum) |"
peers() { echo "$(cat "$bench/sha256sum.time") + $(cat "$bench/fls-mactime.time") + $(cat "$bench/hashdeep.time") + $(cat "$bench/file.time") + $(cat "$bench/$1.time")" | bc > "$bench/sum-$1.time"; }
peers yara-builtin
echo "| triage, built-in rules, to the peers together with the same rules | $(ratio triage-builtin sum-yara-builtin) |"
if [ -n "${RULES:-}" ]; then
	peers yara-large
	echo "| triage, large pack, to the peers together with the same pack | $(ratio triage-large sum-yara-large) |"
fi
echo "| the same with archives opened and their members searched, to sha256sum of the image | $(ratio triage-archives sha256sum) |"
[ ! -f "$bench/triage-ntfs.time" ] || echo "| triage on the NTFS twin, to sha256sum of the ext4 image | $(ratio triage-ntfs sha256sum) |"
sh tests/bench/evtx.sh "$bench"
[ "${SCALE:-yes}" = no ] || python3 tests/bench/scale.py build/triage "$bench"
echo
for f in "$bench"/triage-*.peak; do
	printf '%s: peak of all processes together %s MiB, %s files a second\n' "$(basename "$f" .peak)" "$(cat "$f")" \
		"$(echo "$files / $(cat "${f%.peak}.time")" | bc)"
done
