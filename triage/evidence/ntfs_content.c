#include "triage/evidence/lznt1.h"
#include "triage/evidence/ntfs.h"

#include "triage/base/scoped.h"

#include <stdlib.h>
#include <string.h>

enum { UNIT_MAX = 4 << 20, BITMAP_PIECE = 4096 };

/* State of a compressed stream. */
struct units {
	size_t size;		/* bytes of a unit */
	uint8_t *packed, *plain;
	uint64_t number;	/* of the unit in plain, UINT64_MAX for none */
};

/* How much of a unit lies on the medium, from its first byte to the first sparse run. */
static size_t
stored_in_unit(struct evidence_content *c, uint64_t start, size_t size)
{
	size_t stored = 0;
	while (stored < size) {
		size_t at = run_list_find(&c->map, start + stored, c->at == SIZE_MAX ? 0 : c->at);
		if (at == SIZE_MAX || c->map.runs[at].place == RUN_SPARSE)
			break;
		c->at = at;
		uint64_t rest = c->map.runs[at].offset + c->map.runs[at].length - start - stored;
		stored += rest < size - stored ? (size_t)rest : size - stored;
	}
	return stored;
}

/* Decompress unit number into out, which has room for it. */
static enum triage_status
read_unit(struct evidence_content *c, struct units *u, uint64_t number, uint8_t *out, struct triage_error *err)
{
	uint64_t start = number * u->size;
	size_t stored = stored_in_unit(c, start, u->size), made = 0;
	enum triage_status st = TRIAGE_OK;
	if (stored == u->size)
		return content_read_map(c, start, out, u->size, err);
	if (stored > 0) {
		bool damaged = false;
		uint32_t before = c->flags;
		st = content_read_map(c, start, u->packed, stored, err);
		if (st != TRIAGE_OK)
			return st;
		made = lznt1_decompress((struct view){ u->packed, stored }, out, u->size, &damaged);
		if (damaged || (made < u->size && start + made < c->initialised && c->flags != before))
			c->flags |= EVIDENCE_CONTENT_BAD;
	}
	memset(out + made, 0, u->size - made);
	return TRIAGE_OK;
}

static enum triage_status
read_compressed(struct evidence_content *c, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	struct units *u = c->state;
	while (size > 0) {
		uint64_t number = offset / u->size;
		size_t inside = (size_t)(offset % u->size);
		size_t part = u->size - inside < size ? u->size - inside : size;
		enum triage_status st = TRIAGE_OK;
		if (part == u->size) {
			st = read_unit(c, u, number, buf, err);
		} else {
			if (u->number != number) {
				u->number = UINT64_MAX;
				st = read_unit(c, u, number, u->plain, err);
			}
			if (st == TRIAGE_OK) {
				u->number = number;
				memcpy(buf, u->plain + inside, part);
			}
		}
		if (st != TRIAGE_OK)
			return st;
		buf += part;
		offset += part;
		size -= part;
	}
	return TRIAGE_OK;
}

static void
close_compressed(struct evidence_content *c)
{
	struct units *u = c->state;
	free(u->packed);
	free(u->plain);
	free(u);
}

static const struct content_ops compressed_ops = { .read = read_compressed, .close = close_compressed };

static enum triage_status
set_compressed(const struct ntfs *n, struct evidence_content *c, uint8_t unit_shift, struct triage_error *err)
{
	if (unit_shift > 16 || ((uint64_t)n->g.cluster << unit_shift) > UNIT_MAX) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "compressed in units of 2^%u clusters of %u bytes",
		    unit_shift, n->g.cluster);
		return TRIAGE_E_UNSUPPORTED;
	}
	struct units *u = calloc(1, sizeof(*u));
	if (u != NULL) {
		u->size = (size_t)n->g.cluster << unit_shift;
		u->number = UINT64_MAX;
		u->packed = malloc(u->size);
		u->plain = malloc(u->size);
		c->state = u;
		c->ops = &compressed_ops;
	}
	if (u == NULL || u->packed == NULL || u->plain == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a compressed stream");
		return TRIAGE_E_MEMORY;
	}
	return TRIAGE_OK;
}

static enum triage_status
set_resident(const struct ntfs_file *file, const struct ntfs_attr *a, struct evidence_content *c, struct triage_error *err)
{
	c->resident = malloc(a->value.size + 1);
	if (c->resident == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	memcpy(c->resident, a->value.data, a->value.size);
	uint64_t place = file->records[a->record].place;
	c->resident_place = place >= RUN_FILLER ? RUN_FILLER : place + a->value_at;
	c->resident_at = a->value_at;
	c->resident_fixups = load_le16(file->records[a->record].data + 4) + 2u;
	return TRIAGE_OK;
}

enum triage_status
ntfs_content_fill(struct ntfs *n, const struct ntfs_file *file, const struct ntfs_stream *stream, struct evidence_content *c,
    struct triage_error *err)
{
	uint32_t flags = 0;
	c->size = stream->size;
	c->initialised = stream->initialised;
	if ((file->damage & NTFS_DAMAGE_MEDIUM) != 0)
		c->flags |= EVIDENCE_CONTENT_BAD;
	if (!stream->nonresident)
		return set_resident(file, stream->pieces, c, err);
	enum triage_status st = ntfs_stream_map(n, stream, &c->map, &flags, err);
	if (st == TRIAGE_OK && (stream->flags & 0xff) == NTFS_ATTR_COMPRESSED && stream->unit_shift > 0)
		st = set_compressed(n, c, stream->unit_shift, err);
	return st;
}

/* Where the volume's allocation bitmap lies. Uses the scratch file. */
static enum triage_status
load_bitmap(struct ntfs *n, struct triage_error *err)
{
	enum ntfs_record_state state;
	struct ntfs_stream s;
	uint32_t flags = 0;
	size_t at = 0;
	n->bitmap_known = true;
	enum triage_status st = ntfs_file_load(n, NTFS_BITMAP, &n->scratch, &state, err);
	if (st == TRIAGE_OK && ntfs_stream_next(n, &n->scratch, NTFS_DATA, &at, &s) && s.nonresident)
		st = ntfs_stream_map(n, &s, &n->bitmap, &flags, err);
	return st == TRIAGE_E_MEMORY ? st : TRIAGE_OK;
}

/* How many of count clusters from lcn are allocated. What the bitmap cannot tell is not. */
static uint64_t
count_allocated(struct ntfs *n, uint64_t lcn, uint64_t count)
{
	uint8_t bits[BITMAP_PIECE];
	uint64_t used = 0;
	while (count > 0) {
		size_t at = run_list_find(&n->bitmap, lcn / 8, 0);
		if (at == SIZE_MAX || n->bitmap.runs[at].place >= RUN_FILLER)
			return used;
		const struct run *run = &n->bitmap.runs[at];
		uint64_t inside = lcn / 8 - run->offset, left = run->length - inside, want = (lcn % 8 + count + 7) / 8;
		size_t size = want < left ? (size_t)(want < sizeof(bits) ? want : sizeof(bits)) : (size_t)(left < sizeof(bits) ?
		    left : sizeof(bits));
		bool bad;
		struct triage_error ignored;
		if (cache_read(n->cache, run->place + inside, bits, size, &bad, &ignored) != TRIAGE_OK)
			return used;
		uint64_t here = size * 8 - lcn % 8 < count ? size * 8 - lcn % 8 : count;
		for (uint64_t i = lcn % 8; i < lcn % 8 + here; i++)
			used += bits[i / 8] >> i % 8 & 1;
		lcn += here;
		count -= here;
	}
	return used;
}

static void
count_reused(struct ntfs *n, struct evidence_content *c)
{
	for (size_t i = 0; i < c->map.count; i++) {
		const struct run *r = &c->map.runs[i];
		if (r->place >= RUN_FILLER || r->offset >= c->size)
			continue;
		c->clusters += r->length / n->g.cluster;
		c->clusters_reused += count_allocated(n, r->place / n->g.cluster, r->length / n->g.cluster);
	}
	if (c->clusters_reused > 0)
		c->flags |= EVIDENCE_CONTENT_REUSED;
}

enum triage_status
ntfs_space(struct evidence_fs *fs, struct fs_space *ret_space, struct triage_error *err)
{
	struct ntfs *n = fs->state;
	*ret_space = (struct fs_space){ .unit = n->g.cluster, .units = n->g.clusters };
	return n->bitmap_known ? TRIAGE_OK : load_bitmap(n, err);
}

enum triage_status
ntfs_used(struct evidence_fs *fs, uint64_t first, size_t count, uint8_t *bits, struct triage_error *err)
{
	struct ntfs *n = fs->state;
	size_t size = (count + 7) / 8;
	for (size_t done = 0; done < size;) {
		uint64_t offset = first / 8 + done;
		size_t at = run_list_find(&n->bitmap, offset, 0);
		bool bad = false, there = at != SIZE_MAX && n->bitmap.runs[at].place < RUN_FILLER;
		size_t part = size - done;
		if (there && n->bitmap.runs[at].length - (offset - n->bitmap.runs[at].offset) < part)
			part = (size_t)(n->bitmap.runs[at].length - (offset - n->bitmap.runs[at].offset));
		if (!there || cache_read(n->cache, n->bitmap.runs[at].place + (offset - n->bitmap.runs[at].offset), bits + done, part, &bad,
		    err) != TRIAGE_OK || bad) {
			triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "the $Bitmap cannot be read at byte %ju", (uintmax_t)offset);
			return TRIAGE_E_IO;
		}
		done += part;
	}
	return TRIAGE_OK;
}

static bool
find_stream(const struct ntfs *n, const struct ntfs_file *f, uint32_t type, uint32_t id, struct ntfs_stream *ret_stream)
{
	size_t at = 0;
	while (ntfs_stream_next(n, f, type, &at, ret_stream))
		if (ret_stream->id == id)
			return true;
	return false;
}

enum triage_status
ntfs_content(struct evidence_fs *fs, uint64_t inode, uint32_t attr_type, uint32_t attr_id, struct evidence_content *c,
    struct triage_error *err)
{
	struct ntfs *n = fs->state;
	enum ntfs_record_state state;
	struct ntfs_stream stream;
	n->list_bytes = 0;
	enum triage_status st = n->bitmap_known ? TRIAGE_OK : load_bitmap(n, err);
	if (st == TRIAGE_OK)
		st = ntfs_file_load(n, inode, &n->scratch, &state, err);
	if (st != TRIAGE_OK)
		return st;
	if (!find_stream(n, &n->scratch, attr_type, attr_id, &stream)) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "MFT record %ju has no stream %u-%u", (uintmax_t)inode,
		    attr_type, attr_id);
		return TRIAGE_E_FORMAT;
	}
	st = ntfs_content_fill(n, &n->scratch, &stream, c, err);
	if (st == TRIAGE_OK && (n->scratch.head.flags & NTFS_RECORD_IN_USE) == 0)
		count_reused(n, c);
	return st;
}
