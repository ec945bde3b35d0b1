/*
 * registry_userassist.c - programs and links that a user started from Explorer, how often and when last; names are written in ROT13.
 *
 * Entries of 16 bytes up to Vista (session, count, last run), of 72 from Windows 7 (with focus). Sources: winreg-kb of libyal; Didier Stevens.
 */
#include "triage/artefact/registry_plugin.h"

#include <string.h>
#include <strings.h>

enum { OLD_ENTRY = 16, OLD_RUN = 8, NEW_ENTRY = 72, NEW_FOCUS = 8, NEW_FOCUS_MS = 12, NEW_RUN = 60, OLD_FIRST_COUNT = 5, GUID_BRACED = 38 };

static const char *const keys[] = {
	"Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\UserAssist\\*\\Count",
	"Software\\Wow6432Node\\Microsoft\\Windows\\CurrentVersion\\Explorer\\UserAssist\\*\\Count",
	NULL
};

/* How Windows writes the known folders that names begin with. */
static const struct {
	const char *guid, *folder;
} folders[] = {
	{ "{7C5A40EF-A0FB-4BFC-874A-C0F2E0B9FA8E}", "%PROGRAMFILES(X86)%" },
	{ "{6D809377-6AF0-444B-8957-A3773F02200E}", "%PROGRAMFILES%" },
	{ "{905E63B6-C1BF-494E-B29C-65B732D3D21A}", "%PROGRAMFILES%" },
	{ "{F7F1ED05-9F6D-47A2-AAAE-29D317C6F066}", "%COMMONPROGRAMFILES%" },
	{ "{6365D5A7-0F0D-45E5-87F6-0DA56B6A4F7D}", "%COMMONPROGRAMFILES%" },
	{ "{DE974D24-D9C6-4D3E-BF91-F4455120B917}", "%COMMONPROGRAMFILES(X86)%" },
	{ "{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}", "%SYSTEMROOT%\\System32" },
	{ "{D65231B0-B2F1-4857-A4CE-A8E7C6EA7D27}", "%SYSTEMROOT%\\SysWOW64" },
	{ "{F38BF404-1D43-42F2-9305-67DE0B28FC23}", "%SYSTEMROOT%" },
	{ "{9E3995AB-1F9C-4F13-B827-48B24B6C7174}", "%APPDATA%\\Microsoft\\Internet Explorer\\Quick Launch\\User Pinned" },
	{ "{52A4F021-7B75-48A9-9F6B-4B87A210BC8F}", "%APPDATA%\\Microsoft\\Internet Explorer\\Quick Launch" },
	{ "{A77F5D77-2E2B-44C3-A6A2-ABA601054A51}", "%APPDATA%\\Microsoft\\Windows\\Start Menu\\Programs" },
	{ "{625B53C3-AB48-4EC1-BA1F-A1EF4146FC19}", "%APPDATA%\\Microsoft\\Windows\\Start Menu" },
	{ "{0139D44E-6AFE-49F2-8690-3DAFCAE6FFB8}", "%PROGRAMDATA%\\Microsoft\\Windows\\Start Menu\\Programs" },
	{ "{A4115719-D62E-491D-AA7C-E74B8BE3B067}", "%PROGRAMDATA%\\Microsoft\\Windows\\Start Menu" },
	{ "{B4BFCC3A-DB2C-424C-B029-7FE99A87C641}", "%USERPROFILE%\\Desktop" },
	{ "{374DE290-123F-4565-9164-39C4925E467B}", "%USERPROFILE%\\Downloads" },
	{ "{FDD39AD0-238F-46AF-ADB4-6C85480369C7}", "%USERPROFILE%\\Documents" },
	{ "{F1B32785-6FBA-4FCF-9D55-7B8E7F157091}", "%LOCALAPPDATA%" },
	{ "{3EB685DB-65F9-4CF6-A03A-E3EF65729F3D}", "%APPDATA%" },
	{ "{62AB5D82-FDC1-4DC3-A9DD-070D1D495D97}", "%PROGRAMDATA%" },
	{ "{C4AA340D-F20F-4863-AFEF-F87EF2E6BA25}", "%PUBLIC%\\Desktop" },
};

static void
rot13(struct buf *out, const char *name)
{
	for (const char *p = name; *p != '\0'; p++) {
		char c = *p, low = (char)(c | 0x20);
		if (low >= 'a' && low <= 'z')
			c = (char)(c - low + 'a' + (low - 'a' + 13) % 26);
		buf_char(out, c);
	}
}

/* The path with its known folder in words. */
static void
in_words(struct buf *out, const char *name)
{
	size_t skip = 0;
	for (size_t i = 0; skip == 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (strncasecmp(name, folders[i].guid, GUID_BRACED) != 0)
			continue;
		buf_text(out, folders[i].folder);
		skip = GUID_BRACED;
	}
	buf_text(out, name + skip);
}

/* The fields of an entry go to the event in the making; returns how often it ran. */
static uint32_t
put_entry(struct registry *r, struct view in, bool *ret_has_count)
{
	struct artefact *a = registry_artefact(r);
	uint32_t count = 0;
	*ret_has_count = true;
	if (in.size >= NEW_ENTRY) {
		count = load_le32(in.data + 4);
		artefact_unsigned(a, "run_count", count);
		artefact_unsigned(a, "focus_count", load_le32(in.data + NEW_FOCUS));
		artefact_unsigned(a, "focus_ms", load_le32(in.data + NEW_FOCUS_MS));
	} else if (in.size >= OLD_ENTRY) {
		count = load_le32(in.data + 4);
		/* counting begins at five */
		count = count > OLD_FIRST_COUNT ? count - OLD_FIRST_COUNT : 0;
		artefact_unsigned(a, "session", load_le32(in.data));
		artefact_unsigned(a, "run_count", count);
	} else {
		*ret_has_count = false;
		artefact_hex(a, "data", in.data, in.size);
	}
	return count;
}

static enum triage_status
entry(struct registry *r, const struct registry_key *k, const struct regf_value *v, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	SCOPED_BUF plain;
	SCOPED_BUF path;
	bool has_count;
	buf_init(&plain, ARTEFACT_VALUE_MAX);
	buf_init(&path, ARTEFACT_VALUE_MAX);
	const char *name = registry_name(r, v->name);
	/* a setting turns the cipher off: such names begin with what is plain text */
	if (strncmp(name, "UEME_", 5) == 0)
		buf_text(&plain, name);
	else
		rot13(&plain, name);
	in_words(&path, buf_cstr(&plain));
	struct view in = regf_data(registry_hive(r), v);
	int64_t ran = registry_filetime_in(in, in.size >= NEW_ENTRY ? NEW_RUN : OLD_RUN);
	bool none = ran == TRIAGE_TIME_NONE || in.size < OLD_ENTRY;
	registry_event(r, k, v, none ? k->time : ran, none ? "key last written" : "last run");
	artefact_text(a, "name", buf_cstr(&plain));
	artefact_text(a, "path", buf_cstr(&path));
	uint32_t count = put_entry(r, in, &has_count);
	if (strcmp(buf_cstr(&plain), "UEME_CTLSESSION") == 0)
		artefact_message(a, "UserAssist session counter");
	else if (has_count && !none)
		artefact_message(a, "Program started from Explorer, %u times in all: %s", (unsigned)count, buf_cstr(&path));
	else if (has_count)
		artefact_message(a, "Program known to Explorer (UserAssist), %u starts: %s", (unsigned)count, buf_cstr(&path));
	else
		artefact_message(a, "UserAssist: %s", buf_cstr(&path));
	return registry_send(r, err);
}

static enum triage_status
user_assist(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct regf_values list;
	struct regf_value v;
	enum triage_status st = TRIAGE_OK;
	regf_values(registry_hive(r), &k->cell, &list);
	while (st == TRIAGE_OK && regf_next_value(registry_hive(r), &list, &v))
		st = entry(r, k, &v, err);
	return st;
}

const struct registry_plugin registry_plugin_userassist = {
	.name = "userassist",
	.title = "programs started from Explorer",
	.hives = REGISTRY_NTUSER,
	.keys = keys,
	.key = user_assist,
};
