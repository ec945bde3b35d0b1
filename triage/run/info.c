/* info.c - triage_info(): one sealed worker probes each evidence; nothing is stored. triage_parsers(): what this program parses. */
#include "triage/artefact/artefact.h"
#include "triage/base/digest.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/evidence/lock_crypto.h"
#include "triage/run/crew.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A volume told, with its lines, until all are known: they are shown as a tree. */
struct info_volume {
	uint32_t parent;		/* UINT32_MAX for none */
	char *lines;			/* of it and its filesystems, each ended by a line end; owned */
};

struct info {
	void (*tell)(void *ctx, unsigned indent, const char *line);
	void *ctx;
	const struct triage_looker *looker;	/* NULL: lines are told */
	const char *path;			/* of the evidence that is looked at */
	struct info_volume *volumes;	/* by index */
	size_t volume_count;
	struct buf problems;		/* lines */
	bool done, failed, lost;	/* lost: the worker died */
	char error[300];
};

/* One line in its harmless form. */
static void
say(struct info *info, unsigned indent, const char *line)
{
	if (info->looker != NULL)
		return;
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
	if (info->looker != NULL && info->looker->evidence != NULL)
		info->looker->evidence(info->looker->ctx, info->path, &e);
	char line[400];
	snprintf(line, sizeof(line), "%s, %ju bytes, sectors of %u bytes%s%s%s%s", triage_evidence_kind_name(e.kind), (uintmax_t)e.size, e.sector_size,
	    e.stored_md5[0] != '\0' ? ", stored MD5 " : "", e.stored_md5, e.stored_sha1[0] != '\0' ? ", stored SHA-1 " : "", e.stored_sha1);
	say(info, 0, line);
	return true;
}

static bool
add_line(char **lines, const char *mark, const char *line)
{
	char *grown = NULL;
	if (asprintf(&grown, "%s%s%s\n", *lines != NULL ? *lines : "", mark, line) < 0)
		return false;
	free(*lines);
	*lines = grown;
	return true;
}

static bool
on_volume(struct info *info, const struct wire_frame *frame)
{
	struct wire_store store;
	struct triage_volume v;
	if (!wire_get_volume(frame->payload, &store, &v) || v.index != info->volume_count || (v.parent != UINT32_MAX && v.parent >= v.index))
		return false;
	void *grown = reallocarray(info->volumes, info->volume_count + 1, sizeof(*info->volumes));
	if (grown == NULL)
		return false;
	if (info->looker != NULL && info->looker->volume != NULL)
		info->looker->volume(info->looker->ctx, &v);
	info->volumes = grown;
	info->volumes[info->volume_count++] = (struct info_volume){ .parent = v.parent };
	char line[3000];
	snprintf(line, sizeof(line), "volume %u: %s, %ju bytes at %ju, %s%s%s%s%s", v.index + 1, v.kind, (uintmax_t)v.length, (uintmax_t)v.start,
	    triage_volume_state_name(v.state), v.label[0] != '\0' ? ", label " : "", v.label, v.uuid[0] != '\0' ? ", uuid " : "", v.uuid);
	return add_line(&info->volumes[v.index].lines, "", line);
}

static bool
on_filesystem(struct info *info, const struct wire_frame *frame)
{
	struct wire_store store;
	struct triage_filesystem fs;
	if (!wire_get_filesystem(frame->payload, &store, &fs) || fs.volume >= info->volume_count)
		return false;
	if (info->looker != NULL && info->looker->filesystem != NULL)
		info->looker->filesystem(info->looker->ctx, &fs);
	char line[3000];
	snprintf(line, sizeof(line), "filesystem %u in volume %u: %s, blocks of %u bytes%s%s%s%s", fs.index + 1, fs.volume + 1, fs.type, fs.block_size,
	    fs.label[0] != '\0' ? ", label " : "", fs.label, fs.uuid[0] != '\0' ? ", uuid " : "", fs.uuid);
	return add_line(&info->volumes[fs.volume].lines, "\t", line);
}

static bool
on_problem(struct info *info, const struct wire_frame *frame)
{
	struct wire_store store;
	struct triage_problem p;
	if (!wire_get_problem(frame->payload, &store, &p))
		return false;
	if (info->looker != NULL && info->looker->problem != NULL)
		info->looker->problem(info->looker->ctx, &p);
	buf_format(&info->problems, "%s\n", p.message);
	return !info->problems.failed;
}

/* Lines up to their end, each told; a tab in front is a step to the right. */
static void
say_lines(struct info *info, unsigned indent, unsigned depth, const char *lines)
{
	for (const char *end; lines != NULL && (end = strchr(lines, '\n')) != NULL; lines = end + 1) {
		char line[3100];
		unsigned right = lines[0] == '\t';
		snprintf(line, sizeof(line), "%*s%.*s", (int)(depth * 2), "", (int)(end - lines - right), lines + right);
		say(info, indent + right, line);
	}
}

/* The volumes below `parent` in order, each followed by what lies below it. Rows come with parents first, so a walk up always ends. */
static void
say_tree(struct info *info)
{
	uint32_t at = UINT32_MAX;	/* told last; none */
	size_t next = 0;
	unsigned depth = 0;
	for (;;) {
		while (next < info->volume_count && info->volumes[next].parent != at)
			next++;
		if (next < info->volume_count) {
			say_lines(info, 1, depth++, info->volumes[next].lines);
			at = (uint32_t)next++;
		} else if (at == UINT32_MAX) {
			return;
		} else {
			next = at + UINT64_C(1);
			at = info->volumes[at].parent;
			depth--;
		}
	}
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
	info->done = info->failed = info->lost = true;
	snprintf(info->error, sizeof(info->error), "%s", why);
}

static void
on_returned(void *ctx, struct crew_job *job)
{
	(void)ctx, (void)job;
}

static void
forget(struct info *info)
{
	for (size_t i = 0; i < info->volume_count; i++)
		free(info->volumes[i].lines);
	free(info->volumes);
	info->volumes = NULL;
	info->volume_count = 0;
	buf_clear(&info->problems);
}

static enum triage_status
probe_once(struct info *info, struct crew *crew, size_t source, struct triage_error *err)
{
	enum triage_status st = crew->workers[0].pid == 0 ? crew_start(crew, 0, WORKER_EXAMINER, 0, err) : TRIAGE_OK;
	if (st == TRIAGE_OK) {
		worker_put_probe(&crew->workers[0].wire, source + 1, source);
		crew_give(crew, 0, &(struct crew_job){ .id = source + 1, .kind = CREW_PROBE, .source = source });
	}
	info->done = info->failed = info->lost = false;
	while (st == TRIAGE_OK && !info->done && crew->workers[0].pid != 0)
		st = crew_turn(crew, 250, err);
	return st;
}

/* Probe one of the crew's sources and show it. They are looked at together, unless one of them takes the first worker down. */
static enum triage_status
probe(struct info *info, struct crew *crew, size_t source, struct triage_error *err)
{
	enum triage_status st = probe_once(info, crew, source, err);
	if (st == TRIAGE_OK && info->lost && source == 0 && crew->source_count > 1) {
		crew_probe_alone(crew);
		forget(info);
		st = probe_once(info, crew, source, err);
	}
	if (info->looker == NULL) {
		say_tree(info);
		say_lines(info, 3, 0, buf_cstr(&info->problems));
	}
	forget(info);
	if (st == TRIAGE_OK && info->failed) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "%s: %s", crew->sources[source].name, info->error);
		return TRIAGE_E_UNSUPPORTED;
	}
	return st;
}

static enum triage_status
show(struct info *info, struct crew *crew, const struct source *sources, size_t count, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	size_t next = 0;
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++) {
		info->path = sources[i].path;
		say(info, 0, sources[i].path);
		if (sources[i].kind == TRIAGE_EVIDENCE_DIRECTORY && info->looker != NULL && info->looker->evidence != NULL)
			info->looker->evidence(info->looker->ctx, info->path, NULL);
		if (sources[i].kind == TRIAGE_EVIDENCE_DIRECTORY)
			say(info, 0, "directory: a mounted volume, a collection, or loose artefacts");
		else
			st = probe(info, crew, next++, err);
	}
	return st;
}

void
triage_parsers(void (*tell)(void *ctx, unsigned indent, const char *line), void *ctx)
{
	const struct artefact_kind *k;
	SCOPED_BUF line;
	buf_init(&line, 64 << 10);
	for (size_t i = 0; (k = artefact_kind(i)) != NULL; i++) {
		const struct {
			const char *what, *text;
		} lines[] = { { "tells", k->yields }, { "source", k->source }, { "format", k->reference } };
		buf_clear(&line);
		buf_format(&line, "%s: %s", k->name, k->title);
		tell(ctx, 0, buf_cstr(&line));
		for (size_t n = 0; n < sizeof(lines) / sizeof(lines[0]); n++) {
			buf_clear(&line);
			buf_format(&line, "%s: %s", lines[n].what, lines[n].text);
			tell(ctx, 1, buf_cstr(&line));
		}
		if (k->companions == NULL || k->companions[0] == NULL)
			continue;
		buf_clear(&line);
		buf_text(&line, "read with the files beside it that end in");
		for (const char *const *c = k->companions; *c != NULL; c++)
			buf_format(&line, " %s", *c);
		tell(ctx, 1, buf_cstr(&line));
	}
}

static enum triage_status
look_at(const struct triage_plan *plan, struct info *info, struct triage_error *err)
{
	struct keys keys = { 0 };
	struct crew crew = { .owner = { info, on_frame, on_lost, on_returned }, .memory = UINT64_C(1) << 30, .unit_seconds = 180,
	    .layers_wanted = { .keys = &keys, .no_vss = plan->no_vss, .vss_first = plan->vss_first, .vss_last = plan->vss_last } };
	SCOPED_FREE struct source *sources = calloc(plan->evidence_count + 1, sizeof(*sources));
	SCOPED_FREE struct source *containers = calloc(plan->evidence_count + 1, sizeof(*containers));	/* the same, without folders */
	size_t count = 0;
	buf_init(&info->problems, 64 << 20);
	enum triage_status st = sources == NULL || containers == NULL ? TRIAGE_E_MEMORY : digest_setup(err);
	if (st == TRIAGE_E_MEMORY)
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
	if (st == TRIAGE_OK)
		st = keys_read(plan, &keys, err);
	locks_prepare();	/* the worker cannot load what the locks need */
	for (; count < plan->evidence_count && st == TRIAGE_OK; count += st == TRIAGE_OK)
		if ((st = source_open(plan->evidence[count], &sources[count], err)) == TRIAGE_OK && sources[count].kind != TRIAGE_EVIDENCE_DIRECTORY)
			containers[crew.source_count++] = sources[count];
	crew.sources = containers;
	if (st == TRIAGE_OK)
		st = crew_init(&crew, 1, err);
	if (st == TRIAGE_OK)
		st = show(info, &crew, sources, count, err);
	crew_release(&crew);
	for (size_t i = 0; i < count; i++)
		source_close(&sources[i]);
	keys_release(&keys);
	buf_release(&info->problems);
	return st;
}

enum triage_status
triage_info(const struct triage_plan *plan, void (*tell)(void *ctx, unsigned indent, const char *line), void *ctx, struct triage_error *err)
{
	struct info info = { .tell = tell, .ctx = ctx };
	return look_at(plan, &info, err);
}

enum triage_status
triage_look(const struct triage_plan *plan, const struct triage_looker *looker, struct triage_error *err)
{
	struct info info = { .looker = looker };
	return look_at(plan, &info, err);
}
