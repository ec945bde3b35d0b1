/* answers_inside.h - what the files of the answers share. */
#ifndef TRIAGE_DETECT_ANSWERS_INSIDE_H
#define TRIAGE_DETECT_ANSWERS_INSIDE_H

#include "triage/detect/answer_put.h"
#include "triage/detect/answers.h"
#include "triage/detect/judge.h"
#include "triage/detect/restore_points.h"
#include "triage/detect/spans.h"

enum { ITEMS_MAX = 50, SAID_MAX = 12 };

enum machine_state { MACHINE_ENCRYPTED, MACHINE_INTRUDED, MACHINE_CONTACTED, MACHINE_NO_TRACE, MACHINE_NOT_EXAMINED, MACHINE_STATES };
extern const char *const machine_words[MACHINE_STATES];

struct answering {
	struct detect_judge *j;
	double share;			/* of the bytes that were examined */
	const struct detect_finding *const *findings;
	const struct detect_finding *first;	/* the first act; NULL */
	int64_t encrypted;		/* when encryption began; TRIAGE_TIME_NONE */
	int64_t last;			/* the last trace of at least high severity */
	bool attacked, traces;		/* the verdict is compromised; suspicious or compromised */
	/* left behind by earlier answers for later ones */
	bool comes_back, data_left, data_maybe, logs_hurt, domain_exposed, backups_hurt;
	const struct restore_point *restore;	/* the last that may be used for the system; NULL */
	uint64_t states[MACHINE_STATES];
};

/* One answer: writes the members of its object. */
typedef void answer_writer(struct answering *a, struct buf *out);
answer_writer answer_attacked, answer_active, answer_protection, answer_data_left;	/* answers_attack.c */
answer_writer answer_window, answer_family, answer_first, answer_ways;			/* answers_harm.c */
answer_writer answer_restore, answer_contacts, answer_reset, answer_next;		/* answers_restart.c */
answer_writer answer_origin;								/* answers_origin.c */
answer_writer answer_keep;									/* answers_keep.c */
answer_writer answer_machines;								/* answers_machines.c */

/* A finding as an element of a list: title, rule, kind, severity, certainty, host, path, first, last, count, by (accounts). */
void answer_finding(struct buf *out, const struct detect_finding *f);
/* The member `<list>_left_out` beside a list: how many of all are not in it. */
void answer_left_out(struct buf *out, const char *name, size_t all, size_t told);
/* Findings that a test takes, the most telling first and at most ITEMS_MAX, as the member `items` with `items_left_out`; returns how many there are. *ret_best: NULL for none. */
size_t answer_items(struct answering *a, struct buf *out, bool (*takes)(const struct detect_finding *f), const struct detect_finding **ret_best);
/* What could not be read, as elements of a list; and as the member `blind`, empty unless the answer is one of absence. */
void answer_unread(const struct answering *a, struct buf *out);
void answer_blind(const struct answering *a, struct buf *out, bool absent);
/* A log of this source was read. */
bool answer_has_source(const struct answering *a, const char *source);
bool answer_is_kind(const struct detect_finding *f, const char *const *kinds);

#endif
