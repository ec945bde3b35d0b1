/*
 * registry_security.c - the domain of the machine, what was audited, which logons were cached and which secrets are kept; none of them is read.
 *
 * Sources: winreg-kb of libyal; the order of the audit subcategories is that of their GUIDs in [MS-GPAC].
 */
#include "triage/artefact/registry_plugin.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const keys[] = { "Policy\\PolAcDmN", "Policy\\PolPrDmN", "Policy\\PolDnDDN", "Policy\\PolAcDmS", "Policy\\PolPrDmS", "Policy\\PolAdtEv", "Cache",
	"Policy\\Secrets\\*", NULL };

enum { ACCOUNT_NAME, DOMAIN_NAME, DNS_NAME, ACCOUNT_SID, DOMAIN_SID, AUDIT, CACHE, SECRET, KEY_COUNT };

/* A UNICODE_STRING: size, room, offset. */
static const char *
unicode_string(struct registry *r, struct view in)
{
	if (in.size < 8 || !view_has(in, load_le32(in.data + 4), load_le16(in.data)))
		return "";
	return registry_utf16(r, in.data + load_le32(in.data + 4), load_le16(in.data) / 2);
}

static enum triage_status
tell_domain(struct registry *r, const struct registry_key *k, unsigned which, struct triage_error *err)
{
	static const char *const fields[] = { "computer_name", "domain", "dns_domain", "machine_sid", "domain_sid" };
	static const char *const what[] = { "Name of the machine's own accounts", "Domain or workgroup", "DNS name of the domain", "SID of the machine", "SID of the domain" };
	struct view data = registry_bytes(r, k, "");
	const char *text = which == ACCOUNT_SID || which == DOMAIN_SID ? registry_sid(r, data) : unicode_string(r, data);
	if (text[0] == '\0')
		return TRIAGE_OK;
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_text(registry_artefact(r), fields[which], text);
	artefact_message(registry_artefact(r), "%s: %s", what[which], text);
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	if (st == TRIAGE_OK && which == DOMAIN_NAME && strcasecmp(text, "WORKGROUP") != 0)
		st = registry_fact(r, k, "host", "", "domain", text, 50, err);
	if (st == TRIAGE_OK && which == DNS_NAME)
		st = registry_fact(r, k, "host", "", "domain", text, 70, err);
	return st == TRIAGE_OK && which == ACCOUNT_NAME ? registry_fact(r, k, "host", "", "hostname", text, 40, err) : st;
}

/* --- audit policy --- */

enum { CATEGORIES = 9, SUBCATEGORIES_MAX = 14 };

static const struct category {
	const char *name;
	const char *subcategories[SUBCATEGORIES_MAX];
} categories[CATEGORIES] = {
	{ "System", { "Security State Change", "Security System Extension", "System Integrity", "IPsec Driver", "Other System Events" } },
	{ "Logon/Logoff", { "Logon", "Logoff", "Account Lockout", "IPsec Main Mode", "Special Logon", "IPsec Quick Mode", "IPsec Extended Mode", "Other Logon/Logoff Events",
	    "Network Policy Server", "User/Device Claims", "Group Membership" } },
	{ "Object Access", { "File System", "Registry", "Kernel Object", "SAM", "Other Object Access Events", "Certification Services", "Application Generated",
	    "Handle Manipulation", "File Share", "Filtering Platform Packet Drop", "Filtering Platform Connection", "Detailed File Share", "Removable Storage",
	    "Central Policy Staging" } },
	{ "Privilege Use", { "Sensitive Privilege Use", "Non Sensitive Privilege Use", "Other Privilege Use Events" } },
	{ "Detailed Tracking", { "Process Creation", "Process Termination", "DPAPI Activity", "RPC Events", "Plug and Play Events", "Token Right Adjusted Events" } },
	{ "Policy Change", { "Audit Policy Change", "Authentication Policy Change", "Authorization Policy Change", "MPSSVC Rule-Level Policy Change",
	    "Filtering Platform Policy Change", "Other Policy Change Events" } },
	{ "Account Management", { "User Account Management", "Computer Account Management", "Security Group Management", "Distribution Group Management",
	    "Application Group Management", "Other Account Management Events" } },
	{ "DS Access", { "Directory Service Access", "Directory Service Changes", "Directory Service Replication", "Detailed Directory Service Replication" } },
	{ "Account Logon", { "Credential Validation", "Kerberos Service Ticket Operations", "Other Account Logon Events", "Kerberos Authentication Service" } },
};

static const char *
audit_word(unsigned setting)
{
	static const char *const words[] = { "no auditing", "success", "failure", "success and failure" };
	return words[setting & 3];
}

/* Vista on: a number for each subcategory, and how many of them each category has. */
static void
put_audit(struct registry *r, struct view in, size_t counts)
{
	char line[200];
	size_t at = 12;
	artefact_list(registry_artefact(r), "audit");
	for (unsigned c = 0; c < CATEGORIES; c++) {
		unsigned n = load_le16(in.data + counts + 2 * (size_t)c);
		for (unsigned i = 0; i < n && at + 2 <= counts; i++, at += 2) {
			const char *name = i < SUBCATEGORIES_MAX && categories[c].subcategories[i] != NULL ? categories[c].subcategories[i] : "other";
			snprintf(line, sizeof(line), "%s: %s: %s", categories[c].name, name, audit_word(load_le16(in.data + at)));
			artefact_item(registry_artefact(r), line);
		}
	}
	artefact_list_end(registry_artefact(r));
}

/* To 2003: on or off, then a number for each category. */
static void
put_old_audit(struct registry *r, struct view in)
{
	static const char *const names[] = { "System", "Logon/Logoff", "Object Access", "Privilege Use", "Detailed Tracking", "Policy Change", "Account Management",
		"DS Access", "Account Logon" };
	char line[100];
	artefact_flag(registry_artefact(r), "auditing", load_le32(in.data) != 0);
	artefact_list(registry_artefact(r), "audit");
	for (unsigned i = 0; i < CATEGORIES && 4 * (size_t)i + 8 <= in.size; i++) {
		snprintf(line, sizeof(line), "%s: %s", names[i], audit_word(load_le32(in.data + 4 + 4 * (size_t)i)));
		artefact_item(registry_artefact(r), line);
	}
	artefact_list_end(registry_artefact(r));
}

static enum triage_status
tell_audit(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct view in = registry_bytes(r, k, "");
	if (in.size < 40)
		return TRIAGE_OK;
	size_t counts = load_le32(in.data + 8);
	registry_event(r, k, NULL, k->time, "key last written");
	if (load_le32(in.data + 4) == CATEGORIES && view_has(in, counts, 2 * CATEGORIES))
		put_audit(r, in, counts);
	else
		put_old_audit(r, in);
	artefact_message(registry_artefact(r), "Audit policy last changed: which events Windows writes to its security log");
	registry_told(r);
	return registry_send(r, err);
}

/* --- secrets --- */

static enum triage_status
tell_cache(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct regf_values list;
	struct regf_value v;
	unsigned places = 0, used = 0;
	regf_values(registry_hive(r), &k->cell, &list);
	while (regf_next_value(registry_hive(r), &list, &v)) {
		const char *name = registry_name(r, v.name);
		struct view data = regf_data(registry_hive(r), &v);
		if (strncmp(name, "NL$", 3) != 0 || name[3] < '0' || name[3] > '9')
			continue;
		places++;
		/* an empty place has no size of a user name */
		used += data.size > 96 && load_le16(data.data) != 0;
	}
	if (places == 0)
		return TRIAGE_OK;
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_unsigned(registry_artefact(r), "cached_logons", used);
	artefact_unsigned(registry_artefact(r), "places", places);
	artefact_message(registry_artefact(r), "Domain logons kept for use without the domain: %u of %u places used", used, places);
	registry_told(r);
	return registry_send(r, err);
}

static enum triage_status
tell_secret(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct registry_key sub;
	struct artefact *a = registry_artefact(r);
	int64_t set = registry_sub(r, k, "CupdTime", &sub) ? registry_filetime_in(registry_bytes(r, &sub, ""), 0) : TRIAGE_TIME_NONE;
	int64_t before = registry_sub(r, k, "OupdTime", &sub) ? registry_filetime_in(registry_bytes(r, &sub, ""), 0) : TRIAGE_TIME_NONE;
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_text(a, "secret", k->name);
	artefact_when(a, "set", set);
	artefact_when(a, "set_before", before);
	artefact_message(a, "Secret kept by Windows: %s", k->name);
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	if (st != TRIAGE_OK || set == TRIAGE_TIME_NONE)
		return st;
	artefact_again(a, set, "secret set");
	artefact_message(a, "Secret kept by Windows set: %s", k->name);
	return registry_send(r, err);
}

static enum triage_status
key(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	unsigned which = 0;
	while (which < KEY_COUNT && !registry_fits(keys[which], k->below))
		which++;
	return which <= DOMAIN_SID ? tell_domain(r, k, which, err) : which == AUDIT ? tell_audit(r, k, err) : which == CACHE ? tell_cache(r, k, err) :
	    which == SECRET ? tell_secret(r, k, err) : TRIAGE_OK;
}

const struct registry_plugin registry_plugin_security = {
	.name = "security", .title = "domain, audit policy, names of secrets", .hives = REGISTRY_SECURITY, .keys = keys, .key = key,
};
