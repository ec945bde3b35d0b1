#include "triage/detect/answers.h"

#include "triage/base/fault.h"
#include "triage/base/json.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ACCOUNTS_MAX = 500, REASONS_MAX = 8 };
#define YEAR (INT64_C(366) * 86400 * 1000000000)

static bool
is_among(const char *const *words, const char *word)
{
	while (*words != NULL && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

/* --- the first act --- */

const char *
answer_vector(const struct detect_finding *f)
{
	static const char *const rules[][2] = { { "detect:logon-", "remote-logon" }, { "detect:mssql-shell", "database-server" }, { "detect:protection-rdp", "remote-logon" },
		{ "detect:download-command", "download" } };
	static const char *const vectors[][2] = { { "brute-force", "guessed-password" }, { "webshell", "web" }, { "remote-access", "remote-access-tool" } };
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		if (strcmp(vectors[i][0], f->kind) == 0)
			return vectors[i][1];
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strncmp(f->rule, rules[i][0], strlen(rules[i][0])) == 0)
			return rules[i][1];
	if (strncmp(f->technique, "T1566", 5) == 0)
		return "mail";
	return strncmp(f->technique, "T1190", 5) == 0 ? "web" : strncmp(f->technique, "T1133", 5) == 0 || strncmp(f->technique, "T1021.001", 9) == 0 ? "remote-logon" : "unknown";
}

/*
 * A moment to which the rest belongs: the start of the encryption, else the most telling finding that has a time (they come sorted). What is dated more
 * than a year before is the age of a file, no act of this attack.
 */
static int64_t
anchor(const struct detect_finding *const *findings, size_t count, enum triage_severity least)
{
	int64_t best = TRIAGE_TIME_NONE, first = TRIAGE_TIME_NONE;
	for (size_t i = 0; i < count; i++) {
		const struct detect_finding *f = findings[i];
		if (f->severity < least || f->first_time == TRIAGE_TIME_NONE || f->first_time <= 0)
			continue;
		if (strcmp(f->kind, "encrypted") == 0 && (best == TRIAGE_TIME_NONE || f->first_time < best))
			best = f->first_time;
		if (first == TRIAGE_TIME_NONE)
			first = f->first_time;
	}
	return best != TRIAGE_TIME_NONE ? best : first;
}

static const struct detect_finding *
earliest(const struct detect_finding *const *findings, size_t count, enum triage_severity least)
{
	static const char *const kinds[] = { "persistence", "remote-access", "credential-access", "lateral-movement", "exfiltration", "protection-off", "backup-destroyed", "log-cleared", "anti-forensics",
		"webshell", "account", "brute-force", "sigma", "ransom-note", "encrypted", "known-bad", "ioc", NULL };
	const struct detect_finding *best = NULL;
	int64_t about = anchor(findings, count, least);
	for (size_t i = 0; i < count; i++) {
		const struct detect_finding *f = findings[i];
		if (f->severity < least || f->first_time == TRIAGE_TIME_NONE || f->first_time <= 0 || !is_among(kinds, f->kind) || when_since(f->first_time, about) > YEAR)
			continue;
		if (best == NULL || f->first_time < best->first_time || (f->first_time == best->first_time && f->severity > best->severity))
			best = f;
	}
	return best;
}

const struct detect_finding *
answer_first_act(const struct detect_finding *const *findings, size_t count)
{
	const struct detect_finding *f = earliest(findings, count, TRIAGE_HIGH);
	size_t medium = 0;
	for (size_t i = 0; i < count; i++)
		medium += findings[i]->severity == TRIAGE_MEDIUM;
	return f == NULL && medium > 1 ? earliest(findings, count, TRIAGE_MEDIUM) : f;
}

static void
put_text(struct buf *out, const char *key, const char *text, bool first)
{
	if (!first)
		buf_char(out, ',');
	buf_format(out, "\"%s\":", key);
	text_json_string(out, text[0] != '\0' ? text : NULL);
}

void
answer_entry(const struct detect_finding *const *findings, size_t count, struct buf *out)
{
	char when[WHEN_TEXT_SIZE];
	const struct detect_finding *f = answer_first_act(findings, count);
	if (f == NULL) {
		buf_text(out, "null");
		return;
	}
	buf_format(out, "{\"confidence\":%u", f->confidence);
	put_text(out, "finding", f->rule, false);
	put_text(out, "host", f->host, false);
	put_text(out, "kind", f->kind, false);
	put_text(out, "path", f->path, false);
	put_text(out, "technique", f->technique, false);
	put_text(out, "time", when_text(f->first_time, 9, "Z", when), false);
	put_text(out, "title", f->title, false);
	put_text(out, "vector", answer_vector(f), false);
	buf_char(out, '}');
}

/* --- accounts --- */

struct reset {
	char *name;			/* as first seen */
	int64_t last;
	enum triage_severity severity;
	const char *reasons[REASONS_MAX + 1];	/* the last one says that there are more */
	size_t reason_count;
};

struct resets {
	struct reset *list;
	size_t count;
	bool left_out;			/* not all are in the list */
	bool no_memory;
};

/* Accounts that nobody can reset: of machines and of Windows itself. */
static bool
is_nobody(const char *name)
{
	static const char *const own[] = { "", "-", "system", "local service", "network service", "anonymous logon", "localservice", "networkservice", "lokale service", "iusr", "nobody", NULL };
	const char *slash = strrchr(name, '\\'), *base = slash != NULL ? slash + 1 : name;
	size_t n = strlen(base);
	for (const char *const *o = own; *o != NULL; o++)
		if (strcasecmp(*o, base) == 0)
			return true;
	return base[n - 1] == '$' || strncmp(base, "S-1-5-18", 8) == 0 || strncmp(base, "S-1-5-19", 8) == 0 || strncmp(base, "S-1-5-20", 8) == 0 || strncasecmp(base, "DWM-", 4) == 0
	    || strncasecmp(base, "UMFD-", 5) == 0 || strncasecmp(name, "NT ", 3) == 0;
}

static void
add(struct resets *r, const char *name, const struct detect_finding *f, const char *reason)
{
	size_t i = 0;
	while (i < r->count && strcasecmp(r->list[i].name, name) != 0)
		i++;
	if (i == ACCOUNTS_MAX) {
		r->left_out = true;
		return;
	}
	struct reset *a = &r->list[i];
	if (i == r->count) {
		*a = (struct reset){ .name = fault_hit() ? NULL : strdup(name), .last = TRIAGE_TIME_NONE };
		if (a->name == NULL) {
			r->no_memory = true;
			return;
		}
		r->count++;
	}
	if (f->last_time != TRIAGE_TIME_NONE && (a->last == TRIAGE_TIME_NONE || f->last_time > a->last))
		a->last = f->last_time;
	if (f->severity > a->severity)
		a->severity = f->severity;
	for (size_t k = 0; k < a->reason_count; k++)
		if (strcmp(a->reasons[k], reason) == 0)
			return;
	if (a->reason_count <= REASONS_MAX)
		a->reasons[a->reason_count] = a->reason_count < REASONS_MAX ? reason : "More findings name it.";
	a->reason_count += a->reason_count <= REASONS_MAX;
}

/* The accounts of a finding stand in its detail. */
static void
add_accounts(struct resets *r, const struct detect_finding *f)
{
	struct json j;
	SCOPED_BUF name;
	buf_init(&name, 4096);
	json_start(&j, f->detail, strlen(f->detail));
	if (json_next(&j) != JSON_OBJECT)
		return;
	while (json_next(&j) == JSON_KEY) {
		if (!json_is(&j, "accounts")) {
			if (!json_skip(&j))
				return;
			continue;
		}
		if (json_next(&j) != JSON_ARRAY)
			return;
		while (json_next(&j) == JSON_STRING) {
			buf_clear(&name);
			json_string(&j, &name);
			if (name.failed)
				r->left_out = true;
			else if (!is_nobody(buf_cstr(&name)))
				add(r, buf_cstr(&name), f, f->title);
		}
	}
}

static int
compare(const void *a, const void *b)
{
	const struct reset *x = a, *y = b;
	int order = strcasecmp(x->name, y->name);
	return order != 0 ? order : strcmp(x->name, y->name);
}

static void
put_reset(struct buf *out, const struct reset *a)
{
	char when[WHEN_TEXT_SIZE];
	buf_char(out, '{');
	put_text(out, "account", a->name, true);
	put_text(out, "last_use", when_text(a->last, 9, "Z", when), false);
	buf_text(out, ",\"reasons\":[");
	for (size_t i = 0; i < a->reason_count; i++) {
		if (i > 0)
			buf_char(out, ',');
		text_json_string(out, a->reasons[i]);
	}
	buf_char(out, ']');
	put_text(out, "severity", triage_severity_name(a->severity), false);
	buf_char(out, '}');
}

enum triage_status
answer_accounts(const struct detect_finding *const *findings, size_t count, struct buf *out, bool *ret_left_out, struct triage_error *err)
{
	static const char *const kinds[] = { "credential-access", "lateral-movement", "account", "brute-force", "exfiltration", "persistence", "remote-access", "protection-off", "backup-destroyed", "log-cleared", NULL };
	static const char *const whole_domain[] = { "detect:credential-ntds-copy", "detect:credential-dcsync", "detect:credential-zerologon", NULL };
	struct resets r = { .list = fault_hit() ? NULL : calloc(ACCOUNTS_MAX, sizeof(*r.list)) };
	r.no_memory = r.list == NULL;
	for (size_t i = 0; i < count && !r.no_memory; i++) {
		const struct detect_finding *f = findings[i];
		if (f->severity < TRIAGE_MEDIUM || !is_among(kinds, f->kind))
			continue;
		if (is_among(whole_domain, f->rule))
			add(&r, "krbtgt", f, "The passwords of the whole domain are exposed: reset this account twice, at least ten hours apart, and all other accounts.");
		add_accounts(&r, f);
	}
	if (r.count > 1)
		qsort(r.list, r.count, sizeof(*r.list), compare);
	buf_char(out, '[');
	for (size_t i = 0; i < r.count; i++) {
		if (i > 0)
			buf_char(out, ',');
		put_reset(out, &r.list[i]);
		free(r.list[i].name);
	}
	buf_char(out, ']');
	free(r.list);
	*ret_left_out = r.left_out;
	if (r.no_memory) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the accounts to reset");
		return TRIAGE_E_MEMORY;
	}
	return buf_check(out, err);
}
