/* disk_pages.c - see disk_pages.h. */
#include "triage/evidence/disk_pages.h"

#include "triage/base/fault.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096, WAYS = 4, SETS = 128 };

static const char why_end[] = "beyond the end of the container file";

struct page {
	const struct disk_file *file;	/* NULL: empty */
	uint64_t number;
	uint64_t used;
	uint32_t size;			/* bytes that are there and whole, from the start */
};

struct disk_pages {
	uint64_t clock;
	struct page pages[SETS][WAYS];
	uint8_t data[SETS][WAYS][PAGE];
};

/* Tells of the part of each bad range of the reader below that lies in what was read. */
struct bad_below {
	uint64_t from, to;
	void (*bad)(void *ctx, uint64_t distance, uint64_t size, const char *why);
	void *ctx;
};

static void
each_bad_below(void *ctx, uint64_t offset, uint64_t size, const char *why)
{
	struct bad_below *b = ctx;
	uint64_t end = size > UINT64_MAX - offset ? UINT64_MAX : offset + size;
	uint64_t from = offset > b->from ? offset : b->from;
	uint64_t to = end < b->to ? end : b->to;
	if (from < to)
		b->bad(b->ctx, from - b->from, to - from, why);
}

static void
lay_patches(const struct disk_file *file, uint64_t at, uint8_t *buf, size_t size)
{
	if (at >= file->patched_to || at + size <= file->patched_from)
		return;
	for (size_t i = 0; i < file->patch_count; i++) {
		const struct disk_patch *p = &file->patches[i];
		uint64_t from = p->at > at ? p->at : at;
		uint64_t to = p->at + p->size < at + size ? p->at + p->size : at + size;
		if (from >= to)
			continue;
		if (p->data != NULL)
			memcpy(buf + (from - at), p->data + (from - p->at), (size_t)(to - from));
		else
			memset(buf + (from - at), 0, (size_t)(to - from));
	}
}

bool
disk_file_read(struct disk_file *file, uint64_t at, uint8_t *buf, size_t size,
    void (*bad)(void *ctx, uint64_t distance, uint64_t size, const char *why), void *ctx)
{
	struct reader *r = file->reader;
	uint64_t before = r->bad_bytes;
	size_t there = at >= r->size ? 0 : r->size - at < size ? (size_t)(r->size - at) : size;
	bool whole = there == size;
	if (size > UINT64_MAX - at)
		size = (size_t)(UINT64_MAX - at);
	memset(buf + there, 0, size - there);
	if (there > 0 && reader_read_all(r, at, buf, there, NULL) != TRIAGE_OK) {
		memset(buf, 0, there);
		whole = false;
		if (bad != NULL)
			bad(ctx, 0, there, "unreadable");
	} else if (r->bad_bytes != before) {
		whole = false;
		struct bad_below below = { .from = at, .to = at + there, .bad = bad, .ctx = ctx };
		if (bad != NULL && r->ops->bad_ranges != NULL)
			r->ops->bad_ranges(r, each_bad_below, &below);
	}
	if (file->patch_count > 0)
		lay_patches(file, at, buf, size);
	if (there < size && bad != NULL)
		bad(ctx, there, size - there, why_end);
	return whole;
}

enum triage_status
disk_pages_new(struct disk_pages **ret_pages, struct triage_error *err)
{
	*ret_pages = fault_hit() ? NULL : calloc(1, sizeof(**ret_pages));
	if (*ret_pages == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	return TRIAGE_OK;
}

void
disk_pages_free(struct disk_pages *p)
{
	free(p);
}

/* How many bytes from the start of a page are whole, when not all are. */
static void
shorten(void *ctx, uint64_t distance, uint64_t size, const char *why)
{
	uint32_t *whole = ctx;
	(void)size, (void)why;
	if (distance < *whole)
		*whole = (uint32_t)distance;
}

static struct page *
page_of(struct disk_pages *p, struct disk_file *file, uint64_t number, uint8_t **ret_data)
{
	size_t set = (size_t)((number ^ (uintptr_t)file / sizeof(*file) * 31) % SETS), oldest = 0;
	for (size_t i = 0; i < WAYS; i++) {
		struct page *page = &p->pages[set][i];
		if (page->file == file && page->number == number) {
			page->used = ++p->clock;
			*ret_data = p->data[set][i];
			return page;
		}
		if (page->used < p->pages[set][oldest].used)
			oldest = i;
	}
	struct page *page = &p->pages[set][oldest];
	*ret_data = p->data[set][oldest];
	*page = (struct page){ .file = file, .number = number, .used = ++p->clock, .size = PAGE };
	if (!disk_file_read(file, number * PAGE, *ret_data, PAGE, shorten, &page->size) && page->size == PAGE)
		page->size = 0;
	return page;
}

bool
disk_pages_read(struct disk_pages *p, struct disk_file *file, uint64_t at, void *buf, size_t size)
{
	uint8_t *out = buf;
	if (size > INT64_MAX || at > INT64_MAX - size)
		return false;
	while (size > 0) {
		uint8_t *data;
		const struct page *page = page_of(p, file, at / PAGE, &data);
		size_t inside = (size_t)(at % PAGE);
		size_t part = PAGE - inside < size ? PAGE - inside : size;
		if (inside + part > page->size)
			return false;
		memcpy(out, data + inside, part);
		out += part;
		at += part;
		size -= part;
	}
	return true;
}
