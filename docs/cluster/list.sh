#!/bin/sh
# list.sh WHAT OUT - what is to be examined, one a line, into OUT/list; prints how many. WHAT: a list of absolute paths; a folder of images or of folders; or one image.
#
# Of a folder: images by their ending, of one in pieces the first; collections in archives; folders, each a mounted volume or a collection. What has another ending is said; texts and lists of digests beside them are left out.
set -eu
what=$(realpath "$1") out=$(realpath -m "$2")
mkdir -p "$out"
first=$(head -c 4096 "$what" 2> /dev/null | tr -d '\r\0' | grep . | head -n 1 || true)
# a further piece of an image, of which the first is there
further() { # PATH
	case $1 in *.[EeSs][0-9A-Za-z][0-9A-Za-z] | *.[0-9][0-9][0-9] | *.[a-z][a-z]) ;; *) return 1 ;; esac
	for piece in "${1%.*}".[EeSs]01 "${1%.*}.000" "${1%.*}.001" "${1%.*}.aa"; do [ ! -e "$piece" ] || return 0; done
	return 1
}
if [ -d "$what" ]; then
	for path in "$what"/*; do
		name=$(basename "$path")
		case $name in
		*-flat.vmdk | *-s[0-9][0-9][0-9].vmdk | *-delta.vmdk | *-sesparse.vmdk | *.txt | *.md5 | *.sha1 | *.sha256 | *.log | *.csv) continue ;;
		*.[Ee]01 | *.[Ss]01 | *.001 | *.000 | *.aa | *.raw | *.dd | *.img | *.bin | *.iso | *.vmdk | *.vhd | *.vhdx | *.avhdx | *.vdi | *.qcow2 | *.zip | *.tar | *.tar.gz | *.tgz | *.7z) ;;
		*) [ -d "$path" ] || { further "$path" && continue; echo "not taken for an image: $path (a list of paths takes any)" >&2; continue; } ;;
		esac
		printf '%s\n' "$path"
	done > "$out/list.new"
elif [ -n "$first" ] && [ "${first#/}" != "$first" ] && [ -e "$first" ]; then
	tr -d '\r' < "$what" | grep . > "$out/list.new" || true
	# a path that is not there is said now, not by a task in the night
	while IFS= read -r path; do [ -e "$path" ] || { echo "$what names what is not there: $path" >&2; exit 2; }; done < "$out/list.new"
else
	printf '%s\n' "$what" > "$out/list.new"
fi
count=$(grep -c . "$out/list.new" || true)
[ "$count" -gt 0 ] || { rm "$out/list.new"; echo "nothing to examine in $what" >&2; exit 2; }
# bundles have the numbers of the lines: a list that has grown at its end goes on, another one is another lot
if [ -e "$out/list" ] && ! head -n "$(grep -c . "$out/list")" "$out/list.new" | cmp -s - "$out/list"; then
	rm "$out/list.new"
	echo "$out belongs to another list (see $out/list): give another folder for OUT" >&2
	exit 2
fi
mv "$out/list.new" "$out/list"
echo "$count"
