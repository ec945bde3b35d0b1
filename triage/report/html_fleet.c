/* html_fleet.c - fleet.html: many machines on one page, self-contained, in four languages, made from fleet.db alone. */
#include "triage/report/html_fleet.h"

#include "triage/report/fleet_page.h"

#include <stdio.h>
#include <string.h>

enum { SCRATCH_MAX = 1 << 20 };

/* --- what the parts share --- */

static const char *
verdict_word(const char *verdict)
{
	static const char *const words[] = { "compromised", "suspicious", "nothing-found" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(verdict, words[i]) == 0)
			return words[i];
	return "incomplete";
}

void
fleet_state_key(const char *prefix, const char *verdict, char room[64])
{
	snprintf(room, 64, "%s-%s", prefix, verdict_word(verdict));
}

const char *
fleet_state_class(const char *verdict)
{
	const char *word = verdict_word(verdict);
	return word[0] == 'c' ? "crit" : word[0] == 's' ? "high" : word[0] == 'i' ? "med" : "low";
}

const char *
fleet_state_symbol(const char *verdict)
{
	const char *word = verdict_word(verdict);
	return word[0] == 'c' ? "■" : word[0] == 's' ? "▲" : word[0] == 'i' ? "◆" : "○";
}

void
fleet_time_cell(struct page *p, struct case_cursor *c, size_t column)
{
	if (case_null(c, column)) {
		page_raw(p, "<td>–</td>");
		return;
	}
	page_format(p, "<td data-sort=\"%jd\">", (intmax_t)(case_int(c, column) / 1000000));
	page_time(p, case_int(c, column));
	page_raw(p, "</td>");
}

void
fleet_offset(struct page *p, struct case_cursor *c, size_t column)
{
	if (case_null(c, column)) {
		page_say(p, "span class=\"soft\"", "fleet.clock-unknown", NULL);
		return;
	}
	int64_t ns = case_int(c, column), half = INT64_C(500000000);
	int64_t seconds = ns < 0 ? -((-ns + half) / (2 * half)) : (ns + half) / (2 * half);
	if (seconds > 0)
		page_raw(p, "+");
	page_say(p, "span", "fleet.seconds", WITH(AS_COUNT(seconds)));
}

void
fleet_table_open(struct page *p, const char *caption, const char *const *heads, const char *id)
{
	page_format(p, "<div class=\"scroll\"><table class=\"sortable\"%s%s%s>", id != NULL ? " id=\"" : "", id != NULL ? id : "", id != NULL ? "\"" : "");
	page_table_head(p, caption, heads);
}

void
fleet_table_close(struct page *p, uint64_t left_out)
{
	page_raw(p, "</tbody></table></div>\n");
	if (left_out > 0)
		page_say(p, "p class=\"note\"", "fleet.more", WITH(AS_COUNT(left_out)));
}

/* --- head --- */

static void
put_sentence(struct fleet_page *f)
{
	static const struct {
		size_t total;
		const char *key;
	} parts[] = {
		{ FLEET_TOTAL_COMPROMISED, "fleet.compromised" }, { FLEET_TOTAL_SUSPICIOUS, "fleet.suspicious" }, { FLEET_TOTAL_INCOMPLETE, "fleet.incomplete" },
		{ FLEET_TOTAL_NOTHING, "fleet.nothing-found" },
	};
	page_raw(&f->p, "<h1>");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (f->totals[parts[i].total] == 0)
			continue;
		page_say(&f->p, "span", parts[i].key, WITH(AS_COUNT(f->totals[parts[i].total])));
		page_raw(&f->p, " ");
	}
	page_raw(&f->p, "</h1>\n");
	if (f->totals[FLEET_TOTAL_REFUSED] > 0)
		page_say(&f->p, "p class=\"lead\"", "fleet.refused", WITH(AS_COUNT(f->totals[FLEET_TOTAL_REFUSED])));
	else
		page_say(&f->p, "p class=\"sub\"", "fleet.none-refused", NULL);
	page_say(&f->p, "p", "fleet.advice", NULL);
}

static void
put_head(struct fleet_page *f)
{
	static const char *const parts[][2] = {
		{ "restart", "fleet.nav-restart" }, { "first", "fleet.nav-first" }, { "spread", "fleet.nav-spread" }, { "movements", "fleet.nav-movements" },
		{ "shared", "fleet.nav-shared" }, { "remarks", "fleet.nav-remarks" }, { "bundles", "fleet.nav-bundles" },
	};
	struct page *p = &f->p;
	html_head_open(p);
	page_say(p, "title", "fleet.title", NULL);
	page_raw(p, "\n</head>\n<body>\n");
	page_say(p, "a class=\"skip\" href=\"#verdict\"", "head.skip", NULL);
	page_raw(p, "\n<header><div class=\"wrap bar\">\n");
	page_say(p, "b", "fleet.title", NULL);
	page_raw(p, "<span class=\"soft\">");
	page_say(p, "span", "fleet.count", WITH(AS_COUNT(f->totals[FLEET_TOTAL_MACHINES])));
	page_raw(p, " ");
	page_say(p, "span", "fleet.from-bundles", WITH(AS_COUNT(f->totals[FLEET_TOTAL_BUNDLES])));
	page_raw(p, "</span>\n");
	html_languages(p);
	page_format(p, "\n</div></header>\n<main class=\"wrap\">\n<section id=\"verdict\" class=\"verdict %s\">\n", f->totals[FLEET_TOTAL_COMPROMISED] > 0 ? "crit" :
	    f->totals[FLEET_TOTAL_SUSPICIOUS] > 0 ? "high" : f->totals[FLEET_TOTAL_INCOMPLETE] + f->totals[FLEET_TOTAL_REFUSED] > 0 ? "med" : "calm");
	put_sentence(f);
	page_raw(p, "</section>\n<nav");
	page_label(p, "aria-label", "nav.title", NULL);
	page_raw(p, ">");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		char tag[48];
		snprintf(tag, sizeof(tag), "a href=\"#%s\"", parts[i][0]);
		page_say(p, tag, parts[i][1], NULL);
	}
	page_raw(p, "</nav>\n");
}

/* --- remarks and bundles --- */

static enum triage_status
put_remarks(struct fleet_page *f, struct triage_error *err)
{
	static const char *const heads[] = { "fleet.remark", "fleet.bundle", "fleet.detail", NULL };
	struct page *p = &f->p;
	struct case_cursor *c;
	char room[64], code[32];
	uint64_t rows = 0;
	enum triage_status st = fleet_rows(f->fleet, FLEET_VIEW_REMARKS, &c, err);
	if (st != TRIAGE_OK)
		return st;
	page_section(p, "remarks", "fleet.remarks-title");
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		if (rows++ == 0)
			fleet_table_open(p, "fleet.remarks-title", heads, NULL);
		if (rows > FLEET_ROWS_SHOWN)
			continue;
		snprintf(code, sizeof(code), "%s", case_text(c, FLEET_REMARK_CODE));
		snprintf(room, sizeof(room), "fleet.remark-%s", code);
		page_raw(p, "<tr>");
		page_say(p, "td", messages_has(p->messages, room) ? room : "fleet.remark-other", NULL);
		page_raw(p, "<td>");
		page_code(p, case_text(c, FLEET_REMARK_FOLDER));
		page_raw(p, "</td><td>");
		page_code(p, case_text(c, FLEET_REMARK_TEXT));
		page_raw(p, "</td></tr>\n");
	}
	case_cursor_close(c);
	if (rows > 0)
		fleet_table_close(p, rows > FLEET_ROWS_SHOWN ? rows - FLEET_ROWS_SHOWN : 0);
	else
		page_say(p, "p", "fleet.remarks-none", NULL);
	page_raw(p, "</section>\n");
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static void
put_bundle(struct page *p, struct case_cursor *c, bool refused)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_code(p, case_text(c, FLEET_BUNDLE_FOLDER));
	page_raw(p, "</th>");
	page_say(p, refused ? "td class=\"crit\"" : "td", refused ? "fleet.not-used" : "fleet.used", NULL);
	page_raw(p, "<td lang=\"en\">");
	page_evidence(p, case_text(c, FLEET_BUNDLE_REASON));
	page_raw(p, "</td><td>");
	page_evidence(p, case_text(c, FLEET_BUNDLE_CASE));
	page_raw(p, "</td><td>");
	page_evidence(p, case_text(c, FLEET_BUNDLE_PROGRAM));
	page_raw(p, "</td><td class=\"digest\">");
	page_code(p, case_text(c, FLEET_BUNDLE_SEAL));
	page_raw(p, "</td></tr>\n");
}

static enum triage_status
put_bundles(struct fleet_page *f, struct triage_error *err)
{
	static const char *const heads[] = { "fleet.bundle", "fleet.state", "fleet.reason", "fleet.case", "fleet.program", "fleet.seal", NULL };
	struct page *p = &f->p;
	uint64_t rows = 0;
	page_section(p, "bundles", "fleet.bundles-title");
	page_say(p, "p class=\"sub\"", "fleet.bundles-intro", NULL);
	fleet_table_open(p, "fleet.bundles-title", heads, NULL);
	enum triage_status st = TRIAGE_OK;
	for (int refused = 1; refused >= 0 && st == TRIAGE_OK; refused--) {
		struct case_cursor *c;
		st = fleet_rows(f->fleet, FLEET_VIEW_BUNDLES, &c, err);
		if (st != TRIAGE_OK)
			break;
		while ((st = case_next(c, err)) == TRIAGE_OK)
			if ((strcmp(case_text(c, FLEET_BUNDLE_STATE), "refused") == 0) == refused && rows++ < FLEET_ROWS_SHOWN)
				put_bundle(p, c, refused);
		case_cursor_close(c);
		st = st == TRIAGE_END ? TRIAGE_OK : st;
	}
	fleet_table_close(p, rows > FLEET_ROWS_SHOWN ? rows - FLEET_ROWS_SHOWN : 0);
	page_raw(p, "</section>\n");
	return st;
}

/* --- the page --- */

static enum triage_status
read_totals(struct fleet_page *f, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = fleet_rows(f->fleet, FLEET_VIEW_TOTALS, &c, err);
	if (st != TRIAGE_OK)
		return st;
	st = case_next(c, err);
	for (size_t i = 0; st == TRIAGE_OK && i < sizeof(f->totals) / sizeof(f->totals[0]); i++)
		f->totals[i] = case_int(c, i);
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
write_page(struct fleet_page *f, struct triage_error *err)
{
	static enum triage_status (*const parts[])(struct fleet_page *f, struct triage_error *err) = {
		html_fleet_restart, html_fleet_first, html_fleet_spread, html_fleet_movements, html_fleet_shared, put_remarks, put_bundles,
	};
	put_head(f);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		enum triage_status st = parts[i](f, err);
		if (st != TRIAGE_OK)
			return st;
	}
	page_raw(&f->p, "</main>\n<footer class=\"wrap soft\">");
	page_say(&f->p, "p", "fleet.made", WITH(AS_TEXT(TRIAGE_VERSION)));
	page_raw(&f->p, "</footer>\n");
	html_scripts(&f->p);
	page_raw(&f->p, "</body>\n</html>\n");
	return TRIAGE_OK;
}

enum triage_status
fleet_html(struct fleet *fleet, const char *lang, struct output *out, struct triage_error *err)
{
	struct messages *messages;
	enum triage_status st = messages_new(&messages, err);
	if (st != TRIAGE_OK)
		return st;
	struct fleet_page f = { .p = { .out = out, .messages = messages, .lang = lang_named(lang) }, .fleet = fleet };
	buf_init(&f.p.scratch, SCRATCH_MAX);
	st = read_totals(&f, err);
	if (st == TRIAGE_OK)
		st = write_page(&f, err);
	buf_release(&f.p.scratch);
	messages_free(messages);
	return st;
}
