#include "triage/run/merge.h"

#include "triage/base/json.h"
#include "triage/base/output.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/report/bag_inside.h"
#include "triage/report/report.h"
#include "triage/run/work.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 16 << 20, LISTED_MAX = 12 };

/* --- keeping --- */

enum triage_status
merge_keep(struct supervisor *s, struct triage_error *err)
{
	static const char *const names[] = { "journal.db", "journal.db-journal", "arguments", "" };
	char folder[4400], from[4500], to[4500];
	snprintf(folder, sizeof(folder), "%s/data/shard", s->bundle);
	/* of an attempt that was cut off */
	work_forget_leftovers(folder);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(to, sizeof(to), "%s/%s", folder, names[i]);
		remove(to);
	}
	enum triage_status st = output_folder(folder, err);
	snprintf(to, sizeof(to), "%s/journal.db", folder);
	if (st == TRIAGE_OK)
		st = case_keep(s->store, to, err);
	snprintf(from, sizeof(from), "%s/arguments", s->work);
	snprintf(to, sizeof(to), "%s/arguments", folder);
	return st == TRIAGE_OK && access(from, F_OK) == 0 ? output_copy(from, to, err) : st;
}

/* --- the parts --- */

struct part {
	const char *bundle;
	char seal[65];
	unsigned k, n;
	bool budget_ended;
	char *options;			/* without the part */
};

struct parts {
	const struct merge_plan *plan;
	struct part *all;
	size_t count;
};

static int
by_number(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	return x->k != y->k ? (x->k > y->k) - (x->k < y->k) : strcmp(x->seal, y->seal);
}

/* The options as the run recorded them, without the member "shard": ,"shard":"1/3" */
static bool
read_options(struct part *p, const char *text)
{
	static const char word[] = ",\"shard\":\"";
	const char *at = strstr(text, word);
	int used = 0;
	if (at == NULL || sscanf(at + sizeof(word) - 1, "%5u/%5u\"%n", &p->k, &p->n, &used) != 2 || used == 0 || p->k < 1 || p->k > p->n || p->n > MERGE_PARTS_MAX)
		return false;
	p->options = strdup(text);
	if (p->options == NULL)
		return false;
	const char *rest = at + sizeof(word) - 1 + used;
	memmove(p->options + (at - text), rest, strlen(rest) + 1);
	return true;
}

static bool
budget_ended(struct case_reader *c)
{
	enum { CODE = 6 };
	struct triage_error err;
	struct case_cursor *rows;
	bool ended = false;
	if (case_rows(c, CASE_PROBLEMS, CASE_BY_ID, &rows, &err) != TRIAGE_OK)
		return false;
	while (!ended && case_next(rows, &err) == TRIAGE_OK)
		ended = strcmp(case_text(rows, CODE), "budget-ended") == 0;
	case_cursor_close(rows);
	return ended;
}

static enum triage_status
read_part(const struct parts *all, struct part *p, struct triage_error *err)
{
	char path[PATH_MAX + 32];
	uint64_t size;
	struct case_reader *c;
	const struct verify_options options = { .tell = all->plan->tell, .ctx = all->plan->ctx };
	enum triage_status st = bag_verify(p->bundle, &options, err);
	if (st == TRIAGE_OK)
		st = bag_hash(p->bundle, BAG_TAG_MANIFEST, p->seal, &size, err);
	snprintf(path, sizeof(path), "%s/data/case.db", p->bundle);
	if (st == TRIAGE_OK)
		st = case_open(path, &c, err);
	if (st != TRIAGE_OK)
		return st;
	bool fine = read_options(p, case_meta(c, "options"));
	p->budget_ended = budget_ended(c);
	st = case_reader_status(c, err);
	case_reader_close(c);
	if (st != TRIAGE_OK)
		return st;
	snprintf(path, sizeof(path), "%s/data/shard/journal.db", p->bundle);
	if (!fine || access(path, R_OK) != 0) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "%s is no part: it was not made with --shard", p->bundle);
		return TRIAGE_E_USAGE;
	}
	return TRIAGE_OK;
}

/* The same part twice, parts of other runs. A copy of a part that is there is told and left out. */
static enum triage_status
check_parts(struct parts *all, struct triage_error *err)
{
	size_t kept = 0;
	char line[2 * PATH_MAX];
	qsort(all->all, all->count, sizeof(*all->all), by_number);
	for (size_t i = 0; i < all->count; i++) {
		struct part *p = &all->all[i], *before = kept > 0 ? &all->all[kept - 1] : NULL;
		if (before != NULL && (p->n != before->n || strcmp(p->options, before->options) != 0)) {
			triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "%.100s and %.100s are parts of different runs: %s", before->bundle, p->bundle,
			    p->n != before->n ? "not of as many parts" : "other options");
			return TRIAGE_E_USAGE;
		}
		if (before != NULL && p->k == before->k && strcmp(p->seal, before->seal) != 0) {
			triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "part %u/%u is there twice, and not the same: %.90s and %.90s; give one of them", p->k, p->n, before->bundle, p->bundle);
			return TRIAGE_E_USAGE;
		}
		if (before != NULL && p->k == before->k) {
			snprintf(line, sizeof(line), "part %u/%u is there twice: %s counts once", p->k, p->n, p->bundle);
			all->plan->tell(all->plan->ctx, line);
			free(p->options);
			p->options = NULL;
			continue;
		}
		/* each options has one owner, whatever error ends this early */
		struct part moved = *p;
		p->options = NULL;
		all->all[kept++] = moved;
	}
	all->count = kept;
	return TRIAGE_OK;
}

/* "2/3, 3/3 (its budget ended)", of many the first. */
static void
tell_missing(const struct parts *all, struct buf *out)
{
	size_t at = 0, missing = 0;
	unsigned n = all->all[0].n;
	for (unsigned k = 1; k <= n; k++) {
		const struct part *p = at < all->count && all->all[at].k == k ? &all->all[at++] : NULL;
		if (p != NULL && !p->budget_ended)
			continue;
		if (missing++ < LISTED_MAX)
			buf_format(out, "%s%u/%u%s", missing > 1 ? ", " : "", k, n, p != NULL ? " (its budget ended)" : "");
	}
	if (missing > LISTED_MAX)
		buf_format(out, " and %zu more", missing - LISTED_MAX);
	if (missing > 0) {
		char line[700];
		snprintf(line, sizeof(line), "missing: %s", buf_cstr(out));
		all->plan->tell(all->plan->ctx, line);
	}
}

/* --- the joint journal --- */

static enum triage_status
describe(const struct parts *all, const char *missing, struct buf *out, struct triage_error *err)
{
	buf_text(out, "{\"missing\":");
	text_json_string(out, missing);
	buf_text(out, ",\"parts\":[");
	for (size_t i = 0; i < all->count; i++)
		buf_format(out, "%s{\"part\":\"%u/%u\",\"seal\":\"%s\"}", i > 0 ? "," : "", all->all[i].k, all->all[i].n, all->all[i].seal);
	buf_text(out, "]}");
	return buf_check(out, err);
}

/* OUTPUT.merge.json: what a bundle with the bytes of one run cannot say itself. */
static enum triage_status
write_beside(const char *output, const struct buf *text, struct triage_error *err)
{
	char path[PATH_MAX + 32];
	struct output *out;
	snprintf(path, sizeof(path), "%s.merge.json", output);
	enum triage_status st = output_create(path, &out, err);
	if (st != TRIAGE_OK)
		return st;
	output_buf(out, text);
	output_text(out, "\n");
	return output_finish(out, NULL, err);
}

static enum triage_status
join(const struct parts *all, const char *journal, struct triage_error *err)
{
	struct case_store *store;
	enum triage_status st = case_create(journal, &store, err);
	if (st != TRIAGE_OK)
		return st;
	for (size_t i = 0; i < all->count && st == TRIAGE_OK; i++) {
		char path[PATH_MAX + 32], name[16];
		snprintf(path, sizeof(path), "%s/data/shard/journal.db", all->all[i].bundle);
		snprintf(name, sizeof(name), "%u/%u", all->all[i].k, all->all[i].n);
		st = case_take_part(store, path, name, i == 0, err);
	}
	if (st == TRIAGE_OK)
		st = case_set(store, "meta.options", all->all[0].options, err);
	if (st == TRIAGE_OK)
		st = case_commit(store, err);
	case_close(store);
	return st;
}

/* The chain of custody: as one run's, or the first part's and what was done here. */
static enum triage_status
tell_custody(const struct parts *all, const char *output, const char *journal, const char *missing, struct triage_error *err)
{
	struct case_store *store;
	SCOPED_BUF text;
	buf_init(&text, TEXT_MAX);
	enum triage_status st = describe(all, missing, &text, err);
	if (st == TRIAGE_OK)
		st = case_resume(journal, &store, err);
	if (st != TRIAGE_OK)
		return st;
	if (when_is_fixed()) {
		st = case_retell_custody(store, all->all[0].options, err);
		if (st == TRIAGE_OK)
			st = write_beside(output, &text, err);
	} else {
		st = case_custody(store, "triage", "parts-merged", buf_cstr(&text), err);
	}
	if (st == TRIAGE_OK)
		st = case_commit(store, err);
	case_close(store);
	return st;
}

static enum triage_status
make(const struct parts *all, struct buf *ret_missing, struct triage_error *err)
{
	const char *output = all->plan->output;
	char path[PATH_MAX + 32], journal[PATH_MAX + 32];
	enum triage_status st = output_folder(output, err);
	if (st != TRIAGE_OK)
		return st;
	snprintf(path, sizeof(path), "%s/data", output);
	st = output_folder(path, err);
	snprintf(path, sizeof(path), "%s/work", output);
	if (st == TRIAGE_OK)
		st = output_folder(path, err);
	snprintf(journal, sizeof(journal), "%s/work/journal.db", output);
	if (st == TRIAGE_OK)
		st = join(all, journal, err);
	if (st == TRIAGE_OK)
		tell_missing(all, ret_missing);
	if (st == TRIAGE_OK)
		st = tell_custody(all, output, journal, buf_cstr(ret_missing), err);
	if (st != TRIAGE_OK)
		merge_remove(output);
	return st;
}

enum triage_status
merge_prepare(const struct merge_plan *plan, char *ret_arguments, struct buf *ret_missing, struct triage_error *err)
{
	struct parts all = { .plan = plan, .all = calloc(plan->count + 1, sizeof(*all.all)) };
	enum triage_status st = TRIAGE_OK;
	if (all.all == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the parts");
		st = TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < plan->count && st == TRIAGE_OK; i++) {
		struct part *p = &all.all[all.count++];
		p->bundle = plan->bundles[i];
		st = read_part(&all, p, err);
	}
	if (st == TRIAGE_OK)
		st = check_parts(&all, err);
	if (st == TRIAGE_OK)
		st = make(&all, ret_missing, err);
	if (st == TRIAGE_OK)
		snprintf(ret_arguments, PATH_MAX, "%.4000s/data/shard/arguments", all.all[0].bundle);
	for (size_t i = 0; i < all.count; i++)
		free(all.all[i].options);
	free(all.all);
	return st;
}

static int
remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
	(void)info, (void)type, (void)at;
	remove(path);
	return 0;
}

void
merge_remove(const char *output)
{
	char path[PATH_MAX + 32];
	snprintf(path, sizeof(path), "%s.merge.json", output);
	remove(path);
	nftw(output, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
