#include "triage/run/hashset.h"

#include "triage/base/buf.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/case/query.h"
#include "triage/case/rds.h"
#include "triage/detect/hash_list.h"
#include "triage/detect/hash_set.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

enum { CHUNK = 1 << 20 };

struct building {
	struct hash_set_builder *builder;
	struct hashset_tally tally;
};

static enum triage_status
add_hex(void *ctx, const char *hex, struct triage_error *err)
{
	struct building *b = ctx;
	uint8_t digest[DIGEST_MAX];
	size_t size = strlen(hex);
	enum digest_kind kind = size == 32 ? DIGEST_MD5 : size == 40 ? DIGEST_SHA1 : DIGEST_SHA256;
	if ((size != 32 && size != 40 && size != 64) || !text_unhex(hex, digest, digest_size(kind))) {
		b->tally.passed++;
		return TRIAGE_OK;
	}
	b->tally.read++;
	return hash_set_builder_add(b->builder, kind, digest, err);
}

static enum triage_status
from_database(struct building *b, const char *path, struct triage_error *err)
{
	uint64_t bad = 0;
	enum triage_status st = rds_digests(path, add_hex, b, &bad, err);
	b->tally.passed += bad;
	return st;
}

static enum triage_status
from_set(struct building *b, const char *path, struct triage_error *err)
{
	struct hash_set set;
	enum triage_status st = hash_set_open(path, &set, err);
	if (st != TRIAGE_OK)
		return st;
	if (set.kind == HASH_SET_BLOOM) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%s is a Bloom filter: its digests cannot be listed; give it to --known-good as it is", path);
		st = TRIAGE_E_FORMAT;
	}
	for (unsigned kind = 0; kind < DIGEST_KIND_COUNT; kind++)
		for (uint64_t i = 0; i < set.counts[kind] && st == TRIAGE_OK; i++) {
			st = hash_set_builder_add(b->builder, (enum digest_kind)kind, set.rows[kind] + i * digest_size((enum digest_kind)kind), err);
			b->tally.read++;
		}
	hash_set_close(&set);
	return st;
}

static enum triage_status
from_text(struct building *b, const char *path, struct triage_error *err)
{
	struct hash_list list = { .kinds = { { NULL, 0, 0 } } };
	struct hash_list_facts facts;
	enum triage_status st = hash_list_add(&list, path, &facts, err);
	for (unsigned kind = 0; kind < DIGEST_KIND_COUNT; kind++)
		for (size_t i = 0; i < list.kinds[kind].count && st == TRIAGE_OK; i++)
			st = hash_set_builder_add(b->builder, (enum digest_kind)kind, list.kinds[kind].bytes + i * digest_size((enum digest_kind)kind), err);
	if (st == TRIAGE_OK) {
		b->tally.read += facts.digests;
		b->tally.passed += facts.passed;
	}
	hash_list_release(&list);
	return st;
}

/* Whole files that were there under a name; what was deleted or carved may be anything. */
static enum triage_status
from_bundle(struct building *b, const char *path, struct triage_error *err)
{
	struct case_reader *reader = NULL;
	struct case_cursor *c = NULL;
	enum triage_status st = case_open_any(path, &reader, err);
	if (st == TRIAGE_OK)
		st = case_rows(reader, CASE_FILES, CASE_BY_ID, &c, err);
	while (st == TRIAGE_OK && (st = case_next(c, err)) == TRIAGE_OK) {
		bool whole = strcmp(case_text(c, CASE_FILES_CONTENT), "complete") == 0 && strcmp(case_text(c, CASE_FILES_STATE), "allocated") == 0 &&
		    case_int(c, CASE_FILES_SIZE) > 0;
		if (whole)
			st = add_hex(b, case_text(c, CASE_FILES_SHA256), err);
	}
	case_cursor_close(c);
	case_reader_close(reader);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
add_file(struct building *b, const char *path, struct digest *sum, uint8_t *buffer, struct triage_error *err)
{
	uint8_t value[DIGEST_MAX];
	SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	digest_reset(sum);
	for (;;) {
		ssize_t n = fd < 0 ? -1 : read(fd, buffer, CHUNK);
		if (n < 0 && errno == EINTR && fd >= 0)
			continue;
		if (n < 0) {
			b->tally.passed++;
			return TRIAGE_OK;
		}
		if (n == 0)
			break;
		digest_update(sum, buffer, (size_t)n);
	}
	digest_final(sum, value);
	b->tally.read++;
	return hash_set_builder_add(b->builder, DIGEST_SHA256, value, err);
}

static enum triage_status
from_folder(struct building *b, const char *path, struct triage_error *err)
{
	SCOPED_FREE char *copy = strdup(path);
	SCOPED_FREE uint8_t *buffer = malloc(CHUNK);
	struct digest *sum = NULL;
	char *const paths[] = { copy, NULL };
	FTS *walk = copy == NULL || buffer == NULL ? NULL : fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR | FTS_XDEV, NULL);
	if (walk == NULL) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot walk %s", path);
		return TRIAGE_E_IO;
	}
	enum triage_status st = digest_new(DIGEST_SHA256, &sum, err);
	for (const FTSENT *e; st == TRIAGE_OK && (errno = 0, e = fts_read(walk)) != NULL;) {
		if (e->fts_info == FTS_F && e->fts_statp->st_size > 0)
			st = add_file(b, e->fts_path, sum, buffer, err);
		else if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR || e->fts_info == FTS_NS)
			b->tally.passed++;
	}
	if (st == TRIAGE_OK && errno != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "%s cannot be listed to its end", path);
		st = TRIAGE_E_IO;
	}
	fts_close(walk);
	digest_free(sum);
	return st;
}

static enum triage_status
from_input(struct building *b, const char *path, struct triage_error *err)
{
	struct stat info;
	char inside[4300];
	if (stat(path, &info) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open %s", path);
		return TRIAGE_E_IO;
	}
	snprintf(inside, sizeof(inside), "%s/data/case.db", path);
	if (S_ISDIR(info.st_mode))
		return access(inside, R_OK) == 0 ? from_bundle(b, inside, err) : from_folder(b, path, err);
	switch (hash_set_kind_of(path)) {
	case HASH_SET_SORTED:
	case HASH_SET_BLOOM:
		return from_set(b, path, err);
	case HASH_SET_DATABASE:
		return strcmp(text_base_name(path), "case.db") == 0 ? from_bundle(b, path, err) : from_database(b, path, err);
	case HASH_SET_NONE:
		break;
	}
	return from_text(b, path, err);
}

enum triage_status
hashset_build(const char *path, const char *const *inputs, size_t count, struct hashset_tally *ret_tally, struct triage_error *err)
{
	struct building b = { .tally = { 0 } };
	uint64_t counts[DIGEST_KIND_COUNT];
	char folder[4096];
	const char *slash = strrchr(path, '/');
	snprintf(folder, sizeof(folder), "%.*s", slash != NULL && slash != path ? (int)(slash - path) : 1, slash != NULL ? path : ".");
	if (access(path, F_OK) == 0) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "%s exists already; give another place with -o", path);
		return TRIAGE_E_USAGE;
	}
	enum triage_status st = digest_setup(err);
	if (st == TRIAGE_OK)
		st = hash_set_builder_new(folder, &b.builder, err);
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++)
		st = from_input(&b, inputs[i], err);
	if (st == TRIAGE_OK && b.tally.read == 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "there is no digest in what was given");
		st = TRIAGE_E_FORMAT;
	}
	if (st == TRIAGE_OK)
		st = hash_set_builder_write(b.builder, path, counts, err);
	hash_set_builder_free(b.builder);
	if (st != TRIAGE_OK)
		return st;
	b.tally.md5 = counts[DIGEST_MD5];
	b.tally.sha1 = counts[DIGEST_SHA1];
	b.tally.sha256 = counts[DIGEST_SHA256];
	*ret_tally = b.tally;
	return TRIAGE_OK;
}

enum triage_status
hashset_copy(const char *folder, const char *const *good, size_t good_count, const char *const *bad, size_t bad_count, struct hashset_copies *ret_copies,
    struct triage_error *err)
{
	struct hashset_copies c = { .count = good_count + bad_count };
	struct hashset_tally tally;
	enum triage_status st = TRIAGE_OK;
	c.paths = calloc(c.count + 1, sizeof(*c.paths));
	c.made = calloc(c.count + 1, sizeof(*c.made));
	*ret_copies = c;
	if (c.paths == NULL || c.made == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < c.count && st == TRIAGE_OK; i++) {
		c.paths[i] = i < good_count ? good[i] : bad[i - good_count];
		if (hash_set_kind_of(c.paths[i]) != HASH_SET_DATABASE)
			continue;
		if (asprintf(&c.made[i], "%s/%zu-%s", folder, i, text_base_name(c.paths[i])) < 0) {
			c.made[i] = NULL;
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
			return TRIAGE_E_MEMORY;
		}
		unlink(c.made[i]);	/* of a run that was interrupted */
		st = hashset_build(c.made[i], &c.paths[i], 1, &tally, err);
		c.paths[i] = c.made[i];
	}
	return st;
}

void
hashset_copies_release(struct hashset_copies *c)
{
	for (size_t i = 0; i < c->count && c->made != NULL; i++)
		if (c->made[i] != NULL) {
			unlink(c->made[i]);
			free(c->made[i]);
		}
	free(c->paths);
	free(c->made);
	*c = (struct hashset_copies){ 0 };
}

enum triage_status
hashset_info(const char *path, struct buf *out, struct triage_error *err)
{
	struct hash_set set = { .map = NULL };
	struct hash_list list = { .kinds = { { NULL, 0, 0 } } };
	struct hash_list_facts facts;
	uint64_t bad = 0;
	enum triage_status st = digest_setup(err);
	if (st != TRIAGE_OK)
		return st;
	switch (hash_set_kind_of(path)) {
	case HASH_SET_SORTED:
		st = hash_set_open(path, &set, err);
		if (st == TRIAGE_OK)
			buf_format(out, "%s: sorted set, %" PRIu64 " MD5, %" PRIu64 " SHA-1, %" PRIu64 " SHA-256, no false positives\n", path, set.counts[DIGEST_MD5],
			    set.counts[DIGEST_SHA1], set.counts[DIGEST_SHA256]);
		break;
	case HASH_SET_BLOOM:
		st = hash_set_open(path, &set, err);
		if (st == TRIAGE_OK)
			buf_format(out, "%s: Bloom filter of SHA-1, %" PRIu64 " elements of %" PRIu64 ", chance of a false positive %.3g (made for %.3g)\n", path, set.elements,
			    set.capacity, hash_set_false_positives(&set), set.chance);
		break;
	case HASH_SET_DATABASE: {
		struct building none = { .tally = { 0 } };
		st = hash_set_builder_new("/tmp", &none.builder, err);
		if (st == TRIAGE_OK)
			st = rds_digests(path, add_hex, &none, &bad, err);
		hash_set_builder_free(none.builder);
		if (st == TRIAGE_OK)
			buf_format(out, "%s: NSRL RDS database, %" PRIu64 " rows with a digest, %" PRIu64 " without\n", path, none.tally.read, bad + none.tally.passed);
		break;
	}
	case HASH_SET_NONE:
		st = hash_list_add(&list, path, &facts, err);
		hash_list_finish(&list);
		if (st == TRIAGE_OK)
			buf_format(out, "%s: list as text, %zu MD5, %zu SHA-1, %zu SHA-256; %zu lines hold no digest\n", path, list.kinds[DIGEST_MD5].count,
			    list.kinds[DIGEST_SHA1].count, list.kinds[DIGEST_SHA256].count, facts.passed);
		hash_list_release(&list);
		if (st == TRIAGE_OK)
			buf_format(out, "  SHA-256 %s\n", facts.sha256);
		break;
	}
	if (st == TRIAGE_OK && set.map != NULL)
		buf_format(out, "  SHA-256 %s\n", set.sha256);
	hash_set_close(&set);
	return st;
}
