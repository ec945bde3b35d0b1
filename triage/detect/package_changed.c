/*
 * package_changed.c - files of the system that differ from the digest that their package gives, and programs in folders of the system that no package
 * brought. Digests of packages come before the files. A path may be given by several packages (diversions): any of their digests will do.
 *
 * Table and names are of its own and not from the judge's pool: they grow with what the evidence says of itself, and must leave room for what is found.
 */
#include "triage/detect/judge.h"

#include "triage/base/fault.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 4096, VOUCHED_MAX = 4000000, VOUCHED_ENOUGH = 2000, GIVERS_MAX = 16 };
#define NAMES_LIMIT ((size_t)128 << 20)

struct vouched {
	uint64_t place;			/* of filesystem and path, hashed; 0: empty */
	const char *package;
	uint8_t md5[16];
};

struct package_changed {
	struct vouched *table;		/* open addressing; one path may stand in it up to GIVERS_MAX times */
	size_t room, count;
	struct pool names;
	const char *last;		/* package at hand: names come in runs */
};

static uint64_t
place_of(uint64_t filesystem, const char *path)
{
	uint64_t hash = UINT64_C(14695981039346656037) ^ filesystem * UINT64_C(0x9e3779b97f4a7c15);
	/* since the folders were joined, /bin is /usr/bin; packages still say either */
	if (strncmp(path, "/usr/", 5) == 0 && (strncmp(path + 4, "/bin/", 5) == 0 || strncmp(path + 4, "/sbin/", 6) == 0 || strncmp(path + 4, "/lib", 4) == 0))
		path += 4;
	for (const char *p = path; *p != '\0'; p++)
		hash = (hash ^ (uint8_t)*p) * UINT64_C(1099511628211);
	hash ^= hash >> 31;
	return hash == 0 ? 1 : hash;
}

static bool
grow(struct package_changed *x)
{
	struct package_changed bigger = { .room = x->room == 0 ? FIRST_ROOM : x->room * 2 };
	bigger.table = fault_hit() ? NULL : calloc(bigger.room, sizeof(*bigger.table));
	if (bigger.table == NULL)
		return false;
	for (size_t i = 0; i < x->room; i++) {
		if (x->table[i].place == 0)
			continue;
		size_t at = x->table[i].place & (bigger.room - 1);
		while (bigger.table[at].place != 0)
			at = (at + 1) & (bigger.room - 1);
		bigger.table[at] = x->table[i];
	}
	free(x->table);
	x->table = bigger.table;
	x->room = bigger.room;
	return true;
}

static enum triage_status
package_begin(struct detect_judge *j, void *state, struct triage_error *err)
{
	(void)j, (void)err;
	pool_init(&((struct package_changed *)state)->names, NAMES_LIMIT);
	return TRIAGE_OK;
}

static enum triage_status
package_vouched(struct detect_judge *j, void *state, const struct detect_vouched *v, struct triage_error *err)
{
	struct package_changed *x = state;
	(void)err;
	bool room = x->count < VOUCHED_MAX && ((x->count + 1) * 3 < x->room * 2 || grow(x));
	if (room && (x->last == NULL || strcmp(x->last, v->package) != 0))
		x->last = pool_text(&x->names, v->package, strlen(v->package));
	if (!room || x->last == NULL) {
		judge_remark(j, "Some digests of packages could not be kept: their files were not held against them.");
		return TRIAGE_OK;
	}
	uint64_t place = place_of(v->filesystem_id, v->path);
	size_t at = place & (x->room - 1), givers = 0;
	for (; x->table[at].place != 0; at = (at + 1) & (x->room - 1)) {
		if (x->table[at].place != place)
			continue;
		if (memcmp(x->table[at].md5, v->md5, sizeof(v->md5)) == 0)
			return TRIAGE_OK;
		if (++givers == GIVERS_MAX) {
			judge_remark(j, "Packages give more digests for one file than are compared with it.");
			return TRIAGE_OK;
		}
	}
	x->table[at] = (struct vouched){ .place = place, .package = x->last };
	memcpy(x->table[at].md5, v->md5, sizeof(v->md5));
	x->count++;
	return TRIAGE_OK;
}

static void
tell_changed(struct detect_judge *j, const struct subject *s, const char *package)
{
	static const struct fold_plan plan = { .rule = "detect:package-changed", .kind = "package-changed", .family = "", .split = "",
		.title = "System files differ from their package", .technique = "T1554",
		.why = "A file of the operating system is not the one that its package brought. Attackers replace such files to stay hidden or to steal passwords.",
		.innocent = "An administrator or a vendor changed the file on purpose, or a package rebuilds it on the machine.", .version = "1", .check = CHECK_HASH,
		.severity = TRIAGE_MEDIUM, .confidence = 40 };
	struct fold_plan placed = plan;
	/* programs and libraries weigh more than texts, pictures and translations */
	bool program = s->file->content->mime != NULL && (strstr(s->file->content->mime, "executable") != NULL || strstr(s->file->content->mime, "sharedlib") != NULL ||
	    strstr(s->file->content->mime, "x-object") != NULL);
	if (!program) {
		placed.rule = "detect:package-data-changed";
		placed.title = "Data files of the system differ from their package";
		placed.severity = TRIAGE_LOW;
	}
	struct fold *f = fold_for(&j->folds, &placed);
	if (f == NULL)
		return;
	const struct fold_example e = judge_example(s, program);
	fold_add(&j->folds, f, &e, s->changed);
	fold_reason(&j->folds, f, "%s of package %s", s->file->path, package);
}

static bool
is_system_program(const struct subject *s)
{
	static const char *const folders[] = { "/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/" };
	const char *mime = s->file->content->mime;
	bool program = mime != NULL && (strcmp(mime, "application/x-executable") == 0 || strcmp(mime, "application/x-pie-executable") == 0 ||
	    strcmp(mime, "application/x-sharedlib") == 0);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && program; i++)
		if (strncmp(s->file->path, folders[i], strlen(folders[i])) == 0)
			return true;
	return false;
}

static enum triage_status
package_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	const struct package_changed *x = state;
	(void)err;
	if (x->count == 0 || !s->ordinary || s->file->state != TRIAGE_STATE_ALLOCATED || s->file->content == NULL || !s->file->content->hashed ||
	    s->file->content->state != TRIAGE_CONTENT_COMPLETE)
		return TRIAGE_OK;
	uint64_t place = place_of(s->file->filesystem_id, s->file->path);
	const char *package = NULL;
	for (size_t at = place & (x->room - 1); x->table[at].place != 0; at = (at + 1) & (x->room - 1)) {
		const struct vouched *v = &x->table[at];
		if (v->place != place)
			continue;
		if (memcmp(v->md5, s->file->content->md5, 16) == 0)
			return TRIAGE_OK;
		package = package == NULL ? v->package : package;
	}
	if (package != NULL) {
		tell_changed(j, s, package);
	} else if (x->count >= VOUCHED_ENOUGH && is_system_program(s)) {
		static const struct fold_plan plan = { .rule = "detect:package-unowned", .kind = "package-changed", .family = "", .split = "",
			.title = "Programs among those of the system that no package brought", .technique = "T1036.005",
			.why = "A program lies where only packages put programs, and no package knows it.",
			.innocent = "A program that an administrator copied there, or a package without a list of checksums.", .version = "1", .check = CHECK_HASH,
			.severity = TRIAGE_LOW, .confidence = 30 };
		struct fold *f = fold_for(&j->folds, &plan);
		const struct fold_example e = judge_example(s, 0);
		if (f != NULL)
			fold_add(&j->folds, f, &e, s->appeared);
	}
	return TRIAGE_OK;
}

static void
package_release(void *state)
{
	struct package_changed *x = state;
	free(x->table);
	pool_release(&x->names);
}

const struct detector package_changed_detector = { .name = "package_changed", .state_size = sizeof(struct package_changed), .begin = package_begin, .vouched = package_vouched,
	.file = package_file, .release = package_release };
