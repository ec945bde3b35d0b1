#!/bin/sh
# packages.sh - files of a system against the checksums of its Debian packages.
. "$(dirname "$0")/common.sh.inc"
mkdir -p "$tmp/ev/var/lib/dpkg/info" "$tmp/ev/usr/bin" "$tmp/ev/usr/share/doc" "$tmp/ev/backup/var/lib/dpkg/info"
cp /bin/true "$tmp/ev/usr/bin/good"
cp /bin/true "$tmp/ev/usr/bin/changed"
cp /bin/true "$tmp/ev/usr/bin/diverted"
printf 'text\n' > "$tmp/ev/usr/share/doc/changed.txt"
sum=$(md5sum < /bin/true | cut -d' ' -f1)
none=0123456789abcdef0123456789abcdef
# the package still says /bin: the folders were joined since; what is diverted is given by two packages
printf '%s  bin/good\n%s  usr/bin/changed\n%s  usr/share/doc/changed.txt\n%s  usr/bin/diverted\n%s  usr/bin/missing\n' $sum $none $none $none $none > "$tmp/ev/var/lib/dpkg/info/one.md5sums"
printf '%s  usr/bin/diverted\n' $sum > "$tmp/ev/var/lib/dpkg/info/two:amd64.md5sums"
printf '%s  usr/bin/good\n' $none > "$tmp/ev/backup/var/lib/dpkg/info/three.md5sums"
"$TRIAGE" run -q -o "$tmp/case" "$tmp/ev" > /dev/null 2> "$tmp/stderr"
same "a system with packages is examined" "$?" 0
same "a changed program is a finding" "$(sql "$tmp/case" "SELECT severity || ' ' || count || ' ' || path FROM findings WHERE rule = 'detect:package-changed'")" "medium 1 /usr/bin/changed"
same "the package is named" "$(sql "$tmp/case" "SELECT count(*) FROM findings WHERE rule = 'detect:package-changed' AND kind = 'package-changed' AND detail LIKE '%/usr/bin/changed of package one%'")" 1
same "changed data is low" "$(sql "$tmp/case" "SELECT severity || ' ' || path FROM findings WHERE rule = 'detect:package-data-changed'")" "low /usr/share/doc/changed.txt"
same "checksums are no moments" "$(sql "$tmp/case" "SELECT count(*) FROM timeline WHERE parser = 'package_sums'")" 0
"$TRIAGE" judge -o "$tmp/again" "$tmp/case" > /dev/null 2> "$tmp/stderr"
same "judged again, it says what it cannot judge" "$(sql "$tmp/again" "SELECT severity || ' ' || substr(message, 1, instr(message, ' ') - 1) FROM problems WHERE code = 'packages-not-judged'")" \
	"low $(sql "$tmp/case" "SELECT count(*) FROM findings WHERE kind = 'package-changed'")"
seq 1 2500 | sed "s/.*/$none  usr\/lib\/none\/&/" > "$tmp/ev/var/lib/dpkg/info/many.md5sums"
cp /bin/true "$tmp/ev/usr/bin/unowned"
"$TRIAGE" run -q -o "$tmp/case2" "$tmp/ev" > /dev/null 2> "$tmp/stderr"
same "a program that no package brought is listed" "$(sql "$tmp/case2" "SELECT severity || ' ' || path FROM findings WHERE rule = 'detect:package-unowned'")" "low /usr/bin/unowned"
