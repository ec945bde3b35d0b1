/* html_files.c - the files that something was found about; all others are in case.db. */
#include "triage/report/html.h"

#include "triage/report/locked_zip.h"

#include <string.h>

enum { MISMATCH_SHOWN_MAX = 500, SEVERITY_NONE = -1 };

struct file_count {
	size_t shown, mismatch_shown;
	uint64_t left_out;
};

static void
put_why(struct page *p, const struct flagged *flagged, bool bad, bool mismatch)
{
	page_format(p, "<td data-sort=\"%d\">", flagged != NULL ? flagged->severity : bad ? TRIAGE_CRITICAL : SEVERITY_NONE);
	if (flagged != NULL) {
		bool shown = finding_is_shown(p, flagged->finding_id);
		page_format(p, "<%s class=\"%s\"", shown ? "a" : "span", severity_class(flagged->severity));
		if (shown)
			page_format(p, " href=\"#finding-%ju\"", (uintmax_t)flagged->finding_id);
		page_format(p, ">%s ", severity_symbol(flagged->severity));
		page_say(p, "span", severity_key(flagged->severity), NULL);
		page_format(p, " #%ju</%s>", (uintmax_t)flagged->finding_id, shown ? "a" : "span");
	}
	if (bad) {
		page_raw(p, flagged != NULL ? "<br>" : "");
		page_say(p, "span", "files.known-bad", NULL);
	}
	if (mismatch) {
		page_raw(p, flagged != NULL || bad ? "<br>" : "");
		page_say(p, "span", "files.mismatch", NULL);
	}
	page_raw(p, "</td>");
}

static void
put_file(struct page *p, struct case_cursor *c, const struct flagged *flagged, bool bad, bool mismatch)
{
	char room[64];
	page_raw(p, "<tr>");
	page_format(p, "<td class=\"num\" data-sort=\"%jd\">%jd</td><th scope=\"row\">", (intmax_t)case_int(c, CASE_FILES_FILE_ID),
	    (intmax_t)case_int(c, CASE_FILES_FILE_ID));
	page_code(p, case_text(c, CASE_FILES_PATH));
	if (case_text(c, CASE_FILES_STREAM)[0] != '\0') {
		page_raw(p, "<code>:</code>");
		page_code(p, case_text(c, CASE_FILES_STREAM));
	}
	page_raw(p, "<br><code class=\"digest\">");
	page_evidence(p, case_text(c, CASE_FILES_SHA256));
	page_raw(p, "</code></th>");
	put_why(p, flagged, bad, mismatch);
	page_format(p, "<td class=\"num\" data-sort=\"%jd\">", (intmax_t)case_int(c, CASE_FILES_SIZE));
	page_value(p, "span", &(struct argument)AS_BYTES(case_int(c, CASE_FILES_SIZE)));
	int64_t mtime = case_null(c, CASE_FILES_MTIME) ? TRIAGE_TIME_NONE : case_int(c, CASE_FILES_MTIME);
	page_format(p, "</td><td data-sort=\"%jd\">", (intmax_t)(mtime == TRIAGE_TIME_NONE ? 0 : mtime / 1000000000));
	if (mtime != TRIAGE_TIME_NONE)
		page_value(p, "span", &(struct argument)AS_TIME(mtime, TIME_SECOND));
	page_raw(p, "</td><td>");
	page_evidence(p, case_text(c, CASE_FILES_MIME));
	page_raw(p, "</td><td>");
	page_say(p, "span", key_or(p, room, "file-state", case_text(c, CASE_FILES_STATE), "file-state.allocated"), NULL);
	page_raw(p, ", ");
	page_say(p, "span", key_or(p, room, "content", case_text(c, CASE_FILES_CONTENT), "content.none"), NULL);
	page_raw(p, "</td></tr>\n");
}

static void
take_file(struct page *p, struct case_cursor *c, struct file_count *n)
{
	const struct flagged *flagged = facts_flagged(&p->facts, (uint64_t)case_int(c, CASE_FILES_FILE_ID));
	bool bad = strcmp(case_text(c, CASE_FILES_KNOWN), "bad") == 0;
	bool mismatch = case_int(c, CASE_FILES_EXTENSION_MISMATCH) != 0;
	if (flagged == NULL && !bad && !mismatch)
		return;
	/* a file whose only oddity is its type must not push out one that a finding names */
	bool minor = flagged == NULL && !bad;
	if (n->shown >= FILES_SHOWN_MAX || (minor && n->mismatch_shown >= MISMATCH_SHOWN_MAX)) {
		n->left_out++;
		return;
	}
	n->shown++;
	n->mismatch_shown += minor;
	put_file(p, c, flagged, bad, mismatch);
}

/* Which of them lie in the bundle, and how they are opened. */
static void
put_extracted(struct page *p)
{
	uint64_t files = meta_number(p, "extracted.files"), left_out = meta_number(p, "extracted.left_out");
	if (files > 0)
		page_say(p, "p", "files.extracted", WITH(AS_COUNT(files), AS_TEXT(LOCKED_ZIP_PASSWORD)));
	if (left_out > 0)
		page_say(p, "p class=\"note\"", "files.not-extracted", WITH(AS_COUNT(left_out)));
}

enum triage_status
html_files(struct page *p, struct triage_error *err)
{
	static const char *const heads[] = { "files.number", "files.path", "files.why", "files.size", "files.modified", "files.type",
		"files.state", NULL };
	struct case_cursor *c;
	struct file_count n = { 0 };
	page_section(p, "files", "files.title");
	page_say(p, "p class=\"sub\"", "files.intro", WITH(AS_COUNT(case_count(p->reader, CASE_FILES))));
	put_extracted(p);
	enum triage_status st = case_rows(p->reader, CASE_FILES, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	page_raw(p, "<p class=\"search\" hidden><label>");
	page_say(p, "span", "files.search", NULL);
	page_raw(p, " <input type=\"search\" id=\"search\" aria-controls=\"file-table\"></label> "
	    "<span id=\"search-count\" role=\"status\" class=\"soft\"></span></p>\n"
	    "<div class=\"scroll\"><table id=\"file-table\" class=\"sortable\">");
	page_table_head(p, "files.title", heads);
	while ((st = case_next(c, err)) == TRIAGE_OK)
		take_file(p, c, &n);
	case_cursor_close(c);
	page_raw(p, "</tbody></table></div>\n");
	if (n.shown == 0)
		page_say(p, "p", "files.none", NULL);
	if (n.left_out > 0)
		page_say(p, "p class=\"note\"", "files.more", WITH(AS_COUNT(n.left_out)));
	if (p->facts.flagged_full)
		page_say(p, "p class=\"note\"", "files.flagged-full", WITH(AS_COUNT(FLAGGED_MAX)));
	html_explore(p, "files");
	page_raw(p, "</section>\n");
	return st == TRIAGE_END ? TRIAGE_OK : st;
}
