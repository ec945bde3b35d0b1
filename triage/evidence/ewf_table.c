/* ewf_table.c - see ewf_table.h. */
#include "triage/evidence/ewf_table.h"

#include "triage/base/view.h"

#include <libdeflate.h>
#include <string.h>

enum { HEADER = 24, BASE = 8, HEADER_SUM = 20, ENTRY = 4, SUM = 4, CHUNK_MAX = 1 << 28, PIECE = 1 << 14 };
#define PACKED UINT32_C(0x80000000)

/* Sum the entries, and see where offsets outgrow 31 bits. False when they cannot be read. */
static bool
entries_scan(struct ewf_file file, struct ewf_table *t, uint32_t *ret_sum)
{
	uint8_t raw[PIECE];
	uint32_t sum = 1, before = 0;
	t->wide_from = t->count;
	for (uint32_t done = 0; done < t->count;) {
		uint32_t part = t->count - done < PIECE / ENTRY ? t->count - done : PIECE / ENTRY;
		if (!ewf_read_at(file, t->entries_at + (uint64_t)done * ENTRY, raw, (size_t)part * ENTRY))
			return false;
		sum = libdeflate_adler32(sum, raw, (size_t)part * ENTRY);
		for (uint32_t i = 0; i < part && t->wide_from == t->count; i++) {
			uint32_t entry = load_le32(raw + (size_t)i * ENTRY), offset = entry & ~PACKED, last = before & ~PACKED;
			if (done + i == 0)
				t->first_at = offset;
			else if (offset < last && entry > last && entry - last < CHUNK_MAX)
				t->wide_from = done + i;
			before = entry;
		}
		done += part;
	}
	*ret_sum = sum;
	return true;
}

/* How many entries a section without its own count has room for. */
static uint64_t
count_by_size(uint64_t body)
{
	return (body - HEADER - SUM) / ENTRY;
}

bool
ewf_table_read(struct ewf_file file, uint64_t size, const struct ewf_section *s, struct ewf_table *ret_table)
{
	uint8_t head[HEADER], stored[SUM];
	uint64_t body = s->end - s->at - EWF_DESCRIPTOR;
	if (body < HEADER || !ewf_read_at(file, s->at + EWF_DESCRIPTOR, head, sizeof(head)))
		return false;
	struct ewf_table t = { .count = load_le32(head), .base = load_le64(head + BASE), .entries_at = s->at + EWF_DESCRIPTOR + HEADER,
	    .at = s->at, .end = s->end };
	bool head_holds = ewf_sum_holds(head, HEADER_SUM);
	t.whole = head_holds && t.count == 0;
	*ret_table = t;
	if (t.whole)
		return true;
	if (body < HEADER + ENTRY)
		return false;
	if (t.count > (body - HEADER) / ENTRY || (!head_holds && body >= HEADER + ENTRY + SUM && t.count != count_by_size(body))) {
		uint64_t count = body < HEADER + ENTRY + SUM ? 1 : count_by_size(body);
		t.count = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
		head_holds = false;
	}
	if (t.count == 0 || t.base > size)
		return false;
	uint32_t sum;
	if (!entries_scan(file, &t, &sum))
		return false;
	t.first_at += t.base;
	uint64_t end = t.entries_at + (uint64_t)t.count * ENTRY;
	bool summed = t.first_at != end && s->end - end >= SUM;
	t.whole = head_holds && (!summed || (ewf_read_at(file, end, stored, SUM) && load_le32(stored) == sum));
	*ret_table = t;
	return true;
}

/* The window that holds entry index and, when there is one, the entry behind it. NULL when it cannot be read. */
static const uint8_t *
window_on(const struct ewf_table *t, uint64_t entries_at, uint32_t index, struct ewf_file file, struct ewf_windows *windows)
{
	if (t->found != NULL)
		return t->found + (size_t)index * ENTRY;
	uint32_t first = index / EWF_WINDOW * EWF_WINDOW;
	uint32_t count = t->count - first < EWF_WINDOW + 1 ? t->count - first : EWF_WINDOW + 1;
	uint64_t at = entries_at + (uint64_t)first * ENTRY;
	struct ewf_window *w = &windows->windows[(at / ENTRY / EWF_WINDOW + t->segment) % EWF_WINDOWS];
	if (w->entries_at != at || w->segment != t->segment || w->count != count) {
		w->entries_at = 0;
		if (!ewf_read_at(file, at, w->raw, (size_t)count * ENTRY))
			return NULL;
		w->entries_at = at;
		w->segment = t->segment;
		w->count = count;
	}
	return w->raw + (size_t)(index - first) * ENTRY;
}

bool
ewf_table_place(const struct ewf_table *table, bool twin, uint32_t index, struct ewf_file file, uint64_t size, struct ewf_windows *windows,
    struct ewf_place *ret_place)
{
	const struct ewf_table *t = table;
	if (twin && t->twin_at == 0)
		return false;
	const uint8_t *raw = window_on(t, twin ? t->twin_at : t->entries_at, index, file, windows);
	if (raw == NULL)
		return false;
	uint32_t entry = load_le32(raw);
	struct ewf_place p = { .segment = t->segment, .sure = index < t->wide_from, .packed = (entry & PACKED) != 0 };
	p.at = t->base + (p.sure ? entry & ~PACKED : entry);
	if (p.at < EWF_FILE_HEADER || p.at >= size)
		return false;
	/* the last chunk ends before its table, or, when it lies inside the table's section, with it */
	uint64_t limit = p.at < t->at ? t->at : t->end;
	if (index + 1 < t->count) {
		uint32_t following = load_le32(raw + ENTRY);
		uint64_t next = t->base + (index + 1 < t->wide_from ? following & ~PACKED : following);
		if (next > p.at && next < size)
			limit = next;
	}
	p.room = (limit > p.at && limit <= size ? limit : size) - p.at;
	*ret_place = p;
	return true;
}
