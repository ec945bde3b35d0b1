#!/bin/sh
# clean.sh [SET...] - sets that hold no attack: no finding of high or critical, and fewer than ten of medium, in each. Prints a table; exit 1 when a set
# does not hold. Without arguments every set that can be had: the corpus, /etc and /usr of this machine, the bench image, the Debian packages forensics-samples-*
# (apt-get download) and a system fresh from debootstrap (as root). A SET is a file or folder of your own. Work is done in CLEAN_DIR (default: a new one in TMPDIR).
set -u
cd "$(dirname "$0")/../.." || exit 2
TRIAGE=${TRIAGE:-$(pwd)/build/triage}
corpus=${TRIAGE_CORPUS:-}
bench=${BENCH_IMAGE:-/var/tmp/triage-bench/ext4.img}
work=${CLEAN_DIR:-$(mktemp -d "${TMPDIR:-/tmp}/triage-clean.XXXXXX")} || exit 2
mkdir -p "$work"
bad=0
printf '%-34s %8s %5s %5s %6s\n' set files crit. high medium
# examine NAME EVIDENCE...
examine() {
	name=$1; shift
	rm -rf "$work/case"
	nice "$TRIAGE" run -q --no-image-hash -o "$work/case" "$@" > "$work/out" 2> "$work/err"
	status=$?
	[ $status -eq 0 ] || [ $status -eq 3 ] || { printf '%-34s not examined: %s\n' "$name" "$(tail -n 1 "$work/err")"; bad=1; return; }
	set -- $(sqlite3 -batch -separator ' ' "$work/case/data/case.db" "SELECT (SELECT count(*) FROM files WHERE kind = 'file'), sum(severity = 'critical'), sum(severity = 'high'), sum(severity = 'medium') FROM (SELECT severity FROM findings UNION ALL SELECT '')")
	printf '%-34s %8d %5d %5d %6d\n' "$name" "$@"
	[ "$2" -eq 0 ] && [ "$3" -eq 0 ] && [ "$4" -lt 10 ] && return
	bad=1
	sqlite3 -batch -separator '  ' "$work/case/data/case.db" "SELECT '   ', severity, rule, title, path FROM findings WHERE severity IN ('critical', 'high', 'medium') ORDER BY finding_id LIMIT 30"
}
if [ $# -gt 0 ]; then
	for set in "$@"; do examine "$(basename "$set")" "$set"; done
	exit $bad
fi
# what the corpus has of ordinary machines; left out: attack samples, notes, and what shows attacks in its logs
for part in browser ese jumplist lnk prefetch recycle usn mft tasks defender webshell_like registry/plaso registry/yarp registry/winreg-kb registry/shimcache; do
	[ -d "$corpus/$part" ] && examine "corpus: $part" "$corpus/$part"
done
# its logs, without those that show an attack
if [ -d "$corpus/logs" ]; then
	mkdir -p "$work/logs"
	for f in "$corpus"/logs/*; do
		case $f in */EVTXAS_* | */iis_iis7_sqli.log | */apache_access.log) ;; *) cp "$f" "$work/logs/" ;; esac
	done
	examine "corpus: logs" "$work/logs"
fi
[ -d "$corpus/images" ] && examine "corpus: images" "$corpus/images"
[ -f "$bench" ] && [ -z "${NO_BENCH:-}" ] && examine "bench image" "$bench"
examine "/etc of this machine" /etc
examine "/usr of this machine" /usr
if [ -z "${NO_NETWORK:-}" ]; then
	mkdir -p "$work/samples" && (cd "$work/samples" && for fs in ntfs vfat exfat ext2 ext4 btrfs files multiple; do
		[ -d "$fs" ] || { apt-get -qq download "forensics-samples-$fs" > /dev/null 2>&1 && dpkg -x "forensics-samples-$fs"_*.deb "$fs"; }
	done)
	for set in "$work"/samples/*/usr/share/forensics-samples/*; do
		case $set in *.xz) [ -f "${set%.xz}" ] || xz -dk "$set"; set=${set%.xz};; esac
		[ -f "$set" ] && examine "forensics-samples: $(basename "$set")" "$set"
	done
	if [ "$(id -u)" = 0 ] && command -v debootstrap > /dev/null; then
		[ -d "$work/debian/usr" ] || debootstrap --variant=minbase bookworm "$work/debian" > "$work/debootstrap.log" 2>&1
		examine "debootstrap: bookworm" "$work/debian"
	fi
fi
exit $bad
