/*
 * logfile.c - the transaction log of NTFS ($LogFile): names of files with their times, as they lie in the records of its pages.
 *
 * Source: layout.h and logfile.h of ntfs-3g, ntfs.h of linux-ntfs. Pages with an update sequence, little endian. Each page is searched for the content
 * of $FILE_NAME attributes; the record around it tells which operation it belongs to. Not handled: names that lie across two pages, $STANDARD_INFORMATION
 * and data in the records, replay.
 */
#include "triage/artefact/ntfs_parts.h"

#include "triage/base/fault.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PAGE = 4096, USA_OFFSET = 4, RESTART_PAGE_SIZE = 16, LOG_PAGE_SIZE = 20, PAGE_HEAD = 64, ALIGN = 8,
	/* of a log record */
	LSN = 0, DATA_LENGTH = 24, KIND = 32, TRANSACTION = 36, HEAD = 48, REDO = 48, UNDO = 50, TARGET_VCN = 72, RECORD_MIN = 88, OPERATIONS = 0x26,
	SEEN = 1 << 16,
};

static const struct {
	const char *name, *words;
} operations[OPERATIONS] = {
	[0x00] = { "Noop", "" }, [0x01] = { "CompensationLogRecord", "" }, [0x02] = { "InitializeFileRecordSegment", "file record written" },
	[0x03] = { "DeallocateFileRecordSegment", "file record freed" }, [0x04] = { "WriteEndOfFileRecordSegment", "" },
	[0x05] = { "CreateAttribute", "name added" }, [0x06] = { "DeleteAttribute", "name removed" }, [0x07] = { "UpdateResidentValue", "" },
	[0x08] = { "UpdateNonresidentValue", "" }, [0x09] = { "UpdateMappingPairs", "" }, [0x0a] = { "DeleteDirtyClusters", "" },
	[0x0b] = { "SetNewAttributeSizes", "" }, [0x0c] = { "AddIndexEntryRoot", "added to its folder" },
	[0x0d] = { "DeleteIndexEntryRoot", "removed from its folder" }, [0x0e] = { "AddIndexEntryAllocation", "added to its folder" },
	[0x0f] = { "DeleteIndexEntryAllocation", "removed from its folder" }, [0x10] = { "WriteEndOfIndexBuffer", "" },
	[0x11] = { "SetIndexEntryVcnRoot", "" }, [0x12] = { "SetIndexEntryVcnAllocation", "" }, [0x13] = { "UpdateFileNameRoot", "times updated in its folder" },
	[0x14] = { "UpdateFileNameAllocation", "times updated in its folder" }, [0x15] = { "SetBitsInNonresidentBitMap", "" },
	[0x16] = { "ClearBitsInNonresidentBitMap", "" }, [0x19] = { "PrepareTransaction", "" }, [0x1a] = { "CommitTransaction", "" },
	[0x1b] = { "ForgetTransaction", "" }, [0x1c] = { "OpenNonresidentAttribute", "" }, [0x1d] = { "OpenAttributeTableDump", "" },
	[0x1e] = { "AttributeNamesDump", "" }, [0x1f] = { "DirtyPageTableDump", "" }, [0x20] = { "TransactionTableDump", "" },
	[0x21] = { "UpdateRecordDataRoot", "" }, [0x22] = { "UpdateRecordDataAllocation", "" },
};

struct log {
	struct artefact *a;
	struct buf text;
	uint64_t seen[SEEN];
	uint8_t page[PAGE];
};

static bool
is_page(const uint8_t *p)
{
	bool known = memcmp(p, "RSTR", 4) == 0 || memcmp(p, "RCRD", 4) == 0 || memcmp(p, "CHKD", 4) == 0;
	size_t usa = load_le16(p + USA_OFFSET), count = load_le16(p + USA_OFFSET + 2);
	return known && usa >= 30 && usa < 128 && count >= 2 && count <= PAGE / 512 + 1;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	return head.size >= PAGE_HEAD && is_page(head.data);
}

/* The log record in which the bytes at `at` lie; 0 when none is seen on this page. */
static size_t
record_around(const uint8_t *page, size_t at)
{
	for (size_t from = at & ~(size_t)(ALIGN - 1); from >= PAGE_HEAD; from -= ALIGN) {
		const uint8_t *r = page + from;
		if (at - from < RECORD_MIN || load_le32(r + KIND) != 1 || load_le64(r + LSN) == 0 || load_le64(r + LSN) >> 48 != 0)
			continue;
		uint32_t length = load_le32(r + DATA_LENGTH);
		if (length >= RECORD_MIN - HEAD && length <= UINT16_MAX && from + HEAD + length > at && load_le16(r + REDO) < OPERATIONS &&
		    load_le16(r + UNDO) < OPERATIONS)
			return from;
	}
	return 0;
}

/* The words of the operation that has a meaning for a name; of a removal it is the redo that says so. */
static const char *
put_operation(struct artefact *a, const uint8_t *r)
{
	uint16_t redo = load_le16(r + REDO), undo = load_le16(r + UNDO);
	artefact_unsigned(a, "lsn", load_le64(r + LSN));
	artefact_unsigned(a, "transaction", load_le32(r + TRANSACTION));
	artefact_text(a, "redo_operation", operations[redo].name);
	artefact_text(a, "undo_operation", operations[undo].name);
	return operations[redo].words != NULL ? operations[redo].words : "";
}

static enum triage_status
send_name(struct log *x, const struct ntfs_name *n, const uint8_t *record, uint64_t offset, struct triage_error *err)
{
	static const char *const words[4] = { "created", "modified", "record changed", "accessed" };
	const uint64_t times[4] = { n->created, n->modified, n->changed, n->accessed };
	struct artefact *a = x->a;
	enum triage_status st = TRIAGE_OK;
	const char *name = ntfs_text(&x->text, n->name, n->units);
	artefact_event(a, TRIAGE_TIME_NONE, "");
	artefact_offset(a, offset);
	artefact_text(a, "name", name);
	artefact_unsigned(a, "parent_entry", n->parent);
	artefact_unsigned(a, "parent_sequence", n->parent_sequence);
	artefact_unsigned(a, "size", n->size);
	ntfs_put_attributes(a, n->attributes);
	ntfs_put_space(a, n->space);
	const char *done = record != NULL ? put_operation(a, record) : "";
	for (size_t i = 0; i < 4; i++)
		artefact_when(a, (const char *[]){ "created", "modified", "changed", "accessed" }[i], when_from_filetime(times[i]));
	for (size_t i = 0; i < 4 && st == TRIAGE_OK; i++) {
		char meaning[64] = "";
		bool seen = false;
		size_t used = 0;
		for (size_t k = 0; k < i; k++)
			seen |= times[k] == times[i];
		for (size_t k = i; k < 4 && !seen; k++)
			if (times[k] == times[i])
				used += (size_t)snprintf(meaning + used, sizeof(meaning) - used, "%s%s", used > 0 ? ", " : "", words[k]);
		if (seen)
			continue;
		artefact_again(a, when_from_filetime(times[i]), meaning);
		artefact_message(a, "%s %s%s%s%s in the log of the volume: %s", n->attributes & 0x10000000 ? "folder" : "file", name, done[0] != '\0' ? " (" : "",
		    done, done[0] != '\0' ? ")" : "", meaning);
		st = artefact_send(a, err);
	}
	return st;
}

static enum triage_status
search_page(struct log *x, uint64_t offset, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	struct ntfs_name n;
	for (size_t at = PAGE_HEAD; st == TRIAGE_OK && at + NTFS_NAME_FIXED < PAGE;) {
		if (!ntfs_name_is_likely((struct view){ x->page + at, PAGE - at }, &n)) {
			at += ALIGN;
			continue;
		}
		size_t size = NTFS_NAME_FIXED + 2 * n.units, around = record_around(x->page, at);
		const uint8_t *record = around != 0 ? x->page + around : NULL;
		if (!ntfs_was_sent(x->seen, SEEN, record != NULL ? load_le64(record + LSN) : 0, x->page + at, size))
			st = send_name(x, &n, record, offset + at, err);
		at += (size + ALIGN - 1) / ALIGN * ALIGN;
	}
	return st;
}

static enum triage_status
parse_page(struct log *x, const uint8_t *page, uint64_t offset, struct triage_error *err)
{
	unsigned torn = 0;
	enum triage_status st = TRIAGE_OK;
	/* never used: Windows fills a new log with ones */
	bool unused = true;
	for (size_t i = 0; i < PAGE && unused; i++)
		unused = page[i] == page[0];
	if (unused && (page[0] == 0 || page[0] == 0xff))
		return TRIAGE_OK;
	memcpy(x->page, page, PAGE);
	if (memcmp(page, "RSTR", 4) == 0)
		return TRIAGE_OK;
	if (!is_page(page))
		st = artefact_remark(x->a, TRIAGE_LOW, "page-damaged", offset, PAGE, err, "the page at byte %ju is none of a log", (uintmax_t)offset);
	else if (!ntfs_fixup(x->page, PAGE, &torn) || torn > 0)
		st = artefact_remark(x->a, TRIAGE_LOW, "page-torn", offset, PAGE, err, "the update sequence of the page at byte %ju is not sound", (uintmax_t)offset);
	return st == TRIAGE_OK ? search_page(x, offset, err) : st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct log *x = fault_hit() ? NULL : calloc(1, sizeof(*x));
	enum triage_status st = TRIAGE_OK;
	if (x == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a log");
		return TRIAGE_E_MEMORY;
	}
	x->a = a;
	buf_init(&x->text, 4096);
	if (all.size >= PAGE_HEAD && memcmp(all.data, "RSTR", 4) == 0 && load_le32(all.data + LOG_PAGE_SIZE) != PAGE)
		st = artefact_remark(a, TRIAGE_INFO, "page-size", LOG_PAGE_SIZE, 4, err, "the log says pages of %u bytes; %u is taken",
		    (unsigned)load_le32(all.data + LOG_PAGE_SIZE), (unsigned)PAGE);
	size_t at = 0;
	for (; all.size - at >= PAGE && st == TRIAGE_OK; at += PAGE)
		st = parse_page(x, all.data + at, at, err);
	if (st == TRIAGE_OK && at < all.size)
		st = artefact_remark(a, TRIAGE_LOW, "page-cut", at, all.size - at, err, "the last page is cut: %zu of %u bytes", all.size - at, (unsigned)PAGE);
	buf_release(&x->text);
	free(x);
	return st;
}

const struct artefact_kind artefact_logfile = {
	.name = "logfile",
	.source = "mft",
	.title = "transaction log of NTFS ($LogFile)",
	.yields = "names and times of files that were made, renamed or deleted last",
	.reference = "layout.h and logfile.h of ntfs-3g",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};
