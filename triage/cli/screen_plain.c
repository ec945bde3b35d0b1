/* screen_plain.c - guided mode line by line: for serial lines, screen readers, and terminals that show ASCII alone. */
#include "triage/base/scoped.h"
#include "triage/cli/ask_key.h"
#include "triage/cli/screen.h"
#include "triage/guided/guided.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 78 };

/* Text as this terminal can show it. */
static void
fit(const struct screen *s, struct buf *out, const char *text)
{
	buf_clear(out);
	if (s->ascii)
		guided_ascii(out, text);
	else
		buf_text(out, text);
}

/* Broken between words. */
static void
write_text(const struct screen *s, const char *text)
{
	SCOPED_BUF b, lines;
	buf_init(&b, 1 << 20);
	buf_init(&lines, 1 << 20);
	fit(s, &b, text);
	guided_wrap(&lines, buf_cstr(&b), WIDTH);
	printf("%s\n", buf_cstr(&lines));
}

static void
prompt(const struct screen *s, enum guided_lang lang, enum guided_word word, const char *first, const char *second)
{
	SCOPED_BUF b, shown;
	buf_init(&b, 1 << 16);
	buf_init(&shown, 1 << 16);
	guided_say(&b, lang, word, first, second, NULL);
	fit(s, &shown, buf_cstr(&b));
	fputs(buf_cstr(&shown), stdout);
	fflush(stdout);
}

/* False: the end of the input, or a signal. */
static bool
read_answer(char *out, size_t room)
{
	if (fgets(out, (int)room, stdin) == NULL)
		return false;
	if (strchr(out, '\n') == NULL) {
		for (int c; (c = getchar()) != EOF && c != '\n';)
			continue;
	}
	out[strcspn(out, "\r\n")] = '\0';
	return true;
}

static void
write_item(const struct screen *s, const struct guided_page *page, size_t i)
{
	const struct guided_item *item = &page->items[i];
	SCOPED_BUF b;
	buf_init(&b, 1 << 16);
	buf_format(&b, "%zu. %s", i + 1, item->label);
	if (item->refused)
		buf_format(&b, " [%s]", guided_text(page->lang, SAY_PLAIN_REFUSED));
	else if (item->chosen && page->kind == GUIDED_CHECK)
		buf_format(&b, " [%s]", guided_text(page->lang, SAY_PLAIN_CHOSEN));
	write_text(s, buf_cstr(&b));
	if (item->detail[0] == '\0')
		return;
	buf_clear(&b);
	buf_text(&b, "   ");
	for (const char *p = item->detail; *p != '\0'; p++) {
		buf_char(&b, *p);
		if (*p == '\n')
			buf_text(&b, "   ");
	}
	write_text(s, buf_cstr(&b));
}

/* Numbers in a line, from 1; each given to take(). False: something else stands there, or a line that cannot be chosen; it was said. */
static bool
take_numbers(const struct screen *s, struct guided_page *page, const char *line, void (*take)(struct guided_page *, size_t))
{
	const char *p = line;
	for (;;) {
		p += strspn(p, " ,;");
		if (*p == '\0')
			return true;
		size_t digits = strspn(p, "0123456789"), number = 0;
		bool sound = digits > 0 && digits < 6 && (p[digits] == '\0' || strchr(" ,;", p[digits]) != NULL);
		for (size_t i = 0; i < digits && sound; i++)
			number = number * 10 + (size_t)(p[i] - '0');
		if (!sound || number < 1 || number > page->item_count || page->items[number - 1].refused) {
			bool refused = sound && number >= 1 && number <= page->item_count;
			write_text(s, refused ? page->items[number - 1].detail : guided_text(page->lang, SAY_PLAIN_AGAIN));
			return false;
		}
		take(page, number - 1);
		p += digits;
	}
}

static void
take_one(struct guided_page *page, size_t i)
{
	page->current = i;
}

static void
take_check(struct guided_page *page, size_t i)
{
	if (page->items[i].jumps)
		page->current = i;
	else
		page->items[i].chosen = !page->items[i].chosen;
}

static enum guided_answer
show_menu(const struct screen *s, struct guided_page *page)
{
	char line[400], usual[16];
	while (page->current < page->item_count && page->items[page->current].refused)
		page->current++;
	for (size_t i = 0; i < page->item_count; i++)
		write_item(s, page, i);
	snprintf(usual, sizeof(usual), "%zu", page->current + 1);
	for (;;) {
		prompt(s, page->lang, SAY_PLAIN_MENU, usual, NULL);
		if (!read_answer(line, sizeof(line)) || strcmp(line, "q") == 0)
			return GUIDED_QUIT;
		if (strcmp(line, "b") == 0)
			return GUIDED_BACK;
		if (take_numbers(s, page, line, take_one) && page->current < page->item_count)
			return GUIDED_NEXT;
	}
}

static enum guided_answer
show_check(const struct screen *s, struct guided_page *page)
{
	char line[400];
	for (bool listed = false;;) {
		page->current = page->item_count;
		for (size_t i = 0; i < page->item_count && !listed; i++)
			write_item(s, page, i);
		prompt(s, page->lang, SAY_PLAIN_CHECK, NULL, NULL);
		if (!read_answer(line, sizeof(line)) || strcmp(line, "q") == 0)
			return GUIDED_QUIT;
		if (strcmp(line, "b") == 0)
			return GUIDED_BACK;
		if (line[0] == '\0')
			return GUIDED_NEXT;
		listed = !take_numbers(s, page, line, take_check);
		if (page->current < page->item_count)
			return GUIDED_NEXT;
	}
}

static enum guided_answer
show_form(const struct screen *s, struct guided_page *page)
{
	for (size_t i = 0; i < page->field_count;) {
		char line[GUIDED_FIELD_MAX];
		prompt(s, page->lang, SAY_PLAIN_FIELD, page->fields[i].label, page->fields[i].value);
		if (!read_answer(line, sizeof(line)) || strcmp(line, ".q") == 0)
			return GUIDED_QUIT;
		if (strcmp(line, ".b") == 0) {
			if (i == 0)
				return GUIDED_BACK;
			i--;
			continue;
		}
		if (line[0] != '\0')
			snprintf(page->fields[i].value, sizeof(page->fields[i].value), "%s", strcmp(line, "-") == 0 ? "" : line);
		i++;
	}
	return GUIDED_NEXT;
}

static enum guided_answer
show_secret(const struct screen *s, struct guided_page *page)
{
	SCOPED_BUF b, shown;
	struct typed_key key = { 0 };
	buf_init(&b, 4096);
	buf_init(&shown, 4096);
	guided_say(&b, page->lang, SAY_PLAIN_SECRET, page->secret_label, NULL, NULL);
	fit(s, &shown, buf_cstr(&b));
	if (!ask_secret(buf_cstr(&shown), "", &key))
		return GUIDED_QUIT;
	if (key.size < page->secret_room) {
		memcpy(page->secret, key.bytes, key.size);
		page->secret[key.size] = '\0';
	}
	forget_key(&key);
	return GUIDED_NEXT;
}

static enum guided_answer
show_text(const struct screen *s, struct guided_page *page)
{
	char line[400];
	for (;;) {
		prompt(s, page->lang, SAY_PLAIN_TEXT, page->next, NULL);
		if (!read_answer(line, sizeof(line)) || strcmp(line, "q") == 0)
			return GUIDED_QUIT;
		if (strcmp(line, "b") == 0)
			return GUIDED_BACK;
		if (line[0] == '\0')
			return GUIDED_NEXT;
		write_text(s, guided_text(page->lang, SAY_PLAIN_AGAIN));
	}
}

static enum guided_answer
show(void *ctx, struct guided_page *page)
{
	const struct screen *s = ctx;
	SCOPED_BUF title;
	buf_init(&title, 4096);
	buf_format(&title, "\n== %s ==", page->title);
	write_text(s, buf_cstr(&title));
	if (page->text != NULL && page->text[0] != '\0')
		write_text(s, page->text);
	switch (page->kind) {
	case GUIDED_MENU: return show_menu(s, page);
	case GUIDED_CHECK: return show_check(s, page);
	case GUIDED_FORM: return show_form(s, page);
	case GUIDED_SECRET: return show_secret(s, page);
	case GUIDED_TEXT: break;
	}
	return show_text(s, page);
}

static void
busy(void *ctx, const char *title, const char *text)
{
	(void)title;
	const struct screen *s = ctx;
	write_text(s, text);
	fflush(stdout);
}

static void
run_begin(struct screen *s, enum guided_lang lang)
{
	s->last_phase = TRIAGE_PHASE_COUNT;
	s->last_seconds = 0;
	s->said_stopping = false;
	write_text(s, guided_text(lang, SAY_RUN_HELP));
	fflush(stdout);
}

/* A line at each change of phase, when Ctrl-C was pressed, and every ten seconds: a screen reader reads each. */
static void
run_show(struct screen *s, enum guided_lang lang, const struct triage_progress *p, bool stopping)
{
	if (p->phase == s->last_phase && p->seconds - s->last_seconds < 10 && stopping == s->said_stopping)
		return;
	s->said_stopping = stopping;
	s->last_phase = p->phase;
	s->last_seconds = p->seconds;
	SCOPED_BUF lines, line;
	buf_init(&lines, 1 << 16);
	buf_init(&line, 1 << 16);
	screen_progress(&lines, lang, p, stopping);
	/* phase, time, files, hits: one line; not the paths */
	const char *at = buf_cstr(&lines);
	for (unsigned i = 0; i < 4 && *at != '\0'; i++) {
		size_t length = strcspn(at, "\n");
		buf_format(&line, "%s%.*s", i > 0 ? ". " : "", (int)length, at);
		at += length + (at[length] == '\n');
	}
	write_text(s, buf_cstr(&line));
	fflush(stdout);
}

static void
nothing(struct screen *s)
{
	(void)s;
	fflush(stdout);
}

void
screen_plain(struct screen *ret_screen, bool utf8)
{
	*ret_screen = (struct screen){ .guided = { .ctx = ret_screen, .show = show, .busy = busy }, .ascii = !utf8, .run_begin = run_begin, .run_show = run_show, .run_end = nothing, .close = nothing };
}
