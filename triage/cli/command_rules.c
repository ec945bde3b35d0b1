/*
 * command_rules.c - `triage rules check PATH...`: what loads, what does not, and why: YARA files, Sigma files, folders of both. `triage rules update PACK`: rules
 * from a signed file. `triage rules version`: which are in use.
 */
#include "triage/analyse/analyse.h"
#include "triage/base/digest.h"
#include "triage/cli/commands.h"
#include "triage/detect/sigma.h"
#include "triage/run/rule_pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

struct checked {
	size_t files, rules, bad_files, bad_rules;
};

static bool
is_folder(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool
is_sigma(const char *path)
{
	const char *dot = strrchr(path, '.');
	return dot != NULL && (strcasecmp(dot, ".yml") == 0 || strcasecmp(dot, ".yaml") == 0);
}

static enum triage_status
check_yara(const char *const *paths, size_t count, struct checked *c, struct triage_error *err)
{
	struct analyse_set *set;
	const struct analyse_config config = { .rule_paths = paths, .rule_path_count = count };
	enum triage_status st = count > 0 ? analyse_load(&config, &set, err) : TRIAGE_OK;
	if (st != TRIAGE_OK || count == 0)
		return st;
	for (size_t i = 0; i < analyse_file_count(set); i++) {
		const struct analyse_rule_file *f = analyse_file(set, i);
		if (f->error[0] == '\0') {
			printf("ok     %5zu rules  %s\n", f->rules, f->path);
			continue;
		}
		printf("error  line %-6u %s: %s\n", f->error_line, f->path, f->error);
		c->bad_files++;
	}
	c->files += analyse_file_count(set);
	c->rules += analyse_rule_count(set);
	analyse_free(set);
	return TRIAGE_OK;
}

static enum triage_status
check_sigma(const char *const *paths, size_t count, struct checked *c, struct triage_error *err)
{
	struct sigma_set *set;
	const char *tables = count > 0 ? rules_folder() : NULL;
	const struct sigma_config config = { .tables = tables, .paths = paths, .path_count = count };
	if (count == 0)
		return TRIAGE_OK;
	enum triage_status st = tables != NULL ? sigma_load(&config, &set, err) : TRIAGE_E_IO;
	if (st != TRIAGE_OK)
		return st;
	for (size_t i = 0; i < sigma_file_count(set); i++) {
		const struct sigma_file *f = sigma_file(set, i);
		if (f->error[0] != '\0')
			printf("error  %s: %s\n", f->path, f->error);
		else
			printf("%-6s %5zu rules  %s\n", f->refused == 0 ? "ok" : "part", f->rules, f->path);
		c->bad_files += f->error[0] != '\0';
		c->bad_rules += f->refused;
	}
	for (size_t i = 0; i < sigma_refusal_count(set); i++) {
		const struct sigma_refusal *r = sigma_refusal(set, i);
		printf("error  line %-6u %s: \"%s\": %s\n", r->line, r->path, r->title, r->why);
	}
	c->files += sigma_file_count(set);
	c->rules += sigma_rule_count(set);
	sigma_free(set);
	return TRIAGE_OK;
}

static int
check(struct options *o)
{
	struct triage_error err = { 0 };
	struct checked c = { 0 };
	size_t yara_count = 0, sigma_count = 0, count = o->operands.count;
	const char **yara = calloc(count, sizeof(*yara)), **sigma = calloc(count, sizeof(*sigma));
	for (size_t i = 1; yara != NULL && sigma != NULL && i < count; i++) {
		const char *path = o->operands.items[i];
		if (is_folder(path) || !is_sigma(path))
			yara[yara_count++] = path;
		if (is_folder(path) || is_sigma(path))
			sigma[sigma_count++] = path;
	}
	enum triage_status st = yara != NULL && sigma != NULL ? digest_setup(&err) : TRIAGE_E_MEMORY;
	if (st == TRIAGE_OK)
		st = check_yara(yara, yara_count, &c, &err);
	if (st == TRIAGE_OK)
		st = check_sigma(sigma, sigma_count, &c, &err);
	free(yara);
	free(sigma);
	if (st != TRIAGE_OK) {
		complain(err.text[0] != '\0' ? err.text : "out of memory");
		return EXIT_NOT_RUN;
	}
	printf("%zu files, %zu rules load; %zu files do not", c.files, c.rules, c.bad_files);
	if (c.bad_rules > 0)
		printf(", %zu rules of others do not", c.bad_rules);
	printf("\n");
	return c.bad_files + c.bad_rules == 0 ? EXIT_SEALED : EXIT_NOT_RUN;
}

static int
update(struct options *o)
{
	struct rules_places places;
	struct rule_pack_result r;
	struct triage_error err = { 0 };
	if (!rules_places(&places))
		return EXIT_NOT_RUN;
	/* elsewhere the versions there count: what is in use here stays in use */
	const struct rule_pack_plan plan = { .pack = o->operands.items[1], .signature = o->sign, .trust = o->trust,
	    .in_use = o->output != NULL ? o->output : places.updated ? places.updates : places.built_in, .built_in = places.built_in,
	    .into = o->output != NULL ? o->output : places.updates, .older = o->older };
	enum triage_status st = rule_pack_update(&plan, &r, &err);
	if (st != TRIAGE_OK) {
		complain(err.text);
		return st == TRIAGE_E_USAGE ? EXIT_USAGE : EXIT_NOT_RUN;
	}
	if (r.unchanged)
		printf("rules %s are %s already; the pack is signed by %s\n", r.version, o->output != NULL ? "there" : "in use", r.who);
	else
		printf("rules %s%s%s: %zu files, %zu rules, signed by %s, in %s\n", r.version, r.before[0] != '\0' ? " take the place of " : "", r.before, r.files, r.rules, r.who, plan.into);
	return EXIT_SEALED;
}

static int
version(void)
{
	struct rules_places places;
	char used[RULE_VERSION_SIZE];
	if (!rules_places(&places))
		return EXIT_NOT_RUN;
	rule_pack_version(places.updated ? places.updates : places.built_in, used);
	printf("%s %s\n", used[0] != '\0' ? used : "none", places.updated ? places.updates : places.built_in);
	return EXIT_SEALED;
}

static int
run(const struct command *self, struct options *o)
{
	const char *action = o->operands.items[0];
	size_t count = o->operands.count;
	(void)self;
	if (strcmp(action, "check") == 0 && count > 1)
		return check(o);
	if (strcmp(action, "update") == 0 && count == 2)
		return update(o);
	if (strcmp(action, "version") == 0 && count == 1)
		return version();
	complain("rules: check PATH..., update PACK --trust CERT.pem, or version");
	return EXIT_USAGE;
}

const struct command command_rules = {
	.name = "rules", .operands = "check PATH... | update PACK | version", .what = "check: what of a pack loads, what does not and why; update: newer rules from a signed file; version: which are in use", .rows = options_rules,
	.row_count = &options_rules_count, .operands_min = 1, .operands_max = 1000, .run = run,
};
