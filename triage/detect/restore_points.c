/* restore_points.c - backups by their names: what lies there, what was deleted, what was encrypted with the rest. */
#include "triage/detect/restore_points.h"

#include "triage/detect/damage.h"
#include "triage/detect/words.h"

#include "triage/base/when.h"
#include "triage/base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct points_state {
	struct restore_point *list;	/* POINTS_MAX of them, when there is one */
	size_t count;
	bool full;
};

/* Files whose extension tells of a backup; what an encrypting program adds stands behind. Sources: facts on artefacts (Veeam, Acronis), vzdump(1). */
static const struct backup_name {
	const char *extension, *kind;
} backup_names[] = {
	{ ".vbm", "veeam" }, { ".vbk", "veeam" }, { ".vib", "veeam" }, { ".vrb", "veeam" }, { ".tib", "acronis" }, { ".tibx", "acronis" },
};

/* Moments in names: digits of a pattern stand where it has '9'. */
static const struct dated_name {
	const char *start, *pattern, *kind, *dated_by, *within;	/* within: part of the path, "" for any */
	bool folder;
} dated_names[] = {
	{ "Backup ", "9999-99-99 999999", "windows-server-backup", "name", "/WindowsImageBackup/", true },
	{ "@GMT-", "9999.99.99-99.99.99", "nas-snapshot", "name", "", true },
	{ "", "9999-99-99_99-99-99", "timeshift", "name-local", "/timeshift/snapshots/", true },
	{ "vzdump-", "9999_99_99-99_99_99", "proxmox", "name-local", "", false },
};

/* The fourteen digits of a pattern at text as a moment of UTC. */
static int64_t
moment(const char *text, const char *pattern)
{
	char digits[15] = "", iso[24];
	size_t n = 0;
	int64_t ns;
	for (; *pattern != '\0'; pattern++, text++) {
		bool digit = *text >= '0' && *text <= '9';
		if (*pattern == '9' ? !digit || n == 14 : *text != *pattern)
			return TRIAGE_TIME_NONE;
		if (digit)
			digits[n++] = *text;
	}
	snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", digits, digits + 4, digits + 6, digits + 8, digits + 10, digits + 12);
	return n == 14 && when_parse(iso, &ns) ? ns : TRIAGE_TIME_NONE;
}

static bool
by_date(const struct detect_file *f, struct restore_point *p)
{
	for (size_t i = 0; i < sizeof(dated_names) / sizeof(dated_names[0]); i++) {
		const struct dated_name *d = &dated_names[i];
		size_t n = strlen(d->start), size = strlen(f->name), all = strlen(d->pattern);
		if ((f->kind == TRIAGE_FILE_DIRECTORY) != d->folder || strncasecmp(f->name, d->start, n) != 0 || (d->within[0] != '\0' && strcasestr(f->path, d->within) == NULL))
			continue;
		/* of a folder the date ends the name; of a file it stands somewhere in it */
		for (size_t at = n; at + all <= size; at++) {
			p->time = moment(f->name + at, d->pattern);
			if (p->time != TRIAGE_TIME_NONE && (!d->folder || (at == n && at + all == size))) {
				p->kind = d->kind;
				p->dated_by = d->dated_by;
				return true;
			}
			if (d->folder)
				break;
		}
	}
	return false;
}

static bool
by_extension(const struct detect_file *f, struct restore_point *p)
{
	for (size_t i = 0; i < sizeof(backup_names) / sizeof(backup_names[0]); i++) {
		const char *at = strcasestr(f->name, backup_names[i].extension);
		char behind = at != NULL ? at[strlen(backup_names[i].extension)] : 'x';
		if (behind != '\0' && behind != '.')
			continue;
		p->kind = backup_names[i].kind;
		p->dated_by = "modified";
		p->time = f->times[TRIAGE_MTIME];
		return true;
	}
	return false;
}

static enum triage_status
points_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	struct points_state *all = state;
	const struct detect_file *f = s->file;
	struct restore_point p = { .file_id = f->file_id, .state = f->state == TRIAGE_STATE_ALLOCATED ? POINT_THERE : POINT_DELETED };
	(void)err;
	if (f->shadow || f->member || f->stream[0] != '\0' || (f->kind != TRIAGE_FILE_DIRECTORY && f->kind != TRIAGE_FILE_REGULAR))
		return TRIAGE_OK;
	if (!by_date(f, &p) && (f->kind != TRIAGE_FILE_REGULAR || !by_extension(f, &p)))
		return TRIAGE_OK;
	if (all->list == NULL)
		all->list = pool_alloc(&j->pool, POINTS_MAX * sizeof(*all->list));
	p.place = all->list != NULL && all->count < POINTS_MAX ? pool_text(&j->pool, f->path, strlen(f->path)) : NULL;
	if (p.place == NULL)
		all->full = true;
	else
		all->list[all->count++] = p;
	return TRIAGE_OK;
}

/* Rows stand in the order of their files. */
static bool
was_encrypted(const struct damage_map *m, uint64_t file_id)
{
	size_t low = 0, high = m != NULL ? m->rows : 0;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (damage_row_at(m, middle)->file_id < file_id)
			low = middle + 1;
		else
			high = middle;
	}
	const struct damage_row *r = m != NULL && low < m->rows ? damage_row_at(m, low) : NULL;
	return r != NULL && r->file_id == file_id && (damage_is_encrypted(r->what) || r->what == DAMAGE_ZEROED || r->what == DAMAGE_ZEROED_PART);
}

static int
compare(const void *a, const void *b)
{
	const struct restore_point *x = a, *y = b;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	int order = strcmp(x->kind, y->kind);
	return order != 0 ? order : strcmp(x->place, y->place);
}

/* The zone of the machine that a file belongs to: its own, that of the only machine there is, else what the person gave. */
static const struct zone *
zone_of(const struct detect_judge *j, uint64_t file_id)
{
	const struct detect_case *c = &j->facts;
	uint64_t filesystem_id = judge_filesystem_of(j, file_id);
	for (size_t i = 0; i < c->machine_count; i++)
		if (c->machines[i].filesystem_id == filesystem_id)
			return c->machines[i].zone;
	return c->machine_count == 1 && c->machines[0].zone != NULL ? c->machines[0].zone : c->zone;
}

static void
place_in_zone(const struct detect_judge *j, struct restore_point *p)
{
	const struct zone *zone = strcmp(p->dated_by, "name-local") == 0 ? zone_of(j, p->file_id) : NULL;
	if (zone == NULL)
		return;
	p->time = zone_utc(zone, p->time);
	p->dated_by = "name-zone";
}

static enum triage_status
points_finish(struct detect_judge *j, void *state, struct triage_error *err)
{
	struct points_state *all = state;
	size_t shadows = j->facts.shadow_count, n = 0;
	struct restore_point *list = pool_alloc(&j->pool, (all->count + shadows + 1) * sizeof(*list));
	(void)err;
	if (all->full || list == NULL)
		judge_remark(j, "There are more backups than are listed as restore points.");
	if (list == NULL)
		return TRIAGE_OK;
	for (size_t i = 0; i < all->count; i++) {
		list[n] = all->list[i];
		if (list[n].state == POINT_THERE && was_encrypted(j->damage, list[n].file_id))
			list[n].state = POINT_ENCRYPTED;
		place_in_zone(j, &list[n]);
		n++;
	}
	for (size_t i = 0; i < shadows; i++)
		list[n++] = (struct restore_point){ .kind = "vss", .place = j->facts.shadows[i].place, .dated_by = "snapshot", .time = j->facts.shadows[i].time,
			.file_id = TRIAGE_NO_ID };
	if (n > 1)
		qsort(list, n, sizeof(*list), compare);
	j->points = list;
	j->point_count = n;
	return TRIAGE_OK;
}

const struct detector restore_points_detector = {
	.name = "restore-points", .state_size = sizeof(struct points_state), .file = points_file, .finish = points_finish,
};
