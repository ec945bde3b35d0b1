/* fleet_digests.c - the same content on several machines: what a finding of one bundle names as the attacker's is looked for in all of them. */
#include "triage/run/fleet_inside.h"

#include "triage/report/indicators.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
compare(const void *a, const void *b)
{
	const struct fleet_content *x = a, *y = b;
	int order = strcmp(x->sha256, y->sha256);
	if (order == 0)
		order = y->severity - x->severity;
	return order != 0 ? order : strcmp(x->title, y->title);
}

static enum triage_status
add(struct fleet_work *w, struct case_reader *c, const struct indicator *n, struct triage_error *err)
{
	struct case_cursor *rows;
	if (w->content_count == FLEET_CONTENTS_MAX) {
		w->contents_full = true;
		return TRIAGE_OK;
	}
	if (w->content_count == w->content_room) {
		size_t room = w->content_room * 2 + 256;
		struct fleet_content *grown = reallocarray(w->contents, room, sizeof(*grown));
		if (grown == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for what bundles have in common");
			return TRIAGE_E_MEMORY;
		}
		w->contents = grown;
		w->content_room = room;
	}
	struct fleet_content *one = &w->contents[w->content_count];
	*one = (struct fleet_content){ .severity = TRIAGE_MEDIUM };
	snprintf(one->sha256, sizeof(one->sha256), "%s", n->sha256);
	enum triage_status st = case_rows_of(c, CASE_FINDINGS, n->file.finding_id, &rows, err);
	if (st != TRIAGE_OK)
		return st;
	st = case_next(rows, err);
	if (st == TRIAGE_OK) {
		snprintf(one->title, sizeof(one->title), "%s", case_text(rows, CASE_FINDINGS_TITLE));
		for (unsigned i = 0; i < TRIAGE_SEVERITY_COUNT; i++)
			if (strcmp(case_text(rows, CASE_FINDINGS_SEVERITY), triage_severity_name(i)) == 0)
				one->severity = (int)i;
		w->content_count++;
	}
	case_cursor_close(rows);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
fleet_contents_add(struct fleet_work *w, struct case_reader *c, struct triage_error *err)
{
	struct indicators n;
	enum triage_status st = indicators_collect(c, &n, err);
	if (st != TRIAGE_OK)
		return st;
	for (size_t i = 0; i < n.count && st == TRIAGE_OK; i++)
		st = add(w, c, &n.items[i], err);
	w->contents_full = w->contents_full || n.full;
	indicators_release(&n);
	return st;
}

/* In order, each once, under the title of its most severe finding. */
void
fleet_contents_sort(struct fleet_work *w)
{
	size_t kept = 0;
	if (w->content_count > 1)
		qsort(w->contents, w->content_count, sizeof(*w->contents), compare);
	for (size_t i = 0; i < w->content_count; i++)
		if (kept == 0 || strcmp(w->contents[kept - 1].sha256, w->contents[i].sha256) != 0)
			w->contents[kept++] = w->contents[i];
	w->content_count = kept;
}

static struct fleet_content *
find(struct fleet_work *w, const char *sha256)
{
	size_t low = 0, high = w->content_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(w->contents[middle].sha256, sha256);
		if (order == 0)
			return &w->contents[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static enum triage_status
scan(struct fleet_work *w, struct case_reader *c, struct triage_error *err)
{
	struct case_cursor *rows;
	enum triage_status st = case_rows(c, CASE_DIGESTS, CASE_BY_ID, &rows, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(rows, err)) == TRIAGE_OK) {
		struct fleet_content *one = find(w, case_text(rows, CASE_DIGESTS_SHA256));
		if (one == NULL)
			continue;
		int64_t time = case_null(rows, CASE_DIGESTS_TIME) ? TRIAGE_TIME_NONE : case_int(rows, CASE_DIGESTS_TIME);
		if (one->files++ == 0) {
			one->first_time = time;
			free(one->path);
			one->path = strdup(case_text(rows, CASE_DIGESTS_PATH));
		} else if (time != TRIAGE_TIME_NONE && (one->first_time == TRIAGE_TIME_NONE || time < one->first_time)) {
			one->first_time = time;
		}
	}
	case_cursor_close(rows);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
fleet_digests(struct fleet_work *w, const struct fleet_bundle *b, struct triage_error *err)
{
	char path[PATH_MAX + 32];
	struct case_reader *c;
	if (w->content_count == 0)
		return TRIAGE_OK;
	snprintf(path, sizeof(path), "%s/data/case.db", b->path);
	enum triage_status st = case_open(path, &c, err);
	if (st != TRIAGE_OK)
		return st;
	fleet_bound(c, path);
	for (size_t i = 0; i < w->content_count; i++)
		w->contents[i].files = 0;
	st = scan(w, c, err);
	case_reader_close(c);
	for (size_t i = 0; i < w->content_count && st == TRIAGE_OK; i++) {
		const struct fleet_content *one = &w->contents[i];
		if (one->files == 0)
			continue;
		SCOPED_BUF what;
		buf_init(&what, 1 << 20);
		buf_format(&what, "%s", one->title);
		buf_text(&what, ": ");
		buf_text(&what, one->path != NULL ? one->path : "");
		const struct fleet_value values[] = { FLEET_T("sha256"), FLEET_T(one->sha256), FLEET_N(b->machine), FLEET_T(buf_cstr(&what)), FLEET_WHEN(one->first_time),
		    FLEET_WHEN(one->first_time), FLEET_N(one->files), FLEET_N(one->severity) };
		st = fleet_put(w->fleet, FLEET_SEEN, values, NULL, err);
	}
	return st;
}
