/* signature_zfs.c - a member of a ZFS pool. Four labels of 256 KiB, two at each end; name and identifier lie in a list of pairs. */
#include "triage/base/view.h"
#include "triage/evidence/signature.h"

#include <inttypes.h>
#include <string.h>

enum { LABEL = 256 << 10, PAIRS = 16 << 10, PAIRS_SIZE = 112 << 10, RING = 128 << 10, UBERBLOCKS = 128, UBERBLOCK_STEP = 1 << 10 };
enum { TYPE_UINT64 = 8, TYPE_STRING = 9, PAIRS_MAX = 256, NAME_MAX_SIZE = 64 };

/* A 32-bit word of the list, which is big endian; 0 outside. */
static uint32_t
word(struct signature_scan *scan, uint64_t at)
{
	const uint8_t *bytes = scan_at(scan, at, 4);
	return bytes != NULL ? load_be32(bytes) : 0;
}

static void
pairs_look(struct signature_scan *scan, uint64_t label, struct signature_hit *hit)
{
	uint64_t at = label + PAIRS + 12, end = label + PAIRS + PAIRS_SIZE;
	for (unsigned i = 0; i < PAIRS_MAX && at < end; i++) {
		uint32_t size = word(scan, at), name_size = word(scan, at + 8);
		if (size < 24 || size > end - at || name_size > NAME_MAX_SIZE || name_size > size - 20)
			return;
		uint64_t after = at + 12 + (name_size + 3) / 4 * 4;
		const uint8_t *name = scan_at(scan, at + 12, name_size + 1);
		uint32_t type = word(scan, after);
		if (name != NULL && type == TYPE_STRING && name_size == 4 && memcmp(name, "name", 4) == 0) {
			uint32_t length = word(scan, after + 8);
			const uint8_t *text = length <= 256 ? scan_at(scan, after + 12, length + 1) : NULL;
			if (text != NULL)
				hit_label(hit, text, length);
		}
		if (name != NULL && type == TYPE_UINT64 && name_size == 9 && memcmp(name, "pool_guid", 9) == 0) {
			const uint8_t *value = scan_at(scan, after + 8, 8);
			if (value != NULL)
				hit_uuid_text(hit, "%" PRIu64, load_be64(value));
		}
		at += size;
	}
}

static bool
zfs_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)magic;
	if (scan->size < UINT64_C(4) * LABEL)
		return false;
	uint64_t whole = scan->size / LABEL * LABEL;
	const uint64_t labels[] = { 0, LABEL, whole - UINT64_C(2) * LABEL, whole - LABEL };
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		unsigned found = 0;
		for (unsigned u = 0; u < UBERBLOCKS && found < 4; u++) {
			const uint8_t *b = scan_at(scan, labels[i] + RING + (uint64_t)u * UBERBLOCK_STEP, 8);
			found += b != NULL && (load_le64(b) == 0x00bab10c || load_be64(b) == 0x00bab10c);
		}
		if (found < 4)
			continue;
		pairs_look(scan, labels[i], hit);
		return true;
	}
	return false;
}

const struct signature zfs_signature = {
	.name = "zfs_member", .state = TRIAGE_VOLUME_UNSUPPORTED,
	.advice = "import the pool read-only (zpool import -o readonly=on -N), mount its datasets and give the folder", .check = zfs_check,
};
