/* collections.c - see collections.h. */
#include "triage/run/collections.h"

#include "triage/base/scoped.h"
#include "triage/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mapping {
	struct supervisor *s;
	struct collection *collection;
};

static bool
look(void *ctx, const char *path, struct buf *ret_path, unsigned *ret_rank)
{
	const struct mapping *m = ctx;
	(void)ret_path, (void)ret_rank;
	collection_look(m->collection, path);
	return false;
}

static bool
give(void *ctx, const char *path, struct buf *ret_path, unsigned *ret_rank)
{
	const struct mapping *m = ctx;
	if (!collection_map(m->collection, path, ret_path))
		return false;
	*ret_rank = detect_rank(m->s->tables, buf_cstr(ret_path));
	return true;
}

/* It is said where everybody looks: problems, custody, coverage. */
static enum triage_status
record(struct supervisor *s, size_t source, uint64_t filesystem_id, struct triage_error *err)
{
	struct run_source *r = &s->sources[source];
	char key[64], count[32];
	SCOPED_BUF what, detail;
	buf_init(&what, 64 << 10);
	buf_init(&detail, 256 << 10);
	collection_describe(&r->collection, &what);
	snprintf(key, sizeof(key), "meta.collection.%zu", source + 1);
	enum triage_status st = case_set(s->store, key, buf_cstr(&what), err);
	snprintf(key, sizeof(key), "collection.%zu", source + 1);
	snprintf(count, sizeof(count), "%ju", (uintmax_t)r->collection.mapped);
	if (st == TRIAGE_OK)
		st = case_set(s->store, key, count, err);
	const struct triage_problem p = { .stage = "open", .severity = TRIAGE_INFO, .code = "collection", .message = buf_cstr(&what), .inode = TRIAGE_NO_ID,
	    .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID };
	if (st == TRIAGE_OK)
		st = supervisor_problem(s, source + 1, filesystem_id, "", &p, err);
	buf_format(&detail, "{\"evidence_id\":%zu,\"what\":", source + 1);
	text_json_string(&detail, buf_cstr(&what));
	buf_char(&detail, '}');
	if (st == TRIAGE_OK)
		st = buf_check(&detail, err);
	return st == TRIAGE_OK ? case_custody(s->store, "triage", "collection-recognised", buf_cstr(&detail), err) : st;
}

static enum triage_status
find_in(struct supervisor *s, struct run_filesystem *f, struct triage_error *err)
{
	struct collection *c = &s->sources[f->source].collection;
	struct mapping m = { s, c };
	char key[64];
	snprintf(key, sizeof(key), "mapped.%ju", (uintmax_t)f->id);
	if (case_get(s->store, key)[0] != '\0')
		return TRIAGE_OK;	/* before this run was interrupted */
	collection_named(c, s->crew_sources[f->source].name);
	enum triage_status st = case_map_paths(s->store, f->id, look, &m, err);
	if (st == TRIAGE_OK && collection_settle(c)) {
		st = case_map_paths(s->store, f->id, give, &m, err);
		if (st == TRIAGE_OK)
			st = record(s, f->source, f->id, err);
	}
	if (st == TRIAGE_OK)
		st = case_set(s->store, key, "yes", err);
	return st == TRIAGE_OK ? case_commit(s->store, err) : st;
}

enum triage_status
collections_find(struct supervisor *s, struct triage_error *err)
{
	enum triage_status st = case_commit(s->store, err);
	for (size_t i = 0; i < s->filesystem_count && st == TRIAGE_OK; i++) {
		const struct source *source = &s->crew_sources[s->filesystems[i].source];
		if (source->kind == TRIAGE_EVIDENCE_DIRECTORY && source->only == NULL)
			st = find_in(s, &s->filesystems[i], err);
	}
	return st;
}

void
collections_member(struct supervisor *s, const struct crew_job *job, struct buf *path)
{
	struct run_source *r = &s->sources[job->source];
	if (s->crew_sources[job->source].only == NULL || path->failed)
		return;
	SCOPED_BUF mapped;
	buf_init(&mapped, 1 << 20);
	/* with the slash before the name; "./" is how tar writes a folder that it was begun in */
	const char *name = buf_cstr(path) + strlen(job->unit.path) + 1;
	if (strncmp(name, "/./", 3) == 0)
		name += 2;
	/* of an archive within it, the part before the first mark tells where it lies */
	r->collection.archive = true;
	collection_look(&r->collection, name);
	if (!collection_map(&r->collection, name, &mapped) || mapped.failed)
		return;
	buf_clear(path);
	buf_put(path, mapped.data, mapped.size);
}

enum triage_status
collections_archive_done(struct supervisor *s, const struct crew_job *job, struct triage_error *err)
{
	struct run_source *r = &s->sources[job->source];
	if (s->crew_sources[job->source].only == NULL || job->unit.attr_type != 0 || r->collection.mapped == 0)
		return TRIAGE_OK;
	collection_named(&r->collection, s->crew_sources[job->source].only);
	enum triage_status st = record(s, job->source, job->filesystem_id, err);
	const struct triage_fact host = { .kind = "host", .subject = "", .name = "hostname", .value = r->collection.host, .time = TRIAGE_TIME_NONE, .weight = 5 };
	return st == TRIAGE_OK && r->collection.host[0] != '\0' ? case_put_fact(s->store, job->unit.unit_id, &host, err) : st;
}

enum triage_status
collections_cover(struct supervisor *s, struct case_sealer *z, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < s->source_count && st == TRIAGE_OK; i++) {
		char key[64];
		snprintf(key, sizeof(key), "collection.%zu", i + 1);
		uint64_t count = strtoull(case_get(s->store, key), NULL, 10);
		if (count == 0)
			continue;
		snprintf(key, sizeof(key), "meta.collection.%zu", i + 1);
		SCOPED_FREE char *what = strdup(case_get(s->store, key));
		st = case_seal_coverage(z, &(struct case_coverage_row){ .what = "collection", .reason = what != NULL ? what : "", .total = count, .examined = count }, err);
	}
	return st;
}

struct logs {
	struct supervisor *s;
	struct buf path, detail;
};

static enum triage_status
end_log(struct logs *l, struct triage_error *err)
{
	if (l->detail.size == 0)
		return TRIAGE_OK;
	buf_text(&l->detail, "]}");
	enum triage_status st = buf_check(&l->detail, err);
	if (st == TRIAGE_OK)
		st = case_custody(l->s->store, "triage", "collection-log", buf_cstr(&l->detail), err);
	buf_clear(&l->detail);
	return st;
}

static enum triage_status
take_line(void *ctx, const char *path, const char *value, struct triage_error *err)
{
	struct logs *l = ctx;
	bool same = l->detail.size > 0 && strcmp(path, buf_cstr(&l->path)) == 0;
	enum triage_status st = same ? TRIAGE_OK : end_log(l, err);
	if (st != TRIAGE_OK)
		return st;
	if (!same) {
		buf_clear(&l->path);
		buf_text(&l->path, path);
		buf_text(&l->detail, "{\"path\":");
		text_json_string(&l->detail, path);
		buf_text(&l->detail, ",\"lines\":[");
	} else {
		buf_char(&l->detail, ',');
	}
	text_json_string(&l->detail, value);
	return TRIAGE_OK;
}

enum triage_status
collections_logs(struct supervisor *s, struct triage_error *err)
{
	struct logs l = { .s = s };
	buf_init(&l.path, 1 << 20);
	buf_init(&l.detail, 2 << 20);
	enum triage_status st = case_each_told(s->store, "collection", take_line, &l, err);
	if (st == TRIAGE_OK)
		st = end_log(&l, err);
	buf_release(&l.path);
	buf_release(&l.detail);
	return st;
}
