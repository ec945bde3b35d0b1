/*
 * group_policy_xml.c - preferences of group policy: ScheduledTasks.xml, Groups.xml, Services.xml, Files.xml, Registry.xml, Drives.xml and the like.
 *
 * Below the root, or in a Collection there, one element is one item (name, changed) with Properties, whose attributes say what is done; tasks of Windows Vista and
 * later have a Task below that. A password kept in cpassword can be read by anybody, as its key is public: that there is one is told, not which.
 * Source: [MS-GPPREF] 2.2.
 */
#include "triage/artefact/group_policy.h"

#include "triage/artefact/text_fields.h"
#include "triage/artefact/xml.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LOOKED_AT = 4096, VALUE_MOST = 8 << 10, MEMBERS_MOST = 32 << 10, ITEM_DEPTH = 2 };

enum field { NAME, CHANGED, ACTION, USER, NEW_NAME, FULL_NAME, ACCOUNT, RUN_AS, PROGRAM, ARGUMENTS, DIRECTORY, FROM, TARGET, PATH, HIVE, KEY, VALUE_NAME, TYPE, VALUE, GROUP, GROUP_SID,
	SERVICE, STARTUP, SERVICE_ACTION, DISABLED, LETTER, COMMAND, COMMAND_ARGUMENTS, FIELDS };

/* attribute NULL: text of an element. Names of accounts come under several names. */
static const struct { const char *attribute, *key; } fields[FIELDS] = {
	[NAME] = { NULL, "name" }, [CHANGED] = { NULL, "changed" }, [ACTION] = { "action", "action" }, [USER] = { "userName", "user" }, [NEW_NAME] = { "newName", "new_name" },
	[FULL_NAME] = { "fullName", "full_name" }, [ACCOUNT] = { "accountName", "account" }, [RUN_AS] = { "runAs", "run_as" }, [PROGRAM] = { "appName", "program" },
	[ARGUMENTS] = { "args", "program_arguments" }, [DIRECTORY] = { "startIn", "working_directory" }, [FROM] = { "fromPath", "from_path" }, [TARGET] = { "targetPath", "target_path" },
	[PATH] = { "path", "path" }, [HIVE] = { "hive", "hive" }, [KEY] = { "key", "key" }, [VALUE_NAME] = { "name", "value_name" }, [TYPE] = { "type", "type" },
	[VALUE] = { "value", "value" }, [GROUP] = { "groupName", "group" }, [GROUP_SID] = { "groupSid", "group_sid" }, [SERVICE] = { "serviceName", "service" },
	[STARTUP] = { "startupType", "startup_type" }, [SERVICE_ACTION] = { "serviceAction", "service_action" }, [DISABLED] = { "acctDisabled", "account_disabled" },
	[LETTER] = { "letter", "drive" }, [COMMAND] = { NULL, "command" }, [COMMAND_ARGUMENTS] = { NULL, "arguments" },
};

static const struct root { const char *name, *part, *technique; } roots[] = {
	{ "ScheduledTasks", "task", "T1053.005" }, { "Groups", "account", "" }, { "NTServices", "service", "" }, { "Files", "file", "" }, { "RegistrySettings", "registry", "" },
	{ "Drives", "drive", "" }, { "DataSources", "data_source", "" }, { "Printers", "printer", "" }, { "Folders", "folder", "" }, { "Shortcuts", "shortcut", "" },
	{ "IniFiles", "ini_file", "" }, { "EnvironmentVariables", "variable", "" }, { "NetworkShareSettings", "share", "" }, { "InternetSettings", "internet", "" },
};

struct item {
	struct artefact *a;
	struct triage_error *err;
	struct xml x;
	const struct root *root;
	struct buf values[FIELDS], members, kind;
	uint64_t offset;
	size_t depth;			/* of its element */
	bool open, password;
};

static const struct root *
root_of(struct view name)
{
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (name.size == strlen(roots[i].name) && memcmp(name.data, roots[i].name, name.size) == 0)
			return &roots[i];
	return NULL;
}

bool
policy_xml_is(struct view head)
{
	struct xml x;
	SCOPED_BUF text;
	SCOPED_BUF id;
	buf_init(&text, 4 * LOOKED_AT);
	buf_init(&id, LOOKED_AT);
	head.size = head.size < LOOKED_AT ? head.size : LOOKED_AT;
	if (head.size < 4 || (memchr("<\xef\xff\xfe", head.data[0], 4) == NULL && head.data[1] != '<'))
		return false;
	xml_decode(&text, head);
	xml_begin(&x, buf_cstr(&text), text.size);
	for (enum xml_token t = xml_next(&x); t != XML_END; t = xml_next(&x))
		if (t == XML_OPEN)
			return root_of(x.name) != NULL && xml_attribute(&x, "clsid", &id) && id.size > 0 && id.data[0] == '{';
	return false;
}

static const char *
value(const struct item *t, enum field f)
{
	return buf_cstr(&t->values[f]);
}

/* --- reading --- */

/* Does the element just opened begin an item? A collection may lie in another; of what lies in one items have a class, and filters of the collection itself have none. */
static bool
is_item(const struct item *t)
{
	SCOPED_BUF class;
	buf_init(&class, VALUE_MOST);
	if (t->open || t->x.depth < ITEM_DEPTH || xml_is(&t->x, "Collection"))
		return false;
	return t->x.depth == ITEM_DEPTH || xml_attribute(&t->x, "clsid", &class);
}

static void
begin_item(struct item *t, size_t at)
{
	for (size_t i = 0; i < FIELDS; i++)
		buf_clear(&t->values[i]);
	buf_clear(&t->members);
	buf_clear(&t->kind);
	buf_put(&t->kind, t->x.name.data, t->x.name.size);
	(void)xml_attribute(&t->x, "name", &t->values[NAME]);
	(void)xml_attribute(&t->x, "changed", &t->values[CHANGED]);
	t->open = true;
	t->depth = t->x.depth;
	t->password = false;
	t->offset = at;
}

static void
take_properties(struct item *t)
{
	SCOPED_BUF password;
	buf_init(&password, VALUE_MOST);
	for (size_t i = 0; i < FIELDS; i++)
		if (fields[i].attribute != NULL && t->values[i].size == 0)
			(void)xml_attribute(&t->x, fields[i].attribute, &t->values[i]);
	(void)xml_attribute(&t->x, "cpassword", &password);
	t->password |= password.size > 0 || password.failed;
	/* services name their account's program otherwise */
	if (t->values[PROGRAM].size == 0)
		(void)xml_attribute(&t->x, "program", &t->values[PROGRAM]);
}

/* "ADD DOMAIN\name (S-1-5-21-...)" */
static void
take_member(struct item *t)
{
	static const char *const parts[] = { "action", "name", "sid" };
	if (t->members.size > 0)
		buf_text(&t->members, ", ");
	for (size_t i = 0; i < 3; i++) {
		SCOPED_BUF part;
		buf_init(&part, VALUE_MOST);
		if (xml_attribute(&t->x, parts[i], &part) && part.size > 0)
			buf_format(&t->members, i == 0 ? "%s" : i == 1 ? " %s" : " (%s)", buf_cstr(&part));
	}
}

static void
take_text(struct item *t)
{
	bool command = xml_is(&t->x, "Command"), arguments = xml_is(&t->x, "Arguments"), user = xml_is(&t->x, "UserId");
	struct buf *out = command ? &t->values[COMMAND] : arguments ? &t->values[COMMAND_ARGUMENTS] : user ? &t->values[RUN_AS] : NULL;
	if (out == NULL || (user && out->size > 0))
		return;
	/* a task may run several programs */
	if (out->size > 0)
		buf_text(out, "; ");
	xml_unescape(out, t->x.text, t->x.is_raw);
}

/* --- telling --- */

static const char *
action_word(const char *letter)
{
	static const char *const words[] = { "CCreate", "RReplace", "UUpdate", "DDelete" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (letter[0] == words[i][0] && letter[1] == '\0')
			return words[i] + 1;
	return "";
}

/* What the item does, in words; each kind has its own attributes. */
static void
describe(struct item *t, struct buf *out)
{
	const char *program = t->values[COMMAND].size > 0 ? value(t, COMMAND) : value(t, PROGRAM);
	const char *arguments = t->values[COMMAND].size > 0 ? value(t, COMMAND_ARGUMENTS) : value(t, ARGUMENTS);
	const char *account = t->values[RUN_AS].size > 0 ? value(t, RUN_AS) : t->values[ACCOUNT].size > 0 ? value(t, ACCOUNT) : value(t, USER);
	if (program[0] != '\0')
		buf_format(out, ", runs %.600s%s%.600s", program, arguments[0] != '\0' ? " " : "", arguments);
	if (t->values[FROM].size > 0 || t->values[TARGET].size > 0)
		buf_format(out, ", %.400s to %.400s", value(t, FROM), value(t, TARGET));
	if (t->values[KEY].size > 0)
		buf_format(out, ", %.60s\\%.400s\\%.200s = %.300s", value(t, HIVE), value(t, KEY), value(t, VALUE_NAME), value(t, VALUE));
	if (t->values[SERVICE].size > 0)
		buf_format(out, ", service %.100s %.40s %.40s", value(t, SERVICE), value(t, SERVICE_ACTION), value(t, STARTUP));
	if (t->values[PATH].size > 0 && t->values[KEY].size == 0)
		buf_format(out, ", %.400s", value(t, PATH));
	if (t->members.size > 0)
		buf_format(out, ", members: %.600s", buf_cstr(&t->members));
	if (account[0] != '\0')
		buf_format(out, ", account %.200s", account);
	if (t->password)
		buf_text(out, ", with a password that anybody can read");
}

static enum triage_status
end_item(struct item *t)
{
	struct artefact *a = t->a;
	int64_t when = TRIAGE_TIME_NONE;
	char data[24];
	const char *effect = NULL, *technique = t->root->technique;
	SCOPED_BUF words;
	buf_init(&words, 16 << 10);
	t->open = false;
	if (!when_parse(value(t, CHANGED), &when))
		when = TRIAGE_TIME_NONE;
	if (when == TRIAGE_TIME_NONE && artefact_who(a)->mtime == TRIAGE_TIME_NONE)
		return artefact_remark(a, TRIAGE_LOW, "record-without-time", t->offset, 0, t->err, "the item %.200s has no time and is in no timeline", value(t, NAME));
	policy_event(a, when, t->offset, t->root->part);
	artefact_text(a, "item", buf_cstr(&t->kind));
	for (size_t i = 0; i < FIELDS; i++)
		if (i != CHANGED && (i != VALUE_NAME || t->values[KEY].size > 0))
			artefact_text(a, fields[i].key, i == ACTION && action_word(value(t, ACTION))[0] != '\0' ? action_word(value(t, ACTION)) : value(t, (enum field)i));
	artefact_text(a, "members", buf_cstr(&t->members));
	bool cut = t->members.failed;
	for (size_t i = 0; i < FIELDS; i++)
		cut |= t->values[i].failed;
	if (cut)
		artefact_cut(a);
	if (t->password)
		artefact_flag(a, "cpassword", true);
	/* DWORDs are eight digits of hexadecimal */
	unsigned long number = strtoul(value(t, VALUE), NULL, 16);
	snprintf(data, sizeof(data), "%lu", number);
	if (t->values[KEY].size > 0 && strcmp(value(t, ACTION), "D") != 0)
		effect = policy_effect(value(t, KEY), value(t, VALUE_NAME), strcasecmp(value(t, TYPE), "REG_DWORD") == 0 ? data : value(t, VALUE), &technique);
	if (t->values[SERVICE].size > 0 && (strcasecmp(value(t, SERVICE_ACTION), "STOP") == 0 || strcasecmp(value(t, STARTUP), "DISABLED") == 0)) {
		effect = "stops a service or keeps it from starting";
		technique = "T1489";
	}
	artefact_text(a, "effect", effect);
	artefact_technique(a, t->password ? "T1552.006" : technique);
	describe(t, &words);
	artefact_message(a, "Group policy: %.60s %.200s%s%.20s%s%s%s", buf_cstr(&t->kind), value(t, NAME), action_word(value(t, ACTION))[0] != '\0' ? ", " : "",
	    action_word(value(t, ACTION)), buf_cstr(&words), effect != NULL ? ": " : "", effect != NULL ? effect : "");
	return artefact_send(a, t->err);
}

static enum triage_status
read_document(struct item *t, const struct buf *text)
{
	enum triage_status st = TRIAGE_OK;
	size_t before = 0;
	xml_begin(&t->x, buf_cstr(text), text->size);
	for (enum xml_token token = xml_next(&t->x); token != XML_END && st == TRIAGE_OK; before = xml_offset(&t->x), token = xml_next(&t->x)) {
		if (token == XML_OPEN && t->root == NULL && (t->root = root_of(t->x.name)) == NULL)
			return TRIAGE_OK;
		if (token == XML_OPEN && is_item(t))
			begin_item(t, before);
		else if (token == XML_OPEN && t->open && xml_is(&t->x, "Properties"))
			take_properties(t);
		else if (token == XML_OPEN && t->open && xml_is(&t->x, "Member"))
			take_member(t);
		else if (token == XML_TEXT && t->open)
			take_text(t);
		else if (token == XML_CLOSE && t->open && t->x.depth == t->depth)
			st = end_item(t);
	}
	if (st == TRIAGE_OK && t->open)
		st = end_item(t);
	return st == TRIAGE_OK && t->x.cut ? artefact_remark(t->a, TRIAGE_LOW, "document-cut", TRIAGE_NO_ID, 0, t->err, "the XML of the policy ends too early") : st;
}

enum triage_status
policy_xml(struct artefact *a, struct view all, struct triage_error *err)
{
	struct item t = { .a = a, .err = err };
	SCOPED_BUF text;
	buf_init(&text, 2 * all.size + 16);
	buf_init(&t.members, MEMBERS_MOST);
	buf_init(&t.kind, VALUE_MOST);
	for (size_t i = 0; i < FIELDS; i++)
		buf_init(&t.values[i], VALUE_MOST);
	xml_decode(&text, all);
	enum triage_status st = buf_check(&text, err);
	if (st == TRIAGE_OK)
		st = read_document(&t, &text);
	buf_release(&t.members);
	buf_release(&t.kind);
	for (size_t i = 0; i < FIELDS; i++)
		buf_release(&t.values[i]);
	return st;
}
