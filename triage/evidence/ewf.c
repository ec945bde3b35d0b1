/*
 * ewf.c - E01 images through libewf, which answers with zeros where it cannot read: after each read it is asked for its
 * checksum errors, and these become bad ranges. Segments are opened all at once, so that nothing is opened later.
 */
#include "triage/evidence/ewf.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/evidence/bad_list.h"
#include "triage/evidence/ewf_map.h"
#include "triage/evidence/source.h"

#include <inttypes.h>
#include <libewf.h>
#include <stdlib.h>
#include <string.h>

enum { HASH_TEXT = 64, ERRORS_ASKED = 4096 };
static const char why_checksum[] = "damaged chunk (checksum error)";
static const char why_absent[] = "chunks missing from the image";
static const char why_acquiry[] = "not read at acquisition";

struct ewf {
	struct reader base;
	libewf_handle_t *handle;
	uint64_t sector_size;		/* that libewf counts in */
	struct bad_list bad;		/* zeros are served for it, and libewf is not asked again: it loses memory each time */
	struct bad_list doubtful;	/* bad, and what could not be read at acquisition: the filler in the image is served */
};

/* The reason that libewf gives, without its list of callers; frees e. */
static void
ewf_reason(libewf_error_t **e, char *out, size_t size)
{
	if (*e == NULL || libewf_error_sprint(*e, out, size) <= 0)
		snprintf(out, size, "no reason given");
	libewf_error_free(e);
	for (char *p = out; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
}

static void
mark_bad(struct ewf *ewf, uint64_t offset, uint64_t size, const char *why)
{
	bad_list_add(&ewf->bad, offset, size, why);
	bad_list_add(&ewf->doubtful, offset, size, why);
}

/* Sectors as libewf counts them to bytes inside the medium. False when they lie outside. */
static bool
sector_range(const struct ewf *ewf, uint64_t sector, uint64_t sectors, uint64_t *ret_offset, uint64_t *ret_size)
{
	uint64_t size = ewf->base.size, unit = ewf->sector_size;
	if (sector >= size / unit || sectors == 0)
		return false;
	*ret_offset = sector * unit;
	*ret_size = sectors > (size - *ret_offset) / unit ? size - *ret_offset : sectors * unit;
	return true;
}

/* Take over libewf's list of checksum errors. */
static void
take_errors(struct ewf *ewf)
{
	uint32_t count = 0;
	if (libewf_handle_get_number_of_checksum_errors(ewf->handle, &count, NULL) != 1)
		return;
	for (uint32_t i = 0; i < count && i < ERRORS_ASKED; i++) {
		uint64_t sector, sectors, offset, size;
		if (libewf_handle_get_checksum_error(ewf->handle, i, &sector, &sectors, NULL) == 1 &&
		    sector_range(ewf, sector, sectors, &offset, &size))
			mark_bad(ewf, offset, size, why_checksum);
	}
	/* the list is slow by index: beyond this many, the rest of the medium is not trusted */
	if (count > ERRORS_ASKED && ewf->bad.count > 0) {
		const struct bad_range *last = &ewf->bad.ranges[ewf->bad.count - 1];
		uint64_t end = last->offset + last->size;
		mark_bad(ewf, end, ewf->base.size - end, why_checksum);
	}
}

/* A piece in which nothing is known to be bad yet. */
static void
read_piece(struct ewf *ewf, uint64_t offset, uint8_t *buf, size_t size)
{
	size_t done = 0;
	while (done < size) {
		libewf_error_t *e = NULL;
		ssize_t n = fault_hit() ? -1 : libewf_handle_read_random(ewf->handle, buf + done, size - done, (off64_t)(offset + done), &e);
		libewf_error_free(&e);
		if (n > 0 && (size_t)n <= size - done) {
			done += (size_t)n;
			continue;
		}
		/* it gave up: leave out to the end of this sector and go on */
		size_t piece = (size_t)(ewf->sector_size - (offset + done) % ewf->sector_size);
		piece = piece < size - done ? piece : size - done;
		memset(buf + done, 0, piece);
		mark_bad(ewf, offset + done, piece, why_checksum);
		done += piece;
	}
	take_errors(ewf);
}

static enum triage_status
ewf_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	struct ewf *ewf = (struct ewf *)r;
	(void)err;
	size_t done = 0;
	while (done < size) {
		uint64_t at = offset + done;
		size_t piece = size - done;
		const struct bad_range *bad = bad_list_next(&ewf->bad, at);
		if (bad != NULL && bad->offset <= at) {
			uint64_t left = bad->offset + bad->size - at;
			piece = left < piece ? (size_t)left : piece;
			memset(buf + done, 0, piece);
		} else {
			if (bad != NULL && bad->offset - at < piece)
				piece = (size_t)(bad->offset - at);
			read_piece(ewf, at, buf + done, piece);
		}
		done += piece;
	}
	r->bad_bytes += bad_list_within(&ewf->doubtful, offset, size);
	return TRIAGE_OK;
}

static void
ewf_bad_ranges(struct reader *r, void (*each)(void *ctx, uint64_t offset, uint64_t size, const char *why), void *ctx)
{
	bad_list_each(&((struct ewf *)r)->doubtful, each, ctx);
}

static void
ewf_close(struct reader *r)
{
	struct ewf *ewf = (struct ewf *)r;
	if (ewf->handle != NULL) {
		libewf_handle_close(ewf->handle, NULL);
		libewf_handle_free(&ewf->handle, NULL);
	}
	bad_list_release(&ewf->bad);
	bad_list_release(&ewf->doubtful);
	free(ewf);
}

static const struct reader_ops ewf_ops = { .name = "ewf", .read = ewf_read, .bad_ranges = ewf_bad_ranges, .close = ewf_close };

/* How many leading segments libewf may be given. What is wrong with the next one becomes a problem row. */
static enum triage_status
usable_segments(const struct evidence_input *in, struct ewf_map *map, uint64_t *ret_chunks, size_t *ret_usable,
    const struct evidence_sink *sink, struct triage_error *err)
{
	size_t usable = 0;
	bool last = false;
	*ret_chunks = 0;
	for (; usable < in->count && !last; usable++) {
		struct ewf_segment segment;
		ewf_segment_look(in->fds[usable], in->sizes[usable], map, &segment);
		const char *slash = strrchr(in->paths[usable], '/');
		const char *name = slash != NULL ? slash + 1 : in->paths[usable];
		if (segment.damage != NULL) {
			*ret_usable = usable;
			return source_problem(sink, "open", TRIAGE_HIGH, "segment-damaged", segment.damage_at, in->sizes[usable], err,
			    "segment %s, offset %" PRIu64 ": %s; what it and later segments hold is not read; get a whole copy of it%s", name,
			    segment.damage_at, segment.damage, segment.hash_only ? " (its data may be whole: ewfrecover can make a copy that opens)" : "");
		}
		if (segment.number != usable + 1) {
			*ret_usable = usable;
			return source_problem(sink, "open", TRIAGE_HIGH, "segment-missing", TRIAGE_NO_ID, 0, err,
			    "segment %zu is missing (%s is number %u): what lies behind it is not read; find the file and put it beside the others",
			    usable + 1, name, segment.number);
		}
		*ret_chunks += segment.chunks;
		last = segment.last;
	}
	*ret_usable = usable;
	if (last)
		return TRIAGE_OK;
	return source_problem(sink, "open", TRIAGE_HIGH, "segment-missing", TRIAGE_NO_ID, 0, err,
	    "the image goes on after segment %zu, but segment %zu is not there; find the file and put it beside the others", usable, usable + 1);
}

static enum triage_status
ewf_handle_open(const struct evidence_input *in, size_t usable, struct ewf *ewf, struct triage_error *err)
{
	char reason[160];
	libewf_error_t *e = NULL;
	SCOPED_FREE char **names = calloc(usable, sizeof(*names));
	if (names == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu segments", usable);
		return TRIAGE_E_MEMORY;
	}
	/* libewf takes the names as char *const [] and does not change them */
	for (size_t i = 0; i < usable; i++)
		memcpy(&names[i], &in->paths[i], sizeof(names[i]));
	size64_t size = 0;
	uint32_t sector = 0;
	if (libewf_handle_initialize(&ewf->handle, &e) != 1 ||
	    libewf_handle_set_maximum_number_of_open_handles(ewf->handle, 0, &e) != 1 ||
	    libewf_handle_open(ewf->handle, names, (int)usable, libewf_get_access_flags_read(), &e) != 1 ||
	    libewf_handle_set_read_zero_chunk_on_error(ewf->handle, 1, &e) != 1 ||
	    libewf_handle_get_media_size(ewf->handle, &size, &e) != 1 ||
	    libewf_handle_get_bytes_per_sector(ewf->handle, &sector, &e) != 1) {
		ewf_reason(&e, reason, sizeof(reason));
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "libewf cannot open this E01: %s", reason);
		return TRIAGE_E_FORMAT;
	}
	if (size > INT64_MAX || sector == 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "this E01 tells of an impossible size");
		return TRIAGE_E_FORMAT;
	}
	ewf->base.size = size;
	ewf->sector_size = sector;
	ewf->base.sector_size = sector == 4096 ? 4096 : 512;
	return TRIAGE_OK;
}

/* Lower-case hex of a stored hash; "" when there is none or it is no hash. */
static void
stored_hash(libewf_handle_t *handle, const char *name, size_t digits, char *out)
{
	uint8_t text[HASH_TEXT] = { 0 };
	if (libewf_handle_get_utf8_hash_value(handle, (const uint8_t *)name, strlen(name), text, sizeof(text), NULL) != 1)
		return;
	if (strnlen((const char *)text, sizeof(text)) != digits || strspn((const char *)text, "0123456789abcdefABCDEF") != digits)
		return;
	for (size_t i = 0; i < digits; i++)
		out[i] = (char)(text[i] >= 'A' && text[i] <= 'F' ? text[i] + ('a' - 'A') : text[i]);
	out[digits] = '\0';
}

/* Sectors that the acquiring tool could not read are in the image as filler: it says so. */
static enum triage_status
report_acquiry_errors(struct ewf *ewf, const struct evidence_sink *sink, struct triage_error *err)
{
	uint32_t count = 0;
	uint64_t first = TRIAGE_NO_ID, bytes = 0;
	if (libewf_handle_get_number_of_acquiry_errors(ewf->handle, &count, NULL) != 1 || count == 0)
		return TRIAGE_OK;
	for (uint32_t i = 0; i < count && i < ERRORS_ASKED; i++) {
		uint64_t sector, sectors, offset, size;
		if (libewf_handle_get_acquiry_error(ewf->handle, i, &sector, &sectors, NULL) != 1 ||
		    !sector_range(ewf, sector, sectors, &offset, &size))
			continue;
		bad_list_add(&ewf->doubtful, offset, size, why_acquiry);
		first = offset < first ? offset : first;
		bytes += size;
	}
	return source_problem(sink, "open", TRIAGE_MEDIUM, "acquisition-errors", first, bytes, err,
	    "%" PRIu32 " ranges of the source could not be read when this image was made", count);
}

/* What no table names is not in the image, whatever libewf serves there. */
static enum triage_status
report_absent(struct ewf *ewf, const struct ewf_map *map, uint64_t chunks, const struct evidence_sink *sink, struct triage_error *err)
{
	if (chunks >= map->chunks || map->chunk_size == 0)
		return TRIAGE_OK;
	uint64_t present = chunks * map->chunk_size;
	if (present >= ewf->base.size)
		return TRIAGE_OK;
	mark_bad(ewf, present, ewf->base.size - present, why_absent);
	return source_problem(sink, "open", TRIAGE_HIGH, "chunks-missing", present, ewf->base.size - present, err,
	    "%" PRIu64 " of %" PRIu64 " bytes are in no segment that can be used: they read as zeros", ewf->base.size - present, ewf->base.size);
}

static bool
ewf_claims(const struct evidence_input *in, const uint8_t *head, size_t size)
{
	return in->kind != TRIAGE_EVIDENCE_DEVICE && ewf_signature(head, size);
}

static enum triage_status
ewf_open(struct evidence_source *source, const uint8_t *head, size_t head_size,
    const struct evidence_sink *sink, struct triage_error *err)
{
	(void)head, (void)head_size;
	struct ewf_map map = { 0 };
	uint64_t chunks;
	size_t usable;
	struct ewf *ewf = calloc(1, sizeof(*ewf));
	if (ewf == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	ewf->base.ops = &ewf_ops;
	source->reader = &ewf->base;	/* closed with the source, whatever follows */
	source->kind = TRIAGE_EVIDENCE_EWF;
	enum triage_status st = usable_segments(&source->in, &map, &chunks, &usable, sink, err);
	if (st != TRIAGE_OK)
		return st;
	if (usable == 0 || map.chunk_size == 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, 0, "the first segment of this E01 is damaged or missing: nothing of it can be read");
		return TRIAGE_E_FORMAT;
	}
	if ((st = ewf_handle_open(&source->in, usable, ewf, err)) != TRIAGE_OK)
		return st;
	stored_hash(ewf->handle, "MD5", 32, source->stored_md5);
	stored_hash(ewf->handle, "SHA1", 40, source->stored_sha1);
	if ((st = report_absent(ewf, &map, chunks, sink, err)) != TRIAGE_OK)
		return st;
	if ((st = report_acquiry_errors(ewf, sink, err)) != TRIAGE_OK)
		return st;
	/* touch both ends, so that whatever libewf opens late is opened now */
	uint8_t touch[1];
	size_t got;
	st = reader_read(&ewf->base, 0, touch, sizeof(touch), &got, err);
	if (st == TRIAGE_OK && ewf->base.size > 0)
		st = reader_read(&ewf->base, ewf->base.size - 1, touch, sizeof(touch), &got, err);
	return st;
}

const struct source_kind ewf_source = { .name = "ewf", .claims = ewf_claims, .open = ewf_open };
