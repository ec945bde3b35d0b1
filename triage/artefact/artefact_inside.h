/* artefact_inside.h - a stream in the hands of a parser, shared by the two files that serve parsers. */
#ifndef TRIAGE_ARTEFACT_ARTEFACT_INSIDE_H
#define TRIAGE_ARTEFACT_ARTEFACT_INSIDE_H

#include "triage/artefact/artefact.h"

enum { ARTEFACT_PIECE = 1 << 20, ARTEFACT_CODES = 24 };

struct artefact {
	const struct artefact_kind *kind;
	const struct artefact_subject *who;
	const struct artefact_sink *sink;
	void *state;
	struct buf held;		/* of a row with parse: all so far; with step: what it has left */
	uint64_t at;			/* offset of the first byte held or still to come */
	bool given_up;

	/* the event in the making */
	struct triage_event event;
	struct buf user, host, message, parser, data, text;
	bool first_field, first_item, cut, in_list, list_left_out;

	struct {
		const char *code;
		uint64_t count, bytes;
	} remarks[ARTEFACT_CODES];
};

void artefact_out_init(struct artefact *a);
void artefact_out_release(struct artefact *a);
/* The remarks that were counted and not sent. */
WARN_UNUSED enum triage_status artefact_remarks_end(struct artefact *a, struct triage_error *err);

#endif
