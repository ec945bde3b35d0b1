/* sigma_sources.c - what a rule calls its log source to sources of events here, by sigma_logsources.tsv. */
#include "triage/detect/sigma_inside.h"

#include "triage/base/buf.h"

#include <stdlib.h>
#include <string.h>

static enum triage_status
bad_row(const struct sigma_set *set, size_t row, const char *why, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "table %s row %zu: %s", set->logsource_path, row + 1, why);
	return TRIAGE_E_FORMAT;
}

static enum triage_status
event_ids_of(struct sigma_set *set, size_t row, const char *cell, struct sigma_source *s, struct triage_error *err)
{
	int64_t *ids = pool_alloc(&set->pool, SIGMA_EVENT_IDS_MAX * sizeof(*ids));
	if (ids == NULL)
		return sigma_no_memory(err);
	s->event_ids = ids;
	while (*cell != '\0') {
		char *end;
		long long id = strtoll(cell, &end, 10);
		if (end == cell || (*end != '\0' && *end != ',') || s->event_id_count == SIGMA_EVENT_IDS_MAX)
			return bad_row(set, row, "event_id is no list of at most 64 numbers", err);
		ids[s->event_id_count++] = id;
		cell = end + (*end == ',');
	}
	return TRIAGE_OK;
}

/* "program=sshd,sshd-session": a name in data and its values, with * for any text. */
static enum triage_status
condition_of(struct sigma_set *set, size_t row, const char *text, size_t size, const struct sigma_test **ret_test, struct triage_error *err)
{
	const char *equals = memchr(text, '=', size);
	if (equals == NULL)
		return bad_row(set, row, "where is no name=value", err);
	const struct sigma_logsource nothing = { "", "", "" };
	const char *name = sigma_keep(set, text, (size_t)(equals - text));
	struct sigma_value *values = pool_alloc(&set->pool, size * sizeof(*values));
	struct sigma_item *item = pool_alloc(&set->pool, sizeof(*item));
	struct sigma_test *test = sigma_test_new(set, SIGMA_ITEM, 0);
	int field = name != NULL ? sigma_field_of(set, &nothing, name) : -2;
	if (values == NULL || item == NULL || test == NULL || field < 0)
		return sigma_no_memory(err);
	*item = (struct sigma_item){ .field = field, .values = values };
	const char *at = equals + 1, *end = text + size;
	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		size_t length = (size_t)((comma != NULL ? comma : end) - at);
		char *codes = pool_text(&set->pool, at, length);
		for (size_t i = 0; codes != NULL && i < length; i++)
			codes[i] = codes[i] == '*' ? (char)SIGMA_ANY : codes[i];
		if (codes == NULL || !sigma_pattern_of(set, codes, length, false, &values[item->count++].pattern))
			return sigma_no_memory(err);
		at += length + (comma != NULL);
	}
	test->item = item;
	*ret_test = test;
	return TRIAGE_OK;
}

static enum triage_status
where_of(struct sigma_set *set, size_t row, const char *cell, struct sigma_source *s, struct triage_error *err)
{
	enum { CONDITIONS_MAX = 8 };
	struct sigma_test *all = sigma_test_new(set, SIGMA_SOME, CONDITIONS_MAX);
	if (all == NULL)
		return sigma_no_memory(err);
	while (*cell != '\0' && all->count < CONDITIONS_MAX) {
		size_t size = strcspn(cell, ";");
		enum triage_status st = condition_of(set, row, cell, size, &all->parts[all->count++], err);
		if (st != TRIAGE_OK)
			return st;
		cell += size + (cell[size] == ';');
	}
	if (*cell != '\0')
		return bad_row(set, row, "more than 8 conditions", err);
	all->least = all->count;
	s->where = all->count > 0 ? all : NULL;
	return TRIAGE_OK;
}

static enum triage_status
load_sources(struct sigma_set *set, struct triage_error *err)
{
	const struct table *t = set->logsource_table;
	size_t rows = table_rows(t), event_id = table_column(t, "event_id"), where = table_column(t, "where");
	static const char *const names[] = { "product", "category", "service", "source", "parser", "channel", "provider", "meaning" };
	size_t columns[sizeof(names) / sizeof(names[0])];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((columns[i] = table_column(t, names[i])) == SIZE_MAX)
			return bad_row(set, 0, "a column is missing: product, category, service, source, parser, channel, provider, meaning", err);
	if (rows > SIGMA_ROWS_MAX)
		return bad_row(set, rows, "too many rows", err);
	set->sources = pool_alloc(&set->pool, (rows + 1) * sizeof(*set->sources));
	if (set->sources == NULL)
		return sigma_no_memory(err);
	for (size_t row = 0; row < rows; row++) {
		struct sigma_source *s = &set->sources[row];
		const char **const slots[] = { &s->product, &s->category, &s->service, &s->source, &s->parser, &s->channel, &s->provider, &s->meaning };
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			const char *cell = table_cell(t, row, columns[i]);
			*slots[i] = strcmp(cell, "*") == 0 && i >= 3 ? "" : cell;
		}
		enum triage_status st = event_ids_of(set, row, table_cell(t, row, event_id), s, err);
		if (st == TRIAGE_OK)
			st = where_of(set, row, table_cell(t, row, where), s, err);
		if (st != TRIAGE_OK)
			return st;
	}
	set->source_count = rows;
	return TRIAGE_OK;
}

static enum triage_status
load_table(const char *folder, const char *name, char **ret_path, struct table **ret_table, struct triage_error *err)
{
	SCOPED_BUF path;
	buf_init(&path, 1 << 16);
	buf_format(&path, "%s/%s", folder, name);
	*ret_path = strdup(buf_cstr(&path));
	return *ret_path == NULL || path.failed ? sigma_no_memory(err) : table_load(*ret_path, ret_table, err);
}

enum triage_status
sigma_load_tables(struct sigma_set *set, const char *folder, struct triage_error *err)
{
	enum triage_status st = load_table(folder, "sigma_logsources.tsv", &set->logsource_path, &set->logsource_table, err);
	if (st == TRIAGE_OK)
		st = load_table(folder, "sigma_fields.tsv", &set->field_path, &set->field_table, err);
	return st == TRIAGE_OK ? load_sources(set, err) : st;
}

static bool
word_fits(const char *cell, const char *word)
{
	return strcmp(cell, "*") == 0 || strcmp(cell, word) == 0;
}

/* A product that the rule leaves open is any. A row of the rule's category serves whatever service is named beside. */
static bool
row_fits(const struct sigma_source *s, const struct sigma_logsource *l)
{
	if (l->product[0] != '\0' && !word_fits(s->product, l->product))
		return false;
	if (!word_fits(s->category, l->category))
		return false;
	return word_fits(s->service, l->service) || (l->category[0] != '\0' && s->category[0] != '\0' && s->service[0] == '\0');
}

bool
sigma_rows_of(struct sigma_set *set, const struct sigma_logsource *logsource, const uint16_t **ret_rows, size_t *ret_count)
{
	size_t count = 0;
	uint16_t found[SIGMA_ROWS_MAX];
	for (size_t i = 0; i < set->source_count; i++)
		if (row_fits(&set->sources[i], logsource))
			found[count++] = (uint16_t)i;
	uint16_t *rows = pool_alloc(&set->pool, (count + 1) * sizeof(*rows));
	if (rows == NULL)
		return false;
	memcpy(rows, found, count * sizeof(*rows));
	*ret_rows = rows;
	*ret_count = count;
	return true;
}
