/* steps_end.c - the case, how thorough, the last page before the run, and the result. */
#include "triage/guided/guided_inside.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum guided_move
step_case(struct guided *g)
{
	static const enum guided_word labels[6] = { SAY_CASE_ID, SAY_CASE_EVIDENCE, SAY_CASE_EXAMINER, SAY_CASE_ORGANISATION, SAY_CASE_NOTE, SAY_CASE_WATCH };
	char now[WHEN_TEXT_SIZE];
	SCOPED_BUF text;
	buf_init(&text, 4096);
	when_text(g->host->now * INT64_C(1000000000), 0, "", now);
	now[16] = '\0';			/* to the minute */
	now[10] = ' ';
	snprintf(g->a.clock, sizeof(g->a.clock), "%s", now);
	guided_say(&text, g->a.lang, SAY_CASE_TEXT, now, NULL, NULL);
	for (size_t i = 0; i < 6; i++)
		g->a.fields[i].label = guided_word(g, labels[i]);
	struct guided_page page = { .kind = GUIDED_FORM, .text = buf_cstr(&text), .fields = g->a.fields, .field_count = 6 };
	return guided_move_of(guided_show(g, &page, SAY_CASE_TITLE));
}

/* Rough, and said to be: what a run of each kind takes beside a standard one. */
static double
seconds_of(const struct guided *g, enum guided_profile profile)
{
	double standard = guided_seconds(g->a.evidence_bytes), quick = 60 + standard / 20;
	switch (profile) {
	case GUIDED_QUICK: return quick < standard ? quick : standard;
	case GUIDED_FULL: return standard * 2;
	case GUIDED_STANDARD:
	case GUIDED_BUDGET:
	case GUIDED_PROFILES: break;
	}
	return standard;
}

static void
name_profile(const struct guided *g, enum guided_profile profile, char *out, size_t room)
{
	static const enum guided_word labels[GUIDED_PROFILES] = { SAY_PROFILE_STANDARD, SAY_PROFILE_BUDGET, SAY_PROFILE_QUICK, SAY_PROFILE_FULL };
	char time[32];
	SCOPED_BUF b;
	buf_init(&b, 4096);
	guided_say(&b, g->a.lang, labels[profile], guided_time(seconds_of(g, profile), time), NULL, NULL);
	snprintf(out, room, "%s", buf_cstr(&b));
}

enum guided_move
step_profile(struct guided *g)
{
	static const enum guided_word details[GUIDED_PROFILES] = { SAY_PROFILE_STANDARD_MORE, SAY_PROFILE_BUDGET_MORE, SAY_PROFILE_QUICK_MORE, SAY_PROFILE_FULL_MORE };
	struct guided_item items[GUIDED_PROFILES] = { 0 };
	char bytes[32];
	SCOPED_BUF text;
	buf_init(&text, 4096);
	guided_say(&text, g->a.lang, SAY_PROFILE_TEXT, guided_bytes(g->a.evidence_bytes, bytes), NULL, NULL);
	for (size_t i = 0; i < GUIDED_PROFILES; i++) {
		name_profile(g, (enum guided_profile)i, items[i].label, sizeof(items[i].label));
		snprintf(items[i].detail, sizeof(items[i].detail), "%s", guided_word(g, details[i]));
	}
	struct guided_page page = { .kind = GUIDED_MENU, .text = buf_cstr(&text), .items = items, .item_count = GUIDED_PROFILES, .current = g->a.profile };
	enum guided_answer answer = guided_show(g, &page, SAY_PROFILE_TITLE);
	if (page.current < GUIDED_PROFILES)
		g->a.profile = (enum guided_profile)page.current;
	return guided_move_of(answer);
}

enum guided_move
step_confirm(struct guided *g)
{
	char profile[200];
	SCOPED_BUF text, place;
	buf_init(&text, 1 << 20);
	buf_init(&place, 8192);
	text_safe(&place, g->a.place);
	buf_format(&text, "%s\n", guided_word(g, SAY_CONFIRM_WHAT));
	for (size_t i = 0; i < g->a.evidence_count; i++) {
		buf_text(&text, "  ");
		text_safe(&text, g->a.evidence[i]);
		buf_char(&text, '\n');
	}
	guided_say(&text, g->a.lang, SAY_CONFIRM_WHERE, buf_cstr(&place), NULL, NULL);
	buf_char(&text, '\n');
	name_profile(g, g->a.profile, profile, sizeof(profile));
	guided_say(&text, g->a.lang, SAY_CONFIRM_HOW, profile, NULL, NULL);
	buf_format(&text, "\n\n%s\n\n%s\n\n%s", guided_word(g, SAY_CONFIRM_WILL), guided_word(g, SAY_CONFIRM_WILL_NOT), guided_word(g, SAY_CONFIRM_STOP));
	struct guided_page page = { .kind = GUIDED_TEXT, .text = buf_cstr(&text), .next = guided_word(g, SAY_BEGIN) };
	return guided_move_of(guided_show(g, &page, SAY_CONFIRM_TITLE));
}

/* --- the result --- */

static void
add_line(struct buf *b, const struct guided *g, enum guided_word word, const char *first, const char *second, const char *third)
{
	guided_say(b, g->a.lang, word, first, second, third);
	buf_char(b, '\n');
}

static void
add_findings(struct buf *b, const struct guided *g, const struct triage_result *r)
{
	char n[3][32], family[220];
	if (r->encrypted_files > 0) {
		SCOPED_BUF name;
		buf_init(&name, 4096);
		text_safe(&name, r->family);
		snprintf(n[0], sizeof(n[0]), "%ju", (uintmax_t)r->encrypted_files);
		snprintf(family, sizeof(family), "%s%s%s", r->family[0] != '\0' ? "(" : "", buf_cstr(&name), r->family[0] != '\0' ? ")" : "");
		add_line(b, g, SAY_RESULT_ENCRYPTED, n[0], family, NULL);
	}
	for (unsigned i = 0; i < 3; i++)
		snprintf(n[i], sizeof(n[i]), "%ju", (uintmax_t)r->findings[TRIAGE_CRITICAL - i]);
	add_line(b, g, SAY_RESULT_FINDINGS, n[0], n[1], n[2]);
	snprintf(n[0], sizeof(n[0]), "%.1f %%", r->examined_share * 100);
	snprintf(n[1], sizeof(n[1]), "%ju", (uintmax_t)r->problems);
	add_line(b, g, SAY_RESULT_EXAMINED, n[0], n[1], NULL);
	if (r->budget_ended)
		add_line(b, g, SAY_RESULT_BUDGET, NULL, NULL, NULL);
	/* a quick examination leaves things out on purpose */
	else if (r->examined_share < 0.95 && g->a.profile != GUIDED_QUICK)
		add_line(b, g, SAY_RESULT_LITTLE, NULL, NULL, NULL);
	if (r->hash_mismatch)
		add_line(b, g, SAY_RESULT_HASH, NULL, NULL, NULL);
}

/* Four digits at a time, sixteen a line: so it can be copied by hand. */
static void
add_seal(struct buf *b, const char *seal)
{
	for (size_t i = 0; seal[i] != '\0'; i++)
		buf_format(b, "%s%c", i == 0 ? "  " : i % 16 == 0 ? "\n  " : i % 4 == 0 ? " " : "", seal[i]);
	buf_char(b, '\n');
}

static enum guided_word
verdict_of(const char *verdict)
{
	return strcmp(verdict, "compromised") == 0 ? SAY_VERDICT_COMPROMISED : strcmp(verdict, "suspicious") == 0 ? SAY_VERDICT_SUSPICIOUS :
	    strcmp(verdict, "incomplete") == 0 ? SAY_VERDICT_INCOMPLETE : SAY_VERDICT_NOTHING;
}

/* What happened and what to do, by the call that failed. */
static enum guided_word
failure_of(const struct guided_outcome *o)
{
	switch (o->cause) {
	case ENOSPC:
	case EDQUOT: return SAY_FAILED_FULL;
	case EROFS: return SAY_FAILED_READ_ONLY;
	case EFBIG: return SAY_FAILED_FAT;
	case EIO:
	case ENODEV:
	case ENXIO:
	case ENOTCONN: return SAY_FAILED_GONE;
	default: return SAY_FAILED_TEXT;
	}
}

void
step_result(struct guided *g)
{
	const struct guided_outcome *o = &g->outcome;
	enum guided_word title = SAY_RESULT_TITLE;
	SCOPED_BUF text, shown;
	buf_init(&text, 1 << 16);
	buf_init(&shown, 1 << 14);
	if (o->status == TRIAGE_OK) {
		char report[4200];
		snprintf(report, sizeof(report), "%s/data/report.html", o->result.bundle);
		text_safe(&shown, report);
		buf_format(&text, "%s\n\n", guided_word(g, verdict_of(o->result.verdict)));
		add_findings(&text, g, &o->result);
		add_line(&text, g, SAY_RESULT_REPORT, buf_cstr(&shown), NULL, NULL);
		buf_format(&text, "\n%s\n", guided_word(g, SAY_RESULT_SEAL));
		add_seal(&text, o->result.seal);
		buf_format(&text, "\n%s", guided_word(g, SAY_RESULT_NEXT));
	} else if (o->status == TRIAGE_E_INTERRUPTED) {
		title = SAY_STOPPED_TITLE;
		text_safe(&shown, g->a.bundle);
		guided_say(&text, g->a.lang, SAY_STOPPED_TEXT, buf_cstr(&shown), NULL, NULL);
	} else {
		title = SAY_FAILED_TITLE;
		text_safe(&shown, o->why);
		guided_say(&text, g->a.lang, failure_of(o), buf_cstr(&shown), NULL, NULL);
	}
	struct guided_page page = { .kind = GUIDED_TEXT, .text = buf_cstr(&text), .next = guided_word(g, SAY_CLOSE), .back = "" };
	guided_show(g, &page, title);
}
