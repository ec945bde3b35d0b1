/* registry_installed.c - installed programs, and who has a profile on the machine. Source: Microsoft's documentation of the Uninstall key. */
#include "triage/artefact/registry_plugin.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

/* --- programs --- */

static const char *const uninstall_keys[] = { "Microsoft\\Windows\\CurrentVersion\\Uninstall\\*", "Wow6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\*",
	"Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\*", "Software\\Wow6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\*", NULL };

static const char *const uninstall_fields[][2] = {
	{ "name", "DisplayName" }, { "version", "DisplayVersion" }, { "publisher", "Publisher" }, { "install_date", "InstallDate" }, { "folder", "InstallLocation" },
	{ "source", "InstallSource" }, { "uninstall_string", "UninstallString" }, { "comments", "Comments" }, { "size_kib", "EstimatedSize" },
	{ "system_component", "SystemComponent" },
};

/* "20200131", local time */
static int64_t
day_of(const char *text)
{
	char iso[32];
	int64_t ns;
	if (strlen(text) != 8 || strspn(text, "0123456789") != 8)
		return TRIAGE_TIME_NONE;
	snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2s", text, text + 4, text + 6);
	return strcmp(iso, "1971") > 0 && strcmp(iso, "2200") < 0 && when_parse(iso, &ns) ? ns : TRIAGE_TIME_NONE;
}

static enum triage_status
program(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	const char *name = registry_text(r, k, "DisplayName"), *version = registry_text(r, k, "DisplayVersion");
	int64_t day = day_of(registry_text(r, k, "InstallDate"));
	if (name[0] == '\0' && registry_text(r, k, "UninstallString")[0] == '\0')
		return TRIAGE_OK;
	if (name[0] == '\0')
		name = k->name;
	registry_event(r, k, NULL, k->time, "key last written");
	for (size_t i = 0; i < sizeof(uninstall_fields) / sizeof(uninstall_fields[0]); i++)
		registry_put(r, k, uninstall_fields[i][0], uninstall_fields[i][1]);
	artefact_message(a, "Installed program: %s %s", name, version);
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	if (st != TRIAGE_OK || day == TRIAGE_TIME_NONE)
		return st;
	artefact_again(a, day, "installed");
	artefact_precision(a, "day");
	artefact_local(a);
	artefact_message(a, "Program installed: %s %s", name, version);
	return registry_send(r, err);
}

const struct registry_plugin registry_plugin_uninstall = {
	.name = "installed", .title = "installed programs", .hives = REGISTRY_SOFTWARE | REGISTRY_NTUSER, .keys = uninstall_keys, .key = program,
};

/* --- profiles --- */

static const char *const profile_keys[] = { "Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\*", NULL };

static int64_t
two_halves(struct registry *r, const struct registry_key *k, const char *high, const char *low)
{
	uint64_t h = 0, l = 0;
	return registry_number(r, k, high, &h) && registry_number(r, k, low, &l) ? registry_filetime(h << 32 | (l & UINT32_MAX)) : TRIAGE_TIME_NONE;
}

static enum triage_status
profile_facts(struct registry *r, const struct registry_key *k, const char *sid, const char *home, int64_t loaded, struct triage_error *err)
{
	const char *name = strrchr(home, '\\') != NULL ? strrchr(home, '\\') + 1 : home;
	/* the profiles of Windows itself have no account of their own */
	if (strncmp(sid, "S-1-5-21-", 9) != 0 && strncmp(sid, "S-1-12-1-", 9) != 0)
		return TRIAGE_OK;
	enum triage_status st = registry_fact(r, k, "account", sid, "name", name, 40, err);
	if (st == TRIAGE_OK)
		st = registry_fact(r, k, "account", sid, "home", home, 80, err);
	return st == TRIAGE_OK ? registry_fact_time(r, k, "account", sid, "last_login", loaded, 40, err) : st;
}

static enum triage_status
profile(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	char sid[200];
	const char *home = registry_text(r, k, "ProfileImagePath");
	int64_t loaded = two_halves(r, k, "LocalProfileLoadTimeHigh", "LocalProfileLoadTimeLow");
	int64_t unloaded = two_halves(r, k, "LocalProfileUnloadTimeHigh", "LocalProfileUnloadTimeLow");
	if (home[0] == '\0' || strncmp(k->name, "S-1-", 4) != 0)
		return TRIAGE_OK;
	/* a profile that could not be loaded is kept as "SID.bak" */
	snprintf(sid, sizeof(sid), "%.*s", (int)(strcspn(k->name, ".") < 190 ? strcspn(k->name, ".") : 190), k->name);
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_text(a, "sid", sid);
	artefact_text(a, "home", home);
	registry_put(r, k, "state", "State");
	registry_put(r, k, "flags", "Flags");
	artefact_when(a, "loaded", loaded);
	artefact_when(a, "unloaded", unloaded);
	artefact_user(a, sid);
	artefact_message(a, "Profile of %s: %s", sid, home);
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	if (st == TRIAGE_OK && loaded != TRIAGE_TIME_NONE) {
		artefact_again(a, loaded, "profile loaded");
		artefact_message(a, "Profile of %s loaded: %s", sid, home);
		st = registry_send(r, err);
	}
	if (st == TRIAGE_OK && unloaded != TRIAGE_TIME_NONE) {
		artefact_again(a, unloaded, "profile unloaded");
		artefact_message(a, "Profile of %s unloaded: %s", sid, home);
		st = registry_send(r, err);
	}
	return st == TRIAGE_OK ? profile_facts(r, k, sid, home, loaded, err) : st;
}

const struct registry_plugin registry_plugin_profilelist = {
	.name = "profiles", .title = "profiles of users", .hives = REGISTRY_SOFTWARE, .keys = profile_keys, .key = profile,
};

/* --- what may start at logon: 12 bytes, odd when switched off, and then since when --- */

static const char *const approved_keys[] = { "Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved\\*",
	"Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved\\*", NULL };

static enum triage_status
approved(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct regf_values list;
	struct regf_value v;
	enum triage_status st = TRIAGE_OK;
	regf_values(registry_hive(r), &k->cell, &list);
	while (st == TRIAGE_OK && regf_next_value(registry_hive(r), &list, &v)) {
		struct view data = regf_data(registry_hive(r), &v);
		if (data.size < 12)
			continue;
		int64_t when = registry_filetime_in(data, 4);
		bool off = (data.data[0] & 1) != 0;
		const char *name = registry_name(r, v.name);
		registry_event(r, k, &v, off && when != TRIAGE_TIME_NONE ? when : k->time, off && when != TRIAGE_TIME_NONE ? "autostart disabled" : "key last written");
		artefact_flag(registry_artefact(r), "enabled", !off);
		artefact_message(registry_artefact(r), "Start of %s at logon is switched %s", name, off ? "off" : "on");
		st = registry_send(r, err);
	}
	return st;
}

const struct registry_plugin registry_plugin_startupapproved = {
	.name = "startupapproved", .title = "autostart switched on and off", .hives = REGISTRY_SOFTWARE | REGISTRY_NTUSER, .keys = approved_keys, .key = approved,
};
