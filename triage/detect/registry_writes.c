/*
 * registry_writes.c - values that logs and commands say were written to the registry, judged by what the tables know of the registry itself.
 *
 * Sysmon (12, 13), the Security log (4657) and commands (reg add, reg copy, Set-ItemProperty) name key, value and data. Such a write is put before
 * rules/signs.tsv and rules/persistence.tsv as if the key had been read in a hive ("registry.run" and so on), in the class of the log that tells it.
 */
#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include "triage/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct detector signs_detector, places_detector;

enum { KEY_SIZE = 1024, VALUE_SIZE = 256, DATA_SIZE = 2048, WORDS_MAX = 24 };

struct registry_write {
	char key[KEY_SIZE], value[VALUE_SIZE], data[DATA_SIZE];
	bool deleted;
};

struct registry_writes_state {
	struct happening own;
	struct buf data;
};

/* Whose key it is, as the parsers of hives name it: the first that fits. */
static const struct {
	const char *keys, *parser;
} owners[] = {
	{ "*\\Policies\\Explorer\\Run|*\\CurrentVersion\\Run|*\\CurrentVersion\\RunOnce*|*\\CurrentVersion\\RunServices*|*\\Explorer\\User Shell Folders|*\\Windows NT\\CurrentVersion\\Windows", "registry.run" },
	{ "*\\CurrentVersion\\Winlogon|*\\CurrentVersion\\Winlogon\\*", "registry.winlogon" },
	{ "*\\Command Processor|HKCU\\Environment|*\\Control Panel\\Desktop|*\\Active Setup\\*|*\\ShellServiceObjectDelayLoad|*\\SharedTaskScheduler|*\\ShellExecuteHooks|*\\Microsoft\\Netsh"
	  "|*\\Authentication\\Credential Provider*|*\\Authentication\\PLAP Providers\\*|*\\Browser Helper Objects\\*", "registry.autostart" },
	{ "*\\Image File Execution Options\\*|*\\SilentProcessExit\\*", "registry.ifeo" },
	{ "*\\Session Manager\\AppCertDlls", "registry.appcert" },
	{ "*\\Control\\Session Manager|*\\Session Manager\\KnownDLLs", "registry.session" },
	{ "*\\AppCompatFlags\\*", "registry.appcompat" },
	{ "*\\Office test\\*", "registry.office" },
	{ "*\\Control\\Lsa|*\\Control\\Lsa\\*|*\\Control\\SecurityProviders|*\\SecurityProviders\\WDigest|*\\NetworkProvider\\Order|*\\Services\\*\\NetworkProvider", "registry.lsa" },
	{ "*\\Control\\Print\\*", "registry.print" },
	{ "*\\W32Time\\TimeProviders\\*", "registry.timeprovider" },
	{ "*\\Control\\SafeBoot|*\\Control\\SafeBoot\\*", "registry.safeboot" },
	{ "*\\Control\\Terminal Server|*\\WinStations\\RDP-Tcp|*\\Windows NT\\Terminal Services", "registry.terminalserver" },
	{ "*\\PortProxy\\*", "registry.portproxy" },
	{ "*\\SharedAccess\\Parameters\\FirewallPolicy\\*|*\\Policies\\Microsoft\\WindowsFirewall\\*", "registry.firewall" },
	{ "*\\Microsoft\\Windows Defender|*\\Microsoft\\Windows Defender\\*", "registry.defender" },
	{ "*\\Policies\\System|*\\Windows Script\\Settings|*\\Windows Script Host\\Settings", "registry.policies" },
	{ "*\\Control\\WMI\\Autologger\\*|*\\WINEVT\\Channels\\*|*\\Services\\EventLog\\*", "registry.eventlog" },
	{ "*\\Classes\\*\\shell\\*\\command", "registry.classes" },
	{ "HKCU\\Software\\Classes\\CLSID\\*", "registry.comhijack" },
	{ "*\\AMSI\\Providers*|*\\Control\\CI\\*|*\\Control\\DeviceGuard*|*\\Windows\\DeviceGuard", "registry.protection" },
	{ "*\\Schedule\\TaskCache\\Tree\\*", "registry.taskcache" },
	{ "*\\SystemCertificates\\*\\Certificates\\*", "registry.certificates" },
	{ "*\\PrefetchParameters|*\\SystemRestore", "registry.settings" },
	{ "*\\ControlSet001\\Services\\*", "registry.services" },
};

static const char *
owner_of(const char *key)
{
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
		if (words_glob_any(owners[i].keys, '|', key))
			return owners[i].parser;
	return NULL;
}

/* Heads of keys, as logs, reg and PowerShell write them, in the one form that the tables know. */
static const struct {
	const char *head, *ours;
} heads[] = {
	{ "\\REGISTRY\\MACHINE\\", "HKLM\\" }, { "HKEY_LOCAL_MACHINE\\", "HKLM\\" }, { "Registry::HKEY_LOCAL_MACHINE\\", "HKLM\\" }, { "HKLM:\\", "HKLM\\" }, { "HKLM:", "HKLM\\" }, { "HKLM\\", "HKLM\\" },
	{ "HKEY_CURRENT_USER\\", "HKCU\\" }, { "Registry::HKEY_CURRENT_USER\\", "HKCU\\" }, { "HKCU:\\", "HKCU\\" }, { "HKCU:", "HKCU\\" }, { "HKCU\\", "HKCU\\" },
	{ "HKEY_CLASSES_ROOT\\", "HKLM\\SOFTWARE\\Classes\\" }, { "HKCR\\", "HKLM\\SOFTWARE\\Classes\\" }, { "\\REGISTRY\\USER\\", "HKU\\" }, { "HKEY_USERS\\", "HKU\\" }, { "HKU\\", "HKU\\" },
};

static bool
take_key(struct registry_write *w, const char *text)
{
	const char *ours = NULL, *mark;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]) && ours == NULL; i++)
		if (words_starts(text, heads[i].head)) {
			ours = heads[i].ours;
			text += strlen(heads[i].head);
		}
	if (ours == NULL)
		return false;
	if (strcmp(ours, "HKU\\") == 0) {	/* the user's own number says nothing here */
		mark = strchr(text, '\\');
		if (mark == NULL)
			return false;
		ours = mark - text > 8 && strncasecmp(mark - 8, "_Classes", 8) == 0 ? "HKCU\\Software\\Classes\\" : "HKCU\\";
		text = mark + 1;
	}
	if (strcmp(ours, "HKLM\\") == 0 && words_starts(text, "SYSTEM\\CurrentControlSet\\")) {
		ours = "HKLM\\SYSTEM\\ControlSet001\\";
		text += strlen("SYSTEM\\CurrentControlSet\\");
	}
	size_t head = strlen(ours), size = strlen(text);
	while (size > 0 && text[size - 1] == '\\')
		size--;
	if (size == 0 || head + size >= sizeof(w->key))
		return false;
	memcpy(w->key, ours, head);
	memcpy(w->key + head, text, size);
	w->key[head + size] = '\0';
	return true;
}

static void
take_text(char *out, size_t size, const char *text, size_t length)
{
	size_t n = length < size ? length : size - 1;
	memcpy(out, text, n);
	out[n] = '\0';
}

/* "DWORD (0x00000001)" of Sysmon, and numbers of commands, in decimal as hives have them. */
static void
take_data(struct registry_write *w, const char *text, bool number)
{
	const char *digits = words_starts(text, "DWORD (0x") ? text + 7 : words_starts(text, "QWORD (0x") ? text + 7 : number ? text : NULL;
	take_text(w->data, sizeof(w->data), text, strlen(text));
	if (digits != NULL && digits[0] >= '0' && digits[0] <= '9')
		snprintf(w->data, sizeof(w->data), "%llu", strtoull(digits, NULL, words_starts(digits, "0x") ? 16 : 10));
}

/* The last part of a full name is the value; its key is what stands before. */
static bool
cut_value(struct registry_write *w)
{
	char *mark = strrchr(w->key, '\\');
	if (mark == NULL)
		return false;
	take_text(w->value, sizeof(w->value), mark + 1, strlen(mark + 1));
	*mark = '\0';
	return true;
}

static bool
of_log(struct registry_write *w, struct happening *h, int64_t id)
{
	if (id == 4657) {
		if (!take_key(w, happening_text(h, "object_name")))
			return false;
		const char *value = happening_text(h, "object_value_name"), *data = happening_text(h, "new_value");
		take_text(w->value, sizeof(w->value), value, strlen(value));
		take_data(w, data, strcmp(happening_text(h, "new_value_type"), "%%1876") == 0);
		w->deleted = strcmp(happening_text(h, "operation_type"), "%%1906") == 0;
		return true;
	}
	if (!words_starts(happening_text(h, "provider"), "Microsoft-Windows-Sysmon") || !take_key(w, happening_text(h, "target_object")))
		return false;
	w->deleted = id == 12 && words_starts(happening_text(h, "event_type"), "Delete");
	if (id == 12 && !w->deleted)
		return false;
	take_data(w, happening_text(h, "details"), false);
	return cut_value(w);
}

/* --- commands --- */

struct word_list {
	char text[4096], *words[WORDS_MAX];
	size_t count;
};

/* The words of a command up to its end, without quotes. */
static void
cut_command(struct word_list *l, const char *text)
{
	size_t used = 0;
	l->count = 0;
	while (l->count < WORDS_MAX) {
		text += strspn(text, " \t");
		if (*text == '\0' || strchr("\r\n&|;}", *text) != NULL)
			return;
		char quote = '\0';
		l->words[l->count] = l->text + used;
		for (; *text != '\0' && *text != '\r' && *text != '\n' && (quote != '\0' || strchr(" \t&|;}", *text) == NULL) && used + 2 < sizeof(l->text); text++) {
			if (*text == quote)
				quote = '\0';
			else if (quote == '\0' && (*text == '"' || *text == '\''))
				quote = *text;
			else
				l->text[used++] = *text;
		}
		l->text[used++] = '\0';
		l->count++;
		if (used + 2 >= sizeof(l->text))
			return;
	}
}

static const char *
behind(const struct word_list *l, const char *name)
{
	for (size_t i = 0; i + 1 < l->count; i++)
		if (strcasecmp(l->words[i], name) == 0)
			return l->words[i + 1];
	return NULL;
}

static bool
of_reg(struct registry_write *w, const char *text, const char *verb)
{
	struct word_list l;
	cut_command(&l, text);
	bool copied = strcmp(verb, "copy") == 0;
	const char *value = behind(&l, "/v"), *data = behind(&l, "/d"), *type = behind(&l, "/t");
	if (l.count < (copied ? 2 : 1) || !take_key(w, l.words[copied]))
		return false;
	w->deleted = strcmp(verb, "delete") == 0;
	if (value == NULL && copied)
		value = "(default)";
	if (value == NULL && w->deleted)
		return cut_value(w);
	take_text(w->value, sizeof(w->value), value != NULL ? value : "(default)", strlen(value != NULL ? value : "(default)"));
	take_data(w, data != NULL ? data : copied ? "copied" : "", type != NULL && words_ends(type, "WORD"));
	return true;
}

static bool
of_powershell(struct registry_write *w, const char *text)
{
	struct word_list l;
	cut_command(&l, text);
	const char *key = behind(&l, "-Path"), *value = behind(&l, "-Name"), *data = behind(&l, "-Value");
	key = key == NULL ? behind(&l, "-LiteralPath") : key;
	if (key == NULL && l.count > 0 && l.words[0][0] != '-')
		key = l.words[0];
	if (value == NULL && l.count > 1 && key == l.words[0] && l.words[1][0] != '-')
		value = l.words[1];
	if (data == NULL && l.count > 2 && value == l.words[1] && l.words[2][0] != '-')
		data = l.words[2];
	if (key == NULL || value == NULL || !take_key(w, key))
		return false;
	take_text(w->value, sizeof(w->value), value, strlen(value));
	take_data(w, data != NULL ? data : "", data != NULL && data[strspn(data, "0123456789")] == '\0');
	return true;
}

/* --- before the tables --- */

static void
put_field(struct buf *out, const char *name, const char *value)
{
	buf_format(out, "%s\"%s\":", out->size > 1 ? "," : "", name);
	text_json_string(out, value);
}

/* A service's values stand in one event of the hive, under names of their own. */
static void
put_service(struct buf *out, const struct registry_write *w, const char *at)
{
	static const char *const pairs[][2] = { { "ImagePath", "image_path" }, { "ServiceDll", "service_dll" }, { "FailureCommand", "failure_command" } };
	char name[VALUE_SIZE];
	take_text(name, sizeof(name), at, strcspn(at, "\\"));
	put_field(out, "service", name);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (strcasecmp(w->value, pairs[i][0]) == 0)
			put_field(out, pairs[i][1], w->data);
	if (strcasecmp(w->value, "Start") == 0)
		put_field(out, "start", strcmp(w->data, "4") == 0 ? "disabled" : "other");
}

static enum triage_status
put_before(struct detect_judge *j, struct registry_writes_state *s, struct happening *h, struct registry_write *w, struct triage_error *err)
{
	const char *parser = owner_of(w->key), *image = happening_text(h, "image");
	if (parser == NULL)
		return TRIAGE_OK;
	char *service = strcmp(parser, "registry.services") == 0 ? strcasestr(w->key, "\\Services\\") : NULL;
	if (service != NULL) {
		service += strlen("\\Services\\");
		service[strcspn(service, "\\")] = '\0';	/* what lies below the key of a service is told of the service */
	}
	buf_clear(&s->data);
	buf_char(&s->data, '{');
	put_field(&s->data, "key", w->key);
	put_field(&s->data, "value", w->value);
	put_field(&s->data, "data", w->data);
	put_field(&s->data, "deleted", w->deleted ? "true" : "false");
	put_field(&s->data, "told_by", "log");
	put_field(&s->data, "image", image[0] != '\0' ? image : happening_text(h, "process_name"));
	if (service != NULL)
		put_service(&s->data, w, service);
	buf_char(&s->data, '}');
	if (s->data.failed)
		return TRIAGE_OK;
	struct detect_event own = *h->event;
	own.parser = parser;
	own.data = buf_cstr(&s->data);
	happening_begin(&s->own, &own);
	enum triage_status st = signs_detector.event(j, NULL, &s->own, err);
	if (st == TRIAGE_OK && !w->deleted)
		st = places_detector.event(j, NULL, &s->own, err);
	return st;
}

static enum triage_status
look_through(struct detect_judge *j, struct registry_writes_state *s, struct happening *h, const char *text, struct triage_error *err)
{
	static const char *const verbs[] = { "add", "copy", "delete" };
	enum triage_status st = TRIAGE_OK;
	for (const char *at = text; st == TRIAGE_OK && (at = strcasestr(at, "reg")) != NULL; at += 3) {
		const char *p = at + 3;
		if (at > text && (strchr(" \\/\"'&|(;\t\n", at[-1]) == NULL))
			continue;
		p += words_starts(p, ".exe") ? 4 : 0;
		p += *p == '"' || *p == '\'';
		size_t blanks = strspn(p, " \t");
		for (size_t i = 0; blanks > 0 && i < sizeof(verbs) / sizeof(verbs[0]) && st == TRIAGE_OK; i++) {
			struct registry_write w = { .deleted = false };
			size_t size = strlen(verbs[i]);
			if (strncasecmp(p + blanks, verbs[i], size) == 0 && p[blanks + size] == ' ' && of_reg(&w, p + blanks + size, verbs[i]))
				st = put_before(j, s, h, &w, err);
		}
	}
	for (const char *at = text; st == TRIAGE_OK && (at = strcasestr(at, "-ItemProperty")) != NULL; at += 13) {
		struct registry_write w = { .deleted = false };
		bool writes = at - text >= 3 && (strncasecmp(at - 3, "Set", 3) == 0 || strncasecmp(at - 3, "New", 3) == 0);
		if (writes && at[13] == ' ' && of_powershell(&w, at + 13))
			st = put_before(j, s, h, &w, err);
	}
	return st;
}

static enum triage_status
registry_writes_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	struct registry_writes_state *s = state;
	struct registry_write w = { .deleted = false };
	int64_t id = words_event_id(h->event);
	const char *field = "command";
	if (strcmp(h->event->parser, "evtx") == 0) {
		if (id == 4657 || id == 12 || id == 13)
			return of_log(&w, h, id) ? put_before(j, s, h, &w, err) : TRIAGE_OK;
		field = id == 1 || id == 4688 ? "command_line" : id == 4104 ? "script_block_text" : NULL;
	}
	const char *text = field != NULL ? happening_text(h, field) : "";
	return text[0] != '\0' ? look_through(j, s, h, text, err) : TRIAGE_OK;
}

static enum triage_status
registry_writes_begin(struct detect_judge *j, void *state, struct triage_error *err)
{
	struct registry_writes_state *s = state;
	(void)j, (void)err;
	happening_init(&s->own);
	buf_init(&s->data, 1 << 16);
	return TRIAGE_OK;
}

static void
registry_writes_release(void *state)
{
	struct registry_writes_state *s = state;
	happening_release(&s->own);
	buf_release(&s->data);
}

static const char *const sources[] = { "evtx", "shell-history", NULL };
const struct detector registry_writes_detector = { .name = "registry_writes", .state_size = sizeof(struct registry_writes_state), .sources = sources, .begin = registry_writes_begin,
	.event = registry_writes_event, .release = registry_writes_release };
