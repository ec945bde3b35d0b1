/* registry_typedpaths.c - what a user typed into the address bar of Explorer. Source: winreg-kb of libyal. */
#include "triage/artefact/registry_plugin.h"

static const char *const keys[] = { "Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\TypedPaths", NULL };

static enum triage_status
typed_paths(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	return registry_each_value(r, k, "Path typed into Explorer", NULL, err);
}

const struct registry_plugin registry_plugin_typedpaths = {
	.name = "typedpaths",
	.title = "paths typed into Explorer",
	.hives = REGISTRY_NTUSER,
	.keys = keys,
	.key = typed_paths,
};
