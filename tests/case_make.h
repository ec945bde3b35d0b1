/* case_make.h - small cases for tests, in a folder that is removed again. */
#ifndef TRIAGE_TESTS_CASE_MAKE_H
#define TRIAGE_TESTS_CASE_MAKE_H

#include "tests/harness.h"

#include "triage/base/digest.h"
#include "triage/base/text.h"
#include "triage/case/query.h"
#include "triage/case/store.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#define assert_status(want, call) \
	do { \
		struct triage_error err = { 0 }; \
		enum triage_status st_ = (call); \
		if (st_ != (want)) \
			fail_msg("%s: %d, not %d: %s", #call, st_, (want), err.text); \
		if (st_ != TRIAGE_OK && st_ != TRIAGE_END) { \
			assert_int_equal(err.status, st_); \
			assert_true(err.text[0] != '\0'); \
		} \
	} while (0)

struct made {
	char folder[200], journal[256], database[256];
	struct case_store *store;
	struct case_sealer *sealer;
	struct case_reader *reader;
};

#define NS INT64_C(1000000000)

static inline int
remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
	(void)info, (void)type, (void)at;
	return remove(path);
}

static inline void
remove_folder(const char *folder)
{
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The rules of every case that is made here. */
static const struct case_rule made_rules[] = {
	{ .name = "note", .name_space = "ransom", .tags = "a,b", .title = "Note", .kind = "ransom-note", .severity = TRIAGE_HIGH, .confidence = 60 },
	{ .name = "odd_name", .name_space = "names", .title = "Odd", .kind = "yara", .severity = TRIAGE_LOW, .confidence = 20 },
};

/* A journal with one image and one file system of that type on it: evidence 1, filesystem 1, the two rules. */
static inline void
made_begin(struct made *m, const char *fs_type)
{
	const char *tmp = getenv("TMPDIR");
	*m = (struct made){ 0 };
	setenv("SOURCE_DATE_EPOCH", "1795000000", 1);
	snprintf(m->folder, sizeof(m->folder), "%s/triage-test-XXXXXX", tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(m->folder));
	snprintf(m->journal, sizeof(m->journal), "%s/journal.db", m->folder);
	snprintf(m->database, sizeof(m->database), "%s/case.db", m->folder);
	assert_ok(case_create(m->journal, &m->store, &err));
	const struct triage_evidence e = { .kind = strcmp(fs_type, "directory") == 0 ? TRIAGE_EVIDENCE_DIRECTORY : TRIAGE_EVIDENCE_RAW, .size = 1 << 30, .sector_size = 512, .stored_md5 = "", .stored_sha1 = "" };
	assert_ok(case_put_evidence(m->store, 1, "disk.dd", &e, &err));
	const struct triage_volume v = { .parent = UINT32_MAX, .kind = "gpt", .label = "C", .uuid = "", .start = 1 << 20, .length = 1 << 29 };
	assert_ok(case_put_volume(m->store, 1, &v, &err));
	uint64_t id = 0;
	const struct triage_filesystem fs = { .type = fs_type, .label = "C", .uuid = "", .start = 1 << 20, .length = 1 << 29, .block_size = 4096 };
	assert_ok(case_put_filesystem(m->store, 1, &fs, &id, &err));
	assert_number_equal(id, 1);
	for (uint32_t i = 0; i < 2; i++)
		assert_ok(case_put_rule(m->store, i, &made_rules[i], &err));
}

/* A second filesystem, on a volume of that kind within the first. Returns its id. */
static inline uint64_t
put_second_filesystem(struct made *m, const char *kind)
{
	uint64_t id = 0;
	const struct triage_volume v = { .index = 1, .parent = 0, .kind = kind, .label = "second", .uuid = "", .start = 0, .length = 1 << 29 };
	assert_ok(case_put_volume(m->store, 1, &v, &err));
	const struct triage_filesystem fs = { .index = 1, .volume = 1, .type = "ntfs", .label = "C", .uuid = "", .length = 1 << 29, .block_size = 4096 };
	assert_ok(case_put_filesystem(m->store, 1, &fs, &id, &err));
	return id;
}

static inline void
made_end(struct made *m)
{
	case_reader_close(m->reader);
	case_seal_abandon(m->sealer);
	case_close(m->store);
	remove_folder(m->folder);
}

static inline struct triage_entry
entry_of(uint64_t edge, uint64_t inode, const char *name)
{
	struct triage_entry e = { .edge = edge, .parent = edge == 0 ? TRIAGE_NO_ID : 0, .inode = inode, .kind = TRIAGE_FILE_REGULAR,
		.flags = TRIAGE_ENTRY_HAS_CONTENT, .name = (const uint8_t *)name, .name_size = strlen(name), .size = 1000, .mode = 0100644,
		.uid = TRIAGE_NO_ID, .gid = TRIAGE_NO_ID, .owner = "" };
	for (int i = 0; i < TRIAGE_TIME_COUNT; i++)
		e.times[i] = TRIAGE_TIME_NONE;
	return e;
}

static inline void
put_named(struct made *m, const struct triage_entry *e, unsigned rank)
{
	char path[300];
	snprintf(path, sizeof(path), "/%.*s", (int)e->name_size, (const char *)e->name);
	assert_ok(case_put_entry(m->store, 1, e, path, rank, &err));
}

static inline void
put_simple(struct made *m, uint64_t edge, uint64_t inode, const char *name)
{
	const struct triage_entry e = entry_of(edge, inode, name);
	put_named(m, &e, 50);
}

/* A journal as made_begin() makes it, of NTFS, with two files: units 1 and 2. */
static inline void
made_two(struct made *m, const char *first, const char *second)
{
	made_begin(m, "ntfs");
	put_simple(m, 1, 1, first);
	put_simple(m, 2, 2, second);
}

/* Content whose digests are made from a word. */
static inline struct triage_content
content_of(const char *word)
{
	char hex[65];
	struct triage_content c = { .state = TRIAGE_CONTENT_COMPLETE, .bytes = 1000, .hashed = true, .mime = "text/plain", .magic = "ASCII text",
		.text = TRIAGE_ASCII, .randomness = { .entropy = 4.5, .chi_square = 9000, .first = 4.4, .last = 4.3, .most = 4.5, .least = 4.1,
		.block_size = 4096, .blocks = 1 } };
	digest_sha256_hex(word, strlen(word), hex);
	assert_true(text_unhex(hex, c.sha256, 32));
	memcpy(c.md5, c.sha256, 16);
	memcpy(c.sha1, c.sha256, 20);
	return c;
}

static inline void
put_result(struct made *m, uint64_t unit, const char *word)
{
	const struct triage_content c = content_of(word);
	assert_ok(case_put_content(m->store, unit, &c, &err));
}

static inline void
put_same(struct made *m, uint64_t unit, const char *word)
{
	struct triage_content c = content_of(word);
	c.same_as_seen = true;
	c.mime = c.magic = "";
	assert_ok(case_put_content(m->store, unit, &c, &err));
}

static inline void
put_hit(struct made *m, uint64_t unit, uint32_t rule, uint64_t offset, bool by_name)
{
	const struct triage_match hit = { .rule = rule, .string_id = by_name ? "" : "$a", .offset = offset, .length = 4,
		.sample = (const uint8_t *)"PLAY", .sample_size = 4, .by_name = by_name };
	assert_ok(case_put_match(m->store, unit, &hit, &err));
}

/* Build; the reader sees what was built. */
static inline void
made_build(struct made *m)
{
	assert_ok(case_build(m->store, m->database, &m->sealer, &err));
	m->reader = NULL;
}

/* Finish and open the sealed database. */
static inline void
made_seal(struct made *m)
{
	struct case_sealer *z = m->sealer;
	m->sealer = NULL;
	assert_ok(case_seal_finish(z, &err));
	assert_ok(case_open(m->database, &m->reader, &err));
}

/* The number of rows of a view, counted one by one. */
static inline uint64_t
rows_of(struct case_reader *r, enum case_view view)
{
	struct case_cursor *c;
	uint64_t count = 0;
	struct triage_error err = { 0 };
	enum triage_status st;
	assert_int_equal(case_rows(r, view, CASE_BY_ID, &c, &err), TRIAGE_OK);
	while ((st = case_next(c, &err)) == TRIAGE_OK)
		count++;
	assert_int_equal(st, TRIAGE_END);
	case_cursor_close(c);
	return count;
}

/* One text of one row (counted from 0) of a view. */
static inline const char *
text_at(struct case_reader *r, enum case_view view, unsigned row, size_t column)
{
	static char text[4][4096];
	static unsigned next;
	struct case_cursor *c;
	char *out = text[next++ % 4];
	assert_ok(case_rows(r, view, CASE_BY_ID, &c, &err));
	for (unsigned i = 0; i <= row; i++)
		assert_ok(case_next(c, &err));
	snprintf(out, sizeof(text[0]), "%s", case_null(c, column) ? "(null)" : case_text(c, column));
	case_cursor_close(c);
	return out;
}

/* A whole file, NUL-ended; freed by the caller. */
static inline char *
read_whole(const char *path, size_t *ret_size)
{
	FILE *f = fopen(path, "rbe");
	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	long size = ftell(f);
	rewind(f);
	char *data = malloc((size_t)size + 1);
	assert_non_null(data);
	assert_int_equal(fread(data, 1, (size_t)size, f), (size_t)size);
	data[size] = '\0';
	fclose(f);
	if (ret_size != NULL)
		*ret_size = (size_t)size;
	return data;
}

static inline void
write_whole(const char *path, const void *data, size_t size)
{
	FILE *f = fopen(path, "wbe");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

#endif
