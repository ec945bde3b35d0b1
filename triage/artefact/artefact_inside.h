/* artefact_inside.h - a stream in the hands of a parser, shared by the two files that serve parsers. */
#ifndef TRIAGE_ARTEFACT_ARTEFACT_INSIDE_H
#define TRIAGE_ARTEFACT_ARTEFACT_INSIDE_H

#include "triage/artefact/artefact.h"

enum {
	ARTEFACT_PIECE = 1 << 20, ARTEFACT_CODES = 24,
	ARTEFACT_DATA_SPARE = 32 << 10,		/* beyond ARTEFACT_DATA_MAX: for the end of data, and to write a value before it is measured */
};

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
	struct buf user, host, message, parser, data, text, wide;
	bool first_field, first_item, cut, in_list, list_left_out;

	struct {
		const char *code;
		uint64_t count, bytes;
	} remarks[ARTEFACT_CODES];
};

void artefact_out_init(struct artefact *a);
void artefact_out_release(struct artefact *a);
/* Any bytes as text that can be shown, appended, or in a->text with a value that is too long cut. */
void artefact_put_harmless(struct buf *into, const char *p, size_t size);
const char *artefact_harmless(struct artefact *a, const void *bytes, size_t size);
/* The remarks that were counted and not sent. */
WARN_UNUSED enum triage_status artefact_remarks_end(struct artefact *a, struct triage_error *err);

#endif
