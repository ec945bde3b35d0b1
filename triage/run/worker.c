#include "triage/run/worker_inside.h"

#include "triage/base/scoped.h"
#include "triage/evidence/inside.h"
#include "triage/run/opener.h"
#include "triage/run/sandbox.h"

#include <string.h>

enum { FLUSH_AT = 32 << 10, OPEN_FOLDERS = 256 };

const char *
worker_stage_name(unsigned stage)
{
	static const char *const names[] = {
		[WORKER_IDLE] = "idle", [WORKER_OPEN] = "open", [WORKER_PROBE] = "probe", [WORKER_LIST] = "list", [WORKER_READ] = "content",
		[WORKER_TYPE] = "magic", [WORKER_RULES] = "yara", [WORKER_IMAGE] = "image", [WORKER_ARTEFACT] = "artefact",
	};
	return stage < WORKER_STAGE_COUNT ? names[stage] : "?";
}

void
worker_at_stage(struct worker *w, enum worker_stage stage)
{
	atomic_store_explicit(&w->setup->page->stage, stage, memory_order_relaxed);
	atomic_fetch_add_explicit(&w->setup->page->beat, 1, memory_order_relaxed);
	worker_misbehave_at(w, worker_stage_name(stage));
}

void
worker_beat(struct worker *w)
{
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
	worker_beat(w);
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

struct evidence_sink
worker_sink(struct worker *w)
{
	return (struct evidence_sink){ .ctx = w, .evidence = on_evidence, .volume = on_volume, .filesystem = on_filesystem,
	    .entry = on_entry, .extent = on_extent, .problem = on_problem };
}

void
worker_tell(struct worker *w, enum triage_severity severity, const char *stage, const char *code, const struct triage_error *why)
{
	wire_put_problem(&w->wire, w->job, &(struct triage_problem){ .stage = stage, .severity = severity, .code = code,
	    .message = why->text, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = why->offset });
}

void
worker_problem(struct worker *w, const char *stage, const char *code, const struct triage_error *why)
{
	worker_tell(w, TRIAGE_MEDIUM, stage, code, why);
}

void
worker_done(struct worker *w, enum triage_status status, const struct triage_error *why)
{
	size_t mark;
	wire_begin(&w->wire, WIRE_DONE, w->job, &mark);
	wire_put_i64(&w->wire, status);
	wire_put_words(&w->wire, status == TRIAGE_OK ? "" : why->text);
	wire_end(&w->wire, mark);
}

/* --- jobs --- */

static void
do_probe(struct worker *w, struct wire_cursor *c)
{
	struct triage_error err = { 0 };
	size_t source = (size_t)wire_get_u64(c);
	worker_at_stage(w, WORKER_PROBE);
	struct evidence_sink sink = worker_sink(w);
	enum triage_status st = worker_open_source(w, source, &err);
	struct triage_error *told = st == TRIAGE_OK ? &err : NULL;	/* the first error stays */
	if (kept_tell(&w->met[source], &sink, told) != TRIAGE_OK && st == TRIAGE_OK)
		st = err.status;
	kept_release(&w->met[source]);
	if (st == TRIAGE_OK)
		st = worker_find_volumes(w, source, &err);
	if (st == TRIAGE_OK && w->setup->sources[source].inside != NULL && inside_is_no_disk(w->opened[source])) {
		triage_error_set(&err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "it holds no partition table, filesystem or disk that is known");
		st = TRIAGE_E_FORMAT;
	}
	if (st == TRIAGE_OK)
		st = evidence_probe(w->opened[source], &sink, &err);
#ifdef TRIAGE_FAULT
	if (st == TRIAGE_OK && wire_flush(&w->wire, true, &err) == TRIAGE_OK)
		worker_misbehave_at(w, "told");
#endif
	worker_done(w, st, &err);
}

void
worker_get_filesystem(struct wire_cursor *c, struct triage_filesystem *fs, char *type)
{
	fs->index = wire_get_u32(c);
	fs->volume = wire_get_u32(c);
	fs->type = wire_get_text(c, type, 64);
	fs->start = wire_get_u64(c);
	fs->length = wire_get_u64(c);
	fs->block_size = wire_get_u32(c);
	fs->reader_type = wire_get_u32(c);
	fs->part = wire_get_u64(c);
	fs->label = fs->uuid = "";
}

static void
lister_beat(void *ctx, uint64_t inode)
{
	(void)inode;
	worker_beat(ctx);
}

static void
do_list(struct worker *w, struct wire_cursor *c)
{
	struct triage_error err = { 0 };
	struct triage_filesystem fs = { 0 };
	char type[65];
	size_t source = (size_t)wire_get_u64(c);
	worker_get_filesystem(c, &fs, type);
	worker_at_stage(w, WORKER_LIST);
	enum triage_status st;
	if (w->setup->role == WORKER_LISTER) {
		struct opener_listing to = { &fs, w->job, &w->wire, lister_beat, w };
		st = opener_list(w->setup->sources[source].fds[0], w->setup->sources[source].only, &to, &err);
	} else {
		struct evidence_fs *opened;
		struct evidence_sink sink = worker_sink(w);
		worker_spend_keys(w);
		st = worker_open_filesystem(w, source, &fs, &opened, &err);
		if (st == TRIAGE_OK)
			st = evidence_fs_list(opened, &sink, &err);
	}
	worker_done(w, st, &err);
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
	case WIRE_JOB_CONTENT: worker_do_content(w, &c); break;
	case WIRE_JOB_PLACES: worker_do_places(w, &c); break;
	case WIRE_JOB_IMAGE: worker_do_image(w, &c); break;
	case WIRE_JOB_EXTRACT: worker_do_extract(w, &c); break;
	default: _exit(0);
	}
	worker_at_stage(w, WORKER_IDLE);
}

/* --- start --- */

static void
probe_beat(void *ctx)
{
	worker_beat(ctx);
}

static bool
prepare(struct worker *w)
{
	size_t count = w->setup->source_count;
	w->opened = calloc(count + 1, sizeof(*w->opened));
	w->inputs = calloc(count + 1, sizeof(*w->inputs));
	w->met = calloc(count + 1, sizeof(*w->met));
	w->nested = calloc(count + 1, sizeof(*w->nested));
	w->path = malloc(TEXT_ROOM + 1);
	w->name = malloc(TEXT_ROOM + 1);
	w->owner = malloc(TEXT_ROOM + 1);
	if (w->opened == NULL || w->inputs == NULL || w->met == NULL || w->nested == NULL || w->path == NULL || w->name == NULL || w->owner == NULL)
		return false;
	const struct worker_layers *layers = &w->setup->layers;
	w->keyed = layers->keys->list.count > 0;
	keys_lock(layers->keys);
	for (size_t i = 0; i < count; i++) {
		const struct source *s = &w->setup->sources[i];
		w->inputs[i] = (struct evidence_input){ .kind = s->kind, .count = s->count, .fds = s->fds, .paths = (const char *const *)s->paths,
		    .sizes = s->sizes, .sector_size = s->sector_size, .carve = w->setup->carve, .missing = s->missing, .missing_names = (const char *const *)s->missing_names,
		    .beat = probe_beat, .beat_ctx = w, .keys = &layers->keys->list, .vss_none = layers->no_vss, .vss_first = layers->vss_first, .vss_last = layers->vss_last };
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
	size_t count = 0, folder_count = 0;
	const char *paths[1024];
	if (atomic_load_explicit(&w->setup->page->unopened, memory_order_relaxed) != 0)
		return TRIAGE_OK;
	char *folders[OPEN_FOLDERS];
	for (size_t i = 0; i < w->setup->source_count; i++) {
		const struct source *s = &w->setup->sources[i];
		if (s->kind == TRIAGE_EVIDENCE_DIRECTORY || !evidence_needs_open(&w->inputs[i]))
			continue;
		for (size_t k = 0; k < s->count && count < sizeof(paths) / sizeof(paths[0]); k++)
			paths[count++] = s->paths[k];
		char *folder = folder_count < OPEN_FOLDERS && count < sizeof(paths) / sizeof(paths[0]) ? evidence_open_folder(&w->inputs[i]) : NULL;
		if (folder != NULL)
			paths[count++] = folders[folder_count++] = folder;
	}
	if (count == 0)
		return TRIAGE_OK;
	enum triage_status st = sandbox_open_only(paths, count, layers, err);
	while (folder_count > 0)
		free(folders[--folder_count]);
	for (size_t i = 0; i < w->setup->source_count && st == TRIAGE_OK; i++) {
		w->job = i + 1;	/* before the first job: the evidence that a problem row is about */
		if (evidence_needs_open(&w->inputs[i]))
			worker_misbehave_at(w, "seal");
		struct triage_error ignored = { 0 };
		struct evidence_sink sink = worker_sink(w);
		if (w->setup->sources[i].kind != TRIAGE_EVIDENCE_DIRECTORY && evidence_needs_open(&w->inputs[i]) &&
		    evidence_open(&w->inputs[i], &sink, &w->opened[i], &ignored) != TRIAGE_OK)
			w->opened[i] = NULL;
	}
	return st;
}

static enum triage_status
seal(struct worker *w, unsigned *layers, struct triage_error *err)
{
	int fds[1024] = { 0 };
	const struct sandbox_config config = { .keep_fds = fds, .keep_count = keep_descriptors(w->setup, fds, sizeof(fds) / sizeof(fds[0])),
	    .memory = w->setup->memory, .parent = w->setup->parent };
	enum triage_status st = sandbox_begin(&config, layers, err);
	if (st != TRIAGE_OK)
		return st;
	if (w->setup->role == WORKER_LISTER)
		worker_misbehave_at(w, "lister");
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
	worker_misbehave_at(&w, "start");
	enum triage_status st = TRIAGE_E_MEMORY;
	if (prepare(&w))
		st = setup->rules != NULL ? analyse_pass_new(setup->rules, &w.pass, &err) : TRIAGE_OK;
	if (st == TRIAGE_OK)
		st = seal(&w, &layers, &err);
	size_t mark;
	wire_begin(&w.wire, WIRE_READY, 0, &mark);
	wire_put_u64(&w.wire, st == TRIAGE_OK ? layers : 0);
	wire_put_words(&w.wire, st == TRIAGE_OK ? "" : err.text);
	wire_end(&w.wire, mark);
	if (wire_flush(&w.wire, true, &err) != TRIAGE_OK || st != TRIAGE_OK)
		_exit(1);
	for (;;) {
		struct wire_frame frame;
		st = wire_take(&w.wire, &frame, &err);
		if (st == TRIAGE_OK) {
			w.early = false;
			do_job(&w, &frame);
			st = w.early ? wire_flush(&w.wire, true, &err) : flush_if_full(&w, &err);
		} else if (st == TRIAGE_END) {
			st = wire_flush(&w.wire, true, &err);
			if (st == TRIAGE_OK)
				st = wire_fill(&w.wire, true, &err);
		}
		if (st != TRIAGE_OK || w.wire.ended)
			_exit(st == TRIAGE_OK ? 0 : 1);
	}
}
