/* registry_rdp_client.c - machines that a user connected to with Remote Desktop, and the names used there. Source: winreg-kb of libyal. */
#include "triage/artefact/registry_plugin.h"

#include <strings.h>

#define CLIENT "Software\\Microsoft\\Terminal Server Client\\"

static const char *const keys[] = { CLIENT "Default", CLIENT "Default\\AddIns\\*", CLIENT "Servers\\*", CLIENT "LocalDevices", NULL };

/* One server; user: "" when not known. */
static enum triage_status
tell_server(struct registry *r, const struct registry_key *k, const struct regf_value *v, const char *server, const char *user, const char *what, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	registry_event(r, k, v, k->time, "key last written");
	artefact_text(a, "remote_host", server);
	artefact_text(a, "remote_user", user);
	artefact_technique(a, "T1021.001");
	artefact_message(a, "%s: %s%s%s", what, server, user[0] != '\0' ? " as " : "", user);
	return registry_send(r, err);
}

static enum triage_status
server(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct regf_value v;
	const char *user = registry_text(r, k, "UsernameHint");
	bool has_certificate = regf_find_value(registry_hive(r), &k->cell, "CertHash", &v);
	registry_told(r);
	return tell_server(r, k, NULL, k->name, user, has_certificate ? "Remote Desktop to a server whose certificate was accepted" : "Remote Desktop to a server", err);
}

static enum triage_status
rdp_client(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct regf_values list;
	struct regf_value v;
	enum triage_status st = TRIAGE_OK;
	if (registry_fits(keys[2], k->below))
		return server(r, k, err);
	if (registry_fits(keys[1], k->below))
		return registry_each_value(r, k, "Add-in of Remote Desktop", NULL, err);
	bool devices = registry_fits(keys[3], k->below);
	regf_values(registry_hive(r), &k->cell, &list);
	while (st == TRIAGE_OK && regf_next_value(registry_hive(r), &list, &v)) {
		const char *name = registry_name(r, v.name);
		if (devices)
			st = tell_server(r, k, &v, name, "", "Local drives or devices allowed for Remote Desktop to a server", err);
		else if (strncasecmp(name, "MRU", 3) == 0)
			st = tell_server(r, k, &v, registry_value_text(r, &v), "",
			    strcasecmp(name, "MRU0") == 0 ? "Remote Desktop to a server (newest of its list)" : "Remote Desktop to a server", err);
	}
	return st;
}

const struct registry_plugin registry_plugin_rdp_client = {
	.name = "rdp_client",
	.title = "servers that a user connected to with Remote Desktop",
	.hives = REGISTRY_NTUSER,
	.keys = keys,
	.key = rdp_client,
};
