/* test_says_whys.c - why what a built-in rule finds matters, and its innocent explanation, are there in each language, letter for letter as in a finding. */
#include "tests/detect_harness.h"

#include "triage/detect/sigma_inside.h"
#include "triage/report/messages.h"

#include <glob.h>

enum { LINE_SIZE = 4096, SHOWN_MAX = 40 };

static int
load(void **state)
{
	struct messages *m;
	struct triage_error err;
	if (messages_new(&m, &err) != TRIAGE_OK)
		return -1;
	*state = m;
	return 0;
}

static int
unload(void **state)
{
	messages_free(*state);
	return 0;
}

/* 1 when the text has no row, which is told of. */
static size_t
lacks(struct messages *m, const char *path, const char *text)
{
	static unsigned shown;
	char key[64];
	const char *rest;
	if (messages_told(m, text, key, &rest) && (rest[0] == '\0' || messages_name_size(m, key, rest) > 0))
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

static void
each_yara_rule_has_its_texts_in_each_language(void **state)
{
	char pattern[4200], line[LINE_SIZE];
	glob_t files;
	size_t missing = 0, found = 0;
	snprintf(pattern, sizeof(pattern), "%s/yara/*.yar", rules_folder());
	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		FILE *file = fopen(files.gl_pathv[i], "r");
		assert_non_null(file);
		while (fgets(line, sizeof(line), file) != NULL) {
			char *text = meta_in(line, "why");
			if (text == NULL && (text = meta_in(line, "innocent")) == NULL)
				continue;
			missing += lacks(*state, files.gl_pathv[i], text);
			found++;
		}
		fclose(file);
	}
	globfree(&files);
	assert_true(found > 800);
	assert_number_equal(missing, 0);
}

/* Two rows with one English text: the second would never be shown. */
static void
no_text_of_a_rule_stands_twice(void **state)
{
	const struct messages *m = *state;
	char key[64], one[64];
	const char *rest;
	for (size_t i = 0; i < messages_count(m); i++) {
		struct phrase name = messages_key(m, i);
		snprintf(one, sizeof(one), "%.*s", (int)name.size, name.text);
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

static void
a_name_in_the_midst_is_told_with_its_sentence(void **state)
{
	static const char table[] = "key\tnl\tfr\tde\ten\nsays.a\t{0}!\t{0}!\t{0}!\tOnly {0} does.\nsays.b\tx\tx\tx\tOnly {0}\n";
	struct messages *m = NULL;
	struct triage_error err;
	char key[64];
	const char *rest;
	(void)state;
	assert_int_equal(messages_over(table, sizeof(table) - 1, &m, &err), TRIAGE_OK);
	assert_true(messages_told(m, "Only Play does.", key, &rest));
	assert_string_equal(key, "says.a");
	assert_string_equal(rest, "Play does.");
	assert_number_equal(messages_name_size(m, key, rest), 4);
	assert_true(messages_told(m, "Only Play", key, &rest));
	assert_string_equal(key, "says.b");
	assert_number_equal(messages_name_size(m, key, rest), 4);
	assert_true(messages_told(m, "Only  does.", key, &rest));	/* the longer row would have no name */
	assert_string_equal(key, "says.b");
	assert_false(messages_told(m, "Only ", key, &rest));
	messages_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sigma_rule_has_its_texts_in_each_language),
		cmocka_unit_test(each_yara_rule_has_its_texts_in_each_language),
		cmocka_unit_test(no_text_of_a_rule_stands_twice),
		cmocka_unit_test(a_name_in_the_midst_is_told_with_its_sentence),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
