/* registry_mountpoints2.c - volumes and shares that a user saw in Explorer, and drive letters that are connected anew at logon. Source: winreg-kb of libyal. */
#include "triage/artefact/registry_plugin.h"

#include <string.h>
#include <strings.h>

#define POINTS "Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\MountPoints2\\"

static const char *const keys[] = { POINTS "*", POINTS "CPC\\*\\*", "Network\\*", NULL };

static enum triage_status
mapped_drive(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	const char *path = registry_text(r, k, "RemotePath"), *user = registry_text(r, k, "UserName");
	if (path[0] == '\0')
		return TRIAGE_OK;
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_text(a, "drive", k->name);
	artefact_text(a, "share", path);
	/* Windows keeps 0 here when the name is that of the logon */
	if (strcmp(user, "0") != 0)
		artefact_text(a, "remote_user", user);
	registry_put(r, k, "provider", "ProviderName");
	artefact_message(a, "Network drive %s: is %s", k->name, path);
	registry_told(r);
	return registry_send(r, err);
}

static enum triage_status
mount_point(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	if (registry_fits(keys[2], k->below))
		return mapped_drive(r, k, err);
	if (strcasecmp(k->name, "CPC") == 0)
		return TRIAGE_OK;
	registry_event(r, k, NULL, k->time, "key last written");
	if (k->name[0] == '#') {
		SCOPED_BUF share;
		buf_init(&share, ARTEFACT_VALUE_MAX);
		/* ##server#share */
		for (const char *p = k->name; *p != '\0'; p++)
			buf_char(&share, *p == '#' ? '\\' : *p);
		artefact_text(a, "share", buf_cstr(&share));
		artefact_message(a, "Share connected: %s", buf_cstr(&share));
	} else if (k->name[0] == '{') {
		artefact_text(a, "volume", k->name);
		artefact_message(a, "Volume seen in Explorer: %s", k->name);
	} else {
		artefact_text(a, "drive", k->name);
		artefact_message(a, "Drive seen in Explorer: %s", k->name);
	}
	registry_put(r, k, "label", "_LabelFromReg");
	registry_put(r, k, "label_desktop_ini", "_LabelFromDesktopINI");
	registry_put(r, k, "autorun", "_AutorunStatus");
	registry_told(r);
	return registry_send(r, err);
}

const struct registry_plugin registry_plugin_mountpoints2 = {
	.name = "mountpoints2",
	.title = "volumes and shares that a user saw",
	.hives = REGISTRY_NTUSER,
	.keys = keys,
	.key = mount_point,
};
