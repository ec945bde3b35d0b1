/* html_explore.c - places in which the script shows the whole timeline and all files, and the rows themselves where they are few. */
#include "triage/report/html.h"

#include "triage/base/when.h"
#include "triage/report/chunks.h"

#include <string.h>

struct field {
	const char *name, *type, *key;	/* type "select", or of an input */
};
static const struct explore {
	const char *set, *title;
	struct field fields[8];
	const char *heads[8];
} explores[] = {
	{ "timeline", "explore.timeline", { { "text", "search", "files.search" }, { "source", "select", "explore.source" }, { "host", "select", "moments.host" },
	    { "user", "select", "explore.user" }, { "from", "datetime-local", "explore.from" }, { "to", "datetime-local", "explore.to" } },
	    { "explore.when", "moments.kind", "moments.host", "explore.user", "moments.what", NULL } },
	{ "files", "explore.files", { { "text", "search", "files.search" }, { "state", "select", "files.state" }, { "damage", "select", "damage.style" } },
	    { "files.number", "files.path", "files.size", "files.modified", "files.type", "files.state", NULL } },
};

static void
put_field(struct page *p, const struct field *f)
{
	page_raw(p, "<label>");
	page_say(p, "span", f->key, NULL);
	if (strcmp(f->type, "select") == 0) {
		page_format(p, " <select name=\"%s\">", f->name);
		page_say(p, "option value=\"\"", "explore.all", NULL);
		page_raw(p, "</select></label> ");
		return;
	}
	page_format(p, " <input type=\"%s\" name=\"%s\"%s></label> ", f->type, f->name, strcmp(f->type, "search") == 0 ? " autocomplete=\"off\"" : " step=\"1\"");
}

/* The window of the report, as the fields are filled with it. */
static void
put_bound(struct page *p, const char *name, int64_t ns)
{
	char text[WHEN_TEXT_SIZE];
	if (ns != TRIAGE_TIME_NONE)
		page_format(p, " data-%s=\"%s\"", name, when_text(ns, 0, "", text));
}

static void
put(struct page *p, const struct explore *e)
{
	page_format(p, "<div class=\"explore noprint\" data-set=\"%s\" data-rows=\"", e->set);
	page_text(p, p->beside ? p->options->chunks != NULL ? p->options->chunks : CHUNKS_FOLDER : "");
	page_raw(p, "\"");
	put_bound(p, "from", p->options->from);
	put_bound(p, "to", p->options->to);
	page_raw(p, " hidden><details>");
	page_say(p, "summary", e->title, WITH(AS_COUNT(case_count(p->reader, strcmp(e->set, "files") == 0 ? CASE_FILES : CASE_TIMELINE))));
	page_raw(p, "<p class=\"fields\">");
	for (size_t i = 0; e->fields[i].name != NULL; i++)
		put_field(p, &e->fields[i]);
	page_say(p, "button type=\"button\" class=\"clear\"", "explore.clear", NULL);
	page_raw(p, "</p>\n");
	if (strcmp(e->set, "timeline") == 0)
		page_raw(p, "<svg class=\"density\" viewBox=\"0 0 1000 92\" preserveAspectRatio=\"none\" aria-hidden=\"true\"></svg>\n");
	page_raw(p, "<p role=\"status\" class=\"soft\"></p>\n<div class=\"scroll\">");
	page_format(p, "<table id=\"rows-%s\">", e->set);
	page_table_head(p, strcmp(e->set, "files") == 0 ? "explore.all-files" : "explore.all-moments", e->heads);
	page_raw(p, "</tbody></table></div>\n<p>");
	page_say(p, "button type=\"button\" class=\"earlier\" disabled", "explore.earlier", NULL);
	page_raw(p, " ");
	page_say(p, "button type=\"button\" class=\"later\" disabled", "explore.later", NULL);
	page_raw(p, "</p></details></div>\n");
}

void
html_explore(struct page *p, const char *set)
{
	for (size_t i = 0; i < sizeof(explores) / sizeof(explores[0]); i++)
		if (strcmp(set, explores[i].set) == 0 && case_count(p->reader, i == 0 ? CASE_TIMELINE : CASE_FILES) > 0)
			put(p, &explores[i]);
}

enum triage_status
html_rows(struct page *p, struct triage_error *err)
{
	return p->beside ? TRIAGE_OK : chunks_inside(p->reader, p->out, err);
}
