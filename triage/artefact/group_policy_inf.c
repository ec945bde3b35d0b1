/*
 * group_policy_inf.c - GptTmpl.inf: rights of accounts, members of groups, services, values of the registry, in sections of "name = value". UTF-16LE or ANSI.
 * Source: [MS-GPSB] 2.2.
 */
#include "triage/artefact/group_policy.h"

#include "triage/artefact/text_fields.h"
#include "triage/artefact/xml.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LINE_MOST = 16 << 10, SECTION_SIZE = 48 };

/* Rights by which a machine can be taken over. */
static bool
is_strong(const char *right)
{
	static const char *const strong[] = { "SeDebugPrivilege", "SeTcbPrivilege", "SeImpersonatePrivilege", "SeLoadDriverPrivilege", "SeBackupPrivilege", "SeRestorePrivilege",
		"SeTakeOwnershipPrivilege", "SeCreateTokenPrivilege", "SeEnableDelegationPrivilege", "SeAssignPrimaryTokenPrivilege", NULL };
	for (size_t i = 0; strong[i] != NULL; i++)
		if (strcasecmp(strong[i], right) == 0)
			return true;
	return false;
}

static char *
trim(char *text)
{
	text += strspn(text, " \t");
	for (size_t n = strlen(text); n > 0 && strchr(" \t\r", text[n - 1]) != NULL; n--)
		text[n - 1] = '\0';
	return text;
}

/* MACHINE\Software\...\Name=4,1 */
static void
put_registry(struct artefact *a, char *name, char *value)
{
	char *last = strrchr(name, '\\'), *comma = strchr(value, ',');
	const char *technique = "", *text = comma != NULL ? comma + 1 : "";
	if (last != NULL)
		*last = '\0';
	artefact_text(a, "key", name);
	artefact_text(a, "value", last != NULL ? last + 1 : "");
	artefact_text(a, "data_text", text);
	const char *effect = policy_effect(name, last != NULL ? last + 1 : "", text, &technique);
	artefact_text(a, "effect", effect);
	artefact_technique(a, technique);
	artefact_message(a, "Group policy sets %.600s\\%.200s = %.400s%s%s", name, last != NULL ? last + 1 : "", text, effect != NULL ? ": " : "", effect != NULL ? effect : "");
}

static enum triage_status
send_line(struct artefact *a, const char *section, char *line, uint64_t offset, struct triage_error *err)
{
	char *equals = strchr(line, '=');
	char *name = line, *value = equals != NULL ? equals + 1 : line + strlen(line);
	if (equals != NULL)
		*equals = '\0';
	name = trim(name);
	value = trim(value);
	policy_event(a, TRIAGE_TIME_NONE, offset, "security");
	artefact_text(a, "section", section);
	if (strcasecmp(section, "Registry Values") == 0 && equals != NULL) {
		put_registry(a, name, value);
	} else if (strcasecmp(section, "Privilege Rights") == 0) {
		artefact_text(a, "right", name);
		artefact_text(a, "accounts", value);
		artefact_flag(a, "strong", is_strong(name));
		artefact_message(a, "Group policy gives the right %.100s to %.1000s", name, value[0] != '\0' ? value : "nobody");
	} else if (strcasecmp(section, "Group Membership") == 0) {
		artefact_text(a, "group", name);
		artefact_text(a, "members", value);
		artefact_message(a, "Group policy sets %.200s to %.1000s", name, value[0] != '\0' ? value : "nobody");
	} else {
		artefact_text(a, "setting", name);
		artefact_text(a, "setting_value", value);
		artefact_message(a, "Group policy sets %s: %.800s%s%.400s", section, name, value[0] != '\0' ? " = " : "", value);
	}
	return artefact_send(a, err);
}

/* Sections that speak of the file, not of machines. */
static bool
is_of_the_file(const char *section)
{
	return section[0] == '\0' || strcasecmp(section, "Unicode") == 0 || strcasecmp(section, "Version") == 0;
}

enum triage_status
policy_inf(struct artefact *a, struct view all, struct triage_error *err)
{
	char section[SECTION_SIZE] = "";
	SCOPED_BUF text;
	SCOPED_BUF line;
	buf_init(&text, 2 * all.size + 16);
	buf_init(&line, LINE_MOST);
	xml_decode(&text, all);
	enum triage_status st = buf_check(&text, err);
	for (size_t at = 0, n; at < text.size && st == TRIAGE_OK; at += n + 1) {
		n = strcspn(text.data + at, "\n");
		buf_clear(&line);
		buf_put(&line, text.data + at, n < LINE_MOST - 1 ? n : LINE_MOST - 1);
		if (n >= LINE_MOST - 1)
			st = artefact_remark(a, TRIAGE_LOW, "line-too-long", at, n, err, "a line of the policy is cut");
		st = st == TRIAGE_OK ? buf_check(&line, err) : st;
		if (st != TRIAGE_OK || line.size == 0)
			continue;
		char *start = trim(line.data);
		if (start[0] == '[') {
			snprintf(section, sizeof(section), "%.*s", (int)strcspn(start + 1, "]"), start + 1);
			continue;
		}
		if (start[0] != '\0' && !is_of_the_file(section))
			st = send_line(a, section, start, at, err);
	}
	return st;
}
