#!/bin/sh
# directory.sh - a mounted volume or folder: nothing is followed, nothing but regular files is opened, access times stay.
. "$(dirname "$0")/common.sh.inc"
d=$tmp/volume
mkdir -p "$d/docs/deep" "$d/empty"
printf 'hello world\n' > "$d/docs/a.txt"
printf 'second' > "$d/docs/deep/b.bin"
ln "$d/docs/a.txt" "$d/hard.txt"
ln -s /etc/passwd "$d/link"
ln -s docs "$d/dirlink"
mkfifo "$d/fifo"
: > "$d/nothing"
python3 -c 'import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1])' "$d/socket"
[ "$(id -u)" -ne 0 ] || mknod "$d/device" b 7 200
python3 - "$d" <<'P'
import os, sys
d = os.fsencode(sys.argv[1])
open(d + b"/new\nline", "w").write("x1")
open(d + b"/\xff\xfe", "w").write("x2")
open(d + b"/<script>alert(1)<", "w").write("x3")
open(d + b"/=HYPERLINK(1)", "w").write("x4")
open(d + b"/" + b"n" * 255, "w").write("x5")
os.makedirs(d + b"/deep")
fd = os.open(d + b"/deep", os.O_RDONLY)
for i in range(40):
    os.mkdir(b"d" * 200, dir_fd=fd)
    inner = os.open(b"d" * 200, os.O_RDONLY, dir_fd=fd)
    os.close(fd)
    fd = inner
os.close(os.open(b"bottom", os.O_WRONLY | os.O_CREAT, dir_fd=fd))
f = os.open(b"bottom", os.O_WRONLY, dir_fd=fd)
os.write(f, b"found")
os.close(f)
try:
    os.setxattr(d + b"/docs/a.txt", b"user.origin", b"https://example.invalid/")
except OSError:
    open(d + b"/noxattr", "w").write("1")
P
touch -d '2022-12-06 01:14:09.123456789 UTC' "$d/docs/a.txt"
find "$d" > /dev/null	# its own reading sets the times of folders once
find "$d" ! -type l -printf '%p %A@ %T@\n' | sort > "$tmp/times.before"
"$TRIAGE" run -q -o "$tmp/case" "$d" > /dev/null 2> "$tmp/stderr"
same "a folder is examined" "$?" 0
find "$d" ! -type l -printf '%p %A@ %T@\n' | sort > "$tmp/times.after"
[ "$(id -u)" -ne 0 ] || check "access times are as they were" cmp "$tmp/times.before" "$tmp/times.after"
q() { sql "$tmp/case" "$1"; }
same "content is hashed" "$(q "SELECT md5 FROM files WHERE path = '/docs/a.txt' AND stream = ''")" "$(md5sum < "$d/docs/a.txt" | cut -d' ' -f1)"
same "nanoseconds are kept" "$(q "SELECT mtime FROM files WHERE path = '/docs/a.txt' AND stream = ''")" 1670289249123456789
same "hard links share their inode and digest" "$(q "SELECT count(DISTINCT sha256) || count(*) FROM files WHERE path IN ('/docs/a.txt', '/hard.txt') AND stream = ''")" 12
same "links are listed with their target, not followed" "$(q "SELECT kind || ' ' || link_target || ' ' || content FROM files WHERE path = '/link'")" "link /etc/passwd none"
same "a linked folder is not entered" "$(q "SELECT count(*) FROM files WHERE path LIKE '/dirlink/%'")" 0
same "FIFOs and sockets are recorded, not opened" "$(q "SELECT group_concat(kind || content, ' ') FROM (SELECT kind, content FROM files WHERE path IN ('/fifo', '/socket') ORDER BY path)")" "fifonone socketnone"
same "the bottom of 40 folders of 200 bytes is reached" "$(q "SELECT sha256 FROM files WHERE path LIKE '%/bottom'")" "$(printf found | sha256sum | cut -d' ' -f1)"
same "a name with a line end is shown harmless and kept raw" "$(q "SELECT path || hex(name_raw) FROM files WHERE path LIKE '/new%'")" '/new\x0aline6E65770A6C696E65'
same "a name that is no UTF-8" "$(q "SELECT path || hex(name_raw) FROM files WHERE path = '/\\xff\\xfe'")" '/\xff\xfeFFFE'
same "a name of 255 bytes" "$(q "SELECT length(name_raw) FROM files WHERE path LIKE '/nnnn%'")" 255
[ -f "$d/noxattr" ] || same "an extended attribute is a stream" "$(q "SELECT sha256 FROM files WHERE path = '/docs/a.txt' AND stream = 'user.origin'")" "$(printf 'https://example.invalid/' | sha256sum | cut -d' ' -f1)"
check "hostile names are harmless in HTML" sh -c '! grep -q "<script>alert" "$1/data/report.html"' - "$tmp/case"
check "and in CSV" sh -c '! grep -qE "(^|,)\"?=HYPERLINK" "$1/data/timeline.csv"' - "$tmp/case"
check "the bundle verifies" "$TRIAGE" verify "$tmp/case"
if [ "$(id -u)" -eq 0 ] && mkdir "$d/mounted" && mount -t tmpfs tmpfs "$d/mounted" 2> /dev/null; then
	echo secret > "$d/mounted/inside"
	"$TRIAGE" run -q -o "$tmp/case2" "$d" > /dev/null 2>&1
	same "another mount below is named" "$(sql "$tmp/case2" "SELECT count(*) FROM problems WHERE code = 'other-mount'")" 1
	same "and not entered" "$(sql "$tmp/case2" "SELECT count(*) FROM files WHERE path LIKE '%/inside'")" 0
	umount "$d/mounted"
fi
# a file that changes while it is read
mkdir "$tmp/busy"
head -c 60000000 /dev/zero > "$tmp/busy/log"
( i=0; while [ $i -lt 400 ] && [ ! -f "$tmp/busy.done" ]; do echo line >> "$tmp/busy/log"; i=$((i + 1)); sleep 0.02; done ) &
"$TRIAGE" run -q -o "$tmp/case3" "$tmp/busy" > /dev/null 2>&1
touch "$tmp/busy.done"
wait
same "a file that changes while it is read is told" "$(sql "$tmp/case3" "SELECT count(*), (SELECT content FROM files WHERE path = '/log') FROM problems WHERE code = 'changed-while-read'")" "1|partial"
