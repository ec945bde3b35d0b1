/* judge_case.h - what the answers need of the case besides its files and events, and the answer that only the case can give. */
#ifndef TRIAGE_RUN_JUDGE_CASE_H
#define TRIAGE_RUN_JUDGE_CASE_H

#include "triage/run/judge_inside.h"

struct judge_case {
	struct detect_case facts;
	struct detect_machine *machines;
	struct detect_shadow *shadows;
	size_t zone_count;
	struct zone **zones;		/* of machines, owned; NULL: not known; the last is that of the person */
	char **texts, **unread;		/* owned; unread are some of texts */
	size_t text_count, text_room;
};

/* Fill from the case; the judge borrows it. Errors: E_IO, E_MEMORY. */
WARN_UNUSED enum triage_status judge_case_load(struct judge_case *k, const struct judging *j, struct case_reader *reader, struct triage_error *err);
void judge_case_release(struct judge_case *k);
/* The answer `evidence`: hashes, what was left unread, problems; a JSON object. */
WARN_UNUSED enum triage_status judge_case_evidence(const struct judge_case *k, struct case_reader *reader, struct buf *out, struct triage_error *err);

#endif
