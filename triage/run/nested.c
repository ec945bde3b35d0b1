/* nested.c - see nested.h. */
#include "triage/run/nested.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NAMES_MAX = 1 << 16, FILES_MAX = 4096, RAW_MIN = 1 << 20, DISK_MIN = 64 };

/* A file that is named like a disk or a part of one. */
struct like {
	struct case_name name;		/* its path is owned */
	enum nested_name what;
	bool chosen;
	size_t source;			/* of those chosen: index */
};

struct search {
	struct supervisor *s;
	struct like *likes;		/* by filesystem, then by edge */
	size_t count, room;
	size_t beyond;			/* that were left out, because there are so many */
};

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
	return TRIAGE_E_MEMORY;
}

static enum triage_status
take_name(void *ctx, const struct case_name *name, struct triage_error *err)
{
	struct search *search = ctx;
	enum nested_name what = nested_name_of(name->path);
	if (what == NESTED_OTHER || name->size < DISK_MIN)
		return TRIAGE_OK;
	if (search->count == NAMES_MAX) {
		search->beyond++;
		return TRIAGE_OK;
	}
	if (search->count == search->room) {
		size_t room = search->room == 0 ? 64 : search->room * 2;
		void *grown = fault_hit() ? NULL : reallocarray(search->likes, room, sizeof(*search->likes));
		if (grown == NULL)
			return no_memory(err);
		search->likes = grown;
		search->room = room;
	}
	struct like *l = &search->likes[search->count];
	*l = (struct like){ .name = *name, .what = what };
	if ((l->name.path = strdup(name->path)) == NULL)
		return no_memory(err);
	search->count++;
	return TRIAGE_OK;
}

static void
release(struct search *search)
{
	for (size_t i = 0; i < search->count; i++)
		free((void *)(uintptr_t)search->likes[i].name.path);
	free(search->likes);
}

/* --- which of them are looked into --- */

/* The disk that a part belongs to lies beside it: it will name the part. */
static bool
has_descriptor(const struct search *search, const struct like *part)
{
	size_t stem = nested_stem(part->name.path);
	for (size_t i = 0; i < search->count && stem > 0; i++) {
		const struct like *l = &search->likes[i];
		if (l->name.filesystem_id == part->name.filesystem_id && l->name.parent == part->name.parent && l->what == NESTED_DISK &&
		    strncasecmp(l->name.path, part->name.path, stem) == 0 && strcasecmp(l->name.path + stem, ".vmdk") == 0)
			return true;
	}
	return false;
}

static bool
is_second_name(const struct search *search, size_t at)
{
	const struct case_name *a = &search->likes[at].name;
	for (size_t i = at; i-- > 0 && search->likes[i].name.filesystem_id == a->filesystem_id;)
		if (search->likes[i].chosen && search->likes[i].name.inode == a->inode && search->likes[i].name.attr_id == a->attr_id)
			return true;
	return false;
}

/* In a shadow copy: the same file, as size and time tell it, is in the volume or in an older copy. */
static bool
is_same_as_before(const struct search *search, const struct like *l)
{
	const struct run_filesystem *f = &search->s->filesystems[l->name.filesystem_id - 1];
	for (size_t i = 0; i < search->count && f->level > 0; i++) {
		const struct case_name *o = &search->likes[i].name;
		const struct run_filesystem *g = &search->s->filesystems[o->filesystem_id - 1];
		bool relative = false;
		for (size_t k = 0; k < f->family_count; k++)
			relative = relative || f->family[k] == g->id;
		if (relative && g->level < f->level && o->size == l->name.size && o->mtime == l->name.mtime && strcmp(o->path, l->name.path) == 0)
			return true;
	}
	return false;
}

static void
choose(struct search *search)
{
	for (size_t i = 0; i < search->count; i++) {
		struct like *l = &search->likes[i];
		if (l->what == NESTED_PART && (nested_stem(l->name.path) == 0 || has_descriptor(search, l)))
			continue;
		if ((l->what != NESTED_DISK && l->name.size < RAW_MIN) || is_second_name(search, i))
			continue;
		if (is_same_as_before(search, l)) {
			search->s->containers.same++;
			continue;
		}
		l->chosen = true;
	}
}

/* --- sources --- */

static enum triage_status
add_file(struct supervisor *s, struct source_inside *in, const struct case_name *name, bool beside, struct triage_error *err)
{
	if (in->count >= FILES_MAX)
		return TRIAGE_OK;	/* one that is wanted and not among them is told as missing */
	if (in->count == in->room) {
		size_t room = in->room == 0 ? 8 : in->room * 2;
		void *grown = fault_hit() ? NULL : reallocarray(in->files, room, sizeof(*in->files));
		if (grown == NULL)
			return no_memory(err);
		in->files = grown;
		in->room = room;
	}
	struct source_file *f = &in->files[in->count];
	*f = (struct source_file){ .path = strdup(name->path), .inode = name->inode, .size = name->size, .attr_type = name->attr_type,
	    .attr_id = name->attr_id, .beside = beside };
	if (f->path == NULL)
		return no_memory(err);
	in->count++;
	if (s->crew_sources[in->source].kind != TRIAGE_EVIDENCE_DIRECTORY)
		return TRIAGE_OK;
	return case_raw_path(s->store, name->filesystem_id, name->edge, &f->raw_path, &f->raw_path_size, err);
}

/* "/vm/dc.vhdx in host.img", with the volume where the host has several. */
static char *
name_of(const struct supervisor *s, const struct run_filesystem *f, const char *path)
{
	size_t filesystems = 0;
	char *name = NULL, volume[32] = "";
	for (size_t i = 0; i < s->filesystem_count; i++)
		filesystems += s->filesystems[i].source == f->source;
	if (filesystems > 1)
		snprintf(volume, sizeof(volume), ", volume %" PRIu32, f->fs.volume + 1);
	return asprintf(&name, "%s in %s%s", path, s->crew_sources[f->source].name, volume) < 0 ? NULL : name;
}

static unsigned
depth_of(const struct supervisor *s, const struct run_filesystem *f)
{
	const struct source_inside *in = s->crew_sources[f->source].inside;
	return in == NULL ? 1 : in->depth + 1;
}

static enum triage_status
add_source(struct supervisor *s, struct like *l, struct triage_error *err)
{
	const struct run_filesystem *f = &s->filesystems[l->name.filesystem_id - 1];
	size_t n = s->source_count;
	struct run_source *sources = fault_hit() ? NULL : reallocarray(s->sources, n + 1, sizeof(*sources));
	if (sources == NULL)
		return no_memory(err);
	s->sources = sources;
	struct source *all = reallocarray(s->crew_sources, n + 1, sizeof(*all));
	if (all == NULL)
		return no_memory(err);
	s->crew_sources = all;
	s->crew.sources = all;		/* it may have moved; the crew counts only those that it knows */
	struct source *new = &all[n];
	*new = (struct source){ .kind = TRIAGE_EVIDENCE_RAW, .read_only = -1, .name = name_of(s, f, l->name.path),
	    .path = strdup(l->name.path), .inside = calloc(1, sizeof(*new->inside)) };
	sources[n] = (struct run_source){ .source = *new };
	if (new->name == NULL || new->path == NULL || new->inside == NULL) {
		source_close(new);
		return no_memory(err);
	}
	*new->inside = (struct source_inside){ .source = f->source, .filesystem_id = f->id, .fs = f->fs, .depth = depth_of(s, f),
	    .sure = l->what == NESTED_DISK };
	s->source_count = n + 1;
	l->source = n;
	return add_file(s, new->inside, &l->name, true, err);
}

/* --- the files that may belong to them --- */

static enum triage_status
take_companion(void *ctx, const struct case_name *name, struct triage_error *err)
{
	struct search *search = ctx;
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < search->count && st == TRIAGE_OK; i++) {
		const struct like *l = &search->likes[i];
		if (l->source == 0 || l->name.filesystem_id != name->filesystem_id)
			continue;
		bool beside = l->name.parent == name->parent;
		bool itself = l->name.inode == name->inode && l->name.attr_id == name->attr_id;
		if (!itself && (beside || nested_name_of(name->path) != NESTED_OTHER))
			st = add_file(search->s, search->s->crew_sources[l->source].inside, name, beside, err);
	}
	return st;
}

static enum triage_status
find_companions(struct search *search, struct triage_error *err)
{
	uint64_t last = 0;
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < search->count && st == TRIAGE_OK; i++) {
		if (search->likes[i].source == 0 || search->likes[i].name.filesystem_id == last)
			continue;
		last = search->likes[i].name.filesystem_id;
		st = case_each_name(search->s->store, last, take_companion, search, err);
	}
	return st;
}

/* --- */

static enum triage_status
tell(struct supervisor *s, const struct like *l, enum triage_severity severity, const char *code, const char *message, struct triage_error *err)
{
	const struct run_filesystem *f = &s->filesystems[l->name.filesystem_id - 1];
	const struct triage_problem p = { .stage = "open", .severity = severity, .code = code, .message = message, .inode = l->name.inode,
	    .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID, .bytes = l->name.size };
	return supervisor_problem(s, f->source + 1, f->id, l->name.path, &p, err);
}

/* What is chosen becomes a source, or is said to be left out. */
static enum triage_status
add_chosen(struct search *search, struct triage_error *err)
{
	struct supervisor *s = search->s;
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < search->count && st == TRIAGE_OK; i++) {
		struct like *l = &search->likes[i];
		if (!l->chosen)
			continue;
		s->containers.found++;
		bool deep = depth_of(s, &s->filesystems[l->name.filesystem_id - 1]) > NESTED_DEPTH_MAX, many = s->containers.found > NESTED_MAX;
		if (s->plan->nested && !deep && !many) {
			st = add_source(s, l, err);
			continue;
		}
		s->containers.left_out++;
		if (l->what == NESTED_RAW && (!s->plan->nested || l->name.size < RAW_MIN))
			continue;	/* whether it is a disk at all is not known: counted in the coverage */
		st = !s->plan->nested ? tell(s, l, TRIAGE_INFO, "container-not-opened", "a disk image: what it holds is not examined without --nested", err) :
		    deep ? tell(s, l, TRIAGE_MEDIUM, "container-too-deep", "a disk image in a disk image in a disk image: export it and examine it by itself", err) :
		    tell(s, l, TRIAGE_MEDIUM, "container-limit", "a disk image beyond the number that one run looks into: export it and examine it by itself", err);
	}
	return st;
}

enum triage_status
nested_find(struct supervisor *s, size_t from, struct triage_error *err)
{
	struct search search = { .s = s };
	enum triage_status st = TRIAGE_OK;
	for (size_t i = from; i < s->filesystem_count && st == TRIAGE_OK; i++)
		if (!s->filesystems[i].left_out)
			st = case_each_name(s->store, s->filesystems[i].id, take_name, &search, err);
	choose(&search);
	if (st == TRIAGE_OK)
		st = add_chosen(&search, err);
	if (st == TRIAGE_OK)
		st = find_companions(&search, err);
	s->containers.found += search.beyond;
	s->containers.left_out += search.beyond;
	release(&search);
	return st;
}

/* Where it lies, for the database and the custody log. */
static enum triage_status
record(struct supervisor *s, size_t source, struct triage_error *err)
{
	const struct source_inside *in = s->crew_sources[source].inside;
	char key[64];
	struct buf *b = &s->text;
	buf_clear(b);
	buf_format(b, "{\"evidence_id\":%zu,\"filesystem_id\":%ju,\"inode\":%ju,\"inside_evidence_id\":%zu,\"path\":", source + 1,
	    (uintmax_t)in->filesystem_id, (uintmax_t)in->files[0].inode, in->source + 1);
	text_json_string(b, in->files[0].path);
	buf_char(b, '}');
	snprintf(key, sizeof(key), "meta.inside.%zu", source + 1);
	bool known = case_get(s->store, key)[0] != '\0';
	enum triage_status st = case_set(s->store, key, buf_cstr(b), err);
	return st == TRIAGE_OK && !known ? case_custody(s->store, "triage", "container-opened", buf_cstr(b), err) : st;
}

static enum triage_status
refuse(struct supervisor *s, size_t source, struct triage_error *err)
{
	const struct run_source *r = &s->sources[source];
	const struct source_inside *in = s->crew_sources[source].inside;
	const struct triage_evidence e = { .kind = r->source.kind, .stored_md5 = "", .stored_sha1 = "" };
	char message[400];
	snprintf(message, sizeof(message), "this disk image cannot be opened: %s", r->probe_error);
	const struct triage_problem p = { .stage = "open", .severity = TRIAGE_MEDIUM, .code = "container-unreadable", .message = message,
	    .inode = in->files[0].inode, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID, .bytes = in->files[0].size };
	s->containers.failed++;
	enum triage_status st = case_put_evidence(s->store, source + 1, r->source.name, &e, err);
	if (st == TRIAGE_OK)
		st = case_put_image_hash(s->store, source + 1, "", "", "", "not-checked", 0, err);
	return st == TRIAGE_OK ? supervisor_problem(s, in->source + 1, in->filesystem_id, in->files[0].path, &p, err) : st;
}

enum triage_status
nested_accept(struct supervisor *s, size_t source, struct triage_error *err)
{
	struct run_source *r = &s->sources[source];
	const struct source_inside *in = s->crew_sources[source].inside;
	r->image_done = true;
	if (r->probe_failed && r->probe_status == TRIAGE_E_FORMAT && !in->sure) {
		s->containers.plain++;
		return TRIAGE_OK;
	}
	if (r->probe_failed)
		return refuse(s, source, err);
	s->containers.opened++;
	enum triage_status st = record(s, source, err);
	if (s->plan->no_image_hash || (r->stored_md5[0] == '\0' && r->stored_sha1[0] == '\0'))
		return st == TRIAGE_OK ? case_put_image_hash(s->store, source + 1, "", "", "", "not-checked", 0, err) : st;
	/* it says what it should be: that is checked as for evidence which the operator gave */
	char key[64];
	snprintf(key, sizeof(key), "image.%zu", source + 1);
	r->image_done = case_get(s->store, key)[0] != '\0';
	r->image_wanted = s->plan->shard < 2 && (s->plan->missing_parts == NULL || r->image_done);
	return st;
}

bool
nested_is_source(const struct supervisor *s, const struct crew_job *job)
{
	for (size_t i = s->source_count; i-- > 0 && s->crew_sources[i].inside != NULL;) {
		const struct source_inside *in = s->crew_sources[i].inside;
		if (in->filesystem_id == job->filesystem_id && in->files[0].inode == job->unit.inode && in->files[0].attr_id == job->unit.attr_id)
			return s->sources[i].probed && !s->sources[i].probe_failed;
	}
	return false;
}
