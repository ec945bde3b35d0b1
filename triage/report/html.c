/* html.c - report.html: one page for people, self-contained, in four languages, made from the sealed case alone. */
#include "triage/report/html.h"

#include "triage/base/digest.h"
#include "triage/report/chunks.h"

#include <stdio.h>
#include <string.h>

enum { SCRATCH_MAX = 1 << 20 };

/* The parts of the page that can stop at a read error of the case, in the order of the page. */
static enum triage_status (*const parts[])(struct page *p, struct triage_error *err) = {
	html_stories, html_moments, html_damage, html_resets, html_findings, html_activity, html_machines, html_contacts, html_contradictions, html_volumes, html_problems, html_files, html_method,
};

/*
 * Rows beside the page are scripts. They are loaded by the page's own script alone, which knows a word that nothing in the evidence can know: the digest of
 * the chain of custody.
 */
static enum triage_status
choose_nonce(struct page *p, struct triage_error *err)
{
	struct case_cursor *c;
	SCOPED_BUF text;
	buf_init(&text, 1 << 16);
	p->beside = chunks_beside(p->reader);
	if (!p->beside)
		return TRIAGE_OK;
	enum triage_status st = case_rows(p->reader, CASE_CUSTODY, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		buf_clear(&text);
		buf_format(&text, "page %s", case_text(c, CASE_CUSTODY_HASH));
	}
	case_cursor_close(c);
	digest_sha256_hex(buf_cstr(&text), text.size, p->nonce);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
write_page(struct page *p, void *ctx, struct triage_error *err)
{
	(void)ctx;
	enum triage_status st = choose_nonce(p, err);
	if (st != TRIAGE_OK)
		return st;
	html_head(p);
	html_verdict(p);
	html_actions(p);
	html_answers(p);
	html_clocks(p);
	html_contents(p);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		st = parts[i](p, err);
		if (st != TRIAGE_OK)
			return st;
	}
	html_verify(p);
	html_glossary(p);
	st = html_rows(p, err);
	html_foot(p);
	return st;
}

/* The zone asked for now, or else at the run. One that this system does not know is said in the page: then UTC alone. */
static void
choose_zone(struct page *p)
{
	struct triage_error why;
	bool asked = p->options->timezone != NULL && p->options->timezone[0] != '\0';
	snprintf(p->zone_name, sizeof(p->zone_name), "%s", asked ? p->options->timezone : case_meta(p->reader, META_TIMEZONE));
	bool wanted = p->zone_name[0] != '\0' && strcmp(p->zone_name, "UTC") != 0;
	if (!wanted || zone_load(p->zone_name, &p->zone, &why) != TRIAGE_OK)
		p->zone = NULL;
}

enum triage_status
html_page(struct case_reader *c, const struct report_options *options, struct output *out,
    enum triage_status (*write)(struct page *p, void *ctx, struct triage_error *err), void *ctx, struct triage_error *err)
{
	struct messages *messages;
	enum triage_status st = messages_new(&messages, err);
	if (st != TRIAGE_OK)
		return st;
	struct page p = { .reader = c, .options = options, .out = out, .messages = messages, .lang = lang_named(options->lang) };
	buf_init(&p.scratch, SCRATCH_MAX);
	choose_zone(&p);
	st = facts_collect(&p, err);
	if (st == TRIAGE_OK)
		st = write(&p, ctx, err);
	facts_release(&p.facts);
	buf_release(&p.scratch);
	zone_free(p.zone);
	messages_free(messages);
	return st;
}

static enum triage_status
write_report(struct case_reader *c, const struct report_options *options, struct output *out, struct triage_error *err)
{
	return html_page(c, options, out, write_page, NULL, err);
}

const struct exporter html_exporter = {
	.name = "report.html",
	.what = "the report for people: one page, four languages, no network",
	.write = write_report,
};
