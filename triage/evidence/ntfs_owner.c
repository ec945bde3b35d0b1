#include "triage/evidence/ntfs_owner.h"

#include "triage/base/scoped.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SDS_HASH = 0, SDS_ID = 4, SDS_OFFSET = 8, SDS_LENGTH = 16, SDS_HEAD = 20, SDS_ALIGN = 16,
	SDS_BLOCK = 256 << 10,		/* each block is followed by its copy */
	DESCRIPTOR_OWNER = 4, DESCRIPTOR_SIZE = 20, SID_HEAD = 8, SID_MAX = 15,
	OWNERS_MAX = 1 << 20, TEXTS_MAX = 64 << 20,
};
#define SDS_MAX (UINT64_C(256) << 20)

bool
ntfs_owner_text(struct view descriptor, char out[NTFS_SID_TEXT])
{
	if (descriptor.size < DESCRIPTOR_SIZE)
		return false;
	size_t at = load_le32(descriptor.data + DESCRIPTOR_OWNER);
	if (at < DESCRIPTOR_SIZE || !view_has(descriptor, at, SID_HEAD))
		return false;
	const uint8_t *sid = descriptor.data + at;
	unsigned count = sid[1];
	if (sid[0] != 1 || count > SID_MAX || !view_has(descriptor, at, SID_HEAD + 4u * count))
		return false;
	uint64_t authority = (uint64_t)load_be16(sid + 2) << 32 | load_be32(sid + 4);
	int n = snprintf(out, NTFS_SID_TEXT, "S-1-%ju", (uintmax_t)authority);
	for (unsigned i = 0; i < count; i++)
		n += snprintf(out + n, (size_t)(NTFS_SID_TEXT - n), "-%u", load_le32(sid + SID_HEAD + 4 * i));
	return true;
}

static enum triage_status
add_owner(struct ntfs_owners *o, uint32_t id, const char *text, struct triage_error *err)
{
	if (o->count == o->room) {
		size_t room = o->room == 0 ? 256 : o->room * 2;
		void *rows = room > OWNERS_MAX ? NULL : realloc(o->rows, room * sizeof(o->rows[0]));
		if (rows == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu security descriptors",
			    room);
			return TRIAGE_E_MEMORY;
		}
		o->rows = rows;
		o->room = room;
	}
	uint32_t at = o->count > 0 ? o->rows[o->count - 1].text : 0;
	if (o->count == 0 || strcmp(o->texts.data + at, text) != 0) {
		at = (uint32_t)o->texts.size;
		buf_put(&o->texts, text, strlen(text) + 1);
	}
	enum triage_status st = buf_check(&o->texts, err);
	if (st != TRIAGE_OK)
		return st;
	o->rows[o->count].id = id;
	o->rows[o->count].text = at;
	o->count++;
	return TRIAGE_OK;
}

/* The descriptors of one block, which begins at offset in the stream. */
static enum triage_status
take_block(struct ntfs_owners *o, struct view block, uint64_t offset, struct triage_error *err)
{
	char text[NTFS_SID_TEXT];
	size_t at = 0;
	while (block.size - at >= SDS_HEAD && o->count < OWNERS_MAX / 2) {
		const uint8_t *row = block.data + at;
		uint32_t length = load_le32(row + SDS_LENGTH);
		if (length < SDS_HEAD || length > block.size - at || load_le64(row + SDS_OFFSET) != offset + at) {
			if (length != 0)
				break;
			at += SDS_ALIGN;
			if (at > block.size)
				break;
			continue;
		}
		if (ntfs_owner_text((struct view){ row + SDS_HEAD, length - SDS_HEAD }, text)) {
			enum triage_status st = add_owner(o, load_le32(row + SDS_ID), text, err);
			if (st != TRIAGE_OK)
				return st;
		}
		size_t step = ((size_t)length + SDS_ALIGN - 1) / SDS_ALIGN * SDS_ALIGN;
		if (step > block.size - at)
			break;
		at += step;
	}
	return TRIAGE_OK;
}

static int
compare_rows(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	return a < b ? -1 : a > b;
}

static enum triage_status
read_sds(struct ntfs_owners *o, struct evidence_content *c, struct triage_error *err)
{
	SCOPED_FREE uint8_t *block = malloc(SDS_BLOCK);
	if (block == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for security descriptors");
		return TRIAGE_E_MEMORY;
	}
	for (uint64_t at = 0; at < c->size && at < SDS_MAX; at += 2 * SDS_BLOCK) {
		size_t got;
		enum triage_status st = evidence_content_read(c, at, block, SDS_BLOCK, &got, err);
		if (st == TRIAGE_OK)
			st = take_block(o, (struct view){ block, got }, at, err);
		if (st == TRIAGE_E_MEMORY)
			return st;
	}
	return TRIAGE_OK;
}

enum triage_status
ntfs_owners_load(struct ntfs *n, struct ntfs_owners *o, struct triage_error *err)
{
	static const uint8_t sds[] = { '$', 0, 'S', 0, 'D', 0, 'S', 0 };
	enum ntfs_record_state state;
	struct ntfs_stream s;
	size_t at = 0;
	buf_init(&o->texts, TEXTS_MAX);
	if (ntfs_file_load(n, NTFS_SECURE, &n->scratch, &state, err) != TRIAGE_OK)
		return TRIAGE_OK;
	while (ntfs_stream_next(n, &n->scratch, NTFS_DATA, &at, &s)) {
		if (s.name.size != sizeof(sds) || memcmp(s.name.data, sds, sizeof(sds)) != 0)
			continue;
		struct evidence_content *c = calloc(1, sizeof(*c));
		enum triage_status st = c == NULL ? TRIAGE_E_MEMORY : TRIAGE_OK;
		if (st == TRIAGE_OK) {
			c->fs = n->fs;
			st = ntfs_content_fill(n, &n->scratch, &s, c, err);
		}
		if (st == TRIAGE_OK)
			st = read_sds(o, c, err);
		evidence_content_close(c);
		if (st == TRIAGE_E_MEMORY)
			return st;
	}
	if (o->count > 1)
		qsort(o->rows, o->count, sizeof(o->rows[0]), compare_rows);
	return TRIAGE_OK;
}

void
ntfs_owners_release(struct ntfs_owners *o)
{
	free(o->rows);
	buf_release(&o->texts);
	o->rows = NULL;
	o->count = o->room = 0;
}

const char *
ntfs_owners_find(const struct ntfs_owners *o, uint32_t id)
{
	size_t low = 0, high = o->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (o->rows[middle].id == id)
			return o->texts.data + o->rows[middle].text;
		if (o->rows[middle].id > id)
			high = middle;
		else
			low = middle + 1;
	}
	return "";
}
