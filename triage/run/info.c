/* info.c - triage_info(): one sealed worker probes each evidence; nothing is stored. */
#include "triage/base/digest.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/run/crew.h"

#include <stdio.h>
#include <string.h>

struct info {
	void (*tell)(void *ctx, unsigned indent, const char *line);
	void *ctx;
	bool done, failed;
	char error[300];
};

/* One line in its harmless form. */
static void
say(struct info *info, unsigned indent, const char *line)
{
	SCOPED_BUF b;
	buf_init(&b, 64 << 10);
	text_safe(&b, line);
	info->tell(info->ctx, indent, buf_cstr(&b));
}

static bool
on_evidence(struct info *info, const struct wire_frame *frame)
{
	struct wire_store store;
	struct triage_evidence e;
	if (!wire_get_evidence(frame->payload, &store, &e))
		return false;
	char line[400];
	snprintf(line, sizeof(line), "%s, %ju bytes, sectors of %u bytes%s%s%s%s", triage_evidence_kind_name(e.kind), (uintmax_t)e.size, e.sector_size,
	    e.stored_md5[0] != '\0' ? ", stored MD5 " : "", e.stored_md5, e.stored_sha1[0] != '\0' ? ", stored SHA-1 " : "", e.stored_sha1);
	say(info, 0, line);
	return true;
}

static bool
on_volume(struct info *info, const struct wire_frame *frame)
{
	struct wire_store store;
	struct triage_volume v;
	if (!wire_get_volume(frame->payload, &store, &v))
		return false;
	char line[3000];
	snprintf(line, sizeof(line), "volume %u: %s, %ju bytes at %ju, %s%s%s%s%s", v.index + 1, v.kind, (uintmax_t)v.length, (uintmax_t)v.start,
	    triage_volume_state_name(v.state), v.label[0] != '\0' ? ", label " : "", v.label, v.uuid[0] != '\0' ? ", uuid " : "", v.uuid);
	say(info, 1, line);
	return true;
}

static bool
on_filesystem(struct info *info, const struct wire_frame *frame)
{
	struct wire_store store;
	struct triage_filesystem fs;
	if (!wire_get_filesystem(frame->payload, &store, &fs))
		return false;
	char line[3000];
	snprintf(line, sizeof(line), "filesystem %u in volume %u: %s, blocks of %u bytes%s%s%s%s", fs.index + 1, fs.volume + 1, fs.type, fs.block_size,
	    fs.label[0] != '\0' ? ", label " : "", fs.label, fs.uuid[0] != '\0' ? ", uuid " : "", fs.uuid);
	say(info, 2, line);
	return true;
}

static bool
on_problem(struct info *info, const struct wire_frame *frame)
{
	struct wire_store store;
	struct triage_problem p;
	if (!wire_get_problem(frame->payload, &store, &p))
		return false;
	say(info, 3, p.message);
	return true;
}

static bool
on_done(struct info *info, const struct wire_frame *frame)
{
	struct wire_cursor c = { frame->payload, false };
	char text[1001];
	info->failed = wire_get_i64(&c) != TRIAGE_OK;
	wire_get_text(&c, text, 1000);
	info->done = true;
	snprintf(info->error, sizeof(info->error), "%.299s", text);
	return wire_all_read(&c);
}

static bool
on_frame(void *ctx, struct crew_worker *w, struct crew_job *job, const struct wire_frame *frame, bool *finished)
{
	(void)w, (void)job;
	struct info *info = ctx;
	*finished = frame->type == WIRE_DONE;
	switch ((unsigned)frame->type) {
	case WIRE_EVIDENCE: return on_evidence(info, frame);
	case WIRE_VOLUME: return on_volume(info, frame);
	case WIRE_FILESYSTEM: return on_filesystem(info, frame);
	case WIRE_PROBLEM: return on_problem(info, frame);
	case WIRE_DONE: return on_done(info, frame);
	default: return false;
	}
}

static void
on_lost(void *ctx, struct crew_job *job, const char *code, const char *why)
{
	(void)job, (void)code;
	struct info *info = ctx;
	info->done = info->failed = true;
	snprintf(info->error, sizeof(info->error), "%s", why);
}

static void
on_returned(void *ctx, struct crew_job *job)
{
	(void)ctx, (void)job;
}

static enum triage_status
probe(struct info *info, const struct source *source, struct triage_error *err)
{
	struct crew crew = { .owner = { info, on_frame, on_lost, on_returned }, .sources = source, .source_count = 1, .memory = UINT64_C(1) << 30,
	    .unit_seconds = 180 };
	enum triage_status st = crew_init(&crew, 1, err);
	if (st == TRIAGE_OK)
		st = crew_start(&crew, 0, WORKER_EXAMINER, 0, err);
	if (st == TRIAGE_OK) {
		worker_put_probe(&crew.workers[0].wire, 1, 0);
		crew_give(&crew, 0, &(struct crew_job){ .id = 1, .kind = CREW_PROBE });
	}
	info->done = info->failed = false;
	while (st == TRIAGE_OK && !info->done && crew.workers[0].pid != 0)
		st = crew_turn(&crew, 250, err);
	crew_release(&crew);
	if (st == TRIAGE_OK && info->failed) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "%s: %s", source->name, info->error);
		return TRIAGE_E_UNSUPPORTED;
	}
	return st;
}

enum triage_status
triage_info(const struct triage_plan *plan, void (*tell)(void *ctx, unsigned indent, const char *line), void *ctx, struct triage_error *err)
{
	struct info info = { .tell = tell, .ctx = ctx };
	enum triage_status st = digest_setup(err);
	for (size_t i = 0; i < plan->evidence_count && st == TRIAGE_OK; i++) {
		struct source source;
		st = source_open(plan->evidence[i], &source, err);
		if (st != TRIAGE_OK)
			return st;
		say(&info, 0, source.path);
		if (source.kind == TRIAGE_EVIDENCE_DIRECTORY)
			say(&info, 0, "directory: a mounted volume, a collection, or loose artefacts");
		else
			st = probe(&info, &source, err);
		source_close(&source);
	}
	return st;
}
