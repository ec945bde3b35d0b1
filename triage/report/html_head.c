/* html_head.c - the head with its policy and style, the top bar, the contents; and the foot with messages and script. */
#include "triage/report/html.h"

#include "triage/base/digest.h"
#include "triage/base/text.h"
#include "triage/report/assets.h"

#include <stdio.h>
#include <string.h>

enum { BASE64_SHA256 = HTML_POLICY_HASH - 1, HOST_NAME = 2 };

void
html_policy_hash(const struct asset *asset, char out[HTML_POLICY_HASH])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char hex[65];
	uint8_t sum[33] = { 0 };	/* one byte more, so that the last group of three is whole */
	digest_sha256_hex(asset->text, asset->size, hex);
	if (!text_unhex(hex, sum, 32))
		memset(sum, 0, sizeof(sum));
	for (size_t i = 0; i < 11; i++) {
		uint32_t bits = (uint32_t)sum[3 * i] << 16 | (uint32_t)sum[3 * i + 1] << 8 | sum[3 * i + 2];
		for (size_t k = 0; k < 4; k++)
			out[4 * i + k] = digits[bits >> (18 - 6 * k) & 63];
	}
	out[BASE64_SHA256 - 1] = '=';
	out[BASE64_SHA256] = '\0';
}

/* What the evidence is called: the host when it is known, else the first evidence. */
void
html_subject(struct page *p)
{
	char host[300];
	if (meta_text(p, META_HOST, host, sizeof(host))[0] != '\0') {
		page_evidence(p, host);
		return;
	}
	struct triage_error err;
	struct case_cursor *c;
	/* the one system that is known calls itself something */
	if (case_count(p->reader, CASE_HOSTS) == 1 && case_rows(p->reader, CASE_HOSTS, CASE_BY_ID, &c, &err) == TRIAGE_OK) {
		bool named = case_next(c, &err) == TRIAGE_OK && case_text(c, HOST_NAME)[0] != '\0';
		if (named)
			page_evidence(p, case_text(c, HOST_NAME));
		case_cursor_close(c);
		if (named)
			return;
	}
	if (case_rows(p->reader, CASE_EVIDENCE, CASE_BY_ID, &c, &err) != TRIAGE_OK)
		return;
	if (case_next(c, &err) == TRIAGE_OK) {
		const char *name = case_text(c, CASE_EVIDENCE_NAME), *slash = strrchr(name, '/');
		page_evidence(p, slash != NULL && slash[1] != '\0' ? slash + 1 : name);
	}
	uint64_t more = case_count(p->reader, CASE_EVIDENCE);
	case_cursor_close(c);
	if (more > 1) {
		page_raw(p, " ");
		page_say(p, "span", "head.more", WITH(AS_COUNT(more - 1)));
	}
}

static void
put_case(struct page *p, const char *tag)
{
	char id[200];
	if (meta_text(p, META_CASE_ID, id, sizeof(id))[0] != '\0')
		page_say(p, tag, "head.case", WITH(AS_TEXT(id)));
	else
		page_say(p, tag, "head.report", NULL);
}

void
html_languages(struct page *p)
{
	page_raw(p, "<span class=\"tools\" role=\"group\" hidden");
	page_label(p, "aria-label", "head.language", NULL);
	page_raw(p, ">");
	static const char *const own_names[LANG_COUNT] = { "Nederlands", "Français", "Deutsch", "English" };
	static const char *const short_names[LANG_COUNT] = { "NL", "FR", "DE", "EN" };
	for (unsigned i = 0; i < LANG_COUNT; i++)
		page_format(p, "<button type=\"button\" data-lang=\"%s\" lang=\"%s\" aria-label=\"%s, %s\" aria-pressed=\"%s\">%s</button>",
		    lang_name((enum lang)i), lang_name((enum lang)i), short_names[i], own_names[i], i == p->lang ? "true" : "false", short_names[i]);
	page_say(p, "button type=\"button\" id=\"print\"", "head.print", NULL);
	page_raw(p, "</span>");
}

static void
put_bar(struct page *p)
{
	page_raw(p, "<header><div class=\"wrap bar\">\n");
	put_case(p, "b");
	page_raw(p, "<span class=\"soft\"><bdi>");
	html_subject(p);
	page_raw(p, "</bdi> · ");
	int64_t when = p->facts.finished;
	if (when == TRIAGE_TIME_NONE)
		when = meta_time(p, META_STARTED);
	if (when != TRIAGE_TIME_NONE)
		page_say(p, "span", "head.examined", WITH(AS_TIME(page_local(p, when), TIME_MINUTE),
		    AS_TEXT(p->zone != NULL ? p->zone_name : "UTC")));
	else
		page_say(p, "span", "head.examined-unknown", NULL);
	page_raw(p, "</span>\n");
	html_languages(p);
	page_raw(p, "\n</div></header>\n");
}

void
html_head_open(struct page *p)
{
	char style_hash[BASE64_SHA256 + 1], script_hash[BASE64_SHA256 + 1], explore_hash[BASE64_SHA256 + 1], nonce[100] = "";
	struct asset style = asset_style(), script = asset_script(), explore = asset_explore_script();
	html_policy_hash(&style, style_hash);
	html_policy_hash(&script, script_hash);
	html_policy_hash(&explore, explore_hash);
	if (p->nonce[0] != '\0')
		snprintf(nonce, sizeof(nonce), " 'nonce-%s'", p->nonce);
	page_format(p, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", lang_name(p->lang));
	page_raw(p, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
	page_format(p, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-%s'; "
	    "script-src 'sha256-%s' 'sha256-%s'%s; base-uri 'none'; form-action 'none'\">\n", style_hash, script_hash, explore_hash, nonce);
	page_raw(p, "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<style>");
	output_put(p->out, style.text, style.size);
	page_raw(p, "</style>\n");
}

void
html_head(struct page *p)
{
	html_head_open(p);
	put_case(p, "title");
	page_raw(p, "\n</head>\n<body>\n");
	page_say(p, "a class=\"skip\" href=\"#verdict\"", "head.skip", NULL);
	page_raw(p, "\n");
	put_bar(p);
	page_raw(p, "<main class=\"wrap\">\n");
}

/* Files that are damaged, or renamed by the program that damages. The sum over the case comes first. */
static bool
has_damage(struct page *p)
{
	struct triage_error err;
	struct case_cursor *c;
	bool any = false;
	if (case_rows(p->reader, CASE_DAMAGE, CASE_BY_ID, &c, &err) != TRIAGE_OK)
		return false;
	if (case_next(c, &err) == TRIAGE_OK)
		any = case_int(c, CASE_DAMAGE_DAMAGED_FILES) > 0 || case_int(c, CASE_DAMAGE_RENAMED) > 0;
	case_cursor_close(c);
	return any;
}

bool
html_has(struct page *p, const char *part)
{
	if (strcmp(part, "answers") == 0)
		return case_meta(p->reader, "answer.first_action")[0] == '{';
	if (strcmp(part, "stories") == 0)
		return case_count(p->reader, CASE_STORIES) > 0;
	if (strcmp(part, "moments") == 0)
		return p->facts.dated;
	if (strcmp(part, "resets") == 0)
		return strncmp(case_meta(p->reader, "answer.accounts_to_reset"), "[{", 2) == 0;
	if (strcmp(part, "damage") == 0)
		return has_damage(p);
	if (strcmp(part, "contradictions") == 0)
		return meta_number(p, "contradictions") > 0;
	if (strcmp(part, "machines") == 0)
		return case_count(p->reader, CASE_HOSTS) > 0;
	return strcmp(part, "contacts") != 0 || case_count(p->reader, CASE_CONTACTS) > 0;
}

void
html_contents(struct page *p)
{
	static const char *const parts[][2] = {
		{ "answers", "nav.answers" }, { "stories", "nav.stories" }, { "moments", "nav.moments" }, { "damage", "nav.damage" }, { "resets", "nav.resets" }, { "findings", "nav.findings" }, { "activity", "nav.activity" }, { "machines", "nav.machines" }, { "contacts", "nav.contacts" }, { "contradictions", "nav.contradictions" }, { "volumes", "nav.volumes" }, { "gaps", "nav.gaps" },
		{ "files", "nav.files" }, { "method", "nav.method" }, { "verify", "nav.verify" }, { "words", "nav.words" },
	};
	page_raw(p, "<nav");
	page_label(p, "aria-label", "nav.title", NULL);
	page_raw(p, ">");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		char tag[48];
		if (!html_has(p, parts[i][0]))
			continue;
		snprintf(tag, sizeof(tag), "a href=\"#%s\"", parts[i][0]);
		page_say(p, tag, parts[i][1], NULL);
	}
	page_raw(p, "</nav>\n");
}

void
html_foot(struct page *p)
{
	page_raw(p, "</main>\n<footer class=\"wrap soft\">");
	page_say(p, "p", "foot.made", WITH(AS_TEXT(TRIAGE_VERSION)));
	page_raw(p, "</footer>\n");
	html_scripts(p);
	struct asset explore = asset_explore_script();
	if (p->nonce[0] != '\0')
		page_format(p, "<script nonce=\"%s\">", p->nonce);
	else
		page_raw(p, "<script>");
	output_put(p->out, explore.text, explore.size);
	page_raw(p, "</script>\n</body>\n</html>\n");
}

void
html_scripts(struct page *p)
{
	page_raw(p, "<script type=\"application/json\" id=\"messages\">{");
	SCOPED_BUF json;
	buf_init(&json, 4 << 20);
	for (unsigned i = 0; i < LANG_COUNT; i++) {
		buf_format(&json, "%s\"%s\":", i > 0 ? ",\n" : "", lang_name((enum lang)i));
		messages_json(p->messages, (enum lang)i, &json);
	}
	output_buf(p->out, &json);
	page_raw(p, "}</script>\n<script>");
	struct asset script = asset_script();
	output_put(p->out, script.text, script.size);
	page_raw(p, "</script>\n");
}
