/* share_redact.c - which text of a case may go out: only what is on a list here, or has a form that can hold no name. */
#include "triage/run/share_inside.h"

#include "triage/base/json.h"
#include "triage/base/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_MAX = 128, VALUE_MAX = 1 << 16, ADDRESSES_MAX = 64 };

/* --- rules --- */

static bool
is_word(const char *text, size_t size, const char *more)
{
	for (size_t i = 0; i < size; i++)
		if (!isalnum((unsigned char)text[i]) && strchr(more, text[i]) == NULL)
			return false;
	return size > 0 && size < 200;
}

/* "yara:FILE.RULE" of a file in our pack, or one of the detectors. */
bool
share_rule_is_ours(const struct share *s, const char *rule)
{
	char path[PATH_MAX], file[256];
	if (strncmp(rule, "detect:", 7) == 0)
		return is_word(rule + 7, strlen(rule + 7), "-_.");
	const char *end = strncmp(rule, "yara:", 5) == 0 ? strstr(rule, ".yar.") : NULL;
	if (end == NULL || !is_word(rule + 5, (size_t)(end - rule) - 1, "-_.") || !is_word(end + 5, strlen(end + 5), "_"))
		return false;
	snprintf(file, sizeof(file), "%.*s", (int)(end + 4 - (rule + 5)), rule + 5);
	snprintf(path, sizeof(path), "%s/yara/%s", s->plan->rules_dir, file);
	return file[0] != '.' && access(path, R_OK) == 0;
}

const char *
share_rule(const struct share *s, const char *rule, char *room, size_t size)
{
	size_t prefix = strcspn(rule, ":");
	/* a Sigma rule is known by its UUID */
	bool sigma = strncmp(rule, "sigma:", 6) == 0 && strlen(rule) == 42 && strspn(rule + 6, "0123456789abcdef-") == 36;
	if (sigma || share_rule_is_ours(s, rule))
		snprintf(room, size, "%s", rule);
	else
		snprintf(room, size, "%.*s:custom", is_word(rule, prefix, "-") ? (int)prefix : 4, is_word(rule, prefix, "-") ? rule : "rule");
	return room;
}

const char *
share_technique(const char *t)
{
	bool plain = t[0] == 'T' && strspn(t + 1, "0123456789") == 4 && (t[5] == '\0' || (t[5] == '.' && strspn(t + 6, "0123456789") == 3 && t[9] == '\0'));
	return plain ? t : "";
}

void
share_title(struct buf *out, const char *kind, const char *family)
{
	static const struct {
		const char *kind, *title;
	} titles[] = {
		{ "yara", "Content that a rule knows" }, { "ransom-note", "Ransom note" }, { "encrypted", "Encrypted files" },
		{ "type-mismatch", "Files that are not what their names say" }, { "sigma", "Events that a rule knows" }, { "persistence", "A way to stay" },
		{ "remote-access", "Remote control" }, { "credential-access", "Passwords taken" }, { "lateral-movement", "Spread to other machines" },
		{ "exfiltration", "Data carried off" }, { "protection-off", "Protection switched off" }, { "backup-destroyed", "Backups destroyed" },
		{ "log-cleared", "Logs cleared" }, { "log-gap", "Gap in a log" }, { "anti-forensics", "Traces removed" }, { "webshell", "Web shell" },
		{ "account", "An account made or changed" }, { "brute-force", "Passwords guessed" }, { "ioc", "Indicator" }, { "known-bad", "Known bad content" },
		{ "hidden-data", "Hidden data" }, { "package-changed", "Installed program changed" },
	};
	const char *title = "Finding";
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (strcmp(titles[i].kind, kind) == 0)
			title = titles[i].title;
	buf_text(out, title);
	if (family[0] != '\0')
		buf_format(out, ": %s", family);
}

/* --- detail of findings --- */

/* The text of one key of the outermost object, "" when there is none. */
static void
member_text(const char *json, const char *key, struct buf *out)
{
	struct json j;
	json_start(&j, json, strlen(json));
	if (json_next(&j) != JSON_OBJECT)
		return;
	while (json_next(&j) == JSON_KEY) {
		bool wanted = json_is(&j, key);
		if (wanted && json_next(&j) == JSON_STRING) {
			json_string(&j, out);
			return;
		}
		if (!json_skip(&j))
			return;
	}
}

/* Families have short names, which come from rules and tables. */
const char *
share_family(const char *detail, char *room, size_t size)
{
	SCOPED_BUF b;
	buf_init(&b, VALUE_MAX);
	member_text(detail, "family", &b);
	bool plain = b.size < 60 && strpbrk(buf_cstr(&b), "@\\") == NULL;
	snprintf(room, size, "%s", plain ? buf_cstr(&b) : "");
	return room;
}

static void
put_example(struct buf *out, const struct share *s, struct json *j)
{
	int64_t file_id = 0, event_id = 0;
	char path[80];
	if (j->event != JSON_OBJECT) {
		(void)!json_skip(j);
		return;
	}
	while (json_next(j) == JSON_KEY) {
		int64_t *into = json_is(j, "file_id") ? &file_id : json_is(j, "event_id") ? &event_id : NULL;
		if (into == NULL || json_next(j) != JSON_NUMBER || !json_int(j, into))
			if (!json_skip(j))
				return;
	}
	const struct share_file *f = file_id > 0 ? share_find(s, (uint64_t)file_id) : NULL;
	if (f == NULL)
		return;
	export_comma(out);
	buf_char(out, '{');
	export_number(out, "file_id", (int64_t)f->new_id);
	snprintf(path, sizeof(path), "/%s", f->commitment.digest);
	export_text(out, "path", path);
	if (event_id > 0)
		export_flag(out, "record", true);
	buf_char(out, '}');
}

void
share_detail(struct buf *out, const struct share *s, const char *detail, bool ours)
{
	struct json j;
	char family[64];
	buf_text(out, "{\"examples\":[");
	json_start(&j, detail, strlen(detail));
	if (json_next(&j) == JSON_OBJECT) {
		while (json_next(&j) == JSON_KEY) {
			if (!json_is(&j, "examples") || json_next(&j) != JSON_ARRAY) {
				if (!json_skip(&j))
					break;
				continue;
			}
			while (json_next(&j) != JSON_ARRAY_END && j.event != JSON_ERROR && j.event != JSON_END)
				put_example(out, s, &j);
		}
	}
	buf_char(out, ']');
	export_text(out, "family", share_family(detail, family, sizeof(family)));
	static const char *const texts[] = { "innocent", "why" };
	for (size_t i = 0; i < 2; i++) {
		SCOPED_BUF b;
		buf_init(&b, VALUE_MAX);
		if (ours)
			member_text(detail, texts[i], &b);
		export_text(out, texts[i], buf_cstr(&b));
	}
	buf_text(out, ",\"how_to_check\":\"Ask who made this share: the commitments can be opened against the sealed bundle.\",\"reasons\":[]}");
}

/* --- records --- */

/* An address and nothing else; not of the machine itself. Returns its canonical form. */
static const char *
address_of(const char *text, char room[INET6_ADDRSTRLEN])
{
	uint8_t bytes[16];
	if (strncmp(text, "::ffff:", 7) == 0)
		text += 7;
	if (inet_pton(AF_INET, text, bytes) == 1)
		return bytes[0] == 127 || bytes[0] == 0 ? NULL : inet_ntop(AF_INET, bytes, room, INET6_ADDRSTRLEN);
	static const uint8_t none[15] = { 0 };
	if (inet_pton(AF_INET6, text, bytes) == 1)
		return memcmp(bytes, none, 15) == 0 ? NULL : inet_ntop(AF_INET6, bytes, room, INET6_ADDRSTRLEN);
	return NULL;
}

static bool
may_hold_address(const char *key)
{
	static const char *const parts[] = { "addr", "ip", "client", "remote", "peer", "source", "destination", "server", "url" };
	if (strcasestr(key, "version") != NULL)
		return false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcasestr(key, parts[i]) != NULL)
			return true;
	return false;
}

static bool
is_channel(const char *text)
{
	static const char *const channels[] = { "Security", "System", "Application", "Setup", "Windows PowerShell", "Microsoft-Windows-PowerShell/Operational",
		"Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-TaskScheduler/Operational", "Microsoft-Windows-Windows Defender/Operational",
		"Microsoft-Windows-TerminalServices-LocalSessionManager/Operational", "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational",
		"Microsoft-Windows-WMI-Activity/Operational", "Microsoft-Windows-Bits-Client/Operational", "Microsoft-Windows-WinRM/Operational" };
	for (size_t i = 0; i < sizeof(channels) / sizeof(channels[0]); i++)
		if (strcmp(text, channels[i]) == 0)
			return true;
	return false;
}

struct redacted {
	struct buf addresses;
	size_t address_count;
	bool more;			/* addresses than ADDRESSES_MAX */
	unsigned seen;			/* bits: of numbers, then the channel. Each goes out once, as in any JSON object */
};

static void
put_field(struct buf *out, struct redacted *r, const char *key, const struct json *j)
{
	static const char *const numbers[] = { "event_id", "record_id", "logon_type", "run_count", "status", "port" };
	enum { NUMBERS = sizeof(numbers) / sizeof(numbers[0]) };
	int64_t value;
	char room[INET6_ADDRSTRLEN];
	SCOPED_BUF text;
	buf_init(&text, VALUE_MAX);
	if (j->event == JSON_STRING)
		json_string(j, &text);
	else if (j->event == JSON_NUMBER)
		buf_put(&text, j->value, j->value_size);
	char *end;
	value = strtoll(buf_cstr(&text), &end, 10);
	size_t which = 0;
	while (which < NUMBERS && strcmp(numbers[which], key) != 0)
		which++;
	bool number = which < NUMBERS && text.size > 0 && *end == '\0', channel = strcmp(key, "channel") == 0 && is_channel(buf_cstr(&text));
	if (number && (r->seen >> which & 1) == 0)
		export_number(out, key, value);
	if (channel && (r->seen >> which & 1) == 0)
		export_text(out, key, buf_cstr(&text));
	r->seen |= number || channel ? 1u << which : 0;
	const char *address = may_hold_address(key) && j->event == JSON_STRING ? address_of(buf_cstr(&text), room) : NULL;
	if (address == NULL)
		return;
	char quoted[INET6_ADDRSTRLEN + 3];
	snprintf(quoted, sizeof(quoted), "\"%s\"", address);
	if (strstr(buf_cstr(&r->addresses), quoted) != NULL)
		return;
	r->more = r->more || r->address_count == ADDRESSES_MAX;
	if (r->more)
		return;
	buf_format(&r->addresses, "%s%s", r->address_count++ > 0 ? "," : "", quoted);
}

void
share_event_data(struct buf *out, const char *data)
{
	struct json j;
	char key[KEY_MAX] = "";
	struct redacted r = { 0 };
	SCOPED_BUF name;
	buf_init(&name, VALUE_MAX);
	buf_init(&r.addresses, VALUE_MAX);
	buf_char(out, '{');
	json_start(&j, data, strlen(data));
	/* nested objects and lists are walked through as they come: what counts is the last key */
	while (json_next(&j) != JSON_END && j.event != JSON_ERROR) {
		if (j.event == JSON_KEY) {
			buf_clear(&name);
			json_string(&j, &name);
			snprintf(key, sizeof(key), "%s", buf_cstr(&name));
		} else if (j.event == JSON_STRING || j.event == JSON_NUMBER) {
			put_field(out, &r, key, &j);
		}
	}
	if (r.address_count > 0) {
		export_member(out, "addresses");
		buf_format(out, "[%s]", buf_cstr(&r.addresses));
	}
	if (r.more)
		export_flag(out, "more_addresses", true);
	buf_char(out, '}');
	buf_release(&r.addresses);
}
