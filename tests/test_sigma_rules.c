/* test_sigma_rules.c - our own Sigma rules: all load, each hits its samples and misses what looks alike; none is loud about ordinary events. */
#include "tests/detect_harness.h"

#include "triage/detect/sigma_inside.h"
#include "triage/detect/tables.h"

#include <dirent.h>

enum { LINE_SIZE = 4096, RULES_MAX = 2000 };

static struct detect_tables *tables;
static int64_t sample_time = NIGHT;
static bool has_hit[RULES_MAX];	/* by index: a sample that it must hit was tried */
static unsigned wrong;		/* samples that were judged otherwise than they say */

static const char *
in_tests(const char *name)
{
	static char path[4096];
	const char *root = getenv("TRIAGE_ROOT");
	snprintf(path, sizeof(path), "%s/tests/sigma/%s", root != NULL ? root : ".", name);
	return path;
}

static int
load_rules(void **state)
{
	static char folder[4200];
	struct triage_error err = { 0 };
	(void)state;
	snprintf(folder, sizeof(folder), "%s/sigma", rules_folder());
	const char *const paths[] = { folder };
	const struct detect_config config = { .tables = rules_folder(), .sigma = paths, .sigma_count = 1, .sigma_own = folder };
	if (detect_load(&config, &tables, &err) == TRIAGE_OK)
		return 0;
	fprintf(stderr, "%s\n", err.text);
	return -1;
}

static int
free_rules(void **state)
{
	(void)state;
	detect_free(tables);
	return 0;
}

static void
all_rules_load(void **state)
{
	(void)state;
	const struct sigma_set *set = detect_sigma(tables);
	for (size_t i = 0; i < sigma_refusal_count(set); i++)
		print_error("%s line %u: %s\n", sigma_refusal(set, i)->path, sigma_refusal(set, i)->line, sigma_refusal(set, i)->why);
	assert_int_equal(sigma_refusal_count(set), 0);
	assert_true(sigma_rule_count(set) >= 100);
}

/* One line of a sample: source (or "source/parser"), kind and data. The data has no braces' worth of head when it is of a Windows log: that is put before it. */
static void
show_sample(struct judged *t, char *source, char *kind, const char *data)
{
	char *parser = strchr(source, '/');
	if (parser != NULL)
		*parser++ = '\0';
	char *provider = strchr(kind, ';'), *number = provider != NULL ? strchr(provider + 1, ';') : NULL;
	if (strcmp(source, "evtx") != 0) {
		show_event(t, (struct detect_event){ .source = source, .parser = parser != NULL ? parser : source, .meaning = kind, .host = "host", .user = "jan", .time = sample_time, .data = data });
		return;
	}
	assert_true(provider != NULL && number != NULL && data[0] == '{');
	*provider = *number = '\0';
	char members[LINE_SIZE];
	size_t size = strlen(data);
	snprintf(members, sizeof(members), "%s%.*s", size > 2 ? "," : "", (int)size - 2, data + 1);
	show_windows(t, kind, provider + 1, atoi(number + 1), sample_time, "jan", members);
}

/* What was judged against what the sample says. */
static void
compare(const struct judged *t, bool must, const char *id, const char *file, unsigned number)
{
	char rule[100];
	snprintf(rule, sizeof(rule), "sigma:%s", id);
	if ((finding_of(t, rule) != NULL) != must) {
		print_error("%s line %u: %s %s\n", file, number, rule, must ? "does not hold" : "holds");
		wrong++;
	}
	for (uint32_t i = 0; i < tables->sigma->rule_count && must; i++)
		has_hit[i] = has_hit[i] || strcmp(tables->sigma->rules[i].id, id) == 0;
}

static void
try_line(char *line, const char *file, unsigned number)
{
	char *fields[5] = { line };
	struct judged t = { .tables = tables, .next_id = 1 };
	struct triage_error err = { 0 };
	for (size_t i = 1; i < 5; i++) {
		char *tab = strchr(fields[i - 1], '\t');
		if (tab == NULL)
			fail_msg("%s line %u: five columns are wanted", file, number);
		*tab = '\0';
		fields[i] = tab + 1;
	}
	assert_int_equal(detect_judge_new(tables, &t.judge, &err), TRIAGE_OK);
	show_sample(&t, fields[2], fields[3], fields[4]);
	finish(&t, 1);
	compare(&t, strcmp(fields[0], "hit") == 0, fields[1], file, number);
	detect_judge_free(t.judge);
}

static size_t
try_file(const char *name)
{
	char line[LINE_SIZE], path[4400];
	snprintf(path, sizeof(path), "%s", in_tests(name));
	FILE *file = fopen(path, "r");
	size_t tried = 0;
	assert_non_null(file);
	for (unsigned number = 1; fgets(line, sizeof(line), file) != NULL; number++) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		try_line(line, name, number);
		tried++;
	}
	fclose(file);
	return tried;
}

static void
each_rule_hits_its_samples_alone(void **state)
{
	(void)state;
	DIR *folder = opendir(in_tests(""));
	size_t tried = 0;
	assert_non_null(folder);
	for (const struct dirent *e = readdir(folder); e != NULL; e = readdir(folder)) {
		size_t size = strlen(e->d_name);
		if (size > 4 && strcmp(e->d_name + size - 4, ".tsv") == 0 && strcmp(e->d_name, "clean.tsv") != 0)
			tried += try_file(e->d_name);
	}
	closedir(folder);
	assert_int_equal(wrong, 0);
	assert_true(tried >= 300);
}

/* An event of a row of events: after the first by some seconds, so often, a second apart. */
static void
show_row(struct judged *t, const char *line, unsigned number)
{
	char source[50], kind[200], data[LINE_SIZE], filled[LINE_SIZE];
	int after, times, at = 0;
	if (sscanf(line, "event\t%d\t%d\t%49[^\t]\t%199[^\t]\t%n", &after, &times, source, kind, &at) != 4 || at == 0)
		fail_msg("correlations.txt line %u: no event", number);
	snprintf(data, sizeof(data), "%s", line + at);
	for (int i = 0; i < times; i++) {
		char once[200], *mark = strstr(data, "{n}");
		snprintf(once, sizeof(once), "%s", kind);
		snprintf(filled, sizeof(filled), "%.*s", mark != NULL ? (int)(mark - data) : (int)strlen(data), data);
		if (mark != NULL)
			snprintf(filled + strlen(filled), sizeof(filled) - strlen(filled), "%d%s", i, mark + 3);
		sample_time = NIGHT + (after + i) * INT64_C(1000000000);
		show_sample(t, source, once, filled);
	}
	sample_time = NIGHT;
}

static void
correlations_hit_their_samples_alone(void **state)
{
	(void)state;
	char line[LINE_SIZE], rule[100] = "";
	struct judged t = { .tables = tables };
	struct triage_error err = { 0 };
	bool must = false;
	unsigned from = 0, tried = 0;
	FILE *file = fopen(in_tests("correlations.txt"), "r");
	assert_non_null(file);
	wrong = 0;
	for (unsigned number = 1;; number++) {
		bool more = fgets(line, sizeof(line), file) != NULL;
		line[more ? strcspn(line, "\n") : 0] = '\0';
		if (line[0] == '#')
			continue;
		if (more && strncmp(line, "event\t", 6) == 0) {
			show_row(&t, line, number);
			continue;
		}
		if (t.judge != NULL) {
			finish(&t, 1);
			compare(&t, must, rule, "correlations.txt", from);
			detect_judge_free(t.judge);
			t.judge = NULL;
			tried++;
		}
		if (!more)
			break;
		must = strncmp(line, "hit\t", 4) == 0;
		assert_true(must || strncmp(line, "miss\t", 5) == 0);
		snprintf(rule, sizeof(rule), "%s", strchr(line, '\t') + 1);
		from = number;
		t.next_id = 1;
		assert_int_equal(detect_judge_new(tables, &t.judge, &err), TRIAGE_OK);
	}
	fclose(file);
	assert_int_equal(wrong, 0);
	assert_true(tried >= 15);
}

/* After the samples: a rule without one is no rule that is known to work. Rules that only serve a correlation have theirs with it. */
static void
every_rule_has_a_sample_that_it_hits(void **state)
{
	(void)state;
	unsigned without = 0;
	assert_true(tables->sigma->rule_count < RULES_MAX);
	for (uint32_t i = 0; i < tables->sigma->rule_count; i++) {
		const struct sigma_rule *r = &tables->sigma->rules[i];
		if (has_hit[i] || r->hidden)
			continue;
		print_error("%s (%s) has no sample\n", r->title, r->id);
		without++;
	}
	assert_int_equal(without, 0);
}

/* Ordinary events of many kinds, all on one machine: no rule of ours may be loud about them. */
static void
ordinary_events_are_quiet(void **state)
{
	(void)state;
	struct judged t = { .tables = tables, .next_id = 1 };
	struct triage_error err = { 0 };
	char line[LINE_SIZE];
	size_t shown = 0;
	FILE *file = fopen(in_tests("clean.tsv"), "r");
	assert_non_null(file);
	assert_int_equal(detect_judge_new(tables, &t.judge, &err), TRIAGE_OK);
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		char *kind = line[0] == '#' ? NULL : strchr(line, '\t'), *data = kind != NULL ? strchr(kind + 1, '\t') : NULL;
		if (data == NULL)
			continue;
		*kind = *data = '\0';
		show_sample(&t, line, kind + 1, data + 1);
		shown++;
	}
	fclose(file);
	assert_true(shown >= 60);
	finish(&t, 1);
	for (size_t i = 0; i < detect_finding_count(t.judge); i++) {
		const struct detect_finding *f = detect_finding(t.judge, i);
		if (strncmp(f->rule, "sigma:", 6) == 0 && f->severity >= TRIAGE_LOW)
			fail_msg("%s \"%s\" holds for an ordinary event: %s", triage_severity_name(f->severity), f->title, f->detail);
	}
	detect_judge_free(t.judge);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_rules_load),
		cmocka_unit_test(each_rule_hits_its_samples_alone),
		cmocka_unit_test(correlations_hit_their_samples_alone),
		cmocka_unit_test(every_rule_has_a_sample_that_it_hits),
		cmocka_unit_test(ordinary_events_are_quiet),
	};
	return cmocka_run_group_tests(tests, load_rules, free_rules);
}
