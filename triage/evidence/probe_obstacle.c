/* probe_obstacle.c - how a volume is named in a message, where it lies, and what stands in the way of reading it; see probe.h. */
#include "triage/evidence/probe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

uint64_t
probe_place(const struct probe *probe, uint64_t offset)
{
	uint64_t run;
	if (probe->reader == probe->source->reader)
		return offset;	/* also behind the end of a medium that was cut */
	uint64_t place = reader_place_in(probe->reader, offset, probe->source->reader, &run);
	return place == TRIAGE_NO_OFFSET ? TRIAGE_NO_ID : place;
}

const char *
probe_name(const struct probe *probe, const struct probe_volume *v, uint32_t index, char *out)
{
	if (v->inner)
		snprintf(out, PROBE_NAME, "volume %" PRIu32 ", inside volume %" PRIu32, index + 1, v->parent + 1);
	else if (probe->volume != UINT32_MAX)
		snprintf(out, PROBE_NAME, "volume %" PRIu32 " at %" PRIu64 " of volume %" PRIu32, index + 1, v->start, probe->volume + 1);
	else
		snprintf(out, PROBE_NAME, "volume %" PRIu32 " at %" PRIu64, index + 1, v->start);
	return out;
}

enum triage_status
probe_obstacle(struct probe *probe, const char *name, uint64_t place, uint64_t length, const struct signature_hit *hit, struct triage_error *err)
{
	bool locked = hit->row->state == TRIAGE_VOLUME_LOCKED;
	enum triage_severity severity = locked ? TRIAGE_HIGH : hit->row->no_files ? TRIAGE_LOW : TRIAGE_MEDIUM;
	const char *lost = hit->row->no_files ? "it holds no files of its own" : "its files are not examined";
	return source_problem(probe->sink, "volumes", severity, locked ? "volume-locked" : "volume-unsupported",
	    place, length, err, "%s is %s%s%s%s%s: %s; %s%s%s",
	    name, hit->row->name, hit->uuid[0] != '\0' ? " " : "", hit->uuid, hit->note[0] != '\0' ? " with " : "", hit->note,
	    locked ? "it is encrypted" : "this version does not read it", lost, hit->row->advice != NULL ? "; " : "", hit->row->advice != NULL ? hit->row->advice : "");
}

enum triage_status
probe_layer_obstacle(struct probe *probe, const char *name, uint64_t place, uint64_t length, const char *kind, enum triage_volume_state state,
    const char *note, struct triage_error *err)
{
	static const struct {
		enum triage_severity severity;
		const char *code, *what;
	} ways[TRIAGE_VOLUME_STATE_COUNT] = {
		[TRIAGE_VOLUME_EXAMINED] = { TRIAGE_INFO, "volume-note", "" },
		[TRIAGE_VOLUME_LOCKED] = { TRIAGE_HIGH, "volume-locked", "it is encrypted; its files are not examined" },
		[TRIAGE_VOLUME_UNSUPPORTED] = { TRIAGE_MEDIUM, "volume-unsupported", "this version does not read it; its files are not examined" },
		[TRIAGE_VOLUME_DAMAGED] = { TRIAGE_HIGH, "volume-damaged", "it is damaged or incomplete; its files are not examined" },
		[TRIAGE_VOLUME_EMPTY] = { TRIAGE_INFO, "volume-empty", "nothing lies inside" },
	};
	const char *what = ways[state].what;
	return source_problem(probe->sink, "volumes", ways[state].severity, ways[state].code, place, length, err, "%s (%s)%s%s%s%s", name, kind,
	    what[0] != '\0' ? ": " : "", what, note[0] != '\0' ? what[0] != '\0' ? "; " : ": " : "", note);
}
