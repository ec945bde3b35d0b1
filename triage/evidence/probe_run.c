/* probe_run.c - the whole of a probe: each medium, then what lies inside its volumes; the rows are told afterwards. See probe.h. */
#include "triage/evidence/probe.h"

#include <stdlib.h>

static enum triage_status
search_all(struct probe *probe, struct evidence_source *const *sources, size_t count, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++) {
		if (sources[i] == NULL)
			continue;
		probe_enter(probe, sources[i], sources[i]->reader, UINT32_MAX, 0);
		st = probe_space(probe, NULL, err);
	}
	if (st == TRIAGE_OK)
		st = probe_layers(probe, err);
	size_t left_out = probe->inner_left_out + probe->volumes_left_out;
	if (st != TRIAGE_OK || left_out == 0)
		return st;
	return source_problem(probe->sink, "volumes", TRIAGE_HIGH, "too-many-volumes", TRIAGE_NO_ID, 0, err,
	    "%zu volumes beyond what is followed (%d in all, %d inside others) are not examined", left_out, PROBE_VOLUMES_MAX, PROBE_INNER_MAX);
}

enum triage_status
evidence_probe_together(struct evidence_source *const *sources, size_t count, struct triage_error *err)
{
	bool together = count > 1;
	struct probe *probe = calloc(1, sizeof(*probe));
	enum triage_status st = TRIAGE_E_MEMORY;
	for (size_t i = 0; i < count; i++)
		if (sources[i] != NULL)
			source_forget(sources[i]);
	if (probe != NULL) {
		probe->layout = calloc(1, sizeof(*probe->layout));
		probe->spare = calloc(1, sizeof(*probe->spare));
		probe->together = together;
	}
	if (probe == NULL || probe->layout == NULL || probe->spare == NULL)
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
	else
		st = search_all(probe, sources, count, err);
	if (probe != NULL) {
		probe_release(probe);
		free(probe->layout);
		free(probe->spare);
		free(probe);
	}
	for (size_t i = 0; i < count; i++) {
		if (sources[i] == NULL)
			continue;
		if (st != TRIAGE_OK)
			source_forget(sources[i]);
		sources[i]->probed = st == TRIAGE_OK;
		sources[i]->together = together;
	}
	return st;
}

enum triage_status
evidence_probe(struct evidence_source *source, const struct evidence_sink *sink, struct triage_error *err)
{
	bool fresh = source->probed && source->found.count > 0;
	enum triage_status st = fresh ? TRIAGE_OK : evidence_probe_together(&source, 1, err);
	if (st == TRIAGE_OK)
		st = kept_tell(&source->found, sink, err);
	kept_release(&source->found);
	return st;
}

bool
evidence_probed(const struct evidence_source *source)
{
	return source->probed;
}
