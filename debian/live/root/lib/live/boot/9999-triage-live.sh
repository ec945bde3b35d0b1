#!/bin/sh
# live-boot looks for its medium by mounting every filesystem that it finds. Here only one is mounted: the disc or stick that carries the
# number of this very image, on the whole device. Which one that was is kept for when the data partition is looked for.
find_livefs ()
{
	for _TRIAGE_DEV in /sys/block/*
	do
		case "${_TRIAGE_DEV##*/}" in
			loop*|ram*|zram*|dm-*|md*|fd*)
				continue
				;;
		esac
		_TRIAGE_DEV="/dev/${_TRIAGE_DEV##*/}"
		[ "$(blkid -p -o value -s TYPE "${_TRIAGE_DEV}" 2> /dev/null)" = "iso9660" ] || continue
		if check_dev "null" "${_TRIAGE_DEV}"
		then
			mkdir -p /run/triage
			echo "${_TRIAGE_DEV}" > /run/triage/medium
			return 0
		fi
	done
	return 1
}
