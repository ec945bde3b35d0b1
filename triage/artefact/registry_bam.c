/*
 * registry_bam.c - background and desktop activity moderators: the last run of programs, by user. Windows 10 1709 on.
 *
 * A value is named by a program, its data begins with the FILETIME of the last run. Source: winreg-kb of libyal.
 */
#include "triage/artefact/registry_plugin.h"

#include <string.h>

static const char *const keys[] = { "ControlSet*\\Services\\bam\\UserSettings\\*", "ControlSet*\\Services\\bam\\State\\UserSettings\\*",
	"ControlSet*\\Services\\dam\\UserSettings\\*", "ControlSet*\\Services\\dam\\State\\UserSettings\\*", NULL };

static enum triage_status
runs(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct regf_values list;
	struct regf_value v;
	enum triage_status st = TRIAGE_OK;
	regf_values(registry_hive(r), &k->cell, &list);
	while (st == TRIAGE_OK && regf_next_value(registry_hive(r), &list, &v)) {
		struct view data = regf_data(registry_hive(r), &v);
		const char *program = registry_name(r, v.name);
		int64_t when = registry_filetime_in(data, 0);
		/* Version and SequenceNumber are numbers */
		if (v.type != REGF_TYPE_BINARY || data.size < 8 || when == TRIAGE_TIME_NONE)
			continue;
		registry_event(r, k, &v, when, "last run");
		artefact_text(registry_artefact(r), "path", program);
		artefact_text(registry_artefact(r), "sid", k->name);
		artefact_user(registry_artefact(r), k->name);
		artefact_message(registry_artefact(r), "Program run: %s by %s", program, k->name);
		st = registry_send(r, err);
	}
	return st;
}

const struct registry_plugin registry_plugin_bam = {
	.name = "bam", .title = "last run of programs by user (BAM and DAM)", .hives = REGISTRY_SYSTEM, .keys = keys, .key = runs,
};
