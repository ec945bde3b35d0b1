/* sigma_fields.c - the names of fields in rules to the names in data, by sigma_fields.tsv. */
#include "triage/detect/sigma_inside.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NAME_ROOM = 128 };

static const char *const own_names[SIGMA_OWN_COUNT] = {
	[SIGMA_OWN_MESSAGE] = "@message", [SIGMA_OWN_USER] = "@user", [SIGMA_OWN_HOST] = "@host", [SIGMA_OWN_PATH] = "@path",
	[SIGMA_OWN_SOURCE] = "@source", [SIGMA_OWN_PARSER] = "@parser", [SIGMA_OWN_MEANING] = "@meaning", [SIGMA_OWN_TIME] = "@time",
};

size_t
sigma_name_form(char *out, size_t room, const char *name)
{
	size_t n = 0;
	for (; *name != '\0' && n + 1 < room; name++) {
		char c = *name >= 'A' && *name <= 'Z' ? (char)(*name + 32) : *name;
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (uint8_t)c >= 0x80 || c == '.')
			out[n++] = c;
	}
	out[n] = '\0';
	return n;
}

uint32_t
sigma_name_hash(const char *form)
{
	uint32_t hash = 2166136261u;
	for (; *form != '\0'; form++)
		hash = (hash ^ (uint8_t)*form) * 16777619u;
	return hash;
}

/* One name of a cell: "@message", "name", "4688:name", "name#part". */
static bool
name_of(struct sigma_set *set, const char *text, size_t size, struct sigma_name *out)
{
	char cell[NAME_ROOM], form[NAME_ROOM];
	if (size >= sizeof(cell))
		size = sizeof(cell) - 1;
	memcpy(cell, text, size);
	cell[size] = '\0';
	*out = (struct sigma_name){ .event_id = -1, .name = "" };
	for (unsigned own = 1; own < SIGMA_OWN_COUNT; own++)
		if (strcmp(cell, own_names[own]) == 0) {
			out->own = (enum sigma_own)own;
			return true;
		}
	const char *name = cell, *colon = strchr(cell, ':');
	if (colon != NULL) {
		out->event_id = strtoll(cell, NULL, 10);
		name = colon + 1;
	}
	char *part = strchr(cell, '#');
	if (part != NULL) {
		*part = '\0';
		out->part = sigma_keep_lower(set, part + 1);
		if (out->part == NULL)
			return false;
	}
	sigma_name_form(form, sizeof(form), name);
	out->name = sigma_keep(set, form, strlen(form));
	out->hash = sigma_name_hash(form);
	return out->name != NULL;
}

static bool
names_of_cell(struct sigma_set *set, const char *cell, struct sigma_field *f)
{
	size_t most = 1;
	for (const char *p = cell; (p = strchr(p, ',')) != NULL; p++)
		most++;
	struct sigma_name *names = pool_alloc(&set->pool, most * sizeof(*names));
	if (names == NULL)
		return false;
	f->names = names;
	while (*cell != '\0') {
		size_t size = strcspn(cell, ",");
		if (size > 0 && !name_of(set, cell, size, &names[f->count++]))
			return false;
		cell += size + (cell[size] == ',');
	}
	return true;
}

/* Without a row a field is what it is called; where the name is taken by the record's own head, data has it with "data" before it. */
static bool
names_of_self(struct sigma_set *set, const char *form, struct sigma_field *f)
{
	char other[NAME_ROOM + 8] = "data";
	struct sigma_name *names = pool_alloc(&set->pool, 2 * sizeof(*names));
	memcpy(other + 4, form, strlen(form) + 1);
	const char *plain = sigma_keep(set, form, strlen(form)), *within = sigma_keep(set, other, strlen(other));
	if (names == NULL || plain == NULL || within == NULL)
		return false;
	names[0] = (struct sigma_name){ .name = plain, .hash = sigma_name_hash(plain), .event_id = -1 };
	names[1] = (struct sigma_name){ .name = within, .hash = sigma_name_hash(within), .event_id = -1 };
	f->names = names;
	f->count = 2;
	return true;
}

static unsigned
fits(const char *cell, const char *word, unsigned weight)
{
	if (cell[0] == '\0' || strcmp(cell, "*") == 0)
		return 1;
	return strcasecmp(cell, word) == 0 ? weight : 0;
}

/* Row + 1 of the closest fit, 0 for none. */
static size_t
closest_row(const struct sigma_set *set, const struct sigma_logsource *s, const char *form)
{
	const struct table *t = set->field_table;
	size_t product = table_column(t, "product"), category = table_column(t, "category"), service = table_column(t, "service");
	size_t field = table_column(t, "field"), best = 0;
	unsigned best_weight = 0;
	char own[NAME_ROOM];
	for (size_t i = 0; t != NULL && i < table_rows(t); i++) {
		sigma_name_form(own, sizeof(own), table_cell(t, i, field));
		if (strcmp(own, form) != 0)
			continue;
		unsigned a = fits(table_cell(t, i, product), s->product, 2), b = fits(table_cell(t, i, category), s->category, 16);
		unsigned c = fits(table_cell(t, i, service), s->service, 8), weight = a != 0 && b != 0 && c != 0 ? a + b + c : 0;
		if (weight > best_weight) {
			best_weight = weight;
			best = i + 1;
		}
	}
	return best;
}

int
sigma_field_of(struct sigma_set *set, const struct sigma_logsource *logsource, const char *name)
{
	char form[NAME_ROOM];
	sigma_name_form(form, sizeof(form), name);
	size_t row = closest_row(set, logsource, form);
	for (size_t i = 0; i < set->field_count; i++)
		if (set->fields[i].place == row && strcmp(set->fields[i].name, form) == 0)
			return (int)i;
	if (!sigma_grow(&set->fields, set->field_count, &set->field_room, sizeof(*set->fields)))
		return -2;
	struct sigma_field f = { .name = sigma_keep(set, form, strlen(form)), .place = row };
	if (f.name == NULL || set->field_count >= 1u << 20)
		return -2;
	bool ok = row == 0 ? names_of_self(set, form, &f) : names_of_cell(set, table_cell(set->field_table, row - 1, table_column(set->field_table, "names")), &f);
	if (!ok)
		return -2;
	set->fields[set->field_count] = f;
	return (int)set->field_count++;
}
