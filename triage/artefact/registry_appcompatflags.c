/* registry_appcompatflags.c - programs that the compatibility assistant watched, and those that run with settings of their own. */
#include "triage/artefact/registry_plugin.h"

#define FLAGS "Microsoft\\Windows NT\\CurrentVersion\\AppCompatFlags\\"

static const char *const keys[] = {
	"Software\\" FLAGS "Layers", FLAGS "Layers", "Wow6432Node\\" FLAGS "Layers",
	"Software\\" FLAGS "Compatibility Assistant\\Store", FLAGS "Compatibility Assistant\\Store",
	"Software\\" FLAGS "Compatibility Assistant\\Persisted", FLAGS "Compatibility Assistant\\Persisted",
	NULL
};

enum { LAYER_KEYS = 3 };

static enum triage_status
compatibility(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	struct regf_values list;
	struct regf_value v;
	bool layers = false;
	enum triage_status st = TRIAGE_OK;
	for (unsigned i = 0; i < LAYER_KEYS; i++)
		layers = layers || registry_fits(keys[i], k->below);
	regf_values(registry_hive(r), &k->cell, &list);
	while (st == TRIAGE_OK && regf_next_value(registry_hive(r), &list, &v)) {
		const char *path = registry_name(r, v.name);
		registry_event(r, k, &v, k->time, "key last written");
		artefact_text(a, "path", path);
		registry_put_value(r, layers ? "layers" : "data", &v);
		if (layers)
			artefact_message(a, "Program with compatibility settings: %s (%s)", path, registry_value_text(r, &v));
		else
			artefact_message(a, "Program that ran under the compatibility assistant: %s", path);
		st = registry_send(r, err);
	}
	return st;
}

const struct registry_plugin registry_plugin_appcompatflags = {
	.name = "appcompatflags",
	.title = "programs known to the compatibility assistant",
	.hives = REGISTRY_NTUSER | REGISTRY_SOFTWARE,
	.keys = keys,
	.key = compatibility,
};
