/* worker_content.c - the content job: one stream, of a filesystem or a descriptor from the opener, through one pass. */
#include "triage/run/worker_inside.h"

#include "triage/analyse/unpack.h"
#include "triage/base/digest.h"
#include "triage/evidence/vss.h"
#include "triage/run/opener.h"
#include "triage/run/worker_artefact.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FLUSH_AT = 32 << 10 };

/* A stream in the work of the content pass: a stream of a filesystem, or a descriptor from the opener. */
struct stream {
	struct worker *w;
	struct evidence_content *content;
	int fd;
	bool closed;		/* is not opened if it is an archive */
	bool left_closed;	/* nor is that said: see worker_content_job */
	uint64_t size, worth;	/* bytes in all, and as far as they are read: the rest is a hole */
	bool placed;		/* the places of its bytes are asked for */
	struct worker_artefact artefact;
};

static enum triage_status
stream_read(void *ctx, uint64_t offset, void *buf, size_t size, size_t *ret_got, struct triage_error *err)
{
	struct stream *s = ctx;
	enum triage_status st = TRIAGE_OK;
	size_t got = 0;
	if (s->content != NULL) {
		size_t wanted = offset >= s->worth ? 0 : size < s->worth - offset ? size : (size_t)(s->worth - offset);
		st = evidence_content_read(s->content, offset, buf, wanted, &got, err);
	} else {
		while (got < size) {
			ssize_t n = pread(s->fd, (uint8_t *)buf + got, size - got, (off_t)(offset + got));
			if (n < 0 && errno == EINTR)
				continue;
			if (n < 0) {
				triage_error_set(err, TRIAGE_E_IO, offset + got, "cannot read");
				return TRIAGE_E_IO;
			}
			if (n == 0)
				break;
			got += (size_t)n;
		}
	}
	if (st != TRIAGE_OK)
		return st;
	atomic_fetch_add_explicit(&s->w->setup->page->bytes, got, memory_order_relaxed);
	atomic_fetch_add_explicit(&s->w->setup->page->beat, 1, memory_order_relaxed);
	*ret_got = got;
	return TRIAGE_OK;
}

#ifdef TRIAGE_FAULT
/*
 * For tests: TRIAGE_FAULT_WORKER="ACT STAGE NAME" makes the worker misbehave when it reaches that stage over an object whose path
 * contains NAME. ACT: crash, hang, flood (frames without end), lie (a result for another object), stray (a result
 * for a member of an archive that was never begun), and those of worker_fault.c.
 */
static void
misbehave(struct stream *s, enum analyse_stage stage)
{
	static const char *const stages[] = { "content", "magic", "yara", "artefact" };
	const char *order = getenv("TRIAGE_FAULT_WORKER");
	char act[16], at[16], name[256];
	if (order == NULL || sscanf(order, "%15s %15s %255s", act, at, name) != 3 || strcmp(at, stages[stage]) != 0 ||
	    strstr(s->w->path, name) == NULL)
		return;
	if (strcmp(act, "crash") == 0)
		abort();
	worker_misbehave(s->w, act);
	struct triage_error err;
	while (strcmp(act, "hang") == 0)
		continue;
	while (strcmp(act, "flood") == 0) {
		wire_put_extent(&s->w->wire, s->w->job, &(struct triage_extent){ 1, 2, 3 });
		if (wire_flush(&s->w->wire, true, &err) != TRIAGE_OK)
			_exit(1);
	}
	if (strcmp(act, "stray") == 0)
		wire_put_content(&s->w->wire, WIRE_MEMBER_DONE, s->w->job, &(struct triage_content){ .state = TRIAGE_CONTENT_COMPLETE });
	else
		wire_put_extent(&s->w->wire, s->w->job + 100000, &(struct triage_extent){ 1, 2, 3 });
	/* stay until it has been read, so that no later object is blamed */
	while (wire_flush(&s->w->wire, true, &err) == TRIAGE_OK)
		sched_yield();
}
#else
static void
misbehave(struct stream *s, enum analyse_stage stage)
{
	(void)s, (void)stage;
}
#endif

static void
stream_stage(void *ctx, enum analyse_stage stage, uint64_t done)
{
	(void)done;
	struct stream *s = ctx;
	worker_at_stage(s->w, stage == ANALYSE_READ ? WORKER_READ : stage == ANALYSE_MAGIC ? WORKER_TYPE : WORKER_RULES);
	misbehave(s, stage);
}

static enum triage_status
stream_match(void *ctx, const struct triage_match *m, struct triage_error *err)
{
	struct stream *s = ctx;
	wire_put_match(&s->w->wire, s->w->job, m);
	return wire_pending(&s->w->wire) > FLUSH_AT ? wire_flush(&s->w->wire, true, err) : TRIAGE_OK;
}

static enum triage_status
stream_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	const struct evidence_sink sink = worker_sink(((struct stream *)ctx)->w);
	return sink.problem(sink.ctx, p, err);
}

static enum triage_status
stream_member(void *ctx, const struct triage_member *m, struct triage_error *err)
{
	struct stream *s = ctx;
	wire_put_member(&s->w->wire, s->w->job, m);
	worker_misbehave_at(s->w, "member");
	worker_beat(s->w);
	return wire_pending(&s->w->wire) > FLUSH_AT ? wire_flush(&s->w->wire, true, err) : TRIAGE_OK;
}

static enum triage_status
stream_member_done(void *ctx, const struct triage_content *content, struct triage_error *err)
{
	struct stream *s = ctx;
	wire_put_content(&s->w->wire, WIRE_MEMBER_DONE, s->w->job, content);
	return wire_pending(&s->w->wire) > FLUSH_AT ? wire_flush(&s->w->wire, true, err) : TRIAGE_OK;
}

static bool
stream_known_good(void *ctx, const struct triage_content *digests)
{
	const struct detect_tables *tables = ((struct stream *)ctx)->w->setup->tables;
	return tables != NULL && detect_known(tables, digests->md5, digests->sha1, digests->sha256) == DETECT_GOOD;
}

static enum triage_status
stream_bytes(void *ctx, const struct analyse_subject *who, struct view bytes, uint64_t at, bool last, struct triage_error *err)
{
	struct stream *s = ctx;
	enum triage_status st = worker_artefact_bytes(&s->artefact, who, bytes, at, last, err);
	if (s->artefact.kind != NULL) {
		worker_at_stage(s->w, WORKER_ARTEFACT);
		misbehave(s, ANALYSE_STAGE_COUNT);
		worker_at_stage(s->w, WORKER_READ);
	}
	return st;
}

static void
get_companions(struct wire_cursor *c, struct worker_artefact *a)
{
	a->mtime = wire_get_i64(c);
	a->btime = wire_get_i64(c);
	a->companion_count = (size_t)wire_get_enum(c, WORKER_COMPANIONS_MAX + 1);
	for (size_t i = 0; i < a->companion_count; i++) {
		struct worker_companion *one = &a->companions[i];
		wire_get_text(c, one->ending, WORKER_ENDING_MAX);
		one->inode = wire_get_u64(c);
		one->attr_type = wire_get_u32(c);
		one->attr_id = wire_get_u32(c);
		one->raw_path = wire_get_bytes(c, TEXT_ROOM);
	}
}

static enum triage_status
stream_open(struct worker *w, struct wire_cursor *c, struct stream *s, struct analyse_subject *who, struct triage_error *err)
{
	struct triage_filesystem fs = { 0 };
	char type[65];
	size_t source = (size_t)wire_get_u64(c);
	worker_get_filesystem(c, &fs, type);
	uint64_t inode = wire_get_u64(c);
	who->size = wire_get_u64(c);
	uint32_t attr_type = wire_get_u32(c), attr_id = wire_get_u32(c);
	who->path = wire_get_text(c, w->path, TEXT_ROOM);
	who->name = wire_get_text(c, w->name, TEXT_ROOM);
	who->owner = wire_get_text(c, w->owner, TEXT_ROOM);
	struct view raw_path = wire_get_bytes(c, TEXT_ROOM);
	unsigned how = wire_get_enum(c, 4);
	who->force = (how & 1) != 0;
	s->w->early = (how & 2) != 0;
	unsigned closed = wire_get_enum(c, 4);
	s->closed = (closed & 1) != 0;
	s->left_closed = (closed & 2) != 0;
	who->mtime = TRIAGE_TIME_NONE;
	get_companions(c, &s->artefact);
	s->placed = wire_get_u64(c) != 0;
	s->artefact.w = w;
	s->artefact.source = source;
	if (c->failed || source >= w->setup->source_count) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "a job that cannot be read");
		return TRIAGE_E_FORMAT;
	}
	if (w->setup->sources[source].kind == TRIAGE_EVIDENCE_DIRECTORY)
		return opener_request(w->setup->openers[source], raw_path.data, raw_path.size, attr_type, attr_id, &s->fd, err);
	struct evidence_fs *opened;
	worker_spend_keys(w);
	enum triage_status st = worker_open_filesystem(w, source, &fs, &opened, err);
	if (st == TRIAGE_OK)
		s->artefact.fs = opened;
	s->artefact.live_mft = strcmp(fs.type, "ntfs") == 0 && inode <= 1;
	if (st == TRIAGE_OK)
		st = evidence_content_open(opened, inode, attr_type, attr_id, &s->content, err);
	if (st != TRIAGE_OK)
		return st;
	s->size = evidence_content_size(s->content);
	who->size = s->worth = evidence_content_worth(s->content);
	return TRIAGE_OK;
}

/* Lower the state by what only the stream knows, and say why. */
static void
stream_judge(struct stream *s, const struct stat *before, struct triage_content *content)
{
	static const struct {
		uint32_t flag;
		const char *code, *message;
	} reasons[] = {
		{ EVIDENCE_CONTENT_FILLER, "content-missing", "part of the list of its clusters is missing; zeros stand for unknown bytes" },
		{ EVIDENCE_CONTENT_BAD, "content-damaged", "it lies on unreadable or damaged sectors; zeros stand for them" },
		{ EVIDENCE_CONTENT_REUSED, "content-reused", "deleted, and some of its clusters belong to another file now" },
		/* whole as far as anyone can tell: the state stays */
		{ EVIDENCE_CONTENT_GUESSED, "content-guessed", "deleted, and the list of its clusters with it: they are guessed" },
	};
	uint32_t flags = s->content != NULL ? evidence_content_flags(s->content) : 0;
	struct triage_error why = { .offset = TRIAGE_NO_OFFSET };
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if ((flags & reasons[i].flag) == 0)
			continue;
		uint64_t reused, clusters = evidence_content_reused(s->content, &reused);
		if (reasons[i].flag == EVIDENCE_CONTENT_REUSED && clusters > 0)
			snprintf(why.text, sizeof(why.text), "deleted, and %ju of its %ju clusters belong to another file now", (uintmax_t)reused,
			    (uintmax_t)clusters);
		else
			snprintf(why.text, sizeof(why.text), "%s", reasons[i].message);
		bool guessed = reasons[i].flag == EVIDENCE_CONTENT_GUESSED;
		if (!guessed && content->state == TRIAGE_CONTENT_COMPLETE)
			content->state = TRIAGE_CONTENT_PARTIAL;
		worker_tell(s->w, guessed ? TRIAGE_INFO : TRIAGE_MEDIUM, "content", reasons[i].code, &why);
	}
	if (s->content != NULL && s->worth < s->size) {
		snprintf(why.text, sizeof(why.text), "of its %ju bytes the first %ju were read; what follows is unknown, holes, or out of all proportion to its data",
		    (uintmax_t)s->size, (uintmax_t)s->worth);
		if (content->state == TRIAGE_CONTENT_COMPLETE)
			content->state = TRIAGE_CONTENT_PARTIAL;
		worker_problem(s->w, "content", "sparse-cut", &why);
	}
	struct stat after;
	if (s->content == NULL && worker_stat(s->fd, &after) && (after.st_size != before->st_size ||
	    after.st_mtim.tv_sec != before->st_mtim.tv_sec || after.st_mtim.tv_nsec != before->st_mtim.tv_nsec)) {
		snprintf(why.text, sizeof(why.text), "the file changed while it was read");
		if (content->state == TRIAGE_CONTENT_COMPLETE)
			content->state = TRIAGE_CONTENT_PARTIAL;
		worker_problem(s->w, "content", "changed-while-read", &why);
	}
}

/*
 * Look into the stream when it is an archive. content: of the stream itself; its text is moved to where the members' pass does not
 * overwrite it.
 */
static enum triage_status
stream_unpack(struct stream *s, const struct analyse_subject *who, const struct analyse_io *io, struct triage_content *content, struct triage_error *err)
{
	static char mime[200], magic[1200];
	if (!s->w->setup->unpack || s->left_closed || !content->hashed || content->bytes == 0)
		return TRIAGE_OK;
	snprintf(mime, sizeof(mime), "%s", content->mime);
	snprintf(magic, sizeof(magic), "%s", content->magic);
	content->mime = mime;
	content->magic = magic;
	worker_misbehave_at(s->w, "archive");
	struct analyse_subject archive = *who;
	archive.size = content->bytes;
	archive.mtime = s->artefact.mtime;
	const struct unpack_io out = { .stream = *io, .member = stream_member, .member_done = stream_member_done,
	    .closed = s->closed, .given = s->w->setup->sources[s->artefact.source].only != NULL, .beside = artefact_companion_begins };
	return analyse_unpack(s->w->pass, &archive, &out, err);
}

static void
send_extents(struct stream *s)
{
	struct evidence_sink sink = worker_sink(s->w);
	struct triage_error why = { .offset = TRIAGE_NO_OFFSET };
	if (s->content != NULL && evidence_content_extents(s->content, &sink, &why) != TRIAGE_OK)
		worker_problem(s->w, "content", "extents-unreadable", &why);
}

/* The volume has shadow copies, or is one: where the bytes lie tells which streams of the others are equal. */
static void
send_places(struct stream *s)
{
	uint8_t places[DIGEST_MAX];
	if (s->placed && s->content != NULL && vss_stream_places(s->content, places))
		wire_put_places(&s->w->wire, s->w->job, places);
}

void
worker_do_content(struct worker *w, struct wire_cursor *c)
{
	struct triage_error err = { .offset = TRIAGE_NO_OFFSET };
	struct analyse_subject who = { 0 };
	struct stream s = { .w = w, .fd = -1 };
	struct triage_content content = { 0 };
	worker_at_stage(w, WORKER_OPEN);
	atomic_store_explicit(&w->setup->page->parser, 0, memory_order_relaxed);
	enum triage_status st = stream_open(w, c, &s, &who, &err);
	if (st == TRIAGE_E_CRASHED)
		_exit(2);	/* without its opener this worker is of no use; the next one gets a new opener */
	struct stat before = { 0 };
	if (st == TRIAGE_OK && s.content == NULL && !worker_stat(s.fd, &before))
		before = (struct stat){ 0 };
	/* closed: what took workers down may be a parser: this time the bytes alone */
	const struct analyse_io io = { .ctx = &s, .read = stream_read, .match = stream_match, .problem = stream_problem, .stage = stream_stage,
	    .known_good = stream_known_good, .bytes = s.closed ? NULL : stream_bytes };
	if (st == TRIAGE_OK) {
		send_places(&s);
		st = analyse_stream(w->pass, &who, &io, &content, &err);
	}
	if (st == TRIAGE_OK && stream_unpack(&s, &who, &io, &content, &err) != TRIAGE_OK)
		worker_problem(w, "content", "archive-not-unpacked", &err);
	if (st == TRIAGE_OK) {
		stream_judge(&s, &before, &content);
		send_extents(&s);
	} else {
		worker_problem(w, "content", "content-unreadable", &err);
		content = (struct triage_content){ .state = TRIAGE_CONTENT_UNREADABLE, .mime = "", .magic = "", .randomness.entropy = -1 };
	}
	wire_put_content(&w->wire, WIRE_CONTENT, w->job, &content);
	worker_artefact_release(&s.artefact);
	if (s.content != NULL)
		evidence_content_close(s.content);
	if (s.fd >= 0)
		close(s.fd);
}
