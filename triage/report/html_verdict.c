/* html_verdict.c - the first section: one sentence of judgement, how much was examined, why; never "clean". */
#include "triage/report/html.h"

#include "triage/base/json.h"

#include <stdio.h>
#include <string.h>

enum { REASONS_MAX = 12, REASONS_SIZE = 4 << 20, WORD_MAX = 32 };

struct verdict_look {
	const char *word;	/* as the judge wrote it */
	const char *class;
	const char *sentence, *advice;
};

static const struct verdict_look looks[] = {
	{ "compromised", "crit", "verdict.compromised", "advice.compromised" },
	{ "suspicious", "high", "verdict.suspicious", "advice.suspicious" },
	{ "nothing-found", "calm", "verdict.nothing-found", "advice.nothing-found" },
	{ "incomplete", "med", "verdict.incomplete", "advice.incomplete" },
};
static const struct verdict_look unjudged = { "", "med", "verdict.unjudged", "advice.incomplete" };

static const struct verdict_look *
look_of(const char *word)
{
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (strcmp(word, looks[i].word) == 0)
			return &looks[i];
	return &unjudged;
}

/* "This system was attacked. 41,207 files are encrypted, very probably by Play." as far as the case says so. */
static void
put_sentence(struct page *p, const struct verdict_look *look)
{
	const struct facts *f = &p->facts;
	char family[200];
	bool named = meta_text(p, META_FAMILY, family, sizeof(family))[0] != '\0';
	page_raw(p, "<h1>");
	if (f->coverage.known)
		page_say(p, "span", look->sentence, WITH(AS_SHARE(f->coverage.examined)));
	else
		page_say(p, "span", strcmp(look->word, "nothing-found") == 0 ? "verdict.unmeasured" : look->sentence, NULL);
	page_raw(p, " ");
	if (f->encrypted_files > 0 && named)
		page_say(p, "span", "verdict.encrypted-by", WITH(AS_COUNT(f->encrypted_files),
		    AS_KEY(confidence_key(html_certainty(p, "family", f->family_confidence))), AS_TEXT(family)));
	else if (f->encrypted_files > 0)
		page_say(p, "span", "verdict.encrypted", WITH(AS_COUNT(f->encrypted_files)));
	else if (f->notes > 0 && named)
		page_say(p, "span", "verdict.notes-of", WITH(AS_COUNT(f->notes), AS_TEXT(family)));
	else if (f->notes > 0)
		page_say(p, "span", "verdict.notes", WITH(AS_COUNT(f->notes)));
	if (f->findings == 0 && f->coverage.closed_volumes > 0) {
		page_raw(p, " ");
		page_say(p, "span", "coverage.closed", WITH(AS_COUNT(f->coverage.closed_volumes), AS_BYTES(f->coverage.closed_bytes)));
	}
	page_raw(p, "</h1>\n");
}

/* Three bars as SVG: widths are attributes there, and need no inline style. */
static void
put_meter(struct page *p)
{
	const struct coverage *k = &p->facts.coverage;
	page_raw(p, "<svg class=\"meter\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" role=\"img\"");
	page_label(p, "aria-label", "coverage.meter", WITH(AS_SHARE(k->examined), AS_SHARE(k->skipped), AS_SHARE(k->failed)));
	/* what is more than nothing is at least as wide as a person can see */
	int skipped = k->skipped > 0 && k->skipped < 4 ? 4 : (int)k->skipped;
	int failed = k->failed > 0 && k->failed < 4 ? 4 : (int)k->failed;
	int examined = 1000 - skipped - failed;
	page_format(p, "><rect class=\"m1\" x=\"0\" width=\"%d\" height=\"10\"/><rect class=\"m2\" x=\"%d\" width=\"%d\" height=\"10\"/>"
	    "<rect class=\"m3\" x=\"%d\" width=\"%d\" height=\"10\"/></svg>\n", examined, examined, skipped, examined + skipped, failed);
}

/* A budget ended: what is left, and for how long, as the run reckoned it. */
static void
put_budget(struct page *p)
{
	enum { MINUTE = 60, HOUR = 3600 };
	uint64_t streams = meta_number(p, "budget.streams"), seconds = meta_number(p, "budget.seconds");
	if (streams == 0)
		return;
	page_raw(p, "<p class=\"sub\">");
	page_say(p, "b", "coverage.budget", WITH(AS_COUNT(streams), AS_BYTES(meta_number(p, "budget.bytes"))));
	if (seconds > 0) {
		page_raw(p, " ");
		page_say(p, "span", seconds < 2 * HOUR ? "coverage.budget-minutes" : "coverage.budget-hours",
		    WITH(AS_COUNT(seconds < 2 * HOUR ? (seconds + MINUTE - 1) / MINUTE : (seconds + HOUR / 2) / HOUR)));
	}
	page_raw(p, "</p>\n");
}

static void
put_coverage(struct page *p)
{
	const struct coverage *k = &p->facts.coverage;
	if (!k->known) {
		page_say(p, "p class=\"sub\"", "coverage.unknown", NULL);
		return;
	}
	put_meter(p);
	page_raw(p, "<p class=\"sub\">");
	if (k->streams > 0)
		page_say(p, "span", "coverage.files", WITH(AS_COUNT(k->streams), AS_COUNT(k->streams_examined),
		    AS_SHARE(k->examined)));
	if (k->bytes > 0) {
		page_raw(p, " ");
		page_say(p, "span", "coverage.bytes", WITH(AS_BYTES(k->bytes_examined), AS_BYTES(k->bytes)));
	}
	if (k->streams_skipped > 0) {
		page_raw(p, " ");
		page_say(p, "span", "coverage.skipped", WITH(AS_COUNT(k->streams_skipped)));
	}
	if (k->streams_failed > 0) {
		page_raw(p, " ");
		page_say(p, "span", "coverage.failed", WITH(AS_COUNT(k->streams_failed)));
	}
	if (k->closed_volumes > 0) {
		page_raw(p, " ");
		page_say(p, "b", "coverage.closed", WITH(AS_COUNT(k->closed_volumes), AS_BYTES(k->closed_bytes)));
	}
	page_raw(p, " ");
	page_say(p, "a href=\"#gaps\"", p->facts.problems > 0 ? "coverage.problems" : "coverage.no-problems",
	    WITH(AS_COUNT(p->facts.problems)));
	page_raw(p, "</p>\n");
}

/*
 * "KIND: TITLE (SEVERITY, confidence N, count N): N points.", as detect/verdict.c writes it. A title may hold all of that: the marks are looked for from the end.
 * Returns false when it is not of that form.
 */
static bool
put_finding_reason(struct page *p, char *text)
{
	char room[64], word[16];
	unsigned confidence;
	uintmax_t count;
	long points;
	int end = 0;
	char *title = strstr(text, ": "), *open = NULL;
	if (title == NULL)
		return false;
	for (char *at = title; (at = strstr(at, " (")) != NULL; at += 2)
		open = at;
	if (open == NULL || sscanf(open, " (%15[a-z], confidence %u, count %ju): %ld points.%n", word, &confidence, &count, &points, &end) != 4 || end == 0 || open[end] != '\0')
		return false;
	*title = *open = '\0';
	page_say(p, "span", key_or(p, room, "kind", text, "kind.other"), NULL);
	page_say(p, "span", "text.colon", NULL);
	page_raw(p, " ");
	page_rule_text(p, "b", title + 2);
	page_raw(p, " ");
	page_say(p, "span", "reason.weight", WITH(AS_KEY(severity_key(severity_of(word))), AS_KEY(confidence_key(confidence)), AS_COUNT(count), AS_COUNT(points)));
	return true;
}

static void
put_reason(struct page *p, struct buf *reason)
{
	char *text = reason->size > 0 ? reason->data : NULL;	/* in a case from elsewhere it may be empty */
	unsigned whole, tenth;
	int end = 0;
	page_raw(p, "<li>");
	if (text != NULL && sscanf(text, "%u.%1u %% of the content bytes were examined%n", &whole, &tenth, &end) == 2 && end > 0 && whole <= 100)
		page_say(p, "span", text[end] == ',' ? "reason.share-little" : "reason.share", WITH(AS_SHARE((int64_t)whole * 10 + tenth)));
	else if (text == NULL || !put_finding_reason(p, text))
		page_told(p, "span", buf_cstr(reason));
	page_raw(p, "</li>");
}

/* The judge's reasons are English sentences of the program. */
static void
put_reasons(struct page *p)
{
	SCOPED_BUF reasons, one;
	buf_init(&reasons, REASONS_SIZE);
	buf_init(&one, REASONS_SIZE);
	buf_text(&reasons, case_meta(p->reader, META_REASONS));
	struct json j;
	json_start(&j, buf_cstr(&reasons), reasons.size);
	if (json_next(&j) != JSON_ARRAY || json_next(&j) != JSON_STRING)
		return;
	page_raw(p, "<details open>");
	page_say(p, "summary", "verdict.why", WITH(AS_COUNT(meta_number(p, META_SCORE))));
	page_raw(p, "<ul>");
	for (size_t i = 0; i < REASONS_MAX && j.event == JSON_STRING; i++, json_next(&j)) {
		buf_clear(&one);
		json_string(&j, &one);
		put_reason(p, &one);
	}
	page_raw(p, "</ul></details>\n");
}

void
html_verdict_short(struct page *p)
{
	char word[WORD_MAX];
	const struct verdict_look *look = look_of(meta_text(p, META_VERDICT, word, sizeof(word)));
	put_sentence(p, look);
	page_say(p, "p class=\"sub lead\"", look->advice, NULL);
	if (p->facts.coverage.known && p->facts.coverage.streams > 0)
		page_say(p, "p class=\"sub\"", "coverage.files", WITH(AS_COUNT(p->facts.coverage.streams), AS_COUNT(p->facts.coverage.streams_examined),
		    AS_SHARE(p->facts.coverage.examined)));
	put_budget(p);
}

void
html_verdict(struct page *p)
{
	char word[WORD_MAX];
	const struct verdict_look *look = look_of(meta_text(p, META_VERDICT, word, sizeof(word)));
	page_format(p, "<section id=\"verdict\" class=\"verdict %s\" tabindex=\"-1\"", look->class);
	page_label(p, "aria-label", "verdict.title", NULL);
	page_raw(p, ">\n");
	put_sentence(p, look);
	page_say(p, "p class=\"sub lead\"", look->advice, NULL);
	page_raw(p, "\n");
	put_coverage(p);
	put_budget(p);
	html_tiles(p);
	put_reasons(p);
	page_raw(p, "</section>\n");
}
