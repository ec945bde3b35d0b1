/*
 * signature_raid.c - members of arrays: Linux md and the formats of RAID controllers, most of them at the end of the disk.
 * A member alone is not a volume: what looks like a filesystem at its start is a stripe of one.
 */
#include "triage/base/view.h"
#include "triage/evidence/signature.h"

#include <stdio.h>
#include <string.h>

#define ASSEMBLE "image all members, put the array together read-only (mdadm --assemble --readonly on loop devices) and examine it"
#define KIB 1024
#define MD_MAGIC UINT32_C(0xa92b4efc)

/* Version 1.0 lies near the end, 1.1 at the start, 1.2 at 4 KiB; 0.90 in the last whole 64 KiB but one. */
static bool
md1_holds(struct signature_scan *scan, uint64_t at, struct signature_hit *hit)
{
	enum { MAJOR = 4, UUID = 16, NAME = 32, LEVEL = 72, DISKS = 92 };
	const uint8_t *super = scan_at(scan, at, 256);
	if (super == NULL || load_le32(super) != MD_MAGIC || load_le32(super + MAJOR) != 1)
		return false;
	hit_uuid(hit, super + UUID);
	hit_label(hit, super + NAME, 32);
	snprintf(hit->note, sizeof(hit->note), "member of a level %d array of %u disks", (int)load_le32(super + LEVEL), load_le32(super + DISKS));
	return true;
}

static bool
md0_holds(struct signature_scan *scan, uint64_t at, struct signature_hit *hit)
{
	enum { UUID0 = 20, LEVEL = 28, DISKS = 40, UUID1 = 52 };
	const uint8_t *super = scan_at(scan, at, 256);
	if (super == NULL)
		return false;
	bool little = load_le32(super) == MD_MAGIC;
	if (!little && load_be32(super) != MD_MAGIC)
		return false;
	uint32_t (*load)(const uint8_t *) = little ? load_le32 : load_be32;
	if (load(super + 4) != 0)
		return false;
	uint32_t id[4] = { load(super + UUID0), load(super + UUID1), load(super + UUID1 + 4), load(super + UUID1 + 8) };
	hit_uuid_text(hit, "%08x-%04x-%04x-%04x-%04x%08x", id[0], id[1] >> 16, id[1] & 0xffff, id[2] >> 16, id[2] & 0xffff, id[3]);
	snprintf(hit->note, sizeof(hit->note), "member of a level %d array of %u disks", (int)load(super + LEVEL), load(super + DISKS));
	return true;
}

static bool
linux_raid_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)magic;
	if (md1_holds(scan, 0, hit) || md1_holds(scan, 4 * KIB, hit))
		return true;
	if (scan->size < 128 * KIB)
		return false;
	uint64_t near_end = (scan->size / 512 - 16) / 8 * 8 * 512;
	return md1_holds(scan, near_end, hit) || md0_holds(scan, scan->size / (64 * KIB) * (64 * KIB) - 64 * KIB, hit);
}

const struct signature linux_raid_signature = {
	.name = "linux_raid_member", .kind = "md", .state = TRIAGE_VOLUME_UNSUPPORTED, .check = linux_raid_check,
};

static bool
ddf_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	enum { GUID = 8, WORDS = 6 };
	const uint8_t *anchor = scan_at(scan, magic, 64);
	if (anchor == NULL)
		return false;
	/* all 24 bytes, as mdadm prints them: the first are the same on every array of one maker */
	uint32_t word[WORDS];
	for (size_t i = 0; i < WORDS; i++)
		word[i] = load_be32(anchor + GUID + 4 * i);
	hit_uuid_text(hit, "%08X:%08X:%08X:%08X:%08X:%08X", word[0], word[1], word[2], word[3], word[4], word[5]);
	return true;
}

const struct signature ddf_signature = {
	.name = "ddf_raid_member", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = ASSEMBLE,
	.magics = { { -512, 4, "\xde\x11\xde\x11" }, { -257 * 512, 4, "\xde\x11\xde\x11" } }, .check = ddf_check,
};
const struct signature isw_signature = {
	.name = "isw_raid_member", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = ASSEMBLE,
	.magics = { { -1024, 24, "Intel Raid ISM Cfg Sig. " } },
};
const struct signature lsi_signature = {
	.name = "lsi_mega_raid_member", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = ASSEMBLE, .magics = { { -512, 6, "$XIDE$" } },
};

/* Two bytes are not enough: the sum over the first 50 bytes must stand behind them. */
static bool
via_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)hit;
	const uint8_t *block = scan_at(scan, magic, 51);
	if (block == NULL || block[2] > 2)
		return false;
	uint8_t sum = 0;
	for (size_t i = 0; i < 50; i++)
		sum = (uint8_t)(sum + block[i]);
	return sum == block[50];
}

const struct signature via_signature = {
	.name = "via_raid_member", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = ASSEMBLE,
	.magics = { { -512, 2, "\x55\xaa" } }, .check = via_check,
};

/* The sum of the 16-bit words up to 0x13e, that one included, is zero. */
static bool
silicon_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)hit;
	const uint8_t *block = scan_at(scan, magic - 0x60, 512);
	if (block == NULL)
		return false;
	uint16_t sum = 0;
	for (size_t i = 0; i < 0x140; i += 2)
		sum = (uint16_t)(sum + load_le16(block + i));
	return sum == 0;
}

const struct signature silicon_signature = {
	.name = "silicon_medley_raid_member", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = ASSEMBLE,
	.magics = { { -512 + 0x60, 4, "\0\0\0\x2f" } }, .check = silicon_check,
};
const struct signature nvidia_signature = {
	.name = "nvidia_raid_member", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = ASSEMBLE, .magics = { { -1024, 6, "NVIDIA" } },
};

static bool
promise_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	static const uint16_t sectors[] = { 63, 255, 256, 16, 399, 591, 675, 735, 911, 974, 991, 951, 3087 };
	(void)magic, (void)hit;
	for (size_t i = 0; i < sizeof(sectors) / sizeof(sectors[0]); i++) {
		uint64_t back = (uint64_t)sectors[i] * 512;
		const uint8_t *text = scan->size / 512 * 512 >= back ? scan_at(scan, scan->size / 512 * 512 - back, 24) : NULL;
		if (text != NULL && memcmp(text, "Promise Technology, Inc.", 24) == 0)
			return true;
	}
	return false;
}

const struct signature promise_signature = {
	.name = "promise_fasttrack_raid_member", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = ASSEMBLE, .check = promise_check,
};
const struct signature hpt45x_signature = {
	.name = "hpt45x_raid_member", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = ASSEMBLE,
	.magics = { { -11 * 512, 4, "\xf3\x16\x78\x5a" }, { -11 * 512, 4, "\xfd\x16\x78\x5a" } },
};
const struct signature hpt37x_signature = {
	.name = "hpt37x_raid_member", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = ASSEMBLE,
	.magics = { { 9 * 512 + 32, 4, "\xf0\x16\x78\x5a" }, { 9 * 512 + 32, 4, "\xfd\x16\x78\x5a" } },
};

static bool
adaptec_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)hit;
	const uint8_t *second = scan_at(scan, magic + 256, 4);
	return second != NULL && memcmp(second, "DPTM", 4) == 0;
}

const struct signature adaptec_signature = {
	.name = "adaptec_raid_member", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = ASSEMBLE,
	.magics = { { -512, 4, "\x37\xfc\x4d\x1e" } }, .check = adaptec_check,
};

/* The 64 words of the block add up to zero or one. */
static bool
jmicron_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)hit;
	const uint8_t *block = scan_at(scan, magic, 128);
	if (block == NULL)
		return false;
	uint16_t sum = 0;
	for (size_t i = 0; i < 128; i += 2)
		sum = (uint16_t)(sum + load_le16(block + i));
	return sum <= 1;
}

const struct signature jmicron_signature = {
	.name = "jmicron_raid_member", .state = TRIAGE_VOLUME_UNSUPPORTED, .advice = ASSEMBLE,
	.magics = { { -512, 2, "JM" } }, .check = jmicron_check,
};
