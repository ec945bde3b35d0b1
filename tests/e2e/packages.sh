#!/bin/sh
# packages.sh - files of a system against the checksums of its Debian packages.
. "$(dirname "$0")/common.sh.inc"
make_packages "$tmp/ev"
"$TRIAGE" run -q -o "$tmp/case" "$tmp/ev" > /dev/null 2> "$tmp/stderr"
same "a system with packages is examined" "$?" 0
same "a changed program is a finding" "$(sql "$tmp/case" "SELECT severity || ' ' || count || ' ' || path FROM findings WHERE rule = 'detect:package-changed'")" "medium 1 /usr/bin/changed"
same "the package is named" "$(sql "$tmp/case" "SELECT count(*) FROM findings WHERE rule = 'detect:package-changed' AND kind = 'package-changed' AND detail LIKE '%/usr/bin/changed of package one%'")" 1
same "changed data is low" "$(sql "$tmp/case" "SELECT severity || ' ' || path FROM findings WHERE rule = 'detect:package-data-changed'")" "low /usr/share/doc/changed.txt"
same "checksums are no moments" "$(sql "$tmp/case" "SELECT count(*) FROM timeline WHERE parser = 'package_sums'")" 0
same "each file has the package that names it" "$(sql "$tmp/case" "SELECT path, package, package_differs FROM files WHERE package IS NOT NULL ORDER BY path" | tr '\n' ' ')" \
	"/usr/bin/changed|one|1 /usr/bin/diverted|one|0 /usr/bin/good|one|0 /usr/share/doc/changed.txt|one|1 "
same "a few checksums do not make a program unowned" "$(sql "$tmp/case" "SELECT count(*) FROM findings WHERE rule = 'detect:package-unowned'")" 0
many_packages "$tmp/ev"
mkdir -p "$tmp/other/usr/bin"
cp /bin/true "$tmp/other/usr/bin/other"
"$TRIAGE" run -q -o "$tmp/case2" "$tmp/ev" "$tmp/other" > /dev/null 2> "$tmp/stderr"
same "a program that no package brought is listed, unless its system has no packages" "$(sql "$tmp/case2" "SELECT severity || ' ' || count || ' ' || path FROM findings WHERE rule = 'detect:package-unowned'")" "low 1 /usr/bin/unowned"
# configuration files of dpkg, and a system of RPM: its digests are SHA-256
mkdir -p "$tmp/conf/var/lib/dpkg" "$tmp/conf/etc" "$tmp/rpm/var/lib/rpm" "$tmp/rpm/usr/bin" "$tmp/rpm/etc"
printf 'text\n' | tee "$tmp/conf/etc/same" > "$tmp/conf/etc/other"
printf 'Package: three\nStatus: install ok installed\nConffiles:\n /etc/same %s\n /etc/other %s obsolete\n /etc/none newconffile\nVersion: 1\n' \
	"$(printf 'text\n' | md5sum | cut -d' ' -f1)" $none > "$tmp/conf/var/lib/dpkg/status"
cp "$TRIAGE_ROOT/fixtures/artefact/rpm/rpmdb.sqlite" "$tmp/rpm/var/lib/rpm"
cp /bin/true "$tmp/rpm/usr/bin/nginx"
printf 'text\n' | tee "$tmp/rpm/etc/nginx.conf" > "$tmp/rpm/etc/spook"
"$TRIAGE" run -q -o "$tmp/case3" "$tmp/conf" "$tmp/rpm" > /dev/null 2> "$tmp/stderr"
same "configuration files and files of RPM have their package" "$(sql "$tmp/case3" "SELECT path, package, package_differs FROM files WHERE package IS NOT NULL ORDER BY path" | tr '\n' ' ')" \
	"/etc/nginx.conf|nginx|2 /etc/other|three|2 /etc/same|three|0 /etc/spook|losse-tool|0 /usr/bin/nginx|nginx|1 "
same "a changed program of RPM is a finding, changed settings are told" "$(sql "$tmp/case3" "SELECT rule, severity, count FROM findings WHERE kind = 'package-changed' ORDER BY 1" | tr '\n' ' ')" \
	"detect:package-changed|medium|1 detect:package-config-changed|info|2 "
