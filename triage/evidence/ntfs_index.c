#include "triage/evidence/ntfs_index.h"

#include "triage/base/scoped.h"
#include "triage/base/when.h"

#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_MAX = 65536, BLOCK_HEAD = 24,
	HEAD_FIRST = 0, HEAD_USED = 4, HEAD_SIZE = 16,
	ENTRY_REFERENCE = 0, ENTRY_LENGTH = 8, ENTRY_KEY_LENGTH = 10, ENTRY_FLAGS = 12, ENTRY_KEY = 16, ENTRY_LAST = 2,
	KEY_MIN = 66, ROOT_HEAD = 16, SLACK_STEP = 8,
};

/* One folder that is being looked at. */
struct look {
	struct ntfs_index *x;
	uint64_t self;		/* reference of the folder */
	enum triage_status (*each)(void *ctx, const struct ntfs_old_name *old, struct triage_error *err);
	void *ctx;
};

enum triage_status
ntfs_index_init(struct ntfs_index *x, struct ntfs *n, uint64_t max_bytes, struct triage_error *err)
{
	*x = (struct ntfs_index){ .n = n, .bytes_left = max_bytes, .block = malloc(BLOCK_MAX) };
	if (x->block == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for an index block");
		return TRIAGE_E_MEMORY;
	}
	return TRIAGE_OK;
}

void
ntfs_index_release(struct ntfs_index *x)
{
	id_set_release(&x->live);
	id_set_release(&x->sent);
	run_list_release(&x->map);
	free(x->block);
	x->block = NULL;
}

static uint64_t
hash_name(struct view text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < text.size; i++)
		hash = (hash ^ text.data[i]) * UINT64_C(0x100000001b3);
	return hash >> 1;
}

/* Remember the names of a node. head_at: where its index header begins. Returns where the entries end. */
static enum triage_status
take_live(struct ntfs_index *x, struct view node, size_t head_at, size_t *ret_end, struct triage_error *err)
{
	uint32_t first = load_le32(node.data + head_at + HEAD_FIRST), used = load_le32(node.data + head_at + HEAD_USED);
	*ret_end = node.size;
	if (used > node.size - head_at || first > used || first < HEAD_SIZE)
		return TRIAGE_E_FORMAT;
	size_t at = head_at + first, end = head_at + used;
	while (end - at >= ENTRY_KEY) {
		const uint8_t *entry = node.data + at;
		size_t length = load_le16(entry + ENTRY_LENGTH), key = load_le16(entry + ENTRY_KEY_LENGTH);
		struct ntfs_name name;
		bool fresh;
		if (length < ENTRY_KEY || length > end - at || key > length - ENTRY_KEY)
			return TRIAGE_E_FORMAT;
		if ((load_le16(entry + ENTRY_FLAGS) & ENTRY_LAST) == 0 &&
		    ntfs_name_parse((struct view){ entry + ENTRY_KEY, key }, &name)) {
			enum triage_status st = id_set_add(&x->live, hash_name(name.text), &fresh, err);
			if (st != TRIAGE_OK)
				return st;
		}
		at += length;
	}
	*ret_end = end;
	return TRIAGE_OK;
}

/* A $FILE_NAME of this folder at the start of bytes? */
static bool
is_name(const struct look *l, struct view bytes, struct ntfs_name *ret_name)
{
	if (bytes.size < KEY_MIN || load_le64(bytes.data) != l->self || !ntfs_name_parse(bytes, ret_name))
		return false;
	return ret_name->text.size > 0 && ret_name->space <= NTFS_NAME_WIN32_DOS && ret_name->space != NTFS_NAME_DOS &&
	    ret_name->size <= INT64_MAX && when_filetime_fits(ret_name->created) && when_filetime_fits(ret_name->modified);
}

/* Names that still stand in [from, end of block). */
static enum triage_status
scan_slack(const struct look *l, struct view block, size_t from, struct triage_error *err)
{
	for (size_t at = (from + SLACK_STEP - 1) / SLACK_STEP * SLACK_STEP; at + KEY_MIN <= block.size; at += SLACK_STEP) {
		struct ntfs_old_name old = { .reference = 0 };
		bool fresh;
		if (!is_name(l, (struct view){ block.data + at, block.size - at }, &old.name))
			continue;
		uint64_t hash = hash_name(old.name.text);
		if (id_set_has(&l->x->live, hash))
			continue;
		enum triage_status st = id_set_add(&l->x->sent, hash, &fresh, err);
		if (st != TRIAGE_OK)
			return st;
		if (at >= from + ENTRY_KEY &&
		    load_le16(block.data + at - ENTRY_KEY + ENTRY_KEY_LENGTH) == KEY_MIN + old.name.text.size)
			old.reference = load_le64(block.data + at - ENTRY_KEY + ENTRY_REFERENCE);
		st = fresh ? l->each(l->ctx, &old, err) : TRIAGE_OK;
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

/* Read index block number of the mapped allocation. False when that fails. */
static bool
read_block(struct ntfs_index *x, uint64_t number, size_t size)
{
	uint64_t offset = number * size;
	size_t done = 0;
	bool bad = false;
	struct triage_error ignored;
	while (done < size) {
		size_t at = run_list_find(&x->map, offset + done, 0);
		if (at == SIZE_MAX || x->map.runs[at].place >= RUN_FILLER)
			return false;
		const struct run *r = &x->map.runs[at];
		uint64_t inside = offset + done - r->offset;
		size_t part = r->length - inside < size - done ? (size_t)(r->length - inside) : size - done;
		if (cache_read(x->n->cache, r->place + inside, x->block + done, part, &bad, &ignored) != TRIAGE_OK || bad)
			return false;
		done += part;
	}
	return true;
}

static bool
is_in_use(const struct ntfs_file *folder, uint64_t number)
{
	for (size_t i = 0; i < folder->attr_count; i++) {
		const struct ntfs_attr *a = &folder->attrs[i];
		if (a->type == NTFS_INDEX_BITMAP && !a->nonresident)
			return number / 8 < a->value.size && (a->value.data[number / 8] >> number % 8 & 1) != 0;
	}
	return true;
}

/* Both rounds go over the same blocks: first the live names of all of them, then the slack of each. */
static enum triage_status
look_at_blocks(const struct look *l, const struct ntfs_file *folder, uint64_t count, bool slack, uint64_t *damaged,
    struct triage_error *err)
{
	struct ntfs_index *x = l->x;
	size_t size = x->n->g.index;
	for (uint64_t i = 0; i < count; i++) {
		struct view block = { x->block, size };
		size_t end = BLOCK_HEAD;
		bool used = is_in_use(folder, i);
		if (!read_block(x, i, size) || (memcmp(block.data, "INDX", 4) != 0 && used)) {
			*damaged += used && !slack ? 1 : 0;
			continue;
		}
		bool whole = ntfs_fixups_undo(x->block, size);
		if (used && !whole && !slack)
			(*damaged)++;
		enum triage_status st = used ? take_live(x, block, BLOCK_HEAD, &end, err) : TRIAGE_OK;
		if (st == TRIAGE_E_FORMAT && !slack)
			(*damaged)++;
		if (st == TRIAGE_E_FORMAT)
			end = BLOCK_HEAD;
		else if (st != TRIAGE_OK)
			return st;
		st = slack ? scan_slack(l, block, end, err) : TRIAGE_OK;
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

enum triage_status
ntfs_index_read(struct ntfs_index *x, const struct ntfs_file *folder,
    enum triage_status (*each)(void *ctx, const struct ntfs_old_name *old, struct triage_error *err), void *ctx,
    uint64_t *ret_damaged,
    struct triage_error *err)
{
	struct look l = { .x = x, .each = each, .ctx = ctx, .self = folder->number | (uint64_t)folder->head.sequence << 48 };
	const struct ntfs_attr *root = ntfs_file_attr(folder, NTFS_INDEX_ROOT);
	struct ntfs_stream s;
	uint32_t flags = 0;
	size_t at = 0, end = 0, size = x->n->g.index;
	*ret_damaged = 0;
	bool rooted = root != NULL && !root->nonresident && root->value.size >= ROOT_HEAD + HEAD_SIZE;
	bool root_slack = rooted && load_le32(root->value.data + ROOT_HEAD + HEAD_USED) < root->value.size - ROOT_HEAD;
	bool blocks = ntfs_stream_next(x->n, folder, NTFS_INDEX_ALLOCATION, &at, &s) && s.nonresident && size >= 512 &&
	    size <= BLOCK_MAX && size % 512 == 0;
	if (!blocks && !root_slack)
		return TRIAGE_OK;
	x->map.count = 0;
	id_set_release(&x->live);
	id_set_release(&x->sent);
	enum triage_status st = blocks ? ntfs_stream_map(x->n, &s, &x->map, &flags, err) : TRIAGE_OK;
	if (st == TRIAGE_OK && rooted)
		st = take_live(x, root->value, ROOT_HEAD, &end, err);
	if (st == TRIAGE_E_MEMORY)
		return st;
	root_slack = root_slack && st == TRIAGE_OK;
	uint64_t count = blocks ? s.size / size : 0, most = blocks ? x->bytes_left / size : 0;
	if (count > most) {
		*ret_damaged += count - most;
		count = most;
	}
	x->bytes_left -= count * size;
	st = look_at_blocks(&l, folder, count, false, ret_damaged, err);
	if (st == TRIAGE_OK && root_slack)
		st = scan_slack(&l, root->value, end, err);
	return st == TRIAGE_OK ? look_at_blocks(&l, folder, count, true, ret_damaged, err) : st;
}
