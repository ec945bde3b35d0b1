/*
 * registry_host.c - what machine a hive is from: name, time zone, version of Windows, control sets, last shutdown.
 *
 * Sources: winreg-kb of libyal; Microsoft's documentation of TIME_ZONE_INFORMATION. The version 11 of Windows calls itself 10 in ProductName; builds from
 * 22000 on are 11.
 */
#include "triage/artefact/registry_plugin.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUILD_OF_11 = 22000 };

/* --- names --- */

static const char *const name_keys[] = { "ControlSet*\\Control\\ComputerName\\ComputerName", "ControlSet*\\Control\\ComputerName\\ActiveComputerName",
	"ControlSet*\\Services\\Tcpip\\Parameters", NULL };

static enum triage_status
computer_name(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	bool tcpip = strcmp(k->name, "Parameters") == 0;
	const char *name = registry_text(r, k, tcpip ? "NV Hostname" : "ComputerName");
	if (name[0] == '\0' && tcpip)
		name = registry_text(r, k, "Hostname");
	const char *domain = tcpip ? registry_text(r, k, "NV Domain") : "";
	if (domain[0] == '\0' && tcpip)
		domain = registry_text(r, k, "Domain");
	if (name[0] == '\0')
		return TRIAGE_OK;
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_text(registry_artefact(r), "computer_name", name);
	artefact_text(registry_artefact(r), "domain", domain);
	if (tcpip) {
		registry_put(r, k, "dhcp_domain", "DhcpDomain");
		registry_put(r, k, "name_server", "NameServer");
		registry_put(r, k, "dhcp_name_server", "DhcpNameServer");
		registry_put(r, k, "search_list", "SearchList");
		registry_put(r, k, "ip_enable_router", "IPEnableRouter");
	}
	artefact_message(registry_artefact(r), "Computer name: %s%s%s", name, domain[0] != '\0' ? ", domain " : "", domain);
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	if (st == TRIAGE_OK)
		st = registry_fact(r, k, "host", "", "hostname", name, tcpip ? 70 : 80, err);
	return st == TRIAGE_OK ? registry_fact(r, k, "host", "", "domain", domain, 60, err) : st;
}

const struct registry_plugin registry_plugin_computername = {
	.name = "computername", .title = "name of the computer and its domain", .hives = REGISTRY_SYSTEM, .keys = name_keys, .key = computer_name,
};

/* --- time zone --- */

static const char *const zone_keys[] = { "ControlSet*\\Control\\TimeZoneInformation", NULL };

static enum triage_status
zone_facts(struct registry *r, const struct registry_key *k, const char *zone, bool has_bias, int32_t bias, struct triage_error *err)
{
	char text[16];
	snprintf(text, sizeof(text), "%d", (int)bias);
	enum triage_status st = registry_fact(r, k, "host", "", "timezone", zone, 80, err);
	return st == TRIAGE_OK && has_bias ? registry_fact(r, k, "host", "", "tz_bias", text, 80, err) : st;
}

static enum triage_status
time_zone(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	static const char *const biases[][2] = { { "bias", "Bias" }, { "active_bias", "ActiveTimeBias" }, { "daylight_bias", "DaylightBias" }, { "standard_bias", "StandardBias" } };
	struct artefact *a = registry_artefact(r);
	uint64_t bias = 0, number;
	const char *zone = registry_text(r, k, "TimeZoneKeyName");
	const char *standard = registry_text(r, k, "StandardName");
	bool has_bias = registry_number(r, k, "Bias", &bias);
	if (zone[0] == '\0')
		zone = standard;
	if (zone[0] == '\0' && !has_bias)
		return TRIAGE_OK;
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_text(a, "time_zone", zone);
	artefact_text(a, "standard_name", standard);
	for (unsigned i = 0; i < 4; i++)
		if (registry_number(r, k, biases[i][1], &number))
			artefact_number(a, biases[i][0], (int32_t)(uint32_t)number);
	if (registry_number(r, k, "DynamicDaylightTimeDisabled", &number))
		artefact_flag(a, "daylight_saving_off", number != 0);
	artefact_message(a, "Time zone: %s, UTC is local time %+d minutes", zone, (int)(int32_t)(uint32_t)bias);
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	return st == TRIAGE_OK ? zone_facts(r, k, zone, has_bias, (int32_t)(uint32_t)bias, err) : st;
}

const struct registry_plugin registry_plugin_timezone = {
	.name = "timezone", .title = "time zone of the machine", .hives = REGISTRY_SYSTEM, .keys = zone_keys, .key = time_zone,
};

/* --- version of Windows --- */

static const char *const version_keys[] = { "Microsoft\\Windows NT\\CurrentVersion", "Setup\\Source OS*", NULL };

struct version {
	char name[200], number[200], display[64], build[64];
	int64_t installed;
	const char *precision;
};

static void
read_version(struct registry *r, const struct registry_key *k, struct version *v)
{
	uint64_t major = 0, minor = 0, revision = 0, seconds = 0, filetime = 0;
	const char *build = registry_text(r, k, "CurrentBuildNumber"), *name = registry_text(r, k, "ProductName");
	if (build[0] == '\0')
		build = registry_text(r, k, "CurrentBuild");
	const char *old = registry_text(r, k, "CurrentVersion"), *display = registry_text(r, k, "DisplayVersion"), *pack = registry_text(r, k, "CSDVersion");
	if (display[0] == '\0')
		display = registry_text(r, k, "ReleaseId");
	if (strncmp(name, "Windows 10", 10) == 0 && strtoul(build, NULL, 10) >= BUILD_OF_11)
		snprintf(v->name, sizeof(v->name), "Windows 11%.150s", name + 10);
	else
		snprintf(v->name, sizeof(v->name), "%.150s%s%.40s", name, pack[0] != '\0' ? " " : "", pack);
	snprintf(v->display, sizeof(v->display), "%.60s", display);
	snprintf(v->build, sizeof(v->build), "%.60s", build);
	if (registry_number(r, k, "CurrentMajorVersionNumber", &major) && registry_number(r, k, "CurrentMinorVersionNumber", &minor))
		snprintf(v->number, sizeof(v->number), "%u.%u.%.40s", (unsigned)major, (unsigned)minor, build);
	else
		snprintf(v->number, sizeof(v->number), "%.40s%s%.40s", old, old[0] != '\0' && build[0] != '\0' ? "." : "", build);
	size_t n = strlen(v->number);
	if (registry_number(r, k, "UBR", &revision))
		snprintf(v->number + n, sizeof(v->number) - n, ".%u", (unsigned)revision);
	v->installed = TRIAGE_TIME_NONE;
	v->precision = "s";
	if (registry_number(r, k, "InstallDate", &seconds) && seconds > 86400 && seconds < UINT32_MAX)
		v->installed = when_from_unix((int64_t)seconds, 0);
	if (registry_number(r, k, "InstallTime", &filetime) && registry_filetime(filetime) != TRIAGE_TIME_NONE) {
		v->installed = registry_filetime(filetime);
		v->precision = "100ns";
	}
}

static enum triage_status
version_facts(struct registry *r, const struct registry_key *k, const struct version *v, struct triage_error *err)
{
	char number[300];
	snprintf(number, sizeof(number), "%s%s%s%s", v->number, v->display[0] != '\0' ? " (" : "", v->display, v->display[0] != '\0' ? ")" : "");
	enum triage_status st = registry_fact(r, k, "host", "", "os", v->name, 80, err);
	if (st == TRIAGE_OK)
		st = registry_fact(r, k, "host", "", "version", number, 80, err);
	if (st == TRIAGE_OK)
		st = registry_fact(r, k, "host", "", "build", v->build, 80, err);
	return st == TRIAGE_OK ? registry_fact_time(r, k, "host", "", "installed", v->installed, 80, err) : st;
}

static enum triage_status
windows_version(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	struct version v;
	bool earlier = registry_kind(r) == REGISTRY_SYSTEM;
	read_version(r, k, &v);
	if (v.name[0] == '\0' && v.number[0] == '\0')
		return TRIAGE_OK;
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_text(a, "product", v.name);
	artefact_text(a, "version", v.number);
	artefact_text(a, "display_version", v.display);
	registry_put(r, k, "edition", "EditionID");
	registry_put(r, k, "installation_type", "InstallationType");
	registry_put(r, k, "owner", "RegisteredOwner");
	registry_put(r, k, "organization", "RegisteredOrganization");
	registry_put(r, k, "system_root", "SystemRoot");
	registry_put(r, k, "build_lab", "BuildLabEx");
	artefact_when(a, "installed", v.installed);
	artefact_message(a, "%s: %s %s%s%s", earlier ? "Earlier version of Windows, before an upgrade" : "Version of Windows", v.name, v.number,
	    v.display[0] != '\0' ? " " : "", v.display);
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	if (st != TRIAGE_OK || v.installed == TRIAGE_TIME_NONE)
		return st != TRIAGE_OK || earlier ? st : version_facts(r, k, &v, err);
	artefact_again(a, v.installed, "installed");
	artefact_precision(a, v.precision);
	artefact_message(a, "Windows installed: %s %s", v.name, v.number);
	st = registry_send(r, err);
	return st == TRIAGE_OK && !earlier ? version_facts(r, k, &v, err) : st;
}

const struct registry_plugin registry_plugin_windows = {
	.name = "windows", .title = "version of Windows and when it was installed", .hives = REGISTRY_SOFTWARE | REGISTRY_SYSTEM, .keys = version_keys, .key = windows_version,
};

/* --- shutdown --- */

static const char *const shutdown_keys[] = { "ControlSet*\\Control\\Windows", NULL };

static enum triage_status
last_shutdown(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct regf_value v;
	if (!regf_find_value(registry_hive(r), &k->cell, "ShutdownTime", &v))
		return TRIAGE_OK;
	int64_t when = registry_filetime_in(regf_data(registry_hive(r), &v), 0);
	if (when == TRIAGE_TIME_NONE)
		return TRIAGE_OK;
	registry_event(r, k, &v, when, "shut down");
	artefact_when(registry_artefact(r), "shutdown_time", when);
	artefact_message(registry_artefact(r), "Windows was shut down");
	enum triage_status st = registry_send(r, err);
	return st == TRIAGE_OK ? registry_fact_time(r, k, "host", "", "last_shutdown", when, 60, err) : st;
}

const struct registry_plugin registry_plugin_shutdown = {
	.name = "shutdown", .title = "last clean shutdown", .hives = REGISTRY_SYSTEM, .keys = shutdown_keys, .key = last_shutdown,
};
