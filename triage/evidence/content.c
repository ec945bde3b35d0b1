#include "triage/evidence/content.h"

#include "triage/base/scoped.h"
#include "triage/evidence/fs.h"
#include "triage/evidence/unallocated.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIXUP_SECTOR = 512, EXTENTS_SENT = 4096, PIECES_LOOKED = 1 << 20 };

void
run_list_release(struct run_list *l)
{
	free(l->runs);
	*l = (struct run_list){ 0 };
}

uint64_t
run_list_end(const struct run_list *l)
{
	return l->count == 0 ? 0 : l->runs[l->count - 1].offset + l->runs[l->count - 1].length;
}

enum triage_status
run_list_add(struct run_list *l, uint64_t place, uint64_t length, struct triage_error *err)
{
	uint64_t end = run_list_end(l);
	if (length == 0)
		return TRIAGE_OK;
	if (length > INT64_MAX - end) {
		triage_error_set(err, TRIAGE_E_FORMAT, end, "a run of %ju bytes makes the stream larger than any can be",
		    (uintmax_t)length);
		return TRIAGE_E_FORMAT;
	}
	struct run *last = l->count > 0 ? &l->runs[l->count - 1] : NULL;
	if (last != NULL && (place >= RUN_FILLER ? last->place == place : last->place < RUN_FILLER &&
	    last->place + last->length == place)) {
		last->length += length;
		return TRIAGE_OK;
	}
	if (l->count == l->room) {
		size_t room = l->room == 0 ? 8 : l->room * 2;
		struct run *runs = room > RUN_LIST_MAX ? NULL : realloc(l->runs, room * sizeof(*runs));
		if (runs == NULL) {
			enum triage_status st = room > RUN_LIST_MAX ? TRIAGE_E_LIMIT : TRIAGE_E_MEMORY;
			triage_error_set(err, st, end, "a stream in more than %zu pieces", l->count);
			return st;
		}
		l->runs = runs;
		l->room = room;
	}
	l->runs[l->count++] = (struct run){ .offset = end, .place = place, .length = length };
	return TRIAGE_OK;
}

static bool
run_holds(const struct run *r, uint64_t offset)
{
	return offset >= r->offset && offset - r->offset < r->length;
}

size_t
run_list_find(const struct run_list *l, uint64_t offset, size_t hint)
{
	for (size_t i = hint; i < l->count && i < hint + 2; i++)
		if (run_holds(&l->runs[i], offset))
			return i;
	size_t low = 0, high = l->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (run_holds(&l->runs[middle], offset))
			return middle;
		if (l->runs[middle].offset > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return SIZE_MAX;
}

/* Bytes of one data run; what the medium does not have is zeros. True when something was read. */
static bool
read_place(struct evidence_content *c, uint64_t place, uint8_t *buf, size_t size, struct triage_error *err)
{
	struct reader *r = c->fs->reader;
	size_t got = 0;
	uint64_t before = r->bad_bytes;
	enum triage_status st = reader_read(r, place, buf, size, &got, err);
	if (st != TRIAGE_OK)
		got = 0;
	if (got < size) {
		memset(buf + got, 0, size - got);
		c->flags |= EVIDENCE_CONTENT_BAD;
	}
	if (r->bad_bytes != before)
		c->flags |= EVIDENCE_CONTENT_BAD;
	return st == TRIAGE_OK;
}

enum triage_status
content_read_map(struct evidence_content *c, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	bool any = size == 0;
	while (size > 0) {
		c->at = run_list_find(&c->map, offset, c->at == SIZE_MAX ? 0 : c->at);
		if (c->at == SIZE_MAX) {
			memset(buf, 0, size);
			c->flags |= EVIDENCE_CONTENT_FILLER;
			return TRIAGE_OK;
		}
		const struct run *r = &c->map.runs[c->at];
		uint64_t inside = offset - r->offset;
		size_t part = r->length - inside < size ? (size_t)(r->length - inside) : size;
		if (r->place < RUN_FILLER) {
			any |= read_place(c, r->place + inside, buf, part, err);
		} else {
			memset(buf, 0, part);
			any = true;
			if (r->place == RUN_FILLER)
				c->flags |= EVIDENCE_CONTENT_FILLER;
		}
		buf += part;
		offset += part;
		size -= part;
	}
	return any ? TRIAGE_OK : TRIAGE_E_IO;
}

uint64_t
content_place(const struct evidence_content *c)
{
	if (c->resident != NULL)
		return c->resident_place >= RUN_FILLER ? 0 : c->fs->start + c->resident_place;
	for (size_t i = 0; i < c->map.count; i++)
		if (c->map.runs[i].place < RUN_FILLER)
			return c->fs->start + c->map.runs[i].place;
	return 0;
}

/* For drivers that only say that clusters were used again: how many. */
static enum triage_status
count_reused(struct evidence_content *c, struct triage_error *err)
{
	struct fs_space space;
	uint8_t bits = 0;
	const struct fs_driver *driver = c->fs->driver;
	enum triage_status st = driver->space != NULL ? driver->space(c->fs, &space, err) : TRIAGE_END;
	for (size_t i = 0; i < c->map.count && st == TRIAGE_OK; i++) {
		const struct run *r = &c->map.runs[i];
		for (uint64_t at = 0; r->place < RUN_FILLER && r->place >= space.start && at < r->length; at += space.unit) {
			struct triage_error ignored;
			uint64_t unit = (r->place + at - space.start) / space.unit;
			c->clusters++;
			size_t some = space.units - unit / 8 * 8 < 8 ? (size_t)(space.units - unit / 8 * 8) : 8;
			if (unit < space.units && driver->used(c->fs, unit / 8 * 8, some, &bits, &ignored) == TRIAGE_OK)
				c->clusters_reused += bits >> unit % 8 & 1;
		}
	}
	return st == TRIAGE_E_MEMORY ? st : TRIAGE_OK;
}

enum triage_status
evidence_content_open(struct evidence_fs *fs, uint64_t inode, uint32_t attr_type, uint32_t attr_id,
    struct evidence_content **ret_content, struct triage_error *err)
{
	struct evidence_content *c = calloc(1, sizeof(*c));
	if (c == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	c->fs = fs;
	c->inode = inode;
	c->resident_place = RUN_FILLER;
	bool space = attr_type == EVIDENCE_ATTR_CARVED || attr_type == EVIDENCE_ATTR_UNALLOCATED || attr_type == EVIDENCE_ATTR_SLACK;
	enum triage_status st = space ? unallocated_content(fs, inode, attr_type, attr_id, c, err) :
	    fs->driver->content(fs, inode, attr_type, attr_id, c, err);
	if (st == TRIAGE_OK && (c->flags & EVIDENCE_CONTENT_REUSED) != 0 && c->clusters == 0)
		st = count_reused(c, err);
	if (st != TRIAGE_OK) {
		evidence_content_close(c);
		return st;
	}
	*ret_content = c;
	return TRIAGE_OK;
}

void
evidence_content_close(struct evidence_content *c)
{
	if (c == NULL)
		return;
	if (c->ops != NULL && c->ops->close != NULL)
		c->ops->close(c);
	run_list_release(&c->map);
	free(c->resident);
	free(c);
}

uint64_t
evidence_content_size(const struct evidence_content *c)
{
	return c->size;
}

uint32_t
evidence_content_flags(const struct evidence_content *c)
{
	return c->flags;
}

uint64_t
evidence_content_reused(const struct evidence_content *c, uint64_t *ret_reused)
{
	*ret_reused = c->clusters_reused;
	return c->clusters;
}

enum triage_status
evidence_content_read(struct evidence_content *c, uint64_t offset, void *buf, size_t size, size_t *ret_got,
    struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	uint8_t *out = buf;
	if (offset >= c->size) {
		*ret_got = 0;
		return TRIAGE_OK;
	}
	if (size > c->size - offset)
		size = (size_t)(c->size - offset);
	size_t written = 0;	/* what lies inside the initialised size */
	if (offset < c->initialised)
		written = c->initialised - offset < size ? (size_t)(c->initialised - offset) : size;
	if (written > 0 && c->ops != NULL)
		st = c->ops->read(c, offset, out, written, err);
	else if (written > 0 && c->resident != NULL)
		memcpy(out, c->resident + offset, written);
	else if (written > 0)
		st = content_read_map(c, offset, out, written, err);
	if (st != TRIAGE_OK)
		return st;
	memset(out + written, 0, size - written);
	*ret_got = size;
	return TRIAGE_OK;
}

/* Holes up to this size are read as the zeros that they are. */
#define HOLE_BOUND (UINT64_C(1) << 30)

/* Where what is known of the stream ends; its size unless more than a MiB of unknown bytes follows. A damaged folder claims GiB after GiB. */
static uint64_t
known_size(const struct evidence_content *c)
{
	const uint64_t bound = UINT64_C(1) << 20;
	uint64_t known = 0;
	if (c->size <= bound || c->map.count == 0 || (c->flags & EVIDENCE_CONTENT_FILLER) == 0)
		return c->size;
	for (size_t i = 0; i < c->map.count; i++) {
		const struct run *r = &c->map.runs[i];
		if (r->place != RUN_FILLER && r->offset < c->size)
			known = r->length < c->size - r->offset ? r->offset + r->length : c->size;
	}
	return c->size - known > bound ? known : c->size;
}

uint64_t
evidence_content_worth(const struct evidence_content *c)
{
	uint64_t data = 0, end = 0, size = known_size(c);
	if (size <= HOLE_BOUND || c->map.count == 0)
		return size;
	for (size_t i = 0; i < c->map.count; i++) {
		const struct run *r = &c->map.runs[i];
		if (r->place >= RUN_FILLER || r->offset >= c->size)
			continue;
		uint64_t length = r->length < c->size - r->offset ? r->length : c->size - r->offset;
		data += length;
		end = r->offset + length;
	}
	/* in proportion: at most a GiB of holes, or as much of them as there is data */
	uint64_t bound = HOLE_BOUND + 2 * data;
	if (size <= bound)
		return size;
	return end <= bound ? end : bound;
}

static enum triage_status
tell_left_out(const struct evidence_content *c, const struct evidence_sink *sink, size_t count, struct triage_error *err)
{
	char message[200];
	snprintf(message, sizeof(message), "the stream lies in many pieces: the first %d are listed, %zu are left out",
	    EXTENTS_SENT, count);
	return sink->problem(sink->ctx, &(struct triage_problem){
		.stage = "content", .severity = TRIAGE_INFO, .code = "extents-cut", .message = message, .inode = c->inode,
		.edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID,
	}, err);
}

/* Where extents go, and how many have gone. */
struct extents {
	const struct evidence_content *c;
	const struct evidence_sink *sink;
	size_t sent, left;
	size_t pieces;		/* looked at on a layered volume */
};

/* Bytes of the stream that lie at `place` as its driver counts; in the evidence they may lie in pieces, or nowhere. */
static enum triage_status
send_extent(struct extents *x, uint64_t file_offset, uint64_t place, uint64_t length, struct triage_error *err)
{
	while (length > 0) {
		uint64_t run, image = fs_image_offset(x->c->fs, place, &run);
		uint64_t part = run < length ? run : length;
		bool told = image != TRIAGE_NO_OFFSET;
		if (x->c->fs->layered && x->pieces++ >= PIECES_LOOKED)
			return TRIAGE_OK;	/* nobody follows so many */
		if (told && x->sent == EXTENTS_SENT) {
			x->left++;
		} else if (told) {
			enum triage_status st = x->sink->extent(x->sink->ctx, &(struct triage_extent){
				.file_offset = file_offset, .image_offset = image, .length = part,
			}, err);
			if (st != TRIAGE_OK)
				return st;
			x->sent++;
		}
		file_offset += part;
		place += part;
		length -= part;
	}
	return TRIAGE_OK;
}

/*
 * Resident bytes inside an MFT record. The last two bytes of each sector are kept in the record's head (fixups), so a stream
 * that crosses them lies in pieces.
 */
static enum triage_status
resident_extents(struct extents *x, struct triage_error *err)
{
	const struct evidence_content *c = x->c;
	uint64_t record = c->fs->start + c->resident_place - c->resident_at;
	enum triage_status st = TRIAGE_OK;
	for (uint64_t done = 0; done < c->size && st == TRIAGE_OK;) {
		uint64_t at = c->resident_at + done, sector = at / FIXUP_SECTOR, inside = at % FIXUP_SECTOR;
		bool kept = inside >= FIXUP_SECTOR - 2;
		uint64_t end = kept ? FIXUP_SECTOR : FIXUP_SECTOR - 2;
		uint64_t length = end - inside < c->size - done ? end - inside : c->size - done;
		uint64_t where = kept ? c->resident_fixups + sector * 2 + (inside - (FIXUP_SECTOR - 2)) : at;
		st = send_extent(x, done, record + where, length, err);
		done += length;
	}
	return st;
}

enum triage_status
evidence_content_extents(struct evidence_content *c, const struct evidence_sink *sink, struct triage_error *err)
{
	struct extents x = { .c = c, .sink = sink };
	if (c->resident != NULL && c->resident_place < RUN_FILLER && c->size > 0)
		return resident_extents(&x, err);
	for (size_t i = 0; i < c->map.count; i++) {
		const struct run *r = &c->map.runs[i];
		if (r->place >= RUN_FILLER || r->offset >= c->size)
			continue;
		uint64_t length = r->length < c->size - r->offset ? r->length : c->size - r->offset;
		enum triage_status st = send_extent(&x, r->offset, c->fs->start + r->place, length, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return x.left > 0 ? tell_left_out(c, sink, x.left, err) : TRIAGE_OK;
}
