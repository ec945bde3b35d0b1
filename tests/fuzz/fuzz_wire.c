/* fuzz_wire.c - what a worker that was taken over may send: frames and records. A record that is taken must write back to the same bytes. */
#include "tests/fuzz/targets.h"

#include "triage/run/wire.h"

union wire_record {
	struct triage_evidence evidence;
	struct triage_volume volume;
	struct triage_filesystem filesystem;
	struct triage_entry entry;
	struct triage_extent extent;
	struct triage_problem problem;
	struct triage_match match;
	struct triage_content content;
	uint8_t places[32];
	struct view placed;
	struct triage_event event;
	struct triage_fact fact;
	struct triage_parsed parsed;
};

/* Read the payload and, when that went well, write it to back. */
static bool
wire_again(enum wire_type type, struct view payload, struct wire_store *store, struct wire_stream *back)
{
	static struct wire_event_store events;
	union wire_record r = { .content = { .bytes = 0 } };
	switch ((unsigned)type) {
	case WIRE_EVIDENCE: return wire_get_evidence(payload, store, &r.evidence) && (wire_put_evidence(back, 1, &r.evidence), true);
	case WIRE_VOLUME: return wire_get_volume(payload, store, &r.volume) && (wire_put_volume(back, 1, &r.volume), true);
	case WIRE_FILESYSTEM: return wire_get_filesystem(payload, store, &r.filesystem) && (wire_put_filesystem(back, type, 1, &r.filesystem), true);
	case WIRE_ENTRY: return wire_get_entry(payload, store, &r.entry) && (wire_put_entry(back, 1, &r.entry), true);
	case WIRE_EXTENT: return wire_get_extent(payload, &r.extent) && (wire_put_extent(back, 1, &r.extent), true);
	case WIRE_PROBLEM: return wire_get_problem(payload, store, &r.problem) && (wire_put_problem(back, 1, &r.problem), true);
	case WIRE_PLACES: return wire_get_places(payload, r.places) && (wire_put_places(back, 1, r.places), true);
	case WIRE_PLACED: return wire_get_placed(payload, payload.size / 32, &r.placed) && (wire_put_placed(back, 1, r.placed.data, r.placed.size / 32), true);
	case WIRE_MATCH: return wire_get_match(payload, store, &r.match) && (wire_put_match(back, 1, &r.match), true);
	case WIRE_CONTENT: return wire_get_content(payload, store, &r.content) && (wire_put_content(back, WIRE_CONTENT, 1, &r.content), true);
	case WIRE_EVENT: return wire_get_event(payload, &events, &r.event) && (wire_put_event(back, 1, &r.event), true);
	case WIRE_FACT: return wire_get_fact(payload, store, &r.fact) && (wire_put_fact(back, 1, &r.fact), true);
	case WIRE_ARTEFACT: return wire_get_artefact(payload, store, &r.parsed) && (wire_put_artefact(back, 1, &r.parsed), true);
	default: return false;
	}
}

int
fuzz_one_wire(const uint8_t *data, size_t size)
{
	static struct wire_store store;
	struct wire_stream s, back;
	struct wire_frame frame;
	struct triage_error err = { .text = "" };
	wire_stream_init(&s, -1);
	buf_put(&s.in, data, size);
	while (wire_take(&s, &frame, &err) == TRIAGE_OK) {
		uint8_t *payload = fuzz_copy(frame.payload.data, frame.payload.size);
		wire_stream_init(&back, -1);
		if (wire_again(frame.type, (struct view){ payload, frame.payload.size }, &store, &back))
			FUZZ_NEED(back.out.size == WIRE_HEADER + frame.payload.size && memcmp(back.out.data + WIRE_HEADER, payload, frame.payload.size) == 0);
		wire_stream_release(&back);
		free(payload);
	}
	FUZZ_NEED(s.in_done <= s.in.size);
	wire_stream_release(&s);
	return 0;
}
FUZZ_MAIN(wire)
