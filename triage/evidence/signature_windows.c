/*
 * signature_windows.c - disks that Windows manages itself: dynamic disks (LDM) and members of Storage Spaces. Neither is known to
 * libblkid as a signature; the names are ours.
 */
#include "triage/base/view.h"
#include "triage/evidence/signature.h"

#include <stdio.h>
#include <string.h>

/* Text of a fixed field is a GUID or a host's name, ended by NUL when it is shorter. */
static bool
ldm_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	enum { VERSION = 12, DISK = 0x30, GROUP_NAME = 0xf0, NAME_SIZE = 32 };
	const uint8_t *head = scan_at(scan, magic, 512);
	if (head == NULL || load_be16(head + VERSION) != 2)
		return false;
	char id[37] = { 0 };
	memcpy(id, head + DISK, 36);
	if (strspn(id, "0123456789abcdefABCDEF-") == 36)
		hit_uuid_text(hit, "%s", id);
	hit_label(hit, head + GROUP_NAME, NAME_SIZE);
	snprintf(hit->note, sizeof(hit->note), "a dynamic disk of Windows");
	return true;
}

const struct signature ldm_signature = {
	.name = "LDM_member", .kind = "ldm", .state = TRIAGE_VOLUME_UNSUPPORTED,
	.magics = { { 6 * 512, 8, "PRIVHEAD" }, { -512, 8, "PRIVHEAD" } }, .check = ldm_check,
};

static bool
spaces_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	enum { GUIDS_AT = 8, UNIT = 16, BLOCK = 512 };
	const uint8_t *head = scan_at(scan, magic, BLOCK);
	if (head == NULL)
		return false;
	size_t at = (size_t)load_le16(head + GUIDS_AT) * UNIT;
	char guid[37];
	if (at >= UNIT && at + UNIT <= BLOCK) {
		signature_guid(head + at, guid);
		hit_uuid_text(hit, "%s", guid);
	}
	snprintf(hit->note, sizeof(hit->note), "a disk of a Storage Spaces pool");
	return true;
}

const struct signature spaces_signature = {
	.name = "storage_spaces_member", .kind = "storage-spaces", .state = TRIAGE_VOLUME_UNSUPPORTED,
	.advice = "attach copies of all disks of the pool read-only to a Windows machine, image the virtual disks that appear, and examine those",
	.magics = { { 0, 8, "SPACEDB " } }, .check = spaces_check,
};
