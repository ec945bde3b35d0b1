/*
 * walk.h - what all listings share: numbering of edges, the two virtual folders, problem rows that cannot flood.
 *
 * A listing owns one struct walk on its stack: walk_init(), any number of walk_entry() and walk_problem(),
 * walk_finish(). Every status that is not OK comes from the sink and ends the listing.
 */
#ifndef TRIAGE_EVIDENCE_WALK_H
#define TRIAGE_EVIDENCE_WALK_H

#include "triage/base/buf.h"
#include "triage/evidence/evidence.h"

enum { WALK_CODES = 24, WALK_ROWS_PER_CODE = 1000 };

struct walk {
	const struct evidence_sink *sink;
	uint64_t next_edge;
	uint64_t virtual_inode;		/* number of the first virtual folder, the second has the next */
	uint64_t orphans, nameless;	/* edges of the virtual folders, TRIAGE_NO_ID until one is needed */
	struct {
		const char *code;
		uint64_t rows;
	} codes[WALK_CODES];
};

void walk_init(struct walk *w, const struct evidence_sink *sink, uint64_t virtual_inode);

/* An entry with everything absent. */
struct triage_entry walk_blank(void);

/* A time of an inode; misfit becomes its seconds when it lies outside what nanoseconds hold. */
int64_t walk_unix_time(int64_t seconds, uint32_t nanoseconds, int64_t *misfit);

enum { WALK_LINK_MAX = 4096 };	/* bytes of a symbolic link's target */
/*
 * Read the target of a symbolic link into link, which e then borrows. st: whether c, which is closed, could be opened. What cannot be read is
 * missing: walk_link_lost() says so afterwards.
 */
void walk_take_link(struct evidence_content *c, enum triage_status st, struct buf *link, struct triage_entry *e);
/* Send a problem when an entry is a link of which less was read than its inode says. Fills nothing for what is encrypted. Errors: the sink's. */
WARN_UNUSED enum triage_status walk_link_lost(struct walk *w, const struct triage_entry *e, struct triage_error *err);

/* Number an entry (e->edge is set) and send it. */
WARN_UNUSED enum triage_status walk_entry(struct walk *w, struct triage_entry *e, struct triage_error *err);

/* The edge of "$OrphanFiles" (deleted) or "$Nameless" (allocated), which is sent when first asked for. */
WARN_UNUSED enum triage_status walk_virtual(struct walk *w, bool allocated, uint64_t *ret_edge, struct triage_error *err);

/*
 * Send one problem of stage "list". p: code, severity, inode, edge, offset, bytes; the message is made from format.
 * code is a literal. After WALK_ROWS_PER_CODE rows of a code the others are only counted; walk_finish() tells how many.
 */
WARN_UNUSED enum triage_status walk_problem(struct walk *w, const struct triage_problem *p, struct triage_error *err,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
WARN_UNUSED enum triage_status walk_finish(struct walk *w, struct triage_error *err);

/* A growing set of numbers. */
struct id_set {
	uint64_t *slots;	/* key + 1, 0 for empty */
	size_t room, count;
};

void id_set_release(struct id_set *s);
/* Add key. ret_new: false when it was there already. Errors: E_MEMORY. key is not UINT64_MAX. */
WARN_UNUSED enum triage_status id_set_add(struct id_set *s, uint64_t key, bool *ret_new, struct triage_error *err);
bool id_set_has(const struct id_set *s, uint64_t key);

#endif
