/* print_form.c - the chain since the seal as it stands, and boxes for the hand-overs to come. */
#include "triage/report/print.h"

#include "triage/report/later.h"

#include <stdio.h>
#include <string.h>

enum { TURNS = 3 };

struct shown {
	struct page *p;
	unsigned count;
};

static void
put_named(struct page *p, const char *key, const char *value)
{
	if (value[0] == '\0')
		return;
	page_raw(p, "<br>");
	page_say(p, "span", key, NULL);
	page_raw(p, ": ");
	page_evidence(p, value);
}

static void
put_act(void *ctx, const struct later_act *act)
{
	struct shown *s = ctx;
	struct page *p = s->p;
	struct later_words w;
	char room[64];
	static const char *const heads[] = { "custody.time", "custody.action", "print.number", NULL };
	if (!later_words(act->line, act->size, &w))
		return;
	if (s->count++ == 0) {
		page_raw(p, "<table>");
		page_table_head(p, "print.later", heads);
		page_raw(p, "<tbody>\n");
	}
	page_raw(p, "<tr><td>");
	page_time(p, act->time);
	page_raw(p, "</td><td><b>");
	page_say(p, "span", key_or(p, room, "print.act", w.action, "print.act.other"), NULL);
	page_raw(p, "</b>");
	put_named(p, "print.from", w.from);
	put_named(p, "print.to", w.to);
	put_named(p, "print.place", w.place);
	put_named(p, "print.bag", w.seal);
	put_named(p, "print.reason", w.reason);
	put_named(p, "custody.actor", w.by[0] != '\0' ? w.by : w.authority);
	put_named(p, "print.act.signed", w.signer);
	page_raw(p, "</td><td>");
	page_code(p, act->hash);
	page_raw(p, "</td></tr>\n");
}

static void
field(struct page *p, const char *key, const char *class)
{
	page_format(p, "<div%s><dt>", class);
	page_say(p, "span", key, NULL);
	page_raw(p, "</dt><dd></dd></div>\n");
}

/* Two keys in one heading of a field: "Handed over by: name and function". */
static void
person(struct page *p, const char *who, const char *what, const char *class)
{
	page_format(p, "<div%s><dt>", class);
	page_say(p, "b", who, NULL);
	page_raw(p, " · ");
	page_say(p, "span", what, NULL);
	page_raw(p, "</dt><dd></dd></div>\n");
}

static void
put_turn(struct page *p, unsigned number)
{
	page_raw(p, "<div class=\"turn\">");
	page_say(p, "h3", "print.turn", WITH(AS_COUNT(number)));
	page_raw(p, "<dl>\n");
	field(p, "print.when", "");
	field(p, "print.place", "");
	person(p, "print.from", "print.name", "");
	person(p, "print.to", "print.name", "");
	person(p, "print.from", "print.sign", " class=\"tall\"");
	person(p, "print.to", "print.sign", " class=\"tall\"");
	field(p, "print.bag", "");
	page_raw(p, "<div><dt>");
	page_say(p, "span", "print.reason", NULL);
	page_raw(p, "</dt><dd></dd></div>\n</dl><p class=\"soft turn-check\"><span class=\"box\"></span>");
	page_say(p, "span", "print.compared", NULL);
	page_raw(p, "</p></div>\n");
}

enum triage_status
print_form(struct page *p, const struct print *d, struct triage_error *err)
{
	struct shown s = { .p = p };
	struct later_end end;
	page_raw(p, "<section>");
	page_say(p, "h2", "print.later", NULL);
	enum triage_status st = later_walk(d->bundle, &end, put_act, &s, err);
	if (st != TRIAGE_OK)
		return st;
	if (s.count > 0)
		page_raw(p, "</tbody></table>\n");
	else
		page_say(p, "p", "print.later-none", NULL);
	page_raw(p, "</section>\n<section class=\"page\">");
	page_say(p, "h2", "print.form", NULL);
	page_say(p, "p", "print.form-intro", NULL);
	page_raw(p, "\n");
	for (unsigned i = 1; i <= TURNS; i++)
		put_turn(p, i);
	page_say(p, "p class=\"soft\"", "print.note", NULL);
	page_raw(p, "</section>\n");
	return TRIAGE_OK;
}
