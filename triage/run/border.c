#include "triage/run/border.h"

#include "triage/analyse/unpack.h"

/* Which frame a worker may send while which job is in work, and how many of them. */
enum { START_MAX = 10000 };	/* frames of one type before a worker is ready */
enum { WHILE_START = 1 << 8, WHILE_PROBE = 1 << CREW_PROBE, WHILE_LIST = 1 << CREW_LIST, WHILE_CONTENT = 1 << CREW_CONTENT, WHILE_IMAGE = 1 << CREW_IMAGE,
	WHILE_EXTRACT = 1 << CREW_EXTRACT, WHILE_PLACES = 1 << CREW_PLACES };

static const struct wire_rule {
	unsigned allowed;
	uint32_t payload_max;
	uint64_t count_max;	/* a job, or the start of a worker */
} rules[WIRE_TYPE_COUNT] = {
	[WIRE_READY] = { WHILE_START, 1 << 10, 1 },
	[WIRE_EVIDENCE] = { WHILE_PROBE, 1 << 10, 1 },
	[WIRE_VOLUME] = { WHILE_PROBE, 8 << 10, 4096 },
	[WIRE_FILESYSTEM] = { WHILE_PROBE, 8 << 10, 4096 },
	[WIRE_ENTRY] = { WHILE_LIST, WIRE_PAYLOAD_MAX, UINT64_C(1) << 32 },
	[WIRE_EXTENT] = { WHILE_CONTENT, 64, 4200 },
	[WIRE_PROBLEM] = { WHILE_START | WHILE_PROBE | WHILE_LIST | WHILE_CONTENT | WHILE_IMAGE, 4 << 10, 1 << 20 },
	[WIRE_MATCH] = { WHILE_CONTENT, 4 << 10, 10000 },
	[WIRE_CONTENT] = { WHILE_CONTENT, 8 << 10, 1 },
	[WIRE_MEMBER] = { WHILE_CONTENT, 72 << 10, UNPACK_GIVEN_MEMBERS },
	[WIRE_MEMBER_DONE] = { WHILE_CONTENT, 8 << 10, UNPACK_GIVEN_MEMBERS },
	[WIRE_PLACES] = { WHILE_CONTENT, 64, 1 },
	[WIRE_PLACED] = { WHILE_PLACES, 64 + 32 * WORKER_PLACES_MAX, 1 },
	[WIRE_EVENT] = { WHILE_CONTENT, WIRE_EVENT_DATA + WIRE_EVENT_MESSAGE + (4 << 10), 1 << 26 },
	[WIRE_FACT] = { WHILE_CONTENT, 4 << 10, 1 << 20 },
	[WIRE_ARTEFACT] = { WHILE_CONTENT, 128, 1 + (uint64_t)UNPACK_GIVEN_MEMBERS },
	[WIRE_DIGESTS] = { WHILE_IMAGE, 1 << 10, 1 },
	[WIRE_DONE] = { WHILE_PROBE | WHILE_LIST | WHILE_IMAGE, 2 << 10, 1 },
	[WIRE_BYTES] = { WHILE_EXTRACT, WIRE_PAYLOAD_MAX, UINT64_C(1) << 40 },
	[WIRE_BYTES_END] = { WHILE_EXTRACT, 2 << 10, 1 },
};

#ifdef TRIAGE_FAULT
enum { CONTENT_ROOM = 8 };	/* MiB; less for tests */
#else
enum { CONTENT_ROOM = 1 << 10 };
#endif

/*
 * Bytes of frames that one job may cost. A record of an event log becomes an event of some ten times its size, an entry of 64 bytes a frame of 400:
 * 64 times what the object has, and room for what does not depend on its size (members of an archive with long names).
 */
static uint64_t
bytes_max(const struct crew_job *job)
{
	const uint64_t mib = UINT64_C(1) << 20, size = job->kind == CREW_CONTENT ? job->unit.size : job->length;
	const uint64_t of_size = size < UINT64_MAX / 128 ? size * 64 : UINT64_MAX / 2;
	switch (job->kind) {
	case CREW_LIST: return job->length == 0 ? mib << 20 : (4 << 10) * mib + of_size;
	case CREW_CONTENT: return CONTENT_ROOM * mib + of_size;
	case CREW_IMAGE: return (1 << 10) * mib;
	case CREW_PROBE:
	case CREW_PLACES:
	case CREW_EXTRACT: break;	/* EXTRACT_FILE_MAX is the half */
	}
	return 128 * mib;
}

const char *
border_refuses(struct crew_worker *w, const struct wire_frame *frame, size_t *ret_job)
{
	const struct wire_rule *rule = &rules[frame->type];
	if (frame->payload.size > rule->payload_max)
		return BORDER_NOT_ALLOWED;
	if (!w->ready)
		return (rule->allowed & WHILE_START) == 0 || ++w->start_frames[frame->type] > (rule->count_max < START_MAX ? rule->count_max : START_MAX) ?
		    BORDER_NOT_ALLOWED : NULL;
	/* in the order in which they were given: an answer about another object would come before its turn */
	if (w->job_count == 0 || w->jobs[0].id != frame->job || (rule->allowed & (1u << w->jobs[0].kind)) == 0)
		return BORDER_NOT_ALLOWED;
	struct crew_job *job = &w->jobs[0];
	*ret_job = 0;
	job->frame_bytes += WIRE_HEADER + frame->payload.size;
	return ++job->frames[frame->type] > rule->count_max || job->frame_bytes > bytes_max(job) ? BORDER_TOO_MUCH : NULL;
}
