/*
 * i30.c - the index of a folder on NTFS ($I30, INDEX_ALLOCATION): what is in the folder, and what is left of older entries behind the last one.
 *
 * Source: ntfs.h of linux-ntfs, layout.h of ntfs-3g. Blocks of 512 to 65536 bytes with an update sequence, little endian. Short (8.3) names in use
 * are passed over: they repeat the times of the long name beside them; of an entry that slack holds more than once one is sent. Not handled: $INDEX_ROOT, indexes of other things than names.
 */
#include "triage/artefact/ntfs_parts.h"

#include "triage/base/fault.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	BLOCK_MIN = 512, BLOCK_MAX = 65536, USA_OFFSET = 4, USA_COUNT = 6, HEADER = 24, FIRST = 0, USED = 4,
	REFERENCE = 0, LENGTH = 8, CONTENT_SIZE = 10, FLAGS = 12, CONTENT = 16, FLAG_LAST = 2, ENTRY_MIN = 16, ALIGN = 8,
	SEEN = 16384,
};

struct i30 {
	struct artefact *a;
	struct buf text;
	uint64_t seen[SEEN];		/* digests of names and times that were sent: slack holds the same entry many times */
	uint8_t block[BLOCK_MAX];
};

static size_t
block_size(struct view head)
{
	if (head.size < BLOCK_MIN || memcmp(head.data, "INDX", 4) != 0)
		return 0;
	size_t usa = load_le16(head.data + USA_OFFSET), size = (load_le16(head.data + USA_COUNT) - 1u) * BLOCK_MIN;
	bool power = size >= BLOCK_MIN && size <= BLOCK_MAX && (size & (size - 1)) == 0;
	return power && usa >= HEADER + 16 && usa < 256 ? size : 0;
}

/* An index of names and not of owners, object ids or reparse points: some name in its first bytes. */
static bool
claims(const struct artefact_subject *who, struct view head)
{
	struct ntfs_name n;
	if (block_size(head) == 0)
		return false;
	if (strcasestr(who->name, "I30") != NULL)
		return true;
	for (size_t at = HEADER + CONTENT; at + NTFS_NAME_FIXED < head.size; at += ALIGN)
		if (ntfs_name_is_likely((struct view){ head.data + at, head.size - at }, &n))
			return true;
	return false;
}

static enum triage_status
send_name(struct i30 *x, const struct ntfs_name *n, const uint8_t *entry, bool slack, uint64_t offset, struct triage_error *err)
{
	static const char *const words[4] = { "created", "modified", "record changed", "accessed" };
	const uint64_t times[4] = { n->created, n->modified, n->changed, n->accessed };
	struct artefact *a = x->a;
	enum triage_status st = TRIAGE_OK;
	const char *name = ntfs_text(&x->text, n->name, n->units);
	bool folder = n->attributes & 0x10000000;
	artefact_event(a, TRIAGE_TIME_NONE, "");
	artefact_offset(a, offset);
	artefact_text(a, "name", name);
	if (entry != NULL)
		ntfs_put_reference(a, "entry", "sequence", load_le64(entry + REFERENCE));
	artefact_unsigned(a, "parent_entry", n->parent);
	artefact_unsigned(a, "parent_sequence", n->parent_sequence);
	artefact_flag(a, "slack", slack);
	artefact_flag(a, "directory", folder);
	artefact_unsigned(a, "size", n->size);
	artefact_unsigned(a, "allocated_size", n->allocated);
	ntfs_put_attributes(a, n->attributes);
	ntfs_put_space(a, n->space);
	for (size_t i = 0; i < 4; i++)
		artefact_when(a, (const char *[]){ "created", "modified", "changed", "accessed" }[i], when_from_filetime(times[i]));
	for (size_t i = 0; i < 4 && st == TRIAGE_OK; i++) {
		char meaning[64] = "";
		bool seen = times[i] == 0 || !when_filetime_fits(times[i]);
		for (size_t k = 0; k < i; k++)
			seen |= times[k] == times[i];
		if (seen)
			continue;
		for (size_t k = i; k < 4; k++)
			if (times[k] == times[i]) {
				strncat(meaning, meaning[0] != '\0' ? ", " : "", sizeof(meaning) - strlen(meaning) - 1);
				strncat(meaning, words[k], sizeof(meaning) - strlen(meaning) - 1);
			}
		artefact_again(a, when_from_filetime(times[i]), meaning);
		artefact_message(a, "%s%s %s: %s", slack ? "old index entry of " : "", folder ? "folder" : "file", name, meaning);
		st = artefact_send(a, err);
	}
	return st;
}

/* Names behind the last entry: entries of before, whose heads may be overwritten. */
static enum triage_status
search_slack(struct i30 *x, size_t from, size_t size, uint64_t offset, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	struct ntfs_name n;
	for (size_t at = from; st == TRIAGE_OK && at + CONTENT + NTFS_NAME_FIXED <= size;) {
		const uint8_t *entry = x->block + at;
		if (!ntfs_name_is_likely((struct view){ entry + CONTENT, size - at - CONTENT }, &n)) {
			at += ALIGN;
			continue;
		}
		size_t content = NTFS_NAME_FIXED + 2 * n.units;
		bool whole = load_le16(entry + CONTENT_SIZE) == content && load_le16(entry + LENGTH) >= CONTENT + content;
		if (!ntfs_was_sent(x->seen, SEEN, 0, entry + CONTENT, content))
			st = send_name(x, &n, whole ? entry : NULL, true, offset + at, err);
		at += (CONTENT + content + ALIGN - 1) / ALIGN * ALIGN;
	}
	return st;
}

/* The entries in use. ret_end: where they end, or stop being sound. */
static enum triage_status
send_entries(struct i30 *x, size_t size, uint64_t offset, size_t *ret_end, struct triage_error *err)
{
	const uint8_t *b = x->block;
	size_t at = HEADER + (size_t)load_le32(b + HEADER + FIRST), used = HEADER + (size_t)load_le32(b + HEADER + USED);
	enum triage_status st = TRIAGE_OK;
	struct ntfs_name n;
	if (used > size || at > used || at % ALIGN != 0) {
		*ret_end = HEADER + 40;
		return artefact_remark(x->a, TRIAGE_LOW, "block-damaged", offset, size, err, "the head of the index block at byte %ju is not sound", (uintmax_t)offset);
	}
	for (; st == TRIAGE_OK && used - at >= ENTRY_MIN;) {
		size_t length = load_le16(b + at + LENGTH), content = load_le16(b + at + CONTENT_SIZE);
		if (length < ENTRY_MIN || length % ALIGN != 0 || length > used - at || content > length - CONTENT)
			break;
		if (load_le32(b + at + FLAGS) & FLAG_LAST) {
			at = used;
			break;
		}
		if (!ntfs_name_read((struct view){ b + at + CONTENT, content }, &n))
			st = artefact_remark(x->a, TRIAGE_LOW, "entry-damaged", offset + at, length, err, "an entry at byte %ju holds no name", (uintmax_t)(offset + at));
		else if (!ntfs_was_sent(x->seen, SEEN, 0, b + at + CONTENT, NTFS_NAME_FIXED + 2 * n.units) && n.space != NTFS_SPACE_DOS)
			st = send_name(x, &n, b + at, false, offset + at, err);
		at += length;
	}
	if (st == TRIAGE_OK && at < used)
		st = artefact_remark(x->a, TRIAGE_LOW, "entry-damaged", offset + at, used - at, err, "the entries are not sound from byte %ju on",
		    (uintmax_t)(offset + at));
	*ret_end = at;
	return st;
}

static enum triage_status
parse_block(struct i30 *x, size_t size, uint64_t offset, struct triage_error *err)
{
	unsigned torn = 0;
	size_t end = 0;
	enum triage_status st = TRIAGE_OK;
	if (memcmp(x->block, "INDX", 4) != 0) {
		/* a block that was given back, or lost: what lies in it is old */
		for (size_t i = 0; i < size; i++)
			if (x->block[i] != 0)
				return search_slack(x, 0, size, offset, err);
		return TRIAGE_OK;
	}
	if (!ntfs_fixup(x->block, size, &torn) || torn > 0)
		st = artefact_remark(x->a, TRIAGE_LOW, "block-torn", offset, size, err, "the update sequence of the index block at byte %ju is not sound",
		    (uintmax_t)offset);
	if (st == TRIAGE_OK)
		st = send_entries(x, size, offset, &end, err);
	return st == TRIAGE_OK ? search_slack(x, end, size, offset, err) : st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	size_t size = block_size(all);
	struct i30 *x = fault_hit() ? NULL : calloc(1, sizeof(*x));
	enum triage_status st = TRIAGE_OK;
	if (x == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for an index");
		return TRIAGE_E_MEMORY;
	}
	x->a = a;
	buf_init(&x->text, 4096);
	for (size_t at = 0; size > 0 && at < all.size && st == TRIAGE_OK; at += size) {
		size_t there = all.size - at < size ? all.size - at : size;
		memset(x->block, 0, size);
		memcpy(x->block, all.data + at, there);
		if (there < size)
			st = artefact_remark(a, TRIAGE_LOW, "block-cut", at, there, err, "the last index block is cut: %zu of %zu bytes", there, size);
		if (st == TRIAGE_OK)
			st = parse_block(x, size, at, err);
	}
	buf_release(&x->text);
	free(x);
	return st;
}

const struct artefact_kind artefact_i30 = {
	.name = "i30",
	.source = "mft",
	.title = "index of a folder on NTFS ($I30)",
	.yields = "the names in a folder with their times, and older names that are left in its slack",
	.reference = "ntfs.h of linux-ntfs, layout.h of ntfs-3g",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};
