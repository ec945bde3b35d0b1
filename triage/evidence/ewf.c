/*
 * ewf.c - E01 images (EnCase 1 to 7, FTK Imager, linen, SMART), read by descriptor: nothing is opened.
 *
 * Chunks that fail their check, and those that no segment holds, are zeros and bad ranges. What the acquiring tool
 * could not read is a bad range too, but its filler is served as it is: that is what the stored hash covers.
 * Encryption there is none: an EnCase password is a digest that other programs ask for, and is not looked at.
 */
#include "triage/evidence/ewf.h"

#include "triage/base/fault.h"
#include "triage/base/text.h"
#include "triage/evidence/ewf_chunk.h"
#include "triage/evidence/source.h"

#include <stdlib.h>
#include <string.h>

static const char why_checksum[] = "damaged chunk (checksum error)";
static const char why_absent[] = "chunks missing from the image";
static const char why_unreadable[] = "chunk unreadable or cut off";

struct ewf {
	struct reader base;
	struct ewf_map map;
	struct ewf_chunks *chunks;
	struct bad_list bad;
};

static enum triage_status
ewf_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	struct ewf *ewf = (struct ewf *)r;
	uint64_t unit = ewf->map.volume.chunk_size;
	(void)err;
	for (size_t done = 0; done < size;) {
		uint64_t at = offset + done, chunk = at / unit;
		size_t inside = (size_t)(at % unit), piece = (size_t)unit - inside;
		piece = piece < size - done ? piece : size - done;
		enum ewf_state state = ewf_chunks_copy(ewf->chunks, chunk, inside, buf + done, piece);
		uint64_t left = r->size - chunk * unit;
		if (state != EWF_GOOD)
			bad_list_add(&ewf->bad, chunk * unit, left < unit ? left : unit,
			    state == EWF_ABSENT ? why_absent : state == EWF_DAMAGED ? why_checksum : why_unreadable);
		done += piece;
	}
	r->bad_bytes += bad_list_within(&ewf->bad, offset, size);
	return TRIAGE_OK;
}

static void
ewf_bad_ranges(struct reader *r, void (*each)(void *ctx, uint64_t offset, uint64_t size, const char *why), void *ctx)
{
	bad_list_each(&((struct ewf *)r)->bad, each, ctx);
}

static void
ewf_close(struct reader *r)
{
	struct ewf *ewf = (struct ewf *)r;
	ewf_chunks_free(ewf->chunks);
	ewf_map_release(&ewf->map);
	bad_list_release(&ewf->bad);
	free(ewf);
}

static const struct reader_ops ewf_ops = { .name = "ewf", .read = ewf_read, .bad_ranges = ewf_bad_ranges, .close = ewf_close };

/* What is known to be bad before anything is read. */
static void
bad_from_start(struct ewf *ewf)
{
	const struct ewf_map *map = &ewf->map;
	uint64_t unit = map->volume.chunk_size, at = 0;
	for (size_t i = 0; i <= map->table_count; i++) {
		uint64_t first = i < map->table_count && map->tables[i].first < map->chunks ? map->tables[i].first : map->chunks;
		if (first > at)
			bad_list_add(&ewf->bad, at * unit, (first < map->chunks ? first * unit : map->size) - at * unit, why_absent);
		if (i < map->table_count)
			at = map->tables[i].first + map->tables[i].count;
	}
	for (size_t i = 0; i < map->acquisition.count; i++) {
		const struct bad_range *r = &map->acquisition.ranges[i];
		if (r->offset < map->size)
			bad_list_add(&ewf->bad, r->offset, r->size < map->size - r->offset ? r->size : map->size - r->offset, r->why);
	}
}

/* A first segment with a destroyed head is still known by its first section, or by the segments beside it. */
static bool
ewf_claims(const struct evidence_input *in, const uint8_t *head, size_t size)
{
	if (in->kind == TRIAGE_EVIDENCE_DEVICE || ewf_signature(head, size))
		return in->kind != TRIAGE_EVIDENCE_DEVICE;
	if (in->kind != TRIAGE_EVIDENCE_EWF)
		return false;
	if (size > EWF_FILE_HEADER && ewf_descriptor(head + EWF_FILE_HEADER, size - EWF_FILE_HEADER))
		return true;
	uint8_t other[EWF_FILE_HEADER];
	return in->count > 1 && ewf_read_at(ewf_file_of(in, 1), 0, other, sizeof(other)) && ewf_signature(other, sizeof(other));
}

static enum triage_status
ewf_open(struct evidence_source *source, const uint8_t *head, size_t head_size,
    const struct evidence_sink *sink, struct triage_error *err)
{
	(void)head, (void)head_size;
	struct ewf *ewf = fault_hit() ? NULL : calloc(1, sizeof(*ewf));
	if (ewf == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	ewf->base.ops = &ewf_ops;
	source->reader = &ewf->base;	/* closed with the source, whatever follows */
	source->kind = TRIAGE_EVIDENCE_EWF;
	enum triage_status st = ewf_map_read(&source->in, &ewf->map, sink, err);
	if (st == TRIAGE_OK)
		st = ewf_chunks_new(&ewf->map, &ewf->chunks, err);
	if (st != TRIAGE_OK)
		return st;
	ewf->base.size = ewf->map.size;
	ewf->base.sector_size = ewf->map.volume.sector_size == 4096 ? 4096 : 512;
	bad_from_start(ewf);
	if (ewf->map.has_md5)
		text_hex(source->stored_md5, ewf->map.md5, sizeof(ewf->map.md5));
	if (ewf->map.has_sha1)
		text_hex(source->stored_sha1, ewf->map.sha1, sizeof(ewf->map.sha1));
	memcpy(source->about, ewf->map.about, sizeof(source->about));
	return TRIAGE_OK;
}

const struct source_kind ewf_source = { .name = "ewf", .claims = ewf_claims, .open = ewf_open };
