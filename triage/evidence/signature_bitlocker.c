/* signature_bitlocker.c - BitLocker volumes: who may unlock them. By the identifiers of the protectors the owner finds the recovery key. */
#include "triage/evidence/bitlocker.h"
#include "triage/evidence/signature.h"

static bool
bitlocker_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	struct bitlocker b;
	struct reader *volume = NULL;
	(void)magic;
	uint64_t there = scan->reader->size > scan->start ? scan->reader->size - scan->start : 0;
	if (reader_slice(scan->reader, scan->start, scan->size < there ? scan->size : there, &volume, NULL) != TRIAGE_OK)
		return false;
	bool is_one = bitlocker_read(volume, &b, NULL) == TRIAGE_OK || b.copy_size != 0;
	if (b.used >= 0) {
		char id[BITLOCKER_GUID_TEXT];
		signature_guid(b.guid, id);
		hit_uuid_text(hit, "%s", id);
		hit_label_utf16(hit, b.description.data, b.description.size / 2, false);
		bitlocker_list_protectors(&b, hit->note, sizeof(hit->note));
	}
	bitlocker_release(&b);
	reader_close(volume);
	return is_one;
}

const struct signature bitlocker_signature = {
	.name = "BitLocker", .kind = "bitlocker", .state = TRIAGE_VOLUME_LOCKED,
	.magics = { { 3, 8, "-FVE-FS-" }, { 3, 8, "MSWIN4.1" } }, .check = bitlocker_check,
};
