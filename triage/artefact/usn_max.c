/*
 * usn_max.c - the settings of the change journal of NTFS: $Extend\$UsnJrnl:$Max, 32 bytes.
 *
 * Source: CREATE_USN_JOURNAL_DATA and USN_JOURNAL_DATA of the Windows SDK; the journal's id is the time at which it was made. A journal that
 * is much younger than its volume was deleted and made again.
 */
#include "triage/artefact/ntfs_parts.h"

#include "triage/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SIZE = 32, MAXIMUM = 0, DELTA = 8, ID = 16, LOWEST = 24 };

static bool
claims(const struct artefact_subject *who, struct view head)
{
	if (head.size != SIZE || who->size != SIZE)
		return false;
	uint64_t maximum = load_le64(head.data + MAXIMUM), delta = load_le64(head.data + DELTA);
	bool sound = maximum >= 4096 && maximum < UINT64_C(1) << 44 && delta >= 4096 && delta <= maximum && maximum % 4096 == 0 && delta % 4096 == 0 &&
	    load_le64(head.data + LOWEST) < UINT64_C(1) << 60 && ntfs_time_is_likely(load_le64(head.data + ID));
	return sound || strcasecmp(who->name, "$Max") == 0 || strcasestr(who->path, "$UsnJrnl:$Max") != NULL;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	char id[24], made[WHEN_TEXT_SIZE];
	if (all.size < SIZE)
		return artefact_remark(a, TRIAGE_LOW, "record-cut", 0, all.size, err, "the settings of the journal are cut: %zu of %u bytes", all.size, (unsigned)SIZE);
	uint64_t filetime = load_le64(all.data + ID);
	int64_t when = ntfs_time_is_likely(filetime) ? when_from_filetime(filetime) : TRIAGE_TIME_NONE;
	if (when == TRIAGE_TIME_NONE)
		return artefact_remark(a, TRIAGE_LOW, "record-damaged", ID, SIZE, err, "the id of the journal is no time");
	snprintf(id, sizeof(id), "0x%016" PRIx64, filetime);
	artefact_event(a, when, "journal created");
	artefact_offset(a, 0);
	artefact_unsigned(a, "maximum_size", load_le64(all.data + MAXIMUM));
	artefact_unsigned(a, "allocation_delta", load_le64(all.data + DELTA));
	artefact_text(a, "journal_id", id);
	artefact_unsigned(a, "lowest_valid_usn", load_le64(all.data + LOWEST));
	artefact_message(a, "Change journal made at %s, at most %" PRIu64 " bytes, lowest valid USN %" PRIu64, when_text(when, 0, "Z", made),
	    load_le64(all.data + MAXIMUM), load_le64(all.data + LOWEST));
	return artefact_send(a, err);
}

const struct artefact_kind artefact_usn_max = {
	.name = "usn_max",
	.source = "usn",
	.title = "settings of the change journal of NTFS ($UsnJrnl:$Max)",
	.yields = "when the journal was made, its size, the oldest change it can hold",
	.reference = "USN_JOURNAL_DATA of the Windows SDK",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};
