#include "triage/detect/scores.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct score_row {
	const char *key;
	size_t at;			/* bytes into struct scores */
	double fallback;
};

static const struct score_row score_rows[] = {
#define SCORE(field, name, value) { .key = name, .at = offsetof(struct scores, field), .fallback = value },
#include "triage/detect/scores.def"
#undef SCORE
};

static enum triage_status
bad_row(const char *path, const char *key, const char *value, const char *wanted, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "table %s: %s is %s, not %s", path, key, value, wanted);
	return TRIAGE_E_FORMAT;
}

static enum triage_status
take_names(struct scores *scores, const char *path, const char *key, const char *list, struct triage_error *err)
{
	scores->skip_count = 0;
	for (const char *at = list; *at != '\0';) {
		size_t size = strcspn(at, ",");
		if (scores->skip_count == sizeof(scores->skip_names) / sizeof(scores->skip_names[0]) || size >= sizeof(scores->skip_names[0]))
			return bad_row(path, key, list, "at most 8 patterns of at most 31 characters", err);
		char *name = scores->skip_names[scores->skip_count++];
		memcpy(name, at, size);
		name[size] = '\0';
		at += size + (at[size] == ',');
	}
	return TRIAGE_OK;
}

static enum triage_status
take_row(struct scores *scores, const char *path, const char *key, const char *value, struct triage_error *err)
{
	if (strcmp(key, "mismatch.skip_names") == 0)
		return take_names(scores, path, key, value, err);
	if (strcmp(key, "verdict.encrypted_is_compromised") == 0) {
		scores->encrypted_is_compromised = strcmp(value, "yes") == 0;
		return scores->encrypted_is_compromised || strcmp(value, "no") == 0 ? TRIAGE_OK : bad_row(path, key, value, "yes or no", err);
	}
	for (size_t i = 0; i < sizeof(score_rows) / sizeof(score_rows[0]); i++) {
		char *end;
		if (strcmp(key, score_rows[i].key) != 0)
			continue;
		double number = strtod(value, &end);
		if (end == value || *end != '\0' || !isfinite(number) || number < 0)
			return bad_row(path, key, value, "a number of at least 0", err);
		memcpy((char *)scores + score_rows[i].at, &number, sizeof(number));
		return TRIAGE_OK;
	}
	return TRIAGE_OK;
}

enum triage_status
scores_load(struct scores *scores, const struct table *table, const char *path, struct triage_error *err)
{
	size_t key = table_column(table, "key"), value = table_column(table, "value");
	*scores = (struct scores){ .encrypted_is_compromised = true };
	for (size_t i = 0; i < sizeof(score_rows) / sizeof(score_rows[0]); i++)
		memcpy((char *)scores + score_rows[i].at, &score_rows[i].fallback, sizeof(double));
	if (key == SIZE_MAX || value == SIZE_MAX) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "table %s needs the columns key and value", path);
		return TRIAGE_E_FORMAT;
	}
	for (size_t i = 0; i < table_rows(table); i++) {
		enum triage_status st = take_row(scores, path, table_cell(table, i, key), table_cell(table, i, value), err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}
