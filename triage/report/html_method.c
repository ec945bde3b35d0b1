/* html_method.c - how the result was reached: program, options, rules with digests, hashes of the evidence, chain of custody. */
#include "triage/report/html.h"

#include "triage/base/json.h"

#include <stdio.h>
#include <string.h>

enum { META_MAX = 8 << 20, TEXT_MAX = 1 << 16 };

/* A fact copied, so that it outlives the next one asked for. False (and said on the page) when it is too large. */
static bool
copy_meta(struct page *p, const char *key, struct buf *out)
{
	buf_text(out, case_meta(p->reader, key));
	if (!out->failed)
		return true;
	page_say(p, "p class=\"note\"", "method.too-large", WITH(AS_TEXT(key)));
	return false;
}

static void
put_fact(struct page *p, const char *label, const char *text)
{
	if (text[0] == '\0')
		return;
	page_raw(p, "<div>");
	page_say(p, "dt", label, NULL);
	page_raw(p, "<dd>");
	page_evidence(p, text);
	page_raw(p, "</dd></div>\n");
}

static void
put_moment(struct page *p, const char *label, int64_t ns)
{
	if (ns == TRIAGE_TIME_NONE)
		return;
	page_raw(p, "<div>");
	page_say(p, "dt", label, NULL);
	page_raw(p, "<dd>");
	page_time(p, ns);
	page_raw(p, "</dd></div>\n");
}

static void
put_run(struct page *p)
{
	static const char *const facts[][2] = {
		{ "method.case", META_CASE_ID }, { "method.evidence-id", META_EVIDENCE_ID },
		{ "method.examiner", META_EXAMINER }, { "method.organisation", META_ORGANISATION }, { "method.note", META_NOTE },
	};
	char text[PATH_SHOWN_MAX + 2], program[PATH_SHOWN_MAX + 2];
	page_raw(p, "<dl class=\"facts\">\n");
	snprintf(program, sizeof(program), "triage %s", meta_text(p, META_VERSION, text, 64));
	put_fact(p, "method.program", program);
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		put_fact(p, facts[i][0], meta_text(p, facts[i][1], text, sizeof(text)));
	put_moment(p, "method.started", meta_time(p, META_STARTED));
	put_moment(p, "method.finished", p->facts.finished);
	page_raw(p, "<div>");
	page_say(p, "dt", "method.rules", NULL);
	page_value(p, "dd", &(struct argument)AS_COUNT(case_count(p->reader, CASE_RULES)));
	page_raw(p, "</div><div>");
	page_say(p, "dt", "method.clock", NULL);
	bool unknown = p->zone == NULL && p->zone_name[0] != '\0' && strcmp(p->zone_name, "UTC") != 0;
	page_say(p, "dd", unknown ? "method.clock-unknown" : p->zone != NULL ? "method.clock-zone" : "method.clock-utc",
	    WITH(AS_TEXT(p->zone_name)));
	page_raw(p, "</div></dl>\n");
}

/* One value of the options: text as it is, anything else as it was written. */
static bool
put_option(struct page *p, struct json *j, const char *text)
{
	SCOPED_BUF key, value;
	buf_init(&key, TEXT_MAX);
	buf_init(&value, TEXT_MAX);
	json_string(j, &key);
	if (json_next(j) == JSON_STRING) {
		json_string(j, &value);
	} else {
		size_t from = j->event == JSON_NUMBER ? j->at - j->value_size : j->event == JSON_OBJECT || j->event == JSON_ARRAY ? j->at - 1 :
		    j->event == JSON_FALSE ? j->at - 5 : j->at - 4;
		if (!json_skip(j))
			return false;
		buf_put(&value, text + from, j->at - from);
	}
	page_raw(p, "<div><dt><code>");
	page_text(p, buf_cstr(&key));
	page_raw(p, "</code></dt><dd>");
	page_code(p, buf_cstr(&value));
	page_raw(p, "</dd></div>\n");
	return true;
}

static void
put_options(struct page *p)
{
	SCOPED_BUF text;
	buf_init(&text, META_MAX);
	if (!copy_meta(p, META_OPTIONS, &text) || text.size == 0)
		return;
	struct json j;
	json_start(&j, buf_cstr(&text), text.size);
	page_say(p, "h3", "method.options", NULL);
	page_raw(p, "<dl class=\"facts tight\">\n");
	if (json_next(&j) == JSON_OBJECT)
		while (json_next(&j) == JSON_KEY && put_option(p, &j, text.data))
			;
	page_raw(p, "</dl>\n");
}

struct rule_file {
	struct buf name_space, path, sha256, error;
	int64_t rules;
};

/* The next object of the array; false at its end. */
static bool
next_rule_file(struct json *j, struct rule_file *f)
{
	struct { const char *key; struct buf *text; } fields[] = {
		{ "namespace", &f->name_space }, { "path", &f->path }, { "sha256", &f->sha256 }, { "error", &f->error },
	};
	f->rules = 0;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		buf_clear(fields[i].text);
	if (json_next(j) != JSON_OBJECT)
		return false;
	while (json_next(j) == JSON_KEY) {
		struct buf *text = NULL;
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (json_is(j, fields[i].key))
				text = fields[i].text;
		bool rules = json_is(j, "rules") || json_is(j, "rows");
		json_next(j);
		if (text != NULL)
			json_string(j, text);
		else if (rules)
			(void)json_int(j, &f->rules);
		if (!json_skip(j))
			return false;
	}
	return j->event == JSON_OBJECT_END;
}

static void
put_rule_file(struct page *p, const struct rule_file *f)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_code(p, f->path.size > 0 ? buf_cstr(&f->path) : buf_cstr(&f->name_space));
	page_raw(p, "</th>");
	page_value(p, "td class=\"num\"", &(struct argument)AS_COUNT(f->rules));
	page_raw(p, "<td><code class=\"digest\">");
	page_evidence(p, buf_cstr(&f->sha256));
	page_raw(p, "</code></td><td lang=\"en\">");
	page_evidence(p, buf_cstr(&f->error));
	page_raw(p, "</td></tr>\n");
}

/* Files that did not load come first: what did not look cannot have found. */
static size_t
put_rule_files(struct page *p, const struct buf *text, bool broken, size_t *shown)
{
	struct rule_file f = { 0 };
	struct buf *const texts[] = { &f.name_space, &f.path, &f.sha256, &f.error };
	size_t count = 0;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		buf_init(texts[i], TEXT_MAX);
	struct json j;
	json_start(&j, buf_cstr(text), text->size);
	if (json_next(&j) == JSON_ARRAY)
		while (next_rule_file(&j, &f))
			if ((f.error.size > 0) == broken && ++count > 0 && *shown < TABLE_ROWS_MAX) {
				put_rule_file(p, &f);
				++*shown;
			}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		buf_release(texts[i]);
	return count;
}

/* fact: the rule files, or the tables of names and types. */
static void
put_rules(struct page *p, const char *fact, const char *title)
{
	static const char *const heads[] = { "rules.file", "rules.count", "rules.digest", "rules.error", NULL };
	SCOPED_BUF text;
	buf_init(&text, META_MAX);
	if (!copy_meta(p, fact, &text) || text.size == 0)
		return;
	size_t shown = 0;
	page_say(p, "h3", title, NULL);
	page_raw(p, "<div class=\"scroll\"><table>");
	page_table_head(p, title, heads);
	size_t broken = put_rule_files(p, &text, true, &shown);
	size_t all = broken + put_rule_files(p, &text, false, &shown);
	page_raw(p, "</tbody></table></div>\n");
	if (broken > 0)
		page_say(p, "p class=\"note\"", "rules.broken", WITH(AS_COUNT(broken), AS_COUNT(all)));
	if (all > shown)
		page_say(p, "p class=\"note\"", "table.more", WITH(AS_COUNT(all - shown)));
}

static void
put_digest(struct page *p, const char *label, const char *digest)
{
	if (digest[0] == '\0')
		return;
	page_format(p, "<div><dt>%s</dt><dd><code class=\"digest\">", label);
	page_evidence(p, digest);
	page_raw(p, "</code></dd></div>\n");
}

static enum triage_status
put_hashes(struct page *p, struct triage_error *err)
{
	struct case_cursor *c;
	char room[64];
	enum triage_status st = case_rows(p->reader, CASE_EVIDENCE, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	page_say(p, "h3", "hash.title", NULL);
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		page_raw(p, "<p>");
		page_code(p, case_text(c, CASE_EVIDENCE_NAME));
		page_raw(p, " · ");
		page_value(p, "span", &(struct argument)AS_COUNT(case_int(c, CASE_EVIDENCE_SIZE)));
		page_raw(p, " ");
		page_say(p, "span", "hash.bytes", NULL);
		page_raw(p, " · ");
		page_say(p, "b", key_or(p, room, "hash", case_text(c, CASE_EVIDENCE_HASH_VERDICT), "hash.not-checked"), NULL);
		page_raw(p, "</p>\n<dl class=\"facts tight\">\n");
		put_digest(p, "SHA-256", case_text(c, CASE_EVIDENCE_SHA256));
		put_digest(p, "SHA-1", case_text(c, CASE_EVIDENCE_SHA1));
		put_digest(p, "MD5", case_text(c, CASE_EVIDENCE_MD5));
		put_digest(p, "SHA-1 *", case_text(c, CASE_EVIDENCE_STORED_SHA1));
		put_digest(p, "MD5 *", case_text(c, CASE_EVIDENCE_STORED_MD5));
		page_raw(p, "</dl>\n");
	}
	case_cursor_close(c);
	page_say(p, "p class=\"sub\"", "hash.stored", NULL);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
put_custody(struct page *p, struct triage_error *err)
{
	static const char *const heads[] = { "custody.seq", "custody.time", "custody.actor", "custody.action", "custody.detail",
		"custody.hash", NULL };
	struct case_cursor *c;
	enum triage_status st = case_rows(p->reader, CASE_CUSTODY, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	page_say(p, "h3", "custody.title", NULL);
	page_say(p, "p class=\"sub\"", "custody.intro", NULL);
	page_raw(p, "<div class=\"scroll\"><table class=\"custody\">");
	page_table_head(p, "custody.title", heads);
	size_t rows = 0;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		if (rows++ >= TABLE_ROWS_MAX)
			continue;
		page_format(p, "<tr><td class=\"num\">%jd</td><td>", (intmax_t)case_int(c, CASE_CUSTODY_SEQ));
		page_time(p, case_null(c, CASE_CUSTODY_TIME) ? TRIAGE_TIME_NONE : case_int(c, CASE_CUSTODY_TIME));
		for (size_t column = CASE_CUSTODY_ACTOR; column <= CASE_CUSTODY_ACTION; column++) {
			page_raw(p, "</td><td>");
			page_evidence(p, case_text(c, column));
		}
		page_raw(p, "</td><td>");
		page_code(p, case_text(c, CASE_CUSTODY_DETAIL));
		page_raw(p, "</td><td><code class=\"digest\">");
		char hash[13];
		snprintf(hash, sizeof(hash), "%s", case_text(c, CASE_CUSTODY_HASH));
		page_text(p, hash);
		page_raw(p, "…</code></td></tr>\n");
	}
	case_cursor_close(c);
	page_raw(p, "</tbody></table></div>\n");
	if (rows > TABLE_ROWS_MAX)
		page_say(p, "p class=\"note\"", "custody.more", WITH(AS_COUNT(rows - TABLE_ROWS_MAX)));
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
html_method(struct page *p, struct triage_error *err)
{
	page_section(p, "method", "method.title");
	put_run(p);
	enum triage_status st = put_hashes(p, err);
	if (st != TRIAGE_OK)
		return st;
	put_rules(p, META_RULE_FILES, "rules.title");
	put_rules(p, META_RULE_TABLES, "rules.tables");
	put_options(p);
	st = put_custody(p, err);
	page_raw(p, "</section>\n");
	return st;
}
