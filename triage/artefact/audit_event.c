/* audit_event.c - one audit event: its fields decoded, its arguments joined, in words. */
#include "triage/artefact/audit_event.h"

#include "triage/base/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS_MAX = 256, BYTES_MAX = 256 << 10, KEYS = 160, KEY_SIZE = 48, VALUE_SIZE = 8 << 10, ENRICHED = 0x1d };

/* What the message is made of, and which keys there are. */
struct told {
	struct artefact *a;
	char keys[KEYS][KEY_SIZE];
	size_t key_count;
	char user[128], account[128], program[256], result[16], address[128], command[1024], system_call[32], operation[128], decision[64], directory[256];
	struct buf arguments;
	bool principal;			/* the record is the main one: its keys have no prefix */
	const char *type;
	char value[VALUE_SIZE];
};

bool
audit_event_add(struct audit_event *e, const struct audit_front *f, uint64_t offset)
{
	size_t type = strlen(f->type) + 1, body = strlen(f->body) + 1;
	if (e->records.max == 0)
		buf_init(&e->records, BYTES_MAX);
	if (e->count == RECORDS_MAX || e->records.size + type + body > BYTES_MAX)
		return false;
	if (e->count++ == 0) {
		e->time = f->time;
		e->serial = f->serial;
		e->offset = offset;
		snprintf(e->node, sizeof(e->node), "%s", f->node);
	}
	buf_put(&e->records, f->type, type);
	buf_put(&e->records, f->body, body);
	return true;
}

static bool
is_key_once(struct told *t, const char *key)
{
	for (size_t i = 0; i < t->key_count; i++)
		if (strcmp(t->keys[i], key) == 0)
			return false;
	if (t->key_count == KEYS)
		return false;
	snprintf(t->keys[t->key_count++], KEY_SIZE, "%s", key);
	return true;
}

static bool
is_hex(const char *p, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'A' && p[i] <= 'F')))
			return false;
	return size > 0 && size % 2 == 0;
}

/* Keys whose values the kernel writes as hex when they hold a blank, a quote or a control character. */
static bool
may_be_hex(const char *type, const char *key)
{
	static const char *const names[] = { "comm", "exe", "cmd", "name", "proctitle", "cwd", "acct", "path", "key", "data", "dir", "grp", "new_disk", "old-disk", "vm" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(key, names[i]) == 0)
			return true;
	return strcmp(type, "EXECVE") == 0 && key[0] == 'a' && key[1] >= '0' && key[1] <= '9';
}

/* A value without its quotes into t->value; hex decoded, NUL between arguments to blanks. */
static void
decode(struct told *t, const char *key, const char *p, size_t size)
{
	size_t n = 0;
	if (size >= 2 && (p[0] == '"' || p[0] == '\'') && p[size - 1] == p[0]) {
		p++;
		size -= 2;
	} else if (may_be_hex(t->type, key) && is_hex(p, size)) {
		for (size_t i = 0; i + 1 < size && n + 1 < sizeof(t->value); i += 2) {
			uint8_t byte = 0;
			char two[3] = { p[i], p[i + 1], '\0' };
			(void)text_unhex(two, &byte, 1);
			t->value[n++] = byte == 0 ? ' ' : (char)byte;
		}
		t->value[n] = '\0';
		return;
	}
	n = size < sizeof(t->value) - 1 ? size : sizeof(t->value) - 1;
	memcpy(t->value, p, n);
	t->value[n] = '\0';
}

/* An address as the kernel hands it over: family in the machine's order, port and address in network order. */
static void
put_address(struct told *t, const char *hex)
{
	uint8_t raw[28] = { 0 };
	char text[INET6_ADDRSTRLEN] = "";
	size_t size = strlen(hex) / 2 < sizeof(raw) ? strlen(hex) / 2 : sizeof(raw);
	for (size_t i = 0; i < size; i++) {
		char two[3] = { hex[2 * i], hex[2 * i + 1], '\0' };
		for (size_t k = 0; k < 2; k++)
			two[k] = two[k] >= 'A' && two[k] <= 'F' ? (char)(two[k] + 32) : two[k];
		if (!text_unhex(two, raw + i, 1))
			return;
	}
	unsigned family = load_le16(raw);
	if (family == AF_INET && size >= 8)
		inet_ntop(AF_INET, raw + 4, text, sizeof(text));
	else if (family == AF_INET6 && size >= 24)
		inet_ntop(AF_INET6, raw + 8, text, sizeof(text));
	if (text[0] == '\0' || !is_key_once(t, "address"))
		return;
	artefact_text(t->a, "address", text);
	artefact_unsigned(t->a, "port", load_be16(raw + 2));
	snprintf(t->address, sizeof(t->address), "%s", text);
}

/* Keep what the message needs. */
static void
note(struct told *t, const char *key, bool enriched)
{
	static const struct { const char *key; size_t at, size; bool enriched; } wanted[] = {
#define WANT(name, field, rich) { name, offsetof(struct told, field), sizeof(((struct told *)0)->field), rich }
		WANT("auid", user, true), WANT("acct", account, false), WANT("exe", program, false), WANT("res", result, false), WANT("success", result, false),
		WANT("addr", address, false), WANT("cmd", command, false), WANT("syscall", system_call, true), WANT("op", operation, false),
		WANT("cwd", directory, false), WANT("proctitle", command, false),
#undef WANT
	};
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		char *into = (char *)t + wanted[i].at;
		bool better = wanted[i].enriched && enriched;
		if (strcmp(wanted[i].key, key) == 0 && (into[0] == '\0' || better) && strcmp(t->value, "?") != 0 && strcmp(t->value, "unset") != 0 &&
		    strcmp(t->value, "4294967295") != 0)
			snprintf(into, wanted[i].size, "%.*s", (int)wanted[i].size - 1, t->value);
	}
}

static void
put_field(struct told *t, const char *name, bool enriched)
{
	char key[KEY_SIZE], lower[KEY_SIZE];
	snprintf(lower, sizeof(lower), "%s", name);
	for (char *c = lower; *c != '\0'; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c == '-' ? '_' : *c;
	note(t, lower, enriched);
	if (strcmp(t->type, "EXECVE") == 0 && lower[0] == 'a' && strcmp(lower, "argc") != 0) {
		buf_put(&t->arguments, t->value, strlen(t->value) + 1);
		return;
	}
	if (strcmp(t->type, "SOCKADDR") == 0 && strcmp(lower, "saddr") == 0)
		put_address(t, t->value);
	snprintf(key, sizeof(key), "%.40s%s", lower, enriched ? "_name" : "");
	if (!t->principal && strcmp(lower, "cwd") != 0 && strcmp(lower, "proctitle") != 0 && strcmp(lower, "argc") != 0) {
		char type[20];
		snprintf(type, sizeof(type), "%.19s", t->type);
		snprintf(key, sizeof(key), "%s_%.24s", type, lower);
	}
	for (char *c = key; *c != '\0'; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
	if (is_key_once(t, key))
		artefact_text(t->a, key, t->value);
}

/* "avc: denied { getattr } for ..." */
static void
put_decision(struct told *t, const char *body)
{
	const char *open = strchr(body, '{'), *close = open != NULL ? strchr(open, '}') : NULL;
	if (close == NULL || strncmp(t->type, "AVC", 3) != 0)
		return;
	bool denied = strstr(body, "denied") != NULL && strstr(body, "denied") < open;
	for (open++; *open == ' '; open++)
		;
	while (close > open && close[-1] == ' ')
		close--;
	snprintf(t->decision, sizeof(t->decision), "%s %.*s", denied ? "denied" : "granted", (int)(close - open < 40 ? close - open : 40), open);
	artefact_text(t->a, "decision", t->decision);
}

/* key=value one after the other; msg='...' holds more of them. */
static void
put_body(struct told *t, const char *body)
{
	bool enriched = false;
	put_decision(t, body);
	for (const char *p = body; *p != '\0';) {
		if (*p == ENRICHED)
			enriched = true;
		if (*p == ' ' || *p == ENRICHED || *p == ',' || *p == '\'') {
			p++;
			continue;
		}
		size_t n = strcspn(p, " =\035\"'");
		char key[KEY_SIZE];
		if (p[n] != '=' || n == 0) {
			p += n + (n == 0);
			continue;
		}
		snprintf(key, sizeof(key), "%.*s", (int)(n < KEY_SIZE - 1 ? n : KEY_SIZE - 1), p);
		p += n + 1;
		/* what is inside comes as if it stood here */
		if (strcmp(key, "msg") == 0 && *p == '\'')
			continue;
		/* older daemons wrote no mark before the names: they are in capitals */
		bool rich = enriched || (key[0] >= 'A' && key[0] <= 'Z');
		char quote = *p == '"' ? '"' : '\0';
		n = quote != '\0' ? strcspn(p + 1, "\"") + 1 : strcspn(p, " \035'");
		n += quote != '\0' && p[n] == quote;
		decode(t, key, p, n);
		put_field(t, key, rich);
		p += n;
	}
}

static const char *
type_meaning(const char *type, bool failed, const char **ret_technique)
{
	static const struct { const char *type, *good, *bad, *technique, *bad_technique; } known[] = {
		{ "USER_LOGIN", "logon", "failed logon", "T1078", "T1110" }, { "USER_AUTH", "authenticated", "failed logon", "", "T1110" },
		{ "USER_START", "session opened", "session refused", "", "" }, { "USER_END", "session closed", "logged", "", "" },
		{ "USER_LOGOUT", "logoff", "logged", "", "" }, { "ADD_USER", "account created", "account not created", "T1136.001", "" },
		{ "DEL_USER", "account deleted", "account not deleted", "T1531", "" }, { "ADD_GROUP", "group created", "logged", "", "" },
		{ "USER_MGMT", "account changed", "logged", "T1098", "" }, { "USER_CHAUTHTOK", "password changed", "logged", "T1098", "" },
		{ "USER_CMD", "command run", "refused", "T1548.003", "T1548.003" }, { "DAEMON_START", "audit started", "logged", "", "" },
		{ "DAEMON_END", "audit stopped", "logged", "T1562.012", "" }, { "CONFIG_CHANGE", "audit changed", "logged", "T1562.012", "" },
		{ "SYSTEM_BOOT", "system started", "logged", "", "" }, { "SYSTEM_SHUTDOWN", "system stopped", "logged", "", "" },
		{ "SERVICE_START", "service started", "service failed", "", "" }, { "SERVICE_STOP", "service stopped", "logged", "", "" },
		{ "AVC", "refused", "refused", "", "" }, { "ANOM_PROMISCUOUS", "network card listens to all", "logged", "T1040", "" },
		{ "ANOM_ABEND", "program crashed", "program crashed", "", "" },
	};
	*ret_technique = "";
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].type, type) == 0) {
			*ret_technique = failed ? known[i].bad_technique : known[i].technique;
			return failed ? known[i].bad : known[i].good;
		}
	return "logged";
}

static void
put_words(struct told *t, const char *type, const char *body, int64_t time, bool ran)
{
	const char *technique, *who = t->user[0] != '\0' ? t->user : t->account[0] != '\0' ? t->account : "";
	bool failed = strcmp(t->result, "failed") == 0 || strcmp(t->result, "no") == 0 || strcmp(t->result, "0") == 0;
	const char *meaning = type_meaning(type, failed, &technique);
	if (ran) {
		SCOPED_BUF line;
		buf_init(&line, 64 << 10);
		artefact_list(t->a, "arguments");
		for (size_t at = 0; at < t->arguments.size; at += strlen(t->arguments.data + at) + 1) {
			artefact_item(t->a, t->arguments.data + at);
			buf_format(&line, "%s%s", at > 0 ? " " : "", t->arguments.data + at);
		}
		artefact_list_end(t->a);
		artefact_text(t->a, "command_line", buf_cstr(&line));
		artefact_message(t->a, "%s%sran: %s%s%s%s", who, who[0] != '\0' ? " " : "", buf_cstr(&line), t->program[0] != '\0' ? " (" : "", t->program,
		    t->program[0] != '\0' ? ")" : "");
		meaning = "command run";
	} else if (strcmp(type, "SYSCALL") == 0 || strcmp(type, "AVC") == 0) {
		artefact_message(t->a, "System call %s by %s%s%s%s%s: %s", t->system_call, t->program[0] != '\0' ? t->program : "a program",
		    who[0] != '\0' ? " of " : "", who, t->command[0] != '\0' ? ", " : "", t->command, t->decision[0] != '\0' ? t->decision : failed ? "failed" : "done");
	} else if (strcmp(type, "USER_CMD") == 0) {
		artefact_message(t->a, "%s%sran with sudo: %s%s", who, who[0] != '\0' ? " " : "", t->command, failed ? " (refused)" : "");
	} else if (t->operation[0] == '\0' && t->account[0] == '\0' && t->program[0] == '\0') {
		artefact_message(t->a, "%s%s%.1000s", type, body[0] != '\0' ? ": " : "", body);
	} else {
		artefact_message(t->a, "%s%s%s%s%s%s%s%s%s%s%s", type, t->operation[0] != '\0' ? " " : "", t->operation, t->account[0] != '\0' ? ", account " : "",
		    t->account, t->program[0] != '\0' ? ", by " : "", t->program, t->address[0] != '\0' ? " from " : "", t->address,
		    t->result[0] != '\0' ? ": " : "", t->result);
	}
	artefact_user(t->a, t->account[0] != '\0' && t->user[0] == '\0' ? t->account : t->user);
	if (technique[0] != '\0')
		artefact_technique(t->a, technique);
	artefact_again(t->a, time, meaning);
}

static const char *
main_type(const struct audit_event *e)
{
	const char *p = e->records.data, *first = p;
	for (size_t i = 0; i < e->count; i++) {
		if (strcmp(p, "SYSCALL") == 0)
			return p;
		p += strlen(p) + 1;
		p += strlen(p) + 1;
	}
	return first;
}

static enum triage_status
send_told(struct told *t, const struct audit_event *e, struct triage_error *err)
{
	const char *main_record = main_type(e), *p = main_record;
	artefact_event(t->a, e->time, "logged");
	artefact_offset(t->a, e->offset);
	artefact_host(t->a, e->node);
	artefact_text(t->a, "type", main_record);
	artefact_unsigned(t->a, "serial", e->serial);
	t->principal = true;
	t->type = main_record;
	put_body(t, p + strlen(p) + 1);
	t->principal = false;
	p = e->records.data;
	for (size_t i = 0; i < e->count; i++) {
		const char *body = p + strlen(p) + 1;
		t->type = p;
		if (p != main_record)
			put_body(t, body);
		p = body + strlen(body) + 1;
	}
	put_words(t, main_record, main_record + strlen(main_record) + 1, e->time, t->arguments.size > 0);
	/* the records themselves, for those who check */
	artefact_list(t->a, "records");
	p = e->records.data;
	for (size_t i = 0; i < e->count; i++) {
		SCOPED_BUF line;
		buf_init(&line, 128 << 10);
		buf_format(&line, "%s: ", p);
		p += strlen(p) + 1;
		buf_text(&line, p);
		p += strlen(p) + 1;
		artefact_item(t->a, buf_cstr(&line));
	}
	artefact_list_end(t->a);
	return artefact_send(t->a, err);
}

enum triage_status
audit_event_send(struct artefact *a, struct audit_event *e, struct triage_error *err)
{
	struct told *t = e->records.failed ? NULL : calloc(1, sizeof(*t));
	if (t == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for an audit event");
		return TRIAGE_E_MEMORY;
	}
	t->a = a;
	buf_init(&t->arguments, BYTES_MAX);
	enum triage_status st = send_told(t, e, err);
	buf_release(&t->arguments);
	free(t);
	e->count = 0;
	buf_clear(&e->records);
	return st;
}
