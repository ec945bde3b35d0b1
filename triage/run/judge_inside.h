/* judge_inside.h - what judge.c and judge_rows.c share. */
#ifndef TRIAGE_RUN_JUDGE_INSIDE_H
#define TRIAGE_RUN_JUDGE_INSIDE_H

#include "triage/run/shadows_seen.h"
#include "triage/run/supervisor.h"
#include "triage/case/query.h"

enum { MATCHES_A_FILE = 10000 };	/* weighed; what is beyond is counted and told */

/* What became of the files, by content state: the ground of coverage. */
struct tally {
	uint64_t files, streams, bytes, bytes_examined;
	uint64_t by_state[TRIAGE_CONTENT_STATE_COUNT];
	uint64_t known_good;		/* streams that were not searched for it */
};

/* Judgements about single files, written after the cursor is closed. */
struct mark {
	uint64_t file_id;
	enum detect_known known;
	bool mismatch;
};

struct judging {
	struct supervisor *s;
	struct detect_judge *judge;
	struct detect_rule *rules;
	size_t rule_count;
	struct tally tally;
	struct shadows_seen seen;
	uint64_t packaged_filesystem, packaged;	/* of the file at hand: see struct detect_file */
	struct mark *marks;
	size_t mark_count, mark_room;
	struct case_cursor *matches;	/* all matches in file order, read alongside the files */
	bool match_there;
	struct detect_match *file_matches;
	uint64_t matches_left;		/* beyond MATCHES_A_FILE */
	struct buf samples;
	struct case_reader *of_case;	/* judged again: its rules; NULL while it is judged for the first time */
	char **rule_texts;		/* of these rules; owned */
	size_t rule_text_count;
};

/* rejudge_rules.c: the rules of the case, with what rules of the same name say today. */
WARN_UNUSED enum triage_status rejudge_load_rules(struct judging *j, struct triage_error *err);
/* judge_rows.c: the rows of the case put before the judge: rules first, then files with their matches, then events. */
WARN_UNUSED enum triage_status judge_load_rules(struct judging *j, struct triage_error *err);
WARN_UNUSED enum triage_status judge_files(struct judging *j, struct case_reader *reader, struct triage_error *err);
WARN_UNUSED enum triage_status judge_events(struct judging *j, struct case_reader *reader, struct triage_error *err);

#endif
