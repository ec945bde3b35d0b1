/* html_actions.c - what to do now, what not to do, and whom to tell by when. */
#include "triage/report/html.h"

#include <string.h>

enum { LIST_MAX = 8 };

struct advice {
	const char *verdict;
	const char *do_keys[LIST_MAX], *dont_keys[LIST_MAX];
};

static const struct advice advices[] = {
	{
		.verdict = "compromised",
		.do_keys = { "do.isolate", "do.restore", "do.passwords", "do.logs", "do.police", "do.gaps" },
		.dont_keys = { "dont.reinstall", "dont.delete", "dont.contact", "dont.login" },
	},
	{
		.verdict = "suspicious",
		.do_keys = { "do.look", "do.keep-off", "do.logs", "do.gaps" },
		.dont_keys = { "dont.reinstall", "dont.login", "dont.conclude" },
	},
	{
		.verdict = "nothing-found",
		.do_keys = { "do.gaps", "do.other", "do.keep" },
		.dont_keys = { "dont.conclude", "dont.reinstall" },
	},
};
static const struct advice incomplete = {
	.verdict = "incomplete",
	.do_keys = { "do.gaps", "do.again", "do.keep-off", "do.keep" },
	.dont_keys = { "dont.conclude", "dont.reinstall" },
};

static const struct advice *
advice_for(const char *verdict)
{
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (strcmp(verdict, advices[i].verdict) == 0)
			return &advices[i];
	return &incomplete;
}

/* A first trace of years before the rest is the age of a file, not of an attack: no date is named for the backup then. */
static bool
names_backup_date(const struct facts *f)
{
	int64_t late = f->encrypted_first != TRIAGE_TIME_NONE ? f->encrypted_first : f->last_time;
	int64_t year = INT64_C(366) * 86400 * 1000000000, gap;
	return f->first_time != TRIAGE_TIME_NONE && late != TRIAGE_TIME_NONE && !__builtin_sub_overflow(late, f->first_time, &gap) && gap < year;
}

static void
put_list(struct page *p, const char *class, const char *title, const char *const keys[LIST_MAX])
{
	page_format(p, "<div class=\"%s\">", class);
	page_say(p, "h2", title, NULL);
	page_raw(p, "<ol>");
	for (size_t i = 0; i < LIST_MAX && keys[i] != NULL; i++) {
		const char *key = keys[i];
		if (strcmp(key, "do.restore") == 0 && names_backup_date(&p->facts))
			page_say(p, "li", "do.restore-before", WITH(AS_TIME(page_local(p, p->facts.first_time), TIME_DAY)));
		else
			page_say(p, "li", key, NULL);
	}
	page_raw(p, "</ol></div>\n");
}

void
html_actions(struct page *p)
{
	char word[32];
	const struct advice *advice = advice_for(meta_text(p, META_VERDICT, word, sizeof(word)));
	page_raw(p, "<section id=\"actions\" class=\"cols\"");
	page_label(p, "aria-label", "actions.title", NULL);
	page_raw(p, ">\n");
	put_list(p, "do", "actions.do", advice->do_keys);
	put_list(p, "dont", "actions.dont", advice->dont_keys);
	page_raw(p, "</section>\n");
}

/* hours after the moment of awareness; 0: as soon as possible. */
struct clock_row {
	const char *who, *what;
	unsigned hours;
};

static const struct clock_row clocks[] = {
	{ "clock.ccb", "clock.ccb-early", 24 },
	{ "clock.ccb", "clock.ccb-notify", 72 },
	{ "clock.privacy", "clock.privacy-what", 72 },
	{ "clock.police", "clock.police-what", 0 },
	{ "clock.insurer", "clock.insurer-what", 0 },
};

void
html_clocks(struct page *p)
{
	static const char *const heads[] = { "clock.who", "clock.duty", "clock.when", NULL };
	char word[32];
	meta_text(p, META_VERDICT, word, sizeof(word));
	if (strcmp(word, "compromised") != 0 && strcmp(word, "suspicious") != 0)
		return;
	page_section(p, "clocks", "clock.title");
	page_say(p, "p class=\"sub\"", "clock.intro", NULL);
	page_raw(p, "<p id=\"aware\" hidden><label>");
	page_say(p, "span", "clock.aware", NULL);
	page_raw(p, " <input type=\"datetime-local\" id=\"aware-time\"></label></p>\n<div class=\"scroll\"><table>");
	page_table_head(p, "clock.title", heads);
	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		page_raw(p, "<tr>");
		page_say(p, "th scope=\"row\"", clocks[i].who, NULL);
		page_say(p, "td", clocks[i].what, NULL);
		page_format(p, "<td data-hours=\"%u\">", clocks[i].hours);
		if (clocks[i].hours > 0)
			page_say(p, "span", "clock.within", WITH(AS_COUNT(clocks[i].hours)));
		else
			page_say(p, "span", "clock.soon", NULL);
		page_raw(p, "</td></tr>\n");
	}
	page_raw(p, "</tbody></table></div></section>\n");
}
