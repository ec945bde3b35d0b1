#include "triage/detect/sigma_inside.h"

#include "triage/base/digest.h"
#include "triage/base/fault.h"

#include <stdlib.h>

#define SET_LIMIT ((size_t)512 << 20)
#define REFUSED_LIMIT ((size_t)64 << 20)

static enum triage_status
load_all(struct sigma_set *set, const struct sigma_config *config, struct triage_error *err)
{
	enum triage_status st = digest_setup(err);
	if (st == TRIAGE_OK)
		st = sigma_load_tables(set, config->tables, err);
	if (st == TRIAGE_OK)
		st = sigma_load_paths(set, config, err);
	if (st != TRIAGE_OK)
		return st;
	for (size_t i = 0; i < set->rule_count; i++)
		if (set->rules[i].test != NULL && !sigma_need_of(set, &set->rules[i]))
			return sigma_no_memory(err);
	return sigma_link_members(set) && sigma_gate_build(set) ? TRIAGE_OK : sigma_no_memory(err);
}

enum triage_status
sigma_load(const struct sigma_config *config, struct sigma_set **ret_set, struct triage_error *err)
{
	struct sigma_set *set = fault_hit() ? NULL : calloc(1, sizeof(*set));
	if (set == NULL)
		return sigma_no_memory(err);
	pool_init(&set->pool, SET_LIMIT);
	pool_init(&set->refused, REFUSED_LIMIT);
	enum triage_status st = load_all(set, config, err);
	if (st != TRIAGE_OK) {
		sigma_free(set);
		return st;
	}
	*ret_set = set;
	return TRIAGE_OK;
}

void
sigma_free(struct sigma_set *set)
{
	if (set == NULL)
		return;
	pool_release(&set->pool);
	pool_release(&set->refused);
	table_free(set->logsource_table);
	table_free(set->field_table);
	free(set->logsource_path);
	free(set->field_path);
	free(set->fields);
	free(set->rules);
	free(set->correlations);
	free(set->files);
	free(set->refusals);
	free(set);
}

size_t
sigma_rule_count(const struct sigma_set *set)
{
	return set->rule_count;
}

size_t
sigma_file_count(const struct sigma_set *set)
{
	return set->file_count;
}

const struct sigma_file *
sigma_file(const struct sigma_set *set, size_t index)
{
	return index < set->file_count ? &set->files[index] : NULL;
}

size_t
sigma_refusal_count(const struct sigma_set *set)
{
	return set->refusal_count;
}

const struct sigma_refusal *
sigma_refusal(const struct sigma_set *set, size_t index)
{
	return index < set->refusal_count ? &set->refusals[index] : NULL;
}

void
sigma_tables(const struct sigma_set *set, void (*each)(void *ctx, const char *path, const char *sha256, size_t rows), void *ctx)
{
	each(ctx, set->logsource_path, table_sha256(set->logsource_table), table_rows(set->logsource_table));
	each(ctx, set->field_path, table_sha256(set->field_table), table_rows(set->field_table));
}
