/* set.c - looking into a loaded set, and the compiler that fills it. */
#include "triage/analyse/set.h"

#include "triage/base/fault.h"

#include <stdio.h>
#include <string.h>

size_t
analyse_rule_count(const struct analyse_set *set)
{
	return set->rule_count;
}

const struct analyse_rule *
analyse_rule(const struct analyse_set *set, size_t index)
{
	return index < set->rule_count ? &set->rules[index] : NULL;
}

size_t
analyse_file_count(const struct analyse_set *set)
{
	return set->file_count;
}

const struct analyse_rule_file *
analyse_file(const struct analyse_set *set, size_t index)
{
	return index < set->file_count ? &set->files[index].public : NULL;
}

size_t
analyse_bytes(const struct analyse_set *set)
{
	size_t bytes = set->magic.size + set->rule_count * sizeof(set->rules[0]);
	if (set->gate != NULL)
		bytes += gate_bytes(set->gate) + set->rule_count * sizeof(set->gated[0]);
	for (size_t i = 0; i < set->group_count; i++) {
		const YR_ARENA *arena = set->groups[i].rules->arena;
		for (size_t k = 0; k < arena->num_buffers; k++)
			bytes += arena->buffers[k].size;
		/* the scanner that each process makes for the group */
		bytes += set->groups[i].rules->num_strings * 2 * sizeof(YR_MATCHES);
	}
	return bytes;
}

static void
on_compile_message(int level, const char *file, int line, const YR_RULE *rule, const char *message, void *ctx)
{
	struct compile_error *first = ctx;
	(void)file;
	(void)rule;
	if (level != YARA_ERROR_LEVEL_ERROR || first->text[0] != '\0')
		return;
	first->line = line > 0 ? (unsigned)line : 0;
	snprintf(first->text, sizeof(first->text), "%s", message);
}

enum triage_status
set_compiler(struct compile_error *first_error, YR_COMPILER **ret_compiler, struct triage_error *err)
{
	YR_COMPILER *compiler = NULL;
	int rc = fault_hit() ? ERROR_INSUFFICIENT_MEMORY : yr_compiler_create(&compiler);
	if (rc == ERROR_SUCCESS) {
		yr_compiler_set_callback(compiler, on_compile_message, first_error);
		yr_compiler_set_include_callback(compiler, NULL, NULL, NULL);
		for (size_t i = 0; i < RULE_NAME_COUNT && rc == ERROR_SUCCESS; i++)
			rc = yr_compiler_define_string_variable(compiler, rule_names[i], "");
		if (rc != ERROR_SUCCESS)
			yr_compiler_destroy(compiler);
	}
	if (rc != ERROR_SUCCESS) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the rule compiler");
		return TRIAGE_E_MEMORY;
	}
	*ret_compiler = compiler;
	return TRIAGE_OK;
}

bool
group_applies(const struct analyse_group *group, struct view head, uint64_t size)
{
	return size >= group->size_min && size <= group->size_max && (group->classes & 1u << file_class_of(head)) != 0
	    && rule_header_fits(group->headers, group->header_count, head);
}
