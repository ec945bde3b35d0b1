/*
 * html_detail.c - the detail of a finding: a JSON object with why, innocent, family, how_to_check, reasons[], version
 * accounts[] and examples[] (examples.h).
 *
 * Texts of the rules built in that no table has are English and say so (lang=en); the sentence for the kind of finding is in the page's language. A detail
 * that is no JSON is said to be so, not left out.
 */
#include "triage/report/html.h"

#include "triage/base/json.h"
#include "triage/report/examples.h"

#include <string.h>

enum { TEXT_MAX = 1 << 16, REASONS_SHOWN_MAX = 10 };

struct detail {
	struct buf why, innocent, family, how_to_check, version;
	bool broken;
	void (*tell)(struct page *p, const char *tag, const char *text);	/* why and innocent: English, or of a rule whose title no table knows */
	struct json reasons, accounts;	/* at their arrays; event JSON_NULL when absent */
};

static void
take_text(struct json *j, struct buf *out)
{
	if (json_next(j) == JSON_STRING)
		json_string(j, out);
	if (!json_skip(j))
		buf_clear(out);
}

static void
read_detail(const char *text, struct detail *d)
{
	struct { const char *key; struct buf *text; } fields[] = {
		{ "why", &d->why }, { "innocent", &d->innocent }, { "family", &d->family }, { "how_to_check", &d->how_to_check },
		{ "version", &d->version },
	};
	struct json j;
	json_start(&j, text, strlen(text));
	bool ok = json_next(&j) == JSON_OBJECT;
	while (ok && json_next(&j) == JSON_KEY) {
		struct buf *field = NULL;
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (json_is(&j, fields[i].key))
				field = fields[i].text;
		bool reasons = json_is(&j, "reasons"), accounts = json_is(&j, "accounts");
		if (field != NULL) {
			take_text(&j, field);
			continue;
		}
		if ((reasons || accounts) && json_next(&j) == JSON_ARRAY)
			*(reasons ? &d->reasons : &d->accounts) = j;
		ok = json_skip(&j);
	}
	d->broken = j.event != JSON_OBJECT_END || json_next(&j) != JSON_END;
}

static void
put_example(struct page *p, const struct example *e)
{
	page_raw(p, "<li>");
	if (e->time != TRIAGE_TIME_NONE) {
		page_time(p, e->time);
		page_raw(p, " · ");
	}
	page_code(p, buf_cstr(&e->path));
	if (e->file_id > 0)
		page_say(p, "span class=\"soft\"", "finding.file", WITH(AS_COUNT(e->file_id)));
	if (e->offset >= 0) {
		page_format(p, " · <code>0x%jx</code> ", (uintmax_t)e->offset);
		page_say(p, "span class=\"soft\"", "finding.offset", WITH(AS_COUNT(e->offset)));
	}
	if (e->length > 0) {
		page_raw(p, " · ");
		page_say(p, "span", "finding.length", WITH(AS_COUNT(e->length)));
	}
	if (e->string_id.size > 0 || e->sample.size > 0) {
		page_raw(p, " · ");
		page_code(p, buf_cstr(&e->string_id));
		page_raw(p, " <q>");
		page_code(p, buf_cstr(&e->sample));
		page_raw(p, "</q>");
	}
	page_raw(p, "</li>\n");
}

static void
put_examples(struct page *p, const char *detail)
{
	struct examples all;
	size_t seen = 0;
	examples_begin(&all, detail);
	for (const struct example *e; (e = examples_next(&all)) != NULL; seen++) {
		if (seen == 0) {
			page_say(p, "p class=\"label\"", "finding.examples", NULL);
			page_raw(p, "<ul class=\"ev\">\n");
		}
		if (seen < EXAMPLES_SHOWN_MAX)
			put_example(p, e);
	}
	examples_end(&all);
	if (seen > EXAMPLES_SHOWN_MAX)
		page_say(p, "li class=\"soft\"", "finding.more-examples", WITH(AS_COUNT(seen - EXAMPLES_SHOWN_MAX)));
	if (seen > 0)
		page_raw(p, "</ul>\n");
}

static void
put_reasons(struct page *p, const struct detail *d)
{
	struct json j = d->reasons;
	SCOPED_BUF one;
	buf_init(&one, TEXT_MAX);
	if (j.event != JSON_ARRAY || json_next(&j) != JSON_STRING)
		return;
	page_say(p, "p class=\"label\"", "finding.reasons", NULL);
	page_raw(p, "<ul>");
	for (size_t i = 0; i < REASONS_SHOWN_MAX && j.event == JSON_STRING; i++, json_next(&j)) {
		buf_clear(&one);
		json_string(&j, &one);
		page_told_check(p, "li", buf_cstr(&one));
	}
	page_raw(p, "</ul>\n");
}

/* Line by line, each in the language of the page when the tables know it. */
static void
put_how(struct page *p, const char *text)
{
	SCOPED_BUF line;
	buf_init(&line, TEXT_MAX);
	page_say(p, "p class=\"label\"", "finding.how", NULL);
	page_raw(p, "<p class=\"pre\">");
	for (const char *at = text; *at != '\0'; at += at[0] == '\n') {
		size_t size = strcspn(at, "\n");
		buf_clear(&line);
		buf_put(&line, at, size);
		page_told_check(p, "span", buf_cstr(&line));
		at += size;
		if (at[0] == '\n')
			page_raw(p, "\n");
	}
	page_raw(p, "</p>\n");
}

static void
put_check(struct page *p, const char *kind, const char *technique, const struct detail *d)
{
	char room[64];
	page_raw(p, "<details open>");
	page_say(p, "summary", "finding.check", NULL);
	put_reasons(p, d);
	if (d->how_to_check.size > 0)
		put_how(p, buf_cstr(&d->how_to_check));
	page_say(p, "p class=\"label\"", "finding.innocent", NULL);
	page_say(p, "p", kind_key(p, room, "innocent", kind, technique, "innocent.other"), NULL);
	if (d->innocent.size > 0) {
		d->tell(p, "p", buf_cstr(&d->innocent));
	}
	page_raw(p, "</details>\n");
}

static void
put_fact(struct page *p, const char *key, const struct buf *text)
{
	if (text->size == 0)
		return;
	page_raw(p, "<div>");
	page_say(p, "dt", key, NULL);
	page_raw(p, "<dd>");
	page_evidence(p, buf_cstr(text));
	page_raw(p, "</dd></div>\n");
}

/* Accounts that the finding speaks of, in its list of facts. */
static void
put_accounts(struct page *p, const struct detail *d)
{
	struct json j = d->accounts;
	SCOPED_BUF one;
	buf_init(&one, TEXT_MAX);
	if (j.event != JSON_ARRAY || json_next(&j) != JSON_STRING)
		return;
	page_raw(p, "<div>");
	page_say(p, "dt", "finding.accounts", NULL);
	page_raw(p, "<dd>");
	for (size_t i = 0; j.event == JSON_STRING; i++, json_next(&j)) {
		buf_clear(&one);
		json_string(&j, &one);
		page_raw(p, i > 0 ? ", " : "");
		page_code(p, buf_cstr(&one));
	}
	page_raw(p, "</dd></div>\n");
}

static void
open_detail(struct page *p, const char *title, const char *text, struct detail *d)
{
	char key[64];
	const char *rest;
	struct buf *const fields[] = { &d->why, &d->innocent, &d->family, &d->how_to_check, &d->version };
	*d = (struct detail){ .tell = messages_told(p->messages, title, key, &rest) ? page_told : page_rule_text };
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		buf_init(fields[i], TEXT_MAX);
	read_detail(text, d);
}

static void
close_detail(struct detail *d)
{
	struct buf *const fields[] = { &d->why, &d->innocent, &d->family, &d->how_to_check, &d->version };
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		buf_release(fields[i]);
}

void
html_detail(struct page *p, const char *kind, const char *technique, const char *title, const char *text)
{
	struct detail d;
	open_detail(p, title, text, &d);
	put_fact(p, "finding.family", &d.family);
	put_fact(p, "finding.version", &d.version);
	put_accounts(p, &d);
	page_raw(p, "</dl>\n");
	if (d.why.size > 0) {
		d.tell(p, "p", buf_cstr(&d.why));
		page_raw(p, "\n");
	}
	if (d.broken)
		page_say(p, "p class=\"note\"", "finding.broken", NULL);
	put_examples(p, text);
	put_check(p, kind, technique, &d);
	close_detail(&d);
}

bool
html_why(struct page *p, const char *tag, const char *title, const char *text)
{
	struct detail d;
	open_detail(p, title, text, &d);
	bool said = d.why.size > 0;
	if (said)
		d.tell(p, tag, buf_cstr(&d.why));
	close_detail(&d);
	return said;
}
