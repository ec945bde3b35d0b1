#!/bin/sh
# oracle.sh - the truth that images.sh holds us to, held against fls and icat (ntfscat on NTFS): each row and its content. tests/evidence/README.md names the images over
# which these tools are wrong, and why; here are some of those over which all agree.
. "$(dirname "$0")/common.sh.inc"
for name in ntfs_ads_hardlink ext2_basic ext3_basic ext4_deleted iso_basic; do
	make_image "$name" || continue
	python3 "$EVIDENCE/crosscheck.py" "$tmp/$name" > "$tmp/said" 2>&1
	same "$name: fls and icat see the truth" "$(cat "$tmp/said")" "$name: $(sed 1d "$tmp/$name.truth.tsv" | wc -l) rows, 0 remarks"
	rm -f "$tmp/$name".*
done
