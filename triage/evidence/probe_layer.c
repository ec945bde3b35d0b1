/* probe_layer.c - volumes that hold volumes: what is offered to the layers, opened, and searched in its turn; see probe.h. */
#include "triage/evidence/probe.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/when.h"
#include "triage/evidence/watched.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for one more in a list; NULL, with err filled, when there is none. */
static void *
one_more(void **list, size_t count, size_t *room, size_t size, struct triage_error *err)
{
	if (count < *room)
		return *list;
	size_t wanted = *room == 0 ? 16 : *room * 2;
	void *grown = fault_hit() ? NULL : reallocarray(*list, wanted, size);
	if (grown == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return NULL;
	}
	*list = grown;
	*room = wanted;
	return grown;
}

void
probe_enter(struct probe *probe, struct evidence_source *source, struct reader *reader, uint32_t volume, unsigned depth)
{
	probe->source = source;
	probe->reader = reader;
	probe->volume = volume;
	probe->depth = depth;
	probe->barred = NULL;
	probe->keeper = kept_sink(&source->found);
	probe->sink = &probe->keeper;
}

enum triage_status
probe_reader(struct probe *probe, const struct probe_volume *v, uint32_t index, uint64_t there, struct reader **ret_reader,
    struct triage_error *err)
{
	struct reader *r = source_volume_reader(probe->source, index);
	if (r == NULL) {
		enum triage_status st = watched_slice(probe->reader, v->start, there, probe->source->in.beat, probe->source->in.beat_ctx, &r, err);
		if (st == TRIAGE_OK)
			st = source_keep(probe->source, r, index, err);
		if (st != TRIAGE_OK)
			return st;
	}
	*ret_reader = r;
	return TRIAGE_OK;
}

static bool
wants(const struct layer_kind *kind, const char *signature)
{
	for (const char *const *name = kind->signatures; *name != NULL; name++)
		if (strcmp(*name, signature) == 0)
			return true;
	return false;
}

enum triage_status
probe_offer(struct probe *probe, const struct probe_volume *v, uint32_t index, uint64_t there, const struct signature_hit *hit,
    bool *ret_taken, struct triage_error *err)
{
	*ret_taken = false;
	for (size_t i = 0; i < layer_kind_count; i++) {
		const struct layer_kind *kind = layer_kinds[i];
		if (!wants(kind, hit->row->name) || kind == probe->barred)
			continue;
		*ret_taken = *ret_taken || hit->type == NULL;
		if (probe->depth >= PROBE_DEPTH_MAX)
			return source_problem(probe->sink, "volumes", TRIAGE_MEDIUM, "layers-too-deep", probe_place(probe, v->start), v->length, err,
			    "volume %" PRIu32 " lies in %u volumes one inside the other: what is inside is not looked into; to see it, "
			    "examine an image of it alone", index + 1, probe->depth);
		struct reader *r;
		enum triage_status st = probe_reader(probe, v, index, there, &r, err);
		if (st != TRIAGE_OK)
			return st;
		void *list = probe->members;
		if (one_more(&list, probe->member_count, &probe->member_room, sizeof(*probe->members), err) == NULL)
			return TRIAGE_E_MEMORY;
		probe->members = list;
		probe->members[probe->member_count++] = (struct probe_member){ .kind = kind, .source = probe->source, .reader = r, .around = probe->reader, .hit = *hit,
		    .volume = index, .start = v->start, .length = v->length, .depth = probe->depth, .locked_out = hit->type == NULL };
	}
	return TRIAGE_OK;
}

/* --- one call of a layer --- */

struct opening {
	struct probe *probe;
	const struct layer_kind *kind;
	struct layer_member *members;
	struct member_fate {
		size_t at;		/* index in probe->members */
		size_t readable, unreadable;	/* volumes that name it */
		uint32_t shadows;	/* volumes of kind vss so far */
		bool problem;		/* a problem was told about it */
		bool locked_told;
	} *fates;
	size_t count;
	size_t first;			/* of the volumes that it gave, in probe->inner */
};

/* Whether the operator wants this shadow copy: the n-th of its volume, from 1. */
static bool
shadow_wanted(const struct evidence_input *in, uint32_t n)
{
	if (in->vss_none)
		return false;
	return in->vss_first == 0 || (n >= in->vss_first && n <= in->vss_last);
}

static enum triage_status
take_volume(void *ctx, const struct layer_volume *v, struct triage_error *err)
{
	struct opening *o = ctx;
	struct probe *probe = o->probe;
	struct member_fate *fate = &o->fates[v->member < o->count ? v->member : 0];
	const struct probe_member *m = &probe->members[fate->at];
	void *list = probe->inner;
	if (probe->inner_count == PROBE_INNER_MAX) {
		reader_close(v->reader);
		probe->inner_left_out++;
		return TRIAGE_OK;
	}
	if (one_more(&list, probe->inner_count, &probe->inner_room, sizeof(*probe->inner), err) == NULL) {
		reader_close(v->reader);
		return TRIAGE_E_MEMORY;
	}
	probe->inner = list;
	struct probe_inner *inner = &probe->inner[probe->inner_count++];
	*inner = (struct probe_inner){ .v = *v, .source = m->source, .from = o->kind, .parent = m->volume, .depth = m->depth + 1,
	    .beside = !m->locked_out };
	*(v->reader != NULL ? &fate->readable : &fate->unreadable) += 1;
	if (strcmp(v->kind, "vss") == 0 && !shadow_wanted(&m->source->in, ++fate->shadows)) {
		reader_close(TAKE(inner->v.reader));
		inner->v.state = TRIAGE_VOLUME_UNSUPPORTED;
		inner->left_out = true;
	}
	return TRIAGE_OK;
}

static enum triage_status
take_problem(void *ctx, size_t member, enum triage_severity severity, const char *code, uint64_t offset, uint64_t bytes, const char *message,
    struct triage_error *err)
{
	struct opening *o = ctx;
	struct member_fate *fate = &o->fates[member < o->count ? member : 0];
	const struct probe_member *m = &o->probe->members[fate->at];
	uint64_t run, place = offset == TRIAGE_NO_ID ? TRIAGE_NO_OFFSET : reader_place_in(m->reader, offset, m->source->reader, &run);
	fate->problem = fate->problem || severity > TRIAGE_INFO;
	fate->locked_told = fate->locked_told || strcmp(code, "volume-locked") == 0;
	struct evidence_sink sink = kept_sink(&m->source->found);
	return source_problem(&sink, "volumes", severity, code, place == TRIAGE_NO_OFFSET ? TRIAGE_NO_ID : place, bytes, err,
	    "volume %" PRIu32 " (%s): %s", m->volume + 1, o->kind->name, message);
}

/* A lock that cannot be opened is one volume with one state, not a volume inside another: take what the layer says about it. */
static bool
fold_into_member(struct opening *o, enum triage_volume_state *ret_state, char *note)
{
	struct probe *probe = o->probe;
	if (o->kind->gathers || probe->inner_count != o->first + 1 || !probe->members[o->fates[0].at].locked_out)
		return false;
	const struct probe_inner *inner = &probe->inner[o->first];
	if (inner->v.reader != NULL || inner->left_out)
		return false;
	*ret_state = inner->v.state == TRIAGE_VOLUME_EXAMINED ? TRIAGE_VOLUME_DAMAGED : inner->v.state;
	memcpy(note, inner->v.note, LAYER_NOTE);
	probe->inner_count--;
	return true;
}

/* A part of a volume that hangs below a part in another container: said, so that nobody looks for its files here. */
static enum triage_status
tell_elsewhere(struct opening *o, const struct probe_member *m, struct triage_error *err)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->fates[i].readable > 0 && o->probe->members[o->fates[i].at].source == m->source)
			return TRIAGE_OK;
	return source_problem(o->probe->sink, "volumes", TRIAGE_INFO, "volume-elsewhere", probe_place(o->probe, 0), 0, err,
	    "volume %" PRIu32 " (%s) was put together with parts in other evidence: the files are listed there", m->volume + 1, o->kind->name);
}

/* What became of a member that no filesystem makes readable by itself. */
static enum triage_status
settle_member(struct opening *o, const struct member_fate *fate, bool any_readable, struct triage_error *err)
{
	struct probe *probe = o->probe;
	const struct probe_member *m = &probe->members[fate->at];
	enum triage_volume_state state = m->hit.row->state;
	char name[PROBE_NAME], note[LAYER_NOTE] = "";
	const char *kind = signature_kind(m->hit.row);
	if (!m->locked_out)
		return TRIAGE_OK;
	bool folded = fold_into_member(o, &state, note);
	probe_enter(probe, m->source, m->reader, UINT32_MAX, m->depth);
	snprintf(name, sizeof(name), "volume %" PRIu32, m->volume + 1);
	/* the further members of a group are named by no volume: they are read as long as nothing is said against it */
	bool silent = fate->readable + fate->unreadable == 0 && !fate->problem;
	if (!folded && (fate->readable > 0 || (silent && any_readable)))
		state = TRIAGE_VOLUME_EXAMINED;
	else if (!folded && o->kind->gathers && silent && probe->inner_count == o->first)
		state = TRIAGE_VOLUME_EMPTY;
	kept_volume_state(&m->source->found, m->volume, state);
	bool told = fate->locked_told || (!folded && (fate->unreadable > 0 || fate->problem));
	if (state == TRIAGE_VOLUME_EXAMINED)
		return tell_elsewhere(o, m, err);
	if (told)
		return TRIAGE_OK;
	if (note[0] == '\0' && m->hit.note[0] != '\0')
		snprintf(note, sizeof(note), "%s", m->hit.note);
	if (m->hit.uuid[0] != '\0' && strstr(note, m->hit.uuid) == NULL)
		snprintf(name, sizeof(name), "volume %" PRIu32 ", %.*s", m->volume + 1, SIGNATURE_UUID - 1, m->hit.uuid);
	return probe_layer_obstacle(probe, name, probe_place(probe, 0), m->length, kind, state, note, err);
}

/* Let a layer open members: all of o->members together. */
static enum triage_status
open_members(struct opening *o, struct triage_error *err)
{
	struct probe *probe = o->probe;
	const struct layer_sink sink = { .ctx = o, .volume = take_volume, .problem = take_problem };
	o->first = probe->inner_count;
	enum triage_status st = o->kind->open(o->members, o->count, probe->members[o->fates[0].at].source->in.keys, &sink, err);
	bool any = false;
	for (size_t i = 0; i < o->count; i++)
		any = any || o->fates[i].readable > 0;
	for (size_t i = 0; i < o->count && st == TRIAGE_OK; i++)
		st = settle_member(o, &o->fates[i], any, err);
	return st;
}

/* Open member at `from`, or it and all later ones of the same kind. */
static enum triage_status
open_from(struct probe *probe, size_t from, struct triage_error *err)
{
	struct opening o = { .probe = probe, .kind = probe->members[from].kind };
	size_t room = o.kind->gathers ? probe->member_count - from : 1;
	o.members = fault_hit() ? NULL : calloc(room, sizeof(*o.members));
	o.fates = calloc(room, sizeof(*o.fates));
	enum triage_status st = TRIAGE_E_MEMORY;
	if (o.members == NULL || o.fates == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
	} else {
		for (size_t i = from; i < probe->member_count && o.count < room; i++) {
			struct probe_member *m = &probe->members[i];
			if (m->done || m->kind != o.kind)
				continue;
			m->done = true;
			o.members[o.count] = (struct layer_member){ .reader = m->reader, .around = m->around, .signature = m->hit.row->name, .volume = m->volume + 1 };
			o.fates[o.count++] = (struct member_fate){ .at = i };
		}
		st = open_members(&o, err);
	}
	free(o.members);
	free(o.fates);
	return st;
}

/* --- what was found inside --- */

static enum triage_status
tell_left_out(struct probe *probe, const struct probe_inner *inner, uint32_t index, struct triage_error *err)
{
	return source_problem(probe->sink, "volumes", TRIAGE_INFO, "vss-left-out", TRIAGE_NO_ID, inner->v.length, err,
	    "volume %" PRIu32 ", a shadow copy of volume %" PRIu32 ", is left out as --vss says: what only it holds is not examined", index + 1,
	    inner->parent + 1);
}

/* A volume that cannot be read, or is not wanted: its row and why. */
static enum triage_status
tell_unread(struct probe *probe, const struct probe_inner *inner, const struct probe_volume *v, struct triage_error *err)
{
	uint32_t index = probe->source->volumes++;
	char name[PROBE_NAME];
	enum triage_volume_state state = inner->v.state == TRIAGE_VOLUME_EXAMINED ? TRIAGE_VOLUME_DAMAGED : inner->v.state;
	enum triage_status st = probe->sink->volume(probe->sink->ctx, &(struct triage_volume){
		.index = index, .parent = v->parent, .state = state, .kind = v->kind, .label = v->label, .uuid = v->uuid, .length = v->length,
	}, err);
	if (st != TRIAGE_OK)
		return st;
	if (inner->v.told)
		return TRIAGE_OK;
	if (inner->left_out)
		return tell_left_out(probe, inner, index, err);
	return probe_layer_obstacle(probe, probe_name(probe, v, index, name), TRIAGE_NO_ID, v->length, v->kind, state, inner->v.note, err);
}

static enum triage_status
search_inner(struct probe *probe, struct probe_inner *inner, struct triage_error *err)
{
	struct evidence_source *source = inner->source;
	char label[LAYER_LABEL], when[WHEN_TEXT_SIZE], name[PROBE_NAME];
	snprintf(label, sizeof(label), "%s", inner->v.label);
	if (label[0] == '\0' && inner->v.created != TRIAGE_TIME_NONE && inner->v.created != 0)
		snprintf(label, sizeof(label), "%s", when_text(inner->v.created, 0, "Z", when));
	struct probe_volume v = { .length = inner->v.length, .parent = inner->parent, .kind = inner->v.kind, .label = label,
	    .uuid = inner->v.uuid, .inner = true };
	struct reader *r = TAKE(inner->v.reader);
	if (source->volumes == PROBE_VOLUMES_MAX) {
		reader_close(r);
		probe->volumes_left_out++;
		return TRIAGE_OK;
	}
	probe_enter(probe, source, r != NULL ? r : source->reader, inner->parent, inner->depth);
	if (r == NULL)
		return tell_unread(probe, inner, &v, err);
	if (inner->beside)
		probe->barred = inner->from;
	uint32_t index = source->volumes;
	enum triage_status st = source_keep(source, r, index, err);
	if (st == TRIAGE_OK)
		st = probe_space(probe, &v, err);
	if (st != TRIAGE_OK || inner->v.note[0] == '\0' || inner->v.told)
		return st;
	return probe_layer_obstacle(probe, probe_name(probe, &v, index, name), TRIAGE_NO_ID, 0, v.kind, TRIAGE_VOLUME_EXAMINED, inner->v.note, err);
}

/* The next member to open: any that is opened alone, else the first kind that gathers, in the order of the table. SIZE_MAX: none. */
static size_t
next_member(const struct probe *probe)
{
	for (size_t i = 0; i < probe->member_count; i++)
		if (!probe->members[i].done && !probe->members[i].kind->gathers)
			return i;
	for (size_t k = 0; k < layer_kind_count; k++)
		for (size_t i = 0; i < probe->member_count; i++)
			if (!probe->members[i].done && probe->members[i].kind == layer_kinds[k])
				return i;
	return SIZE_MAX;
}

enum triage_status
probe_layers(struct probe *probe, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t at; st == TRIAGE_OK;) {
		if (probe->inner_next < probe->inner_count) {
			struct probe_inner inner = probe->inner[probe->inner_next];	/* the list may move while it is searched */
			probe->inner[probe->inner_next++].v.reader = NULL;
			st = search_inner(probe, &inner, err);
		} else if ((at = next_member(probe)) != SIZE_MAX) {
			st = open_from(probe, at, err);
		} else {
			break;
		}
	}
	return st;
}

void
probe_release(struct probe *probe)
{
	while (probe->inner_count > 0)
		reader_close(probe->inner[--probe->inner_count].v.reader);
	free(probe->inner);
	free(probe->members);
}
