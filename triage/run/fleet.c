#include "triage/run/fleet_inside.h"

#include "triage/base/output.h"
#include "triage/base/scoped.h"
#include "triage/report/fleet_page.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MEMORY_TEXT = 16 << 20 };

enum triage_status
fleet_remark(struct fleet_work *w, const char *code, uint64_t bundle, uint64_t machine, const char *text, struct triage_error *err)
{
	const struct fleet_value none = { .kind = FLEET_NULL };
	const struct fleet_value values[] = { FLEET_T(code), bundle != 0 ? (struct fleet_value)FLEET_N(bundle) : none, machine != 0 ? (struct fleet_value)FLEET_N(machine) : none,
	    FLEET_T(text) };
	return fleet_put(w->fleet, FLEET_REMARKS, values, NULL, err);
}

/* A bundle that was not taken: named with the reason, in the database and to the person. */
static enum triage_status
put_refused(struct fleet_work *w, struct fleet_bundle *b, struct triage_error *err)
{
	const struct fleet_value none = { .kind = FLEET_NULL };
	const struct fleet_value values[] = { FLEET_T(b->label), FLEET_W(b->seal), FLEET_T("refused"), FLEET_T(b->reason), none, none, none, none, none, none, none, none };
	SCOPED_BUF line;
	buf_init(&line, 1 << 16);
	buf_format(&line, "not taken: %s: %s", b->label, b->reason);
	w->plan->tell(w->plan->ctx, buf_cstr(&line));
	return fleet_put(w->fleet, FLEET_BUNDLES, values, &b->id, err);
}

/* The error is about the bundle, unless memory or fleet.db gave out: then the next statement fails as well. */
static enum triage_status
take(struct fleet_work *w, struct fleet_bundle *b, struct triage_error *err)
{
	struct triage_error why = { 0 };
	enum triage_status st = fleet_begin(w->fleet, err);
	if (st != TRIAGE_OK)
		return st;
	size_t contents = w->content_count;
	st = b->refused ? TRIAGE_OK : fleet_take(w, b, &why);
	if (st == TRIAGE_E_MEMORY) {
		*err = why;
		return st;
	}
	if (st != TRIAGE_OK) {
		st = fleet_end(w->fleet, false, err);
		if (st == TRIAGE_OK)
			st = fleet_begin(w->fleet, err);
		b->refused = true;
		w->content_count = contents;
		snprintf(b->reason, sizeof(b->reason), "%s", why.text);
	}
	if (st == TRIAGE_OK && b->refused)
		st = put_refused(w, b, err);
	return st == TRIAGE_OK ? fleet_end(w->fleet, true, err) : st;
}

static enum triage_status
take_all(struct fleet_work *w, struct fleet_result *r, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	r->bundles = w->count;
	for (size_t i = 0; i < w->count && st == TRIAGE_OK; i++) {
		st = take(w, &w->bundles[i], err);
		r->refused += w->bundles[i].refused;
		r->taken += !w->bundles[i].refused;
		if (w->plan->progress != NULL)
			w->plan->progress(w->plan->ctx, w->count + i + 1, w->count * 2);
	}
	if (st == TRIAGE_OK && r->taken == 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "none of the %zu bundles could be taken", w->count);
		st = TRIAGE_E_FORMAT;
	}
	return st;
}

/* A case that tells other things now than a moment ago is one that somebody changes: its digests are left out, and it is said. */
static enum triage_status
compare_contents(struct fleet_work *w, struct triage_error *err)
{
	fleet_contents_sort(w);
	enum triage_status st = fleet_begin(w->fleet, err);
	for (size_t i = 0; i < w->count && st == TRIAGE_OK; i++) {
		struct triage_error why = { 0 };
		if (w->bundles[i].refused)
			continue;
		st = fleet_digests(w, &w->bundles[i], &why);
		if (st == TRIAGE_E_MEMORY)
			*err = why;
		else if (st != TRIAGE_OK)
			st = fleet_remark(w, "not-compared", w->bundles[i].id, 0, why.text, err);
	}
	if (st == TRIAGE_OK && w->contents_full)
		st = fleet_remark(w, "too-much", 0, 0, "sha256", err);
	return st == TRIAGE_OK ? fleet_end(w->fleet, true, err) : st;
}

static enum triage_status
settle(struct fleet_work *w, struct triage_error *err)
{
	enum triage_status st = fleet_settle(w->fleet, err);
	if (st == TRIAGE_OK)
		st = fleet_begin(w->fleet, err);
	if (st == TRIAGE_OK)
		st = fleet_clocks(w, err);
	if (st == TRIAGE_OK)
		st = fleet_end(w->fleet, true, err);
	return st == TRIAGE_OK ? fleet_settle_clocks(w->fleet, err) : st;
}

static enum triage_status
write_file(struct fleet_work *w, const char *name, enum triage_status (*write)(struct fleet *f, const char *lang, struct output *out, struct triage_error *err),
    struct triage_error *err)
{
	char path[PATH_MAX + 32];
	struct output *out;
	snprintf(path, sizeof(path), "%s/%s", w->plan->output, name);
	enum triage_status st = output_create(path, &out, err);
	if (st != TRIAGE_OK)
		return st;
	st = write(w->fleet, w->plan->lang, out, err);
	if (st == TRIAGE_OK)
		return output_finish(out, NULL, err);
	output_abandon(out);
	return st;
}

static enum triage_status
count_machines(struct fleet_work *w, struct fleet_result *r, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = fleet_rows(w->fleet, FLEET_VIEW_TOTALS, &c, err);
	if (st != TRIAGE_OK)
		return st;
	st = case_next(c, err);
	r->machines = st == TRIAGE_OK ? (size_t)case_int(c, FLEET_TOTAL_MACHINES) : 0;
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
make(struct fleet_work *w, struct fleet_result *r, struct triage_error *err)
{
	char path[PATH_MAX + 32];
	snprintf(path, sizeof(path), "%s/fleet.db", w->plan->output);
	enum triage_status st = fleet_create(path, &w->fleet, err);
	if (st == TRIAGE_OK)
		st = take_all(w, r, err);
	if (st == TRIAGE_OK)
		st = compare_contents(w, err);
	if (st == TRIAGE_OK)
		st = settle(w, err);
	if (st == TRIAGE_OK)
		st = write_file(w, "fleet.json", fleet_json, err);
	if (st == TRIAGE_OK)
		st = write_file(w, "fleet.html", fleet_html, err);
	if (st == TRIAGE_OK)
		st = count_machines(w, r, err);
	if (st != TRIAGE_OK) {
		fleet_close(w->fleet);
		return st;
	}
	st = fleet_finish(w->fleet, err);
	return st == TRIAGE_OK ? output_sync_folder(w->plan->output, err) : st;
}

static void
remove_output(const char *folder)
{
	static const char *const names[] = { "fleet.html", "fleet.json", "fleet.db", "" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[PATH_MAX + 32];
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		remove(path);
	}
}

enum triage_status
fleet_make(const struct fleet_plan *plan, struct fleet_result *ret_result, struct triage_error *err)
{
	struct fleet_work w = { .plan = plan };
	*ret_result = (struct fleet_result){ 0 };
	buf_init(&w.text, MEMORY_TEXT);
	/* before hours of verifying: can it be written at all? */
	enum triage_status st = output_folder(plan->output, err);
	if (st == TRIAGE_OK) {
		st = fleet_list(&w, err);
		if (st == TRIAGE_OK)
			st = make(&w, ret_result, err);
		if (st != TRIAGE_OK)
			remove_output(plan->output);
	}
	fleet_list_release(&w);
	buf_release(&w.text);
	return st;
}
