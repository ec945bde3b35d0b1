#!/bin/sh
# join.sh LIST OUT PARTS INDEX - the parts of the evidence on line INDEX + 1 of LIST into one bundle. With PARTS 1 there is nothing to do. It may be begun again at any time.
set -u
list=$1 out=$2 parts=$3 index=$4
triage=${TRIAGE:-triage}
[ "$parts" -gt 1 ] || exit 0
evidence=$(sed -n "$((index + 1))p" "$list")
name=$(printf '%03d-%s' $((index + 1)) "$(basename "$evidence" | tr -c 'A-Za-z0-9._\n-' _)")
bundle=$out/bundles/$name
mkdir -p "$out/bundles"
newer=$(find "$out/parts/$name".*-of-"$parts" -maxdepth 1 -name tagmanifest-sha256.txt -newer "$bundle/tagmanifest-sha256.txt" 2> /dev/null)
if [ -e "$bundle/tagmanifest-sha256.txt" ]; then
	[ -z "$newer" ] && "$triage" verify -q "$bundle" > /dev/null 2>&1 && exit 0
	# a part came later, or was gone on with; or somebody changed it: it is put aside, not thrown away
	mkdir -p "$out/before"
	mv "$bundle" "$out/before/$name-$(date -u +%Y%m%dT%H%M%SZ)" || exit 1
fi
rm -rf "$bundle" "$bundle.merge.json"
"$triage" merge -q "$out/parts/$name".*-of-"$parts" -o "$bundle"
case $? in 0 | 3 | 4 | 5 | 10) exit 0 ;; esac
exit 1
