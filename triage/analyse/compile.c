/* compile.c - the texts of a set compiled for the first time: which files are sound, and what their rules are called. */
#include "triage/analyse/set.h"

#include "triage/base/fault.h"

#include <string.h>

enum { FILES_TOGETHER = 48 };	/* compiled in one go */
static const char untold[] = "its rules could not be told apart; please report this file";

/* Whether the first of `count` rules are, name by name, those of the file's text. */
static bool
same_rules(const struct set_file *file, const YR_RULE *rules, size_t count)
{
	if (count < file->cut.count)
		return false;
	for (size_t i = 0; i < file->cut.count; i++) {
		const char *name = rules[i].identifier;
		const struct rule_part *part = &file->cut.parts[i];
		if (strlen(name) != part->name_size || memcmp(name, file->text + part->name, part->name_size) != 0)
			return false;
	}
	return true;
}

static enum triage_status
add_rules(struct analyse_set *set, struct set_file *file, const YR_RULE *rules, size_t count, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	file->first_rule = set->rule_count;
	if (!same_rules(file, rules, count)) {
		set_refuse_file(set, file, 0, untold);
		return st;
	}
	for (size_t i = 0; i < file->cut.count && st == TRIAGE_OK; i++)
		st = set_add_rule(set, file, &rules[i], err);
	file->public.rules = file->cut.count;
	return st;
}

static enum triage_status
take_rules(YR_COMPILER *compiler, YR_RULES **ret_rules, struct triage_error *err)
{
	if (!fault_hit() && yr_compiler_get_rules(compiler, ret_rules) == ERROR_SUCCESS)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for compiled rules");
	return TRIAGE_E_MEMORY;
}

/* Compile the file alone, so that what is wrong with it touches no other. */
static enum triage_status
compile_alone(struct analyse_set *set, struct set_file *file, struct triage_error *err)
{
	struct compile_error wrong = { 0 };
	YR_COMPILER *compiler;
	YR_RULES *rules;
	enum triage_status st = set_compiler(&wrong, &compiler, err);
	if (st != TRIAGE_OK)
		return st;
	if (yr_compiler_add_string(compiler, file->text, file->public.name_space) != 0) {
		set_refuse_file(set, file, wrong.line, wrong.text[0] != '\0' ? wrong.text : "it does not compile");
	} else if ((st = take_rules(compiler, &rules, err)) == TRIAGE_OK) {
		if (rules->num_rules != file->cut.count)
			set_refuse_file(set, file, 0, untold);
		else
			st = add_rules(set, file, rules->rules_table, rules->num_rules, err);
		yr_rules_destroy(rules);
	}
	yr_compiler_destroy(compiler);
	return st;
}

/* Compile files together, which is much cheaper. ret_good: all of them are sound; otherwise nothing has been kept. */
static enum triage_status
compile_together(struct analyse_set *set, struct set_file **files, size_t count, bool *ret_good, struct triage_error *err)
{
	struct compile_error wrong = { 0 };
	YR_COMPILER *compiler = NULL;
	YR_RULES *rules = NULL;
	size_t total = 0, done = 0;
	enum triage_status st = set_compiler(&wrong, &compiler, err);
	*ret_good = st == TRIAGE_OK;
	for (size_t i = 0; i < count && *ret_good; i++) {
		*ret_good = yr_compiler_add_string(compiler, files[i]->text, files[i]->public.name_space) == 0;
		total += files[i]->cut.count;
	}
	if (*ret_good)
		st = take_rules(compiler, &rules, err);
	if (rules != NULL) {
		*ret_good = rules->num_rules == total;
		for (size_t i = 0; i < count && *ret_good && st == TRIAGE_OK; i++) {
			st = add_rules(set, files[i], rules->rules_table + done, total - done, err);
			done += files[i]->cut.count;
		}
		yr_rules_destroy(rules);
	}
	if (compiler != NULL)
		yr_compiler_destroy(compiler);
	return st;
}

enum triage_status
set_compile_files(struct analyse_set *set, struct triage_error *err)
{
	struct set_file *together[FILES_TOGETHER];
	enum triage_status st = TRIAGE_OK;
	for (size_t next = 0; next < set->file_count && st == TRIAGE_OK;) {
		size_t count = 0;
		bool good = true;
		for (; next < set->file_count && count < FILES_TOGETHER; next++)
			if (set->files[next].text != NULL)
				together[count++] = &set->files[next];
		if (count > 1)
			st = compile_together(set, together, count, &good, err);
		for (size_t i = 0; i < count && st == TRIAGE_OK && (count == 1 || !good); i++)
			st = compile_alone(set, together[i], err);
	}
	return st;
}
