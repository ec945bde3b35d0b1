/*
 * group_policy.c - what group policy sets on the machines of a domain. Whoever may write a policy runs programs on all of them.
 *
 * Source: [MS-GPREG] (Registry.pol), [MS-GPPREF] (XML of preferences), [MS-GPSB] (GptTmpl.inf). A preference has the time of its last change; of the others the
 * file's own is the only one.
 */
#include "triage/artefact/group_policy.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NUMBER_SIZE = 38 };

/* "/Policies/{31B2F340-016D-11D2-945F-00C04FB984F9}/Machine/..." */
static void
put_place(struct artefact *a)
{
	const char *path = artefact_who(a)->path, *number = strcasestr(path, "/Policies/{");
	number = number != NULL ? number + 10 : NULL;
	if (number == NULL || strlen(number) <= NUMBER_SIZE || number[NUMBER_SIZE - 1] != '}' || number[NUMBER_SIZE] != '/')
		return;
	const char *rest = number + NUMBER_SIZE;
	artefact_bytes(a, "policy", number, NUMBER_SIZE);
	artefact_text(a, "scope", strncasecmp(rest, "/Machine/", 9) == 0 ? "machine" : strncasecmp(rest, "/User/", 6) == 0 ? "user" : "");
}

void
policy_event(struct artefact *a, int64_t time, uint64_t offset, const char *part)
{
	bool own = time == TRIAGE_TIME_NONE;
	artefact_event(a, own ? artefact_who(a)->mtime : time, own ? "policy last changed" : "policy item last changed");
	artefact_offset(a, offset);
	artefact_part(a, part);
	put_place(a);
}

const char *
policy_effect(const char *key, const char *value, const char *text, const char **ret_technique)
{
	/* value NULL: any; text NULL: any */
	static const struct { const char *key, *value, *text, *effect, *technique; } known[] = {
		{ "\\Windows Defender\\Exclusions", NULL, NULL, "excludes files from Microsoft Defender", "T1562.001" },
		{ "\\Windows Defender", "DisableAntiSpyware", "1", "turns Microsoft Defender off", "T1562.001" },
		{ "\\Windows Defender", "DisableAntiVirus", "1", "turns Microsoft Defender off", "T1562.001" },
		{ "\\Windows Defender", "DisableRoutinelyTakingAction", "1", "keeps Microsoft Defender from acting", "T1562.001" },
		{ "\\Windows Defender\\Real-Time Protection", "DisableRealtimeMonitoring", "1", "turns the watch of Microsoft Defender off", "T1562.001" },
		{ "\\Windows Defender\\Real-Time Protection", "DisableBehaviorMonitoring", "1", "turns the watch of Microsoft Defender off", "T1562.001" },
		{ "\\Windows Defender\\Real-Time Protection", "DisableOnAccessProtection", "1", "turns the watch of Microsoft Defender off", "T1562.001" },
		{ "\\WindowsFirewall\\", "EnableFirewall", "0", "turns the firewall off", "T1562.004" },
		{ "\\PowerShell\\ScriptBlockLogging", "EnableScriptBlockLogging", "0", "turns the log of PowerShell off", "T1562.002" },
		{ "\\Policies\\System", "EnableLUA", "0", "turns user account control off", "T1548.002" },
		{ "\\Policies\\System", "LocalAccountTokenFilterPolicy", "1", "gives local accounts full rights over the network", "T1112" },
		{ "\\SecurityProviders\\WDigest", "UseLogonCredential", "1", "keeps passwords in memory as text", "T1112" },
		{ "\\Terminal Server", "fDenyTSConnections", "0", "opens remote desktop", "T1021.001" },
		{ "\\Terminal Services", "fDenyTSConnections", "0", "opens remote desktop", "T1021.001" },
		{ "\\CurrentVersion\\Run", NULL, NULL, "runs a program at each logon", "T1547.001" },
		{ "\\Policies\\Explorer\\Run", NULL, NULL, "runs a program at each logon", "T1547.001" },
		{ "\\Image File Execution Options\\", "Debugger", NULL, "runs another program in place of one", "T1546.012" },
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcasestr(key, known[i].key) == NULL || (known[i].value != NULL && strcasecmp(value, known[i].value) != 0) ||
		    (known[i].text != NULL && strcmp(text, known[i].text) != 0))
			continue;
		*ret_technique = known[i].technique;
		return known[i].effect;
	}
	return NULL;
}

/* Templates of security lie on every machine in the same form: only those of policies count. */
static bool
is_inf(const struct artefact_subject *who)
{
	return strcasecmp(who->name, "GptTmpl.inf") == 0;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	return policy_pol_is(head) || policy_xml_is(head) || is_inf(who);
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (artefact_who(a)->mtime == TRIAGE_TIME_NONE && !policy_xml_is(all))
		st = artefact_remark(a, TRIAGE_LOW, "record-without-time", 0, 0, err, "the file's own time is not known: what this policy sets is in no timeline");
	if (st != TRIAGE_OK)
		return st;
	return policy_pol_is(all) ? policy_pol(a, all, err) : policy_xml_is(all) ? policy_xml(a, all, err) : policy_inf(a, all, err);
}

const struct artefact_kind artefact_group_policy = {
	.name = "group_policy",
	.source = "other",
	.title = "settings of group policy (Registry.pol, XML of preferences, GptTmpl.inf)",
	.yields = "values of the registry, tasks, services, files, groups and accounts that a policy sets on the machines of a domain, rights it gives; passwords it keeps (that, not which)",
	.reference = "[MS-GPREG], [MS-GPPREF], [MS-GPSB]",
	.precision = "s",
	.claims = claims,
	.parse = parse,
};
