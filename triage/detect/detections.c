#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include "triage/base/buf.h"

#include <stdlib.h>
#include <string.h>

enum triage_status
detections_bad(const char *path, size_t row, const char *what, const char *cell, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "table %s row %zu: %s: %s", path, row + 1, what, cell);
	return TRIAGE_E_FORMAT;
}

enum triage_status
detections_column(const struct table *table, const char *path, const char *name, size_t *ret_column, struct triage_error *err)
{
	size_t column = table_column(table, name);
	if (column == SIZE_MAX) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "table %s needs the column %s", path, name);
		return TRIAGE_E_FORMAT;
	}
	*ret_column = column;
	return TRIAGE_OK;
}

enum triage_status
detections_named(const struct detections *d, const char *path, size_t row, const char *id, const struct detection **ret_detection, struct triage_error *err)
{
	const struct detection *found = detections_find(d, id);
	if (found == NULL)
		return detections_bad(path, row, "there is no such detection", id, err);
	*ret_detection = found;
	return TRIAGE_OK;
}

static enum triage_status
take_row(struct detection *d, const char *const *cells, const char *path, size_t row, struct triage_error *err)
{
	char *end;
	unsigned severity = 0;
	*d = (struct detection){ .id = cells[0], .kind = cells[1], .technique = cells[2], .title = cells[6], .why = cells[7], .innocent = cells[8], .version = cells[9],
		.alone = strcmp(cells[5], "yes") == 0 };
	while (severity < TRIAGE_SEVERITY_COUNT && strcmp(cells[3], triage_severity_name(severity)) != 0)
		severity++;
	if (severity == TRIAGE_SEVERITY_COUNT)
		return detections_bad(path, row, "no severity", cells[3], err);
	unsigned long confidence = strtoul(cells[4], &end, 10);
	if (*end != '\0' || confidence < 1 || confidence > 95)
		return detections_bad(path, row, "no confidence from 1 to 95", cells[4], err);
	for (size_t i = 0; i < 10; i++)
		if (cells[i][0] == '\0' && i != 2)
			return detections_bad(path, row, "an empty cell after", cells[0], err);
	d->severity = (enum triage_severity)severity;
	d->confidence = (unsigned)confidence;
	SCOPED_BUF rule;
	buf_init(&rule, 4096);
	buf_format(&rule, "detect:%s", d->id);
	d->rule = strdup(buf_cstr(&rule));
	return d->rule != NULL ? TRIAGE_OK : detections_bad(path, row, "out of memory at", d->id, err);
}

enum triage_status
detections_load(struct detections *d, const struct table *table, const char *path, struct triage_error *err)
{
	static const char *const names[] = { "detection", "kind", "technique", "severity", "confidence", "alone", "title", "why", "innocent", "version" };
	enum { COLUMNS = sizeof(names) / sizeof(names[0]) };
	size_t columns[COLUMNS], count = table_rows(table);
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < COLUMNS && st == TRIAGE_OK; i++)
		st = detections_column(table, path, names[i], &columns[i], err);
	if (st != TRIAGE_OK)
		return st;
	d->list = calloc(count + 1, sizeof(*d->list));
	if (d->list == NULL)
		return detections_bad(path, 0, "out of memory", "", err);
	for (size_t row = 0; row < count && st == TRIAGE_OK; row++) {
		const char *cells[COLUMNS];
		for (size_t i = 0; i < COLUMNS; i++)
			cells[i] = table_cell(table, row, columns[i]);
		st = take_row(&d->list[row], cells, path, row, err);
		d->count++;
		if (st == TRIAGE_OK && detections_find(d, cells[0]) != &d->list[row])
			return detections_bad(path, row, "a detection twice", cells[0], err);
	}
	return st;
}

void
detections_release(struct detections *d)
{
	for (size_t i = 0; i < d->count; i++)
		free((char *)(uintptr_t)d->list[i].rule);
	free(d->list);
	*d = (struct detections){ 0 };
}

const struct detection *
detections_find(const struct detections *d, const char *id)
{
	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->list[i].id, id) == 0)
			return &d->list[i];
	return NULL;
}

const struct detection *
judge_detection(const struct detect_judge *j, const char *id)
{
	return detections_find(&j->tables->detections, id);
}

unsigned
detection_class(const char *source, const char *parser)
{
	static const struct {
		const char *word;
		unsigned class;
	} parsers[] = {
		{ "registry.bam", CLASS_EXECUTION }, { "registry.shimcache", CLASS_EXECUTION }, { "registry.amcache", CLASS_EXECUTION },
		{ "registry.userassist", CLASS_EXECUTION }, { "registry.muicache", CLASS_EXECUTION }, { "registry.appcompatflags", CLASS_EXECUTION },
		{ "pca", CLASS_EXECUTION }, { "firewall_log", CLASS_NETWORK }, { "docker", CLASS_LOG },
	}, sources[] = {
		{ "prefetch", CLASS_EXECUTION }, { "srum", CLASS_EXECUTION }, { "registry", CLASS_REGISTRY }, { "ual", CLASS_NETWORK }, { "filesystem", CLASS_FILE },
		{ "usn", CLASS_FILE }, { "mft", CLASS_FILE }, { "recyclebin", CLASS_FILE }, { "lnk", CLASS_FILE }, { "jumplist", CLASS_FILE }, { "task", CLASS_FILE },
		{ "cron", CLASS_FILE }, { "wmi", CLASS_CONTENT }, { "browser", CLASS_NETWORK }, { "web", CLASS_NETWORK }, { "shell-history", CLASS_EXECUTION },
		{ "bits", CLASS_NETWORK }, { "package", CLASS_FILE },
	};
	if (strncmp(parser, "group_policy.", 13) == 0)
		return CLASS_CONTENT;	/* the file of the policy itself */
	for (size_t i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++)
		if (strcmp(parsers[i].word, parser) == 0)
			return parsers[i].class;
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (strcmp(sources[i].word, source) == 0)
			return sources[i].class;
	return CLASS_LOG;
}

struct fold *
judge_claim(struct detect_judge *j, const struct detection *d, const char *host, const char *split)
{
	if (d == NULL) {
		judge_remark(j, "The table of detections lacks a claim that a detector makes: what supports it is not told.");
		return NULL;
	}
	const struct fold_plan plan = { .rule = d->rule, .kind = d->kind, .family = "", .split = split, .host = host, .title = d->title, .technique = d->technique,
		.why = d->why, .innocent = d->innocent, .version = d->version, .check = CHECK_RECORD, .severity = d->severity, .confidence = d->confidence };
	struct fold *f = fold_for(&j->folds, &plan);
	if (f == NULL)
		return NULL;
	f->alone = d->alone;
	if (f->count == 0 && split[0] != '\0') {
		SCOPED_BUF title;
		buf_init(&title, 4096);
		buf_format(&title, "%s: %.*s", d->title, (int)words_cut(split, 200), split);
		fold_text(&j->folds, &f->plan.title, buf_cstr(&title));
	}
	return f;
}

struct fold *
judge_claim_event(struct detect_judge *j, const struct detection *d, const struct happening *h, const char *split, unsigned weight)
{
	struct fold *f = judge_claim(j, d, h->event->host, split);
	if (f == NULL)
		return NULL;
	const struct fold_example e = judge_event_example(h, weight);
	fold_add(&j->folds, f, &e, h->event->time);
	fold_user(&j->folds, f, h->event->user);
	f->classes |= detection_class(h->event->source, h->event->parser);
	return f;
}

struct fold *
judge_claim_file(struct detect_judge *j, const struct detection *d, const struct subject *s, const char *split, unsigned weight)
{
	struct fold *f = judge_claim(j, d, "", split);
	if (f == NULL)
		return NULL;
	const struct fold_example e = judge_example(s, weight);
	f->plan.check = CHECK_NAME;
	fold_add(&j->folds, f, &e, s->appeared);
	f->classes |= CLASS_FILE;
	return f;
}
