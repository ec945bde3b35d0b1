#!/bin/sh
# package.sh [MIRROR] - the packages in a bare Debian 12: installed, run on a small compromised machine, guided mode asked, removed without a trace.
# OTHER=SUITE: the tarball in a bare system of that suite, too. Wants root, debootstrap, a mirror within reach and the packages of `make deb`; not part of make check. Speaks TAP.
set -u
cd "$(dirname "$0")/.." || exit 2
mirror=${1:-$(sed -n 's/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\) bookworm main.*/\2/p' /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2> /dev/null | head -n 1)}
[ -n "$mirror" ] || mirror=$(sed -n 's/^URIs: \([^ ]*\).*/\1/p' /etc/apt/sources.list.d/*.sources 2> /dev/null | head -n 1)
[ -n "$mirror" ] || mirror=http://deb.debian.org/debian
bare=$(mktemp -d "${TMPDIR:-/var/tmp}/triage-bare.XXXXXX") || exit 2
trap 'umount "$bare/proc" 2> /dev/null; rm -rf "$bare"' EXIT
check() { what=$1; shift; if "$@" > "$bare.log" 2>&1; then echo "ok - $what"; else echo "not ok - $what"; tail -n 5 "$bare.log" | sed 's/^/# /'; fi; }
inside() { chroot "$bare" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
# DEBOOTSTRAP: with options of yours, --cache-dir=DIR for one
# shellcheck disable=SC2086
${DEBOOTSTRAP:-debootstrap} --variant=minbase bookworm "$bare" "$mirror" > "$bare.log" 2>&1 || { echo "not ok - a bare Debian 12 is made"; tail -n 5 "$bare.log"; exit 1; }
mount -t proc proc "$bare/proc"
cp -a /etc/apt/apt.conf.d/. "$bare/etc/apt/apt.conf.d/" 2> /dev/null
cp /etc/resolv.conf "$bare/etc/resolv.conf" 2> /dev/null
cp build/deb/*.deb "$bare/tmp/" || exit 1
python3 tests/evidence/make.py town -o "$bare/tmp" > "$bare.log" 2>&1
inside find / -xdev -path /proc -prune -o -path /var -prune -o -path /tmp -prune -o -print | sort > "$bare.before"
if [ -n "$(ls build/triage-*.tar.xz 2> /dev/null)" ]; then
	mkdir "$bare/opt/unpacked" && tar -xJf "$(ls build/triage-*.tar.xz | head -n 1)" -C "$bare/opt/unpacked" --strip-components=1
	check "the tarball runs where nothing is installed" inside sh -c 'cd /tmp && /opt/unpacked/bin/triage run -q -o unpacked town.img && /opt/unpacked/bin/triage verify -q unpacked'
	rm -rf "$bare/opt/unpacked"
else
	echo "# no tarball (make tarball) to try"
fi
check "the packages install" inside sh -c 'apt-get update -q && apt-get install -q -y --no-install-recommends /tmp/*.deb'
check "the program says its version" inside triage --version
check "it examines a small compromised machine" inside sh -c 'cd /tmp && triage run -q -o case town.img && triage verify -q case && grep -q compromised case/data/summary.json'
check "guided mode asks, line by line" inside sh -c 'printf "q\n2\n" | triage guided --plain --lang de | grep -q "Was soll untersucht werden"'
check "man pages, completion and rules are there" test -s "$bare/usr/share/man/man1/triage.1.gz" -a -s "$bare/usr/share/man/man5/triage-bundle.5.gz" -a \
	-s "$bare/usr/share/bash-completion/completions/triage" -a -s "$bare/usr/share/triage/rules/scores.tsv"
check "they are removed" inside sh -c 'apt-get purge -q -y triage triage-rules triage-live && apt-get autoremove -q -y --purge'
inside find / -xdev -path /proc -prune -o -path /var -prune -o -path /tmp -prune -o -print | sort > "$bare.after"
left=$(comm -13 "$bare.before" "$bare.after" | grep triage)
if [ -z "$left" ]; then echo "ok - nothing of them is left"; else echo "not ok - nothing of them is left"; echo "$left" | sed 's/^/# /'; fi
rm -f "$bare.before" "$bare.after"
# another C library: OTHER=trixie for one, a suite that the mirror has
if [ -n "${OTHER:-}" ] && [ -n "$(ls build/triage-*.tar.xz 2> /dev/null)" ]; then
	cp "$bare/tmp/town.img" "$bare.img"
	umount "$bare/proc"; rm -rf "$bare"; mkdir "$bare"
	# shellcheck disable=SC2086
	if ${DEBOOTSTRAP:-debootstrap} --variant=minbase "$OTHER" "$bare" "$mirror" > "$bare.log" 2>&1; then
		mount -t proc proc "$bare/proc"
		mkdir "$bare/opt/unpacked" && tar -xJf "$(ls build/triage-*.tar.xz | head -n 1)" -C "$bare/opt/unpacked" --strip-components=1
		mv "$bare.img" "$bare/tmp/town.img"
		check "the tarball runs on $OTHER ($(inside ldd --version | head -n 1))" inside sh -c 'cd /tmp && /opt/unpacked/bin/triage run -q -o unpacked town.img && /opt/unpacked/bin/triage verify -q unpacked'
	else
		echo "not ok - $OTHER is made"; tail -n 5 "$bare.log" | sed 's/^/# /'
	fi
	rm -f "$bare.img"
fi
rm -f "$bare.log"
