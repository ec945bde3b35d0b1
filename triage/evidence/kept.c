#include "triage/evidence/kept.h"

#include "triage/base/fault.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS = 3 };

struct kept_row {
	enum { KEPT_EVIDENCE, KEPT_VOLUME, KEPT_FILESYSTEM, KEPT_PROBLEM } type;
	union {
		struct triage_evidence evidence;
		struct triage_volume volume;
		struct triage_filesystem filesystem;
		struct triage_problem problem;
	} as;				/* its text is in text[] */
	char *text[TEXTS];		/* owned */
};

static void
release_text(struct kept_row *row)
{
	for (size_t i = 0; i < TEXTS; i++)
		free(row->text[i]);
}

/* A new row with copies of its texts; NULL when there is no memory. */
static struct kept_row *
add(struct kept *k, const char *a, const char *b, const char *c, struct triage_error *err)
{
	const char *const text[TEXTS] = { a, b, c };
	struct kept_row row = { 0 };
	bool ok = !fault_hit();
	if (k->count == k->room) {
		size_t room = k->room == 0 ? 32 : k->room * 2;
		struct kept_row *rows = reallocarray(k->rows, room, sizeof(*rows));
		ok = ok && rows != NULL;
		k->room = rows != NULL ? room : k->room;
		k->rows = rows != NULL ? rows : k->rows;
	}
	for (size_t i = 0; i < TEXTS && ok; i++)
		ok = (row.text[i] = strdup(text[i] != NULL ? text[i] : "")) != NULL;
	if (!ok) {
		release_text(&row);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return NULL;
	}
	k->rows[k->count] = row;
	return &k->rows[k->count++];
}

static enum triage_status
keep_evidence(void *ctx, const struct triage_evidence *e, struct triage_error *err)
{
	struct kept_row *row = add(ctx, e->stored_md5, e->stored_sha1, "", err);
	if (row == NULL)
		return TRIAGE_E_MEMORY;
	row->type = KEPT_EVIDENCE;
	row->as.evidence = *e;
	row->as.evidence.stored_md5 = row->text[0];
	row->as.evidence.stored_sha1 = row->text[1];
	return TRIAGE_OK;
}

static enum triage_status
keep_volume(void *ctx, const struct triage_volume *v, struct triage_error *err)
{
	struct kept_row *row = add(ctx, v->kind, v->label, v->uuid, err);
	if (row == NULL)
		return TRIAGE_E_MEMORY;
	row->type = KEPT_VOLUME;
	row->as.volume = *v;
	row->as.volume.kind = row->text[0];
	row->as.volume.label = row->text[1];
	row->as.volume.uuid = row->text[2];
	return TRIAGE_OK;
}

static enum triage_status
keep_filesystem(void *ctx, const struct triage_filesystem *fs, struct triage_error *err)
{
	struct kept_row *row = add(ctx, fs->type, fs->label, fs->uuid, err);
	if (row == NULL)
		return TRIAGE_E_MEMORY;
	row->type = KEPT_FILESYSTEM;
	row->as.filesystem = *fs;
	row->as.filesystem.type = row->text[0];
	row->as.filesystem.label = row->text[1];
	row->as.filesystem.uuid = row->text[2];
	return TRIAGE_OK;
}

static enum triage_status
keep_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	struct kept *k = ctx;
	if (k->count >= KEPT_ROWS_MAX) {
		k->left_out++;
		return TRIAGE_OK;
	}
	struct kept_row *row = add(k, p->stage, p->code, p->message, err);
	if (row == NULL)
		return TRIAGE_E_MEMORY;
	row->type = KEPT_PROBLEM;
	row->as.problem = *p;
	row->as.problem.stage = row->text[0];
	row->as.problem.code = row->text[1];
	row->as.problem.message = row->text[2];
	return TRIAGE_OK;
}

struct evidence_sink
kept_sink(struct kept *k)
{
	return (struct evidence_sink){ .ctx = k, .evidence = keep_evidence, .volume = keep_volume, .filesystem = keep_filesystem,
	    .problem = keep_problem };
}

bool
kept_has_volume_of_kind(const struct kept *k)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->rows[i].type == KEPT_VOLUME && strcmp(k->rows[i].as.volume.kind, "none") != 0)
			return true;
	return false;
}

void
kept_volume_state(struct kept *k, uint32_t index, enum triage_volume_state state)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->rows[i].type == KEPT_VOLUME && k->rows[i].as.volume.index == index)
			k->rows[i].as.volume.state = state;
}

static enum triage_status
tell(const struct kept_row *row, const struct evidence_sink *sink, struct triage_error *err)
{
	switch (row->type) {
	case KEPT_EVIDENCE: return sink->evidence(sink->ctx, &row->as.evidence, err);
	case KEPT_VOLUME: return sink->volume(sink->ctx, &row->as.volume, err);
	case KEPT_FILESYSTEM: return sink->filesystem(sink->ctx, &row->as.filesystem, err);
	case KEPT_PROBLEM: return sink->problem(sink->ctx, &row->as.problem, err);
	}
	return TRIAGE_OK;
}

enum triage_status
kept_tell(const struct kept *k, const struct evidence_sink *sink, struct triage_error *err)
{
	for (size_t i = 0; i < k->count; i++) {
		enum triage_status st = tell(&k->rows[i], sink, err);
		if (st != TRIAGE_OK)
			return st;
	}
	if (k->left_out == 0)
		return TRIAGE_OK;
	char message[120];
	snprintf(message, sizeof(message), "%" PRIu64 " more problems of the volumes are left out", k->left_out);
	return sink->problem(sink->ctx, &(struct triage_problem){ .stage = "volumes", .severity = TRIAGE_MEDIUM, .code = "problems-cut",
	    .message = message, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID }, err);
}

void
kept_release(struct kept *k)
{
	for (size_t i = 0; i < k->count; i++)
		release_text(&k->rows[i]);
	free(k->rows);
	*k = (struct kept){ 0 };
}
