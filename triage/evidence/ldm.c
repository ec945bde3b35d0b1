/*
 * ldm.c - volumes of Windows dynamic disks: simple, spanned, striped, mirrored and RAID-5 ones are put together from the disks that
 * were given. A disk with an MBR is the member itself; on one with a GPT the member is the partition with the database, and what the
 * database says counts from the start of the disk around it (as libldm reads it).
 */
#include "triage/evidence/ldm_db.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/evidence/array.h"
#include "triage/evidence/layer.h"
#include "triage/evidence/layer_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE_MAX = 4096, WIDTH_MAX = 64, COMPONENTS_MAX = 8 };

struct member {
	struct reader *reader;
	struct reader *disk;		/* what its partitions lie on, NULL when only the database was given */
	size_t index;
	struct ldm_head head;
	bool done;
};

struct group {
	const struct member *members;
	size_t count;
	const char *id;			/* GUID of the disk group */
	char name[128];			/* display form */
	size_t first;			/* index of the member whose database is read */
	struct ldm_db db;
};

/* A volume's partitions, sorted as its layout wants. */
struct plan {
	const struct ldm_object *volume;
	const struct ldm_object *component;	/* the first */
	unsigned components;
	const struct ldm_object *parts[WIDTH_MAX];
	size_t count;
	bool too_many;
	unsigned elsewhere, missing;	/* partitions on disks of which only the database, or nothing, was given */
	size_t member;
};

static const struct member *
disk_member(const struct group *g, uint64_t disk)
{
	for (size_t i = 0; i < g->db.count; i++) {
		const struct ldm_object *o = &g->db.objects[i];
		if (o->kind != LDM_DISK || o->id != disk || o->name[0] == '\0')
			continue;
		for (size_t m = 0; m < g->count; m++)
			if (strcmp(g->members[m].head.group, g->id) == 0 && strcmp(g->members[m].head.disk, o->name) == 0)
				return &g->members[m];
	}
	return NULL;
}

static bool
comes_before(const struct ldm_object *a, const struct ldm_object *b)
{
	if (a->parent != b->parent)
		return a->parent < b->parent;
	return a->column != b->column ? a->column < b->column : a->offset < b->offset;
}

static void
add_part(struct plan *p, const struct ldm_object *part)
{
	if (p->count == WIDTH_MAX) {
		p->too_many = true;
		return;
	}
	size_t at = p->count++;
	for (; at > 0 && comes_before(part, p->parts[at - 1]); at--)
		p->parts[at] = p->parts[at - 1];
	p->parts[at] = part;
}

static void
make_plan(const struct group *g, const struct ldm_object *volume, struct plan *p)
{
	*p = (struct plan){ .volume = volume, .member = SIZE_MAX };
	for (size_t c = 0; c < g->db.count; c++) {
		const struct ldm_object *component = &g->db.objects[c];
		if (component->kind != LDM_COMPONENT || component->parent != volume->id)
			continue;
		if (p->components == COMPONENTS_MAX) {
			p->too_many = true;
			break;
		}
		p->component = p->component == NULL ? component : p->component;
		p->components++;
		for (size_t i = 0; i < g->db.count; i++)
			if (g->db.objects[i].kind == LDM_PARTITION && g->db.objects[i].parent == component->id)
				add_part(p, &g->db.objects[i]);
	}
	for (size_t i = 0; i < p->count; i++) {
		const struct member *m = disk_member(g, p->parts[i]->disk);
		p->missing += m == NULL;
		p->elsewhere += m != NULL && m->disk == NULL;
		p->member = m != NULL && m->index < p->member ? m->index : p->member;
	}
}

static const char *
layout_name(const struct plan *p)
{
	if (p->components > 1)
		return "mirrored";
	if (p->component == NULL)
		return "unknown";
	if (p->component->layout == LDM_JOINED)
		return p->count > 1 ? "spanned" : "simple";
	return p->component->layout == LDM_STRIPED ? "striped" : p->component->layout == LDM_PARITY ? "RAID-5" : "unknown";
}

static struct array_part
part_of(const struct group *g, const struct ldm_object *partition)
{
	const struct member *m = disk_member(g, partition->disk);
	uint64_t start;
	if (m == NULL || m->disk == NULL || __builtin_add_overflow(m->head.data_at, partition->start, &start))
		return (struct array_part){ 0 };
	return (struct array_part){ .reader = m->disk, .start = start, .length = partition->size };
}

static enum triage_status
refuse(struct triage_error *err, const char *why)
{
	triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "%s", why);
	return TRIAGE_E_UNSUPPORTED;
}

/* Simple and spanned: each partition at its place in the volume. */
static enum triage_status
add_joined(const struct group *g, const struct plan *p, struct array *a, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < p->count && st == TRIAGE_OK; i++) {
		struct array_part part = part_of(g, p->parts[i]);
		st = array_add(a, &(struct array_segment){
			.start = p->parts[i]->offset, .length = p->parts[i]->size, .layout = ARRAY_MIRROR, .parts = 1,
		}, &part, err);
	}
	return st;
}

static enum triage_status
add_spread(const struct group *g, const struct plan *p, struct array *a, struct triage_error *err)
{
	struct array_part parts[WIDTH_MAX];
	struct array_segment s = { .length = p->volume->size, .parts = (uint32_t)p->count, .chunk = p->component->chunk };
	for (size_t i = 0; i < p->count; i++)
		parts[i] = part_of(g, p->parts[i]);
	if (p->components > 1) {
		if (p->count != p->components)
			return refuse(err, "mirrors whose halves consist of several parts are not read");
		s.layout = ARRAY_MIRROR;
	} else if (p->component->layout == LDM_STRIPED) {
		s.layout = ARRAY_STRIPE;
	} else {
		s.layout = ARRAY_PARITY;
		s.checks = 1;
		s.rotation = ARRAY_LEFT_SYMMETRIC;
	}
	return array_add(a, &s, parts, err);
}

static enum triage_status
build(const struct group *g, const struct plan *p, struct array **ret_array, struct triage_error *err)
{
	struct array *a;
	if (p->component == NULL || p->count == 0)
		return refuse(err, "the database does not say what it is made of");
	if (p->too_many)
		return refuse(err, "it is made of too many parts");
	if (p->elsewhere > 0)
		return refuse(err, "it lies in the data partition of a GPT disk, of which only the database was given: give the whole disk");
	if (p->components == 1 && (p->component->layout < LDM_STRIPED || p->component->layout > LDM_PARITY))
		return refuse(err, "its layout is not known");
	enum triage_status st = array_new(p->volume->size, 512, &a, err);
	if (st != TRIAGE_OK)
		return st;
	bool joined = p->components == 1 && p->component->layout == LDM_JOINED;
	st = joined ? add_joined(g, p, a, err) : add_spread(g, p, a, err);
	if (st != TRIAGE_OK)
		reader_close(array_reader(a));
	else
		*ret_array = a;
	return st;
}

static enum triage_status
tell(const struct layer_sink *sink, const struct layer_volume *v, uint64_t lost, struct triage_error *err)
{
	char message[LAYER_NOTE + LAYER_LABEL + 100];
	if (!v->told)
		return TRIAGE_OK;
	snprintf(message, sizeof(message), "dynamic volume %s: %s", v->label, v->note);
	return sink->problem(sink->ctx, v->member, lost > 0 ? TRIAGE_HIGH : TRIAGE_MEDIUM, lost > 0 ? "array-incomplete" : "volume-unsupported", TRIAGE_NO_ID,
	    lost, message, err);
}

static enum triage_status
send_volume(const struct group *g, const struct ldm_object *volume, const struct layer_sink *sink, struct triage_error *err)
{
	struct plan p;
	struct array *a = NULL;
	struct triage_error why = { .text = "" };
	SCOPED_BUF note;
	buf_init(&note, NOTE_MAX);
	make_plan(g, volume, &p);
	enum triage_status st = build(g, &p, &a, &why);
	if (st == TRIAGE_E_MEMORY) {
		*err = why;
		return st;
	}
	struct layer_volume v = {
		.kind = "ldm", .length = volume->size, .member = p.member != SIZE_MAX ? p.member : g->first, .created = TRIAGE_TIME_NONE,
		.state = st == TRIAGE_OK ? TRIAGE_VOLUME_EXAMINED : st == TRIAGE_E_UNSUPPORTED ? TRIAGE_VOLUME_UNSUPPORTED : TRIAGE_VOLUME_DAMAGED,
	};
	uint64_t lost = a != NULL ? array_missing(a) : 0;
	layer_also(&note, "%s volume of the Windows disk group %s (%s), %zu parts", layout_name(&p), g->name, g->id, p.count);
	if (st != TRIAGE_OK)
		layer_also(&note, "%s", why.text);
	if (p.missing > 0)
		layer_also(&note, "%u of its parts lie on disks that were not given: give their images as well", p.missing);
	if (a != NULL && lost >= volume->size) {
		reader_close(array_reader(a));
		a = NULL;
		v.state = TRIAGE_VOLUME_DAMAGED;
	}
	layer_display(volume->name, strlen(volume->name), v.label, sizeof(v.label));
	layer_copy(volume->guid, v.uuid, sizeof(v.uuid));
	layer_copy(buf_cstr(&note), v.note, sizeof(v.note));
	v.reader = a != NULL ? array_reader(a) : NULL;
	v.told = v.reader == NULL || lost > 0;
	st = tell(sink, &v, lost, err);
	if (st == TRIAGE_OK)
		return sink->volume(sink->ctx, &v, err);
	reader_close(v.reader);
	return st;
}

/* Read the database of the group from the first disk that has a good one, and send its volumes. */
static enum triage_status
send_group(struct member *members, size_t count, size_t from, const struct layer_sink *sink, struct triage_error *err)
{
	struct group g = { .members = members, .count = count, .id = members[from].head.group, .first = members[from].index };
	bool found = false;
	enum triage_status st = TRIAGE_OK;
	layer_display(members[from].head.group_name, strlen(members[from].head.group_name), g.name, sizeof(g.name));
	for (size_t i = from; i < count && st == TRIAGE_OK; i++) {
		if (strcmp(members[i].head.group, g.id) != 0)
			continue;
		members[i].done = true;
		if (!found)
			st = ldm_db_read(members[i].reader, &members[i].head, &found, &g.db, err);
	}
	if (st == TRIAGE_OK && (!found || g.db.torn > 0)) {
		char message[400];
		snprintf(message, sizeof(message), "the database of the Windows disk group %s is %s: %s", g.name, found ? "damaged in parts" : "missing or damaged",
		    found ? "volumes may be missing" : "its volumes are not named; ldmtool or a Windows machine with copies of the disks may find them");
		st = sink->problem(sink->ctx, g.first, TRIAGE_HIGH, "ldm-database-damaged", TRIAGE_NO_ID, 0, message, err);
	}
	for (size_t i = 0; i < g.db.count && st == TRIAGE_OK; i++)
		if (g.db.objects[i].kind == LDM_VOLUME)
			st = send_volume(&g, &g.db.objects[i], sink, err);
	ldm_db_release(&g.db);
	return st;
}

static enum triage_status
ldm_open(const struct layer_member *given, size_t count, const struct layer_keys *keys, const struct layer_sink *sink, struct triage_error *err)
{
	(void)keys;
	SCOPED_FREE struct member *members = fault_hit() ? NULL : calloc(count + 1, sizeof(*members));
	enum triage_status st = TRIAGE_OK;
	size_t used = 0;
	if (members == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++) {
		members[used] = (struct member){ .reader = given[i].reader, .index = i };
		if (ldm_head_read(given[i].reader, &members[used].head)) {
			struct member *m = &members[used++];
			m->disk = m->head.whole ? m->reader : given[i].around;
		}
		else
			st = sink->problem(sink->ctx, i, TRIAGE_HIGH, "ldm-database-damaged", TRIAGE_NO_ID, 0,
			    "the header of a dynamic disk makes no sense: its volumes are not named", err);
	}
	for (size_t i = 0; i < used && st == TRIAGE_OK; i++)
		if (!members[i].done)
			st = send_group(members, used, i, sink, err);
	return st;
}

static const char *const ldm_signatures[] = { "LDM_member", NULL };
const struct layer_kind ldm_layer = { .name = "ldm", .signatures = ldm_signatures, .gathers = true, .open = ldm_open };
