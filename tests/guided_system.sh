#!/bin/sh
# guided_system.sh DIR PLACE [IMAGE [LOCKED]] - a machine as guided mode sees it: trees sys, run, proc and dev below DIR. sda holds IMAGE, sdf LOCKED;
# sdb is the stick, sdc is mounted, sdd is part of an array, sde an empty card reader, nvme0n1 the system. Bundles can go to PLACE (exfat) and PLACE-ro.
set -eu
dir=$1 place=$2
disk() { # NAME MAJOR:MINOR BYTES MODEL SERIAL REMOVABLE
	mkdir -p "$dir/sys/block/$1/device" "$dir/sys/block/$1/holders" "$dir/sys/block/$1/queue"
	echo "$2" > "$dir/sys/block/$1/dev"
	echo $(($3 / 512)) > "$dir/sys/block/$1/size"
	printf '%-16s\n' "$4" > "$dir/sys/block/$1/device/model"
	echo "$5" > "$dir/sys/block/$1/device/serial"
	echo "${6:-0}" > "$dir/sys/block/$1/removable"
	echo 0 > "$dir/sys/block/$1/queue/rotational"
}
part() { # DISK NAME MAJOR:MINOR BYTES TYPE LABEL
	mkdir -p "$dir/sys/block/$1/$2/holders"
	echo 1 > "$dir/sys/block/$1/$2/partition"
	echo "$3" > "$dir/sys/block/$1/$2/dev"
	echo $(($4 / 512)) > "$dir/sys/block/$1/$2/size"
	printf 'E:ID_FS_TYPE=%s\nE:ID_FS_LABEL=%s\n' "$5" "$6" > "$dir/run/udev/data/b$3"
}
mkdir -p "$dir/run/udev/data" "$dir/proc/self" "$dir/dev" "$place" "$place-ro"
size=256060514304
[ -z "${3:-}" ] || { ln "$3" "$dir/dev/sda" 2> /dev/null || cp "$3" "$dir/dev/sda"; size=$(stat -c %s "$3"); }
disk sda 8:0 $size "SAMSUNG MZ7LN256" S2YNNX0H500123
part sda sda1 8:1 104857600 ntfs System
part sda sda2 8:2 200000000000 ntfs "Gemeente data"
part sda sda10 8:10 1000000 ext4 ""
disk sdb 8:16 31016853504 "Ultra Fit" 4C530001 1
printf 'E:ID_BUS=usb\n' > "$dir/run/udev/data/b8:16"
part sdb sdb1 8:17 700000000 iso9660 "TRIAGE LIVE"
disk sdc 8:32 1000204886016 "WDC WD10EZEX" WD-1
part sdc sdc1 8:33 1000203091968 ntfs Backup
disk sdd 8:48 500107862016 "ST500DM002" Z1
mkdir -p "$dir/sys/block/sdd/holders/md127" "$dir/sys/block/md127"
echo 9:127 > "$dir/sys/block/md127/dev"
disk sde 8:64 0 "Card Reader" 0 1
disk nvme0n1 259:0 512110190592 "KINGSTON" K1
part nvme0n1 nvme0n1p1 259:1 512109142016 ext4 root
if [ -n "${4:-}" ]; then
	ln "$4" "$dir/dev/sdf" 2> /dev/null || cp "$4" "$dir/dev/sdf"
	disk sdf 8:80 "$(stat -c %s "$4")" "TOSHIBA MQ01" T1
fi
{
	echo "22 1 259:1 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p1 rw"
	printf '%s\n' "30 22 8:33 / /mnt/back\\040up ro,relatime - fuseblk /dev/sdc1 ro"
	echo "31 22 8:97 / $place rw,relatime - exfat /dev/sdg1 rw"
	echo "32 22 8:113 / $place-ro ro,relatime - vfat /dev/sdh1 ro"
} > "$dir/proc/self/mountinfo"
