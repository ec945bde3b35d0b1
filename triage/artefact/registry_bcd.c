/*
 * registry_bcd.c - boot entries: what the machine starts, and switches that weaken it: safe mode, test signing, no recovery.
 *
 * Objects\{GUID}\Elements\NUMBER, value Element. Source: Microsoft's documentation of the BCD elements.
 */
#include "triage/artefact/registry_plugin.h"

#include <stdio.h>
#include <string.h>

static const char *const keys[] = { "Objects\\*", NULL };

static const struct element {
	const char *number, *field;
} elements[] = {
	{ "12000004", "description" }, { "12000002", "image_path" }, { "22000002", "system_root" }, { "12000005", "locale" }, { "22000022", "memory_dump_device" },
	{ "16000009", "recovery_enabled" }, { "16000048", "no_integrity_checks" }, { "16000049", "test_signing" }, { "16000010", "boot_debug" }, { "260000a0", "kernel_debug" },
	{ "25000080", "safe_boot" }, { "26000081", "safe_boot_shell" }, { "250000e0", "boot_status_policy" }, { "25000020", "nx_policy" }, { "250000f0", "hypervisor_launch" },
	{ "260000b0", "no_kernel_hypervisor_debug" }, { "23000003", "resume_object" }, { "24000001", "display_order" }, { "23000006", "resume_default" }, { "25000004", "timeout" },
	{ "26000022", "win_pe" },
};

static enum triage_status
entry(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct registry_key sub;
	struct regf_key cell;
	char path[40], type[24] = "";
	uint64_t number = 0;
	int64_t when = k->time;
	const char *name = "", *image = "";
	if (registry_sub(r, k, "Description", &sub) && registry_number(r, &sub, "Type", &number))
		snprintf(type, sizeof(type), "0x%08X", (unsigned)number);
	registry_event(r, k, NULL, when, "key last written");
	artefact_text(registry_artefact(r), "entry", k->name);
	artefact_text(registry_artefact(r), "type", type);
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		struct regf_value v;
		snprintf(path, sizeof(path), "Elements\\%s", elements[i].number);
		if (!regf_find(registry_hive(r), &k->cell, path, &cell) || !regf_find_value(registry_hive(r), &cell, "Element", &v))
			continue;
		struct view data = regf_data(registry_hive(r), &v);
		/* a switch is one byte */
		if (v.type == REGF_TYPE_BINARY && data.size == 1)
			artefact_flag(registry_artefact(r), elements[i].field, data.data[0] != 0);
		else if (v.type == REGF_TYPE_BINARY && data.size == 8)
			artefact_unsigned(registry_artefact(r), elements[i].field, load_le64(data.data));
		else
			registry_put_value(r, elements[i].field, &v);
		name = i == 0 ? registry_value_text(r, &v) : name;
		image = i == 1 ? registry_value_text(r, &v) : image;
	}
	artefact_message(registry_artefact(r), "Boot entry %s%s%s%s%s", k->name, name[0] != '\0' ? ": " : "", name, image[0] != '\0' ? ", " : "", image);
	registry_told(r);
	return registry_send(r, err);
}

const struct registry_plugin registry_plugin_bcd = {
	.name = "bcd", .title = "boot entries", .hives = REGISTRY_BCD, .keys = keys, .key = entry,
};
