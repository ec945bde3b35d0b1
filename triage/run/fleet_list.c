/* fleet_list.c - which bundles there are, and which of them are what was sealed. */
#include "triage/run/fleet_inside.h"

#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/report/bag_inside.h"
#include "triage/report/report.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the list of bundles");
	return TRIAGE_E_MEMORY;
}

void
fleet_list_release(struct fleet_work *w)
{
	for (size_t i = 0; i < w->count; i++) {
		free(w->bundles[i].path);
		free(w->bundles[i].label);
	}
	free(w->bundles);
	for (size_t i = 0; i < w->content_count; i++)
		free(w->contents[i].path);
	free(w->contents);
}

static bool
is_there(const char *folder, const char *name)
{
	char path[PATH_MAX + 300];
	struct stat info;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return stat(path, &info) == 0;
}

static bool
is_bundle(const char *folder)
{
	return is_there(folder, "bagit.txt") || is_there(folder, "data/case.db") || is_there(folder, "work/journal.db") || is_there(folder, "manifest-sha256.txt");
}

static enum triage_status
add(struct fleet_work *w, const char *folder, struct triage_error *err)
{
	if (w->count == FLEET_BUNDLES_MAX) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "more than %d bundles: make several fleets", FLEET_BUNDLES_MAX);
		return TRIAGE_E_USAGE;
	}
	if (w->count == w->room) {
		size_t room = w->room * 2 + 64;
		struct fleet_bundle *grown = reallocarray(w->bundles, room, sizeof(*grown));
		if (grown == NULL)
			return no_memory(err);
		w->bundles = grown;
		w->room = room;
	}
	SCOPED_FREE char *real = realpath(folder, NULL);
	const char *shown = strrchr(folder, '/');
	buf_clear(&w->text);
	shown = shown != NULL && shown[1] != '\0' ? shown + 1 : real != NULL && strrchr(real, '/') != NULL ? strrchr(real, '/') + 1 : folder;
	text_display(&w->text, shown, strlen(shown));
	struct fleet_bundle b = { .path = strdup(real != NULL ? real : folder), .label = strdup(buf_cstr(&w->text)) };
	if (b.path == NULL || b.label == NULL) {
		free(b.path);
		free(b.label);
		return no_memory(err);
	}
	w->bundles[w->count++] = b;
	return TRIAGE_OK;
}

/* The bundles in a folder; what else lies there is no matter. */
static enum triage_status
add_folder(struct fleet_work *w, const char *folder, struct triage_error *err)
{
	DIR *d = opendir(folder);
	enum triage_status st = TRIAGE_OK;
	struct dirent *entry;
	size_t before = w->count;
	if (d == NULL) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "%s is neither a bundle nor a folder of bundles", folder);
		return TRIAGE_E_USAGE;
	}
	while (st == TRIAGE_OK && (errno = 0, entry = readdir(d)) != NULL) {
		char path[PATH_MAX];
		int n = snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && n > 0 && (size_t)n < sizeof(path) && is_bundle(path))
			st = add(w, path, err);
	}
	if (st == TRIAGE_OK && errno != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "%s cannot be listed to its end", folder);
		st = TRIAGE_E_IO;
	}
	closedir(d);
	if (st == TRIAGE_OK && w->count == before) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "%s is no bundle, and none lies in it", folder);
		st = TRIAGE_E_USAGE;
	}
	return st;
}

/* --- verifying --- */

struct complaint {
	struct fleet_bundle *b;
	size_t count;
};

static void
complain_of(void *ctx, const char *line)
{
	struct complaint *c = ctx;
	if (c->count++ == 0)
		snprintf(c->b->reason, sizeof(c->b->reason), "%s", line);
}

static void
refuse(struct fleet_bundle *b, const char *reason)
{
	b->refused = true;
	if (reason != b->reason)
		snprintf(b->reason, sizeof(b->reason), "%s", reason);
}

/* The name of its first machine, to sort by; and whether this program reads it at all. */
static void
look(struct fleet_bundle *b)
{
	struct triage_error err = { 0 };
	struct case_reader *c = NULL;
	struct case_cursor *rows = NULL;
	char path[PATH_MAX + 32];
	snprintf(path, sizeof(path), "%s/data/case.db", b->path);
	if (case_open(path, &c, &err) != TRIAGE_OK) {
		const char *text = strncmp(err.text, path, strlen(path)) == 0 ? err.text + strlen(path) - strlen("case.db") : err.text;
		refuse(b, text);
		return;
	}
	fleet_bound(c, path);
	fleet_key(case_meta(c, "hostname"), b->key, sizeof(b->key));
	if (b->key[0] == '\0' && case_rows(c, CASE_HOSTS, CASE_BY_ID, &rows, &err) == TRIAGE_OK && case_next(rows, &err) == TRIAGE_OK)
		fleet_key(case_text(rows, 2), b->key, sizeof(b->key));
	case_cursor_close(rows);
	case_reader_close(c);
}

static void
verify(struct fleet_bundle *b)
{
	struct triage_error err = { 0 };
	uint64_t size;
	struct complaint c = { .b = b };
	const struct verify_options options = { .tell = complain_of, .ctx = &c };
	enum triage_status st = bag_verify(b->path, &options, &err);
	if (st == TRIAGE_OK)
		st = bag_hash(b->path, BAG_TAG_MANIFEST, b->seal, &size, &err);
	if (st == TRIAGE_OK) {
		look(b);
		return;
	}
	size_t used = strlen(b->reason);
	if (c.count > 1)
		snprintf(b->reason + used, sizeof(b->reason) - used, " (and %zu more differences)", c.count - 1);
	refuse(b, c.count > 0 ? b->reason : err.text);
}

static int
compare(const void *a, const void *b)
{
	const struct fleet_bundle *x = a, *y = b;
	int order = strcmp(x->key, y->key);
	if (order == 0)
		order = strcmp(x->seal, y->seal);
	if (order == 0)
		order = strcmp(x->label, y->label);
	return order != 0 ? order : strcmp(x->path, y->path);
}

/* The same bundle, given twice or copied: it counts once. */
static void
refuse_doubles(struct fleet_work *w)
{
	for (size_t i = 1; i < w->count; i++) {
		struct fleet_bundle *b = &w->bundles[i];
		char reason[400];
		for (size_t k = i; k-- > 0 && strcmp(w->bundles[k].key, b->key) == 0 && strcmp(w->bundles[k].seal, b->seal) == 0;) {
			if (b->refused || w->bundles[k].refused)
				continue;
			snprintf(reason, sizeof(reason), "it is the same bundle as %.200s and counts once", w->bundles[k].label);
			refuse(b, reason);
		}
	}
}

enum triage_status
fleet_list(struct fleet_work *w, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < w->plan->operand_count && st == TRIAGE_OK; i++) {
		const char *operand = w->plan->operands[i];
		struct stat info;
		/* what is no folder is refused by name below, as a bundle that cannot be read */
		st = is_bundle(operand) || stat(operand, &info) != 0 || !S_ISDIR(info.st_mode) ? add(w, operand, err) : add_folder(w, operand, err);
	}
	for (size_t i = 0; i < w->count && st == TRIAGE_OK; i++) {
		verify(&w->bundles[i]);
		if (w->plan->progress != NULL)
			w->plan->progress(w->plan->ctx, i + 1, w->count * 2);
	}
	if (st == TRIAGE_OK && w->count > 1) {
		qsort(w->bundles, w->count, sizeof(*w->bundles), compare);
		refuse_doubles(w);
	}
	return st;
}
