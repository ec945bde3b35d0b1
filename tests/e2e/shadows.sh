#!/bin/sh
# shadows.sh - a volume with three shadow copies: each row right, what is equal not read again, nothing told twice. Needs ntfs-3g and FUSE.
. "$(dirname "$0")/common.sh.inc"
SOURCE_DATE_EPOCH=1700000000; export SOURCE_DATE_EPOCH
image=$tmp/town.img
/usr/bin/python3 "$EVIDENCE/vss_files.py" "$image" 96 400 > "$tmp/make.log" 2>&1
case $? in
0) ok "make a volume with three shadow copies" ;;
77) echo "ok - # SKIP no FUSE here"; exit 0 ;;
*) bad "make a volume with three shadow copies" "$(tail -n 3 "$tmp/make.log")"; exit 1 ;;
esac
cat > "$tmp/marker.yar" <<'RULE'
rule shadow_marker { meta: severity = "high" description = "test" strings: $a = "VSS-FILES-MARKER" condition: $a }
rule shadow_name { meta: severity = "high" description = "test" strings: $a = "VSS-FILES-MARKER" condition: $a and filename == "marker.txt" }
RULE
run() { out=$1; shift; "$TRIAGE" run -q -r "$tmp/marker.yar" -o "$tmp/$out" "$@" > "$tmp/$out.log" 2>&1; }
run one -j1 "$image"
run four -j4 "$image"
run live -j1 --vss none "$image"
rows="SELECT path, stream, inode, sequence, size, sha256, mime, content, kind, state FROM files WHERE path NOT IN ('/\$Boot', '/\$Bitmap')"

# the state of each copy, kept before it changed, is examined as a volume of its own
for copy in 0 1 2; do
	run state$copy -j1 "$image.$copy"
	sql "$tmp/state$copy" "$rows AND filesystem_id = 1 ORDER BY 1, 2, 3, 4" > "$tmp/want"
	sql "$tmp/one" "$rows AND filesystem_id = $((copy + 2)) ORDER BY 1, 2, 3, 4" > "$tmp/got"
	check "copy $copy has $(wc -l < "$tmp/want") rows, with digests as when it was made" cmp "$tmp/want" "$tmp/got"
	sql "$tmp/state$copy" "SELECT rule, path, offset FROM matches ORDER BY 1, 2, 3" > "$tmp/want"
	sql "$tmp/one" "SELECT rule, m.path, offset FROM matches m JOIN files f USING (file_id) WHERE filesystem_id = $((copy + 2)) ORDER BY 1, 2, 3" > "$tmp/got"
	check "copy $copy has its $(wc -l < "$tmp/want") matches" cmp "$tmp/want" "$tmp/got"
done
# extents of a stream that equals another are that one's: the bytes there are those of the stream
/usr/bin/python3 - "$tmp/one/data/case.db" "$image" > "$tmp/extents" 2>&1 <<'PY'
import collections, hashlib, sqlite3, sys
case, image, runs = sqlite3.connect(sys.argv[1]), open(sys.argv[2], "rb"), collections.defaultdict(list)
for file, *run in case.execute("SELECT file_id, file_offset, image_offset, length FROM extents"):
    runs[file].append(run)
right = wrong = 0
for file, size, sha256 in case.execute("SELECT file_id, size, sha256 FROM files WHERE content = 'complete' AND size > 0 AND filesystem_id > 1"):
    data = bytearray(size)
    for at, place, length in runs[file]:
        image.seek(place)
        data[at:at + length] = image.read(min(length, size - at))
    if hashlib.sha256(data[:size]).hexdigest() == sha256:
        right += 1
    elif runs[file]:
        wrong += 1
print(right, wrong)
PY
check "extents of copies lead to their bytes: $(cat "$tmp/extents") right and wrong" sh -c "read right wrong < '$tmp/extents'; test \$right -gt 1100 -a \$wrong -eq 0"
for table in files extents matches findings coverage timeline problems; do
	for b in one four; do sql "$tmp/$b" "SELECT * FROM $table" > "$tmp/$b.rows"; done
	check "with four workers as with one: $table" cmp "$tmp/one.rows" "$tmp/four.rows"
done
sql "$tmp/one" "SELECT path, inode, sequence, stream, name_raw, kind, state, size, mode, owner, mtime, atime, ctime, btime, fn_mtime, fn_btime, md5, sha1, sha256, mime, magic, entropy, known, content, shape FROM files WHERE filesystem_id = 1 ORDER BY file_id" > "$tmp/got"
sql "$tmp/live" "SELECT path, inode, sequence, stream, name_raw, kind, state, size, mode, owner, mtime, atime, ctime, btime, fn_mtime, fn_btime, md5, sha1, sha256, mime, magic, entropy, known, content, shape FROM files ORDER BY file_id" > "$tmp/want"
check "the volume's own rows are those of the volume alone" cmp "$tmp/want" "$tmp/got"

# of about 1,200 streams one in twenty changed between two copies, two were deleted, and a few are the file system's own
total=$(sql "$tmp/one" "SELECT total FROM coverage WHERE what = 'shadow-copy-streams'")
again=$(sql "$tmp/one" "SELECT reason FROM coverage WHERE what = 'shadow-copy-streams'" | sed 's/.*read: \([0-9]*\) streams.*/\1/')
check "of $total streams of copies $again are read" test "$total" -gt 1100 -a "$again" -ge 60 -a "$again" -le 100
same "what was there and is gone" "$(sql "$tmp/one" "SELECT key, value FROM meta WHERE key LIKE 'shadow_only.%'" | tr '\n' ' ')" \
	"shadow_only.2|9 shadow_only.3|6 shadow_only.4|3 "
same "the view says which, and when" "$(sql "$tmp/one" "SELECT count(*), min(snapshot), count(DISTINCT path) FROM shadow_only")" "18|1665526400000000000|9"
same "rules hit the marker on the volume and in each copy" "$(sql "$tmp/one" "SELECT rule, count(*) FROM matches WHERE rule LIKE 'shadow_%' GROUP BY 1" | tr '\n' ' ')" \
	"shadow_marker|4 shadow_name|4 "
same "and make one finding each" "$(sql "$tmp/one" "SELECT count(*), max(count) FROM findings WHERE rule LIKE '%shadow_%'")" "2|1"
moments="SELECT count(*) FROM timeline WHERE path = '/marker.txt'"
same "its times are told once" "$(sql "$tmp/one" "$moments")" "$(sql "$tmp/live" "$moments")"
