/*
 * rpm_ndb.c - Packages.db of RPM's own database ("ndb"): a table of slots at the front, and headers of packages in blocks of 16 bytes.
 *
 * Front (32 bytes, little endian): "RpmP", version, generation, pages of 4096 bytes that the slots take, number of the next package. A slot: "Slot", package,
 * first block, blocks. A header: "BlbS", package, generation, length, the header, padding, checksum, length, "BlbE".
 */
#include "triage/artefact/rpm.h"

#include <string.h>

enum { FRONT = 32, PAGE = 4096, SLOT = 16, BLOCK = 16, BLOB_FRONT = 16, BLOB_BACK = 12, VERSION = 0 };

bool
rpm_is_ndb(struct view head)
{
	return head.size >= FRONT && memcmp(head.data, "RpmP", 4) == 0;
}

static enum triage_status
read_slot(struct rpm *r, struct view all, uint64_t at, struct triage_error *err)
{
	const uint8_t *slot = all.data + at;
	uint32_t package = load_le32(slot + 4);
	uint64_t start = (uint64_t)load_le32(slot + 8) * BLOCK, room = (uint64_t)load_le32(slot + 12) * BLOCK;
	enum triage_status st;
	if (memcmp(slot, "Slot", 4) != 0)
		return artefact_remark(r->a, TRIAGE_LOW, "slot-damaged", at, SLOT, err, "a slot of the package database is overwritten");
	if (package == 0)
		return TRIAGE_OK;
	if (!view_has(all, start, room) || room < BLOB_FRONT + BLOB_BACK || memcmp(all.data + start, "BlbS", 4) != 0 || load_le32(all.data + start + 4) != package ||
	    load_le32(all.data + start + 12) > room - BLOB_FRONT - BLOB_BACK)
		return artefact_remark(r->a, TRIAGE_LOW, "record-damaged", start, 0, err, "package %u is not where its slot at %ju says", package, (uintmax_t)at);
	struct view blob = { all.data + start + BLOB_FRONT, load_le32(all.data + start + 12) };
	return rpm_may(r, blob.size, &st, err) ? rpm_header(r, blob, package, start, err) : st;
}

enum triage_status
rpm_ndb(struct rpm *r, struct view all, struct triage_error *err)
{
	uint64_t end = (uint64_t)load_le32(all.data + 12) * PAGE;
	enum triage_status st = TRIAGE_OK;
	if (load_le32(all.data + 4) != VERSION)
		return artefact_remark(r->a, TRIAGE_MEDIUM, "version-unknown", 4, all.size, err, "package database of version %u: not known", load_le32(all.data + 4));
	if (end > all.size) {
		st = artefact_remark(r->a, TRIAGE_LOW, "stream-cut", all.size, end - all.size, err, "the slots of the package database go on behind its end");
		end = all.size;
	}
	for (uint64_t at = FRONT; at + SLOT <= end && st == TRIAGE_OK && !r->stopped; at += SLOT)
		st = read_slot(r, all, at, err);
	return st;
}
