#!/bin/sh
# bitlocker.sh IMAGE - a small BitLocker volume as the unit test makes it, with TPM and recovery password; for where there is no published one.
set -eu
cd "$(dirname "$0")/../../.."
make --no-print-directory -s build/release/libtriage.a
libs="$(pkg-config --libs libdeflate yara libseccomp sqlite3 libcrypto libargon2 zlib libzstd libarchive libpff libbfio yaml-0.1 libpcre2-8 libqrencode liblz4 liblzma) -ltsk -lmagic -lm -lcmocka"
# shellcheck disable=SC2086
gcc -std=gnu17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DTRIAGE_VERSION='"0"' -Iinclude -I. -w -O1 '-DSOURCE="tests/test_lock_bitlocker.c"' \
	'-DMAKE=static const uint16_t list[] = { BITLOCKER_TPM, BITLOCKER_RECOVERY, 0xffff }; make_volume(&xts, list)' -DBYTES=volume '-DCOUNT=sizeof(volume)' \
	-o "$1.maker" tests/fuzz/seed_maker.c build/release/libtriage.a $libs
"$1.maker" > "$1"
rm "$1.maker"
