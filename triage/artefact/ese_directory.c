/*
 * ese_directory.c - Active Directory (ntds.dit) and Certificate Services: accounts with their dates, and who asked for which certificate.
 *
 * Nothing that is secret is read: no hashes, no keys, no attribute of the kind. Names of the columns are those of the schema
 * ("ATT", a letter for the syntax, the number of the attribute).
 */
#include "triage/artefact/ese_kinds.h"

#include "triage/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { UAC_DISABLED = 0x2, TYPE_USER = 0x30000000, TYPE_MACHINE = 0x30000001, TYPE_TRUST = 0x30000002 };

/* whenCreated and whenChanged count seconds since 1601. */
static int64_t
directory_seconds(struct ese_cursor *c, const char *column)
{
	uint64_t seconds;
	if (!ese_get_unsigned(c, column, &seconds) || seconds == 0 || seconds > UINT64_C(900000000000))
		return TRIAGE_TIME_NONE;
	return when_from_unix((int64_t)seconds - INT64_C(11644473600), 0);
}

static enum triage_status
account_facts(struct artefact *a, const char *sid, const char *name, bool disabled, int64_t created, int64_t logon, int64_t password,
    struct triage_error *err)
{
	enum triage_status st = artefact_fact(a, "account", sid, "name", name, 60, err);
	if (st == TRIAGE_OK)
		st = artefact_fact(a, "account", sid, "disabled", disabled ? "yes" : "no", 60, err);
	if (st == TRIAGE_OK)
		st = artefact_fact_time(a, "account", sid, "created", created, 60, err);
	if (st == TRIAGE_OK)
		st = artefact_fact_time(a, "account", sid, "last_login", logon, 60, err);
	return st == TRIAGE_OK ? artefact_fact_time(a, "account", sid, "last_password_change", password, 60, err) : st;
}

static void
put_more(struct ese_cursor *c)
{
	static const char *const texts[][2] = { { "ATTm590480", "user_principal_name" }, { "ATTm13", "description" }, { "ATTm590443", "dns_host_name" },
		{ "ATTm590595", "service_principal_name" } };
	SCOPED_BUF text;
	uint64_t n;
	buf_init(&text, 4 * ARTEFACT_VALUE_MAX);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (ese_get_text(c, texts[i][0], &text))
			artefact_text(c->e->a, texts[i][1], buf_cstr(&text));
	if (ese_get_unsigned(c, "ATTj589974", &n))
		artefact_unsigned(c->e->a, "admin_count", n);
	if (ese_get_unsigned(c, "ATTi131120", &n) && n != 0)
		artefact_flag(c->e->a, "deleted", true);
}

static enum triage_status
send_account(struct ese_cursor *c, uint64_t type, struct triage_error *err)
{
	struct artefact *a = c->e->a;
	SCOPED_BUF name, sid, full;
	struct ese_value v;
	const char *precision = "100ns", *kind = type == TYPE_MACHINE ? "Machine account" : type == TYPE_TRUST ? "Trust account" : "Account";
	uint64_t control = 0, count = 0;
	buf_init(&name, 4096);
	buf_init(&sid, 256);
	buf_init(&full, 4096);
	(void)ese_get_text(c, "ATTm590045", &name);
	(void)ese_get_text(c, "ATTm3", &full);
	if (ese_get_named(c, "ATTr589970", &v))
		(void)ese_sid_text(v.bytes, true, &sid);
	(void)!ese_get_unsigned(c, "ATTj589832", &control);
	(void)!ese_get_unsigned(c, "ATTj589993", &count);
	const struct { int64_t time; const char *meaning, *key; } times[] = {
		{ directory_seconds(c, "ATTl131074"), "account created", "when_created" },
		{ directory_seconds(c, "ATTl131075"), "account last changed", "when_changed" },
		{ ese_get_time(c, "ATTq589876", &precision), "last logon", "last_logon" },
		{ ese_get_time(c, "ATTq591520", &precision), "last logon of any controller", "last_logon_timestamp" },
		{ ese_get_time(c, "ATTq589920", &precision), "password last set", "pwd_last_set" },
		{ ese_get_time(c, "ATTq589873", &precision), "last failed logon", "bad_password_time" },
	};
	artefact_event(a, TRIAGE_TIME_NONE, "");
	artefact_offset(a, c->offset);
	artefact_part(a, "directory");
	artefact_text(a, "sam_account_name", buf_cstr(&name));
	artefact_text(a, "name", buf_cstr(&full));
	artefact_text(a, "object_sid", buf_cstr(&sid));
	artefact_unsigned(a, "user_account_control", control);
	artefact_flag(a, "disabled", (control & UAC_DISABLED) != 0);
	artefact_unsigned(a, "logon_count", count);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		artefact_when(a, times[i].key, times[i].time);
	put_more(c);
	artefact_user(a, buf_cstr(&name));
	artefact_message(a, "%s %s%s in Active Directory", kind, buf_cstr(&name), (control & UAC_DISABLED) != 0 ? " (disabled)" : "");
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]) && st == TRIAGE_OK; i++) {
		artefact_precision(a, i < 2 ? "s" : "100ns");
		artefact_again(a, times[i].time, times[i].meaning);
		st = artefact_send(a, err);
	}
	if (st == TRIAGE_OK && sid.size > 0 && type == TYPE_USER)
		st = account_facts(a, buf_cstr(&sid), buf_cstr(&name), (control & UAC_DISABLED) != 0, times[0].time, times[2].time, times[4].time, err);
	return st;
}

enum triage_status
ese_read_directory(struct ese *e, struct triage_error *err)
{
	struct ese_cursor c;
	bool row = true;
	enum triage_status st = TRIAGE_OK;
	ese_rows(&c, e, ese_table(e, "datatable"));
	while (st == TRIAGE_OK && (st = ese_next(&c, &row, err)) == TRIAGE_OK && row) {
		uint64_t type;
		if (!ese_get_unsigned(&c, "ATTj590126", &type) || type < TYPE_USER || type > TYPE_TRUST)
			continue;
		st = send_account(&c, type, err);
	}
	return st;
}

/* --- Certificate Services --- */

static enum triage_status
send_request(struct ese_cursor *c, bool issued, struct triage_error *err)
{
	/* names of text columns begin with $; databases without it are known too */
	static const char *const texts[][2] = { { "$RequesterName", "requester_name" }, { "$CallerName", "caller_name" }, { "$CommonName", "common_name" },
		{ "$DistinguishedName", "distinguished_name" }, { "$UPN", "upn" }, { "$CertificateTemplate", "certificate_template" },
		{ "$SerialNumber", "serial_number" }, { "$RequestAttributes", "request_attributes" }, { "$DispositionMessage", "disposition_message" },
		{ "$CertificateHash", "certificate_hash" } };
	static const char *const times[][2] = { { "SubmittedWhen", "request submitted" }, { "ResolvedWhen", "request resolved" },
		{ "RevokedWhen", "certificate revoked" }, { "NotBefore", "certificate valid from" }, { "NotAfter", "certificate valid until" } };
	struct artefact *a = c->e->a;
	SCOPED_BUF text, who;
	uint64_t n;
	buf_init(&text, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&who, 4 * ARTEFACT_VALUE_MAX);
	artefact_event(a, TRIAGE_TIME_NONE, "");
	artefact_offset(a, c->offset);
	artefact_part(a, "certificates");
	if (ese_get_unsigned(c, "RequestID", &n))
		artefact_unsigned(a, "request_id", n);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (ese_get_text(c, texts[i][0], &text) || ese_get_text(c, texts[i][0] + 1, &text)) {
			artefact_text(a, texts[i][1], buf_cstr(&text));
			if (who.size == 0)
				buf_text(&who, buf_cstr(&text));
		}
	if (ese_get_unsigned(c, "Disposition", &n))
		artefact_unsigned(a, "disposition", n);
	if (!issued)
		artefact_user(a, buf_cstr(&who));
	artefact_message(a, issued ? "Certificate for %s" : "Certificate requested by %s", buf_cstr(&who));
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]) && st == TRIAGE_OK; i++) {
		const char *precision = "100ns";
		int64_t when = ese_get_time(c, times[i][0], &precision);
		artefact_precision(a, precision);
		artefact_again(a, when, times[i][1]);
		st = artefact_send(a, err);
	}
	return st;
}

enum triage_status
ese_read_certificates(struct ese *e, struct triage_error *err)
{
	static const char *const names[] = { "Requests", "Certificates" };
	enum triage_status st = TRIAGE_OK;
	for (unsigned i = 0; i < 2 && st == TRIAGE_OK; i++) {
		struct ese_cursor c;
		bool row = true;
		ese_rows(&c, e, ese_table(e, names[i]));
		while (st == TRIAGE_OK && (st = ese_next(&c, &row, err)) == TRIAGE_OK && row)
			st = send_request(&c, i == 1, err);
	}
	return st;
}
