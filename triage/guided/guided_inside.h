/* guided_inside.h - what the steps share. */
#ifndef TRIAGE_GUIDED_INSIDE_H
#define TRIAGE_GUIDED_INSIDE_H

#include "triage/guided/disks.h"
#include "triage/guided/guided.h"

enum guided_move { MOVE_NEXT, MOVE_BACK, MOVE_QUIT, MOVE_SKIP, MOVE_RUN };	/* SKIP: nothing to ask; RUN: straight to the run */

struct guided_path {
	char path[4096];
	bool chosen;
	uint64_t bytes;		/* 0 for a folder */
};

struct guided {
	const struct guided_screen *screen;
	const struct guided_host *host;
	struct guided_answers a;
	bool lang_known;
	struct guided_disks disks;
	struct guided_path paths[GUIDED_EVIDENCE_MAX];	/* typed ones */
	size_t path_count;
	char chosen[GUIDED_DISKS_MAX][32];		/* names of chosen disks */
	size_t chosen_count;
	/* what the look brought */
	struct buf seen;		/* lines */
	struct buf locked;		/* volumes that want a key, in words */
	char key_ids[200];		/* their numbers, as a recovery sheet has them; "" for unknown */
	size_t locked_count;
	bool looked;
	char looked_for[200];		/* what the last look was over: for a look again after a change */
	struct guided_outcome outcome;
	bool ran;
};

const char *guided_word(const struct guided *g, enum guided_word word);
/* Show a page with the usual words of its kind where it has none of its own; back "": it cannot be gone back from. */
enum guided_answer guided_show(struct guided *g, struct guided_page *page, enum guided_word title);
/* A page to be read, of which only its end is waited for. */
enum guided_answer guided_tell(struct guided *g, enum guided_word title, const char *text);
enum guided_move guided_move_of(enum guided_answer answer);
struct guided_item *guided_items(size_t count);		/* zeroed; NULL when there is no memory */

enum guided_move step_language(struct guided *g);
enum guided_move step_clock(struct guided *g);
enum guided_move step_unfinished(struct guided *g);
enum guided_move step_disks(struct guided *g);
enum guided_move step_look(struct guided *g);
enum guided_move step_keys(struct guided *g);
enum guided_move step_place(struct guided *g);
enum guided_move step_place_unfinished(struct guided *g);
enum guided_move step_case(struct guided *g);
enum guided_move step_profile(struct guided *g);
enum guided_move step_confirm(struct guided *g);
void step_result(struct guided *g);

/* Offer the unfinished bundles of these folders; SKIP when there are none. */
enum guided_move guided_offer_unfinished(struct guided *g, const char *const *folders, size_t count);

#endif
