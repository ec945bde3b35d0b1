#include "triage/evidence/ntfs_file.h"

#include "triage/base/scoped.h"
#include "triage/evidence/ntfs.h"

#include <stdlib.h>
#include <string.h>

enum {
	LIST_TYPE = 0, LIST_LENGTH = 4, LIST_RECORD = 16, LIST_ENTRY_SIZE = 26,
	LIST_MAX = 1 << 20,		/* bytes of one attribute list */
	EXTENSIONS_MAX = 16384,		/* records of one file */
	ATTRS_PER_RECORD = 2048,
	NAMES_MAX = 4096,		/* of one file; NTFS itself allows 1,024 */
};
#define LIST_BUDGET (UINT64_C(1) << 30)	/* bytes of attribute lists in one listing */

void
ntfs_file_release(struct ntfs_file *f)
{
	for (size_t i = 0; i < f->record_room; i++)
		free(f->records[i].data);
	free(f->records);
	free(f->attrs);
	*f = (struct ntfs_file){ 0 };
}

/* Room for one more record. */
static enum triage_status
grow_records(const struct ntfs *n, struct ntfs_file *f, struct triage_error *err)
{
	if (f->record_count == f->record_room) {
		size_t room = f->record_room == 0 ? 2 : f->record_room * 2;
		void *records = realloc(f->records, room * sizeof(*f->records));
		if (records == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the records of a file");
			return TRIAGE_E_MEMORY;
		}
		f->records = records;
		memset(&f->records[f->record_room], 0, (room - f->record_room) * sizeof(*f->records));
		f->record_room = room;
	}
	if (f->records[f->record_count].data == NULL)
		f->records[f->record_count].data = malloc(n->g.record);
	if (f->records[f->record_count].data == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the records of a file");
		return TRIAGE_E_MEMORY;
	}
	return TRIAGE_OK;
}

/* Read one record behind those that the file has. It counts only when the caller raises record_count. */
static enum triage_status
fetch_record(struct ntfs *n, struct ntfs_file *f, uint64_t number, struct ntfs_head *head, enum ntfs_record_state *state,
    struct triage_error *err)
{
	enum triage_status st = grow_records(n, f, err);
	if (st != TRIAGE_OK)
		return st;
	bool bad = false;
	uint8_t *data = f->records[f->record_count].data;
	f->records[f->record_count].number = number;
	st = ntfs_read_record(n, number, data, &f->records[f->record_count].place, &bad, err);
	if (st != TRIAGE_OK)
		return st;
	*state = ntfs_record_fix(data, n->g.record, head);
	if (bad)
		f->damage |= NTFS_DAMAGE_MEDIUM;
	if (*state == NTFS_RECORD_TORN)
		f->damage |= NTFS_DAMAGE_TORN;
	return TRIAGE_OK;
}

/* Parse the attributes of record index into f->attrs. */
static enum triage_status
take_attrs(const struct ntfs *n, struct ntfs_file *f, uint32_t index, const struct ntfs_head *head, struct triage_error *err)
{
	struct view record = { f->records[index].data, n->g.record };
	size_t at = head->first, first = f->attr_count;
	for (size_t count = 0; count < ATTRS_PER_RECORD; count++) {
		if (f->attr_count == f->attr_room) {
			size_t room = f->attr_room == 0 ? 16 : f->attr_room * 2;
			struct ntfs_attr *attrs = realloc(f->attrs, room * sizeof(*attrs));
			if (attrs == NULL) {
				triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu attributes", room);
				return TRIAGE_E_MEMORY;
			}
			f->attrs = attrs;
			f->attr_room = room;
		}
		struct ntfs_attr *a = &f->attrs[f->attr_count];
		enum triage_status st = ntfs_attr_next(record, head, &at, a);
		if (st == TRIAGE_END)
			return TRIAGE_OK;
		if (st != TRIAGE_OK)
			break;
		/* Ids repeat between records, and in a forged record: the key stays unique and is found again. */
		for (size_t i = first; i < f->attr_count && a->type == NTFS_DATA; i++)
			if (f->attrs[i].type == a->type && (f->attrs[i].id & 0xffff) == a->id)
				a->id = 0x8000u | (uint32_t)count;
		a->record = index;
		a->id |= index << 16;
		if (a->type != NTFS_FILE_NAME || f->name_count++ < NAMES_MAX)
			f->attr_count++;
	}
	f->damage |= NTFS_DAMAGE_CUT;
	return TRIAGE_OK;
}

static int
compare_attrs(const void *left, const void *right)
{
	const struct ntfs_attr *a = left, *b = right;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	size_t common = a->name.size < b->name.size ? a->name.size : b->name.size;
	int names = memcmp(a->name.data, b->name.data, common);
	if (names != 0 || a->name.size != b->name.size)
		return names != 0 ? names : a->name.size < b->name.size ? -1 : 1;
	if (a->first_vcn != b->first_vcn)
		return a->first_vcn < b->first_vcn ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static void
sort_attrs(struct ntfs_file *f)
{
	if (f->attr_count > 24) {
		qsort(f->attrs, f->attr_count, sizeof(f->attrs[0]), compare_attrs);
		return;
	}
	for (size_t i = 1; i < f->attr_count; i++) {
		if (compare_attrs(&f->attrs[i - 1], &f->attrs[i]) <= 0)
			continue;
		struct ntfs_attr moved = f->attrs[i];
		size_t k = i;
		for (; k > 0 && compare_attrs(&f->attrs[k - 1], &moved) > 0; k--)
			f->attrs[k] = f->attrs[k - 1];
		f->attrs[k] = moved;
	}
}

/* The bytes of an attribute list that has clusters of its own. */
static enum triage_status
read_list(struct ntfs *n, struct ntfs_file *f, const struct ntfs_attr *list, uint8_t **ret_data, struct triage_error *err)
{
	struct run_list map = { 0 };
	uint32_t flags = 0;
	size_t size = (size_t)list->size;
	SCOPED_FREE uint8_t *data = malloc(size);
	enum triage_status st = data != NULL ? TRIAGE_OK : TRIAGE_E_MEMORY;
	if (st == TRIAGE_OK)
		st = ntfs_runs_decode(list->runs, &n->g, UINT64_MAX, &map, &flags, err);
	if (st != TRIAGE_OK || run_list_end(&map) < size || flags != 0)
		f->damage |= NTFS_DAMAGE_LIST;
	for (size_t i = 0, at = 0; i < map.count && at < size && st == TRIAGE_OK; i++) {
		size_t part = map.runs[i].length < size - at ? (size_t)map.runs[i].length : size - at;
		bool bad = false;
		if (map.runs[i].place >= RUN_FILLER || cache_read(n->cache, map.runs[i].place, data + at, part, &bad,
		    err) != TRIAGE_OK)
			memset(data + at, 0, part);
		if (bad)
			f->damage |= NTFS_DAMAGE_LIST;
		at += part;
	}
	if (data != NULL && run_list_end(&map) < size)
		memset(data + run_list_end(&map), 0, size - (size_t)run_list_end(&map));
	run_list_release(&map);
	n->list_bytes += size;
	if (st == TRIAGE_OK)
		*ret_data = TAKE(data);
	return st;
}

static int
compare_numbers(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
	return a < b ? -1 : a > b;
}

/* The distinct records that a list names, without the base record. ret_numbers is owned by the caller. */
static size_t
listed_records(struct ntfs_file *f, struct view list, uint64_t *numbers, size_t room)
{
	size_t count = 0, at = 0;
	while (list.size - at >= LIST_ENTRY_SIZE && load_le32(list.data + at + LIST_TYPE) != 0) {
		size_t length = load_le16(list.data + at + LIST_LENGTH);
		if (length < LIST_ENTRY_SIZE || length > list.size - at) {
			f->damage |= NTFS_DAMAGE_LIST;
			break;
		}
		uint64_t number = ntfs_ref_number(load_le64(list.data + at + LIST_RECORD));
		if (number != f->number && (count == 0 || numbers[count - 1] != number) && count < room)
			numbers[count++] = number;
		at += length;
	}
	qsort(numbers, count, sizeof(numbers[0]), compare_numbers);
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || numbers[kept - 1] != numbers[i])
			numbers[kept++] = numbers[i];
	if (kept > EXTENSIONS_MAX) {
		f->damage |= NTFS_DAMAGE_LIST;
		kept = EXTENSIONS_MAX;
	}
	return kept;
}

/* Load the extension records of a list. One that cannot be had, or is not this file's, is damage, not failure. */
static enum triage_status
take_extensions(struct ntfs *n, struct ntfs_file *f, struct view list, struct triage_error *err)
{
	size_t room = list.size / LIST_ENTRY_SIZE + 1;
	SCOPED_FREE uint64_t *numbers = malloc(room * sizeof(*numbers));
	if (numbers == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for an attribute list");
		return TRIAGE_E_MEMORY;
	}
	size_t count = listed_records(f, list, numbers, room);
	for (size_t i = 0; i < count; i++) {
		struct ntfs_head head;
		enum ntfs_record_state state = NTFS_RECORD_GARBAGE;
		enum triage_status st = fetch_record(n, f, numbers[i], &head, &state, err);
		if (st == TRIAGE_E_MEMORY)
			return st;
		if (st != TRIAGE_OK || state < NTFS_RECORD_TORN || ntfs_ref_number(head.base) != f->number || head.base == 0) {
			f->damage |= NTFS_DAMAGE_EXTENSION;
			continue;
		}
		f->record_count++;
		st = take_attrs(n, f, (uint32_t)(f->record_count - 1), &head, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

enum triage_status
ntfs_file_load(struct ntfs *n, uint64_t number, struct ntfs_file *f, enum ntfs_record_state *ret_state, struct triage_error *err)
{
	f->number = number;
	f->damage = 0;
	f->record_count = f->attr_count = f->name_count = 0;
	*ret_state = NTFS_RECORD_GARBAGE;
	enum triage_status st = fetch_record(n, f, number, &f->head, ret_state, err);
	if (st != TRIAGE_OK)
		return st;
	if (*ret_state < NTFS_RECORD_TORN || f->head.base != 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, number, "MFT record %ju is not the base record of a file",
		    (uintmax_t)number);
		return TRIAGE_E_FORMAT;
	}
	f->record_count = 1;
	st = take_attrs(n, f, 0, &f->head, err);
	const struct ntfs_attr *list = NULL;
	for (size_t i = 0; i < f->attr_count && list == NULL; i++)
		list = f->attrs[i].type == NTFS_ATTRIBUTE_LIST ? &f->attrs[i] : NULL;
	if (st == TRIAGE_OK && list != NULL && !list->nonresident) {
		st = take_extensions(n, f, list->value, err);
	} else if (st == TRIAGE_OK && list != NULL && list->size <= LIST_MAX && list->size > 0 && n->list_bytes < LIST_BUDGET) {
		SCOPED_FREE uint8_t *data = NULL;
		size_t size = (size_t)list->size;
		st = read_list(n, f, list, &data, err);
		if (st == TRIAGE_OK)
			st = take_extensions(n, f, (struct view){ data, size }, err);
	} else if (list != NULL) {
		f->damage |= NTFS_DAMAGE_LIST;
	}
	sort_attrs(f);
	return st == TRIAGE_E_LIMIT || st == TRIAGE_E_FORMAT ? TRIAGE_OK : st;
}

const struct ntfs_attr *
ntfs_file_attr(const struct ntfs_file *f, uint32_t type)
{
	for (size_t i = 0; i < f->attr_count; i++)
		if (f->attrs[i].type == type)
			return &f->attrs[i];
	return NULL;
}

static bool
same_stream(const struct ntfs_attr *a, const struct ntfs_attr *b)
{
	return a->type == b->type && a->nonresident && b->nonresident && a->name.size == b->name.size &&
	    memcmp(a->name.data, b->name.data, a->name.size) == 0;
}

bool
ntfs_stream_next(const struct ntfs *n, const struct ntfs_file *f, uint32_t type, size_t *at, struct ntfs_stream *ret_stream)
{
	while (*at < f->attr_count && f->attrs[*at].type != type)
		(*at)++;
	if (*at >= f->attr_count)
		return false;
	const struct ntfs_attr *a = &f->attrs[(*at)++];
	struct ntfs_stream s = {
		.type = a->type, .id = a->id, .record = a->record, .flags = a->flags, .nonresident = a->nonresident,
		    .name = a->name,
		.unit_shift = a->unit_shift, .size = a->size, .initialised = a->initialised, .allocated = a->allocated,
		.pieces = a, .count = 1, .headless = a->nonresident && a->first_vcn != 0,
	};
	while (*at < f->attr_count && same_stream(a, &f->attrs[*at]) && f->attrs[*at].first_vcn != 0) {
		s.count++;
		(*at)++;
	}
	if (s.headless) {
		uint64_t last = a[s.count - 1].last_vcn;
		s.size = last < INT64_MAX / n->g.cluster ? (last + 1) * n->g.cluster : 0;
		s.initialised = s.allocated = s.size;
		s.unit_shift = 0;
	}
	*ret_stream = s;
	return true;
}

enum triage_status
ntfs_stream_map(const struct ntfs *n, const struct ntfs_stream *s, struct run_list *map, uint32_t *ret_flags,
    struct triage_error *err)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct ntfs_attr *piece = &s->pieces[i];
		uint64_t end = run_list_end(map);
		if (piece->first_vcn > INT64_MAX / n->g.cluster || piece->first_vcn * n->g.cluster < end) {
			*ret_flags |= NTFS_RUN_DAMAGED;
			continue;
		}
		if (piece->first_vcn * n->g.cluster > end)
			*ret_flags |= NTFS_RUN_DAMAGED;
		enum triage_status st = run_list_add(map, RUN_FILLER, piece->first_vcn * n->g.cluster - end, err);
		if (st == TRIAGE_OK)
			st = ntfs_runs_decode(piece->runs, &n->g, UINT64_MAX, map, ret_flags, err);
		if (st == TRIAGE_E_FORMAT)
			*ret_flags |= NTFS_RUN_DAMAGED;
		else if (st != TRIAGE_OK)
			return st;
	}
	uint64_t end = run_list_end(map), want = s->unit_shift > 0 ? s->initialised : s->size;
	if (end >= want)
		return TRIAGE_OK;
	if (end < s->initialised)
		*ret_flags |= NTFS_RUN_DAMAGED;
	return run_list_add(map, RUN_FILLER, want - end, err);
}
