/* html_tiles.c - the four figures of page 1, each with how sure it is and what it rests on. */
#include "triage/report/html.h"

#include "triage/base/json.h"

#include <stdio.h>

static void
tile_open(struct page *p)
{
	page_raw(p, "<div class=\"tile\"><p class=\"n\">");
}

/* Label, then confidence and source. confidence 0: no word of the ladder applies. */
static void
tile_close(struct page *p, const char *label, unsigned confidence, const char *source)
{
	page_raw(p, "</p>");
	page_say(p, "p class=\"k\"", label, NULL);
	page_raw(p, "<p class=\"c\">");
	if (confidence > 0) {
		page_say(p, "b", confidence_key(confidence), NULL);
		page_raw(p, " · ");
	}
	page_say(p, "span", source, NULL);
	page_raw(p, "</p></div>\n");
}

static void
put_encrypted(struct page *p)
{
	const struct facts *f = &p->facts;
	tile_open(p);
	page_value(p, "span", &(struct argument)AS_COUNT(f->encrypted_files));
	if (f->encrypted_files > 0) {
		page_raw(p, " <small>");
		page_value(p, "span", &(struct argument)AS_BYTES(f->encrypted_bytes));
		page_raw(p, "</small>");
	}
	tile_close(p, "tile.encrypted", f->encrypted_files > 0 ? f->encrypted_confidence : 0,
	    f->encrypted_files > 0 ? "tile.encrypted-source" : "tile.encrypted-none");
}

static int64_t
day_of(int64_t ns)
{
	int64_t day = INT64_C(86400) * 1000000000;
	return ns / day - (ns % day < 0);
}

/* Which clock the window comes from, as the judge says. */
static const char *
window_source(struct page *p, char room[64])
{
	char word[32] = "";
	struct json j;
	SCOPED_BUF text;
	buf_init(&text, 1 << 20);
	buf_text(&text, case_meta(p->reader, "ransomware.window"));
	json_start(&j, buf_cstr(&text), text.size);
	bool ok = json_next(&j) == JSON_OBJECT;
	while (ok && json_next(&j) == JSON_KEY)
		if (json_is(&j, "source") && json_next(&j) == JSON_STRING)
			snprintf(word, sizeof(word), "%.*s", (int)j.value_size, j.value);
		else
			ok = json_skip(&j);
	return key_or(p, room, "window-source", word, "window-source.file-modified");
}

/* On one day: the clock large and the day small; else both days. */
static void
put_window(struct page *p)
{
	const struct facts *f = &p->facts;
	bool known = f->encrypted_first != TRIAGE_TIME_NONE && f->encrypted_last != TRIAGE_TIME_NONE;
	int64_t first = page_local(p, f->encrypted_first), last = page_local(p, f->encrypted_last);
	tile_open(p);
	if (!known) {
		page_raw(p, "–");
	} else if (day_of(first) == day_of(last)) {
		page_say(p, "span", "window.clock", WITH(AS_TIME(first, TIME_CLOCK), AS_TIME(last, TIME_CLOCK)));
		page_raw(p, " <small>");
		page_say(p, "span", "window.day", WITH(AS_TIME(first, TIME_DAY), AS_TEXT(p->zone != NULL ? p->zone_name : "UTC")));
		page_raw(p, "</small>");
	} else {
		page_say(p, "span class=\"long\"", "window.days", WITH(AS_TIME(first, TIME_MINUTE), AS_TIME(last, TIME_MINUTE)));
		page_raw(p, " <small>");
		page_text(p, p->zone != NULL ? p->zone_name : "UTC");
		page_raw(p, "</small>");
	}
	char room[64];
	tile_close(p, "tile.window", known ? html_certainty(p, "window", f->encrypted_confidence) : 0, known ? window_source(p, room) : "tile.window-none");
}

static void
put_serious(struct page *p)
{
	const uint64_t *n = p->facts.by_severity;
	tile_open(p);
	page_value(p, "span", &(struct argument)AS_COUNT(n[TRIAGE_CRITICAL] + n[TRIAGE_HIGH]));
	page_raw(p, " <small>");
	page_say(p, "span", "tile.split", WITH(AS_COUNT(n[TRIAGE_CRITICAL]), AS_COUNT(n[TRIAGE_HIGH])));
	page_raw(p, "</small>");
	tile_close(p, "tile.serious", 0, "tile.serious-source");
}

static void
put_first(struct page *p)
{
	const struct facts *f = &p->facts;
	tile_open(p);
	if (f->first_time == TRIAGE_TIME_NONE) {
		page_say(p, "span class=\"long\"", "tile.not-known", NULL);
		tile_close(p, "tile.first", 0, "tile.first-none");
		return;
	}
	page_value(p, "span class=\"long\"", &(struct argument)AS_TIME(page_local(p, f->first_time), TIME_DAY));
	page_raw(p, " <small>");
	page_value(p, "span", &(struct argument)AS_TIME(page_local(p, f->first_time), TIME_CLOCK));
	page_raw(p, " ");
	page_text(p, p->zone != NULL ? p->zone_name : "UTC");
	page_raw(p, "</small>");
	if (f->first_finding > 0)
		page_format(p, " <a class=\"ref\" href=\"#finding-%ju\">#%ju</a>", (uintmax_t)f->first_finding, (uintmax_t)f->first_finding);
	tile_close(p, "tile.first", f->first_confidence, "tile.first-source");
}

void
html_tiles(struct page *p)
{
	page_raw(p, "<div class=\"tiles\">\n");
	put_encrypted(p);
	put_window(p);
	put_serious(p);
	put_first(p);
	page_raw(p, "</div>\n");
}
