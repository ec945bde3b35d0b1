#!/bin/sh
# evidence_unwritten.sh - every open and ioctl of full runs is watched: nothing outside of the bundle is opened for writing, and the evidence is what it was,
# bytes, size and times. Raw, E01, a block device (as root), a folder.
. "$(dirname "$0")/common.sh.inc"
make_image ext2_basic || exit 1
img=$tmp/ext2_basic.img
mkdir "$tmp/folder" "$tmp/folder/sub" && printf 'one\n' > "$tmp/folder/a.txt" && printf 'two\n' > "$tmp/folder/sub/b.txt" && ln -s a.txt "$tmp/folder/link"
find "$tmp/folder" "$img" -exec touch -h -d '2020-01-02 03:04:05' {} +
ewfacquire -u -q -t "$tmp/copy" "$img" > /dev/null 2>&1 || ewfacquirestream -q -t "$tmp/copy" < "$img" > /dev/null 2>&1
# of each path, from a list made before: listing reads folders, which leaves traces of its own
listed() { find "$1" -print0 > "$tmp/list"; }
stamps() { xargs -0 stat --format '%n %s %x %y %z %i' < "$tmp/list"; }
# watched NAME EVIDENCE OPTION...: a run under strace
watched() {
	name=$1 evidence=$2
	shift 2
	listed "$evidence"
	stamps > "$tmp/before"
	rm -rf "$tmp/case"
	strace -f -qq -y -o "$tmp/trace" -e trace=open,openat,openat2,creat,ioctl,mount,fsmount,move_mount,umount2,unlink,unlinkat,rename,renameat,renameat2,truncate,ftruncate,mknod,mknodat,chmod,fchmod,fchmodat,utimensat,setxattr,fsetxattr,link,linkat,symlink,symlinkat \
		"$TRIAGE" run -q -j 2 -o "$tmp/case" "$@" "$evidence" > /dev/null 2> "$tmp/stderr"
	status=$?
	same "$name: the run under watch is complete" "$status" 0
	stamps > "$tmp/after"
	same "$name: size, access, change and modification times are what they were" "$(diff "$tmp/before" "$tmp/after" | head -n 4)" ""
	# opened for writing: only the bundle, its temporary files, /dev/null
	grep -E 'open(at|at2)?\(|creat\(' "$tmp/trace" | grep -E 'O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|creat\(' | grep -v "$tmp/case\|/dev/null\|$tmp/status\|O_TMPFILE\|/etilqs_" > "$tmp/writes"
	same "$name: nothing but the bundle is opened for writing" "$(head -n 4 "$tmp/writes")" ""
	# other calls that change a file by its name or descriptor
	grep -vE '^[0-9]+ +(<\.\.\. )?(open|ioctl|exit|---|\+\+\+)' "$tmp/trace" | grep -E '^[0-9]+ +[a-z]' | grep -v "$tmp/case\|/dev/null\|= -1\|/etilqs_\|unfinished\|resumed" > "$tmp/changes"
	same "$name: nothing but the bundle is changed" "$(head -n 4 "$tmp/changes")" ""
	# what may be asked of the evidence by ioctl: sizes
	grep 'ioctl(' "$tmp/trace" | grep -v 'TCGETS\|TIOCGWINSZ\|BLKGETSIZE64\|BLKSSZGET\|BLKPBSZGET\|BLKROGET\|BLKGETSIZE\|= -1 EACCES\|resumed' > "$tmp/ioctls"
	same "$name: by ioctl only sizes are asked for" "$(head -n 4 "$tmp/ioctls")" ""
	opens=$((${opens:-0} + $(grep -c 'open' "$tmp/trace"))) ioctls=$((${ioctls:-0} + $(grep -c 'ioctl' "$tmp/trace")))
}
sum=$(sha256sum < "$img")
watched raw "$img"
if [ -f "$tmp/copy.E01" ]; then
	e01=$(sha256sum < "$tmp/copy.E01")
	watched E01 "$tmp/copy.E01"
	same "E01: its bytes are what they were" "$(sha256sum < "$tmp/copy.E01")" "$e01"
else
	bad "an E01 to watch" "ewfacquire made none"
fi
watched folder "$tmp/folder"
if [ "$(id -u)" = 0 ] && loop=$(losetup -f --show "$img" 2> /dev/null); then
	# the device is not set read-only: a write would get through, and its counters would tell
	stat=/sys/block/$(basename "$loop")/stat
	before=$(awk '{ print $5, $7, $12, $14 }' "$stat")
	# by a name of its own: the one below /dev may be opened by whoever looks for disks, and its access time tells of them
	node=$tmp/disk
	mknod "$node" b $(tr : ' ' < "/sys/block/$(basename "$loop")/dev") 2> /dev/null && head -c 512 "$node" > /dev/null 2>&1 || node=$loop
	watched device "$node"
	same "device: the kernel counts no write and no discard" "$(awk '{ print $5, $7, $12, $14 }' "$stat")" "$before"
	mkdir "$tmp/mnt"
	if mount -o ro,noload "$loop" "$tmp/mnt" 2> /dev/null || mount -o ro "$loop" "$tmp/mnt" 2> /dev/null; then
		watched "mounted volume" "$tmp/mnt"
		umount "$tmp/mnt"
	fi
	# writable and with strict access times: they would change if reading left traces
	if mount -o rw,strictatime "$loop" "$tmp/mnt" 2> /dev/null; then
		listed "$tmp/mnt"
		before=$(stamps)
		"$TRIAGE" run -q -o "$tmp/strict" "$tmp/mnt" > /dev/null 2>&1
		same "a volume mounted with strict access times keeps them" "$(stamps)" "$before"
		umount "$tmp/mnt"
		sum=$(sha256sum < "$img")
	fi
	losetup -d "$loop"
else
	echo "# no loop device here: device and mounted volume were not watched"
fi
same "the image's bytes are what they were" "$(sha256sum < "$img")" "$sum"
echo "$opens opens and $ioctls ioctls watched over full runs" >> "${FIGURES:-/dev/null}"
