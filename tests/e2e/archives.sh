#!/bin/sh
# archives.sh - archives on an ext4 image: members are listed, hashed, typed and searched; bombs, locks and damage are said.
. "$(dirname "$0")/common.sh.inc"
SOURCE_DATE_EPOCH=1670378400
export SOURCE_DATE_EPOCH
src=$tmp/src
mkdir -p "$src" "$tmp/w" || exit 1
root=$(pwd)
cd "$tmp/w" || exit 1
# not the test virus itself: no scanner on the way to this test should stop it
printf 'X-TRIAGE-TEST-STRING-IN-AN-ARCHIVE and some words of text around it\n' > eicar.txt
printf 'plain words\n' > plain.txt
touch -d '2021-03-04 05:06:08 UTC' eicar.txt plain.txt
export TZ=UTC0
zip -qX b.zip eicar.txt plain.txt
tar --owner=0 --group=0 -czf "$src/a.tar.gz" b.zip plain.txt
zip -qX "$src/equal.zip" plain.txt
cp "$src/equal.zip" "$src/again.zip"
7z a -bd -y "$src/seven.7z" eicar.txt > /dev/null
7z a -bd -y -psecret "$src/locked.7z" eicar.txt > /dev/null
7z a -bd -y -psecret -mhe=on "$src/hidden.7z" eicar.txt > /dev/null
zip -qX -P secret "$src/locked.zip" eicar.txt plain.txt
tar -cf t.tar eicar.txt plain.txt
for pack in bzip2 xz zstd; do $pack -qkc t.tar > "$src/t.tar.$pack"; done
gzip -nc eicar.txt > "$src/single.txt.gz"
xz -c eicar.txt > "$src/noname"
printf 'eicar.txt\nplain.txt\n' | cpio -o -H newc --quiet > "$src/c.cpio" 2> /dev/null
ar rc "$src/lib.a" eicar.txt plain.txt
cp eicar.txt "déjà.txt"
7z a -bd -y "$src/accents.7z" "déjà.txt" > /dev/null
echo 2.0 > debian-binary
tar -cJf data.tar.xz ./eicar.txt
ar rc "$src/x.deb" debian-binary data.tar.xz
mkdir joliet && cp "déjà.txt" joliet && genisoimage -quiet -J -input-charset utf-8 -o "$src/joliet.iso" joliet 2> /dev/null
mkdir iso && cp eicar.txt iso && genisoimage -quiet -r -o "$src/disc.iso" iso 2> /dev/null
# four deep: the fourth is a member, and not opened
zip -qX d4.zip eicar.txt && zip -qX d3.zip d4.zip && zip -qX d2.zip d3.zip && zip -qX "$src/d1.zip" d2.zip
python3 - "$src" <<'P'
import io, random, sys, tarfile, zipfile
src = sys.argv[1]
fixed = (2021, 3, 4, 5, 6, 8)
def entry(name):
    info = zipfile.ZipInfo(name, fixed)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
with zipfile.ZipFile(src + "/bomb.zip", "w") as z:
    for i in range(4):
        with z.open(entry("zeros%d" % i), "w") as f:
            for _ in range(40):
                f.write(bytes(1 << 20))
with zipfile.ZipFile(src + "/many.zip", "w") as z:
    for i in range(10050):
        z.writestr(zipfile.ZipInfo("m%05d" % i, fixed), b"%d" % i)
noise = random.Random(1).randbytes(200000)
whole = io.BytesIO()
with zipfile.ZipFile(whole, "w") as z:
    z.writestr(entry("first.txt"), b"the first is whole\n")
    z.writestr(entry("second.bin"), noise)
open(src + "/cut.zip", "wb").write(whole.getvalue()[:100000])
with tarfile.open(src + "/names.tar", "w", format=tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape") as t:
    for name in ("line\nbreak", "../../up", "/etc/absolute", b"bad\xff\xfename".decode("utf-8", "surrogateescape"), "same", "same", "d\u00e9j\u00e0"):
        info = tarfile.TarInfo(name)
        info.size = 5
        info.mtime = 1614834368
        t.addfile(info, io.BytesIO(b"bytes"))
P
python3 "$root/tests/archive_make.py" eicar.txt "$src" || exit 1
cd "$root" || exit 1
truncate -s 32M "$tmp/a.img"
mke2fs -q -t ext4 -U 6c1b9a7e-0d6f-4f0e-9a7e-1f2e3d4c5b6a -E hash_seed=6c1b9a7e-0d6f-4f0e-9a7e-1f2e3d4c5b6a -d "$src" "$tmp/a.img"
cat > "$tmp/test.yar" <<'Y'
rule in_archive { strings: $a = "X-TRIAGE-TEST-STRING" condition: $a }
Y
go() { out=$1; shift; "$TRIAGE" run -q --no-builtin-rules -r "$tmp/test.yar" --no-image-hash -o "$tmp/$out" "$@" "$tmp/a.img" > /dev/null 2> "$tmp/stderr"; }
go one -j 1
same "the run ends with gaps" "$?" 3
case=$tmp/one
digest=$(sha256sum < "$tmp/w/eicar.txt" | cut -d ' ' -f 1)
found() { sql "$case" "SELECT count(*) FROM matches m JOIN files f USING(file_id) WHERE f.path = '$1' AND m.rule = 'in_archive' AND f.sha256 = '$digest'"; }
for path in '/a.tar.gz!/b.zip!/eicar.txt' '/seven.7z!/eicar.txt' '/t.tar.bzip2!/eicar.txt' '/t.tar.xz!/eicar.txt' '/t.tar.zstd!/eicar.txt' \
	'/single.txt.gz!/single.txt' '/noname!/data' '/c.cpio!/eicar.txt' '/lib.a!/eicar.txt' '/disc.iso!/eicar.txt' \
	'/accents.7z!/déjà.txt' '/joliet.iso!/déjà.txt' '/x.deb!/data.tar.xz!/./eicar.txt' '/x.cab!/eicar.txt' '/x.rar!/eicar.txt' '/y.rar!/eicar.txt'; do
	same "$path is found by its bytes" "$(found "$path")" 1
done
same "a member is a file like any other" \
	"$(sql "$case" "SELECT f.kind, f.state, f.size, f.mtime / 1000000000, f.md5, f.mime, f.content, f.stream, f.inode = a.inode FROM files f JOIN files a ON a.path = '/a.tar.gz' WHERE f.path = '/a.tar.gz!/plain.txt'")" \
	"file|allocated|12|1614834368|$(md5sum < "$tmp/w/plain.txt" | cut -d ' ' -f 1)|text/plain|complete||1"
same "equal archives are both opened" "$(sql "$case" "SELECT group_concat(path, ' ') FROM files WHERE path LIKE '/equal.zip!%' OR path LIKE '/again.zip!%'")" '/again.zip!/plain.txt /equal.zip!/plain.txt'
same "both with type" "$(sql "$case" "SELECT count(*) FROM files WHERE path LIKE '/%.zip!/plain.txt' AND mime = 'text/plain'")" 3
same "three deep are opened, the fourth is a member" "$(sql "$case" "SELECT path FROM files WHERE path LIKE '/d1.zip!%' ORDER BY length(path) DESC LIMIT 1")" '/d1.zip!/d2.zip!/d3.zip!/d4.zip'
same "and it is said" "$(sql "$case" "SELECT path FROM problems WHERE code = 'archive-nested'")" /d1.zip
same "a bomb is cut, once" "$(sql "$case" "SELECT count(*) FROM problems WHERE path LIKE '/bomb.zip%'")" 1
same "at 64 MiB" "$(sql "$case" "SELECT sum(bytes_read) FROM files WHERE path LIKE '/bomb.zip!%'")" 67108864
same "the member that was cut is partial" "$(sql "$case" "SELECT group_concat(content) FROM files WHERE path LIKE '/bomb.zip!%'")" complete,partial
same "10,000 members at most" "$(sql "$case" "SELECT (SELECT count(*) FROM files WHERE path LIKE '/many.zip!%'), (SELECT count(*) FROM problems WHERE path = '/many.zip' AND code = 'archive-limit')")" '10000|1'
same "encrypted members are named" "$(sql "$case" "SELECT group_concat(path || '=' || content, ' ') FROM files WHERE path LIKE '/locked.%!%'")" \
	'/locked.7z!/eicar.txt=unreadable /locked.zip!/eicar.txt=unreadable /locked.zip!/plain.txt=unreadable'
same "each such archive once, hidden names too" "$(sql "$case" "SELECT group_concat(path, ' ') FROM (SELECT path FROM problems WHERE code = 'archive-encrypted' ORDER BY path)")" '/hidden.7z /locked.7z /locked.zip'
same "a cut archive gives what there is" "$(sql "$case" "SELECT group_concat(path || '=' || content, ' ') FROM files WHERE path LIKE '/cut.zip!%'")" '/cut.zip!/first.txt=complete /cut.zip!/second.bin=partial'
same "and says so" "$(sql "$case" "SELECT code FROM problems WHERE path = '/cut.zip'")" archive-damaged
same "hostile names stay names" "$(sql "$case" "SELECT path FROM files WHERE path LIKE '/names.tar!%'")" "$(printf '%s\n' '/names.tar!/../../up' '/names.tar!//etc/absolute' '/names.tar!/bad\xff\xfename' '/names.tar!/déjà' '/names.tar!/line\x0abreak' '/names.tar!/same' '/names.tar!/same' | LC_ALL=C sort)"
same "no worker died" "$(sql "$case" "SELECT count(*) FROM problems WHERE code LIKE 'worker-%'")" 0
check "the bundle verifies" "$TRIAGE" verify -q "$case"

picture() { (cd "$1/data" && for v in files timeline matches extents findings problems coverage; do sqlite3 -batch case.db "SELECT * FROM $v"; done) | sha256sum; }
want=$(picture "$case")
go four -j 4
same "four workers write the same" "$(picture "$tmp/four")" "$want"
go without --no-archives
same "--no-archives opens none" "$(sql "$tmp/without" "SELECT count(*) FROM files WHERE path LIKE '%!/%'")" 0
go quick --profile quick
same "nor does --profile quick" "$(sql "$tmp/quick" "SELECT count(*) FROM files WHERE path LIKE '%!/%'")" 0

# killed in the middle: what was half there is done again
failures=0 resumed=0
for i in 1 2 3 4 5; do
	rm -rf "$tmp/killed"
	go killed -j 2 &
	pid=$!
	sleep "$(awk "BEGIN { print 0.4 + $i * 0.25 }")"
	victim=$(pgrep -P $pid -x triage | head -n 1)
	kill -9 "${victim:-$pid}" 2> /dev/null
	wait $pid 2> /dev/null
	[ -f "$tmp/killed/work/journal.db" ] || continue
	# killed before the journal was begun: it says so, and a new run is needed
	"$TRIAGE" run -q --resume "$tmp/killed" > /dev/null 2> "$tmp/stderr"
	grep -q "begin a new run\|nothing to resume" "$tmp/stderr" && continue
	resumed=$((resumed + 1))
	[ "$(picture "$tmp/killed")" = "$want" ] || failures=$((failures + 1))
done
same "after kill -9 the resumed case is the same ($resumed resumed)" "$failures" 0
if [ "$resumed" -ge 3 ]; then ok "most were in the middle"; else bad "most were in the middle" "$resumed"; fi
