#include "triage/detect/command_look.h"
#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include <stdlib.h>
#include <string.h>

enum triage_status
places_load(struct places *p, const struct detections *d, const struct table *table, const char *path, struct triage_error *err)
{
	static const char *const names[] = { "detection", "parser", "key", "value", "field", "test", "normal" };
	static const char *const tests[] = { "any", "other", "each", "command", "library", "open" };
	enum { COLUMNS = sizeof(names) / sizeof(names[0]), TESTS = sizeof(tests) / sizeof(tests[0]) };
	size_t c[COLUMNS], count = table_rows(table);
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < COLUMNS && st == TRIAGE_OK; i++)
		st = detections_column(table, path, names[i], &c[i], err);
	if (st != TRIAGE_OK)
		return st;
	p->list = calloc(count + 1, sizeof(*p->list));
	if (p->list == NULL)
		return detections_bad(path, 0, "out of memory", "", err);
	for (size_t row = 0; row < count && st == TRIAGE_OK; row++) {
		struct autostart_place *a = &p->list[p->count++];
		unsigned test = 0;
		*a = (struct autostart_place){ .parser = table_cell(table, row, c[1]), .key = table_cell(table, row, c[2]), .value = table_cell(table, row, c[3]),
			.field = table_cell(table, row, c[4]), .normal = table_cell(table, row, c[6]) };
		while (test < TESTS && strcmp(tests[test], table_cell(table, row, c[5])) != 0)
			test++;
		if (test == TESTS || a->parser[0] == '\0' || a->field[0] == '\0')
			return detections_bad(path, row, "no such test, or no parser or field", table_cell(table, row, c[5]), err);
		a->test = (enum place_test)test;
		st = detections_named(d, path, row, table_cell(table, row, c[0]), &a->detection, err);
	}
	return st;
}

void
places_release(struct places *p)
{
	free(p->list);
	*p = (struct places){ 0 };
}

/* A word of a list (blanks, commas or line ends between) that is none of the normal ones: where it begins, "" for none. */
static void
odd_word(const char *list, const char *normal, char *out, size_t size)
{
	out[0] = '\0';
	for (const char *p = list; *p != '\0';) {
		p += strspn(p, " ,;\n\r\t");
		size_t n = strcspn(p, " ,;\n\r\t");
		size_t kept = n < size ? n : size - 1;	/* a word cut off is none of the normal ones */
		memcpy(out, p, kept);
		out[kept] = '\0';
		if (n > 0 && !words_glob_any(normal, '|', out))
			return;
		out[0] = '\0';
		p += n;
	}
}

static const char *
why_odd(const struct autostart_place *a, const char *text, char *word, size_t word_size)
{
	if (a->test != PLACE_EACH && a->normal[0] != '\0' && words_glob_any(a->normal, '|', text))
		return "";
	switch (a->test) {
	case PLACE_ANY:
	case PLACE_OTHER:
		return "not what stands there usually";
	case PLACE_EACH:
		odd_word(text, a->normal, word, word_size);
		return word[0] != '\0' ? "holds more than it does usually" : "";
	case PLACE_COMMAND: {
		struct command_look look = command_look(text);
		return look.points >= 3 || (look.points == 2 && a->detection->severity <= TRIAGE_MEDIUM) ? look.why : "";
	}
	case PLACE_LIBRARY:
		return command_library_is_usual(text) ? "" : "a library that stands elsewhere than usual";
	case PLACE_OPEN:
		command_program(text, word, word_size);
		return command_place_is_open(word) ? "runs from a place where everybody may write" : "";
	}
	return "";
}

static void
try_text(struct detect_judge *j, struct happening *h, const struct autostart_place *a, const char *text)
{
	char word[1024] = "";
	const char *why = text[0] != '\0' ? why_odd(a, text, word, sizeof(word)) : "";
	if (why[0] == '\0')
		return;
	struct fold *f = judge_claim_event(j, a->detection, h, "", a->detection->severity);
	if (f != NULL)
		fold_reason(&j->folds, f, "%.400s (%s)", h->event->message, why);
}

static enum triage_status
places_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	const struct places *p = &j->tables->places;
	(void)state, (void)err;
	if (strcmp(h->event->parser, "registry") == 0)	/* a key's time alone */
		return TRIAGE_OK;
	for (size_t i = 0; i < p->count; i++) {
		const struct autostart_place *a = &p->list[i];
		if (!words_glob_any(a->parser, '|', h->event->parser) || (a->key[0] != '\0' && !words_glob_any(a->key, '|', happening_text(h, "key")))
		    || (a->value[0] != '\0' && !words_glob_any(a->value, '|', happening_text(h, "value"))))
			continue;
		const char *text;
		if (strcmp(a->field, "command+arguments") == 0) {
			buf_clear(&j->scratch);
			buf_format(&j->scratch, "%s %s", happening_text(h, "command"), happening_text(h, "arguments"));
			if (!j->scratch.failed && j->scratch.size > 1)
				try_text(j, h, a, buf_cstr(&j->scratch));
			continue;
		}
		for (size_t at = 0; (text = happening_next(h, a->field, &at)) != NULL;)
			try_text(j, h, a, text);
	}
	return TRIAGE_OK;
}

static const char *const sources[] = { "registry", "task", "cron", "other", "bits", NULL };
const struct detector places_detector = { .name = "places", .sources = sources, .event = places_event };
