/*
 * registry_sshclient.c - machines that a user saved or reached in PuTTY, KiTTY and WinSCP. Passwords, which WinSCP keeps so that anyone can read them, are
 * not given; that one is kept is. Sources: the settings as the programs document them.
 */
#include "triage/artefact/registry_plugin.h"

#include <string.h>
#include <strings.h>

#define PUTTY "Software\\SimonTatham\\PuTTY\\"
#define KITTY "Software\\9bis.com\\KiTTY\\"
#define WINSCP "Software\\Martin Prikryl\\WinSCP 2\\"

enum { SESSION_KEYS = 3, KEY_KEYS = 6 };

static const char *const keys[] = {
	PUTTY "Sessions\\*", KITTY "Sessions\\*", WINSCP "Sessions\\*",
	PUTTY "SshHostKeys", KITTY "SshHostKeys", WINSCP "SshHostKeys",
	PUTTY "Jumplist", WINSCP "Configuration\\LastFingerprints", NULL
};

/* value by name, field of data */
static const char *const settings[][2] = {
	{ "Protocol", "protocol" }, { "FSProtocol", "protocol_number" }, { "LocalDirectory", "local_directory" }, { "RemoteDirectory", "remote_directory" },
	{ "ProxyHost", "proxy_host" }, { "ProxyPort", "proxy_port" }, { "ProxyUsername", "proxy_user" }, { "PublicKeyFile", "key_file" },
	{ "PortForwardings", "port_forwardings" }, { "RemoteCommand", "remote_command" }, { "LogFileName", "log_file" }, { "TunnelHostName", "tunnel_host" },
	{ "TunnelUserName", "tunnel_user" },
};

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Names of sessions have "%20" for a blank. */
static void
plain_name(struct buf *out, const char *name)
{
	for (const char *p = name; *p != '\0'; p++) {
		int high = *p == '%' ? hex_digit(p[1]) : -1, low = high >= 0 ? hex_digit(p[2]) : -1;
		if (low >= 0 && 16 * high + low != 0) {
			buf_char(out, (char)(16 * high + low));
			p += 2;
		} else {
			buf_char(out, *p);
		}
	}
}

static enum triage_status
session(struct registry *r, const struct registry_key *k, const char *program, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	struct regf_value v;
	SCOPED_BUF name;
	buf_init(&name, ARTEFACT_VALUE_MAX);
	plain_name(&name, k->name);
	const char *host = registry_text(r, k, "HostName"), *user = registry_text(r, k, "UserName");
	if (host[0] == '\0')
		return TRIAGE_OK;
	bool password = regf_find_value(registry_hive(r), &k->cell, "Password", &v) && v.size > 2;
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_text(a, "program", program);
	artefact_text(a, "session", buf_cstr(&name));
	artefact_text(a, "remote_host", host);
	artefact_text(a, "remote_user", user);
	registry_put(r, k, "port", "PortNumber");
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		registry_put(r, k, settings[i][1], settings[i][0]);
	if (password)
		artefact_flag(a, "password_kept", true);
	artefact_message(a, "Session saved in %s: %s, to %s%s%s", program, buf_cstr(&name), user, user[0] != '\0' ? "@" : "", host);
	registry_told(r);
	return registry_send(r, err);
}

/* "rsa2@22:host": the kind of key, the port and the host. */
static enum triage_status
host_key(struct registry *r, const struct registry_key *k, const struct regf_value *v, const char *program, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	const char *name = registry_name(r, v->name), *at = strchr(name, '@'), *colon = at != NULL ? strchr(at, ':') : NULL, *host = colon != NULL ? colon + 1 : name;
	registry_event(r, k, v, k->time, "key last written");
	artefact_text(a, "program", program);
	artefact_text(a, "remote_host", host);
	if (colon != NULL) {
		artefact_bytes(a, "key_type", name, (size_t)(at - name));
		artefact_bytes(a, "port", at + 1, (size_t)(colon - at - 1));
	}
	registry_put_value(r, "public_key", v);
	artefact_technique(a, "T1021.004");
	artefact_message(a, "Host key accepted in %s, so it was reached: %s", program, host);
	return registry_send(r, err);
}

static enum triage_status
ssh_client(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	static const char *const programs[] = { "PuTTY", "KiTTY", "WinSCP" };
	struct regf_values list;
	struct regf_value v;
	enum triage_status st = TRIAGE_OK;
	unsigned which = 0;
	while (keys[which] != NULL && !registry_fits(keys[which], k->below))
		which++;
	if (keys[which] == NULL)
		return TRIAGE_OK;
	if (which < SESSION_KEYS)
		return session(r, k, programs[which], err);
	if (which >= KEY_KEYS)
		return registry_each_value(r, k, which == KEY_KEYS ? "Sessions used last in PuTTY" : "Host reached in WinSCP", NULL, err);
	regf_values(registry_hive(r), &k->cell, &list);
	while (st == TRIAGE_OK && regf_next_value(registry_hive(r), &list, &v))
		st = host_key(r, k, &v, programs[which - SESSION_KEYS], err);
	return st;
}

const struct registry_plugin registry_plugin_sshclient = {
	.name = "sshclient",
	.title = "machines saved and reached in PuTTY and WinSCP",
	.hives = REGISTRY_NTUSER,
	.keys = keys,
	.key = ssh_client,
};
