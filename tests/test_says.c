/* test_says.c - what detectors, tools, rules and the answers of page 1 say is there in each language, letter for letter as they say it. */
#include "tests/messages_load.h"

/* 1: a table has all of text. */
static size_t
need_text(struct messages *m, const char *where, const char *text)
{
	char key[64];
	const char *rest;
	if (!messages_told(m, text, key, &rest) || rest[0] != '\0')
		fail_msg("%s: not in says.tsv: %s", where, text);
	return 1;
}

/* Each text of a row of rules/detections.tsv, in a table of the same place. Returns how many. */
static size_t
need_texts(struct messages *m, const char *path, char *line)
{
	static const size_t columns[] = { 6, 7, 8 };
	char *cells[10];
	size_t count = 0, found = 0;
	(void)path;
	if (line[0] == '#' || line[0] == '\0' || strncmp(line, "detection\t", 10) == 0)
		return 0;
	for (char *cell = strsep(&line, "\t"); cell != NULL && count < 10; cell = strsep(&line, "\t"))
		cells[count++] = cell;
	assert_number_equal(count, 10);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (cells[columns[i]][0] != '\0')
			found += need_text(m, cells[0], cells[columns[i]]);
	return found;
}

/* What a tool is told for: the last column of rules/remote_tools.tsv. */
static size_t
need_why_of_tool(struct messages *m, const char *path, char *line)
{
	const char *why = strrchr(line, '\t');
	if (line[0] == '#' || why == NULL || strcmp(why, "\twhy") == 0)
		return 0;
	return need_text(m, path, why + 1);
}

static void
what_is_said_of_tools_is_there_in_each_language(void **state)
{
	assert_true(count_in_lines(*state, "rules/remote_tools.tsv", need_why_of_tool) > 50);
}

static void
what_detectors_say_is_there_in_each_language(void **state)
{
	char key[64];
	const char *rest;
	assert_true(count_in_lines(*state, "rules/detections.tsv", need_texts) > 130);
	assert_true(messages_told(*state, "Encrypted files: Play (.play)", key, &rest));
	assert_string_equal(key, "says.own.encrypted");
	assert_string_equal(rest, ": Play (.play)");
	assert_true(messages_told(*state, "Ransom note: unknown family", key, &rest));
	assert_string_equal(rest, "");
	assert_false(messages_told(*state, "Ransom notebook", key, &rest));
}

/* The string literals at text, joined. */
static void
join_literals(const char *text, struct buf *out)
{
	while (*text == '"') {
		for (text++; *text != '"' && *text != '\0'; text++) {
			text += *text == '\\';
			buf_char(out, *text);
		}
		text += *text == '"';
		text += strspn(text, " \t\n");
	}
}

/* Titles, reasons and explanations that stand in the sources of detectors themselves. */
static void
what_detectors_say_in_their_sources_is_there_in_each_language(void **state)
{
	static const char *const members[] = { "title = \"", "why = \"", "innocent = \"" };
	static char source[1 << 18];
	glob_t files;
	size_t found = 0;
	files_like("triage/detect/*.c", &files);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		FILE *file = fopen(files.gl_pathv[i], "r");
		assert_non_null(file);
		source[fread(source, 1, sizeof(source) - 1, file)] = '\0';
		fclose(file);
		for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++)
			for (const char *at = strstr(source, members[k]); at != NULL; at = strstr(at + 1, members[k])) {
				SCOPED_BUF text;
				buf_init(&text, LINE_SIZE);
				join_literals(at + strlen(members[k]) - 1, &text);
				found += text.size > 0 ? need_text(*state, files.gl_pathv[i], buf_cstr(&text)) : 0;
			}
	}
	globfree(&files);
	assert_true(found > 40);
}

/* A title, told whole or up to a name. */
static size_t
need_title(struct messages *m, const char *path, const char *title)
{
	char key[64];
	const char *rest;
	if (!messages_told(m, title, key, &rest))
		fail_msg("%s: not in says.tsv or says_rules.tsv: %s", path, title);
	return 1;
}

/* What follows these words in a line that begins with them. NULL: it does not. */
static char *
behind(char *line, const char *words)
{
	line += strspn(line, "\t");
	return strncmp(line, words, strlen(words)) == 0 ? line + strlen(words) : NULL;
}

/* title = "..." */
static size_t
need_yara_title(struct messages *m, const char *path, char *line)
{
	char *title = behind(line, "title = \"");
	if (title == NULL)
		return 0;
	title[strlen(title) - 1] = '\0';
	return need_title(m, path, title);
}

/* title: ..., perhaps in quotes, where two stand for one */
static size_t
need_sigma_title(struct messages *m, const char *path, char *line)
{
	char *title = behind(line, "title: ");
	if (title == NULL)
		return 0;
	if (title[0] == '\'') {
		title[strlen(title) - 1] = '\0';
		title++;
	}
	for (char *twice; (twice = strstr(title, "''")) != NULL;)
		memmove(twice, twice + 1, strlen(twice));
	return need_title(m, path, title);
}

static void
every_built_in_rule_has_its_title_in_each_language(void **state)
{
	char key[64];
	const char *rest;
	assert_true(count_in_lines(*state, "rules/yara/*.yar", need_yara_title) > 400);
	assert_true(count_in_lines(*state, "rules/sigma/*.yml", need_sigma_title) > 150);
	assert_true(messages_told(*state, "Ransom note in the name of Play", key, &rest));
	assert_string_equal(rest, "Play");
	assert_false(messages_told(*state, "Ransom note in the name of ", key, &rest));
	assert_false(messages_told(*state, "Somebody else's rule", key, &rest));
}

/* A row of docs/answers.md: "| `name` | word, other-word (remark) | ...". Returns how many words. */
static size_t
need_words(struct messages *m, const char *path, char *line)
{
	char key[2 * LINE_SIZE];
	size_t words = 0;
	if (strncmp(line, "| `", 3) != 0)
		return 0;
	char *name = line + 3, *end = strchr(name, '`'), *list = strchr(end, '|') + 1;
	*end = '\0';
	*strchr(list, '|') = '\0';
	for (char *c = name; *c != '\0'; c++)
		*c = *c == '_' ? '-' : *c;
	/* said by the list of machines and the lists of what to do */
	if (strcmp(name, "machines") == 0 || strcmp(name, "next") == 0)
		return 0;
	snprintf(key, sizeof(key), "ask.%s", name);
	if (!messages_has(m, key))
		fail_msg("%s: no message %s", path, key);
	for (char *word = strtok(list, ", "); word != NULL; word = strtok(NULL, ", "), words++) {
		snprintf(key, sizeof(key), "answer.%s.%s", name, word);
		if (!messages_has(m, key))
			fail_msg("%s: no message %s", path, key);
	}
	return words;
}

static void
every_answer_of_page_1_has_its_words(void **state)
{
	assert_true(count_in_lines(*state, "docs/answers.md", need_words) > 45);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_detectors_say_is_there_in_each_language),
		cmocka_unit_test(what_detectors_say_in_their_sources_is_there_in_each_language),
		cmocka_unit_test(what_is_said_of_tools_is_there_in_each_language),
		cmocka_unit_test(every_built_in_rule_has_its_title_in_each_language),
		cmocka_unit_test(every_answer_of_page_1_has_its_words),
	};
	return cmocka_run_group_tests(tests, load_messages, unload_messages);
}
