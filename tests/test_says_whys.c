/* test_says_whys.c - why what a built-in rule finds matters, and its innocent explanation, are there in each language, letter for letter as in a finding. */
#include "tests/detect_harness.h"
#include "tests/messages_load.h"

#include "triage/detect/sigma_inside.h"

enum { SHOWN_MAX = 40 };

/* 1 when the text has no row, which is told of. */
static size_t
lacks(struct messages *m, const char *path, const char *text)
{
	static unsigned shown;
	char key[64];
	const char *rest;
	struct phrase names[MESSAGE_NAMES_MAX];
	if (messages_told(m, text, key, &rest) && (rest[0] == '\0' || messages_names(m, key, text, names)))
		return 0;
	if (shown++ < SHOWN_MAX)
		print_error("%s: in no says table: %s\n", path, text);
	return 1;
}

static void
each_sigma_rule_has_its_texts_in_each_language(void **state)
{
	static char folder[4200];
	struct triage_error err = { 0 };
	struct detect_tables *tables;
	snprintf(folder, sizeof(folder), "%s/sigma", rules_folder());
	const char *const paths[] = { folder };
	const struct detect_config config = { .tables = rules_folder(), .sigma = paths, .sigma_count = 1, .sigma_own = folder };
	assert_int_equal(detect_load(&config, &tables, &err), TRIAGE_OK);
	const struct sigma_set *set = detect_sigma(tables);
	size_t missing = 0;
	assert_true(set->rule_count > 450);
	for (size_t i = 0; i < set->rule_count; i++) {
		const struct sigma_rule *r = &set->rules[i];
		if (r->why[0] == '\0' || r->innocent[0] == '\0')
			fail_msg("%s: %s has no why or no innocent explanation", r->file, r->title);
		missing += lacks(*state, r->file, r->why) + lacks(*state, r->file, r->innocent);
	}
	detect_free(tables);
	assert_number_equal(missing, 0);
}

/* The text of a line 'why = "..."'. NULL: it is another line. */
static char *
meta_in(char *line, const char *name)
{
	char *at = line + strspn(line, "\t "), *end;
	if (strncmp(at, name, strlen(name)) != 0 || strncmp(at + strlen(name), " = \"", 4) != 0)
		return NULL;
	at += strlen(name) + 4;
	if ((end = strrchr(at, '"')) == NULL)
		return NULL;
	*end = '\0';
	return at;
}

static size_t lacking;	/* of the texts that each_yara_rule_has_its_texts_in_each_language looks for */

/* 1: the line has a text of a rule. */
static size_t
look_for_text(struct messages *m, const char *path, char *line)
{
	char *text = meta_in(line, "why");
	if (text == NULL && (text = meta_in(line, "innocent")) == NULL)
		return 0;
	lacking += lacks(m, path, text);
	return 1;
}

static void
each_yara_rule_has_its_texts_in_each_language(void **state)
{
	lacking = 0;
	assert_true(count_in_lines(*state, "rules/yara/*.yar", look_for_text) > 800);
	assert_number_equal(lacking, 0);
}

/* Two rows with one English text: the second would never be shown. */
static void
no_text_of_a_rule_stands_twice(void **state)
{
	const struct messages *m = *state;
	char key[64], one[100];
	const char *rest;
	for (size_t i = 0; i < messages_count(m); i++) {
		key_at(m, i, one);
		if (strncmp(one, "says.why.", 9) != 0 || strspn(one + 9, "0123456789") != 4 || one[13] != '\0')
			continue;
		struct phrase english = messages_find(m, one, LANG_EN);
		SCOPED_BUF text;
		buf_init(&text, LINE_SIZE);
		buf_put(&text, english.text, english.size);
		if (!messages_told(*state, buf_cstr(&text), key, &rest) || strcmp(key, one) != 0)	/* {0} stands for itself */
			fail_msg("%s says what %s says already: %s", one, key, buf_cstr(&text));
	}
}

static bool
name_is(struct phrase name, const char *text)
{
	return name.size == strlen(text) && memcmp(name.text, text, name.size) == 0;
}

static void
names_in_the_midst_are_told_with_their_sentence(void **state)
{
	static const char table[] = "key\tnl\tfr\tde\ten\nsays.a\t{0}!\t{0}!\t{0}!\tOnly {0} does.\nsays.b\tx\tx\tx\tOnly {0}\n"
	    "checks.a\t{1} {0}\t{1} {0}\t{1} {0}\t{0} files of {1}\nchecks.b\tx\tx\tx\tAt least {0} files of {1}\n";
	struct messages *m = NULL;
	struct triage_error err;
	char key[64];
	const char *rest;
	struct phrase names[MESSAGE_NAMES_MAX];
	(void)state;
	assert_int_equal(messages_over(table, sizeof(table) - 1, &m, &err), TRIAGE_OK);
	assert_true(messages_told(m, "Only Play does.", key, &rest));
	assert_string_equal(key, "says.a");
	assert_string_equal(rest, "Play does.");
	assert_true(messages_names(m, key, "Only Play does.", names));
	assert_true(name_is(names[0], "Play"));
	assert_true(messages_told(m, "Only Play", key, &rest));
	assert_string_equal(key, "says.b");
	assert_true(messages_names(m, key, "Only Play", names));
	assert_true(name_is(names[0], "Play"));
	assert_true(messages_told(m, "Only  does.", key, &rest));	/* the longer row would have no name */
	assert_string_equal(key, "says.b");
	assert_false(messages_told(m, "Only ", key, &rest));
	assert_false(messages_told(m, "3 files of 2", key, &rest));
	assert_true(messages_told_check(m, "At least 3 files of /a files of/b", key, &rest));
	assert_string_equal(key, "checks.b");
	assert_true(messages_told_check(m, "3 files of /a files of/b", key, &rest));
	assert_string_equal(key, "checks.a");
	assert_true(messages_names(m, key, "3 files of /a files of/b", names));
	assert_true(name_is(names[0], "3") && name_is(names[1], "/a files of/b"));
	assert_false(messages_told_check(m, " files of 2", key, &rest));
	assert_false(messages_told_check(m, "3 files of ", key, &rest));
	messages_free(m);
}

/* The sources in which what detectors, contradictions and coverage say stands. */
static void
read_sources(struct buf *all)
{
	static const char *const patterns[] = { "triage/detect/*.c", "triage/run/share_redact.c", "triage/run/coverage.c", "triage/run/judge.c", "triage/case/contradictions.c" };
	static char source[1 << 18];
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		glob_t files;
		files_like(patterns[i], &files);
		for (size_t k = 0; k < files.gl_pathc; k++) {
			FILE *file = fopen(files.gl_pathv[k], "r");
			assert_non_null(file);
			size_t size = fread(source, 1, sizeof(source), file);
			fclose(file);
			buf_put(all, source, size);
		}
		globfree(&files);
	}
}

/* What stands between the names of each row of says_checks.tsv, in a source: a row for a sentence that was changed is of no use. */
static void
each_row_of_checks_is_said_by_a_source(void **state)
{
	const struct messages *m = *state;
	size_t rows = 0;
	SCOPED_BUF all;
	buf_init(&all, 1 << 24);
	read_sources(&all);
	for (size_t i = 0; i < messages_count(m); i++) {
		char key[100], row[LINE_SIZE];
		if (strncmp(key_at(m, i, key), "checks.", 7) != 0)
			continue;
		rows++;
		struct phrase english = messages_find(m, key, LANG_EN);
		snprintf(row, sizeof(row), "%.*s", (int)english.size, english.text);
		for (char *p = row; *p != '\0'; p++)	/* sources break their sentences at these */
			*p = strchr("{\"%;", *p) != NULL ? '\n' : *p;
		for (char *save, *piece = strtok_r(row, "\n", &save); piece != NULL; piece = strtok_r(NULL, "\n", &save)) {
			char *words = piece + (piece[0] != '\0' && piece[1] == '}' ? 2 : 0), begin[11];
			words += strspn(words, " (");
			words += strncmp(words, "3. ", 3) == 0 ? 3 : 0;
			if (strlen(words) < 10)
				continue;
			/* a word may be put in between: "at least" */
			snprintf(begin, sizeof(begin), "%s", words);
			if (strstr(buf_cstr(&all), begin) == NULL && strstr(buf_cstr(&all), words + strlen(words) - 10) == NULL)
				fail_msg("%s: no source says \"%s\"", key, words);
		}
	}
	assert_true(rows > 80);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sigma_rule_has_its_texts_in_each_language),
		cmocka_unit_test(each_yara_rule_has_its_texts_in_each_language),
		cmocka_unit_test(no_text_of_a_rule_stands_twice),
		cmocka_unit_test(names_in_the_midst_are_told_with_their_sentence),
		cmocka_unit_test(each_row_of_checks_is_said_by_a_source),
	};
	return cmocka_run_group_tests(tests, load_messages, unload_messages);
}
