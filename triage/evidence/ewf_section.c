/* ewf_section.c - see ewf_section.h. */
#include "triage/evidence/ewf_section.h"

#include "triage/base/fault.h"
#include "triage/base/view.h"

#include <errno.h>
#include <libdeflate.h>
#include <string.h>
#include <unistd.h>

enum { NEXT = 16, SIZE = 24, SUMMED = 72, TYPE = 16, STEPS_MAX = 1 << 20, WINDOW = 1 << 16 };

static const struct {
	char name[TYPE];
	enum ewf_type type;
} types[] = {
	{ "header", EWF_HEADER }, { "header2", EWF_HEADER2 }, { "volume", EWF_VOLUME }, { "disk", EWF_VOLUME }, { "data", EWF_VOLUME },
	{ "sectors", EWF_SECTORS }, { "table", EWF_TABLE }, { "table2", EWF_TABLE2 }, { "hash", EWF_HASH }, { "digest", EWF_DIGEST },
	{ "error2", EWF_ERROR2 }, { "session", EWF_SESSION }, { "next", EWF_NEXT }, { "done", EWF_DONE },
	{ "xheader", EWF_OTHER }, { "xhash", EWF_OTHER }, { "incomplete", EWF_OTHER },
};

bool
ewf_read_at(struct ewf_file file, uint64_t at, void *buf, size_t size)
{
	size_t done = 0;
	if (file.reader != NULL) {
		uint64_t bad = file.reader->bad_bytes;
		return reader_read_all(file.reader, at, buf, size, NULL) == TRIAGE_OK && file.reader->bad_bytes == bad;
	}
	while (done < size) {
		ssize_t n = fault_hit() ? -1 : pread(file.fd, (uint8_t *)buf + done, size - done, (off_t)(at + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

bool
ewf_sum_holds(const uint8_t *data, size_t size)
{
	return libdeflate_adler32(1, data, size) == load_le32(data + size);
}

/* False when no type of that name is known. */
static bool
type_of(const uint8_t *raw, enum ewf_type *ret_type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (memcmp(raw, types[i].name, TYPE) == 0) {
			*ret_type = types[i].type;
			return true;
		}
	return false;
}

bool
ewf_descriptor(const uint8_t *data, size_t size)
{
	enum ewf_type type;
	return size >= EWF_DESCRIPTOR && type_of(data, &type) && ewf_sum_holds(data, SUMMED);
}

void
ewf_walk_begin(struct ewf_walk *w, struct ewf_file file, uint64_t size)
{
	*w = (struct ewf_walk){ .file = file, .size = size, .at = EWF_FILE_HEADER, .known = EWF_FILE_HEADER };
}

static void
damaged(struct ewf_walk *w, uint64_t at, const char *what)
{
	if (w->damage == NULL) {
		w->damage = what;
		w->damage_at = at;
	}
}

/* A descriptor at file offset at that fits its place: its next one begins where it ends, or it is the last. */
static bool
fits(const uint8_t *raw, uint64_t at)
{
	enum ewf_type type;
	uint64_t next = load_le64(raw + NEXT);
	if (!ewf_descriptor(raw, EWF_DESCRIPTOR) || !type_of(raw, &type))
		return false;
	if (type == EWF_NEXT || type == EWF_DONE)
		return next == at || next == at + EWF_DESCRIPTOR;
	return next > at && next - at >= EWF_DESCRIPTOR && load_le64(raw + SIZE) == next - at;
}

/* The first descriptor at or behind from; the end of the file when there is none. */
static uint64_t
search(const struct ewf_walk *w, uint64_t from)
{
	bool begins[UINT8_MAX + 1] = { false };
	uint8_t window[WINDOW];
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		begins[(uint8_t)types[i].name[0]] = true;
	while (from <= w->size && w->size - from >= EWF_DESCRIPTOR) {
		size_t size = w->size - from < sizeof(window) ? (size_t)(w->size - from) : sizeof(window);
		bool readable = ewf_read_at(w->file, from, window, size);
		for (size_t i = 0; readable && i + EWF_DESCRIPTOR <= size; i++)
			if (begins[window[i]] && fits(window + i, from + i))
				return from + i;
		from += size - EWF_DESCRIPTOR + 1;
	}
	return w->size;
}

/* Find the next descriptor by searching. False when the file ends first. */
static bool
resume(struct ewf_walk *w, uint64_t from)
{
	w->at = search(w, from);
	return w->at < w->size;
}

bool
ewf_walk_next(struct ewf_walk *w, struct ewf_section *ret_section)
{
	uint8_t raw[EWF_DESCRIPTOR];
	if (w->over)
		return false;
	w->over = true;		/* unless this call comes to its end */
	if (++w->steps > STEPS_MAX) {
		damaged(w, w->at, "it has too many sections");
		return false;
	}
	if (w->at > w->size || w->size - w->at < EWF_DESCRIPTOR) {
		damaged(w, w->at, "the file ends before its section list does: it was cut");
		return false;
	}
	if (!ewf_read_at(w->file, w->at, raw, sizeof(raw)) || !ewf_sum_holds(raw, SUMMED)) {
		damaged(w, w->at, "the checksum of a section header does not hold");
		if (!resume(w, w->at + 1) || !ewf_read_at(w->file, w->at, raw, sizeof(raw)))
			return false;
	}
	struct ewf_section s = { .type = EWF_OTHER, .at = w->at, .skipped = w->at - w->known };
	(void)type_of(raw, &s.type);
	w->whole = s.type == EWF_NEXT || s.type == EWF_DONE;
	w->last = s.type == EWF_DONE;
	s.end = s.at + EWF_DESCRIPTOR;
	if (!w->whole) {
		uint64_t next = load_le64(raw + NEXT), size = load_le64(raw + SIZE);
		bool sane = next > s.at && next <= w->size && next - s.at >= EWF_DESCRIPTOR;
		if (!sane) {
			damaged(w, s.at, "a section header points outside the file: it was cut or changed");
			bool sized = size >= EWF_DESCRIPTOR && size <= w->size - s.at;
			w->known = sized ? s.at + size : s.end;
			resume(w, w->known);
			s.end = w->at;
		} else {
			s.end = w->known = w->at = next;
		}
		w->over = false;
	} else {
		w->known = s.end;
	}
	*ret_section = s;
	return true;
}
