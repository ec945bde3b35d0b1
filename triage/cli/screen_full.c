/* screen_full.c - guided mode as a full-screen dialogue, by newt; from 40 columns and 15 rows. */
#include "triage/base/scoped.h"
#include "triage/cli/screen.h"
#include "triage/guided/guided.h"

#include <newt.h>

#include <stdio.h>
#include <string.h>
#include <termios.h>

enum { COLUMNS_MIN = 40, ROWS_MIN = 15, WIDTH_MAX = 76, HEIGHT_MAX = 20, KEY_CTRL_C = 3, LABEL_ROOM = 512, LINES_MAX = 4 };

/* What stands in a window. */
struct window {
	int width, height;		/* inside its border */
	newtComponent form, list, detail, next, back, scrolled;
	int detail_width, detail_height;
	struct guided_page *page;
	newtComponent entries[8];
};

static void
open_window(struct screen *s, struct window *w, const char *title)
{
	int columns, rows;
	char cut[LABEL_ROOM];
	if (s->window)
		newtPopWindow();
	newtGetScreenSize(&columns, &rows);
	w->width = columns - 4 < WIDTH_MAX ? columns - 4 : WIDTH_MAX;
	w->height = rows - 5 < HEIGHT_MAX ? rows - 5 : HEIGHT_MAX;
	snprintf(cut, sizeof(cut), "%.*s", (int)guided_cut(title, (size_t)w->width - 4), title);
	newtCenteredWindow((unsigned)w->width, (unsigned)w->height, cut);
	s->window = true;
	w->form = newtForm(NULL, NULL, NEWT_FLAG_NOF12);
}

/* Lines that a text takes at a width. */
static int
lines_of(const char *text, int width)
{
	SCOPED_BUF b;
	buf_init(&b, 1 << 20);
	return (int)guided_wrap(&b, text, (size_t)width);
}

/* newt does not clear what a shorter text leaves over: blank lines do. */
static void
set_text(newtComponent box, const char *text, int width, int height)
{
	SCOPED_BUF b;
	buf_init(&b, 1 << 20);
	for (size_t lines = guided_wrap(&b, text, (size_t)width); lines < (size_t)height; lines++)
		buf_format(&b, "\n%*s", width, "");
	newtTextboxSetText(box, buf_cstr(&b));
}

/* A text of at most `most` lines at this row; scrolls when it is longer. The lines that it took. */
static int
add_text(struct window *w, const char *text, int row, int most)
{
	int width = w->width - 2, lines = lines_of(text, width);
	bool longer = lines > most;
	width -= longer ? 2 : 0;	/* newt wants two columns for the bar */
	newtComponent box = newtTextbox(1, row, width, longer ? most : lines, longer ? NEWT_FLAG_SCROLL : 0);
	set_text(box, text, width, 0);
	newtFormAddComponent(w->form, box);
	if (!longer)
		return lines;
	/* newt draws its bar under the text */
	newtFormAddComponent(w->form, newtLabel(w->width - 4, w->height - 1, "\u2191\u2193"));
	w->scrolled = box;
	return most;
}

static void
add_buttons(struct window *w)
{
	const struct guided_page *p = w->page;
	w->next = newtCompactButton(1, w->height - 1, p->next);
	newtFormAddComponent(w->form, w->next);
	if (p->back == NULL)
		return;
	w->back = newtCompactButton(1 + (int)guided_columns(p->next) + 4, w->height - 1, p->back);
	newtFormAddComponent(w->form, w->back);
}

/* --- lists --- */

static void
label_of(const struct window *w, size_t i, char *out)
{
	const struct guided_item *item = &w->page->items[i];
	const char *mark = w->page->kind == GUIDED_MENU ? (item->refused ? "- " : "  ") : item->jumps ? "    " : item->refused ? " -  " : item->chosen ? "[*] " : "[ ] ";
	char whole[LABEL_ROOM];
	snprintf(whole, sizeof(whole), "%s%s", mark, item->label);
	snprintf(out, LABEL_ROOM, "%.*s", (int)guided_cut(whole, (size_t)w->width - 4), whole);
}

static void
on_move(newtComponent list, void *ctx)
{
	struct window *w = ctx;
	size_t i = (size_t)(uintptr_t)newtListboxGetCurrent(list) - 1;
	if (w->detail != NULL && i < w->page->item_count)
		set_text(w->detail, w->page->items[i].detail, w->detail_width, w->detail_height);
}

static void
add_list(struct window *w, int row)
{
	struct guided_page *p = w->page;
	/* the list gets what it needs up to a half of what is left, or more when no detail of a line needs the rest */
	int left = w->height - row - 2, count = (int)(p->item_count < 1000 ? p->item_count : 1000), longest = 0;
	for (size_t i = 0; i < p->item_count; i++) {
		int lines = p->items[i].detail[0] != '\0' ? lines_of(p->items[i].detail, w->width - 4) : 0;
		longest = lines > longest ? lines : longest;
	}
	int half = (left + 1) / 2, most = left - longest > half ? left - longest : half;
	int high = count < most ? count : most;
	w->list = newtListbox(1, row, high, NEWT_FLAG_RETURNEXIT | (count > high ? NEWT_FLAG_SCROLL : 0));
	newtListboxSetWidth(w->list, w->width - 2);
	for (size_t i = 0; i < p->item_count; i++) {
		char label[LABEL_ROOM];
		label_of(w, i, label);
		/* newt: NULL cannot be told from no entry */
		newtListboxAppendEntry(w->list, label, (void *)(uintptr_t)(i + 1));
	}
	if (p->current < p->item_count)
		newtListboxSetCurrent(w->list, (int)p->current);
	newtComponentAddCallback(w->list, on_move, w);
	newtFormAddComponent(w->form, w->list);
	if (longest == 0 || left - high < 1)
		return;
	w->detail_width = w->width - 4;
	w->detail_height = left - high;
	w->detail = newtTextbox(1, row + high + 1, w->detail_width, w->detail_height, longest > left - high ? NEWT_FLAG_SCROLL : 0);
	newtFormAddComponent(w->form, w->detail);
	on_move(w->list, w);
}

static void
toggle(struct window *w)
{
	char label[LABEL_ROOM];
	size_t i = (size_t)(uintptr_t)newtListboxGetCurrent(w->list) - 1;
	if (i >= w->page->item_count || w->page->items[i].refused || w->page->items[i].jumps) {
		newtBell();
		return;
	}
	w->page->items[i].chosen = !w->page->items[i].chosen;
	label_of(w, i, label);
	newtListboxSetEntry(w->list, (int)i, label);
}

/* --- what is typed --- */

static void
add_fields(struct window *w, int row)
{
	struct guided_page *p = w->page;
	size_t wide = 0;
	for (size_t i = 0; i < p->field_count; i++)
		wide = guided_columns(p->fields[i].label) > wide ? guided_columns(p->fields[i].label) : wide;
	for (size_t i = 0; i < p->field_count && i < 8; i++) {
		newtFormAddComponent(w->form, newtLabel(1, row + (int)i, p->fields[i].label));
		w->entries[i] = newtEntry(2 + (int)wide, row + (int)i, p->fields[i].value, w->width - (int)wide - 3, NULL,
		    NEWT_FLAG_SCROLL | (i + 1 == p->field_count ? NEWT_FLAG_RETURNEXIT : 0));
		newtFormAddComponent(w->form, w->entries[i]);
	}
}

static void
keep_fields(struct window *w)
{
	for (size_t i = 0; i < w->page->field_count && i < 8; i++)
		snprintf(w->page->fields[i].value, sizeof(w->page->fields[i].value), "%s", newtEntryGetValue(w->entries[i]));
}

/* newt is given stars; what is typed goes to the page's own room. The cursor stays at the end. */
static int
on_secret_key(newtComponent entry, void *ctx, int key, int cursor)
{
	struct guided_page *p = ctx;
	size_t size = strlen(p->secret);
	(void)entry, (void)cursor;
	if (key == NEWT_KEY_BKSPC && size > 0)
		p->secret[size - 1] = '\0';
	if (key == NEWT_KEY_BKSPC || key == NEWT_KEY_ENTER || key == NEWT_KEY_TAB || key == NEWT_KEY_UNTAB || key == NEWT_KEY_UP || key == NEWT_KEY_DOWN)
		return key;
	if (key < 0x20 || key > 0xff || key == 0x7f || size + 2 > p->secret_room)
		return 0;
	p->secret[size] = (char)key;
	p->secret[size + 1] = '\0';
	return '*';
}

static void
add_secret(struct window *w, int row)
{
	w->entries[0] = newtEntry(1, row, "", w->width - 2, NULL, NEWT_FLAG_SCROLL | NEWT_FLAG_RETURNEXIT);
	newtEntrySetFilter(w->entries[0], on_secret_key, w->page);
	newtFormAddComponent(w->form, w->entries[0]);
}

/* --- one page --- */

static void
fill(struct window *w)
{
	const struct guided_page *p = w->page;
	int most = p->kind == GUIDED_TEXT ? w->height - 2 : p->kind == GUIDED_FORM ? w->height - 2 - (int)p->field_count : p->kind == GUIDED_SECRET ? w->height - 4 :
	    w->height >= 14 ? w->height / 3 : 3;
	int row = p->text != NULL && p->text[0] != '\0' ? add_text(w, p->text, 0, most) : 0;
	row += w->height >= 14 && p->kind != GUIDED_TEXT && p->kind != GUIDED_FORM ? 1 : 0;
	if (p->kind == GUIDED_MENU || p->kind == GUIDED_CHECK)
		add_list(w, row);
	else if (p->kind == GUIDED_FORM)
		add_fields(w, row + (row + (int)p->field_count + 2 < w->height ? 1 : 0));
	else if (p->kind == GUIDED_SECRET)
		add_secret(w, row + 1 < w->height - 1 ? row + 1 : row);
	add_buttons(w);
	newtFormAddHotKey(w->form, NEWT_KEY_ESCAPE);
	newtFormAddHotKey(w->form, KEY_CTRL_C);
	if (p->kind != GUIDED_FORM && p->kind != GUIDED_SECRET)
		newtFormAddHotKey(w->form, NEWT_KEY_ENTER);
	if (p->kind == GUIDED_CHECK)
		newtFormAddHotKey(w->form, ' ');
	/* arrows read; where there is nothing to scroll they must not walk to the button that goes back */
	if (p->kind == GUIDED_TEXT && w->scrolled == NULL) {
		newtFormAddHotKey(w->form, NEWT_KEY_UP);
		newtFormAddHotKey(w->form, NEWT_KEY_DOWN);
	}
	newtFormSetCurrent(w->form, w->list != NULL ? w->list : w->entries[0] != NULL ? w->entries[0] : w->scrolled != NULL ? w->scrolled : w->next);
}

/* Enter on a refused line of a menu rings; on any other it is the answer. */
static bool
takes_current(struct window *w, bool on_list)
{
	struct guided_page *p = w->page;
	if (w->list == NULL)
		return true;
	p->current = (size_t)(uintptr_t)newtListboxGetCurrent(w->list) - 1;
	if (p->kind == GUIDED_MENU && p->current < p->item_count && p->items[p->current].refused) {
		newtBell();
		return false;
	}
	if (p->kind == GUIDED_CHECK && (!on_list || p->current >= p->item_count || !p->items[p->current].jumps))
		p->current = p->item_count;
	return true;
}

static enum guided_answer
ask(struct window *w)
{
	for (;;) {
		struct newtExitStruct end = { 0 };
		newtFormRun(w->form, &end);
		newtComponent at = newtFormGetCurrent(w->form);
		if (end.reason == NEWT_EXIT_ERROR)
			return GUIDED_QUIT;
		if (end.reason == NEWT_EXIT_HOTKEY && end.u.key == KEY_CTRL_C)
			return GUIDED_QUIT;
		if (end.reason == NEWT_EXIT_HOTKEY && end.u.key == NEWT_KEY_ESCAPE)
			return GUIDED_BACK;
		if (end.reason == NEWT_EXIT_HOTKEY && end.u.key == ' ') {
			toggle(w);
			continue;
		}
		if (end.reason != NEWT_EXIT_HOTKEY && end.reason != NEWT_EXIT_COMPONENT)
			continue;
		if (end.reason == NEWT_EXIT_HOTKEY && (end.u.key == NEWT_KEY_UP || end.u.key == NEWT_KEY_DOWN))
			continue;
		if (w->back != NULL && at == w->back)
			return GUIDED_BACK;
		if (takes_current(w, at == w->list))
			return GUIDED_NEXT;
	}
}

static enum guided_answer
show(void *ctx, struct guided_page *page)
{
	struct screen *s = ctx;
	struct window w = { .page = page };
	open_window(s, &w, page->title);
	fill(&w);
	int columns, rows;
	newtGetScreenSize(&columns, &rows);
	bool narrow = guided_columns(page->help) > (size_t)columns;
	newtPushHelpLine(narrow ? guided_text(page->lang, page->kind == GUIDED_CHECK ? SAY_HELP_NARROW_CHECK : SAY_HELP_NARROW) : page->help);
	enum guided_answer answer = ask(&w);
	if (page->kind == GUIDED_FORM)
		keep_fields(&w);
	newtPopHelpLine();
	newtFormDestroy(w.form);
	return answer;
}

static void
busy(void *ctx, const char *title, const char *text)
{
	struct screen *s = ctx;
	struct window w = { 0 };
	open_window(s, &w, title);
	add_text(&w, text, 1, w.height - 2);
	newtDrawForm(w.form);
	newtRefresh();
	newtFormDestroy(w.form);
}

/* --- a run --- */

static void
run_begin(struct screen *s, enum guided_lang lang)
{
	struct window w = { 0 };
	struct termios t;
	open_window(s, &w, guided_text(lang, SAY_RUN_TITLE));
	s->scale = newtScale(1, 1, w.width - 2, 1000);
	s->text = newtTextbox(1, 3, w.width - 2, w.height - 3, 0);
	s->form = w.form;
	newtFormAddComponents(w.form, s->scale, s->text, NULL);
	newtPushHelpLine(guided_text(lang, SAY_RUN_HELP));
	newtDrawForm(w.form);
	newtRefresh();
	/* newt takes the interrupt key for itself; a run listens to the signal */
	if (tcgetattr(STDIN_FILENO, &t) == 0) {
		t.c_lflag |= ISIG;
		t.c_cc[VINTR] = KEY_CTRL_C;
		tcsetattr(STDIN_FILENO, TCSANOW, &t);
	}
}

static void
run_show(struct screen *s, enum guided_lang lang, const struct triage_progress *p, bool stopping)
{
	SCOPED_BUF lines, cut;
	int columns, rows;
	buf_init(&lines, 1 << 16);
	buf_init(&cut, 1 << 16);
	newtGetScreenSize(&columns, &rows);
	screen_progress(&lines, lang, p, stopping);
	size_t width = (size_t)(columns - 4 < WIDTH_MAX ? columns - 4 : WIDTH_MAX) - 3;
	for (const char *at = buf_cstr(&lines); *at != '\0';) {
		size_t length = strcspn(at, "\n"), fits = guided_cut(at, width);
		buf_format(&cut, "%.*s\n", (int)(length < fits ? length : fits), at);
		at += length + (at[length] == '\n');
	}
	newtScaleSet(s->scale, (unsigned long long)(screen_share(p) * 1000));
	newtTextboxSetText(s->text, buf_cstr(&cut));
	newtDrawForm(s->form);
	newtRefresh();
}

static void
run_end(struct screen *s)
{
	struct termios t;
	if (tcgetattr(STDIN_FILENO, &t) == 0) {
		t.c_lflag &= (tcflag_t)~ISIG;
		tcsetattr(STDIN_FILENO, TCSANOW, &t);
	}
	newtPopHelpLine();
	newtFormDestroy(s->form);
	newtClearKeyBuffer();
}

static void
close_screen(struct screen *s)
{
	(void)s;
	newtFinished();
}

bool
screen_full(struct screen *ret_screen)
{
	int columns, rows;
	if (newtInit() != 0)
		return false;
	newtGetScreenSize(&columns, &rows);
	if (columns < COLUMNS_MIN || rows < ROWS_MIN) {
		newtFinished();
		return false;
	}
	newtCls();
	newtDrawRootText(0, 0, "triage " TRIAGE_VERSION);
	*ret_screen = (struct screen){ .guided = { .ctx = ret_screen, .show = show, .busy = busy }, .run_begin = run_begin, .run_show = run_show, .run_end = run_end,
		.close = close_screen };
	return true;
}
