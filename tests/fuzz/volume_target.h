/* volume_target.h - a volume over pieces: listed, then its first streams read at both ends, with their extents. */
#ifndef TRIAGE_TESTS_FUZZ_VOLUME_TARGET_H
#define TRIAGE_TESTS_FUZZ_VOLUME_TARGET_H

#include "tests/fuzz/pieces.h"
#include "tests/fuzz/told.h"

#include "triage/evidence/source.h"

enum { VOLUME_READ = 64 << 10 };

static void
volume_stream(struct evidence_fs *fs, const struct evidence_sink *sink, struct told *t, size_t i)
{
	static uint8_t buf[VOLUME_READ];
	struct evidence_content *c;
	struct triage_error err = { .text = "" };
	size_t got = 0;
	if (evidence_content_open(fs, t->stream[i].inode, t->stream[i].attr_type, t->stream[i].attr_id, &c, &err) != TRIAGE_OK) {
		told_error(t, &err);
		return;
	}
	uint64_t size = evidence_content_size(c), worth = evidence_content_worth(c);
	const uint64_t places[] = { 0, worth / 2, worth > VOLUME_READ ? worth - VOLUME_READ : 0, worth, UINT64_MAX };
	FUZZ_NEED(worth <= size);
	for (size_t k = 0; k < sizeof(places) / sizeof(places[0]); k++)
		if (evidence_content_read(c, places[k], buf, sizeof(buf), &got, &err) == TRIAGE_OK)
			FUZZ_NEED(got <= sizeof(buf) && (got == sizeof(buf) || places[k] >= size || got == size - places[k]));
		else
			told_error(t, &err);
	if (evidence_content_extents(c, sink, &err) != TRIAGE_OK)
		told_error(t, &err);
	evidence_content_close(c);
}

static inline int
volume_target(const uint8_t *data, size_t size, const char *const *types, size_t type_count)
{
	static struct pieces p;
	static struct told t;
	struct triage_error err = { .text = "" };
	struct evidence_source source = { .kind = TRIAGE_EVIDENCE_RAW, .reader = &p.base };
	struct evidence_fs *fs;
	if (!pieces_open(&p, data, size))
		return 0;
	told_begin(&t);
	struct evidence_sink sink = told_sink(&t);
	struct triage_filesystem info = { .type = types[p.variant % type_count], .length = p.base.size, .label = "", .uuid = "" };
	if (evidence_fs_open(&source, &info, &fs, &err) != TRIAGE_OK) {
		told_error(&t, &err);
	} else {
		if (evidence_fs_list(fs, &sink, &err) != TRIAGE_OK)
			told_error(&t, &err);
		for (size_t i = 0; i < t.streams; i++)
			volume_stream(fs, &sink, &t, i);
		evidence_fs_close(fs);
	}
	told_end(&t);
	return 0;
}

#endif
