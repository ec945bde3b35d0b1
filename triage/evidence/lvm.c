/*
 * lvm.c - volume groups of LVM2: which physical volumes belong together, which of the texts on them is the newest good one, and
 * what is sent of each logical volume.
 */
#include "triage/evidence/lvm.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/evidence/layer_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE_MAX = 4096, MESSAGE = 1200, ID_TEXT = 39, NANOSECONDS = 1000000000 };

struct member {
	struct reader *reader;
	size_t index;
	uint32_t volume;
	struct lvm_pv pv;
	bool named;			/* some volume group names it */
	bool damaged;			/* an area of metadata that should be good is not */
};

/* The newest text of one volume group. */
struct candidate {
	char id[LVM_ID];
	uint64_t number;		/* seqno */
	struct lvm_text text;
	bool old;			/* found in the ring: the one in force was damaged */
};

struct lvm {
	struct member *members;
	size_t count;
	struct candidate *candidates;
	size_t candidate_count, room;
	const struct layer_sink *sink;
};

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for volume groups");
	return TRIAGE_E_MEMORY;
}

/* Keep a text when it is the newest of its group. It is taken over. */
static enum triage_status
offer(struct lvm *l, struct lvm_text *text, bool old, struct triage_error *err)
{
	struct candidate c = { .text = *text, .old = old };
	uint32_t group = lvm_group_section(text);
	if (group == 0 || !lvm_id(lvm_get(text, group, "id", LVM_STRING), c.id)) {
		lvm_text_release(text);
		return TRIAGE_OK;
	}
	c.number = lvm_number(text, group, "seqno", 0);
	for (size_t i = 0; i < l->candidate_count; i++) {
		struct candidate *k = &l->candidates[i];
		if (memcmp(k->id, c.id, LVM_ID) != 0)
			continue;
		bool better = k->old != c.old ? k->old : c.number > k->number;
		lvm_text_release(better ? &k->text : &c.text);
		if (better)
			*k = c;
		return TRIAGE_OK;
	}
	if (l->candidate_count == l->room) {
		size_t room = l->room == 0 ? 8 : l->room * 2;
		struct candidate *grown = fault_hit() ? NULL : realloc(l->candidates, room * sizeof(*grown));
		if (grown == NULL) {
			lvm_text_release(text);
			return no_memory(err);
		}
		l->candidates = grown;
		l->room = room;
	}
	l->candidates[l->candidate_count++] = c;
	return TRIAGE_OK;
}

static enum triage_status
read_texts(struct lvm *l, struct member *m, struct triage_error *err)
{
	for (size_t area = 0; area < m->pv.area_count; area++) {
		enum lvm_text_state state;
		struct lvm_text text;
		enum triage_status st = lvm_area_read(m->reader, &m->pv, area, &state, &text, err);
		if (st == TRIAGE_OK && state == LVM_TEXT_GOOD)
			st = offer(l, &text, false, err);
		if (st != TRIAGE_OK)
			return st;
		m->damaged = m->damaged || state == LVM_TEXT_DAMAGED;
	}
	return TRIAGE_OK;
}

/* Where the text in force is damaged, the newest that still lies in the ring. */
static enum triage_status
read_rings(struct lvm *l, struct member *m, struct triage_error *err)
{
	for (size_t area = 0; area < m->pv.area_count && m->damaged; area++) {
		struct lvm_text text;
		bool found;
		enum triage_status st = lvm_ring_search(m->reader, &m->pv, area, &found, &text, err);
		if (st == TRIAGE_OK && found)
			st = offer(l, &text, true, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

static enum triage_status
tell(const struct lvm *l, size_t member, enum triage_severity severity, const char *code, const char *message, struct triage_error *err)
{
	return l->sink->problem(l->sink->ctx, member, severity, code, TRIAGE_NO_ID, 0, message, err);
}

/* Give the group's disks their readers; a disk that is there twice is taken once. */
static enum triage_status
find_disks(struct lvm *l, struct lvm_group *g, const char *name, size_t *ret_first, struct triage_error *err)
{
	char message[MESSAGE], device[128], id[ID_TEXT];
	*ret_first = SIZE_MAX;
	for (size_t d = 0; d < g->disk_count; d++) {
		for (size_t i = 0; i < l->count; i++) {
			struct member *m = &l->members[i];
			if (memcmp(m->pv.id, g->disks[d].id, LVM_ID) != 0)
				continue;
			m->named = true;
			if (g->disks[d].reader != NULL)
				continue;
			g->disks[d].reader = m->reader;
			g->disks[d].member = m->index;
			*ret_first = m->index < *ret_first ? m->index : *ret_first;
		}
	}
	for (size_t d = 0; d < g->disk_count && *ret_first != SIZE_MAX; d++) {
		if (g->disks[d].reader != NULL)
			continue;
		const struct lvm_node *n = lvm_get(g->text, g->disks[d].node, "device", LVM_STRING);
		layer_display(n != NULL ? n->text : "?", n != NULL ? n->text_size : 1, device, sizeof(device));
		lvm_id_text(g->disks[d].id, id);
		snprintf(message, sizeof(message), "volume group %s: the physical volume %s (was %s) is missing: give its image as well", name, id, device);
		enum triage_status st = tell(l, *ret_first, TRIAGE_HIGH, "lvm-pv-missing", message, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

/* What kind of volume it is, for people: the type of its first segment. */
static const struct lvm_node *
type_of(const struct lvm_group *g, const struct lvm_volume *v)
{
	uint32_t first = lvm_find(g->text, v->node, "segment1");
	return first != 0 ? lvm_get(g->text, first, "type", LVM_STRING) : NULL;
}

static void
note_missing(const struct lvm_group *g, const struct lvm_volume *v, struct buf *note)
{
	char id[ID_TEXT], device[128];
	for (size_t i = 0; i < v->missing_count; i++) {
		const struct lvm_disk *d = &g->disks[v->missing[i]];
		const struct lvm_node *n = lvm_get(g->text, d->node, "device", LVM_STRING);
		layer_display(n != NULL ? n->text : "?", n != NULL ? n->text_size : 1, device, sizeof(device));
		lvm_id_text(d->id, id);
		layer_also(note, "missing physical volume %s (was %s)", id, device);
	}
	if (v->lost > 0)
		layer_also(note, "about %" PRIu64 " bytes read as zeros", v->lost < v->size ? v->lost : v->size);
}

static void
full_name(const struct lvm_group *g, const struct lvm_volume *v, char *out, size_t room)
{
	const struct lvm_node *group = &g->text->nodes[g->node], *own = &g->text->nodes[v->node];
	size_t used = 0;
	layer_display(group->name, group->name_size, out, room - 2);
	used = strlen(out);
	out[used++] = '/';
	layer_display(own->name, own->name_size, out + used, room - used);
}

static enum triage_status
send_volume(struct lvm *l, const struct lvm_group *g, const struct lvm_volume *v, size_t first, bool old, struct triage_error *err)
{
	struct layer_volume out = {
		.kind = "lvm", .state = v->state, .length = v->size, .member = v->member != SIZE_MAX ? v->member : first, .created = TRIAGE_TIME_NONE,
	};
	char id[LVM_ID], message[MESSAGE];
	const struct lvm_volume *origin = v->origin != 0 ? &g->volumes[v->origin - 1] : NULL;
	const struct lvm_node *type = type_of(g, v);
	enum triage_status st = TRIAGE_OK;
	SCOPED_BUF note;
	buf_init(&note, NOTE_MAX);
	full_name(g, v, out.label, sizeof(out.label));
	if (lvm_id(lvm_get(g->text, v->node, "id", LVM_STRING), id))
		lvm_id_text(id, out.uuid);
	uint64_t created = lvm_number(g->text, v->node, "creation_time", 0);
	if (created > 0 && created < INT64_MAX / NANOSECONDS)
		out.created = (int64_t)created * NANOSECONDS;
	if (origin != NULL) {
		char name[LAYER_LABEL];
		full_name(g, origin, name, sizeof(name));
		layer_also(&note, "it is a snapshot of %s", name);
		out.length = origin->size;
	}
	bool pool = lvm_is(type, "thin-pool");
	if (pool)
		out.state = TRIAGE_VOLUME_EMPTY;
	if (pool || v->why[0] != '\0')
		layer_also(&note, "%s", pool ? "it holds the blocks of thin volumes and no files of its own" : v->why);
	note_missing(g, v, &note);
	if (old)
		layer_also(&note, "the newest metadata is damaged, an older copy is followed: volumes may have moved since");
	if (v->shared != NULL && v->lost >= v->size)
		out.state = TRIAGE_VOLUME_DAMAGED;
	layer_copy(buf_cstr(&note), out.note, sizeof(out.note));
	if ((out.state != TRIAGE_VOLUME_EXAMINED && !pool) || v->lost > 0 || (!pool && v->why[0] != '\0')) {
		out.told = true;
		bool lost = v->lost > 0 || out.state == TRIAGE_VOLUME_DAMAGED;
		snprintf(message, sizeof(message), "logical volume %s: %s", out.label, out.note);
		st = tell(l, out.member, lost ? TRIAGE_HIGH : TRIAGE_MEDIUM, lost ? "lvm-volume-incomplete" :
		    out.state == TRIAGE_VOLUME_EXAMINED ? "lvm-volume-unsure" : "volume-unsupported", message, err);
	}
	if (st == TRIAGE_OK && out.state == TRIAGE_VOLUME_EXAMINED)
		st = shared_handle(v->shared, &out.reader, err);
	return st == TRIAGE_OK ? l->sink->volume(l->sink->ctx, &out, err) : st;
}

static enum triage_status
send_group(struct lvm *l, const struct candidate *c, struct triage_error *err)
{
	struct lvm_group g;
	struct triage_error why;
	size_t first;
	char name[LAYER_LABEL], message[MESSAGE];
	enum triage_status st = lvm_group_read(&c->text, &g, &why);
	uint32_t node = lvm_group_section(&c->text);
	layer_display(c->text.nodes[node].name, c->text.nodes[node].name_size, name, sizeof(name));
	if (st == TRIAGE_E_FORMAT) {
		snprintf(message, sizeof(message), "volume group %s: %s", name, why.text);
		lvm_group_release(&g);
		return tell(l, 0, TRIAGE_HIGH, "lvm-metadata-damaged", message, err);
	}
	if (st == TRIAGE_OK)
		st = find_disks(l, &g, name, &first, &why);
	if (st == TRIAGE_OK && first != SIZE_MAX && c->old) {
		snprintf(message, sizeof(message), "volume group %s: the newest metadata on every disk is damaged; the older one with number %" PRIu64
		    " is followed: volumes may have moved since", name, c->number);
		st = tell(l, first, TRIAGE_HIGH, "lvm-metadata-old", message, &why);
	}
	if (st == TRIAGE_OK && first != SIZE_MAX)
		st = lvm_build(&g, &why);
	for (size_t i = 0; i < g.volume_count && st == TRIAGE_OK && first != SIZE_MAX; i++)
		if (g.volumes[i].visible)
			st = send_volume(l, &g, &g.volumes[i], first, c->old, &why);
	if (st != TRIAGE_OK)
		*err = why;
	lvm_group_release(&g);
	return st;
}

/* Disks that no text speaks of. */
static enum triage_status
send_strays(struct lvm *l, struct triage_error *err)
{
	char message[MESSAGE], id[ID_TEXT];
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < l->count && st == TRIAGE_OK; i++) {
		struct member *m = &l->members[i];
		lvm_id_text(m->pv.id, id);
		if (!m->named && m->damaged)
			snprintf(message, sizeof(message), "the LVM metadata of physical volume %s (volume %" PRIu32 ") is damaged and no older copy of it was found: "
			    "its logical volumes are not examined; vgcfgrestore with a backup from /etc/lvm on a copy may bring them back", id, m->volume);
		else if (!m->named)
			snprintf(message, sizeof(message), "physical volume %s (volume %" PRIu32 ") is not named by any volume group that was given: it is unused, or "
			    "the other disks of its group are missing", id, m->volume);
		else if (!m->pv.sound || m->damaged)
			snprintf(message, sizeof(message), "physical volume %s (volume %" PRIu32 "): %s damaged; %s", id, m->volume,
			    m->damaged ? "its copy of the LVM metadata is" : "its label is", m->damaged ? "another copy is followed" : "it is followed all the same");
		else
			continue;
		st = tell(l, m->index, m->named ? TRIAGE_MEDIUM : m->damaged ? TRIAGE_HIGH : TRIAGE_LOW,
		    !m->named && !m->damaged ? "lvm-pv-alone" : "lvm-metadata-damaged", message, err);
	}
	return st;
}

static enum triage_status
read_members(struct lvm *l, const struct layer_member *given, size_t count, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++) {
		struct member *m = &l->members[l->count];
		*m = (struct member){ .reader = given[i].reader, .index = i, .volume = given[i].volume };
		if (!lvm_pv_read(m->reader, &m->pv)) {
			st = tell(l, i, TRIAGE_HIGH, "lvm-metadata-damaged", "the LVM label makes no sense: the volume is left out; look at it with pvck", err);
			continue;
		}
		l->count++;
		st = read_texts(l, m, err);
	}
	for (size_t i = 0; i < l->count && st == TRIAGE_OK; i++)
		st = read_rings(l, &l->members[i], err);
	return st;
}

static enum triage_status
lvm_open(const struct layer_member *given, size_t count, const struct layer_keys *keys, const struct layer_sink *sink, struct triage_error *err)
{
	(void)keys;
	struct lvm l = { .sink = sink };
	SCOPED_FREE struct member *members = fault_hit() ? NULL : calloc(count + 1, sizeof(*members));
	if (members == NULL)
		return no_memory(err);
	l.members = members;
	enum triage_status st = read_members(&l, given, count, err);
	for (size_t i = 0; i < l.candidate_count && st == TRIAGE_OK; i++)
		st = send_group(&l, &l.candidates[i], err);
	if (st == TRIAGE_OK)
		st = send_strays(&l, err);
	for (size_t i = 0; i < l.candidate_count; i++)
		lvm_text_release(&l.candidates[i].text);
	free(l.candidates);
	return st;
}

static const char *const lvm_signatures[] = { "LVM2_member", NULL };
const struct layer_kind lvm2_layer = { .name = "lvm", .signatures = lvm_signatures, .gathers = true, .open = lvm_open };
