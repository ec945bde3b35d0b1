/* image_harness.h - for tests of containers and volumes: a sink that writes what it is told as lines, and files of given bytes. */
#ifndef TRIAGE_TESTS_IMAGE_HARNESS_H
#define TRIAGE_TESTS_IMAGE_HARNESS_H

#include "tests/harness.h"

#include "triage/evidence/source.h"

#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

struct seen {
	char text[32 << 10];		/* one line a record */
	size_t used;
	unsigned volumes, filesystems, problems;
	enum triage_severity loudest;	/* of the problems */
};

static __attribute__((format(printf, 2, 3))) enum triage_status
seen_line(struct seen *seen, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(seen->text + seen->used, sizeof(seen->text) - seen->used, format, args);
	va_end(args);
	assert_true(n > 0 && (size_t)n < sizeof(seen->text) - seen->used);
	seen->used += (size_t)n;
	return TRIAGE_OK;
}

static enum triage_status
seen_evidence(void *ctx, const struct triage_evidence *e, struct triage_error *err)
{
	(void)err;
	return seen_line(ctx, "evidence %s size=%" PRIu64 " sector=%u md5=%s sha1=%s\n", triage_evidence_kind_name(e->kind), e->size,
	    e->sector_size, e->stored_md5, e->stored_sha1);
}

static enum triage_status
seen_volume(void *ctx, const struct triage_volume *v, struct triage_error *err)
{
	(void)err;
	assert_number_equal(v->index, ((struct seen *)ctx)->volumes);
	assert_true(v->parent == UINT32_MAX || v->parent < v->index);
	((struct seen *)ctx)->volumes++;
	return seen_line(ctx, "volume %u parent=%d %s %s at=%" PRIu64 " length=%" PRIu64 " label=%s uuid=%s\n", v->index, (int)v->parent, v->kind,
	    triage_volume_state_name(v->state), v->start, v->length, v->label, v->uuid);
}

static enum triage_status
seen_filesystem(void *ctx, const struct triage_filesystem *f, struct triage_error *err)
{
	(void)err;
	assert_number_equal(f->index, ((struct seen *)ctx)->filesystems);
	assert_true(f->volume < ((struct seen *)ctx)->volumes);
	((struct seen *)ctx)->filesystems++;
	return seen_line(ctx, "filesystem %u volume=%u %s at=%" PRIu64 " length=%" PRIu64 " label=%s uuid=%s\n", f->index, f->volume, f->type,
	    f->start, f->length, f->label, f->uuid);
}

static enum triage_status
seen_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	(void)err;
	assert_true(p->message[0] != '\0');
	struct seen *seen = ctx;
	seen->problems++;
	seen->loudest = p->severity > seen->loudest ? p->severity : seen->loudest;
	return seen_line(ctx, "problem %s %s at=%" PRId64 " bytes=%" PRIu64 ": %s\n", p->stage, p->code, (int64_t)p->offset, p->bytes, p->message);
}

static inline struct evidence_sink
seen_sink(struct seen *seen)
{
	return (struct evidence_sink){
		.ctx = seen, .evidence = seen_evidence, .volume = seen_volume, .filesystem = seen_filesystem, .problem = seen_problem,
	};
}

#define assert_seen(seen, line) \
	do { \
		if (strstr((seen)->text, (line)) == NULL) \
			fail_msg("not told: %s\ntold:\n%s", (line), (seen)->text); \
	} while (0)

#define assert_not_seen(seen, line) \
	do { \
		if (strstr((seen)->text, (line)) != NULL) \
			fail_msg("told: %s\nall that was told:\n%s", (line), (seen)->text); \
	} while (0)

/* Probe bytes in memory as a raw image. */
static inline void
probe_bytes(const uint8_t *bytes, size_t size, uint32_t sector_size, struct seen *seen)
{
	struct triage_error err = { .text = "" };
	struct evidence_source source = { .kind = TRIAGE_EVIDENCE_RAW };
	struct evidence_sink sink = seen_sink(seen);
	memset(seen, 0, sizeof(*seen));
	assert_int_equal(reader_memory(bytes, size, &source.reader, &err), TRIAGE_OK);
	source.reader->sector_size = sector_size;
	assert_int_equal(evidence_probe(&source, &sink, &err), TRIAGE_OK);
	source_forget(&source);
	reader_close(source.reader);
}

enum { FILES_MAX = 8 };

/* Files in a folder of their own, as the supervisor would hand them over. */
struct files {
	char folder[64];
	char *names[FILES_MAX];
	const char *paths[FILES_MAX];
	int fds[FILES_MAX];
	uint64_t sizes[FILES_MAX];
	size_t count;
};

static inline void
files_begin(struct files *f)
{
	memset(f, 0, sizeof(*f));
	snprintf(f->folder, sizeof(f->folder), "/tmp/triage-test-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
}

static inline void
files_add(struct files *f, const char *name, const void *bytes, size_t size)
{
	assert_true(f->count < FILES_MAX);
	size_t i = f->count++;
	assert_true(asprintf(&f->names[i], "%s/%s", f->folder, name) > 0);
	f->paths[i] = f->names[i];
	f->fds[i] = open(f->names[i], O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(f->fds[i] >= 0);
	assert_number_equal(write(f->fds[i], bytes, size), size);
	f->sizes[i] = size;
}

static inline void
files_end(struct files *f)
{
	for (size_t i = 0; i < f->count; i++) {
		close(f->fds[i]);
		unlink(f->names[i]);
		free(f->names[i]);
	}
	rmdir(f->folder);
}

static inline struct evidence_input
files_input(const struct files *f, enum triage_evidence_kind kind)
{
	return (struct evidence_input){ .kind = kind, .count = f->count, .fds = f->fds, .paths = f->paths, .sizes = f->sizes };
}

#endif
