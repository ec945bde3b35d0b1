/*
 * md.c - arrays of Linux md: which volumes belong together, which of them are stale, and what is missing. How the bytes lie
 * is md_build.c's. Source: md(4) and mdadm(8); whom the kernel would leave out is left out here as well, unless the array
 * could not be read without it.
 */
#include "triage/evidence/md.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/view.h"
#include "triage/evidence/layer_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE_MAX = 4096, NAMED_MAX = 16 };

static bool
same_array(const struct md_super *a, const struct md_super *b)
{
	return memcmp(a->set, b->set, sizeof(a->set)) == 0 && (a->version == 90) == (b->version == 90);
}

/* The superblock written last; one whose checksum holds before one whose does not. */
static const struct md_super *
freshest(const struct md_set *set)
{
	const struct md_super *best = &set->members[0]->super;
	for (size_t i = 1; i < set->count; i++) {
		const struct md_super *s = &set->members[i]->super;
		if (s->sound != best->sound ? s->sound : s->events > best->events)
			best = s;
	}
	return best;
}

static bool
has_redundancy(const struct md_super *s)
{
	return s->level > 0;
}

/* A member whose data is behind: the kernel allows one step. */
static bool
is_stale(const struct md_set *set, const struct md_member *m)
{
	const struct md_super *s = &m->super, *fresh = set->fresh;
	if (s->level != fresh->level || s->disks != fresh->disks || s->chunk != fresh->chunk || (s->layout != fresh->layout && s->level != 1))
		return true;
	if (!has_redundancy(fresh))
		return false;
	return s->events + 1 < fresh->events || (s != fresh && md_super_role(fresh, s->number) != m->role);
}

/* Of two members with one role: the original, the newer, the smaller (a partition at the end of a disk shares its superblock). */
static bool
is_better(const struct md_member *m, const struct md_member *than)
{
	if (m->super.replacement != than->super.replacement)
		return than->super.replacement;
	if (m->super.events != than->super.events)
		return m->super.events > than->super.events;
	return m->reader->size < than->reader->size;
}

static void
fill_roles(struct md_set *set, enum md_use want)
{
	for (size_t i = 0; i < set->count; i++) {
		struct md_member *m = set->members[i];
		if (m->use != want)
			continue;
		struct md_member **slot = &set->roles[m->role];
		if (*slot != NULL && want == MD_STALE)
			continue;
		if (*slot != NULL && !is_better(m, *slot)) {
			m->use = MD_TWICE;
			continue;
		}
		if (*slot != NULL)
			(*slot)->use = MD_TWICE;
		*slot = m;
		if (want == MD_UNDECIDED)
			m->use = MD_USED;
	}
}

static void
decide(struct md_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		struct md_member *m = set->members[i];
		m->role = md_super_role(&m->super, m->super.number);
		m->use = m->role >= set->fresh->disks ? MD_SPARE : is_stale(set, m) ? MD_STALE : MD_UNDECIDED;
	}
	fill_roles(set, MD_UNDECIDED);
}

static bool
in_a_role(const struct md_set *set, const struct md_member *m)
{
	return m->role < set->fresh->disks && set->roles[m->role] == m;
}

static void
note_member(const struct md_set *set, const struct md_member *m, struct buf *note)
{
	switch (m->use) {
	case MD_SPARE:
		layer_also(note, "volume %" PRIu32 " is %s and holds no data of it", m->volume, m->role == MD_ROLE_JOURNAL ? "its journal" :
		    m->role == MD_ROLE_FAULTY ? "marked faulty" : "a spare");
		break;
	case MD_STALE:
		layer_also(note, "volume %" PRIu32 " (role %" PRIu32 ") is stale, at event %" PRIu64 " when the array is at %" PRIu64 "%s", m->volume, m->role,
		    m->super.events, set->fresh->events, in_a_role(set, m) ? ": it is used for want of a better one, its bytes may be old" : ": it is left out");
		break;
	case MD_TWICE:
		layer_also(note, "volume %" PRIu32 " claims role %" PRIu32 " as well: it is left out", m->volume, m->role);
		break;
	case MD_USED:
	case MD_UNDECIDED:
		break;
	}
	if (!m->super.sound)
		layer_also(note, "the superblock of volume %" PRIu32 " does not match its checksum", m->volume);
	if (m->super.bad_blocks && in_a_role(set, m))
		layer_also(note, "role %" PRIu32 " has a log of bad blocks: what it holds there may be wrong and is not left out", m->role);
	if (m->super.valid < m->super.data_size && in_a_role(set, m))
		layer_also(note, "role %" PRIu32 " was being rebuilt and is in step up to byte %" PRIu64, m->role, m->super.valid);
}

static uint32_t
note_missing(const struct md_set *set, struct buf *note)
{
	uint32_t missing = 0;
	for (uint32_t role = 0; role < set->fresh->disks; role++)
		missing += set->roles[role] == NULL;
	if (missing == 0)
		return 0;
	layer_also(note, "missing: role");
	for (uint32_t role = 0, named = 0; role < set->fresh->disks && named <= NAMED_MAX; role++) {
		if (set->roles[role] != NULL)
			continue;
		if (named++ == NAMED_MAX)
			buf_format(note, " and %" PRIu32 " more", missing - NAMED_MAX);
		else
			buf_format(note, " %" PRIu32, role);
	}
	return missing;
}

static const char *
level_name(int32_t level, char *out, size_t size)
{
	if (level == MD_LINEAR)
		return "linear";
	if (level == MD_CONTAINER)
		return "container";
	if (level == MD_MULTIPATH)
		return "multipath";
	snprintf(out, size, "level %" PRId32, level);
	return out;
}

/* Say what the array is and what is wrong with it. Returns how many roles are missing. */
static uint32_t
describe(const struct md_set *set, struct buf *note)
{
	const struct md_super *fresh = set->fresh;
	char level[24];
	uint32_t there = 0;
	for (uint32_t role = 0; role < fresh->disks; role++)
		there += set->roles[role] != NULL;
	layer_also(note, "%s, metadata %s, %" PRIu32 " of %" PRIu32 " members", level_name(fresh->level, level, sizeof(level)),
	    fresh->version == 90 ? "0.90" : fresh->version == 100 ? "1.0" : fresh->version == 101 ? "1.1" : "1.2", there, fresh->disks);
	uint32_t missing = note_missing(set, note);
	for (size_t i = 0; i < set->count; i++)
		note_member(set, set->members[i], note);
	if (!fresh->clean && fresh->level > 0)
		layer_also(note, "it was not shut down cleanly: copies or parity may differ from the data");
	if (fresh->journalled)
		layer_also(note, "it has a journal of writes, which is not replayed: the last writes may be missing");
	return missing;
}

/* Level 0 with members of different size: two ways to lay stripes have been in use. */
static void
note_zones(const struct md_set *set, struct buf *note)
{
	const struct md_super *fresh = set->fresh;
	bool differ = false;
	for (uint32_t role = 1; fresh->level == 0 && role < fresh->disks; role++)
		differ = differ || (set->roles[0] != NULL && set->roles[role] != NULL && fresh->chunk != 0 &&
		    set->roles[role]->super.data_size / fresh->chunk != set->roles[0]->super.data_size / fresh->chunk);
	if (differ && !fresh->layout_said)
		layer_also(note, "its members differ in size and it does not say which of two layouts it has: that of Linux 3.14 and later is taken");
}

/* Build from those in step; when that leaves holes, with the stale ones as well. */
static enum triage_status
build_best(struct md_set *set, struct array **ret_array, struct triage_error *err)
{
	enum triage_status st = md_build(set, ret_array, err);
	bool stale = false;
	for (size_t i = 0; i < set->count; i++)
		stale = stale || (set->members[i]->use == MD_STALE && set->roles[set->members[i]->role] == NULL);
	if (!stale || st == TRIAGE_E_MEMORY || (st == TRIAGE_OK && array_missing(*ret_array) == 0))
		return st;
	if (st == TRIAGE_OK)
		reader_close(array_reader(*ret_array));
	*ret_array = NULL;
	fill_roles(set, MD_STALE);
	return md_build(set, ret_array, err);
}

static enum triage_status
send_state(const struct layer_volume *v, uint32_t missing, uint64_t lost, const struct layer_sink *sink,
    struct triage_error *err)
{
	char message[LAYER_NOTE + LAYER_LABEL + 200];
	if (!v->told)
		return TRIAGE_OK;
	const char *what = v->reader == NULL ? "cannot be read" : lost > 0 ? "has parts that cannot be read; they are zeros" :
	    "is read from the members that are there";
	snprintf(message, sizeof(message), "md array %s %s: %s%s", v->label[0] != '\0' ? v->label : v->uuid, what, v->note,
	    missing > 0 ? "; give the images of the missing members as well" : "");
	return sink->problem(sink->ctx, v->member, v->reader == NULL || lost > 0 ? TRIAGE_HIGH : TRIAGE_LOW,
	    v->reader == NULL ? "array-unreadable" : lost > 0 ? "array-incomplete" : "array-degraded", TRIAGE_NO_ID, lost, message, err);
}

static enum triage_status
send_array(struct md_set *set, const struct layer_sink *sink, struct triage_error *err)
{
	struct layer_volume v = { .kind = "md", .member = set->members[0]->index, .created = TRIAGE_TIME_NONE, .state = TRIAGE_VOLUME_EXAMINED };
	struct array *a = NULL;
	struct triage_error why;
	SCOPED_BUF note;
	buf_init(&note, NOTE_MAX);
	enum triage_status st = build_best(set, &a, &why);
	if (st == TRIAGE_E_MEMORY) {
		*err = why;
		return st;
	}
	if (st != TRIAGE_OK) {
		v.state = st == TRIAGE_E_UNSUPPORTED ? TRIAGE_VOLUME_UNSUPPORTED : TRIAGE_VOLUME_DAMAGED;
		layer_also(&note, "%s", why.text);
	}
	uint32_t missing = describe(set, &note);
	uint64_t lost = a != NULL ? array_missing(a) : 0;
	note_zones(set, &note);
	if (a != NULL && lost >= array_reader(a)->size) {
		reader_close(array_reader(a));
		a = NULL;
		v.state = TRIAGE_VOLUME_DAMAGED;
	}
	layer_display(set->fresh->name, strnlen(set->fresh->name, MD_NAME), v.label, sizeof(v.label));
	layer_uuid(set->fresh->set, v.uuid);
	layer_copy(buf_cstr(&note), v.note, sizeof(v.note));
	v.reader = a != NULL ? array_reader(a) : NULL;
	v.length = a != NULL ? v.reader->size : set->fresh->size;
	for (uint32_t role = set->fresh->disks; role-- > 0; )
		v.member = set->roles[role] != NULL ? set->roles[role]->index : v.member;
	/* the sink takes the reader over, so what is told of it comes first */
	v.told = missing > 0 || lost > 0 || v.reader == NULL;
	st = send_state(&v, missing, lost, sink, err);
	if (st == TRIAGE_OK)
		return sink->volume(sink->ctx, &v, err);
	reader_close(v.reader);
	return st;
}

/* Gather those that belong to the array of members[first], and send it. */
static enum triage_status
open_set(struct md_member *members, size_t count, size_t first, struct md_member **list, const struct layer_sink *sink, struct triage_error *err)
{
	struct md_set set = { .members = list };
	for (size_t i = first; i < count; i++) {
		if (members[i].grouped || !same_array(&members[i].super, &members[first].super))
			continue;
		members[i].grouped = true;
		list[set.count++] = &members[i];
	}
	set.fresh = freshest(&set);
	SCOPED_FREE struct md_member **roles = fault_hit() ? NULL : calloc(set.fresh->disks, sizeof(struct md_member *));
	if (roles == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	set.roles = roles;
	decide(&set);
	return send_array(&set, sink, err);
}

static enum triage_status
md_open(const struct layer_member *given, size_t count, const struct layer_keys *keys, const struct layer_sink *sink, struct triage_error *err)
{
	(void)keys;
	SCOPED_FREE struct md_member *members = fault_hit() ? NULL : calloc(count + 1, sizeof(*members));
	SCOPED_FREE struct md_member **list = calloc(count + 1, sizeof(struct md_member *));
	size_t used = 0;
	enum triage_status st = TRIAGE_OK;
	if (members == NULL || list == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++) {
		struct md_member *m = &members[used];
		*m = (struct md_member){ .reader = given[i].reader, .index = i, .volume = given[i].volume };
		if (md_super_read(m->reader, &m->super))
			used++;
		else
			st = sink->problem(sink->ctx, i, TRIAGE_HIGH, "md-superblock-damaged", TRIAGE_NO_ID, 0,
			    "the md superblock makes no sense: the volume is left out of any array; look at it with mdadm --examine", err);
	}
	for (size_t i = 0; i < used && st == TRIAGE_OK; i++)
		if (!members[i].grouped)
			st = open_set(members, used, i, list, sink, err);
	return st;
}

static const char *const md_signatures[] = { "linux_raid_member", NULL };
const struct layer_kind linux_raid_layer = { .name = "md", .signatures = md_signatures, .gathers = true, .open = md_open };
