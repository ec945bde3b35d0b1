#include "triage/run/worker.h"

#include "triage/base/scoped.h"
#include "triage/evidence/evidence.h"
#include "triage/run/opener.h"
#include "triage/run/sandbox.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { FLUSH_AT = 32 << 10, OPEN_FILESYSTEMS = 16, TEXT_ROOM = 256 << 10 };

struct worker {
	const struct worker_setup *setup;
	struct wire_stream wire;
	uint64_t job;			/* in work */
	struct evidence_source **opened;	/* per source */
	struct evidence_input *inputs;
	struct {
		size_t source;
		uint32_t index;
		struct evidence_fs *fs;
		uint64_t used;
	} cache[OPEN_FILESYSTEMS];
	uint64_t clock;
	struct analyse_pass *pass;
	char *path, *name, *owner;	/* TEXT_ROOM + 1 each: of the content job in work */
};

const char *
worker_stage_name(unsigned stage)
{
	static const char *const names[] = {
		[WORKER_IDLE] = "idle", [WORKER_OPEN] = "open", [WORKER_PROBE] = "probe", [WORKER_LIST] = "list", [WORKER_READ] = "content",
		[WORKER_TYPE] = "magic", [WORKER_RULES] = "yara", [WORKER_IMAGE] = "image",
	};
	return stage < WORKER_STAGE_COUNT ? names[stage] : "?";
}

static void
at_stage(struct worker *w, enum worker_stage stage)
{
	atomic_store_explicit(&w->setup->page->stage, stage, memory_order_relaxed);
	atomic_fetch_add_explicit(&w->setup->page->beat, 1, memory_order_relaxed);
}

static enum triage_status
flush_if_full(struct worker *w, struct triage_error *err)
{
	return wire_pending(&w->wire) > FLUSH_AT ? wire_flush(&w->wire, true, err) : TRIAGE_OK;
}

/* --- sinks of the rooms, to frames --- */

static enum triage_status
on_evidence(void *ctx, const struct triage_evidence *e, struct triage_error *err)
{
	struct worker *w = ctx;
	wire_put_evidence(&w->wire, w->job, e);
	return flush_if_full(w, err);
}

static enum triage_status
on_volume(void *ctx, const struct triage_volume *v, struct triage_error *err)
{
	struct worker *w = ctx;
	wire_put_volume(&w->wire, w->job, v);
	return flush_if_full(w, err);
}

static enum triage_status
on_filesystem(void *ctx, const struct triage_filesystem *fs, struct triage_error *err)
{
	struct worker *w = ctx;
	wire_put_filesystem(&w->wire, WIRE_FILESYSTEM, w->job, fs);
	return flush_if_full(w, err);
}

static enum triage_status
on_entry(void *ctx, const struct triage_entry *e, struct triage_error *err)
{
	struct worker *w = ctx;
	wire_put_entry(&w->wire, w->job, e);
	atomic_fetch_add_explicit(&w->setup->page->beat, 1, memory_order_relaxed);
	return flush_if_full(w, err);
}

static enum triage_status
on_extent(void *ctx, const struct triage_extent *x, struct triage_error *err)
{
	struct worker *w = ctx;
	wire_put_extent(&w->wire, w->job, x);
	return flush_if_full(w, err);
}

static enum triage_status
on_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	struct worker *w = ctx;
	wire_put_problem(&w->wire, w->job, p);
	return flush_if_full(w, err);
}

static enum triage_status
on_match(void *ctx, const struct triage_match *m, struct triage_error *err)
{
	struct worker *w = ctx;
	wire_put_match(&w->wire, w->job, m);
	return flush_if_full(w, err);
}

static struct evidence_sink
sink_of(struct worker *w)
{
	return (struct evidence_sink){ .ctx = w, .evidence = on_evidence, .volume = on_volume, .filesystem = on_filesystem,
	    .entry = on_entry, .extent = on_extent, .problem = on_problem };
}

static void
tell_problem(struct worker *w, const char *stage, const char *code, const struct triage_error *why)
{
	wire_put_problem(&w->wire, w->job, &(struct triage_problem){ .stage = stage, .severity = TRIAGE_MEDIUM, .code = code,
	    .message = why->text, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = why->offset });
}

static void
put_done(struct worker *w, enum triage_status status, const struct triage_error *why)
{
	size_t mark;
	wire_begin(&w->wire, WIRE_DONE, w->job, &mark);
	wire_put_i64(&w->wire, status);
	wire_put_text(&w->wire, status == TRIAGE_OK ? "" : why->text);
	wire_end(&w->wire, mark);
}

/* --- opening --- */

static enum triage_status
open_source(struct worker *w, size_t index, struct triage_error *err)
{
	if (w->opened[index] != NULL)
		return TRIAGE_OK;
	struct evidence_sink sink = sink_of(w);
	return evidence_open(&w->inputs[index], &sink, &w->opened[index], err);
}

static enum triage_status
open_filesystem(struct worker *w, size_t source, const struct triage_filesystem *fs, struct evidence_fs **ret_fs, struct triage_error *err)
{
	size_t oldest = 0;
	for (size_t i = 0; i < OPEN_FILESYSTEMS; i++) {
		if (w->cache[i].fs != NULL && w->cache[i].source == source && w->cache[i].index == fs->index) {
			w->cache[i].used = ++w->clock;
			*ret_fs = w->cache[i].fs;
			return TRIAGE_OK;
		}
		if (w->cache[i].used < w->cache[oldest].used)
			oldest = i;
	}
	struct evidence_fs *opened;
	enum triage_status st = open_source(w, source, err);
	if (st == TRIAGE_OK)
		st = evidence_fs_open(w->opened[source], fs, &opened, err);
	if (st != TRIAGE_OK)
		return st;
	evidence_fs_close(w->cache[oldest].fs);
	w->cache[oldest].fs = opened;
	w->cache[oldest].source = source;
	w->cache[oldest].index = fs->index;
	w->cache[oldest].used = ++w->clock;
	*ret_fs = opened;
	return TRIAGE_OK;
}

/* --- jobs --- */

static void
do_probe(struct worker *w, struct wire_cursor *c)
{
	struct triage_error err = { 0 };
	size_t source = (size_t)wire_get_u64(c);
	at_stage(w, WORKER_PROBE);
	enum triage_status st = open_source(w, source, &err);
	struct evidence_sink sink = sink_of(w);
	if (st == TRIAGE_OK)
		st = evidence_probe(w->opened[source], &sink, &err);
	put_done(w, st, &err);
}

static void
get_filesystem(struct wire_cursor *c, struct triage_filesystem *fs, char *type)
{
	fs->index = wire_get_u32(c);
	fs->type = wire_get_text(c, type, 64);
	fs->start = wire_get_u64(c);
	fs->length = wire_get_u64(c);
	fs->block_size = wire_get_u32(c);
	fs->reader_type = wire_get_u32(c);
	fs->label = fs->uuid = "";
}

static void
lister_beat(void *ctx, uint64_t inode)
{
	(void)inode;
	struct worker *w = ctx;
	atomic_fetch_add_explicit(&w->setup->page->beat, 1, memory_order_relaxed);
}

static void
do_list(struct worker *w, struct wire_cursor *c)
{
	struct triage_error err = { 0 };
	struct triage_filesystem fs = { 0 };
	char type[65];
	size_t source = (size_t)wire_get_u64(c);
	get_filesystem(c, &fs, type);
	at_stage(w, WORKER_LIST);
	enum triage_status st;
	if (w->setup->role == WORKER_LISTER) {
		struct opener_listing to = { &fs, w->job, &w->wire, lister_beat, w };
		st = opener_list(w->setup->sources[source].fds[0], &to, &err);
	} else {
		struct evidence_fs *opened;
		struct evidence_sink sink = sink_of(w);
		st = open_filesystem(w, source, &fs, &opened, &err);
		if (st == TRIAGE_OK)
			st = evidence_fs_list(opened, &sink, &err);
	}
	put_done(w, st, &err);
}

/* A stream in the work of the content pass: a stream of a filesystem, or a descriptor from the opener. */
struct stream {
	struct worker *w;
	struct evidence_content *content;
	int fd;
	uint64_t size, worth;	/* bytes in all, and as far as they are read: the rest is a hole */
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

static void
stream_stage(void *ctx, enum analyse_stage stage, uint64_t done)
{
	(void)done;
	struct stream *s = ctx;
	at_stage(s->w, stage == ANALYSE_READ ? WORKER_READ : stage == ANALYSE_MAGIC ? WORKER_TYPE : WORKER_RULES);
}

static enum triage_status
stream_match(void *ctx, const struct triage_match *m, struct triage_error *err)
{
	return on_match(((struct stream *)ctx)->w, m, err);
}

static enum triage_status
stream_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	return on_problem(((struct stream *)ctx)->w, p, err);
}

static enum triage_status
stream_open(struct worker *w, struct wire_cursor *c, struct stream *s, struct analyse_subject *who, struct triage_error *err)
{
	struct triage_filesystem fs = { 0 };
	char type[65];
	size_t source = (size_t)wire_get_u64(c);
	get_filesystem(c, &fs, type);
	uint64_t inode = wire_get_u64(c);
	who->size = wire_get_u64(c);
	uint32_t attr_type = wire_get_u32(c), attr_id = wire_get_u32(c);
	who->path = wire_get_text(c, w->path, TEXT_ROOM);
	who->name = wire_get_text(c, w->name, TEXT_ROOM);
	who->owner = wire_get_text(c, w->owner, TEXT_ROOM);
	struct view raw_path = wire_get_bytes(c, TEXT_ROOM);
	who->force = wire_get_u64(c) != 0;
	if (c->failed || source >= w->setup->source_count) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "a job that cannot be read");
		return TRIAGE_E_FORMAT;
	}
	if (w->setup->sources[source].kind == TRIAGE_EVIDENCE_DIRECTORY)
		return opener_request(w->setup->openers[source], raw_path.data, raw_path.size, attr_type, attr_id, &s->fd, err);
	struct evidence_fs *opened;
	enum triage_status st = open_filesystem(w, source, &fs, &opened, err);
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
	};
	uint32_t flags = s->content != NULL ? evidence_content_flags(s->content) : 0;
	struct triage_error why = { .offset = TRIAGE_NO_OFFSET };
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if ((flags & reasons[i].flag) == 0)
			continue;
		snprintf(why.text, sizeof(why.text), "%s", reasons[i].message);
		if (content->state == TRIAGE_CONTENT_COMPLETE)
			content->state = TRIAGE_CONTENT_PARTIAL;
		tell_problem(s->w, "content", reasons[i].code, &why);
	}
	if (s->content != NULL && s->worth < s->size) {
		snprintf(why.text, sizeof(why.text), "of its %ju bytes the first %ju were read; what follows is holes, or out of all proportion to its data",
		    (uintmax_t)s->size, (uintmax_t)s->worth);
		if (content->state == TRIAGE_CONTENT_COMPLETE)
			content->state = TRIAGE_CONTENT_PARTIAL;
		tell_problem(s->w, "content", "sparse-cut", &why);
	}
	struct stat after;
	if (s->content == NULL && fstat(s->fd, &after) == 0 && (after.st_size != before->st_size ||
	    after.st_mtim.tv_sec != before->st_mtim.tv_sec || after.st_mtim.tv_nsec != before->st_mtim.tv_nsec)) {
		snprintf(why.text, sizeof(why.text), "the file changed while it was read");
		if (content->state == TRIAGE_CONTENT_COMPLETE)
			content->state = TRIAGE_CONTENT_PARTIAL;
		tell_problem(s->w, "content", "changed-while-read", &why);
	}
}

static void
do_content(struct worker *w, struct wire_cursor *c)
{
	struct triage_error err = { .offset = TRIAGE_NO_OFFSET };
	struct analyse_subject who = { 0 };
	struct stream s = { .w = w, .fd = -1 };
	struct triage_content content = { 0 };
	at_stage(w, WORKER_OPEN);
	enum triage_status st = stream_open(w, c, &s, &who, &err);
	if (st == TRIAGE_E_CRASHED)
		_exit(2);	/* without its opener this worker is of no use; the next one gets a new opener */
	struct stat before = { 0 };
	if (st == TRIAGE_OK && s.content == NULL && fstat(s.fd, &before) != 0)
		before = (struct stat){ 0 };
	const struct analyse_io io = { .ctx = &s, .read = stream_read, .match = stream_match, .problem = stream_problem, .stage = stream_stage };
	if (st == TRIAGE_OK)
		st = analyse_stream(w->pass, &who, &io, &content, &err);
	if (st == TRIAGE_OK) {
		stream_judge(&s, &before, &content);
		struct evidence_sink sink = sink_of(w);
		struct triage_error why = { .offset = TRIAGE_NO_OFFSET };
		if (s.content != NULL && evidence_content_extents(s.content, &sink, &why) != TRIAGE_OK)
			tell_problem(w, "content", "extents-unreadable", &why);
	} else {
		tell_problem(w, "content", "content-unreadable", &err);
		content = (struct triage_content){ .state = TRIAGE_CONTENT_UNREADABLE, .mime = "", .magic = "", .randomness.entropy = -1 };
	}
	wire_put_content(&w->wire, w->job, &content);
	if (s.content != NULL)
		evidence_content_close(s.content);
	if (s.fd >= 0)
		close(s.fd);
}

struct image {
	struct worker *w;
	struct reader *reader;
};

static enum triage_status
image_read(void *ctx, uint64_t offset, void *buf, size_t size, size_t *ret_got, struct triage_error *err)
{
	struct image *i = ctx;
	size_t got = 0;
	enum triage_status st = reader_read(i->reader, offset, buf, size, &got, err);
	atomic_fetch_add_explicit(&i->w->setup->page->bytes, got, memory_order_relaxed);
	atomic_fetch_add_explicit(&i->w->setup->page->beat, 1, memory_order_relaxed);
	*ret_got = got;
	return st;
}

static void
image_bad_range(void *ctx, uint64_t offset, uint64_t size, const char *why)
{
	struct worker *w = ctx;
	char message[200];
	snprintf(message, sizeof(message), "%s: sectors %ju to %ju (512 bytes each) read as zeros", why, (uintmax_t)(offset / 512),
	    (uintmax_t)((offset + size - 1) / 512));
	wire_put_problem(&w->wire, w->job, &(struct triage_problem){ .stage = "image", .severity = TRIAGE_MEDIUM, .code = "bad-sectors",
	    .message = message, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = offset, .bytes = size });
}

static void
do_image(struct worker *w, struct wire_cursor *c)
{
	struct triage_error err = { .offset = TRIAGE_NO_OFFSET };
	size_t source = (size_t)wire_get_u64(c);
	unsigned which = (unsigned)wire_get_u64(c);
	struct analyse_digests digests = { 0 };
	at_stage(w, WORKER_IMAGE);
	enum triage_status st = open_source(w, source, &err);
	if (st == TRIAGE_OK) {
		struct image image = { w, evidence_reader(w->opened[source]) };
		const struct analyse_io io = { .ctx = &image, .read = image_read };
		st = analyse_digest(&io, which, &digests, &err);
		if (st == TRIAGE_OK && image.reader->ops->bad_ranges != NULL)
			image.reader->ops->bad_ranges(image.reader, image_bad_range, w);
	}
	if (st == TRIAGE_OK) {
		size_t mark;
		wire_begin(&w->wire, WIRE_DIGESTS, w->job, &mark);
		wire_put_text(&w->wire, digests.md5);
		wire_put_text(&w->wire, digests.sha1);
		wire_put_text(&w->wire, digests.sha256);
		wire_end(&w->wire, mark);
	}
	put_done(w, st, &err);
}

static void
do_job(struct worker *w, const struct wire_frame *frame)
{
	struct wire_cursor c = { frame->payload, false };
	w->job = frame->job;
	atomic_store_explicit(&w->setup->page->job, frame->job, memory_order_relaxed);
	switch ((unsigned)frame->type) {
	case WIRE_JOB_PROBE: do_probe(w, &c); break;
	case WIRE_JOB_LIST: do_list(w, &c); break;
	case WIRE_JOB_CONTENT: do_content(w, &c); break;
	case WIRE_JOB_IMAGE: do_image(w, &c); break;
	default: _exit(0);
	}
	at_stage(w, WORKER_IDLE);
}

/* --- start --- */

static bool
prepare(struct worker *w)
{
	size_t count = w->setup->source_count;
	w->opened = calloc(count + 1, sizeof(*w->opened));
	w->inputs = calloc(count + 1, sizeof(*w->inputs));
	w->path = malloc(TEXT_ROOM + 1);
	w->name = malloc(TEXT_ROOM + 1);
	w->owner = malloc(TEXT_ROOM + 1);
	if (w->opened == NULL || w->inputs == NULL || w->path == NULL || w->name == NULL || w->owner == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct source *s = &w->setup->sources[i];
		w->inputs[i] = (struct evidence_input){ .kind = s->kind, .count = s->count, .fds = s->fds, .paths = (const char *const *)s->paths,
		    .sizes = s->sizes, .sector_size = s->sector_size, .missing = s->missing, .missing_names = (const char *const *)s->missing_names };
	}
	return true;
}

static size_t
keep_descriptors(const struct worker_setup *setup, int *fds, size_t room)
{
	size_t n = 0;
	fds[n++] = setup->channel;
	for (size_t i = 0; i < setup->source_count; i++) {
		const struct source *s = &setup->sources[i];
		bool mine = setup->role == WORKER_LISTER ? i == setup->lister_source : s->kind != TRIAGE_EVIDENCE_DIRECTORY;
		for (size_t k = 0; mine && k < s->count && n < room; k++)
			fds[n++] = s->fds[k];
		if (setup->role == WORKER_EXAMINER && setup->openers[i] >= 0 && n < room)
			fds[n++] = setup->openers[i];
	}
	return n;
}

/* Open, between the two seals, the containers whose library opens files itself. Their errors come again when a job asks. */
static enum triage_status
open_between_seals(struct worker *w, unsigned *layers, struct triage_error *err)
{
	size_t count = 0;
	const char *paths[1024];
	for (size_t i = 0; i < w->setup->source_count; i++) {
		const struct source *s = &w->setup->sources[i];
		if (s->kind == TRIAGE_EVIDENCE_DIRECTORY || !evidence_needs_open(&w->inputs[i]))
			continue;
		for (size_t k = 0; k < s->count && count < sizeof(paths) / sizeof(paths[0]); k++)
			paths[count++] = s->paths[k];
	}
	if (count == 0)
		return TRIAGE_OK;
	enum triage_status st = sandbox_open_only(paths, count, layers, err);
	for (size_t i = 0; i < w->setup->source_count && st == TRIAGE_OK; i++) {
		w->job = i + 1;	/* before the first job: the evidence that a problem row is about */
		struct triage_error ignored = { 0 };
		struct evidence_sink sink = sink_of(w);
		if (w->setup->sources[i].kind != TRIAGE_EVIDENCE_DIRECTORY && evidence_needs_open(&w->inputs[i]) &&
		    evidence_open(&w->inputs[i], &sink, &w->opened[i], &ignored) != TRIAGE_OK)
			w->opened[i] = NULL;
	}
	return st;
}

static enum triage_status
seal(struct worker *w, unsigned *layers, struct triage_error *err)
{
	int fds[1024];
	const struct sandbox_config config = { .keep_fds = fds, .keep_count = keep_descriptors(w->setup, fds, sizeof(fds) / sizeof(fds[0])),
	    .memory = w->setup->memory, .parent = w->setup->parent };
	enum triage_status st = sandbox_begin(&config, layers, err);
	if (st != TRIAGE_OK)
		return st;
	if (w->setup->role == WORKER_LISTER)
		return sandbox_opener(w->setup->sources[w->setup->lister_source].fds[0], layers, err);
	st = open_between_seals(w, layers, err);
	return st == TRIAGE_OK ? sandbox_full(layers, err) : st;
}

_Noreturn void
worker_main(const struct worker_setup *setup)
{
	static struct worker w;
	struct triage_error err = { 0 };
	unsigned layers = 0;
	w.setup = setup;
	wire_stream_init(&w.wire, setup->channel);
	enum triage_status st = TRIAGE_E_MEMORY;
	if (prepare(&w))
		st = setup->rules != NULL ? analyse_pass_new(setup->rules, &w.pass, &err) : TRIAGE_OK;
	if (st == TRIAGE_OK)
		st = seal(&w, &layers, &err);
	size_t mark;
	wire_begin(&w.wire, WIRE_READY, 0, &mark);
	wire_put_u64(&w.wire, st == TRIAGE_OK ? layers : 0);
	wire_put_text(&w.wire, st == TRIAGE_OK ? "" : err.text);
	wire_end(&w.wire, mark);
	if (wire_flush(&w.wire, true, &err) != TRIAGE_OK || st != TRIAGE_OK)
		_exit(1);
	for (;;) {
		struct wire_frame frame;
		st = wire_take(&w.wire, &frame, &err);
		if (st == TRIAGE_OK) {
			do_job(&w, &frame);
			st = flush_if_full(&w, &err);
		} else if (st == TRIAGE_END) {
			st = wire_flush(&w.wire, true, &err);
			if (st == TRIAGE_OK)
				st = wire_fill(&w.wire, true, &err);
		}
		if (st != TRIAGE_OK || w.wire.ended)
			_exit(st == TRIAGE_OK ? 0 : 1);
	}
}
