/*
 * wer.c - programs that failed or hung, by Windows Error Reporting: Report.wer.
 *
 * UTF-16LE lines of KEY=VALUE. EventTime is a FILETIME; AppPath and, in TargetAppId, the SHA-1 of the program are what is worth most. Sig[n].Name names Sig[n].Value.
 * Source: reports of Windows 7 to 11; Microsoft, WER settings and "Windows Error Reporting" overview.
 */
#include "triage/artefact/text_fields.h"
#include "triage/artefact/wintext.h"
#include "triage/artefact/xml.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WHOLE = 4 << 20, FRONT = 2048, VALUE = 2048, SIGNS = 16, SHA1 = 40 };

struct report {
	const char *text;
	char type[64], path[VALUE], name[256], app[256], target[512], time[32], friendly[256], user[128];
	bool cut;
};

static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	if (head.size < 32)
		return false;
	SCOPED_BUF text;
	buf_init(&text, 4 * FRONT);
	xml_decode(&text, (struct view){ head.data, head.size < FRONT ? head.size : FRONT });
	const char *p = buf_cstr(&text);
	return strncmp(p, "Version=", 8) == 0 && strstr(p, "\nEventType=") != NULL && strstr(p, "\nEventTime=") != NULL;
}

/* "W:0006f519...!0000f2b5...40 digits!name.exe": the SHA-1 of the program, after four zeros. */
static bool
sha1_of(const char *target, char out[SHA1 + 1])
{
	const char *p = strchr(target, '!');
	if (p == NULL || strncmp(p + 1, "0000", 4) != 0 || strspn(p + 5, "0123456789abcdefABCDEF") != SHA1 || p[5 + SHA1] != '!')
		return false;
	snprintf(out, SHA1 + 1, "%s", p + 5);
	return true;
}

static void
put_signs(struct artefact *a, const char *text)
{
	char key[32], name[128], value[VALUE], snake[48];
	struct text_keys seen = { .count = 0 };
	bool cut = false;
	for (unsigned i = 0; i < SIGNS; i++) {
		snprintf(key, sizeof(key), "Sig[%u].Name", i);
		(void)text_value_of(text, key, name, sizeof(name), &cut);
		snprintf(key, sizeof(key), "Sig[%u].Value", i);
		(void)text_value_of(text, key, value, sizeof(value), &cut);
		if (value[0] == '\0')
			continue;
		/* names are words of the machine's language: what is left of them as a key, or the number */
		text_snake(name, snake, sizeof(snake));
		char full[64];
		snprintf(full, sizeof(full), "sign_%u%s%.40s", i, snake[0] != '\0' ? "_" : "", snake);
		if (text_key_is_new(&seen, full))
			artefact_text(a, full, value);
	}
	if (cut)
		artefact_cut(a);
}

static enum triage_status
send_report(struct artefact *a, struct report *r, int64_t when, struct triage_error *err)
{
	char value[VALUE], sha1[SHA1 + 1];
	const char *what = r->path[0] != '\0' ? r->path : r->app;
	bool hung = strcasestr(r->type, "hang") != NULL;
	artefact_event(a, when, hung ? "program hung" : strcasestr(r->type, "crash") != NULL || strcmp(r->type, "BEX") == 0 || strcmp(r->type, "BEX64") == 0 ||
	    strncmp(r->type, "CLR", 3) == 0 ? "program failed" : "failure reported");
	artefact_offset(a, 0);
	artefact_text(a, "event_type", r->type);
	artefact_text(a, "event_name", r->friendly);
	artefact_text(a, "application", r->app);
	artefact_text(a, "application_path", r->path);
	if (sha1_of(r->target, sha1))
		artefact_text(a, "sha1", sha1);
	artefact_text(a, "target_app_id", r->target);
	artefact_text(a, "target_app_version", text_value_of(r->text, "TargetAppVer", value, sizeof(value), &r->cut));
	artefact_text(a, "original_name", text_value_of(r->text, "OriginalFilename", value, sizeof(value), &r->cut));
	artefact_text(a, "report_id", text_value_of(r->text, "ReportIdentifier", value, sizeof(value), &r->cut));
	artefact_text(a, "is_fatal", text_value_of(r->text, "IsFatal", value, sizeof(value), &r->cut));
	put_signs(a, r->text);
	if (r->cut)
		artefact_cut(a);
	artefact_user(a, r->user);
	artefact_message(a, "%s %s (%s)", what[0] != '\0' ? what : "A program", hung ? "hung" : "failed", r->friendly[0] != '\0' ? r->friendly : r->type);
	return artefact_send(a, err);
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct report r = { .text = "", .cut = all.size > WHOLE };
	SCOPED_BUF text;
	buf_init(&text, 2 * WHOLE);
	xml_decode(&text, (struct view){ all.data, all.size < WHOLE ? all.size : WHOLE });
	r.text = buf_cstr(&text);
	(void)text_value_of(r.text, "EventType", r.type, sizeof(r.type), &r.cut);
	(void)text_value_of(r.text, "AppPath", r.path, sizeof(r.path), &r.cut);
	(void)text_value_of(r.text, "AppName", r.app, sizeof(r.app), &r.cut);
	(void)text_value_of(r.text, "NsAppName", r.name, sizeof(r.name), &r.cut);
	if (r.name[0] != '\0' && r.app[0] == '\0')
		snprintf(r.app, sizeof(r.app), "%s", r.name);
	(void)text_value_of(r.text, "TargetAppId", r.target, sizeof(r.target), &r.cut);
	(void)text_value_of(r.text, "FriendlyEventName", r.friendly, sizeof(r.friendly), &r.cut);
	(void)text_value_of(r.text, "EventTime", r.time, sizeof(r.time), &r.cut);
	text_user_of_path(artefact_who(a)->path, r.user, sizeof(r.user));
	char *end = r.time;
	uint64_t filetime = strtoull(r.time, &end, 10);
	int64_t when = r.time[0] >= '0' && r.time[0] <= '9' && *end == '\0' ? when_from_filetime(filetime) : TRIAGE_TIME_NONE;
	if (when == TRIAGE_TIME_NONE)
		return artefact_remark(a, TRIAGE_LOW, "report-damaged", 0, all.size, err, "the report has no time that can be: \"%.24s\"", r.time);
	return send_report(a, &r, when, err);
}

const struct artefact_kind artefact_wer = {
	.name = "wer",
	.source = "other",
	.title = "report of Windows Error Reporting (Report.wer)",
	.yields = "programs that failed or hung: path, SHA-1, module, when",
	.reference = "reports of Windows 7 to 11",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};
