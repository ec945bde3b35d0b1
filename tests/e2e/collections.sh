#!/bin/sh
# collections.sh - what KAPE, CyLR, Velociraptor and UAC take off a machine, as folder and as archive: shown with the paths of the machine.
. "$(dirname "$0")/common.sh.inc"
cd "$tmp" || exit 2
evtx='Microsoft-Windows-Sysmon%4Operational.evtx'
mkdir -p kape/C/Windows/System32/config kape/C/Users/an kape/D/Data velo/results 'velo/uploads/auto/C%3A/Windows/System32/winevt/Logs' \
	'velo/uploads/ntfs/%5C%5C.%5CC%3A' 'uac/[root]/etc' 'uac/[root]/var/log' uac/live_response cylr
echo regf > kape/C/Windows/System32/config/SYSTEM
echo minutes > kape/C/Users/an/minutes.txt
echo data > kape/D/Data/d.txt
cp "$OLDPWD"/fixtures/artefact/collector/*_ConsoleLog.txt kape
cp "$OLDPWD/fixtures/artefact/collector/client_info.json" velo
cp "$OLDPWD/fixtures/artefact/collector/uac.log" uac
cp "$OLDPWD/fixtures/artefact/utmp/wtmp" 'uac/[root]/var/log'
echo log > 'velo/uploads/auto/C%3A/Windows/System32/winevt/Logs/Microsoft-Windows-Sysmon%254Operational.evtx'
echo mft > 'velo/uploads/ntfs/%5C%5C.%5CC%3A/$MFT'
echo root > 'uac/[root]/etc/passwd'
cp -r kape/C cylr
(cd velo && zip -qr ../Collection-DC01.town.example-2024-01-31T10_00_00Z.zip .)
(cd cylr && zip -qr ../PC7.zip C)
tar czf uac-web1-linux-20240131100000.tar.gz -C uac .
q() { sql "$tmp/$1" "$2"; }
run() { timeout 100 "$TRIAGE" run -q -o "$1" "$2" > "$1.out" 2>&1; }
# paths CASE: those of the files that were taken
paths() { q "$1" "SELECT path FROM files WHERE kind = 'file' AND path NOT LIKE '%!/%' AND path NOT LIKE '/%.zip' AND path NOT LIKE '/%gz' AND path NOT LIKE '%Console%' AND path NOT LIKE '%json' AND path NOT LIKE '%uac.log' ORDER BY path"; }
kape_paths="/Users/an/minutes.txt
/Windows/System32/config/SYSTEM"
velo_paths="/\$MFT
/Windows/System32/winevt/Logs/$evtx"
uac_paths="/etc/passwd
/var/log/wtmp"

run k kape
same "KAPE, a folder: the system's volume is the root, another has its letter" "$(paths k)" "/D:/Data/d.txt
$kape_paths"
same "it is said what it is" "$(q k "SELECT count(*) FROM problems WHERE code = 'collection' AND severity = 'info' AND message LIKE '%layout of KAPE;%/C is /'")" 1
same "and in the coverage and the custody log" "$(q k "SELECT (SELECT count(*) FROM coverage WHERE what = 'collection' AND reason LIKE '%KAPE%'), (SELECT count(*) FROM custody WHERE action = 'collection-recognised')")" "1|1"
same "the host, from the collector's log" "$(q k "SELECT hostname FROM hosts")" BALIE-PC7
same "content is that of the collected file" "$(q k "SELECT sha256 FROM files WHERE path = '/Users/an/minutes.txt'")" "$(echo minutes | sha256sum | cut -d' ' -f1)"
check "the bundle verifies" "$TRIAGE" verify k
run v velo
same "Velociraptor, a folder: escapes undone" "$(paths v)" "$velo_paths"
same "the host, from client_info.json" "$(q v "SELECT hostname FROM hosts")" RAADHUIS-DC01
run u uac
same "the collector's own logs stand in the custody log" "$(q k "SELECT count(*) > 0 FROM custody WHERE action = 'collection-log' AND detail LIKE '%ConsoleLog.txt%' AND detail LIKE '%Machine name:%'")$(q u "SELECT count(*) FROM custody WHERE action = 'collection-log' AND detail LIKE '%uac.log%Hostname:%'")" "11"
same "UAC, a folder" "$(paths u)" "$uac_paths"
same "artefacts are read in it" "$(q u "SELECT count(*) > 0 FROM timeline WHERE parser = 'utmp' AND path = '/var/log/wtmp'")" 1

run vz Collection-DC01.town.example-2024-01-31T10_00_00Z.zip
same "Velociraptor, its archive" "$(paths vz)" "$velo_paths"
same "the host is the one that the collection tells, not the one of its name" "$(q vz "SELECT hostname FROM hosts")" RAADHUIS-DC01
same "the archive itself is hashed" "$(q vz "SELECT sha256 FROM files WHERE path LIKE '/Collection%.zip'")" "$(sha256sum < Collection-DC01.town.example-2024-01-31T10_00_00Z.zip | cut -d' ' -f1)"
same "nothing else of the folder is listed" "$(q vz "SELECT count(*) FROM files WHERE path LIKE '/kape%' OR path LIKE '/PC7%'")" 0
run cz PC7.zip
same "CyLR, its archive" "$(paths cz)" "$kape_paths"
run uz uac-web1-linux-20240131100000.tar.gz
same "UAC, its archive" "$(paths uz)" "$uac_paths"
same "artefacts are read in an archive" "$(q uz "SELECT count(*) > 0 FROM timeline WHERE parser = 'utmp' AND path = '/var/log/wtmp'")" 1
check "an archive's bundle may lie beside it" "$TRIAGE" verify uz
SOURCE_DATE_EPOCH=1700000000
export SOURCE_DATE_EPOCH
for j in 1 3; do timeout 100 "$TRIAGE" run -q -j $j -o uz$j uac-web1-linux-20240131100000.tar.gz > /dev/null 2>&1; done
same "the same bytes, whatever the number of workers" "$(sha256sum < uz1/data/case.db)" "$(sha256sum < uz3/data/case.db)"
head -c 300 Collection-DC01.town.example-2024-01-31T10_00_00Z.zip > cut.zip
run cut cut.zip
same "an archive that is cut is a gap" "$(q cut "SELECT count(*) FROM problems WHERE code = 'archive-damaged' AND severity = 'high'")" 1
mkdir plain && cp -r kape/C plain/c && mkdir plain/Windows
run p plain
same "a volume with a folder of one letter stays as it is" "$(q p "SELECT count(*) FROM files WHERE path LIKE '/c/%'; SELECT count(*) FROM problems WHERE code = 'collection'")" "7
0"
# files that belong to others lie beside them in the archive too: a hive and its log, a database and its write-ahead log
mkdir -p own/C/Windows/System32/config own/C/Users/an/Chrome bare
for f in dirty.dat:SYSTEM dirty.dat.LOG1:SYSTEM.LOG1; do cp "$TRIAGE_ROOT/fixtures/artefact/registry/${f%%:*}" "own/C/Windows/System32/config/${f##*:}"; done
python3 - own/C/Users/an/Chrome/History <<'EOF'
import shutil, sqlite3, sys
c = sqlite3.connect("history.db")
c.executescript("pragma journal_mode = wal; create table urls (id integer primary key, url, title, visit_count, typed_count, last_visit_time, hidden);"
                "create table visits (id integer primary key, url, visit_time, from_visit, transition);")
for n, name in enumerate(("early", "late"), 1):
    c.execute("insert into urls values (?, ?, 't', 1, 0, 13350000000000000, 0)", (n, "https://%s.example/" % name))
    c.execute("insert into visits values (?, ?, 13350000000000000, 0, 0)", (n, n))
    c.commit()
    if n == 1:
        c.execute("pragma wal_checkpoint(full)")
shutil.copy("history.db", sys.argv[1])
shutil.copy("history.db-wal", sys.argv[1] + "-wal")
EOF
(cd own && zip -qr ../PC8.zip C && tar czf ../PC8.tar.gz C)
cp own/C/Windows/System32/config/SYSTEM bare
told() { q "$1" "SELECT time, meaning, message FROM timeline WHERE parser LIKE 'registry%' OR parser LIKE 'browser%' ORDER BY 1, 2, 3"; }
for e in own PC8.zip PC8.tar.gz bare; do run "case-$e" $e; done
same "the newest visit stands in the log alone" "$(told case-own | grep -c late.example)" 1
same "the log of the hive tells more than the hive" "$(test "$(told case-own | grep -vc example)" -gt "$(told case-bare | wc -l)" && echo yes)" yes
same "in a zip: the same as in the folder" "$(told case-PC8.zip)" "$(told case-own)"
same "in a packed tar: the same" "$(told case-PC8.tar.gz)" "$(told case-own)"
