#!/bin/sh
# evidence.sh [DIR] - what containers, locks and shadow copies cost, as ratios by processor time (user and system), so that other work on the machine disturbs
# little. Uses the images of make_image.py in DIR, and makes from them: E01 (none, fast), QCOW2, VMDK, VHD, LUKS, an NTFS volume with three shadow copies,
# and a sparse ext4 image of 1 TiB with 2 million files. About 30 GB; INODES=N makes fewer files, SHADOWS=no leaves the shadow copies out (needs root and FUSE).
cd "$(dirname "$0")/../.." || exit 2
bench=${1:-${BENCH:-/var/tmp/triage-bench}}
mkdir -p "$bench" || exit 2
for tool in ewfacquire ewfverify qemu-img cryptsetup openssl mke2fs debugfs python3; do
	command -v $tool > /dev/null || { echo "bench: needs $tool (apt-get install ewf-tools qemu-utils cryptsetup-bin openssl e2fsprogs python3)"; exit 2; }
done
make --no-print-directory -s build/triage build/release/tests/tool_disk build/release/tests/tool_lock || exit 1
[ -f "$bench/ext4.img" ] || python3 tests/bench/make_image.py "$bench" || exit 1
exec python3 tests/bench/evidence.py "$bench" "${INODES:-2000000}" "${SHADOWS:-yes}" "${RUNS:-2}"
